/* hotloop.hpp -- hotloop for C++11 and later: views, exceptions and scope guards round hotloop.h, header only.
 *
 * The one idea: a view is a pointer with extents and strides (in elements), so every function takes arrays as they lie in memory,
 * in any layout, and no array is ever copied or allocated here. A default-constructed view means "not given" or "not wanted".
 * Extents are compared with each other (the C functions are told every dimension once) and a failing call throws hl::error.
 *
 *     std::vector<double> absorption(grid.size()), cd(grid.size());
 *     hl::exciton::spectrum(hl::row_major(h, n_conf, n, n), hl::row_major(mu, n, 3), hl::row_major(r, n, 3), grid, absorption, cd,
 *                           hl::exciton::options().fwhm(100.0));
 *
 * Shapes, units and formulas: the comments of hotloop.h and docs/cpp.md. Link with libhotloop.
 */
#ifndef HOTLOOP_HPP
#define HOTLOOP_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "hotloop.h"

namespace hl {

// ---- errors -------------------------------------------------------------------------------------------------------------------

// What a failing call throws: the library's message and its status. The derived classes are the classes of status.
class error : public std::runtime_error {
public:
    error(hl_status status, const std::string& message) : std::runtime_error(message), status_(status) {}
    hl_status status() const noexcept { return status_; }

private:
    hl_status status_;
};

// 1 to 99: the call itself is wrong. Every output is untouched.
class argument_error : public error { using error::error; };
// 100 to 199: the numbers defeat the method.
class numerical_error : public error { using error::error; };
// 200 to 254: memory, threads, files.
class environment_error : public error { using error::error; };
// The progress function asked for the end.
class cancelled : public environment_error { using environment_error::environment_error; };
// 255: a fault of the library.
class internal_error : public error { using error::error; };
// Negative: what the progress function returned.
class callback_error : public error { using error::error; };

namespace detail {

[[noreturn]] inline void fail(hl_status status, const std::string& message) {
    if (status < 0) throw callback_error(status, message);
    if (status < 100) throw argument_error(status, message);
    if (status < 200) throw numerical_error(status, message);
    if (status == HL_ERR_CANCELLED) throw cancelled(status, message);
    if (status < 255) throw environment_error(status, message);
    throw internal_error(status, message);
}

inline void check(hl_status status) {
    if (status != HL_OK) fail(status, hl_last_error_message());
}

inline void check_abi(const char* function) {
    if (hl_abi_version() != HL_ABI_VERSION)
        fail(HL_ERR_INTERNAL, std::string(function) + ": the loaded library has ABI version " + std::to_string(hl_abi_version()) +
                                  ", hotloop.hpp was compiled for " + std::to_string(HL_ABI_VERSION) +
                                  "; compile against the headers that came with the library");
}

}  // namespace detail

// ---- the library itself -------------------------------------------------------------------------------------------------------

inline std::string version() { return hl_version(); }
// "key: value" lines: SIMD level, threads and where their number came from, OpenBLAS.
inline std::string config() { return hl_config(); }
// Threads of every call in this process; 0 = back to the default.
inline void set_num_threads(int n) { detail::check(hl_set_num_threads(n)); }
// What a call here and now would use.
inline int num_threads() { return hl_get_num_threads(); }
// Ends the library's worker threads; the next call starts them again.
inline void shutdown() { detail::check(hl_shutdown()); }

// The calling thread's own number of threads, for a scope; 0 = as the process.
class threads_guard {
public:
    explicit threads_guard(int n) : previous_(hl_set_num_threads_local(n)) {
        if (previous_ < 0) detail::fail(HL_ERR_ARGUMENT, hl_last_error_message());
    }
    ~threads_guard() { hl_set_num_threads_local(previous_); }
    threads_guard(const threads_guard&) = delete;
    threads_guard& operator=(const threads_guard&) = delete;

private:
    std::int32_t previous_;
};

// ---- views --------------------------------------------------------------------------------------------------------------------

// An array of N axes somewhere in memory: the address of element (0, ..., 0), and for each axis its extent and its stride in
// elements. Copying a view copies no element. view<double, N> converts to view<const double, N>.
template <class T, std::size_t N>
class view {
public:
    static_assert(N > 0, "a view has at least one axis");
    typedef std::array<std::ptrdiff_t, N> index_type;

    // Not given: what an optional array is by default.
    view() : data_(nullptr), extents_(), strides_(), given_(false) {}

    // Row-major (C) order.
    view(T* data, const index_type& extents) : data_(data), extents_(extents), strides_(), given_(true) {
        std::ptrdiff_t stride = 1;
        for (std::size_t axis = N; axis-- > 0;) {
            strides_[axis] = stride;
            stride *= extents[axis];
        }
    }

    view(T* data, const index_type& extents, const index_type& strides)
        : data_(data), extents_(extents), strides_(strides), given_(true) {}

    // A vector is a view of one axis. A temporary vector is refused: it would be gone before the view.
    template <class Allocator, std::size_t M = N, class = typename std::enable_if<M == 1>::type>
    view(std::vector<typename std::remove_const<T>::type, Allocator>& values)
        : view(values.data(), index_type{{static_cast<std::ptrdiff_t>(values.size())}}) {}
    template <class Allocator, std::size_t M = N, class U = T,
              class = typename std::enable_if<M == 1 && std::is_const<U>::value>::type>
    view(const std::vector<typename std::remove_const<T>::type, Allocator>& values)
        : view(values.data(), index_type{{static_cast<std::ptrdiff_t>(values.size())}}) {}
    template <class Allocator>
    view(const std::vector<typename std::remove_const<T>::type, Allocator>&& values) = delete;

    template <class U, class = typename std::enable_if<std::is_same<const U, T>::value && !std::is_const<U>::value>::type>
    view(const view<U, N>& other)
        : data_(other.data()), extents_(other.extents()), strides_(other.strides()), given_(other.given()) {}

    bool given() const { return given_; }
    T* data() const { return data_; }
    const index_type& extents() const { return extents_; }
    const index_type& strides() const { return strides_; }
    std::ptrdiff_t extent(std::size_t axis) const { return extents_[axis]; }
    std::ptrdiff_t stride(std::size_t axis) const { return strides_[axis]; }

    std::ptrdiff_t size() const {
        std::ptrdiff_t product = given_ ? 1 : 0;
        for (std::size_t axis = 0; axis < N; ++axis) product *= extents_[axis];
        return product;
    }

    // The element; indices are not checked.
    template <class... Indices>
    T& operator()(Indices... indices) const {
        static_assert(sizeof...(Indices) == N, "one index per axis");
        const index_type at = {{static_cast<std::ptrdiff_t>(indices)...}};
        std::ptrdiff_t offset = 0;
        for (std::size_t axis = 0; axis < N; ++axis) offset += at[axis] * strides_[axis];
        return data_[offset];
    }

    // The same elements with one axis run backwards.
    view reversed(std::size_t axis) const {
        view result(*this);
        if (extents_[axis] > 0) result.data_ += (extents_[axis] - 1) * strides_[axis];
        result.strides_[axis] = -strides_[axis];
        return result;
    }

    // Elements from, from + step, ... before `to` along one axis (step > 0; reversed() runs backwards).
    view slice(std::size_t axis, std::ptrdiff_t from, std::ptrdiff_t to, std::ptrdiff_t step = 1) const {
        if (axis >= N || step < 1 || from < 0 || from > to || to > extents_[axis])
            detail::fail(HL_ERR_ARGUMENT, "hl::view::slice: axis " + std::to_string(axis) + ", from " + std::to_string(from) +
                                              ", to " + std::to_string(to) + ", step " + std::to_string(step) +
                                              " does not lie in the view");
        view result(*this);
        if (from < extents_[axis]) result.data_ += from * strides_[axis];
        result.extents_[axis] = (to - from + step - 1) / step;
        result.strides_[axis] = strides_[axis] * step;
        return result;
    }

    // The axes in another order: axis k of the result is axis order[k] of this one.
    view permuted(const std::array<std::size_t, N>& order) const {
        view result(*this);
        for (std::size_t axis = 0; axis < N; ++axis) {
            result.extents_[axis] = extents_[order[axis]];
            result.strides_[axis] = strides_[order[axis]];
        }
        return result;
    }

    // One index of the first axis, for example one configuration.
    view<T, N - 1> at(std::ptrdiff_t index) const {
        static_assert(N > 1, "a view of one axis has elements, not parts");
        if (index < 0 || index >= extents_[0])
            detail::fail(HL_ERR_ARGUMENT, "hl::view::at: index " + std::to_string(index) + " is outside the first axis, which has " +
                                              std::to_string(extents_[0]) + " elements");
        std::array<std::ptrdiff_t, N - 1> extents, strides;
        for (std::size_t axis = 1; axis < N; ++axis) {
            extents[axis - 1] = extents_[axis];
            strides[axis - 1] = strides_[axis];
        }
        return view<T, N - 1>(data_ + index * strides_[0], extents, strides);
    }

private:
    T* data_;
    index_type extents_;
    index_type strides_;
    bool given_;
};

// row_major(pointer, n_conf, n_site, 3): the last index runs fastest, as in C.
template <class T, class... Extents>
view<T, sizeof...(Extents)> row_major(T* data, Extents... extents) {
    return view<T, sizeof...(Extents)>(data, {{static_cast<std::ptrdiff_t>(extents)...}});
}

// column_major(pointer, n_site, n_site): the first index runs fastest, as in Fortran or Eigen's default.
template <class T, class... Extents>
view<T, sizeof...(Extents)> column_major(T* data, Extents... extents) {
    const std::array<std::ptrdiff_t, sizeof...(Extents)> n = {{static_cast<std::ptrdiff_t>(extents)...}};
    std::array<std::ptrdiff_t, sizeof...(Extents)> strides;
    std::ptrdiff_t stride = 1;
    for (std::size_t axis = 0; axis < sizeof...(Extents); ++axis) {
        strides[axis] = stride;
        stride *= n[axis];
    }
    return view<T, sizeof...(Extents)>(data, n, strides);
}

// A vector's elements as an array of several axes, row-major; their number must be right.
template <class T, class Allocator, class... Extents>
view<T, sizeof...(Extents)> row_major(std::vector<T, Allocator>& values, Extents... extents) {
    const view<T, sizeof...(Extents)> result = row_major(values.data(), extents...);
    if (result.size() != static_cast<std::ptrdiff_t>(values.size()))
        detail::fail(HL_ERR_SHAPE, "hl::row_major: the extents ask for " + std::to_string(result.size()) +
                                       " elements, the vector has " + std::to_string(values.size()));
    return result;
}
template <class T, class Allocator, class... Extents>
view<const T, sizeof...(Extents)> row_major(const std::vector<T, Allocator>& values, Extents... extents) {
    const view<const T, sizeof...(Extents)> result = row_major(values.data(), extents...);
    if (result.size() != static_cast<std::ptrdiff_t>(values.size()))
        detail::fail(HL_ERR_SHAPE, "hl::row_major: the extents ask for " + std::to_string(result.size()) +
                                       " elements, the vector has " + std::to_string(values.size()));
    return result;
}
template <class T, class Allocator, class... Extents>
void row_major(const std::vector<T, Allocator>&& values, Extents... extents) = delete;

// The same array for each of n indices of a new first axis (stride 0): inputs that all configurations share.
template <class T, std::size_t N>
view<const T, N + 1> broadcast(const view<T, N>& shared, std::ptrdiff_t n) {
    if (!shared.given()) return view<const T, N + 1>();
    std::array<std::ptrdiff_t, N + 1> extents, strides;
    extents[0] = n;
    strides[0] = 0;
    for (std::size_t axis = 0; axis < N; ++axis) {
        extents[axis + 1] = shared.extent(axis);
        strides[axis + 1] = shared.stride(axis);
    }
    return view<const T, N + 1>(shared.data(), extents, strides);
}

namespace detail {

// An array of one configuration as an array of configurations; inputs and outputs alike.
template <class T, std::size_t N>
view<T, N + 1> single(const view<T, N>& array) {
    if (!array.given()) return view<T, N + 1>();
    std::array<std::ptrdiff_t, N + 1> extents, strides;
    extents[0] = 1;
    strides[0] = 0;
    for (std::size_t axis = 0; axis < N; ++axis) {
        extents[axis + 1] = array.extent(axis);
        strides[axis + 1] = array.stride(axis);
    }
    return view<T, N + 1>(array.data(), extents, strides);
}

template <class Array>
std::string extents_text(const Array& extents) {
    std::string text = "(";
    for (std::size_t axis = 0; axis < extents.size(); ++axis) {
        if (axis > 0) text += ", ";
        text += std::to_string(extents[axis]);
    }
    return text + ")";
}

// The library takes a null address for "not given"; an empty array may have no address either, and is not the same.
template <class T, std::size_t N>
T* address(const view<T, N>& array) {
    static typename std::remove_const<T>::type no_element = 0;
    if (!array.given()) return nullptr;
    return array.data() == nullptr ? &no_element : array.data();
}

template <class T, std::size_t N>
const std::ptrdiff_t* strides(const view<T, N>& array) {
    return array.strides().data();
}

// Checks that only this side can make. `meaning` says where the expected extents come from.
template <class T, std::size_t N>
void expect(const char* function, const char* name, const view<T, N>& array,
            const typename std::common_type<std::array<std::ptrdiff_t, N>>::type& expected, const char* meaning) {
    if (!array.given()) return;
    if (array.extents() != expected)
        fail(HL_ERR_SHAPE, std::string(function) + ": " + name + ": extents " + extents_text(array.extents()) + " where " +
                               extents_text(expected) + " is expected (" + meaning + ")");
    if (array.data() == nullptr && array.size() != 0)
        fail(HL_ERR_NULL, std::string(function) + ": " + name + ": the view has " + std::to_string(array.size()) +
                              " elements and a null pointer; a view that is not wanted is default-constructed");
}

}  // namespace detail

// ---- units --------------------------------------------------------------------------------------------------------------------

enum class unit : std::int32_t {
    wavenumber = HL_UNIT_WAVENUMBER,  // cm-1
    wavelength = HL_UNIT_WAVELENGTH,  // nm
    electronvolt = HL_UNIT_ELECTRONVOLT,
    hartree = HL_UNIT_HARTREE,
    terahertz = HL_UNIT_TERAHERTZ,
    debye = HL_UNIT_DEBYE,
    atomic_dipole = HL_UNIT_ATOMIC_DIPOLE,  // e a0
    coulomb_meter = HL_UNIT_COULOMB_METER,
    angstrom = HL_UNIT_ANGSTROM,
    bohr = HL_UNIT_BOHR,
    nanometer = HL_UNIT_NANOMETER
};

// `converted` may be `values` itself.
inline void convert_units(view<const double, 1> values, view<double, 1> converted, unit from, unit to) {
    const char* const function = "hl_units_convert";
    detail::check_abi(function);
    detail::expect(function, "values", values, values.extents(), "");
    detail::expect(function, "converted", converted, values.extents(), "as values");
    detail::check(hl_units_convert(values.extent(0), detail::address(values), detail::strides(values), detail::address(converted),
                                   detail::strides(converted), static_cast<std::int32_t>(from), static_cast<std::int32_t>(to)));
}

inline double convert_units(double value, unit from, unit to) {
    const view<double, 1> one(&value, {{1}});
    convert_units(one, one, from, to);
    return value;
}

// ---- exciton spectra ----------------------------------------------------------------------------------------------------------

namespace exciton {

enum class lineshape : std::int32_t {
    gaussian = HL_LINESHAPE_GAUSSIAN,
    lorentzian = HL_LINESHAPE_LORENTZIAN,
    voigt = HL_LINESHAPE_VOIGT
};
enum class normalization : std::int32_t { peak = HL_NORMALIZATION_PEAK, area = HL_NORMALIZATION_AREA };
enum class cd_scale : std::int32_t { dissymmetry = HL_CD_SCALE_DISSYMMETRY, rosenfeld = HL_CD_SCALE_ROSENFELD };
enum class broadening : std::int32_t {
    automatic = HL_BROADENING_AUTO,
    direct = HL_BROADENING_DIRECT,
    gridded = HL_BROADENING_GRIDDED
};

// Options of the exciton functions, with the library's defaults; every setter returns the options, so that they chain. Arrays
// are kept as views: they must live until the call.
class options {
public:
    // Told a few times a second, on the calling thread, how much is done. 0 goes on, positive cancels (hl::cancelled), negative
    // cancels with that status (hl::callback_error); an exception cancels and comes out of the call.
    typedef std::function<std::int32_t(std::int64_t done, std::int64_t total)> progress_function;

    options() { detail::check(hl_exciton_options_init(&values_, sizeof values_)); }

    options& lineshape(exciton::lineshape value) { return set(values_.lineshape, static_cast<std::int32_t>(value)); }
    options& normalization(exciton::normalization value) { return set(values_.normalization, static_cast<std::int32_t>(value)); }
    options& cd_scale(exciton::cd_scale value) { return set(values_.cd_scale, static_cast<std::int32_t>(value)); }
    options& broadening(exciton::broadening value) { return set(values_.broadening, static_cast<std::int32_t>(value)); }
    // Multiply the spectra by the grid's wavenumber.
    options& frequency_prefactor(bool value) { return set(values_.frequency_prefactor, value ? 1 : 0); }
    // Divide the dipoles by sqrt(sum |mu|^2) of the sites kept.
    options& normalize_dipoles(bool value) { return set(values_.normalize_dipoles, value ? 1 : 0); }

    // Full widths at half maximum, cm-1, for a Voigt profile of the Gaussian part. One for all (this takes back widths of their own):
    options& fwhm(double value) {
        set_widths(HL_FWHM_COMMON, view<const double, 1>(), view<const double, 1>());
        return set(values_.fwhm, value);
    }
    // The common width of CD where it is another than absorption's; 0 = the same.
    options& fwhm_cd(double value) { return set(values_.fwhm_cd, value); }
    options& lorentzian_fwhm(double value) { return set(values_.lorentzian_fwhm, value); }
    // Widths of their own for the excitons (ascending energy) or for the sites; `cd` not given = as `absorption`.
    options& fwhm_per_exciton(view<const double, 1> absorption, view<const double, 1> cd = view<const double, 1>()) {
        return set_widths(HL_FWHM_PER_EXCITON, absorption, cd);
    }
    options& fwhm_per_site(view<const double, 1> absorption, view<const double, 1> cd = view<const double, 1>()) {
        return set_widths(HL_FWHM_PER_SITE, absorption, cd);
    }

    // In widths; INFINITY = never cut.
    options& cutoff(double value) { return set(values_.cutoff, value); }
    // cm-1, added to every diagonal element of the Hamiltonians.
    options& energy_offset(double value) { return set(values_.energy_offset, value); }
    // Non-zero = this pigment is deleted.
    options& deleted(view<const std::uint8_t, 1> mask) {
        deleted_ = mask;
        return *this;
    }
    options& progress(progress_function function) {
        progress_ = std::move(function);
        return *this;
    }

    // The plain fields, for reading or for a value that the setters do not offer. Its pointers are set by the call.
    const hl_exciton_options& values() const { return values_; }
    hl_exciton_options& values() { return values_; }
    const view<const double, 1>& fwhm_values() const { return fwhm_values_; }
    const view<const double, 1>& fwhm_cd_values() const { return fwhm_cd_values_; }
    const view<const std::uint8_t, 1>& deleted() const { return deleted_; }
    const progress_function& progress() const { return progress_; }

private:
    template <class Field, class Value>
    options& set(Field& field, Value value) {
        field = value;
        return *this;
    }
    options& set_widths(std::int32_t fwhm_by, const view<const double, 1>& absorption, const view<const double, 1>& cd) {
        values_.fwhm_by = fwhm_by;
        fwhm_values_ = absorption;
        fwhm_cd_values_ = cd;
        return *this;
    }

    hl_exciton_options values_;
    view<const double, 1> fwhm_values_;
    view<const double, 1> fwhm_cd_values_;
    view<const std::uint8_t, 1> deleted_;
    progress_function progress_;
};

// What `sticks` is to write: C is the number of configuration axes, 0 or 1. A view left alone is not computed.
template <std::size_t C>
struct stick_outputs {
    view<double, C + 1> energies;              // [n_conf][n_site], cm-1, ascending
    view<double, C + 1> dipole_strengths;      // [n_conf][n_site]
    view<double, C + 1> rotational_strengths;  // [n_conf][n_site]
    view<double, C + 2> exciton_dipoles;       // [n_conf][n_site][3]
    view<double, C + 2> eigenvectors;          // [n_conf][n_site][n_site], (site, exciton): columns
};
typedef stick_outputs<0> single_stick_outputs;
typedef stick_outputs<1> ensemble_stick_outputs;

namespace detail {

using hl::detail::address;
using hl::detail::check;
using hl::detail::check_abi;
using hl::detail::expect;
using hl::detail::single;
using hl::detail::strides;

// The progress function of one call and the exception that it may have thrown.
struct progress_state {
    const options::progress_function* function;
    std::exception_ptr thrown;
};

extern "C" inline std::int32_t hl_cpp_report_progress(void* user, std::int64_t done, std::int64_t total) {
    progress_state& state = *static_cast<progress_state*>(user);
    try {
        return (*state.function)(done, total);
    } catch (...) {
        state.thrown = std::current_exception();
        return INT32_MIN;
    }
}

// The C options of one call; what they point to lives in here and in the caller's options.
class call_options {
public:
    call_options(const char* function, const options& chosen, std::ptrdiff_t n_value) : values_(chosen.values()) {
        expect(function, "options: fwhm_values", chosen.fwhm_values(), {{n_value}}, "one per site");
        expect(function, "options: fwhm_cd_values", chosen.fwhm_cd_values(), {{n_value}}, "one per site");
        expect(function, "options: deleted", chosen.deleted(), {{n_value}}, "one per site");
        values_.fwhm_values = address(chosen.fwhm_values());
        values_.fwhm_values_strides = strides(chosen.fwhm_values());
        values_.fwhm_cd_values = address(chosen.fwhm_cd_values());
        values_.fwhm_cd_values_strides = strides(chosen.fwhm_cd_values());
        values_.deleted = address(chosen.deleted());
        values_.deleted_strides = strides(chosen.deleted());
        progress_.function = &chosen.progress();
        if (chosen.progress()) {
            values_.progress = hl_cpp_report_progress;
            values_.progress_user = &progress_;
        }
    }
    call_options(const call_options&) = delete;
    call_options& operator=(const call_options&) = delete;

    const hl_exciton_options* get() const { return &values_; }

    // Throws what the progress function threw, else what the status says.
    void finish(hl_status status) const {
        if (progress_.thrown) std::rethrow_exception(progress_.thrown);
        check(status);
    }

private:
    hl_exciton_options values_;
    progress_state progress_;
};

inline void expect_system(const char* function, const view<const double, 3>& hamiltonians, const view<const double, 3>& dipoles,
                          const view<const double, 3>& positions) {
    const std::ptrdiff_t n_conf = hamiltonians.extent(0), n_site = hamiltonians.extent(1);
    expect(function, "hamiltonians", hamiltonians, {{n_conf, n_site, n_site}}, "n_conf, n_site, n_site");
    expect(function, "dipoles", dipoles, {{n_conf, n_site, 3}}, "n_conf, n_site, 3");
    expect(function, "positions", positions, {{n_conf, n_site, 3}}, "n_conf, n_site, 3");
}

inline void expect_spectra(const char* function, std::ptrdiff_t n_conf, const view<const double, 1>& weights,
                           const view<const double, 1>& grid, const view<double, 1>& absorption, const view<double, 1>& cd) {
    expect(function, "weights", weights, {{n_conf}}, "n_conf");
    expect(function, "grid", grid, grid.extents(), "");
    expect(function, "absorption", absorption, grid.extents(), "as grid");
    expect(function, "cd", cd, grid.extents(), "as grid");
}

}  // namespace detail

// Absorption and CD spectra: the (weighted) mean over configurations. `positions` may be left out ({}) where no CD is wanted.
inline void spectrum(view<const double, 3> hamiltonians, view<const double, 3> dipoles, view<const double, 3> positions,
                     view<const double, 1> grid, view<double, 1> absorption, view<double, 1> cd = view<double, 1>(),
                     const options& chosen = options(), view<const double, 1> weights = view<const double, 1>()) {
    using namespace detail;
    const char* const function = "hl_exciton_spectrum";
    check_abi(function);
    expect_system(function, hamiltonians, dipoles, positions);
    expect_spectra(function, hamiltonians.extent(0), weights, grid, absorption, cd);
    const call_options call(function, chosen, hamiltonians.extent(1));
    call.finish(hl_exciton_spectrum(hamiltonians.extent(0), hamiltonians.extent(1), grid.extent(0), address(hamiltonians),
                                    strides(hamiltonians), address(dipoles), strides(dipoles), address(positions),
                                    strides(positions), address(weights), strides(weights), address(grid), strides(grid),
                                    address(absorption), strides(absorption), address(cd), strides(cd), call.get()));
}

// Many Hamiltonians that share dipoles and positions. (hl::broadcast shares one of the two.)
inline void spectrum(view<const double, 3> hamiltonians, view<const double, 2> dipoles, view<const double, 2> positions,
                     view<const double, 1> grid, view<double, 1> absorption, view<double, 1> cd = view<double, 1>(),
                     const options& chosen = options(), view<const double, 1> weights = view<const double, 1>()) {
    const std::ptrdiff_t n_conf = hamiltonians.extent(0);
    spectrum(hamiltonians, broadcast(dipoles, n_conf), broadcast(positions, n_conf), grid, absorption, cd, chosen, weights);
}

// One configuration.
inline void spectrum(view<const double, 2> hamiltonian, view<const double, 2> dipoles, view<const double, 2> positions,
                     view<const double, 1> grid, view<double, 1> absorption, view<double, 1> cd = view<double, 1>(),
                     const options& chosen = options()) {
    spectrum(detail::single(hamiltonian), detail::single(dipoles), detail::single(positions), grid, absorption, cd, chosen);
}

// Exciton energies and strengths of every configuration.
inline void sticks(view<const double, 3> hamiltonians, view<const double, 3> dipoles, view<const double, 3> positions,
                   const ensemble_stick_outputs& outputs, const options& chosen = options()) {
    using namespace detail;
    const char* const function = "hl_exciton_sticks";
    const std::ptrdiff_t n_conf = hamiltonians.extent(0), n_site = hamiltonians.extent(1);
    check_abi(function);
    expect_system(function, hamiltonians, dipoles, positions);
    expect(function, "energies", outputs.energies, {{n_conf, n_site}}, "n_conf, n_site");
    expect(function, "dipole_strengths", outputs.dipole_strengths, {{n_conf, n_site}}, "n_conf, n_site");
    expect(function, "rotational_strengths", outputs.rotational_strengths, {{n_conf, n_site}}, "n_conf, n_site");
    expect(function, "exciton_dipoles", outputs.exciton_dipoles, {{n_conf, n_site, 3}}, "n_conf, n_site, 3");
    expect(function, "eigenvectors", outputs.eigenvectors, {{n_conf, n_site, n_site}}, "n_conf, n_site, n_site");
    const call_options call(function, chosen, n_site);
    call.finish(hl_exciton_sticks(
        n_conf, n_site, address(hamiltonians), strides(hamiltonians), address(dipoles), strides(dipoles), address(positions),
        strides(positions), address(outputs.energies), strides(outputs.energies), address(outputs.dipole_strengths),
        strides(outputs.dipole_strengths), address(outputs.rotational_strengths), strides(outputs.rotational_strengths),
        address(outputs.exciton_dipoles), strides(outputs.exciton_dipoles), address(outputs.eigenvectors),
        strides(outputs.eigenvectors), call.get()));
}

inline void sticks(view<const double, 3> hamiltonians, view<const double, 2> dipoles, view<const double, 2> positions,
                   const ensemble_stick_outputs& outputs, const options& chosen = options()) {
    const std::ptrdiff_t n_conf = hamiltonians.extent(0);
    sticks(hamiltonians, broadcast(dipoles, n_conf), broadcast(positions, n_conf), outputs, chosen);
}

inline void sticks(view<const double, 2> hamiltonian, view<const double, 2> dipoles, view<const double, 2> positions,
                   const single_stick_outputs& outputs, const options& chosen = options()) {
    ensemble_stick_outputs ensemble;
    ensemble.energies = detail::single(outputs.energies);
    ensemble.dipole_strengths = detail::single(outputs.dipole_strengths);
    ensemble.rotational_strengths = detail::single(outputs.rotational_strengths);
    ensemble.exciton_dipoles = detail::single(outputs.exciton_dipoles);
    ensemble.eigenvectors = detail::single(outputs.eigenvectors);
    sticks(detail::single(hamiltonian), detail::single(dipoles), detail::single(positions), ensemble, chosen);
}

// Spectra of sticks that are known already: the (weighted) mean over configurations. Strengths whose spectrum is not wanted may
// be left out ({}).
inline void broaden(view<const double, 2> energies, view<const double, 2> dipole_strengths,
                    view<const double, 2> rotational_strengths, view<const double, 1> grid, view<double, 1> absorption,
                    view<double, 1> cd = view<double, 1>(), const options& chosen = options(),
                    view<const double, 1> weights = view<const double, 1>()) {
    using namespace detail;
    const char* const function = "hl_exciton_broaden";
    const std::ptrdiff_t n_conf = energies.extent(0), n_exciton = energies.extent(1);
    check_abi(function);
    expect(function, "energies", energies, energies.extents(), "");
    expect(function, "dipole_strengths", dipole_strengths, energies.extents(), "as energies");
    expect(function, "rotational_strengths", rotational_strengths, energies.extents(), "as energies");
    expect_spectra(function, n_conf, weights, grid, absorption, cd);
    const call_options call(function, chosen, n_exciton);
    call.finish(hl_exciton_broaden(n_conf, n_exciton, grid.extent(0), address(energies), strides(energies),
                                   address(dipole_strengths), strides(dipole_strengths), address(rotational_strengths),
                                   strides(rotational_strengths), address(weights), strides(weights), address(grid), strides(grid),
                                   address(absorption), strides(absorption), address(cd), strides(cd), call.get()));
}

inline void broaden(view<const double, 1> energies, view<const double, 1> dipole_strengths,
                    view<const double, 1> rotational_strengths, view<const double, 1> grid, view<double, 1> absorption,
                    view<double, 1> cd = view<double, 1>(), const options& chosen = options()) {
    broaden(detail::single(energies), detail::single(dipole_strengths), detail::single(rotational_strengths), grid, absorption, cd,
            chosen);
}

}  // namespace exciton
}  // namespace hl

#endif
