// Derivatives of mean exciton spectra, fits of measured ones, couplings of point dipoles, disordered ensembles, and linear dichroism.
#ifndef HOTLOOP_FIT_HPP
#define HOTLOOP_FIT_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

#include "exciton/options.hpp"

namespace hl {

namespace exciton {

// `both` is absorption and CD, `all` these and linear dichroism.
enum class spectrum_kind : std::int32_t {
    absorption = HL_SPECTRUM_ABSORPTION,
    cd = HL_SPECTRUM_CD,
    both = HL_SPECTRUM_BOTH,
    ld = HL_SPECTRUM_LD,
    all = HL_SPECTRUM_ALL
};

// What may vary; see HL_PARAMETER_* for units. Sites and axes count from 0.
struct parameter {
    std::int32_t kind, first, second;

    static parameter site_energy(std::int32_t site) { return {HL_PARAMETER_SITE_ENERGY, site, 0}; }
    static parameter coupling(std::int32_t i, std::int32_t j) { return {HL_PARAMETER_COUPLING, i, j}; }
    static parameter dipole_scale(std::int32_t site) { return {HL_PARAMETER_DIPOLE_SCALE, site, 0}; }
    static parameter dipole_rotation(std::int32_t site, std::int32_t axis) { return {HL_PARAMETER_DIPOLE_ROTATION, site, axis}; }
    static parameter position(std::int32_t site, std::int32_t axis) { return {HL_PARAMETER_POSITION, site, axis}; }
    static parameter variant_site_energy(std::int32_t site, std::int32_t variant) {
        return {HL_PARAMETER_VARIANT_SITE_ENERGY, site, variant};
    }
    static parameter variant_weight(std::int32_t variant) { return {HL_PARAMETER_VARIANT_WEIGHT, variant, 0}; }
    static parameter fwhm(spectrum_kind of) { return {HL_PARAMETER_FWHM, static_cast<std::int32_t>(of), 0}; }
    static parameter shift(spectrum_kind of) { return {HL_PARAMETER_SHIFT, static_cast<std::int32_t>(of), 0}; }
    static parameter scale(spectrum_kind of) { return {HL_PARAMETER_SCALE, static_cast<std::int32_t>(of), 0}; }
    static parameter offset(spectrum_kind of) { return {HL_PARAMETER_OFFSET, static_cast<std::int32_t>(of), 0}; }
};

// A measured spectrum; default-constructed: not measured. Without sigma all standard deviations are 1.
struct measured_spectrum {
    view<const double, 1> grid, values, sigma;
};

// What a fit may be told of a sample beyond its configurations; default-constructed: nothing. Fields as in hotloop.h. An
// ensemble that is drawn takes a view of Hamiltonians whose first axis has stride 0.
struct sample {
    sample() : fwhm_ld(0.0), seed(0), first_member(0) {}

    measured_spectrum ld;                        // linear dichroism; hl::exciton::jacobian needs its grid alone
    view<const double, 1> axis;                  // [3], about which the sample is oriented
    double fwhm_ld;                              // cm-1; 0 = that of absorption
    view<double, 1> model_ld;                    // output [n_ld]
    view<double, 2> ld_jacobian;                 // output [n_ld][n_parameter] of hl::exciton::jacobian
    view<const double, 1> variant_weights;       // [n_variant]
    view<const std::uint8_t, 2> variant_deleted; // [n_variant][n_site]
    view<const double, 2> variant_energies;      // [n_variant][n_site] cm-1
    view<const double, 2> site_factor;           // [n_site][n_factor] cm-1
    view<const double, 2> coupling_sigma;        // [n_site][n_site] cm-1
    std::uint64_t seed, first_member;
};

// The fit's options with the library's defaults; fields as in hotloop.h. Arrays are kept as views: they must live until the call.
struct fit_options {
    fit_options() : values() { hl::detail::check(hl_exciton_fit_options_init(&values, sizeof values)); }

    hl_exciton_fit_options values;
    view<const double, 1> lower, upper, prior, prior_sigma;
};

// What a fit is to write beside the values; a view left alone is not written.
struct fit_outputs {
    view<double, 1> standard_errors;             // [n_parameter]
    view<double, 2> covariance, correlation;     // [n_parameter][n_parameter]
    view<double, 1> absorption, cd;              // the model at the measurement's points
};

namespace detail {

inline void expect_measured(const char* function, const measured_spectrum& measured) {
    expect(function, "measured values", measured.values, measured.grid.extents(), "as grid");
    expect(function, "measured sigma", measured.sigma, measured.grid.extents(), "as grid");
}

// The C struct of one call; what it points to lives in the caller's sample.
class call_sample {
public:
    call_sample(const char* function, const sample& given, std::ptrdiff_t n_site, std::ptrdiff_t n_parameter) {
        const std::ptrdiff_t n_ld = given.ld.grid.extent(0), n_variant = given.variant_weights.extent(0);
        expect(function, "sample: ld", given.ld.values, given.ld.grid.extents(), "as its grid");
        expect(function, "sample: ld sigma", given.ld.sigma, given.ld.grid.extents(), "as its grid");
        expect(function, "sample: axis", given.axis, {{3}}, "a direction");
        expect(function, "sample: model_ld", given.model_ld, given.ld.grid.extents(), "as its grid");
        expect(function, "sample: ld_jacobian", given.ld_jacobian, {{n_ld, n_parameter}}, "n_ld, n_parameter");
        expect(function, "sample: variant_deleted", given.variant_deleted, {{n_variant, n_site}}, "n_variant, n_site");
        expect(function, "sample: variant_energies", given.variant_energies, {{n_variant, n_site}}, "n_variant, n_site");
        expect(function, "sample: site_factor", given.site_factor, {{n_site, given.site_factor.extent(1)}}, "n_site, n_factor");
        expect(function, "sample: coupling_sigma", given.coupling_sigma, {{n_site, n_site}}, "n_site, n_site");
        check(hl_exciton_sample_init(&values_, sizeof values_));
        values_.n_ld = n_ld;
        values_.ld_grid = address(given.ld.grid);
        values_.ld_grid_strides = strides(given.ld.grid);
        values_.ld_measured = address(given.ld.values);
        values_.ld_measured_strides = strides(given.ld.values);
        values_.ld_sigma = address(given.ld.sigma);
        values_.ld_sigma_strides = strides(given.ld.sigma);
        values_.axis = address(given.axis);
        values_.axis_strides = strides(given.axis);
        values_.fwhm_ld = given.fwhm_ld;
        values_.ld = address(given.model_ld);
        values_.ld_strides = strides(given.model_ld);
        values_.ld_jacobian = address(given.ld_jacobian);
        values_.ld_jacobian_strides = strides(given.ld_jacobian);
        values_.n_variant = n_variant;
        values_.variant_weights = address(given.variant_weights);
        values_.variant_weights_strides = strides(given.variant_weights);
        values_.variant_deleted = address(given.variant_deleted);
        values_.variant_deleted_strides = strides(given.variant_deleted);
        values_.variant_energies = address(given.variant_energies);
        values_.variant_energies_strides = strides(given.variant_energies);
        values_.n_factor = given.site_factor.extent(1);
        values_.site_factor = address(given.site_factor);
        values_.site_factor_strides = strides(given.site_factor);
        values_.coupling_sigma = address(given.coupling_sigma);
        values_.coupling_sigma_strides = strides(given.coupling_sigma);
        values_.seed = given.seed;
        values_.first_member = given.first_member;
    }

    const hl_exciton_sample* get() const { return &values_; }

private:
    hl_exciton_sample values_;
};

// The rows of `parameters` lie as the library reads them.
static_assert(sizeof(parameter) == 3 * sizeof(std::int32_t), "three numbers a row");
inline const std::int32_t* rows(const std::vector<parameter>& parameters) {
    return parameters.empty() ? nullptr : &parameters.front().kind;
}

}  // namespace detail

// The misfit 1/2 sum ((model - measured) / sigma)^2 and its gradient. `gradient`, `absorption` and `cd` may be left out ({}).
inline double residual_gradient(view<const double, 3> hamiltonians, view<const double, 3> dipoles, view<const double, 3> positions,
                                const measured_spectrum& absorption_measured, const measured_spectrum& cd_measured,
                                const std::vector<parameter>& parameters, view<const double, 1> values,
                                view<double, 1> gradient = view<double, 1>(), view<double, 1> absorption = view<double, 1>(),
                                view<double, 1> cd = view<double, 1>(), const options& chosen = options(),
                                view<const double, 1> weights = view<const double, 1>(), const sample& of = sample()) {
    using namespace detail;
    const char* const function = "hl_exciton_residual_gradient";
    const std::ptrdiff_t n_parameter = static_cast<std::ptrdiff_t>(parameters.size());
    const measured_spectrum &a = absorption_measured, &c = cd_measured;
    double misfit = 0.0;
    check_abi(function);
    expect_system(function, hamiltonians, dipoles, positions);
    expect_measured(function, a);
    expect_measured(function, c);
    expect(function, "values", values, {{n_parameter}}, "n_parameter");
    expect(function, "gradient", gradient, {{n_parameter}}, "n_parameter");
    expect(function, "absorption", absorption, a.grid.extents(), "as its grid");
    expect(function, "cd", cd, c.grid.extents(), "as its grid");
    expect(function, "weights", weights, {{hamiltonians.extent(0)}}, "n_conf");
    const call_sample its_sample(function, of, hamiltonians.extent(1), n_parameter);
    call_options call(function, chosen, hamiltonians.extent(1), its_sample.get());
    call.finish(hl_exciton_residual_gradient(
        hamiltonians.extent(0), hamiltonians.extent(1), a.grid.extent(0), c.grid.extent(0), n_parameter, address(hamiltonians),
        strides(hamiltonians), address(dipoles), strides(dipoles), address(positions), strides(positions), address(weights),
        strides(weights), address(a.grid), strides(a.grid), address(a.values), strides(a.values), address(a.sigma), strides(a.sigma),
        address(c.grid), strides(c.grid), address(c.values), strides(c.values), address(c.sigma), strides(c.sigma), rows(parameters),
        nullptr, address(values), strides(values), &misfit, address(gradient), strides(gradient), address(absorption),
        strides(absorption), address(cd), strides(cd), call.get()));
    return misfit;
}

// Mean spectra and their derivatives, [n_grid][n_parameter]. What is not wanted may be left out ({}), a grid as well.
inline void jacobian(view<const double, 3> hamiltonians, view<const double, 3> dipoles, view<const double, 3> positions,
                     view<const double, 1> absorption_grid, view<const double, 1> cd_grid, const std::vector<parameter>& parameters,
                     view<const double, 1> values, view<double, 1> absorption, view<double, 1> cd, view<double, 2> absorption_jacobian,
                     view<double, 2> cd_jacobian, const options& chosen = options(),
                     view<const double, 1> weights = view<const double, 1>(), const sample& of = sample()) {
    using namespace detail;
    const char* const function = "hl_exciton_jacobian";
    const std::ptrdiff_t n_parameter = static_cast<std::ptrdiff_t>(parameters.size());
    check_abi(function);
    expect_system(function, hamiltonians, dipoles, positions);
    expect(function, "values", values, {{n_parameter}}, "n_parameter");
    expect(function, "absorption", absorption, absorption_grid.extents(), "as its grid");
    expect(function, "cd", cd, cd_grid.extents(), "as its grid");
    expect(function, "absorption_jacobian", absorption_jacobian, {{absorption_grid.extent(0), n_parameter}}, "n_grid, n_parameter");
    expect(function, "cd_jacobian", cd_jacobian, {{cd_grid.extent(0), n_parameter}}, "n_grid, n_parameter");
    expect(function, "weights", weights, {{hamiltonians.extent(0)}}, "n_conf");
    const call_sample its_sample(function, of, hamiltonians.extent(1), n_parameter);
    call_options call(function, chosen, hamiltonians.extent(1), its_sample.get());
    call.finish(hl_exciton_jacobian(
        hamiltonians.extent(0), hamiltonians.extent(1), absorption_grid.extent(0), cd_grid.extent(0), n_parameter,
        address(hamiltonians), strides(hamiltonians), address(dipoles), strides(dipoles), address(positions), strides(positions),
        address(weights), strides(weights), address(absorption_grid), strides(absorption_grid), address(cd_grid), strides(cd_grid),
        rows(parameters), nullptr, address(values), strides(values), address(absorption), strides(absorption), address(cd), strides(cd),
        address(absorption_jacobian), strides(absorption_jacobian), address(cd_jacobian), strides(cd_jacobian), call.get()));
}

// The values that suit the measurement best; `values` holds the start before and the best values after. A cancelled or singular fit
// throws, and what it has so far is written.
inline hl_exciton_fit_result fit(view<const double, 3> hamiltonians, view<const double, 3> dipoles, view<const double, 3> positions,
                                 const measured_spectrum& absorption_measured, const measured_spectrum& cd_measured,
                                 const std::vector<parameter>& parameters, view<double, 1> values,
                                 const fit_outputs& outputs = fit_outputs(), const fit_options& how = fit_options(),
                                 const options& chosen = options(), view<const double, 1> weights = view<const double, 1>(),
                                 const sample& of = sample()) {
    using namespace detail;
    const char* const function = "hl_exciton_fit";
    const std::ptrdiff_t n_parameter = static_cast<std::ptrdiff_t>(parameters.size());
    const measured_spectrum &a = absorption_measured, &c = cd_measured;
    hl_exciton_fit_result result = hl_exciton_fit_result();
    check_abi(function);
    expect_system(function, hamiltonians, dipoles, positions);
    expect_measured(function, a);
    expect_measured(function, c);
    expect(function, "values", values, {{n_parameter}}, "n_parameter");
    expect(function, "standard_errors", outputs.standard_errors, {{n_parameter}}, "n_parameter");
    expect(function, "covariance", outputs.covariance, {{n_parameter, n_parameter}}, "n_parameter, n_parameter");
    expect(function, "correlation", outputs.correlation, {{n_parameter, n_parameter}}, "n_parameter, n_parameter");
    expect(function, "absorption", outputs.absorption, a.grid.extents(), "as its grid");
    expect(function, "cd", outputs.cd, c.grid.extents(), "as its grid");
    expect(function, "lower", how.lower, {{n_parameter}}, "n_parameter");
    expect(function, "upper", how.upper, {{n_parameter}}, "n_parameter");
    expect(function, "prior", how.prior, {{n_parameter}}, "n_parameter");
    expect(function, "prior_sigma", how.prior_sigma, {{n_parameter}}, "n_parameter");
    expect(function, "weights", weights, {{hamiltonians.extent(0)}}, "n_conf");
    hl_exciton_fit_options fit_values = how.values;
    fit_values.lower = address(how.lower);
    fit_values.lower_strides = strides(how.lower);
    fit_values.upper = address(how.upper);
    fit_values.upper_strides = strides(how.upper);
    fit_values.prior = address(how.prior);
    fit_values.prior_strides = strides(how.prior);
    fit_values.prior_sigma = address(how.prior_sigma);
    fit_values.prior_sigma_strides = strides(how.prior_sigma);
    const call_sample its_sample(function, of, hamiltonians.extent(1), n_parameter);
    call_options call(function, chosen, hamiltonians.extent(1), its_sample.get());
    call.finish(hl_exciton_fit(
        hamiltonians.extent(0), hamiltonians.extent(1), a.grid.extent(0), c.grid.extent(0), n_parameter, address(hamiltonians),
        strides(hamiltonians), address(dipoles), strides(dipoles), address(positions), strides(positions), address(weights),
        strides(weights), address(a.grid), strides(a.grid), address(a.values), strides(a.values), address(a.sigma), strides(a.sigma),
        address(c.grid), strides(c.grid), address(c.values), strides(c.values), address(c.sigma), strides(c.sigma), rows(parameters),
        nullptr, address(values), strides(values), address(outputs.standard_errors), strides(outputs.standard_errors),
        address(outputs.covariance), strides(outputs.covariance), address(outputs.correlation), strides(outputs.correlation),
        address(outputs.absorption), strides(outputs.absorption), address(outputs.cd), strides(outputs.cd), &result, call.get(),
        &fit_values));
    return result;
}

// Couplings of point dipoles (debye, angstrom) into the elements beside the diagonal; the diagonal is left as it is.
inline void point_dipole_couplings(view<const double, 3> dipoles, view<const double, 3> positions, double screening,
                                   view<double, 3> hamiltonians) {
    using namespace detail;
    const char* const function = "hl_exciton_point_dipole_couplings";
    const std::ptrdiff_t n_conf = hamiltonians.extent(0), n_site = hamiltonians.extent(1);
    check_abi(function);
    expect(function, "hamiltonians", hamiltonians, {{n_conf, n_site, n_site}}, "n_conf, n_site, n_site");
    expect(function, "dipoles", dipoles, {{n_conf, n_site, 3}}, "n_conf, n_site, 3");
    expect(function, "positions", positions, {{n_conf, n_site, 3}}, "n_conf, n_site, 3");
    check(hl_exciton_point_dipole_couplings(n_conf, n_site, address(dipoles), strides(dipoles), address(positions),
                                            strides(positions), screening, address(hamiltonians), strides(hamiltonians)));
}

// Mean linear dichroism about `axis` (any length but 0), on the scale of absorption.
inline void linear_dichroism(view<const double, 3> hamiltonians, view<const double, 3> dipoles, view<const double, 1> axis,
                             view<const double, 1> grid, view<double, 1> ld, const options& chosen = options(),
                             view<const double, 1> weights = view<const double, 1>()) {
    using namespace detail;
    const char* const function = "hl_exciton_linear_dichroism";
    check_abi(function);
    expect_system(function, hamiltonians, dipoles, view<const double, 3>());
    expect_spectra(function, hamiltonians.extent(0), weights, grid, ld, view<double, 1>());
    expect(function, "axis", axis, {{3}}, "a direction");
    call_options call(function, chosen, hamiltonians.extent(1));
    call.finish(hl_exciton_linear_dichroism(hamiltonians.extent(0), hamiltonians.extent(1), grid.extent(0), address(hamiltonians),
                                            strides(hamiltonians), address(dipoles), strides(dipoles), address(weights),
                                            strides(weights), address(grid), strides(grid), address(axis), strides(axis), address(ld),
                                            strides(ld), call.get()));
}

// Members first_member, first_member + 1, ... of an ensemble about `hamiltonian`; `coupling_sigma` may be left out ({}). No factor or
// sigma is larger than 1e200 cm-1.
inline void disorder(view<const double, 2> hamiltonian, view<const double, 2> site_factor, view<const double, 2> coupling_sigma,
                     std::uint64_t seed, view<double, 3> hamiltonians, std::uint64_t first_member = 0) {
    using namespace detail;
    const char* const function = "hl_exciton_disorder";
    const std::ptrdiff_t n_site = hamiltonian.extent(0);
    check_abi(function);
    expect(function, "hamiltonian", hamiltonian, {{n_site, n_site}}, "n_site, n_site");
    expect(function, "site_factor", site_factor, {{n_site, site_factor.extent(1)}}, "n_site, n_factor");
    expect(function, "coupling_sigma", coupling_sigma, {{n_site, n_site}}, "n_site, n_site");
    expect(function, "hamiltonians", hamiltonians, {{hamiltonians.extent(0), n_site, n_site}}, "n_member, n_site, n_site");
    check(hl_exciton_disorder(hamiltonians.extent(0), n_site, site_factor.extent(1), address(hamiltonian), strides(hamiltonian),
                              address(site_factor), strides(site_factor), address(coupling_sigma), strides(coupling_sigma), seed,
                              first_member, address(hamiltonians), strides(hamiltonians)));
}

}  // namespace exciton

}  // namespace hl

#endif
