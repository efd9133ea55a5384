// The shared table of fast multipole plans (tests/cases/fmm_plan.txt): every row in every layout and on 1, 2 and 7 threads, from a plan that
// got its points later as well, with files for the comparison of languages.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "cases.hpp"
#include "check.hpp"
#include "hotloop.hpp"

using check::claim;

namespace {

struct row {
    std::string name;
    std::ptrdiff_t n_source, n_target, n_vectors, order, leaf_size;
    int bits, points, kernel, precision, balance, layout;
    double screening, eps;
};

double u(std::ptrdiff_t i) { return static_cast<double>((7 * i * i * i + 31 * i * i + 7919 * i + 104729) % 65521) / 65536; }

// Coordinates of points from number `first` on, as the table's head has them.
template <class T>
std::vector<T> coordinates(int points, std::ptrdiff_t first, std::ptrdiff_t count) {
    std::vector<T> values;
    for (std::ptrdiff_t i = 3 * first; i < 3 * (first + count); ++i) {
        const std::ptrdiff_t j = i / 3;
        double value = u(points == 2 ? i - 3 * (j % 4) : i);
        if (points == 1) value = value / static_cast<double>(1 << j % 7) + static_cast<double>(j % 3) / 4;
        if (points == 3 && i % 3 == 2) value = 0.5;
        if (points == 4) value = static_cast<double>(j / (i % 3 == 0 ? 1 : i % 3 == 1 ? 11 : 121) % 11) / 8;
        values.push_back(static_cast<T>(value));
    }
    return values;
}

template <class T>
std::vector<T> charges_of(const row& r) {
    std::vector<T> values;
    for (std::ptrdiff_t i = 0; i < r.n_vectors * r.n_source; ++i) values.push_back(static_cast<T>(static_cast<double>((37 * i + 11) % 128) / 64 - 1));
    return values;
}

// As doubles in C order, what a file of results holds. `late`: the plan is made for two points and gets the row's afterwards.
template <class T>
std::vector<double> compute(const row& r, int layout, bool late) {
    const bool has_targets = r.n_target >= 0;
    const std::ptrdiff_t n = r.n_source, m = has_targets ? r.n_target : n, k = r.n_vectors;
    cases::laid_out<T, 2> sources(layout, {{n, 3}}), targets(layout, {{m, 3}}), charges(layout, {{k, n}}), potentials(layout, {{k, m}}),
        alone(layout, {{k, m}});
    cases::laid_out<T, 3> gradients(layout, {{k, m, 3}});
    sources.put(coordinates<T>(r.points, 0, n));
    targets.put(coordinates<T>(r.points, r.points == 2 ? 4 : 50000, m));
    charges.put(charges_of<T>(r));
    hl::fmm::plan_options options;
    options.kernel(static_cast<hl::fmm::kernel>(r.kernel)).screening(r.screening).precision(static_cast<hl::fmm::precision>(r.precision));
    options.leaf_size(r.leaf_size).balance(r.balance != 0);
    if (r.order > 0) options.order(r.order);
    if (r.order == 0) options.eps(r.eps);
    const hl::view<const T, 2> x = has_targets ? hl::view<const T, 2>(targets.view()) : hl::view<const T, 2>();
    const std::vector<T> two = {0, 0, 0, 3, 2, 1};
    hl::fmm::plan plan = late ? hl::fmm::plan(hl::row_major(two, 2, 3), {}, options) : hl::fmm::plan(hl::view<const T, 2>(sources.view()), x, options);
    if (late) plan.set_points(hl::view<const T, 2>(sources.view()), x);
    plan.evaluate(hl::view<const T, 2>(charges.view()), potentials.view(), gradients.view());
    plan.evaluate(hl::view<const T, 2>(charges.view()), alone.view());
    const double error = k > 0 && m > 0 ? plan.estimate_error(hl::view<const T, 2>(charges.view()).at(0), hl::view<const T, 2>(potentials.view()).at(0), 40, 3) : 0;
    const hl_fmm_plan_stats stats = plan.stats();
    std::vector<double> found;
    for (const std::vector<T>& part : {potentials.get(), gradients.get(), alone.get()}) found.insert(found.end(), part.begin(), part.end());
    found.push_back(error);
    for (std::int64_t size : {static_cast<std::int64_t>(stats.levels), static_cast<std::int64_t>(stats.boxes), static_cast<std::int64_t>(stats.leaves),
                              stats.near_pairs, stats.translations, stats.finer, stats.coarser})
        found.push_back(static_cast<double>(size));
    // Looks by writing over the elements.
    claim(potentials.nothing_beside_is_written() && gradients.nothing_beside_is_written() && alone.nothing_beside_is_written(),
          r.name + ": nothing is written beside the elements of the outputs");
    return found;
}

std::vector<double> compute_any(const row& r, int layout, bool late) {
    return r.bits == 64 ? compute<double>(r, layout, late) : compute<float>(r, layout, late);
}

void shared_cases() {
    std::ifstream file("tests/cases/fmm_plan.txt");
    int rows = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream words(line);
        row r;
        if (!(words >> r.name >> r.n_source >> r.n_target >> r.n_vectors >> r.bits >> r.points >> r.kernel >> r.screening >> r.precision >>
              r.order >> r.eps >> r.leaf_size >> r.balance >> r.layout))
            throw std::runtime_error("tests/cases/fmm_plan.txt: cannot read the row: " + line);
        ++rows;
        const std::vector<double> found = compute_any(r, r.layout, false);
        const char* folder = std::getenv("HOTLOOP_RESULTS");
        std::ofstream results(std::string(folder == nullptr ? "build/results" : folder) + "/cpp/" + r.name + ".f64", std::ios::binary);
        results.write(reinterpret_cast<const char*>(found.data()), static_cast<std::streamsize>(found.size() * sizeof(double)));
        results.close();
        claim(static_cast<bool>(results), r.name + ": the results are written");
        const int threads[] = {1, 2, 7, 2}, layouts[] = {cases::contiguous, cases::reversed, cases::spaced, cases::column_major};
        for (int way = 0; way < 4; ++way) {
            const hl::threads_guard guard(threads[way]);
            claim(check::same_bits(found, compute_any(r, layouts[way], way == 3)),
                  r.name + ": same bits in layout " + std::to_string(layouts[way]) + " with " + std::to_string(threads[way]) + " threads");
        }
    }
    claim(rows > 10, "the table has rows");
    hl::fmm::forget_operators();
}

}  // namespace

int main() { return check::run("test_fmm_plan_cases", shared_cases); }
