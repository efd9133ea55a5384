// Noise and adaptive steps: runs in parts have the bits of the whole, and what the options mean.
#include "check.hpp"
#include "hotloop.hpp"

#include <functional>

using check::claim;
namespace hk = hl::kuramoto;

typedef std::vector<double> phases;
static const std::ptrdiff_t rows = 20, columns = 31, cells = rows * columns;

static phases begin() {
    phases theta;
    for (std::ptrdiff_t i = 0; i < cells; ++i) theta.push_back(static_cast<double>(7919 * i % 4096) / 512);
    return theta;
}

// A ring of `cells` nodes, each pulled by those beside it and by one far away.
struct ring {
    std::vector<std::int64_t> row_start, neighbours;
    ring() {
        for (std::int64_t i = 0; i <= cells; ++i) row_start.push_back(3 * i);
        for (std::int64_t i = 0; i < cells; ++i)
            for (std::int64_t j : {i + 1, i + cells - 1, 7 * i + 100}) neighbours.push_back(j % cells);
    }
};
static const ring links;

typedef std::function<void(phases&, std::ptrdiff_t n_steps, const hk::options&)> advance;

// One for each model.
static const std::vector<std::pair<std::string, advance>> models = {
    {"lattice", [](phases& theta, std::ptrdiff_t n, const hk::options& o) {
         hk::integrate(hl::row_major(theta, rows, columns), 0.5, 1.25, 0.25, n, o);
     }},
    {"network", [](phases& theta, std::ptrdiff_t n, const hk::options& o) {
         hk::network_integrate(hk::network<double>(links.row_start, links.neighbours), theta, 0.5, 1.25, 0.25, n, o);
     }},
    {"mean field", [](phases& theta, std::ptrdiff_t n, const hk::options& o) { hk::mean_field_integrate(theta, 0.5, 1.25, 0.25, n, o); }},
};

static void noise_in_parts() {
    for (const auto& model : models)
        for (hk::method method : {hk::method::euler, hk::method::heun}) {
            const std::string text = model.first + ", method " + std::to_string(static_cast<int>(method)) + ": ";
            hk::options options;
            options.method(method).noise(0.5, -42);
            phases whole = begin(), parts = begin(), careless = begin(), other = begin();
            model.second(whole, 9, options);
            std::ptrdiff_t done = 0;
            for (std::ptrdiff_t n : {2, 0, 1, 6}) {
                options.first_step(0);
                model.second(careless, n, options);
                options.first_step(done);
                model.second(parts, n, options);
                done += n;
            }
            claim(check::same_bits(whole, parts), text + "noise in parts has the bits of the whole");
            claim(!check::same_bits(whole, careless), text + "the noise of every part begins anew where first_step is left alone");
            model.second(other, 9, hk::options().method(method).noise(0.5, 43));
            claim(!check::same_bits(whole, other), text + "another seed is other noise");
        }
}

static void adaptive_in_parts() {
    for (const auto& model : models) {
        double next_of_whole = 0, next = 0;
        phases whole = begin(), parts = begin(), fine = begin();
        model.second(whole, 9, hk::options().method(hk::method::dormand_prince).atol(1e-7).next_step(next_of_whole));
        hk::options options;
        options.method(hk::method::dormand_prince).atol(1e-7).next_step(next);
        for (std::ptrdiff_t n : {2, 0, 1, 6}) model.second(parts, n, options);
        claim(check::same_bits(whole, parts), model.first + ": adaptive steps in parts have the bits of the whole");
        claim(next > 0 && next == next_of_whole, model.first + ": and leave the same next step");
        model.second(fine, 9, hk::options().method(hk::method::dormand_prince).atol(0).rtol(1e-12));
        check::within(whole, fine, 1e-4, model.first + ": a smaller tolerance is near");
        claim(check::difference(whole, fine) > 0, model.first + ": and not the same");
    }
}

// Two nodes that pull each other: d = theta_1 - theta_0 has d' = -2 K sin d, so tan(d / 2) = tan(d_0 / 2) exp(-2 K t).
static void known_solution() {
    const std::vector<std::int32_t> row_start = {0, 1, 2}, neighbours = {1, 0};
    const hk::network<double> pair(row_start, neighbours);
    for (double atol : {1e-4, 1e-7, 1e-10}) {
        phases theta = {0.5, 2.75};
        hk::network_integrate(pair, theta, 0.0, 0.75, 0.5, 3, hk::options().method(hk::method::dormand_prince).atol(atol));
        const double expected = 2 * std::atan(std::tan(1.125) * std::exp(-2 * 0.75 * 1.5));
        check::within({theta[1] - theta[0], theta[0] + theta[1]}, {expected, 3.25}, 20 * atol, "two oscillators: the exact solution");
    }
}

static void cells_in_parts() {
    hk::options options;
    options.noise(0.75, 5);
    phases whole = begin(), parts = begin();
    hk::integrate(hl::row_major(whole, rows, columns), 0.5, 0.0, 0.25, 1, options);
    const hl::view<double, 2> all = hl::row_major(parts, rows, columns);
    hk::integrate(all.slice(0, 0, 3), 0.5, 0.0, 0.25, 1, options);
    hk::integrate(all.slice(0, 3, rows), 0.5, 0.0, 0.25, 1, options.first_cell(3 * columns));
    claim(check::same_bits(whole, parts), "parts of a lattice have the noise of the whole by first_cell");
}

// Free oscillators have the noise alone: normal, independent, of variance amplitude^2 t.
static void variance() {
    std::vector<double> theta(200000, 0.0);
    hk::mean_field_integrate(theta, 0.0, 0.0, 0.25, 4, hk::options().noise(3.0, 1));
    double mean = 0, square = 0, fourth = 0, neighbours = 0;
    const double n = static_cast<double>(theta.size());
    for (std::size_t i = 0; i < theta.size(); ++i) {
        const double x = theta[i] / 3.0;
        mean += x / n;
        square += x * x / n;
        fourth += x * x * x * x / n;
        neighbours += x * theta[i ^ 1] / 3.0 / n;
    }
    // within five deviations
    claim(std::fabs(mean) < 0.012 && std::fabs(square - 1) < 0.016 && std::fabs(fourth - 3) < 0.11 && std::fabs(neighbours) < 0.016,
          "moments of the noise", std::to_string(mean) + " " + std::to_string(square) + " " + std::to_string(fourth) + " " +
                                      std::to_string(neighbours));
}

static void setters() {
    hl_kuramoto_options library;
    claim(hl_kuramoto_options_init(&library, sizeof library) == HL_OK, "hl_kuramoto_options_init");
    const hk::options fresh;
    claim(fresh.values().noise == library.noise && fresh.values().atol == library.atol && fresh.values().rtol == library.rtol &&
              fresh.values().first_step == 0 && fresh.values().first_cell == 0 && fresh.values().next_step == nullptr,
          "default options are the library's");
    double next = 0.5;
    hk::options set;
    set.noise(1, 2).first_step(3).first_cell(4).atol(5).rtol(6).next_step(next).method(hk::method::dormand_prince);
    const hl_kuramoto_options& v = set.values();
    claim(v.noise == 1 && v.noise_seed == 2 && v.first_step == 3 && v.first_cell == 4 && v.atol == 5 && v.rtol == 6 && v.next_step == &next &&
              v.method == HL_METHOD_DORMAND_PRINCE, "every setter sets its own field");
}

int main() {
    return check::run("test_kuramoto_parts", [] {
        noise_in_parts();
        adaptive_in_parts();
        known_solution();
        cells_in_parts();
        variance();
        setters();
    });
}
