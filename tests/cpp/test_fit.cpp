// Fits, derivatives, disorder, couplings and linear dichroism through views.
#include <hotloop.hpp>

#include "check.hpp"

using check::claim;
using hl::exciton::parameter;

static void fits() {
    const std::ptrdiff_t n = 7, n_conf = 20, n_point = 150;
    const std::vector<double> hamiltonian = check::reference("hamiltonian"), dipoles = check::reference("dipoles"),
                              positions = check::reference("positions");
    std::vector<double> members(static_cast<std::size_t>(n_conf * n * n)), factor(static_cast<std::size_t>(n * n), 0.0);
    for (std::ptrdiff_t i = 0; i < n; ++i) factor[static_cast<std::size_t>(i * n + i)] = 40.0;
    hl::exciton::disorder(hl::row_major(hamiltonian, n, n), hl::row_major(factor, n, n), {}, 3, hl::row_major(members, n_conf, n, n));
    std::vector<double> part(static_cast<std::size_t>(2 * n * n));
    hl::exciton::disorder(hl::row_major(hamiltonian, n, n), hl::row_major(factor, n, n), {}, 3, hl::row_major(part, 2, n, n), 5);
    claim(check::same_bits(part, std::vector<double>(members.begin() + 5 * n * n, members.begin() + 7 * n * n)),
          "a member is a function of seed and number");

    std::vector<parameter> parameters;
    for (std::int32_t i = 0; i < n; ++i) parameters.push_back(parameter::site_energy(i));
    parameters.push_back(parameter::scale(hl::exciton::spectrum_kind::cd));
    const std::vector<double> truth = {12.0, -7.0, 20.0, -15.0, 4.0, 9.0, -11.0, 0.8};
    const hl::view<const double, 3> h = hl::row_major(members, n_conf, n, n), mu = hl::broadcast(hl::row_major(dipoles, n, 3), n_conf),
                                    r = hl::broadcast(hl::row_major(positions, n, 3), n_conf);
    hl::exciton::measured_spectrum absorption, cd;
    std::vector<double> grid(static_cast<std::size_t>(n_point)), absorption_values(grid.size()), cd_values(grid.size());
    for (std::size_t i = 0; i < grid.size(); ++i) grid[i] = 11800.0 + 8.0 * static_cast<double>(i);
    hl::exciton::jacobian(h, mu, r, grid, grid, parameters, truth, absorption_values, cd_values, {}, {});
    absorption.grid = cd.grid = grid;
    absorption.values = absorption_values;
    cd.values = cd_values;

    std::vector<double> values = {0, 0, 0, 0, 0, 0, 0, 1}, errors(8), gradient(8);
    const double before = hl::exciton::residual_gradient(h, mu, r, absorption, cd, parameters, values, gradient);
    hl::exciton::fit_outputs outputs;
    outputs.standard_errors = errors;
    const hl_exciton_fit_result result = hl::exciton::fit(h, mu, r, absorption, cd, parameters, values, outputs);
    check::within(values, truth, 1e-6, "a fit finds what made its spectra");
    claim(result.misfit < before && result.initial_misfit == before, "the misfits are those of residual_gradient");
    claim(errors[0] > 0.0 && gradient[0] != 0.0, "errors and gradient are written");

    hl::exciton::fit_options how;
    const std::vector<double> upper(8, 5.0);
    how.upper = upper;
    values = {0, 0, 0, 0, 0, 0, 0, 1};
    hl::exciton::fit(h, mu, r, absorption, cd, parameters, values, {}, how);
    claim(*std::max_element(values.begin(), values.end()) == 5.0, "bounds hold");
    try {
        parameters.push_back(parameter::site_energy(2));
        values.push_back(0.0);
        hl::exciton::fit(h, mu, r, absorption, cd, parameters, values);
        claim(false, "a parameter that comes twice is refused");
    } catch (const hl::argument_error& thrown) {
        claim(check::contains(thrown.what(), "row 8 sets what row 2 sets"), "a parameter that comes twice is refused", thrown.what());
    }

    std::vector<double> couplings(static_cast<std::size_t>(n * n), -1.0), ld(grid.size());
    hl::exciton::point_dipole_couplings(mu.slice(0, 0, 1), r.slice(0, 0, 1), 1.0, hl::row_major(couplings, 1, n, n));
    claim(couplings[0] == -1.0 && couplings[1] == couplings[7] && couplings[1] != -1.0, "couplings leave the diagonal");
    const std::vector<double> axis = {0.0, 0.0, 2.0};
    hl::exciton::linear_dichroism(h, mu, axis, grid, ld);
    claim(check::largest(ld) > 0.0, "linear dichroism is written");
}

// A drawn ensemble of a mutant less the wild type, with linear dichroism beside absorption.
static void samples() {
    const std::ptrdiff_t n = 7, n_conf = 20, n_point = 150;
    const std::vector<double> hamiltonian = check::reference("hamiltonian"), dipoles = check::reference("dipoles");
    std::vector<double> factor(static_cast<std::size_t>(n * n), 0.0), members(static_cast<std::size_t>(n_conf * n * n));
    for (std::ptrdiff_t i = 0; i < n; ++i) factor[static_cast<std::size_t>(i * n + i)] = 40.0;
    hl::exciton::disorder(hl::row_major(hamiltonian, n, n), hl::row_major(factor, n, n), {}, 3, hl::row_major(members, n_conf, n, n));
    const hl::view<const double, 3> one = hl::broadcast(hl::row_major(hamiltonian, n, n), n_conf), in_memory = hl::row_major(members, n_conf, n, n),
                                    mu = hl::broadcast(hl::row_major(dipoles, n, 3), n_conf);
    std::vector<parameter> parameters;
    for (std::int32_t i = 0; i < n; ++i) parameters.push_back(parameter::site_energy(i));
    parameters.push_back(parameter::variant_site_energy(2, 1));
    parameters.push_back(parameter::variant_weight(1));
    parameters.push_back(parameter::scale(hl::exciton::spectrum_kind::ld));
    const std::vector<double> truth = {12.0, -7.0, 20.0, -15.0, 4.0, 9.0, -11.0, 45.0, 0.75, 0.8}, axis = {0.0, 1.0, 2.0}, weights = {-1.0, 0.9};
    const std::vector<std::uint8_t> deleted = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    std::vector<double> grid(static_cast<std::size_t>(n_point)), absorption_values(grid.size()), ld_values(grid.size()), rows(10 * grid.size());
    for (std::size_t i = 0; i < grid.size(); ++i) grid[i] = 11800.0 + 8.0 * static_cast<double>(i);

    hl::exciton::sample sample;
    sample.axis = axis;
    sample.ld.grid = grid;
    sample.model_ld = ld_values;
    sample.ld_jacobian = hl::row_major(rows, n_point, 10);
    sample.variant_weights = weights;
    sample.variant_deleted = hl::row_major(deleted, 2, n);
    hl::exciton::jacobian(in_memory, mu, {}, grid, {}, parameters, truth, absorption_values, {}, {}, {}, hl::exciton::options(), {}, sample);
    const std::vector<double> expected = ld_values, expected_rows = rows;
    sample.site_factor = hl::row_major(factor, n, n);
    sample.seed = 3;
    hl::exciton::jacobian(one, mu, {}, grid, {}, parameters, truth, absorption_values, {}, {}, {}, hl::exciton::options(), {}, sample);
    claim(check::same_bits(expected, ld_values) && check::same_bits(expected_rows, rows), "a drawn ensemble has the bits of one in memory");

    hl::exciton::measured_spectrum absorption;
    absorption.grid = grid;
    absorption.values = absorption_values;
    std::vector<double> model(grid.size()), values = {0, 0, 0, 0, 0, 0, 0, 0, 0.9, 1};
    sample.ld.values = ld_values;
    sample.model_ld = model;
    sample.ld_jacobian = hl::view<double, 2>();
    hl::exciton::fit(one, mu, {}, absorption, {}, parameters, values, {}, hl::exciton::fit_options(), hl::exciton::options(), {}, sample);
    check::within(values, truth, 1e-6, "a fit finds what a mutation moves, and how much of it there is");
    check::within(model, ld_values, 1e-6, "the model of linear dichroism is written");
    const std::vector<double> short_axis = {1.0, 0.0};
    sample.axis = short_axis;
    try {
        hl::exciton::residual_gradient(one, mu, {}, absorption, {}, parameters, values, {}, {}, {}, hl::exciton::options(), {}, sample);
        claim(false, "an axis of two numbers is refused");
    } catch (const hl::argument_error& thrown) {
        claim(check::contains(thrown.what(), "axis"), "an axis of two numbers is refused", thrown.what());
    }
}

static void all() {
    fits();
    samples();
}

int main() { return check::run("test_fit", all); }
