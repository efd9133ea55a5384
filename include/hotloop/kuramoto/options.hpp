// Options of the Kuramoto functions, and what these functions check alike.
#ifndef HOTLOOP_KURAMOTO_OPTIONS_HPP
#define HOTLOOP_KURAMOTO_OPTIONS_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "../progress.hpp"
#include "../view.hpp"

namespace hl {

namespace kuramoto {

enum class law : std::int32_t {
    sine = HL_COUPLING_SINE,
    direct_sine = HL_COUPLING_DIRECT_SINE,
    linear = HL_COUPLING_LINEAR
};
enum class method : std::int32_t {
    euler = HL_METHOD_EULER,
    heun = HL_METHOD_HEUN,
    rk4 = HL_METHOD_RK4,
    dormand_prince = HL_METHOD_DORMAND_PRINCE
};
enum class boundary : std::int32_t {
    zero_flux = HL_BOUNDARY_ZERO_FLUX,
    periodic = HL_BOUNDARY_PERIODIC,
    halo = HL_BOUNDARY_HALO
};
enum class nonfinite : std::int32_t { refuse = HL_NONFINITE_REFUSE, propagate = HL_NONFINITE_PROPAGATE };

// One value for each cell of a lattice (node, edge), or one for all: natural frequencies and couplings are given as a view, a vector or a number.
template <class T, std::size_t N>
class cells {
public:
    cells(T value) : value_(value), is_one_(true) {}
    // Whatever is a view already or converts to one.
    template <class Array, class = typename std::enable_if<std::is_convertible<Array, view<const T, N>>::value>::type>
    cells(Array&& values) : values_(std::forward<Array>(values)), value_(), is_one_(false) {}

    // As an array of these extents; a single value has strides of 0. It must not outlive this object.
    view<const T, N> over(const std::array<std::ptrdiff_t, N>& extents) const {
        return is_one_ ? view<const T, N>(&value_, extents, std::array<std::ptrdiff_t, N>()) : values_;
    }

private:
    view<const T, N> values_;
    T value_;
    bool is_one_;
};

namespace detail {

using hl::detail::address;
using hl::detail::check;
using hl::detail::check_abi;
using hl::detail::expect;
using hl::detail::fail;
using hl::detail::hl_cpp_report_progress;
using hl::detail::progress_call;
using hl::detail::strides;

// The phases beyond one end of an axis, of any precision and one axis less than the lattice.
class face {
public:
    face() : single_(0.0), single_f32_(0.0f) {}
    explicit face(double phase) : kind_(number), single_(phase), single_f32_(static_cast<float>(phase)) {}
    explicit face(const view<const double, 1>& phases) : kind_(f64_1), f64_1_(phases), single_(0.0), single_f32_(0.0f) {}
    explicit face(const view<const double, 2>& phases) : kind_(f64_2), f64_2_(phases), single_(0.0), single_f32_(0.0f) {}
    explicit face(const view<const float, 1>& phases) : kind_(f32_1), f32_1_(phases), single_(0.0), single_f32_(0.0f) {}
    explicit face(const view<const float, 2>& phases) : kind_(f32_2), f32_2_(phases), single_(0.0), single_f32_(0.0f) {}

    bool given() const { return kind_ != none; }

    // What the C options want of a lattice of precision T and N axes; null where this is no such face.
    template <class T, std::size_t N>
    const void* address_for(const char* function, const char* name, const std::array<std::ptrdiff_t, N>& lattice, std::size_t axis,
                            const std::ptrdiff_t*& face_strides) const;

private:
    enum kind { none, number, f64_1, f64_2, f32_1, f32_2 };

    const view<const double, 1>* of(double, std::integral_constant<std::size_t, 1>) const { return kind_ == f64_1 ? &f64_1_ : nullptr; }
    const view<const double, 2>* of(double, std::integral_constant<std::size_t, 2>) const { return kind_ == f64_2 ? &f64_2_ : nullptr; }
    const view<const float, 1>* of(float, std::integral_constant<std::size_t, 1>) const { return kind_ == f32_1 ? &f32_1_ : nullptr; }
    const view<const float, 2>* of(float, std::integral_constant<std::size_t, 2>) const { return kind_ == f32_2 ? &f32_2_ : nullptr; }
    const void* one(double) const { return kind_ == number ? &single_ : nullptr; }
    const void* one(float) const { return kind_ == number ? &single_f32_ : nullptr; }

    template <class T>
    const void* find(const char*, const char*, const std::array<std::ptrdiff_t, 1>&, std::size_t, const std::ptrdiff_t*&) const {
        return one(T());
    }
    template <class T, std::size_t N>
    const void* find(const char* function, const char* name, const std::array<std::ptrdiff_t, N>& lattice, std::size_t axis,
                     const std::ptrdiff_t*& face_strides) const {
        const view<const T, N - 1>* phases = of(T(), std::integral_constant<std::size_t, N - 1>());
        if (phases == nullptr) return nullptr;
        std::array<std::ptrdiff_t, N - 1> expected;
        for (std::size_t from = 0, to = 0; from < N; ++from)
            if (from != axis) expected[to++] = lattice[from];
        expect(function, name, *phases, expected, "theta's extents without that axis");
        face_strides = strides(*phases);
        return address(*phases);
    }

    kind kind_ = none;
    view<const double, 1> f64_1_;
    view<const double, 2> f64_2_;
    view<const float, 1> f32_1_;
    view<const float, 2> f32_2_;
    double single_;
    float single_f32_;
};

template <class T, std::size_t N>
const void* face::address_for(const char* function, const char* name, const std::array<std::ptrdiff_t, N>& lattice, std::size_t axis,
                              const std::ptrdiff_t*& face_strides) const {
    if (!given()) return nullptr;
    const void* found = find<T>(function, name, lattice, axis, face_strides);
    if (found == nullptr)
        fail(HL_ERR_OPTION, std::string(function) + ": " + name + ": is of another precision or number of axes than theta's ends; give " +
                                (N == 1 ? std::string("a number") : "a view<const " + std::string(sizeof(T) == 8 ? "double" : "float") +
                                                                        ", " + std::to_string(N - 1) + ">"));
    return found;
}

}  // namespace detail

// Options of the Kuramoto functions, with the library's defaults; every setter returns the options, so that they chain. Arrays are
// kept as views: they must live until the call.
class options {
public:
    typedef hl::progress_function progress_function;

    options() { detail::check(hl_kuramoto_options_init(&values_, sizeof values_)); }

    options& law(kuramoto::law value) { return set(values_.law, static_cast<std::int32_t>(value)); }
    // The phase lag of Sakaguchi's coupling, radians.
    options& lag(double value) { return set(values_.lag, value); }
    // Of integrations.
    options& method(kuramoto::method value) { return set(values_.method, static_cast<std::int32_t>(value)); }
    options& nonfinite(kuramoto::nonfinite value) { return set(values_.nonfinite, static_cast<std::int32_t>(value)); }
    // Right-hand sides are added to dtheta.
    options& accumulate(bool value) { return set(values_.accumulate, value ? 1 : 0); }

    // What lies beyond the ends of all axes, or of one; this takes back halos.
    options& boundary(kuramoto::boundary value) {
        for (std::size_t axis = 0; axis < 3; ++axis) boundary(axis, value);
        return *this;
    }
    options& boundary(std::size_t axis, kuramoto::boundary value) {
        return set_axis(axis, static_cast<std::int32_t>(value), detail::face(), detail::face());
    }
    // The phases beyond the first and beyond the last cells of an axis: the lattice's shape without that axis, a number for a lattice
    // of one axis. Held fixed during an integration.
    options& halo(std::size_t axis, double below, double above) { return set_halo(axis, below, above); }
    options& halo(std::size_t axis, view<const double, 1> below, view<const double, 1> above) { return set_halo(axis, below, above); }
    options& halo(std::size_t axis, view<const double, 2> below, view<const double, 2> above) { return set_halo(axis, below, above); }
    options& halo(std::size_t axis, view<const float, 1> below, view<const float, 1> above) { return set_halo(axis, below, above); }
    options& halo(std::size_t axis, view<const float, 2> below, view<const float, 2> above) { return set_halo(axis, below, above); }

    // White noise of an integration by Euler's and Heun's methods: d theta = f dt + amplitude dW. What a cell gets in a step is a function
    // of the seed and of both their numbers.
    options& noise(double amplitude, std::int64_t seed = 0) {
        values_.noise_seed = seed;
        return set(values_.noise, amplitude);
    }
    // Numbers of the call's first step and first cell, for the noise of a run or a lattice in parts.
    options& first_step(std::int64_t value) { return set(values_.first_step, value); }
    options& first_cell(std::int64_t value) { return set(values_.first_cell, value); }
    // For method::dormand_prince: the error of each of its steps, root mean square over the cells, is at most atol + rtol |theta|.
    options& atol(double value) { return set(values_.atol, value); }
    options& rtol(double value) { return set(values_.rtol, value); }
    // For method::dormand_prince: the length of the first step to try, 0 if not known, in which every call leaves that of the next; so
    // a run in parts has the bits of the whole. It must live as long as the options are used.
    options& next_step(double& length) { return set(values_.next_step, &length); }

    // Counts steps.
    options& progress(progress_function function) {
        progress_ = std::move(function);
        return *this;
    }

    // The plain fields, for reading or for a value that the setters do not offer. Halos and progress are set by the call.
    const hl_kuramoto_options& values() const { return values_; }
    hl_kuramoto_options& values() { return values_; }
    const detail::face& face(std::size_t axis, std::size_t side) const { return faces_[axis][side]; }
    const progress_function& progress() const { return progress_; }

private:
    template <class Field, class Value>
    options& set(Field& field, Value value) {
        field = value;
        return *this;
    }
    template <class Phases>
    options& set_halo(std::size_t axis, const Phases& below, const Phases& above) {
        return set_axis(axis, HL_BOUNDARY_HALO, detail::face(below), detail::face(above));
    }
    options& set_axis(std::size_t axis, std::int32_t boundary, const detail::face& below, const detail::face& above) {
        if (axis >= faces_.size())
            detail::fail(HL_ERR_OPTION, "hl::kuramoto::options: axis " + std::to_string(axis) + " where axes 0, 1 and 2 are known");
        values_.boundary[axis] = boundary;
        faces_[axis][0] = below;
        faces_[axis][1] = above;
        return *this;
    }

    hl_kuramoto_options values_;
    std::array<std::array<detail::face, 2>, 3> faces_;
    progress_function progress_;
};

namespace detail {

// The C options of one call; what they point to lives in here and in the caller's options.
class call_options {
public:
    template <class T, std::size_t N>
    call_options(const char* function, const options& chosen, const view<T, N>& theta)
        : call_options(chosen) {
        static const char* const names[3][2] = {{"halo below axis 0", "halo above axis 0"},
                                                {"halo below axis 1", "halo above axis 1"},
                                                {"halo below axis 2", "halo above axis 2"}};
        typedef typename std::remove_const<T>::type element;
        for (std::size_t axis = 0; axis < N; ++axis) {
            values_.halo_below[axis] = chosen.face(axis, 0).address_for<element>(function, names[axis][0], theta.extents(), axis,
                                                                                 values_.halo_below_strides[axis]);
            values_.halo_above[axis] = chosen.face(axis, 1).address_for<element>(function, names[axis][1], theta.extents(), axis,
                                                                                 values_.halo_above_strides[axis]);
        }
    }
    // Without a lattice: halos are not looked at.
    explicit call_options(const options& chosen) : values_(chosen.values()), progress_(chosen.progress()) {
        if (chosen.progress()) {
            values_.progress = hl_cpp_report_progress;
            values_.progress_user = &progress_;
        }
    }
    call_options(const call_options&) = delete;
    call_options& operator=(const call_options&) = delete;

    const hl_kuramoto_options* get() const { return &values_; }

    void finish(hl_status status) const { progress_.finish(status); }

private:
    hl_kuramoto_options values_;
    progress_call progress_;
};

}  // namespace detail
}  // namespace kuramoto

}  // namespace hl

#endif
