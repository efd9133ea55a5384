// The shared table of Kuramoto oscillators without a lattice (tests/cases/kuramoto_nodes.txt): a row, its graph, and its run in any layout
// of memory.
#ifndef KURAMOTO_NODE_CASES_HPP
#define KURAMOTO_NODE_CASES_HPP

#include <cstdint>

#include "kuramoto_cases.hpp"

namespace kuramoto_node_cases {

struct row {
    std::string name;
    int indices;  // bits of the graph's integers; 0 for the mean field
    std::ptrdiff_t n_nodes, degree;
    int weighted, bits, law, method;
    double lag, dt;
    std::ptrdiff_t n_steps, every;
    int per_node;
    double noise, atol;
    int layout;

    std::ptrdiff_t n_frames() const { return every > 0 ? n_steps / every : 0; }
};

inline std::vector<row> read_table() {
    std::vector<row> rows;
    std::ifstream file("tests/cases/kuramoto_nodes.txt");
    std::string line;
    while (std::getline(file, line)) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream words(line);
        row r;
        if (!(words >> r.name >> r.indices >> r.n_nodes >> r.degree >> r.weighted >> r.bits >> r.law >> r.method >> r.lag >> r.dt >>
              r.n_steps >> r.every >> r.per_node >> r.noise >> r.atol >> r.layout))
            throw std::runtime_error("tests/cases/kuramoto_nodes.txt: cannot read the row: " + line);
        rows.push_back(r);
    }
    return rows;
}

// Node i has i mod (degree + 1) edges.
template <class I>
struct graph {
    std::vector<I> row_start, neighbours;

    explicit graph(const row& r) {
        I edges = 0;
        for (std::ptrdiff_t i = 0; i < r.n_nodes; ++i) {
            row_start.push_back(edges);
            for (std::ptrdiff_t k = i % (r.degree + 1); k > 0; --k, ++edges)
                neighbours.push_back(static_cast<I>((7 * i + 31 * static_cast<std::ptrdiff_t>(edges) + 5) % r.n_nodes));
        }
        row_start.push_back(edges);
    }
};
inline double weight(std::ptrdiff_t e) { return 1 + static_cast<double>(53 * e % 32) / 32; }

// What both models are given and write, laid out alike.
template <class T>
struct arrays {
    cases::laid_out<T, 1> theta, omega, coupling, dtheta, order_r, order_psi;
    cases::laid_out<T, 2> frames;
    hl::kuramoto::records<T, 1> records;

    arrays(const row& r, int layout)
        : theta(layout, {{r.n_nodes}}), omega(layout, {{r.n_nodes}}), coupling(layout, {{r.n_nodes}}), dtheta(layout, {{r.n_nodes}}),
          order_r(layout, {{r.n_frames()}}), order_psi(layout, {{r.n_frames()}}), frames(layout, {{r.n_frames(), r.n_nodes}}) {
        theta.put(kuramoto_cases::made_of<T>(r.n_nodes, kuramoto_cases::phase));
        omega.put(kuramoto_cases::made_of<T>(r.n_nodes, kuramoto_cases::frequency));
        coupling.put(kuramoto_cases::made_of<T>(r.n_nodes, kuramoto_cases::strength));
        records.every = r.every;
        records.frames = frames;
        records.order_r = order_r;
        records.order_psi = order_psi;
    }
    hl::kuramoto::cells<T, 1> strengths(const row& r) const {
        return r.per_node ? hl::kuramoto::cells<T, 1>(coupling.view()) : hl::kuramoto::cells<T, 1>(T(2));
    }

    // As doubles in C order, what a file of results holds.
    std::vector<double> results(const row& r) {
        std::vector<double> found;
        for (const std::vector<T>& part : {dtheta.get(), theta.get(), frames.get(), order_r.get(), order_psi.get()})
            found.insert(found.end(), part.begin(), part.end());
        const bool clean = theta.nothing_beside_is_written() && dtheta.nothing_beside_is_written() &&
                           frames.nothing_beside_is_written() && order_r.nothing_beside_is_written() &&
                           order_psi.nothing_beside_is_written();
        check::claim(clean, r.name + ": nothing is written beside the elements of the outputs");
        return found;
    }
};

template <class T>
std::vector<double> run_mean_field(const row& r, int layout) {
    namespace hk = hl::kuramoto;
    arrays<T> a(r, layout);
    const hk::options options = kuramoto_cases::options_of(r);
    hk::mean_field_rhs(a.theta, a.omega.view(), a.strengths(r), a.dtheta, options);
    std::ptrdiff_t steps_done = -1;
    hk::mean_field_integrate(a.theta, a.omega.view(), a.strengths(r), r.dt, r.n_steps, options, a.records, &steps_done);
    check::claim(steps_done == r.n_steps, r.name + ": steps_done");
    return a.results(r);
}

template <class T, class I>
std::vector<double> run_network(const row& r, int layout) {
    namespace hk = hl::kuramoto;
    arrays<T> a(r, layout);
    const graph<I> made(r);
    const std::ptrdiff_t n_edges = static_cast<std::ptrdiff_t>(made.neighbours.size());
    cases::laid_out<I, 1> row_start(layout, {{r.n_nodes + 1}}), neighbours(layout, {{n_edges}});
    cases::laid_out<T, 1> weights(layout, {{n_edges}});
    row_start.put(made.row_start);
    neighbours.put(made.neighbours);
    weights.put(kuramoto_cases::made_of<T>(n_edges, weight));
    const hl::view<const I, 1> starts = row_start, others = neighbours;
    const hk::network<T> network = r.weighted ? hk::network<T>(starts, others, weights.view()) : hk::network<T>(starts, others);
    const hk::options options = kuramoto_cases::options_of(r);
    hk::network_rhs(network, a.theta, a.omega.view(), a.strengths(r), a.dtheta, options);
    std::ptrdiff_t steps_done = -1;
    hk::network_integrate(network, a.theta, a.omega.view(), a.strengths(r), r.dt, r.n_steps, options, a.records, &steps_done);
    check::claim(steps_done == r.n_steps, r.name + ": steps_done");
    return a.results(r);
}

template <class T>
std::vector<double> run_in(const row& r, int layout) {
    return r.indices == 0    ? run_mean_field<T>(r, layout)
           : r.indices == 32 ? run_network<T, std::int32_t>(r, layout)
                             : run_network<T, std::int64_t>(r, layout);
}
inline std::vector<double> run(const row& r, int layout) { return r.bits == 64 ? run_in<double>(r, layout) : run_in<float>(r, layout); }

}  // namespace kuramoto_node_cases

#endif
