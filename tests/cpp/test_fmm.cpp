// Direct sums and Morton codes: the shared table of cases (tests/cases/fmm.txt) in every layout and on 1, 2 and 7 threads, with files for
// the comparison of languages; codes of boxes and what they are to each other; bad input and progress.
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cases.hpp"
#include "check.hpp"
#include "hotloop.hpp"

using check::claim;

namespace {

struct row {
    std::string name;
    std::ptrdiff_t n_source, n_target, n_vectors;
    int bits, kernel, layout;
    double screening;
};

template <class T>
std::vector<T> made_of(std::ptrdiff_t n, double (*number)(std::ptrdiff_t)) {
    std::vector<T> values;
    for (std::ptrdiff_t i = 0; i < n; ++i) values.push_back(static_cast<T>(number(i)));
    return values;
}
double source(std::ptrdiff_t i) { return static_cast<double>((7919 * i + 104729) % 65536) / 65536; }
double target(std::ptrdiff_t i) { return static_cast<double>((6271 * i + 331) % 65536) / 32768 - 0.5; }
double charge(std::ptrdiff_t i) { return static_cast<double>((37 * i + 11) % 128) / 64 - 1; }

// As doubles in C order, what a file of results holds.
template <class T>
std::vector<double> compute(const row& r, int layout) {
    const std::ptrdiff_t n = r.n_source, m = r.n_target > 0 ? r.n_target : n, k = r.n_vectors;
    cases::laid_out<T, 2> sources(layout, {{n, 3}}), targets(layout, {{m, 3}}), charges(layout, {{k, n}}), potentials(layout, {{k, m}}),
        alone(layout, {{k, m}});
    cases::laid_out<T, 3> gradients(layout, {{k, m, 3}});
    sources.put(made_of<T>(3 * n, source));
    targets.put(made_of<T>(3 * m, target));
    charges.put(made_of<T>(k * n, charge));
    hl::fmm::direct_options options;
    options.kernel(static_cast<hl::fmm::kernel>(r.kernel)).screening(r.screening);
    const hl::view<const T, 2> x = r.n_target > 0 ? hl::view<const T, 2>(targets.view()) : hl::view<const T, 2>();
    hl::fmm::direct(sources.view(), x, charges.view(), potentials.view(), gradients.view(), options);
    hl::fmm::direct(sources.view(), x, charges.view(), alone.view(), hl::view<T, 3>(), options);
    std::vector<double> found;
    for (const std::vector<T>& part : {potentials.get(), gradients.get(), alone.get()}) found.insert(found.end(), part.begin(), part.end());
    // Looks by writing over the elements.
    claim(potentials.nothing_beside_is_written() && gradients.nothing_beside_is_written() && alone.nothing_beside_is_written(),
          r.name + ": nothing is written beside the elements of the outputs");
    return found;
}

std::vector<double> compute_any(const row& r, int layout) { return r.bits == 64 ? compute<double>(r, layout) : compute<float>(r, layout); }

void shared_cases() {
    std::ifstream file("tests/cases/fmm.txt");
    int rows = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream words(line);
        row r;
        if (!(words >> r.name >> r.n_source >> r.n_target >> r.n_vectors >> r.bits >> r.kernel >> r.screening >> r.layout))
            throw std::runtime_error("tests/cases/fmm.txt: cannot read the row: " + line);
        ++rows;
        const std::vector<double> found = compute_any(r, r.layout);
        const char* folder = std::getenv("HOTLOOP_RESULTS");
        std::ofstream results(std::string(folder == nullptr ? "build/results" : folder) + "/cpp/" + r.name + ".f64", std::ios::binary);
        results.write(reinterpret_cast<const char*>(found.data()), static_cast<std::streamsize>(found.size() * sizeof(double)));
        results.close();
        claim(static_cast<bool>(results), r.name + ": the results are written");
        for (int threads : {1, 2, 7}) {
            const hl::threads_guard guard(threads);
            for (int layout : {cases::contiguous, cases::reversed, cases::spaced, cases::column_major})
                claim(check::same_bits(found, compute_any(r, layout)), r.name + ": same bits in layout " + std::to_string(layout) + " with " +
                                                                            std::to_string(threads) + " threads");
        }
    }
    claim(rows > 10, "the table has rows");
}

template <class Call>
void refused(hl_status status, const std::string& part, Call call) {
    try {
        call();
        claim(false, part + ": is refused");
    } catch (const hl::error& thrown) {
        claim(thrown.status() == status && check::contains(thrown.what(), part), part + ": is refused", thrown.what());
    }
}

void two_charges() {
    const std::vector<double> points = {0, 0, 0, 0, 3, 4}, charges = {2, -3};
    std::vector<double> potentials(2), gradients(6);
    const double pi = 3.14159265358979323846;
    hl::fmm::direct(hl::row_major(points, 2, 3), {}, charges, potentials, hl::row_major(gradients, 2, 3));
    check::within(potentials, {-3 / (20 * pi), 2 / (20 * pi)}, 1e-13, "two charges at a distance of 5");
    check::within({gradients[1], gradients[2], gradients[4], gradients[5]},
                  {-9 / (500 * pi), -12 / (500 * pi), -6 / (500 * pi), -8 / (500 * pi)}, 1e-13, "their gradients");
    hl::fmm::direct(hl::row_major(points, 2, 3), {}, charges, potentials, {},
                    hl::fmm::direct_options().kernel(hl::fmm::kernel::yukawa).screening(0.5));
    check::within(potentials, {-3 * std::exp(-2.5) / (20 * pi), 2 * std::exp(-2.5) / (20 * pi)}, 1e-13, "screened");

    const std::vector<float> single_points(points.begin(), points.end()), single_charges(charges.begin(), charges.end());
    std::vector<float> single(2);
    hl::fmm::direct(hl::row_major(single_points, 2, 3), {}, single_charges, single);
    claim(std::fabs(single[0] + 3 / (20 * pi)) < 1e-7, "in single precision");

    refused(HL_ERR_SHAPE, "sources: extents", [&] { hl::fmm::direct(hl::row_major(points, 1, 6), {}, charges, potentials); });
    refused(HL_ERR_SHAPE, "potentials: extents", [&] { hl::fmm::direct(hl::row_major(points, 2, 3), {}, charges, gradients); });
    refused(HL_ERR_OPTION, "screening", [&] {
        hl::fmm::direct(hl::row_major(points, 2, 3), {}, charges, potentials, {}, hl::fmm::direct_options().screening(1.0));
    });
    std::vector<double> holes = points;
    holes[4] = NAN;
    refused(HL_ERR_NONFINITE, "sources: element [1, 1] is NaN", [&] { hl::fmm::direct(hl::row_major(holes, 2, 3), {}, charges, potentials); });
    refused(HL_ERR_CANCELLED, "progress", [&] {
        hl::fmm::direct(hl::row_major(points, 2, 3), {}, charges, potentials, {},
                        hl::fmm::direct_options().progress([](std::int64_t, std::int64_t) { return 1; }));
    });
    bool thrown = false;
    try {
        hl::fmm::direct(hl::row_major(points, 2, 3), {}, charges, potentials, {},
                        hl::fmm::direct_options().progress([](std::int64_t, std::int64_t) -> std::int32_t { throw std::string("enough"); }));
    } catch (const std::string& text) {
        thrown = text == "enough";
    }
    claim(thrown, "what a progress function throws comes out of the call");
}

void morton_codes() {
    namespace morton = hl::fmm::morton;
    const std::vector<double> points = {0.0, 0.0, 0.0, 0.99, 0.3, 0.6, 1.0, 1.0, 1.0}, origin = {0.0, 0.0, 0.0};
    std::vector<std::int64_t> codes(3), again(3), above(3), below(24), around(78);
    std::vector<std::int32_t> anchors(9), levels(3), answers(3), vectors(9);
    morton::encode(hl::row_major(points, 3, 3), origin, 1.0, 3, codes);
    morton::decode(codes, hl::row_major(anchors, 3, 3), levels);
    claim(anchors == std::vector<std::int32_t>({0, 0, 0, 7, 2, 4, 7, 7, 7}) && levels == std::vector<std::int32_t>({3, 3, 3}), "places");
    claim(codes[0] == 3 && codes[1] < codes[2], "the order of the curve");
    morton::encode_anchors(hl::row_major(anchors, 3, 3), levels, again);
    claim(again == codes, "codes come back");
    morton::parents(codes, above);
    morton::children(above, hl::row_major(below, 3, 8));
    claim(below[0] == codes[0] && below[8 + 1] == codes[1] && below[16 + 7] == codes[2], "children of parents");
    morton::is_ancestor(above, codes, answers);
    claim(answers == std::vector<std::int32_t>({1, 1, 1}), "parents are ancestors");
    morton::neighbours(codes, hl::row_major(around, 3, 26));
    claim(around[25] != morton::none && around[0] == morton::none && around[26] != morton::none && around[2 * 26 + 25] == morton::none,
          "neighbours inside and outside");
    const std::vector<std::int64_t> first = {around[25], around[26], around[52]};
    morton::are_adjacent(codes, first, answers);
    claim(answers == std::vector<std::int32_t>({1, 1, 1}), "neighbours are adjacent");
    morton::transfer_vectors(codes, first, hl::row_major(vectors, 3, 3));
    claim(vectors == std::vector<std::int32_t>({-1, -1, -1, 1, 1, 1, 1, 1, 1}), "transfer vectors");
    refused(HL_ERR_ARGUMENT, "points: element [2, 0] is 1", [&] { morton::encode(hl::row_major(points, 3, 3), origin, 0.995, 3, codes); });
    codes[1] = 77;
    refused(HL_ERR_ARGUMENT, "codes: element [1] is 77", [&] { morton::parents(codes, above); });
    refused(HL_ERR_SHAPE, "children: extents", [&] { morton::children(above, hl::row_major(below, 8, 3)); });
}

double distance_of(const std::vector<double>& found, const std::vector<double>& exact) {
    double error = 0, norm = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
        error += (found[i] - exact[i]) * (found[i] - exact[i]);
        norm += exact[i] * exact[i];
    }
    return std::sqrt(error / norm);
}

void plans() {
    const std::ptrdiff_t n = 3000, m = 700;
    const std::vector<double> sources = made_of<double>(3 * n, source), targets = made_of<double>(3 * m, target),
                              charges = made_of<double>(2 * n, charge);
    std::vector<double> potentials(2 * m), gradients(6 * m), exact(2 * m), exact_gradients(6 * m);
    hl::fmm::plan plan(hl::row_major(sources, n, 3), hl::row_major(targets, m, 3), hl::fmm::plan_options().eps(1e-7).leaf_size(40));
    plan.evaluate(hl::row_major(charges, 2, n), hl::row_major(potentials, 2, m), hl::row_major(gradients, 2, m, 3));
    hl::fmm::direct(hl::row_major(sources, n, 3), hl::row_major(targets, m, 3), hl::row_major(charges, 2, n),
                    hl::row_major(exact, 2, m), hl::row_major(exact_gradients, 2, m, 3));
    claim(distance_of(potentials, exact) < 1e-6, "a plan's potentials are the direct sums");
    claim(distance_of(gradients, exact_gradients) < 1e-5, "and so are its gradients");
    const std::vector<double> second(charges.begin() + n, charges.end()), phi(potentials.begin() + m, potentials.end());
    const double error = plan.estimate_error(second, phi);
    claim(error > 0 && error < 1e-6, "the error is estimated");
    claim(plan.stats().n_source == n && plan.stats().leaf_size == 40 && plan.stats().leaves > 8, "sizes of the plan");
    std::vector<double> uneven(sources);
    for (std::size_t i = 0; i < uneven.size(); i += 3) uneven[i] = std::pow(uneven[i], 6);
    const auto boxes = [&](bool is_balanced) {
        const auto options = hl::fmm::plan_options().eps(1e-3).leaf_size(10).balance(is_balanced);
        return hl::fmm::plan(hl::row_major(uneven, n, 3), {}, options).stats().boxes;
    };
    claim(boxes(true) > boxes(false), "a balanced tree has more boxes");
    double total = 0;
    for (double seconds : plan.timings()) total += seconds;
    claim(total > 0, "times of its operators");

    hl::fmm::plan moved(std::move(plan));
    moved.set_points(hl::row_major(targets, m, 3));
    claim(moved.n_source() == m && moved.n_target() == m, "other points");
    const std::vector<double> few(charges.begin(), charges.begin() + m);
    std::vector<double> one(m), exact_one(m);
    moved.evaluate(few, one);
    hl::fmm::direct(hl::row_major(targets, m, 3), {}, few, exact_one);
    claim(distance_of(one, exact_one) < 1e-6, "potentials at the sources");
    refused(HL_ERR_SHAPE, "charges: extents", [&] { moved.evaluate(second, one); });
    refused(HL_ERR_OPTION, "eps", [&] {
        hl::fmm::plan(hl::row_major(targets, m, 3), {}, hl::fmm::plan_options().eps(1e-30));
    });
    refused(HL_ERR_CANCELLED, "progress", [&] { moved.evaluate(few, one, {}, [](std::int64_t, std::int64_t) { return 1; }); });

    const std::vector<float> single_sources(sources.begin(), sources.end()), single_charges(charges.begin(), charges.begin() + n);
    std::vector<float> single(n);
    std::vector<double> widened, exact_single(n);
    const hl::fmm::plan single_plan(hl::row_major(single_sources, n, 3), {}, hl::fmm::plan_options().eps(1e-4));
    single_plan.evaluate(single_charges, single);
    widened.assign(single.begin(), single.end());
    const std::vector<double> first(charges.begin(), charges.begin() + n);
    hl::fmm::direct(hl::row_major(sources, n, 3), {}, first, exact_single);
    claim(distance_of(widened, exact_single) < 1e-3, "in single precision");
    refused(HL_ERR_IO, "could not be written", [&] { single_plan.save_operators("no directory/of operators"); });
    refused(HL_ERR_IO, "could not be read", [&] { hl::fmm::load_operators("no directory/of operators"); });
    hl::fmm::forget_operators();
}

// Caesium chloride: its Madelung constant (D. Borwein, J. M. Borwein, K. F. Taylor, J. Math. Phys. 26, 2999 (1985)).
void cells() {
    const std::vector<double> ions = {0.0, 0.0, 0.0, 0.5, 3.5, -0.5}, charges = {1.0, -1.0};
    std::vector<double> potentials(2);
    const double pi = 3.14159265358979323846;
    hl::fmm::plan plan(hl::row_major(ions, 2, 3), {}, hl::fmm::plan_options().eps(1e-9).period(1.0));
    plan.evaluate(charges, potentials);
    claim(std::fabs(4.0 * pi * std::sqrt(0.75) * potentials[0] + 1.76267477307099) < 1e-8, "points that repeat in a cell");
    refused(HL_ERR_OPTION, "period", [&] { hl::fmm::plan(hl::row_major(ions, 2, 3), {}, hl::fmm::plan_options().period(-1.0)); });
}

}  // namespace

int main() {
    return check::run("test_fmm", [] {
        two_charges();
        morton_codes();
        plans();
        cells();
        shared_cases();
    });
}
