// The shared table of fits (tests/cases/exciton_fit.txt, whose head says what a row means): the same bits with 1, 2 and 7 threads, and files for the
// comparison of languages.
#include <hotloop.hpp>

#include "check.hpp"

using hl::exciton::parameter;
using hl::exciton::spectrum_kind;

namespace {

struct row {
    std::string name, set;
    std::ptrdiff_t n_conf, n_site, n_grid;
    double x_from, x_step, fwhm, fwhm_cd;
    int frequency_prefactor, deleted, ld, variants, drawn;
};

std::vector<row> read_table() {
    std::vector<row> rows;
    std::ifstream file("tests/cases/exciton_fit.txt");
    std::string line;
    while (std::getline(file, line)) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream words(line);
        row r;
        if (!(words >> r.name >> r.set >> r.n_conf >> r.n_site >> r.x_from >> r.x_step >> r.n_grid >> r.fwhm >> r.fwhm_cd >>
              r.frequency_prefactor >> r.deleted >> r.ld >> r.variants >> r.drawn))
            throw std::runtime_error("tests/cases/exciton_fit.txt: cannot read the row: " + line);
        rows.push_back(r);
    }
    return rows;
}

std::vector<double> numbers(std::ptrdiff_t count) { return std::vector<double>(static_cast<std::size_t>(count)); }

// In the order of the result file.
std::vector<double> compute(const row& r) {
    const std::ptrdiff_t n = r.n_site, g = r.n_grid, stored = r.drawn ? 1 : r.n_conf, g_ld = r.ld ? g : 0;
    const std::size_t sites = static_cast<std::size_t>(n), confs = static_cast<std::size_t>(stored);
    const std::string path = "tests/cases/" + r.set + ".f64";
    // A drawn ensemble is about the first configuration of its set.
    std::size_t total = confs;
    if (r.drawn) {
        std::ifstream file(path, std::ios::binary | std::ios::ate);
        total = static_cast<std::size_t>(file.tellg()) / sizeof(double) / (sites * sites + 6 * sites);
    }
    const std::vector<double> matrices = check::read_f64(path, 0, confs * sites * sites),
                              moments = check::read_f64(path, total * sites * sites, confs * sites * 3),
                              places = check::read_f64(path, total * sites * (sites + 3), confs * sites * 3);
    hl::view<const double, 3> h = hl::row_major(matrices, stored, n, n), mu = hl::row_major(moments, stored, n, 3),
                              at = hl::row_major(places, stored, n, 3);
    std::vector<double> grid = numbers(g), a = numbers(g), c = numbers(g), l = numbers(g_ld), factor = numbers(2 * n), energies = numbers(2 * n);
    const std::vector<double> sigma(sites * sites, 2.0), axis = {1.0, -2.0, 0.5}, weights = {1.0, -0.5};
    for (std::ptrdiff_t i = 0; i < g; ++i) {
        const std::size_t k = static_cast<std::size_t>(i);
        grid[k] = r.x_from + static_cast<double>(i) * r.x_step;
        a[k] = static_cast<double>(37 * i % 101) / 4.0;
        c[k] = static_cast<double>(53 * i % 97 - 48) / 8.0;
        if (r.ld) l[k] = static_cast<double>(29 * i % 89 - 44) / 2.0;
    }
    std::vector<std::uint8_t> deleted(sites, 0), lacking(2 * sites, 0);
    std::vector<parameter> parameters;
    for (std::size_t i = 0; i < sites; ++i) {
        factor[2 * i] = 30.0 + 2.0 * static_cast<double>(i);
        factor[2 * i + 1] = 10.0 - static_cast<double>(i);
        energies[sites + i] = 4.0 * static_cast<double>(i + 1);
        deleted[i] = static_cast<std::ptrdiff_t>(i) + 1 == r.deleted;
        if (!deleted[i]) parameters.push_back(parameter::site_energy(static_cast<std::int32_t>(i)));
    }
    if (!lacking.empty()) lacking.back() = 1;
    const std::size_t scale = parameters.size();
    parameters.push_back(parameter::scale(spectrum_kind::all));
    parameters.push_back(parameter::shift(spectrum_kind::absorption));
    if (r.variants) parameters.push_back(parameter::variant_site_energy(0, 1));
    const std::ptrdiff_t p = static_cast<std::ptrdiff_t>(parameters.size());
    std::vector<double> values = numbers(p), prior = numbers(p);
    const std::vector<double> prior_sigma(parameters.size(), 50.0);
    for (std::size_t k = 0; k < parameters.size(); ++k) values[k] = k == scale ? 1.25 : 2.0 * (static_cast<double>(5 * k % 7) - 3.0);
    prior[scale] = 1.0;

    hl::exciton::options options;
    options.fwhm(r.fwhm).fwhm_cd(r.fwhm_cd).frequency_prefactor(r.frequency_prefactor != 0).deleted(deleted);
    hl::exciton::sample sample;
    sample.axis = axis;
    if (r.ld) {
        sample.ld.grid = grid;
        sample.ld.values = l;
    }
    if (r.variants) {
        sample.variant_weights = weights;
        sample.variant_deleted = hl::row_major(lacking, 2, n);
        sample.variant_energies = hl::row_major(energies, 2, n);
    }
    if (r.drawn) {
        h = hl::broadcast(h.at(0), r.n_conf);
        mu = hl::broadcast(mu.at(0), r.n_conf);
        at = hl::broadcast(at.at(0), r.n_conf);
        sample.site_factor = hl::row_major(factor, n, 2);
        sample.coupling_sigma = hl::row_major(sigma, n, n);
        sample.seed = 11;
        sample.first_member = 3;
    }
    hl::exciton::measured_spectrum absorption, cd;
    absorption.grid = cd.grid = grid;
    absorption.values = a;
    cd.values = c;

    std::vector<double> misfit(1), gradient = numbers(p), model_a = numbers(g), model_c = numbers(g), model_l = numbers(g_ld), rows_a = numbers(g * p),
                        rows_c = numbers(g * p), rows_l = numbers(g_ld * p), errors = numbers(p), covariance = numbers(p * p),
                        correlation = numbers(p * p);
    if (r.ld) sample.model_ld = model_l;
    misfit[0] = hl::exciton::residual_gradient(h, mu, at, absorption, cd, parameters, values, gradient, model_a, model_c, options, {}, sample);
    sample.model_ld = hl::view<double, 1>();
    if (r.ld) sample.ld_jacobian = hl::row_major(rows_l, g, p);
    hl::exciton::jacobian(h, mu, at, grid, grid, parameters, values, {}, {}, hl::row_major(rows_a, g, p), hl::row_major(rows_c, g, p), options, {},
                          sample);
    sample.ld_jacobian = hl::view<double, 2>();
    hl::exciton::fit_options how;
    how.values.max_iterations = 4;
    how.prior = prior;
    how.prior_sigma = prior_sigma;
    hl::exciton::fit_outputs outputs;
    outputs.standard_errors = errors;
    outputs.covariance = hl::row_major(covariance, p, p);
    outputs.correlation = hl::row_major(correlation, p, p);
    hl::exciton::fit(h, mu, at, absorption, cd, parameters, values, outputs, how, options, {}, sample);
    std::vector<double> found;
    for (const std::vector<double>* part : {&misfit, &gradient, &model_a, &model_c, &model_l, &rows_a, &rows_c, &rows_l, &values, &errors, &covariance,
                                            &correlation})
        found.insert(found.end(), part->begin(), part->end());
    return found;
}

void write_results(const row& r, const std::vector<double>& found) {
    const char* folder = std::getenv("HOTLOOP_RESULTS");
    std::ofstream file(std::string(folder == nullptr ? "build/results" : folder) + "/cpp/" + r.name + ".f64", std::ios::binary);
    file.write(reinterpret_cast<const char*>(found.data()), static_cast<std::streamsize>(found.size() * sizeof(double)));
    file.close();
    check::claim(static_cast<bool>(file), r.name + ": the results are written");
}

}  // namespace

int main() {
    return check::run("test_fit_cases", [] {
        for (const row& r : read_table()) {
            std::vector<double> first;
            for (int threads : {1, 2, 7}) {
                const hl::threads_guard guard(threads);
                const std::vector<double> found = compute(r);
                if (threads == 1) {
                    first = found;
                    write_results(r, found);
                }
                check::claim(check::same_bits(first, found), r.name + ": same bits with " + std::to_string(threads) + " threads");
            }
        }
    });
}
