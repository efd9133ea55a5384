// The direct sum over all pairs of sources and targets.
#ifndef HOTLOOP_FMM_DIRECT_HPP
#define HOTLOOP_FMM_DIRECT_HPP

#include <cstddef>
#include <cstdint>
#include <utility>

#include "../progress.hpp"
#include "../view.hpp"
#include "kernel.hpp"

namespace hl {

namespace fmm {

// What a direct sum may choose.
class direct_options {
public:
    direct_options& kernel(fmm::kernel chosen) {
        kernel_ = chosen;
        return *this;
    }
    // An inverse length, for kernel::yukawa.
    direct_options& screening(double kappa) {
        screening_ = kappa;
        return *this;
    }
    direct_options& progress(progress_function function) {
        progress_ = std::move(function);
        return *this;
    }

    fmm::kernel kernel() const { return kernel_; }
    double screening() const { return screening_; }
    const progress_function& progress() const { return progress_; }

private:
    fmm::kernel kernel_ = fmm::kernel::laplace;
    double screening_ = 0.0;
    progress_function progress_;
};

namespace detail {

inline hl_status direct(std::ptrdiff_t n, std::ptrdiff_t m, std::ptrdiff_t k, const double* y, const std::ptrdiff_t* ys, const double* x,
                        const std::ptrdiff_t* xs, const double* q, const std::ptrdiff_t* qs, double* p, const std::ptrdiff_t* ps, double* g,
                        const std::ptrdiff_t* gs, const hl_direct_options* options) {
    return hl_direct(n, m, k, y, ys, x, xs, q, qs, p, ps, g, gs, options);
}
inline hl_status direct(std::ptrdiff_t n, std::ptrdiff_t m, std::ptrdiff_t k, const float* y, const std::ptrdiff_t* ys, const float* x,
                        const std::ptrdiff_t* xs, const float* q, const std::ptrdiff_t* qs, float* p, const std::ptrdiff_t* ps, float* g,
                        const std::ptrdiff_t* gs, const hl_direct_options* options) {
    return hl_direct_f32(n, m, k, y, ys, x, xs, q, qs, p, ps, g, gs, options);
}

template <class T>
void sums(const view<const T, 2>& sources, const view<const T, 2>& targets, const view<const T, 2>& charges, const view<T, 2>& potentials,
          const view<T, 3>& gradients, const direct_options& options) {
    using hl::detail::address;
    using hl::detail::strides;
    const char* const function = sizeof(T) == sizeof(double) ? "hl_direct" : "hl_direct_f32";
    hl::detail::check_abi(function);
    const std::ptrdiff_t n_source = sources.extent(0), n_target = targets.given() ? targets.extent(0) : n_source;
    const std::ptrdiff_t n_vectors = charges.extent(0);
    hl::detail::expect(function, "sources", sources, {{n_source, 3}}, "n_source, 3");
    hl::detail::expect(function, "targets", targets, {{n_target, 3}}, "n_target, 3");
    hl::detail::expect(function, "charges", charges, {{n_vectors, n_source}}, "n_charge_vectors, n_source");
    hl::detail::expect(function, "potentials", potentials, {{n_vectors, n_target}}, "n_charge_vectors, n_target");
    hl::detail::expect(function, "gradients", gradients, {{n_vectors, n_target, 3}}, "n_charge_vectors, n_target, 3");
    hl_direct_options c_options;
    hl::detail::check(hl_direct_options_init(&c_options, sizeof c_options));
    c_options.kernel = static_cast<std::int32_t>(options.kernel());
    c_options.screening = options.screening();
    hl::detail::progress_call watch(options.progress());
    if (options.progress()) {
        c_options.progress = hl::detail::hl_cpp_report_progress;
        c_options.progress_user = &watch;
    }
    watch.finish(direct(n_source, n_target, n_vectors, address(sources), strides(sources), address(targets), strides(targets),
                        address(charges), strides(charges), address(potentials), strides(potentials), address(gradients),
                        strides(gradients), &c_options));
}

}  // namespace detail

// Potentials [n_target] of charges [n_source], and gradients [n_target][3] with respect to the targets; either of the two may be left
// out. Targets that are not given are the sources, none of which sees itself.
inline void direct(const view<const double, 2>& sources, const view<const double, 2>& targets, const view<const double, 1>& charges,
                   const view<double, 1>& potentials, const view<double, 2>& gradients = view<double, 2>(),
                   const direct_options& options = direct_options()) {
    detail::sums<double>(sources, targets, hl::detail::single(charges), hl::detail::single(potentials), hl::detail::single(gradients),
                         options);
}
inline void direct(const view<const float, 2>& sources, const view<const float, 2>& targets, const view<const float, 1>& charges,
                   const view<float, 1>& potentials, const view<float, 2>& gradients = view<float, 2>(),
                   const direct_options& options = direct_options()) {
    detail::sums<float>(sources, targets, hl::detail::single(charges), hl::detail::single(potentials), hl::detail::single(gradients),
                        options);
}

// Several vectors of charges [n_charge_vectors][n_source] at once, which share distances: potentials [n_charge_vectors][n_target],
// gradients [n_charge_vectors][n_target][3].
inline void direct(const view<const double, 2>& sources, const view<const double, 2>& targets, const view<const double, 2>& charges,
                   const view<double, 2>& potentials, const view<double, 3>& gradients = view<double, 3>(),
                   const direct_options& options = direct_options()) {
    detail::sums<double>(sources, targets, charges, potentials, gradients, options);
}
inline void direct(const view<const float, 2>& sources, const view<const float, 2>& targets, const view<const float, 2>& charges,
                   const view<float, 2>& potentials, const view<float, 3>& gradients = view<float, 3>(),
                   const direct_options& options = direct_options()) {
    detail::sums<float>(sources, targets, charges, potentials, gradients, options);
}

}  // namespace fmm

}  // namespace hl

#endif
