// The Kuramoto functions beside the formula with a sine for every pair; views, records, options, progress and threads; bad calls, one
// row a mistake.
#include "check.hpp"
#include "hotloop.hpp"

#include <functional>
#include <thread>

using check::claim;
using check::contains;
namespace hk = hl::kuramoto;

// ---- the formula ----

// Phases beyond the ends of an axis, by side.
struct rim {
    std::vector<double> below, above;
};

struct lattice {
    std::ptrdiff_t n[3];
    std::vector<double> theta, omega, coupling;
    rim rims[3];

    lattice(std::ptrdiff_t n0, std::ptrdiff_t n1, std::ptrdiff_t n2) : n{n0, n1, n2} {
        theta = numbers(n0 * n1 * n2, 3, 9.0);
        omega = numbers(n0 * n1 * n2, 5, 1.0);
        coupling = numbers(n0 * n1 * n2, 7, 2.0);
        for (int axis = 0; axis < 3; ++axis) {
            rims[axis].below = numbers(n0 * n1 * n2 / n[axis], 11 + axis, 9.0);
            rims[axis].above = numbers(n0 * n1 * n2 / n[axis], 17 + axis, 9.0);
        }
    }

    static std::vector<double> numbers(std::ptrdiff_t count, int seed, double largest) {
        std::vector<double> values;
        for (std::ptrdiff_t i = 1; i <= count; ++i)
            values.push_back(largest * static_cast<double>((7919 * i * seed + 104729 * seed) % 4096) / 4096);
        return values;
    }

    std::vector<double> naive(hk::law law, double lag, const std::array<hk::boundary, 3>& boundaries) const {
        std::vector<double> slopes;
        std::ptrdiff_t at[3];
        for (at[0] = 0; at[0] < n[0]; ++at[0])
            for (at[1] = 0; at[1] < n[1]; ++at[1])
                for (at[2] = 0; at[2] < n[2]; ++at[2]) {
                    const std::size_t cell = index(at);
                    double pull = 0;
                    for (int axis = 0; axis < 3; ++axis)
                        for (int side = -1; side <= 1; side += 2) {
                            const double* neighbour = find(at, axis, side, boundaries[static_cast<std::size_t>(axis)]);
                            if (neighbour == nullptr) continue;
                            const double ahead = *neighbour - theta[cell] - lag;
                            pull += law == hk::law::linear ? ahead : std::sin(ahead);
                        }
                    slopes.push_back(omega[cell] + coupling[cell] * pull);
                }
        return slopes;
    }

private:
    std::size_t index(const std::ptrdiff_t (&at)[3]) const { return static_cast<std::size_t>((at[0] * n[1] + at[1]) * n[2] + at[2]); }

    const double* find(const std::ptrdiff_t (&cell)[3], int axis, int side, hk::boundary boundary) const {
        std::ptrdiff_t at[3] = {cell[0], cell[1], cell[2]};
        at[axis] += side;
        if (at[axis] >= 0 && at[axis] < n[axis]) return &theta[index(at)];
        if (boundary == hk::boundary::zero_flux) return nullptr;
        if (boundary == hk::boundary::periodic) {
            at[axis] = (at[axis] + n[axis]) % n[axis];
            return &theta[index(at)];
        }
        const std::ptrdiff_t in_face[3] = {cell[1] * n[2] + cell[2], cell[0] * n[2] + cell[2], cell[0] * n[1] + cell[1]};
        const rim& ends = rims[axis];
        return &(side < 0 ? ends.below : ends.above)[static_cast<std::size_t>(in_face[axis])];
    }
};

static std::vector<float> single(const std::vector<double>& values) { return std::vector<float>(values.begin(), values.end()); }
static std::vector<double> widened(const std::vector<float>& values) { return std::vector<double>(values.begin(), values.end()); }

static void compare(const lattice& l, int rank, hk::law law, const std::array<hk::boundary, 3>& boundaries, const std::string& text) {
    const double lag = 0.3;
    const std::vector<double> expected = l.naive(law, lag, boundaries);
    std::vector<double> slopes(expected.size(), -77.0);
    std::vector<float> slopes_f32(expected.size(), -77.0f);
    const std::vector<float> theta = single(l.theta), omega = single(l.omega), coupling = single(l.coupling);
    std::vector<std::vector<float>> kept;
    hk::options options, options_f32;
    for (hk::options* o : {&options, &options_f32}) o->law(law).lag(lag);
    for (std::size_t axis = 0; axis < static_cast<std::size_t>(rank); ++axis) {
        const rim& ends = l.rims[axis];
        options.boundary(axis, boundaries[axis]);
        options_f32.boundary(axis, boundaries[axis]);
        if (boundaries[axis] != hk::boundary::halo) continue;
        kept.push_back(single(ends.below));
        kept.push_back(single(ends.above));
        const float *below = kept[kept.size() - 2].data(), *above = kept.back().data();
        const std::ptrdiff_t first = axis == 0 ? l.n[1] : l.n[0], second = axis == 2 ? l.n[1] : l.n[2];
        if (rank == 1) {
            options.halo(axis, ends.below[0], ends.above[0]);
            options_f32.halo(axis, static_cast<double>(below[0]), static_cast<double>(above[0]));
        } else if (rank == 2) {
            options.halo(axis, ends.below, ends.above);
            options_f32.halo(axis, hl::row_major(below, first * second), hl::row_major(above, first * second));
        } else {
            options.halo(axis, hl::row_major(ends.below, first, second), hl::row_major(ends.above, first, second));
            options_f32.halo(axis, hl::row_major(below, first, second), hl::row_major(above, first, second));
        }
    }
    if (rank == 1) {
        hk::rhs(l.theta, l.omega, l.coupling, slopes, options);
        hk::rhs(theta, omega, coupling, slopes_f32, options_f32);
    } else if (rank == 2) {
        hk::rhs(hl::row_major(l.theta, l.n[0], l.n[1]), hl::row_major(l.omega, l.n[0], l.n[1]),
                hl::row_major(l.coupling, l.n[0], l.n[1]), hl::row_major(slopes, l.n[0], l.n[1]), options);
        hk::rhs(hl::row_major(theta, l.n[0], l.n[1]), hl::row_major(omega, l.n[0], l.n[1]), hl::row_major(coupling, l.n[0], l.n[1]),
                hl::row_major(slopes_f32, l.n[0], l.n[1]), options_f32);
    } else {
        hk::rhs(hl::row_major(l.theta, l.n[0], l.n[1], l.n[2]), hl::row_major(l.omega, l.n[0], l.n[1], l.n[2]),
                hl::row_major(l.coupling, l.n[0], l.n[1], l.n[2]), hl::row_major(slopes, l.n[0], l.n[1], l.n[2]), options);
        hk::rhs(hl::row_major(theta, l.n[0], l.n[1], l.n[2]), hl::row_major(omega, l.n[0], l.n[1], l.n[2]),
                hl::row_major(coupling, l.n[0], l.n[1], l.n[2]), hl::row_major(slopes_f32, l.n[0], l.n[1], l.n[2]), options_f32);
    }
    check::within(slopes, expected, 1e-13, text);
    check::within(widened(slopes_f32), expected, 2e-5, text + ", f32");
}

static void formula() {
    const std::ptrdiff_t shapes[][3] = {{1, 1, 1},  {17, 1, 1}, {40, 1, 1}, {6, 9, 1}, {9, 40, 1},
                                        {33, 2, 1}, {4, 5, 7},  {3, 2, 20}, {8, 8, 8}};
    for (const std::ptrdiff_t(&n)[3] : shapes) {
        const int rank = n[2] > 1 ? 3 : n[1] > 1 ? 2 : 1;
        for (int law = 0; law < 3; ++law)
            for (int boundary = 0; boundary < 3; ++boundary) {
                std::array<hk::boundary, 3> boundaries = {{hk::boundary::zero_flux, hk::boundary::zero_flux, hk::boundary::zero_flux}};
                for (int axis = 0; axis < rank; ++axis)
                    boundaries[static_cast<std::size_t>(axis)] = static_cast<hk::boundary>((boundary + axis) % 3);
                compare(lattice(n[0], n[1], n[2]), rank, static_cast<hk::law>(law), boundaries,
                        "extents " + std::to_string(n[0]) + " " + std::to_string(n[1]) + " " + std::to_string(n[2]) + ", law " +
                            std::to_string(law) + ", boundary " + std::to_string(boundary) + ": the formula");
            }
    }
}

// ---- a small correct call ----

struct request {
    static constexpr std::ptrdiff_t n0 = 4, n1 = 5;
    lattice numbers = lattice(n0, n1, 1);
    std::vector<double> theta_values = numbers.theta, slope_values = std::vector<double>(n0 * n1, -77.0),
                        frame_values = std::vector<double>(2 * n0 * n1, -77.0), r_values = std::vector<double>(2, -77.0),
                        psi_values = std::vector<double>(2, -77.0);
    hl::view<double, 2> theta = hl::row_major(theta_values, n0, n1), dtheta = hl::row_major(slope_values, n0, n1);
    hl::view<const double, 2> omega = hl::row_major(numbers.omega, n0, n1), coupling = hl::row_major(numbers.coupling, n0, n1);
    hk::records<double, 2> records;
    double dt = 0.125;
    std::ptrdiff_t n_steps = 7, steps_done = -5;
    hk::options options;

    request() {
        records.every = 3;
        records.frames = hl::row_major(frame_values, 2, n0, n1);
        records.order_r = r_values;
        records.order_psi = psi_values;
    }
    request(const request&) = delete;  // the views point into this object
    request& operator=(const request&) = delete;

    void by_rhs() { hk::rhs(theta, omega, coupling, dtheta, options); }
    void by_integrate() { hk::integrate(theta, omega, coupling, dt, n_steps, options, records, &steps_done); }
    void put_halos() {
        for (std::size_t axis = 0; axis < 2; ++axis) options.halo(axis, numbers.rims[axis].below, numbers.rims[axis].above);
    }

    std::vector<std::vector<double>> outputs() const { return {theta_values, slope_values, frame_values, r_values, psi_values}; }
};

static void single_values() {
    request asked, plain;
    std::fill(plain.numbers.omega.begin(), plain.numbers.omega.end(), 0.375);
    std::fill(plain.numbers.coupling.begin(), plain.numbers.coupling.end(), 2.0);
    plain.by_rhs();
    hk::rhs(asked.theta, 0.375, 2, asked.dtheta);
    claim(check::same_bits(asked.slope_values, plain.slope_values), "one frequency and one coupling for all");
    hk::rhs(asked.theta, plain.omega, 2.0, asked.dtheta);
    claim(check::same_bits(asked.slope_values, plain.slope_values), "frequencies of their own, one coupling");
    plain.by_integrate();
    hk::integrate(asked.theta, 0.375, 2.0, 0.125, 7);
    claim(check::same_bits(asked.theta_values, plain.theta_values), "integration with numbers in place of arrays");
    std::vector<float> ring(12, 0.5f), slopes(12);
    hk::rhs(ring, 0.25f, 1, slopes, hk::options().boundary(hk::boundary::periodic));
    check::within(widened(slopes), std::vector<double>(12, 0.25), 1e-6, "a ring in agreement, f32, moves with its frequency");
}

static void halos_of_a_torus() {
    request torus, halo;
    torus.options.boundary(hk::boundary::periodic);
    torus.by_rhs();
    // The rim of the array itself: rows as they lie, columns with their stride.
    const hl::view<const double, 2> theta = halo.theta, turned = theta.permuted({{1, 0}});
    halo.options.halo(0, theta.at(3), theta.at(0)).halo(1, turned.at(4), turned.at(0));
    halo.by_rhs();
    claim(check::same_bits(halo.slope_values, torus.slope_values), "a torus by halos has the torus' bits");
    halo.options.boundary(hk::boundary::periodic);
    halo.by_rhs();
    claim(check::same_bits(halo.slope_values, torus.slope_values), "boundary() takes back halos");
}

static void accumulation() {
    request plain, added;
    plain.by_rhs();
    std::fill(added.slope_values.begin(), added.slope_values.end(), 0.5);
    added.options.accumulate(true);
    added.by_rhs();
    std::vector<double> expected;
    for (double slope : plain.slope_values) expected.push_back(0.5 + slope);
    claim(check::same_bits(added.slope_values, expected), "accumulate adds to dtheta");
}

static void records() {
    request whole, parts;
    whole.by_integrate();
    claim(whole.steps_done == 7, "steps_done");
    const std::size_t cells = parts.theta_values.size();
    for (std::size_t frame = 0; frame < 2; ++frame) {
        hk::integrate(parts.theta, parts.omega, parts.coupling, parts.dt, 3);
        const hk::order<double> order = hk::order_parameter(hl::view<const double, 2>(parts.theta));
        const auto from = whole.frame_values.begin() + static_cast<std::ptrdiff_t>(frame * cells);
        claim(check::same_bits(std::vector<double>(from, from + static_cast<std::ptrdiff_t>(cells)), parts.theta_values),
              "frames are the phases after every third step");
        claim(check::same_bits({whole.r_values[frame], whole.psi_values[frame]}, {order.r, order.psi}), "and their order parameter");
    }
    hk::integrate(parts.theta, parts.omega, parts.coupling, parts.dt, 1);
    claim(check::same_bits(parts.theta_values, whole.theta_values), "parts of an integration give the bits of the whole");
}

static void runge_kutta() {
    lattice l(20, 30, 1);
    const std::array<hk::boundary, 3> boundaries = {{hk::boundary::zero_flux, hk::boundary::periodic, hk::boundary::zero_flux}};
    std::vector<double> theta = l.theta;
    const double dt = 0.05;
    hk::integrate(hl::row_major(theta, 20, 30), hl::row_major(l.omega, 20, 30), hl::row_major(l.coupling, 20, 30), dt, 10,
                  hk::options().method(hk::method::rk4).lag(0.25).boundary(1, hk::boundary::periodic));
    const auto slopes = [&](const std::vector<double>& base, double step, const std::vector<double>& k) {
        l.theta = base;
        for (std::size_t i = 0; i < base.size(); ++i) l.theta[i] += step * (k.empty() ? 0.0 : k[i]);
        return l.naive(hk::law::sine, 0.25, boundaries);
    };
    std::vector<double> expected = l.theta;
    for (int step = 0; step < 10; ++step) {
        const std::vector<double> k1 = slopes(expected, 0, {}), k2 = slopes(expected, dt / 2, k1), k3 = slopes(expected, dt / 2, k2),
                                  k4 = slopes(expected, dt, k3);
        for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += dt / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
    }
    check::within(theta, expected, 1e-12, "ten steps of RK4 as the formula has them");
}

static void order_parameter() {
    const std::vector<double> agreed(12, 0.75);
    const hk::order<double> order = hk::order_parameter(agreed);
    claim(std::fabs(order.r - 1) < 1e-15 && std::fabs(order.psi - 0.75) < 1e-15, "agreement");
    const std::vector<float> opposite = {0.0f, 3.14159265f, 0.0f, 3.14159265f};
    claim(hk::order_parameter(opposite).r < 1e-6f, "opposites cancel, f32");
}

static void progress() {
    request asked;
    std::int64_t last = -1, all = -1;
    asked.options.progress([&](std::int64_t done, std::int64_t total) {
        last = done;
        all = total;
        return 0;
    });
    asked.by_integrate();
    claim(last == 7 && all == 7, "progress counts steps");
    request cancelled, expected;
    cancelled.options.progress([](std::int64_t, std::int64_t) { return 1; });
    try {
        cancelled.by_integrate();
        claim(false, "a positive answer cancels");
    } catch (const hl::cancelled&) {
        hk::integrate(expected.theta, expected.omega, expected.coupling, expected.dt, cancelled.steps_done);
        claim(check::same_bits(cancelled.theta_values, expected.theta_values), "after hl::cancelled theta stands at steps_done");
    }
    request thrown;
    thrown.options.progress([](std::int64_t, std::int64_t) -> std::int32_t { throw std::out_of_range("mine"); });
    try {
        thrown.by_integrate();
        claim(false, "an exception comes out of the call");
    } catch (const std::out_of_range& exception) {
        claim(std::string(exception.what()) == "mine", "an exception comes out of the call");
    }
}

static void empty() {
    std::vector<double> nothing;
    hk::rhs(nothing, nothing, 1.0, nothing);
    std::ptrdiff_t steps_done = -1;
    hk::integrate(nothing, 1.0, nothing, 0.5, 4, hk::options(), hk::records<double, 1>(), &steps_done);
    claim(steps_done == 4, "no cells: every step is made");
}

static void threads() {
    request expected;
    expected.by_rhs();
    expected.by_integrate();
    std::vector<int> wrong(8, 0);
    std::vector<std::thread> all;
    for (int seed = 0; seed < 8; ++seed)
        all.emplace_back([&, seed] {
            for (int round = 0; round < 20; ++round) {
                const hl::threads_guard guard(1 + (seed + round) % 3);
                request asked;
                asked.by_rhs();
                asked.by_integrate();
                wrong[static_cast<std::size_t>(seed)] += asked.outputs() != expected.outputs();
                try {
                    asked.dt = -1 - seed;
                    asked.by_integrate();
                    ++wrong[static_cast<std::size_t>(seed)];
                } catch (const hl::argument_error& thrown) {
                    wrong[static_cast<std::size_t>(seed)] += !contains(thrown.what(), "-" + std::to_string(1 + seed));
                }
            }
        });
    for (std::thread& thread : all) thread.join();
    claim(std::count(wrong.begin(), wrong.end(), 0) == 8, "eight threads at once: right results and messages of their own");
}

// ---- bad calls ----

enum function { rhs, integrate, both };

struct mistake {
    const char* text;
    function called;
    hl_status status;
    const char* argument;
    std::function<void(request&)> spoil;
};

// Arrays that a row borrows live here as long as the program.
static std::vector<double> spare(200, 0.5);
static std::vector<float> spare_f32(20, 0.5f);
static hl::view<double, 2> spare_2(std::ptrdiff_t i, std::ptrdiff_t j) { return hl::row_major(spare.data(), i, j); }
static hl::view<double, 1> spare_1(std::ptrdiff_t i) { return hl::row_major(spare.data(), i); }
static const double nan_value = std::nan("");

static const std::vector<mistake> mistakes = {
    {"too few frequencies", both, HL_ERR_SHAPE, "omega", [](request& q) { q.omega = spare_2(3, 5); }},
    {"couplings with their axes exchanged", both, HL_ERR_SHAPE, "coupling", [](request& q) { q.coupling = spare_2(5, 4); }},
    {"too much room", rhs, HL_ERR_SHAPE, "dtheta", [](request& q) { q.dtheta = spare_2(4, 6); }},
    {"a frame too few", integrate, HL_ERR_SHAPE, "frames", [](request& q) { q.records.frames = q.records.frames.slice(0, 0, 1); }},
    {"room for a record too many", integrate, HL_ERR_SHAPE, "order_r", [](request& q) { q.records.order_r = spare_1(3); }},
    {"a record too few", integrate, HL_ERR_SHAPE, "order_psi", [](request& q) { q.records.order_psi = spare_1(1); }},
    {"a negative number of steps", integrate, HL_ERR_SHAPE, "n_steps", [](request& q) { q.n_steps = -1; }},
    {"records before the start", integrate, HL_ERR_SHAPE, "record_every", [](request& q) { q.records.every = -2; }},
    {"records without an interval", integrate, HL_ERR_SHAPE, "frames", [](request& q) { q.records.every = 0; }},
    {"a negative extent", rhs, HL_ERR_SHAPE, "shape",
     [](request& q) {
         q.theta = hl::view<double, 2>(q.theta.data(), {{-4, 5}});
         q.omega = q.coupling = hl::view<const double, 2>(q.theta.data(), {{-4, 5}});
         q.dtheta = hl::view<double, 2>(q.dtheta.data(), {{-4, 5}});
     }},
    {"a halo that is too short", both, HL_ERR_SHAPE, "halo below axis 1",
     [](request& q) {
         q.put_halos();
         q.options.halo(1, spare_1(3), spare_1(4));
     }},
    {"a halo of another precision", both, HL_ERR_OPTION, "halo below axis 0",
     [](request& q) { q.options.halo(0, hl::row_major(spare_f32.data(), 5), hl::row_major(spare_f32.data(), 5)); }},
    {"a halo of another rank", both, HL_ERR_OPTION, "halo below axis 0", [](request& q) { q.options.halo(0, 0.5, 0.25); }},
    {"a halo that is not given", both, HL_ERR_NULL, "halo_below[0]",
     [](request& q) { q.options.boundary(0, hk::boundary::halo); }},
    {"phases that are not given", rhs, HL_ERR_SHAPE, "omega", [](request& q) { q.theta = {}; }},
    {"null phases", both, HL_ERR_NULL, "theta", [](request& q) { q.theta = hl::view<double, 2>(nullptr, {{4, 5}}); }},
    {"slopes that are not given", rhs, HL_ERR_NULL, "dtheta", [](request& q) { q.dtheta = {}; }},
    {"an output of stride 0", rhs, HL_ERR_STRIDE, "dtheta",
     [](request& q) { q.dtheta = hl::view<double, 2>(q.dtheta.data(), {{4, 5}}, {{0, 1}}); }},
    {"slopes on top of phases", rhs, HL_ERR_ALIAS, "dtheta", [](request& q) { q.dtheta = q.theta.reversed(0); }},
    {"frames on top of each other", integrate, HL_ERR_STRIDE, "frames",
     [](request& q) { q.records.frames = hl::view<double, 3>(q.records.frames.data(), {{2, 4, 5}}, {{1, 5, 1}}); }},
    {"order_psi on top of order_r", integrate, HL_ERR_ALIAS, "order_psi", [](request& q) { q.records.order_psi = q.records.order_r; }},
    {"a phase that is NaN", both, HL_ERR_NONFINITE, "theta", [](request& q) { q.theta_values[7] = nan_value; }},
    {"a phase without digits", both, HL_ERR_ARGUMENT, "theta", [](request& q) { q.theta_values[19] = 2251799813685248.0; }},
    {"an infinite frequency", both, HL_ERR_NONFINITE, "omega", [](request& q) { q.numbers.omega[0] = INFINITY; }},
    {"an infinite coupling", both, HL_ERR_NONFINITE, "coupling", [](request& q) { q.numbers.coupling[3] = -INFINITY; }},
    {"a NaN in a halo", both, HL_ERR_NONFINITE, "halo_above[0]",
     [](request& q) {
         q.put_halos();
         q.numbers.rims[0].above[1] = nan_value;
     }},
    {"steps of no length", integrate, HL_ERR_ARGUMENT, "dt", [](request& q) { q.dt = 0; }},
    {"a dt that is NaN", integrate, HL_ERR_ARGUMENT, "dt", [](request& q) { q.dt = nan_value; }},
    {"a law that does not exist", both, HL_ERR_OPTION, "law", [](request& q) { q.options.law(static_cast<hk::law>(3)); }},
    {"a method that does not exist", both, HL_ERR_OPTION, "method", [](request& q) { q.options.method(static_cast<hk::method>(9)); }},
    {"a boundary that does not exist", both, HL_ERR_OPTION, "boundary[1]",
     [](request& q) { q.options.boundary(1, static_cast<hk::boundary>(-1)); }},
    {"a way with NaN that does not exist", both, HL_ERR_OPTION, "nonfinite",
     [](request& q) { q.options.nonfinite(static_cast<hk::nonfinite>(2)); }},
    {"noise with RK4", both, HL_ERR_OPTION, "noise", [](request& q) { q.options.noise(0.5).method(hk::method::rk4); }},
    {"noise below 0", both, HL_ERR_OPTION, "noise", [](request& q) { q.options.noise(-0.5); }},
    {"no tolerance", both, HL_ERR_OPTION, "atol", [](request& q) { q.options.atol(0).method(hk::method::dormand_prince); }},
    {"a tolerance that is NaN", both, HL_ERR_OPTION, "rtol",
     [](request& q) { q.options.rtol(nan_value).method(hk::method::dormand_prince); }},
    {"a next step that is infinite", both, HL_ERR_OPTION, "next_step",
     [](request& q) {
         static double next;
         next = INFINITY;
         q.options.next_step(next).method(hk::method::dormand_prince);
     }},
    {"a lag that is NaN", both, HL_ERR_OPTION, "lag", [](request& q) { q.options.lag(nan_value); }},
    {"a field that must be 0", both, HL_ERR_OPTION, "reserved", [](request& q) { q.options.values().reserved = 1; }},
};

static bool same(const std::vector<std::vector<double>>& left, const std::vector<std::vector<double>>& right) {
    return std::equal(left.begin(), left.end(), right.begin(), check::same_bits);
}

static void bad_call(const mistake& m, function called) {
    const std::string name = called == rhs ? "hl_kuramoto_rhs" : "hl_kuramoto_integrate", text = name + ": " + m.text;
    request asked;
    m.spoil(asked);
    const std::vector<std::vector<double>> before = asked.outputs();
    try {
        if (called == rhs)
            asked.by_rhs();
        else
            asked.by_integrate();
        claim(false, text + " is refused");
    } catch (const hl::argument_error& thrown) {
        claim(thrown.status() == m.status, text + ": status", std::to_string(thrown.status()) + ": " + thrown.what());
        claim(std::string(thrown.what()).compare(0, name.size() + 2, name + ": ") == 0 && contains(thrown.what(), m.argument),
              text + ": the message names function and argument", thrown.what());
    }
    claim(same(before, asked.outputs()), text + ": no output is touched");
    if (called == integrate) claim(asked.steps_done == 0, text + ": no step is counted");
}

static void bad_calls() {
    for (const mistake& m : mistakes) {
        if (m.called != integrate) bad_call(m, rhs);
        if (m.called != rhs) bad_call(m, integrate);
    }
    request propagating;
    propagating.theta_values[7] = nan_value;
    propagating.options.nonfinite(hk::nonfinite::propagate);
    propagating.by_rhs();
    claim(std::isnan(propagating.slope_values[7]), "NaN propagates where it may");
    try {
        hk::options().boundary(3, hk::boundary::periodic);
        claim(false, "a fourth axis is refused");
    } catch (const hl::argument_error& thrown) {
        claim(thrown.status() == HL_ERR_OPTION, "a fourth axis is refused");
    }
    try {
        hk::order_parameter(hl::view<const double, 2>(spare.data(), {{0, 5}}));
        claim(false, "an order parameter of nothing is refused");
    } catch (const hl::argument_error& thrown) {
        claim(thrown.status() == HL_ERR_SHAPE, "an order parameter of nothing is refused");
    }
}

int main() {
    return check::run("test_kuramoto", [] {
        formula();
        single_values();
        halos_of_a_torus();
        accumulation();
        records();
        runge_kutta();
        order_parameter();
        progress();
        empty();
        threads();
        bad_calls();
    });
}
