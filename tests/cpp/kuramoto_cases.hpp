// The shared table of Kuramoto lattices (tests/cases/kuramoto.txt): a row, its numbers in C order, and its run in any layout of memory.
#ifndef KURAMOTO_CASES_HPP
#define KURAMOTO_CASES_HPP

#include <memory>

#include "cases.hpp"

namespace kuramoto_cases {

struct row {
    std::string name;
    std::ptrdiff_t rank, n[3];
    int bits, law, method, boundary[3];
    double lag, dt;
    std::ptrdiff_t n_steps, every;
    int per_cell, layout;
    double noise, atol;

    std::ptrdiff_t n_frames() const { return every > 0 ? n_steps / every : 0; }
};

inline std::vector<row> read_table() {
    std::vector<row> rows;
    std::ifstream file("tests/cases/kuramoto.txt");
    std::string line;
    while (std::getline(file, line)) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream words(line);
        row r;
        if (!(words >> r.name >> r.rank >> r.n[0] >> r.n[1] >> r.n[2] >> r.bits >> r.law >> r.method >> r.boundary[0] >> r.boundary[1] >>
              r.boundary[2] >> r.lag >> r.dt >> r.n_steps >> r.every >> r.per_cell >> r.layout >> r.noise >> r.atol))
            throw std::runtime_error("tests/cases/kuramoto.txt: cannot read the row: " + line);
        rows.push_back(r);
    }
    return rows;
}

// The numbers of the table are exact in both precisions.
template <class T>
std::vector<T> made_of(std::ptrdiff_t n, double (*number)(std::ptrdiff_t)) {
    std::vector<T> values;
    for (std::ptrdiff_t i = 0; i < n; ++i) values.push_back(static_cast<T>(number(i)));
    return values;
}
inline double phase(std::ptrdiff_t i) { return static_cast<double>((7919 * i + 104729) % 65536) / 8192; }
inline double frequency(std::ptrdiff_t i) { return static_cast<double>((6271 * i + 331) % 4096) / 4096; }
inline double strength(std::ptrdiff_t i) { return 1 + static_cast<double>(37 * i % 64) / 64; }
inline double face_phase(std::ptrdiff_t i, int side, int axis) {
    return static_cast<double>((911 * i + 77 * side + 13 * axis) % 65536) / 8192;
}

// The options of a row of either table. Noise has a seed, a first step and a first cell in every case; fixed steps know no tolerance.
template <class Row>
hl::kuramoto::options options_of(const Row& r) {
    namespace hk = hl::kuramoto;
    hk::options options;
    options.law(static_cast<hk::law>(r.law)).method(static_cast<hk::method>(r.method)).lag(r.lag);
    options.noise(r.noise, 12345).first_step(7).first_cell(3);
    if (r.atol > 0) options.atol(r.atol);
    return options;
}

// The faces of a lattice, laid out like its other arrays; one axis has none.
template <class T, std::size_t N>
struct faces {
    std::vector<std::unique_ptr<cases::laid_out<T, N - 1>>> kept;

    void give(hl::kuramoto::options& options, const row& r, int layout) {
        for (std::size_t axis = 0; axis < N; ++axis) {
            if (r.boundary[axis] != HL_BOUNDARY_HALO) continue;
            std::array<std::ptrdiff_t, N - 1> extents;
            std::ptrdiff_t size = 1;
            for (std::size_t from = 0, to = 0; from < N; ++from)
                if (from != axis) size *= extents[to++] = r.n[from];
            for (int side = 0; side < 2; ++side) {
                std::vector<T> values;
                for (std::ptrdiff_t i = 0; i < size; ++i)
                    values.push_back(static_cast<T>(face_phase(i, side, static_cast<int>(axis))));
                kept.emplace_back(new cases::laid_out<T, N - 1>(layout, extents));
                kept.back()->put(values);
            }
            options.halo(axis, hl::view<const T, N - 1>(*kept[kept.size() - 2]), hl::view<const T, N - 1>(*kept.back()));
        }
    }
};
template <class T>
struct faces<T, 1> {
    void give(hl::kuramoto::options& options, const row& r, int) {
        if (r.boundary[0] == HL_BOUNDARY_HALO) options.halo(0, face_phase(0, 0, 0), face_phase(0, 1, 0));
    }
};

// As doubles in C order, what a file of results holds: dtheta, theta, frames, order_r, order_psi, r, psi.
template <class T, std::size_t N>
std::vector<double> run_lattice(const row& r, int layout) {
    std::array<std::ptrdiff_t, N> extents;
    std::array<std::ptrdiff_t, N + 1> frame_extents;
    frame_extents[0] = r.n_frames();
    std::ptrdiff_t size = 1;
    for (std::size_t axis = 0; axis < N; ++axis) size *= extents[axis] = frame_extents[axis + 1] = r.n[axis];
    cases::laid_out<T, N> theta(layout, extents), omega(layout, extents), coupling(layout, extents), dtheta(layout, extents);
    cases::laid_out<T, N + 1> frames(layout, frame_extents);
    cases::laid_out<T, 1> order_r(layout, {{r.n_frames()}}), order_psi(layout, {{r.n_frames()}});
    theta.put(made_of<T>(size, phase));
    omega.put(made_of<T>(size, frequency));
    coupling.put(made_of<T>(size, strength));

    namespace hk = hl::kuramoto;
    hk::options options = options_of(r);
    for (std::size_t axis = 0; axis < N; ++axis) options.boundary(axis, static_cast<hk::boundary>(r.boundary[axis]));
    faces<T, N> rim;
    rim.give(options, r, layout);
    const hk::cells<T, N> strengths = r.per_cell ? hk::cells<T, N>(coupling.view()) : hk::cells<T, N>(T(2));
    hk::records<T, N> records;
    records.every = r.every;
    records.frames = frames;
    records.order_r = order_r;
    records.order_psi = order_psi;

    hk::rhs(theta.view(), omega.view(), strengths, dtheta.view(), options);
    std::ptrdiff_t steps_done = -1;
    hk::integrate(theta.view(), omega.view(), strengths, r.dt, r.n_steps, options, records, &steps_done);
    check::claim(steps_done == r.n_steps, r.name + ": steps_done");
    const hk::order<T> order = hk::order_parameter(hl::view<const T, N>(theta.view()));

    std::vector<double> found;
    for (const std::vector<T>& part : {dtheta.get(), theta.get(), frames.get(), order_r.get(), order_psi.get()})
        found.insert(found.end(), part.begin(), part.end());
    found.push_back(static_cast<double>(order.r));
    found.push_back(static_cast<double>(order.psi));
    const bool clean = theta.nothing_beside_is_written() && dtheta.nothing_beside_is_written() && frames.nothing_beside_is_written() &&
                       order_r.nothing_beside_is_written() && order_psi.nothing_beside_is_written();
    check::claim(clean, r.name + ": nothing is written beside the elements of the outputs");
    return found;
}

inline std::vector<double> run(const row& r, int layout) {
    if (r.bits == 64)
        return r.rank == 1   ? run_lattice<double, 1>(r, layout)
               : r.rank == 2 ? run_lattice<double, 2>(r, layout)
                             : run_lattice<double, 3>(r, layout);
    return r.rank == 1   ? run_lattice<float, 1>(r, layout)
           : r.rank == 2 ? run_lattice<float, 2>(r, layout)
                         : run_lattice<float, 3>(r, layout);
}

}  // namespace kuramoto_cases

#endif
