// Kuramoto oscillators on lattices of one, two or three axes: the right-hand side, integration, the order parameter.
#ifndef HOTLOOP_KURAMOTO_LATTICE_HPP
#define HOTLOOP_KURAMOTO_LATTICE_HPP

#include <cstddef>

#include "options.hpp"
#include "records.hpp"

namespace hl {

namespace kuramoto {

// r exp(i psi), the mean of exp(i theta); psi in (-pi, pi].
template <class T>
struct order {
    T r, psi;
};

namespace detail {

// The C functions of a precision.
template <class T>
struct c_functions;
template <>
struct c_functions<double> {
    static decltype(&hl_kuramoto_rhs) rhs() { return hl_kuramoto_rhs; }
    static decltype(&hl_kuramoto_integrate) integrate() { return hl_kuramoto_integrate; }
    static decltype(&hl_kuramoto_order_parameter) order_parameter() { return hl_kuramoto_order_parameter; }
};
template <>
struct c_functions<float> {
    static decltype(&hl_kuramoto_rhs_f32) rhs() { return hl_kuramoto_rhs_f32; }
    static decltype(&hl_kuramoto_integrate_f32) integrate() { return hl_kuramoto_integrate_f32; }
    static decltype(&hl_kuramoto_order_parameter_f32) order_parameter() { return hl_kuramoto_order_parameter_f32; }
};

template <class T, std::size_t N>
void rhs(const view<const T, N>& theta, const cells<T, N>& omega, const cells<T, N>& coupling, const view<T, N>& dtheta,
         const options& chosen) {
    const char* const function = "hl_kuramoto_rhs";
    const view<const T, N> frequencies = omega.over(theta.extents()), strengths = coupling.over(theta.extents());
    check_abi(function);
    expect(function, "theta", theta, theta.extents(), "");
    expect(function, "omega", frequencies, theta.extents(), "as theta");
    expect(function, "coupling", strengths, theta.extents(), "as theta");
    expect(function, "dtheta", dtheta, theta.extents(), "as theta");
    call_options call(function, chosen, theta);
    call.finish(c_functions<T>::rhs()(N, theta.extents().data(), address(theta), strides(theta), address(frequencies),
                                      strides(frequencies), address(strengths), strides(strengths), address(dtheta), strides(dtheta),
                                      call.get()));
}

template <class T, std::size_t N>
void integrate(const view<T, N>& theta, const cells<T, N>& omega, const cells<T, N>& coupling, double dt, std::ptrdiff_t n_steps,
               const options& chosen, const records<T, N>& wanted, std::ptrdiff_t* steps_done) {
    const char* const function = "hl_kuramoto_integrate";
    const view<const T, N> frequencies = omega.over(theta.extents()), strengths = coupling.over(theta.extents());
    if (steps_done != nullptr) *steps_done = 0;
    check_abi(function);
    expect(function, "theta", theta, theta.extents(), "");
    expect(function, "omega", frequencies, theta.extents(), "as theta");
    expect(function, "coupling", strengths, theta.extents(), "as theta");
    const std::ptrdiff_t n_frames = expect_records(function, wanted, n_steps, theta.extents());
    call_options call(function, chosen, theta);
    call.finish(c_functions<T>::integrate()(
        N, theta.extents().data(), n_steps, wanted.every, n_frames, address(frequencies), strides(frequencies), address(strengths),
        strides(strengths), address(theta), strides(theta), address(wanted.frames), strides(wanted.frames), address(wanted.order_r),
        strides(wanted.order_r), address(wanted.order_psi), strides(wanted.order_psi), dt, steps_done, call.get()));
}

template <class T, std::size_t N>
order<T> order_parameter(const view<const T, N>& theta) {
    const char* const function = "hl_kuramoto_order_parameter";
    order<T> result = {0, 0};
    check_abi(function);
    expect(function, "theta", theta, theta.extents(), "");
    check(c_functions<T>::order_parameter()(N, theta.extents().data(), address(theta), strides(theta), &result.r, &result.psi));
    return result;
}

}  // namespace detail

// dtheta = omega + coupling sum over neighbours of sin(theta_n - theta - lag), for every cell. (One overload for each precision and
// number of axes, so that vectors convert, and views of what is not const.)
inline void rhs(view<const double, 1> theta, const cells<double, 1>& omega, const cells<double, 1>& coupling, view<double, 1> dtheta,
                const options& chosen = options()) {
    detail::rhs(theta, omega, coupling, dtheta, chosen);
}
inline void rhs(view<const double, 2> theta, const cells<double, 2>& omega, const cells<double, 2>& coupling, view<double, 2> dtheta,
                const options& chosen = options()) {
    detail::rhs(theta, omega, coupling, dtheta, chosen);
}
inline void rhs(view<const double, 3> theta, const cells<double, 3>& omega, const cells<double, 3>& coupling, view<double, 3> dtheta,
                const options& chosen = options()) {
    detail::rhs(theta, omega, coupling, dtheta, chosen);
}
inline void rhs(view<const float, 1> theta, const cells<float, 1>& omega, const cells<float, 1>& coupling, view<float, 1> dtheta,
                const options& chosen = options()) {
    detail::rhs(theta, omega, coupling, dtheta, chosen);
}
inline void rhs(view<const float, 2> theta, const cells<float, 2>& omega, const cells<float, 2>& coupling, view<float, 2> dtheta,
                const options& chosen = options()) {
    detail::rhs(theta, omega, coupling, dtheta, chosen);
}
inline void rhs(view<const float, 3> theta, const cells<float, 3>& omega, const cells<float, 3>& coupling, view<float, 3> dtheta,
                const options& chosen = options()) {
    detail::rhs(theta, omega, coupling, dtheta, chosen);
}

// n_steps steps of length dt, in place. *steps_done, where it is given, is the number of steps that were made, whatever happens; after
// hl::cancelled or an exception of the progress function theta stands at that step.
inline void integrate(view<double, 1> theta, const cells<double, 1>& omega, const cells<double, 1>& coupling, double dt,
                      std::ptrdiff_t n_steps, const options& chosen = options(),
                      const records<double, 1>& wanted = records<double, 1>(), std::ptrdiff_t* steps_done = nullptr) {
    detail::integrate(theta, omega, coupling, dt, n_steps, chosen, wanted, steps_done);
}
inline void integrate(view<double, 2> theta, const cells<double, 2>& omega, const cells<double, 2>& coupling, double dt,
                      std::ptrdiff_t n_steps, const options& chosen = options(),
                      const records<double, 2>& wanted = records<double, 2>(), std::ptrdiff_t* steps_done = nullptr) {
    detail::integrate(theta, omega, coupling, dt, n_steps, chosen, wanted, steps_done);
}
inline void integrate(view<double, 3> theta, const cells<double, 3>& omega, const cells<double, 3>& coupling, double dt,
                      std::ptrdiff_t n_steps, const options& chosen = options(),
                      const records<double, 3>& wanted = records<double, 3>(), std::ptrdiff_t* steps_done = nullptr) {
    detail::integrate(theta, omega, coupling, dt, n_steps, chosen, wanted, steps_done);
}
inline void integrate(view<float, 1> theta, const cells<float, 1>& omega, const cells<float, 1>& coupling, double dt,
                      std::ptrdiff_t n_steps, const options& chosen = options(),
                      const records<float, 1>& wanted = records<float, 1>(), std::ptrdiff_t* steps_done = nullptr) {
    detail::integrate(theta, omega, coupling, dt, n_steps, chosen, wanted, steps_done);
}
inline void integrate(view<float, 2> theta, const cells<float, 2>& omega, const cells<float, 2>& coupling, double dt,
                      std::ptrdiff_t n_steps, const options& chosen = options(),
                      const records<float, 2>& wanted = records<float, 2>(), std::ptrdiff_t* steps_done = nullptr) {
    detail::integrate(theta, omega, coupling, dt, n_steps, chosen, wanted, steps_done);
}
inline void integrate(view<float, 3> theta, const cells<float, 3>& omega, const cells<float, 3>& coupling, double dt,
                      std::ptrdiff_t n_steps, const options& chosen = options(),
                      const records<float, 3>& wanted = records<float, 3>(), std::ptrdiff_t* steps_done = nullptr) {
    detail::integrate(theta, omega, coupling, dt, n_steps, chosen, wanted, steps_done);
}

// How far the oscillators agree.
inline order<double> order_parameter(view<const double, 1> theta) { return detail::order_parameter(theta); }
inline order<double> order_parameter(view<const double, 2> theta) { return detail::order_parameter(theta); }
inline order<double> order_parameter(view<const double, 3> theta) { return detail::order_parameter(theta); }
inline order<float> order_parameter(view<const float, 1> theta) { return detail::order_parameter(theta); }
inline order<float> order_parameter(view<const float, 2> theta) { return detail::order_parameter(theta); }
inline order<float> order_parameter(view<const float, 3> theta) { return detail::order_parameter(theta); }

}  // namespace kuramoto

}  // namespace hl

#endif
