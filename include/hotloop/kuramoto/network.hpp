// Kuramoto oscillators on networks: the right-hand side and integration.
#ifndef HOTLOOP_KURAMOTO_NETWORK_HPP
#define HOTLOOP_KURAMOTO_NETWORK_HPP

#include <array>
#include <cstddef>
#include <cstdint>

#include "options.hpp"
#include "records.hpp"

namespace hl {

namespace kuramoto {

namespace detail {

// Integers of 32 or 64 bits as they lie in memory.
class indices {
public:
    explicit indices(const view<const std::int32_t, 1>& integers) : narrow_(integers), bits_(32) {}
    explicit indices(const view<const std::int64_t, 1>& integers) : wide_(integers), bits_(64) {}

    std::int32_t bits() const { return bits_; }
    std::ptrdiff_t extent() const { return bits_ == 32 ? narrow_.extent(0) : wide_.extent(0); }
    const void* data() const { return bits_ == 32 ? static_cast<const void*>(address(narrow_)) : address(wide_); }
    const std::ptrdiff_t* stride() const { return bits_ == 32 ? strides(narrow_) : strides(wide_); }

    void expect_extent(const char* function, const char* name, std::ptrdiff_t expected, const char* meaning) const {
        expect(function, name, narrow_, {{expected}}, meaning);
        expect(function, name, wide_, {{expected}}, meaning);
    }

private:
    view<const std::int32_t, 1> narrow_;
    view<const std::int64_t, 1> wide_;
    std::int32_t bits_;
};

}  // namespace detail

// Who pulls whom, for phases of precision T: a sparse matrix in compressed rows (CSR, indices from 0). Node i is pulled by the nodes
// neighbours[row_start[i]] to neighbours[row_start[i + 1] - 1]. Arrays are kept as views: they must live until the call.
template <class T>
class network {
public:
    // Every edge pulls with weight 1.
    network(view<const std::int32_t, 1> row_start, view<const std::int32_t, 1> neighbours)
        : row_start_(row_start), neighbours_(neighbours), weights_(T(1)), is_weighted_(false) {}
    network(view<const std::int64_t, 1> row_start, view<const std::int64_t, 1> neighbours)
        : row_start_(row_start), neighbours_(neighbours), weights_(T(1)), is_weighted_(false) {}
    // With a weight for each edge, or one for all.
    network(view<const std::int32_t, 1> row_start, view<const std::int32_t, 1> neighbours, const cells<T, 1>& weights)
        : row_start_(row_start), neighbours_(neighbours), weights_(weights), is_weighted_(true) {}
    network(view<const std::int64_t, 1> row_start, view<const std::int64_t, 1> neighbours, const cells<T, 1>& weights)
        : row_start_(row_start), neighbours_(neighbours), weights_(weights), is_weighted_(true) {}

    const detail::indices& row_start() const { return row_start_; }
    const detail::indices& neighbours() const { return neighbours_; }
    std::ptrdiff_t n_edges() const { return neighbours_.extent(); }
    // Not given where every edge has weight 1. It must not outlive this object.
    view<const T, 1> weights() const { return is_weighted_ ? weights_.over({{n_edges()}}) : view<const T, 1>(); }

private:
    detail::indices row_start_;
    detail::indices neighbours_;
    cells<T, 1> weights_;
    bool is_weighted_;
};

namespace detail {

template <class T>
struct network_functions;
template <>
struct network_functions<double> {
    static decltype(&hl_kuramoto_network_rhs) rhs() { return hl_kuramoto_network_rhs; }
    static decltype(&hl_kuramoto_network_integrate) integrate() { return hl_kuramoto_network_integrate; }
};
template <>
struct network_functions<float> {
    static decltype(&hl_kuramoto_network_rhs_f32) rhs() { return hl_kuramoto_network_rhs_f32; }
    static decltype(&hl_kuramoto_network_integrate_f32) integrate() { return hl_kuramoto_network_integrate_f32; }
};

template <class T>
void expect_network(const char* function, const network<T>& graph, const view<const T, 1>& weights, std::ptrdiff_t n_nodes) {
    graph.row_start().expect_extent(function, "row_start", n_nodes + 1, "one more than theta");
    graph.neighbours().expect_extent(function, "neighbours", graph.n_edges(), "");
    expect(function, "weights", weights, {{graph.n_edges()}}, "as neighbours");
}

template <class T>
void network_rhs(const network<T>& graph, const view<const T, 1>& theta, const cells<T, 1>& omega, const cells<T, 1>& coupling,
                 const view<T, 1>& dtheta, const options& chosen) {
    const char* const function = "hl_kuramoto_network_rhs";
    const view<const T, 1> frequencies = omega.over(theta.extents()), strengths = coupling.over(theta.extents()),
                           weights = graph.weights();
    check_abi(function);
    expect(function, "theta", theta, theta.extents(), "");
    expect_network(function, graph, weights, theta.extent(0));
    expect(function, "omega", frequencies, theta.extents(), "as theta");
    expect(function, "coupling", strengths, theta.extents(), "as theta");
    expect(function, "dtheta", dtheta, theta.extents(), "as theta");
    call_options call(chosen);
    call.finish(network_functions<T>::rhs()(
        theta.extent(0), graph.n_edges(), graph.row_start().data(), graph.row_start().stride(), graph.neighbours().data(),
        graph.neighbours().stride(), address(weights), strides(weights), address(theta), strides(theta), address(frequencies),
        strides(frequencies), address(strengths), strides(strengths), address(dtheta), strides(dtheta), graph.row_start().bits(),
        call.get()));
}

template <class T>
void network_integrate(const network<T>& graph, const view<T, 1>& theta, const cells<T, 1>& omega, const cells<T, 1>& coupling,
                       double dt, std::ptrdiff_t n_steps, const options& chosen, const records<T, 1>& wanted,
                       std::ptrdiff_t* steps_done) {
    const char* const function = "hl_kuramoto_network_integrate";
    const view<const T, 1> frequencies = omega.over(theta.extents()), strengths = coupling.over(theta.extents()),
                           weights = graph.weights();
    if (steps_done != nullptr) *steps_done = 0;
    check_abi(function);
    expect(function, "theta", theta, theta.extents(), "");
    expect_network(function, graph, weights, theta.extent(0));
    expect(function, "omega", frequencies, theta.extents(), "as theta");
    expect(function, "coupling", strengths, theta.extents(), "as theta");
    const std::ptrdiff_t n_frames = expect_records(function, wanted, n_steps, theta.extents());
    call_options call(chosen);
    call.finish(network_functions<T>::integrate()(
        theta.extent(0), graph.n_edges(), n_steps, wanted.every, n_frames, graph.row_start().data(), graph.row_start().stride(),
        graph.neighbours().data(), graph.neighbours().stride(), address(weights), strides(weights), address(frequencies),
        strides(frequencies), address(strengths), strides(strengths), address(theta), strides(theta), address(wanted.frames),
        strides(wanted.frames), address(wanted.order_r), strides(wanted.order_r), address(wanted.order_psi),
        strides(wanted.order_psi), dt, graph.row_start().bits(), steps_done, call.get()));
}

}  // namespace detail

// dtheta = omega + coupling sum over the node's edges of weight sin(theta_neighbour - theta - lag), for every node.
inline void network_rhs(const network<double>& graph, view<const double, 1> theta, const cells<double, 1>& omega,
                        const cells<double, 1>& coupling, view<double, 1> dtheta, const options& chosen = options()) {
    detail::network_rhs(graph, theta, omega, coupling, dtheta, chosen);
}
inline void network_rhs(const network<float>& graph, view<const float, 1> theta, const cells<float, 1>& omega,
                        const cells<float, 1>& coupling, view<float, 1> dtheta, const options& chosen = options()) {
    detail::network_rhs(graph, theta, omega, coupling, dtheta, chosen);
}

// n_steps steps of length dt, in place; all else is as in `integrate`. The graph may not be changed before the call is over.
inline void network_integrate(const network<double>& graph, view<double, 1> theta, const cells<double, 1>& omega,
                              const cells<double, 1>& coupling, double dt, std::ptrdiff_t n_steps, const options& chosen = options(),
                              const records<double, 1>& wanted = records<double, 1>(), std::ptrdiff_t* steps_done = nullptr) {
    detail::network_integrate(graph, theta, omega, coupling, dt, n_steps, chosen, wanted, steps_done);
}
inline void network_integrate(const network<float>& graph, view<float, 1> theta, const cells<float, 1>& omega,
                              const cells<float, 1>& coupling, double dt, std::ptrdiff_t n_steps, const options& chosen = options(),
                              const records<float, 1>& wanted = records<float, 1>(), std::ptrdiff_t* steps_done = nullptr) {
    detail::network_integrate(graph, theta, omega, coupling, dt, n_steps, chosen, wanted, steps_done);
}

}  // namespace kuramoto

}  // namespace hl

#endif
