// Networks and mean fields beside the formulas with a sine for every pair; indices of both lengths, weights, records, progress; bad calls,
// one row a mistake.
#include "check.hpp"
#include "hotloop.hpp"

#include <functional>

using check::claim;
using check::contains;
namespace hk = hl::kuramoto;

// ---- the formulas ----

static std::vector<double> numbers(std::size_t count, int seed, double largest) {
    std::vector<double> values;
    for (std::ptrdiff_t i = 1; i <= static_cast<std::ptrdiff_t>(count); ++i)
        values.push_back(largest * static_cast<double>((7919 * i * seed + 104729 * seed) % 4096) / 4096);
    return values;
}

struct oscillators {
    std::size_t n;
    std::vector<double> theta, omega, coupling, weights;
    std::vector<std::int32_t> row_start, neighbours;

    explicit oscillators(std::size_t nodes) : n(nodes), theta(numbers(n, 3, 9.0)), omega(numbers(n, 5, 1.0)), coupling(numbers(n, 7, 2.0)) {
        for (std::size_t i = 0; i < n; ++i) {
            row_start.push_back(static_cast<std::int32_t>(neighbours.size()));
            for (std::size_t k = 0; k < 3 * i % 8; ++k) neighbours.push_back(static_cast<std::int32_t>((5 * i + 11 * k + 1) % n));
        }
        row_start.push_back(static_cast<std::int32_t>(neighbours.size()));
        weights = numbers(neighbours.size(), 11, 1.5);
    }

    static double pull(hk::law law, double ahead) { return law == hk::law::linear ? ahead : std::sin(ahead); }

    std::vector<double> network(const std::vector<double>& phases, hk::law law, double lag, bool weighted) const {
        std::vector<double> slopes;
        for (std::size_t i = 0; i < n; ++i) {
            double sum = 0;
            for (std::size_t e = static_cast<std::size_t>(row_start[i]); e < static_cast<std::size_t>(row_start[i + 1]); ++e)
                sum += (weighted ? weights[e] : 1) * pull(law, phases[static_cast<std::size_t>(neighbours[e])] - phases[i] - lag);
            slopes.push_back(omega[i] + coupling[i] * sum);
        }
        return slopes;
    }
    std::vector<double> mean_field(const std::vector<double>& phases, hk::law law, double lag) const {
        std::vector<double> slopes;
        for (std::size_t i = 0; i < n; ++i) {
            double sum = 0;
            for (double other : phases) sum += pull(law, other - phases[i] - lag);
            slopes.push_back(omega[i] + coupling[i] * sum / static_cast<double>(n));
        }
        return slopes;
    }
};

static std::vector<float> single(const std::vector<double>& values) { return std::vector<float>(values.begin(), values.end()); }
static std::vector<double> widened(const std::vector<float>& values) { return std::vector<double>(values.begin(), values.end()); }
static std::vector<std::int64_t> long_ones(const std::vector<std::int32_t>& values) {
    return std::vector<std::int64_t>(values.begin(), values.end());
}

static void formulas() {
    const double lag = 0.3;
    for (std::size_t n : {1u, 2u, 17u, 64u, 300u})
        for (hk::law law : {hk::law::sine, hk::law::direct_sine, hk::law::linear}) {
            const oscillators o(n);
            const std::string text = std::to_string(n) + " nodes, law " + std::to_string(static_cast<int>(law)) + ": ";
            const hk::options options = hk::options().law(law).lag(lag);
            const std::vector<float> theta = single(o.theta), omega = single(o.omega), coupling = single(o.coupling),
                                     weights = single(o.weights);
            const std::vector<std::int64_t> row_start = long_ones(o.row_start), neighbours = long_ones(o.neighbours);
            std::vector<double> slopes(n, -77.0);
            std::vector<float> slopes_f32(n, -77.0f);
            hk::mean_field_rhs(o.theta, o.omega, o.coupling, slopes, options);
            check::within(slopes, o.mean_field(o.theta, law, lag), 1e-13, text + "the mean field");
            hk::mean_field_rhs(theta, omega, coupling, slopes_f32, options);
            check::within(widened(slopes_f32), o.mean_field(o.theta, law, lag), 2e-5, text + "the mean field, f32");
            const std::vector<double> plain = o.network(o.theta, law, lag, false), weighted = o.network(o.theta, law, lag, true);
            hk::network_rhs(hk::network<double>(o.row_start, o.neighbours), o.theta, o.omega, o.coupling, slopes, options);
            check::within(slopes, plain, 1e-13, text + "the network");
            hk::network_rhs(hk::network<double>(row_start, neighbours, o.weights), o.theta, o.omega, o.coupling, slopes, options);
            check::within(slopes, weighted, 1e-13, text + "the network with weights and long indices");
            hk::network_rhs(hk::network<float>(row_start, neighbours), theta, omega, coupling, slopes_f32, options);
            check::within(widened(slopes_f32), plain, 1e-4, text + "the network, f32 with long indices");
            hk::network_rhs(hk::network<float>(o.row_start, o.neighbours, weights), theta, omega, coupling, slopes_f32, options);
            check::within(widened(slopes_f32), weighted, 1e-4, text + "the network with weights, f32");
        }
}

static void heun() {
    const oscillators o(60);
    const double dt = 0.05, lag = 0.25;
    const hk::options options = hk::options().method(hk::method::heun).lag(lag);
    std::vector<double> on_network = o.theta, in_mean_field = o.theta, expected = o.theta;
    const auto steps = [&](const std::function<std::vector<double>(const std::vector<double>&)>& slopes) {
        expected = o.theta;
        for (int step = 0; step < 8; ++step) {
            const std::vector<double> k1 = slopes(expected);
            std::vector<double> ahead = expected;
            for (std::size_t i = 0; i < ahead.size(); ++i) ahead[i] += dt * k1[i];
            const std::vector<double> k2 = slopes(ahead);
            for (std::size_t i = 0; i < ahead.size(); ++i) expected[i] += dt / 2 * (k1[i] + k2[i]);
        }
        return expected;
    };
    hk::network_integrate(hk::network<double>(o.row_start, o.neighbours, o.weights), on_network, o.omega, o.coupling, dt, 8, options);
    check::within(on_network, steps([&](const std::vector<double>& phases) { return o.network(phases, hk::law::sine, lag, true); }), 1e-12,
                  "eight steps of Heun's method on a network as the formula has them");
    hk::mean_field_integrate(in_mean_field, o.omega, o.coupling, dt, 8, options);
    check::within(in_mean_field, steps([&](const std::vector<double>& phases) { return o.mean_field(phases, hk::law::sine, lag); }), 1e-12,
                  "and of a mean field");
}

// ---- a small correct call ----

enum function { mean_field_rhs, mean_field_integrate, network_rhs, network_integrate };
static const char* const function_names[] = {"hl_kuramoto_mean_field_rhs", "hl_kuramoto_mean_field_integrate", "hl_kuramoto_network_rhs",
                                             "hl_kuramoto_network_integrate"};

struct request {
    static constexpr std::ptrdiff_t n = 12;
    oscillators numbers = oscillators(n);
    std::vector<double> theta_values = numbers.theta, slope_values = std::vector<double>(n, -77.0),
                        frame_values = std::vector<double>(2 * n, -77.0), r_values = std::vector<double>(2, -77.0),
                        psi_values = std::vector<double>(2, -77.0);
    hl::view<double, 1> theta = theta_values, dtheta = slope_values;
    hl::view<const double, 1> omega = numbers.omega, coupling = numbers.coupling, weights = numbers.weights;
    hl::view<const std::int32_t, 1> row_start = numbers.row_start, neighbours = numbers.neighbours;
    hk::records<double, 1> records;
    double dt = 0.125, next_step = 0;
    std::ptrdiff_t n_steps = 7, steps_done = -5;
    hk::options options;

    request() {
        records.every = 3;
        records.frames = hl::row_major(frame_values, 2, n);
        records.order_r = r_values;
        records.order_psi = psi_values;
    }
    request(const request&) = delete;  // the views point into this object
    request& operator=(const request&) = delete;

    void by(function called) {
        const hk::network<double> graph(row_start, neighbours, weights);
        switch (called) {
            case mean_field_rhs: return hk::mean_field_rhs(theta, omega, coupling, dtheta, options);
            case mean_field_integrate:
                return hk::mean_field_integrate(theta, omega, coupling, dt, n_steps, options, records, &steps_done);
            case network_rhs: return hk::network_rhs(graph, theta, omega, coupling, dtheta, options);
            case network_integrate:
                return hk::network_integrate(graph, theta, omega, coupling, dt, n_steps, options, records, &steps_done);
        }
    }
    std::vector<std::vector<double>> outputs() const { return {theta_values, slope_values, frame_values, r_values, psi_values}; }
};

static void single_values() {
    request plain;
    std::fill(plain.numbers.omega.begin(), plain.numbers.omega.end(), 0.375);
    std::fill(plain.numbers.coupling.begin(), plain.numbers.coupling.end(), 2.0);
    std::fill(plain.numbers.weights.begin(), plain.numbers.weights.end(), 0.5);
    plain.by(network_rhs);
    std::vector<double> slopes(request::n);
    hk::network_rhs(hk::network<double>(plain.row_start, plain.neighbours, 0.5), plain.theta, 0.375, 2, slopes);
    claim(check::same_bits(slopes, plain.slope_values), "one weight, one frequency and one coupling for all");
    std::fill(plain.numbers.weights.begin(), plain.numbers.weights.end(), 1.0);
    plain.by(network_rhs);
    hk::network_rhs(hk::network<double>(plain.row_start, plain.neighbours), plain.theta, 0.375, 2.0, slopes);
    claim(check::same_bits(slopes, plain.slope_values), "no weights are weights of 1");
    plain.by(mean_field_rhs);
    hk::mean_field_rhs(plain.theta, 0.375, 2.0, slopes);
    claim(check::same_bits(slopes, plain.slope_values), "a mean field of equal oscillators");
    std::fill(slopes.begin(), slopes.end(), 0.5);
    hk::mean_field_rhs(plain.theta, 0.375, 2.0, slopes, hk::options().accumulate(true));
    for (double& slope : plain.slope_values) slope += 0.5;
    claim(check::same_bits(slopes, plain.slope_values), "accumulate adds to dtheta");
    request lattice;
    lattice.options.halo(1, lattice.numbers.theta, lattice.numbers.theta);
    lattice.by(mean_field_rhs);
    claim(true, "halos of a lattice are not looked at");
}

static void any_view() {
    request plain, turned;
    plain.by(network_rhs);
    std::vector<std::int32_t> backwards(turned.numbers.neighbours.rbegin(), turned.numbers.neighbours.rend()), spaced(2 * request::n + 2, 99);
    for (std::size_t i = 0; i <= request::n; ++i) spaced[2 * i] = turned.numbers.row_start[i];
    turned.neighbours = hl::view<const std::int32_t, 1>(backwards).reversed(0);
    turned.row_start = hl::view<const std::int32_t, 1>(spaced).slice(0, 0, 2 * request::n + 2, 2);
    turned.by(network_rhs);
    claim(check::same_bits(plain.slope_values, turned.slope_values), "a graph in any views gives the same bits");
}

static void records(function called) {
    request whole, parts;
    whole.by(called);
    claim(whole.steps_done == 7, "steps_done");
    parts.records = hk::records<double, 1>();
    for (std::size_t frame = 0; frame < 2; ++frame) {
        parts.n_steps = 3;
        parts.by(called);
        const hk::order<double> order = hk::order_parameter(parts.theta_values);
        const auto from = whole.frame_values.begin() + static_cast<std::ptrdiff_t>(frame * request::n);
        claim(check::same_bits(std::vector<double>(from, from + request::n), parts.theta_values), "frames are the phases after every third step");
        check::within({whole.r_values[frame], whole.psi_values[frame]}, {order.r, order.psi}, 1e-14, "and their order parameter");
    }
    parts.n_steps = 1;
    parts.by(called);
    claim(check::same_bits(parts.theta_values, whole.theta_values), "parts of an integration give the bits of the whole");
}

static void progress(function called) {
    request asked;
    std::int64_t last = -1, all = -1;
    asked.options.progress([&](std::int64_t done, std::int64_t total) {
        last = done;
        all = total;
        return 0;
    });
    asked.by(called);
    claim(last == 7 && all == 7, "progress counts steps");
    request cancelled;
    cancelled.options.progress([](std::int64_t, std::int64_t) { return 1; });
    try {
        cancelled.by(called);
        claim(false, "a positive answer cancels");
    } catch (const hl::cancelled&) {
        claim(cancelled.steps_done == 0 && check::same_bits(cancelled.theta_values, cancelled.numbers.theta), "cancelled before the first step");
    }
    request thrown;
    thrown.options.progress([](std::int64_t, std::int64_t) -> std::int32_t { throw std::out_of_range("mine"); });
    try {
        thrown.by(called);
        claim(false, "an exception comes out of the call");
    } catch (const std::out_of_range& exception) {
        claim(std::string(exception.what()) == "mine", "an exception comes out of the call");
    }
}

static void empty() {
    std::vector<double> nothing;
    const std::vector<std::int32_t> start = {0}, none;
    std::ptrdiff_t steps_done = -1;
    hk::mean_field_rhs(nothing, nothing, 1.0, nothing);
    hk::network_rhs(hk::network<double>(start, none, nothing), nothing, 1.0, nothing, nothing);
    hk::network_integrate(hk::network<double>(start, none), nothing, 1.0, nothing, 0.5, 4, hk::options(), hk::records<double, 1>(), &steps_done);
    claim(steps_done == 4, "no nodes: every step is made");
    const std::vector<std::int64_t> starts = {0, 0, 0};
    const std::vector<std::int64_t> no_neighbours;
    std::vector<double> alone = {1.0, 2.0}, slopes(2);
    hk::network_rhs(hk::network<double>(starts, no_neighbours), alone, 0.25, 1.0, slopes);
    claim(slopes == std::vector<double>({0.25, 0.25}), "nodes without edges move with their frequencies");
}

// ---- bad calls ----

enum called { rhs = 1, integrate = 2, all = 3, of_networks = 4 };

struct mistake {
    const char* text;
    int called;
    hl_status status;
    const char* argument;
    std::function<void(request&)> spoil;
};

// Arrays that a row borrows live here as long as the program.
static std::vector<double> spare(200, 0.5);
static hl::view<double, 1> spare_1(std::ptrdiff_t i) { return hl::row_major(spare.data(), i); }
static const double nan_value = std::nan("");

static const std::vector<mistake> mistakes = {
    {"too few frequencies", all, HL_ERR_SHAPE, "omega", [](request& q) { q.omega = spare_1(11); }},
    {"too many couplings", all, HL_ERR_SHAPE, "coupling", [](request& q) { q.coupling = spare_1(13); }},
    {"too much room", rhs, HL_ERR_SHAPE, "dtheta", [](request& q) { q.dtheta = spare_1(24); }},
    {"a frame too few", integrate, HL_ERR_SHAPE, "frames", [](request& q) { q.records.frames = q.records.frames.slice(0, 0, 1); }},
    {"room for a record too many", integrate, HL_ERR_SHAPE, "order_r", [](request& q) { q.records.order_r = spare_1(3); }},
    {"a record too few", integrate, HL_ERR_SHAPE, "order_psi", [](request& q) { q.records.order_psi = spare_1(1); }},
    {"a negative number of steps", integrate, HL_ERR_SHAPE, "n_steps", [](request& q) { q.n_steps = -1; }},
    {"records before the start", integrate, HL_ERR_SHAPE, "record_every", [](request& q) { q.records.every = -2; }},
    {"a start too few", all | of_networks, HL_ERR_SHAPE, "row_start", [](request& q) { q.row_start = q.row_start.slice(0, 0, 12); }},
    {"a start too many", all | of_networks, HL_ERR_SHAPE, "row_start",
     [](request& q) { q.row_start = hl::view<const std::int32_t, 1>(q.row_start.data(), {{14}}, {{0}}); }},
    {"a weight too few", all | of_networks, HL_ERR_SHAPE, "weights", [](request& q) { q.weights = q.weights.slice(0, 1, q.weights.size()); }},
    {"a neighbour too few", all | of_networks, HL_ERR_ARGUMENT, "row_start",
     [](request& q) {
         q.neighbours = q.neighbours.slice(0, 1, q.neighbours.size());
         q.weights = q.weights.slice(0, 1, q.weights.size());
     }},
    {"starts that count from 1", all | of_networks, HL_ERR_ARGUMENT, "row_start", [](request& q) {
         for (std::int32_t& start : q.numbers.row_start) ++start;
     }},
    {"starts that descend", all | of_networks, HL_ERR_ARGUMENT, "row_start", [](request& q) { q.numbers.row_start[5] = 1; }},
    {"a node that is not there", all | of_networks, HL_ERR_ARGUMENT, "neighbours", [](request& q) { q.numbers.neighbours.back() = 12; }},
    {"a negative node", all | of_networks, HL_ERR_ARGUMENT, "neighbours", [](request& q) { q.numbers.neighbours[3] = -1; }},
    {"starts that are not given", all | of_networks, HL_ERR_NULL, "row_start", [](request& q) { q.row_start = {}; }},
    {"null neighbours", all | of_networks, HL_ERR_NULL, "neighbours",
     [](request& q) { q.neighbours = hl::view<const std::int32_t, 1>(nullptr, q.neighbours.extents()); }},
    {"a weight that is NaN", all | of_networks, HL_ERR_NONFINITE, "weights", [](request& q) { q.numbers.weights[2] = nan_value; }},
    {"slopes on top of weights", rhs | of_networks, HL_ERR_ALIAS, "dtheta",
     [](request& q) { q.dtheta = hl::row_major(q.numbers.weights.data(), 12); }},
    {"phases that are not given", rhs, HL_ERR_SHAPE, "", [](request& q) { q.theta = {}; }},
    {"null phases", all, HL_ERR_NULL, "theta", [](request& q) { q.theta = hl::view<double, 1>(nullptr, {{12}}); }},
    {"slopes that are not given", rhs, HL_ERR_NULL, "dtheta", [](request& q) { q.dtheta = {}; }},
    {"an output of stride 0", rhs, HL_ERR_STRIDE, "dtheta",
     [](request& q) { q.dtheta = hl::view<double, 1>(q.dtheta.data(), {{12}}, {{0}}); }},
    {"slopes on top of phases", rhs, HL_ERR_ALIAS, "dtheta", [](request& q) { q.dtheta = q.theta.reversed(0); }},
    {"frames on top of each other", integrate, HL_ERR_STRIDE, "frames",
     [](request& q) { q.records.frames = hl::view<double, 2>(q.records.frames.data(), {{2, 12}}, {{1, 1}}); }},
    {"order_psi on top of order_r", integrate, HL_ERR_ALIAS, "order_psi", [](request& q) { q.records.order_psi = q.records.order_r; }},
    {"a phase that is NaN", all, HL_ERR_NONFINITE, "theta", [](request& q) { q.theta_values[7] = nan_value; }},
    {"a phase without digits", all, HL_ERR_ARGUMENT, "theta", [](request& q) { q.theta_values[11] = 2251799813685248.0; }},
    {"an infinite frequency", all, HL_ERR_NONFINITE, "omega", [](request& q) { q.numbers.omega[0] = INFINITY; }},
    {"an infinite coupling", all, HL_ERR_NONFINITE, "coupling", [](request& q) { q.numbers.coupling[3] = -INFINITY; }},
    {"steps of no length", integrate, HL_ERR_ARGUMENT, "dt", [](request& q) { q.dt = 0; }},
    {"a law that does not exist", all, HL_ERR_OPTION, "law", [](request& q) { q.options.law(static_cast<hk::law>(3)); }},
    {"a method that does not exist", all, HL_ERR_OPTION, "method", [](request& q) { q.options.method(static_cast<hk::method>(4)); }},
    {"noise below 0", all, HL_ERR_OPTION, "noise", [](request& q) { q.options.noise(-0.5); }},
    {"noise that is NaN", all, HL_ERR_OPTION, "noise", [](request& q) { q.options.noise(nan_value); }},
    {"noise with RK4", all, HL_ERR_OPTION, "noise", [](request& q) { q.options.noise(0.5).method(hk::method::rk4); }},
    {"noise with adaptive steps", all, HL_ERR_OPTION, "noise", [](request& q) { q.options.noise(0.5).method(hk::method::dormand_prince); }},
    {"no tolerance", all, HL_ERR_OPTION, "atol", [](request& q) { q.options.atol(0).method(hk::method::dormand_prince); }},
    {"a negative tolerance", all, HL_ERR_OPTION, "rtol", [](request& q) { q.options.rtol(-1e-3).method(hk::method::dormand_prince); }},
    {"a tolerance that is infinite", all, HL_ERR_OPTION, "atol",
     [](request& q) { q.options.atol(INFINITY).method(hk::method::dormand_prince); }},
    {"a negative next step", all, HL_ERR_OPTION, "next_step",
     [](request& q) {
         q.next_step = -0.5;
         q.options.next_step(q.next_step).method(hk::method::dormand_prince);
     }},
    {"a next step among the phases", integrate, HL_ERR_ALIAS, "next_step",
     [](request& q) {
         q.theta_values[4] = 0;
         q.options.next_step(q.theta_values[4]).method(hk::method::dormand_prince);
     }},
};

static bool same(const std::vector<std::vector<double>>& left, const std::vector<std::vector<double>>& right) {
    return std::equal(left.begin(), left.end(), right.begin(), check::same_bits);
}

static void bad_call(const mistake& m, function called) {
    const std::string name = function_names[called], text = name + ": " + m.text;
    request asked;
    m.spoil(asked);
    const std::vector<std::vector<double>> before = asked.outputs();
    try {
        asked.by(called);
        claim(false, text + " is refused");
    } catch (const hl::argument_error& thrown) {
        claim(thrown.status() == m.status, text + ": status", std::to_string(thrown.status()) + ": " + thrown.what());
        claim(std::string(thrown.what()).compare(0, name.size() + 2, name + ": ") == 0 && contains(thrown.what(), m.argument),
              text + ": the message names function and argument", thrown.what());
    }
    claim(same(before, asked.outputs()), text + ": no output is touched");
    if (called == mean_field_integrate || called == network_integrate) claim(asked.steps_done == 0, text + ": no step is counted");
}

static void bad_calls() {
    for (const mistake& m : mistakes) {
        if (m.called & rhs) bad_call(m, network_rhs);
        if (m.called & integrate) bad_call(m, network_integrate);
        if (m.called & of_networks) continue;
        if (m.called & rhs) bad_call(m, mean_field_rhs);
        if (m.called & integrate) bad_call(m, mean_field_integrate);
    }
    request propagating;
    propagating.theta_values[7] = nan_value;
    propagating.options.nonfinite(hk::nonfinite::propagate);
    propagating.by(network_rhs);
    claim(std::isnan(propagating.slope_values[7]), "NaN propagates where it may");
    request impossible;
    impossible.options.method(hk::method::dormand_prince).atol(1e-300);
    try {
        impossible.by(network_integrate);
        claim(false, "a tolerance that cannot be met is a numerical error");
    } catch (const hl::numerical_error& thrown) {
        claim(thrown.status() == HL_ERR_NOT_CONVERGED && impossible.steps_done == 0 && contains(thrown.what(), "atol"),
              "a tolerance that cannot be met is a numerical error", thrown.what());
    }
}

int main() {
    return check::run("test_kuramoto_nodes", [] {
        formulas();
        heun();
        single_values();
        any_view();
        for (function called : {mean_field_integrate, network_integrate}) {
            records(called);
            progress(called);
        }
        empty();
        bad_calls();
    });
}
