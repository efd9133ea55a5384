// Options of the exciton functions, and what these functions check alike.
#ifndef HOTLOOP_EXCITON_OPTIONS_HPP
#define HOTLOOP_EXCITON_OPTIONS_HPP

#include <cstddef>
#include <cstdint>
#include <utility>

#include "../progress.hpp"
#include "../view.hpp"

namespace hl {

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
    typedef hl::progress_function progress_function;

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
    // cm-1, added to every diagonal element of the Hamiltonians; at most 1e200 in magnitude.
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

namespace detail {

using hl::detail::address;
using hl::detail::check;
using hl::detail::check_abi;
using hl::detail::expect;
using hl::detail::hl_cpp_report_progress;
using hl::detail::progress_call;
using hl::detail::single;
using hl::detail::strides;

// The C options of one call; what they point to lives in here and in the caller's options.
class call_options {
public:
    call_options(const char* function, const options& chosen, std::ptrdiff_t n_value, const hl_exciton_sample* its_sample = nullptr)
        : values_(chosen.values()), progress_(chosen.progress()) {
        expect(function, "options: fwhm_values", chosen.fwhm_values(), {{n_value}}, "one per site or exciton");
        expect(function, "options: fwhm_cd_values", chosen.fwhm_cd_values(), {{n_value}}, "one per site or exciton");
        expect(function, "options: deleted", chosen.deleted(), {{n_value}}, "one per site");
        values_.fwhm_values = address(chosen.fwhm_values());
        values_.fwhm_values_strides = strides(chosen.fwhm_values());
        values_.fwhm_cd_values = address(chosen.fwhm_cd_values());
        values_.fwhm_cd_values_strides = strides(chosen.fwhm_cd_values());
        values_.deleted = address(chosen.deleted());
        values_.deleted_strides = strides(chosen.deleted());
        if (its_sample != nullptr) values_.sample = its_sample;
        if (chosen.progress()) {
            values_.progress = hl_cpp_report_progress;
            values_.progress_user = &progress_;
        }
    }
    call_options(const call_options&) = delete;
    call_options& operator=(const call_options&) = delete;

    const hl_exciton_options* get() const { return &values_; }

    void finish(hl_status status) const { progress_.finish(status); }

private:
    hl_exciton_options values_;
    progress_call progress_;
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
}  // namespace exciton

}  // namespace hl

#endif
