// Fully connected Kuramoto oscillators: the right-hand side and integration.
#ifndef HOTLOOP_KURAMOTO_MEAN_FIELD_HPP
#define HOTLOOP_KURAMOTO_MEAN_FIELD_HPP

#include <cstddef>

#include "options.hpp"
#include "records.hpp"

namespace hl {

namespace kuramoto {

namespace detail {

template <class T>
struct mean_field_functions;
template <>
struct mean_field_functions<double> {
    static decltype(&hl_kuramoto_mean_field_rhs) rhs() { return hl_kuramoto_mean_field_rhs; }
    static decltype(&hl_kuramoto_mean_field_integrate) integrate() { return hl_kuramoto_mean_field_integrate; }
};
template <>
struct mean_field_functions<float> {
    static decltype(&hl_kuramoto_mean_field_rhs_f32) rhs() { return hl_kuramoto_mean_field_rhs_f32; }
    static decltype(&hl_kuramoto_mean_field_integrate_f32) integrate() { return hl_kuramoto_mean_field_integrate_f32; }
};

template <class T>
void mean_field_rhs(const view<const T, 1>& theta, const cells<T, 1>& omega, const cells<T, 1>& coupling, const view<T, 1>& dtheta,
                    const options& chosen) {
    const char* const function = "hl_kuramoto_mean_field_rhs";
    const view<const T, 1> frequencies = omega.over(theta.extents()), strengths = coupling.over(theta.extents());
    check_abi(function);
    expect(function, "theta", theta, theta.extents(), "");
    expect(function, "omega", frequencies, theta.extents(), "as theta");
    expect(function, "coupling", strengths, theta.extents(), "as theta");
    expect(function, "dtheta", dtheta, theta.extents(), "as theta");
    call_options call(chosen);
    call.finish(mean_field_functions<T>::rhs()(theta.extent(0), address(theta), strides(theta), address(frequencies),
                                               strides(frequencies), address(strengths), strides(strengths), address(dtheta),
                                               strides(dtheta), call.get()));
}

template <class T>
void mean_field_integrate(const view<T, 1>& theta, const cells<T, 1>& omega, const cells<T, 1>& coupling, double dt,
                          std::ptrdiff_t n_steps, const options& chosen, const records<T, 1>& wanted, std::ptrdiff_t* steps_done) {
    const char* const function = "hl_kuramoto_mean_field_integrate";
    const view<const T, 1> frequencies = omega.over(theta.extents()), strengths = coupling.over(theta.extents());
    if (steps_done != nullptr) *steps_done = 0;
    check_abi(function);
    expect(function, "theta", theta, theta.extents(), "");
    expect(function, "omega", frequencies, theta.extents(), "as theta");
    expect(function, "coupling", strengths, theta.extents(), "as theta");
    const std::ptrdiff_t n_frames = expect_records(function, wanted, n_steps, theta.extents());
    call_options call(chosen);
    call.finish(mean_field_functions<T>::integrate()(
        theta.extent(0), n_steps, wanted.every, n_frames, address(frequencies), strides(frequencies), address(strengths),
        strides(strengths), address(theta), strides(theta), address(wanted.frames), strides(wanted.frames), address(wanted.order_r),
        strides(wanted.order_r), address(wanted.order_psi), strides(wanted.order_psi), dt, steps_done, call.get()));
}

}  // namespace detail

// dtheta = omega + coupling mean over all oscillators of sin(theta_j - theta - lag), for every oscillator.
inline void mean_field_rhs(view<const double, 1> theta, const cells<double, 1>& omega, const cells<double, 1>& coupling,
                           view<double, 1> dtheta, const options& chosen = options()) {
    detail::mean_field_rhs(theta, omega, coupling, dtheta, chosen);
}
inline void mean_field_rhs(view<const float, 1> theta, const cells<float, 1>& omega, const cells<float, 1>& coupling,
                           view<float, 1> dtheta, const options& chosen = options()) {
    detail::mean_field_rhs(theta, omega, coupling, dtheta, chosen);
}

// n_steps steps of length dt, in place; all else is as in `integrate`.
inline void mean_field_integrate(view<double, 1> theta, const cells<double, 1>& omega, const cells<double, 1>& coupling, double dt,
                                 std::ptrdiff_t n_steps, const options& chosen = options(),
                                 const records<double, 1>& wanted = records<double, 1>(), std::ptrdiff_t* steps_done = nullptr) {
    detail::mean_field_integrate(theta, omega, coupling, dt, n_steps, chosen, wanted, steps_done);
}
inline void mean_field_integrate(view<float, 1> theta, const cells<float, 1>& omega, const cells<float, 1>& coupling, double dt,
                                 std::ptrdiff_t n_steps, const options& chosen = options(),
                                 const records<float, 1>& wanted = records<float, 1>(), std::ptrdiff_t* steps_done = nullptr) {
    detail::mean_field_integrate(theta, omega, coupling, dt, n_steps, chosen, wanted, steps_done);
}

}  // namespace kuramoto

}  // namespace hl

#endif
