// Plans of the fast multipole method: sums over pairs in time proportional to the number of points.
#ifndef HOTLOOP_FMM_PLAN_HPP
#define HOTLOOP_FMM_PLAN_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "../progress.hpp"
#include "../view.hpp"
#include "kernel.hpp"

namespace hl {

namespace fmm {

enum class precision : std::int32_t {
    automatic = HL_FMM_PRECISION_AUTO,  // that of the points
    real64 = HL_FMM_PRECISION_DOUBLE,
    mixed = HL_FMM_PRECISION_MIXED,
};

// How multipoles are carried between boxes of a level.
enum class translations : std::int32_t {
    automatic = HL_FMM_TRANSLATIONS_AUTO,  // the faster of the next two
    fft = HL_FMM_TRANSLATIONS_FFT,
    blas = HL_FMM_TRANSLATIONS_BLAS,    // compressed matrices
    dense = HL_FMM_TRANSLATIONS_DENSE,  // whole ones: a reference
};

// What a plan may choose: plan_options().eps(1e-8). What is not set has the library's default.
class plan_options {
public:
    plan_options() : options_() { hl::detail::check(hl_fmm_options_init(&options_, sizeof options_)); }

    plan_options& kernel(fmm::kernel chosen) {
        options_.kernel = static_cast<std::int32_t>(chosen);
        return *this;
    }
    // An inverse length, for kernel::yukawa.
    plan_options& screening(double kappa) {
        options_.screening = kappa;
        return *this;
    }
    plan_options& precision(fmm::precision chosen) {
        options_.precision = static_cast<std::int32_t>(chosen);
        return *this;
    }
    // Relative error of potentials, as a norm over all targets.
    plan_options& eps(double relative_error) {
        options_.eps = relative_error;
        return *this;
    }
    // Instead of eps: points along an edge of the surfaces that expansions live on.
    plan_options& order(std::ptrdiff_t points) {
        options_.order = points;
        return *this;
    }
    // A box with more sources or more targets is refined.
    plan_options& leaf_size(std::ptrdiff_t most) {
        options_.leaf_size = most;
        return *this;
    }
    plan_options& max_level(std::ptrdiff_t finest) {
        options_.max_level = finest;
        return *this;
    }
    // Boxes are refined further until leaves that touch differ by one level at most.
    plan_options& balance(bool is_balanced) {
        options_.balance = is_balanced;
        return *this;
    }
    plan_options& translations(fmm::translations chosen) {
        options_.translations = static_cast<std::int32_t>(chosen);
        return *this;
    }
    // Side of a cubic cell in which all points repeat; 0 (default): open space. Points may lie in any cell; two that are meant to be one (a target at a
    // source, an atom at both faces) need the same coordinates, or rounding leaves 1e-16 between them. Potentials are then those of all
    // images (docs/fmm.md).
    plan_options& period(double side) {
        options_.period = side;
        return *this;
    }
    // Of the making of the plan.
    plan_options& progress(progress_function function) {
        progress_ = std::move(function);
        return *this;
    }

    const hl_fmm_options& get() const { return options_; }
    const progress_function& progress() const { return progress_; }

private:
    hl_fmm_options options_;
    progress_function progress_;
};

namespace detail {

// Calls `call(options)` with options that lead to a progress function, and throws what went wrong.
template <class Call>
void with_progress(hl_fmm_options options, const progress_function& progress, Call call) {
    hl::detail::progress_call watch(progress);
    if (progress) {
        options.progress = hl::detail::hl_cpp_report_progress;
        options.progress_user = &watch;
    }
    watch.finish(call(&options));
}

template <class T>
struct functions;

template <>
struct functions<double> {
    static constexpr decltype(&hl_fmm_plan_create) create = hl_fmm_plan_create;
    static constexpr decltype(&hl_fmm_set_points) set_points = hl_fmm_set_points;
    static constexpr decltype(&hl_fmm_evaluate) evaluate = hl_fmm_evaluate;
    static constexpr decltype(&hl_fmm_estimate_error) estimate_error = hl_fmm_estimate_error;
};

template <>
struct functions<float> {
    static constexpr decltype(&hl_fmm_plan_create_f32) create = hl_fmm_plan_create_f32;
    static constexpr decltype(&hl_fmm_set_points_f32) set_points = hl_fmm_set_points_f32;
    static constexpr decltype(&hl_fmm_evaluate_f32) evaluate = hl_fmm_evaluate_f32;
    static constexpr decltype(&hl_fmm_estimate_error_f32) estimate_error = hl_fmm_estimate_error_f32;
};

}  // namespace detail

// Tree, interaction lists and operators for some points, which are not kept. Any number of threads may evaluate one plan at once. It can be
// moved, not copied.
class plan {
public:
    // Sources [n_source][3], targets [n_target][3]; targets that are not given are the sources, none of which sees itself.
    explicit plan(const view<const double, 2>& sources, const view<const double, 2>& targets = view<const double, 2>(),
                  const plan_options& options = plan_options()) {
        make<double>(sources, targets, options);
    }
    explicit plan(const view<const float, 2>& sources, const view<const float, 2>& targets = view<const float, 2>(),
                  const plan_options& options = plan_options()) {
        make<float>(sources, targets, options);
    }

    const hl_fmm_plan* get() const { return handle_.get(); }
    std::ptrdiff_t n_source() const { return n_source_; }
    std::ptrdiff_t n_target() const { return n_target_; }

    // Other points, as many as one likes; options stay. After an error the plan is as it was.
    void set_points(const view<const double, 2>& sources, const view<const double, 2>& targets = view<const double, 2>(),
                    const progress_function& progress = progress_function()) {
        replace<double>(sources, targets, progress);
    }
    void set_points(const view<const float, 2>& sources, const view<const float, 2>& targets = view<const float, 2>(),
                    const progress_function& progress = progress_function()) {
        replace<float>(sources, targets, progress);
    }

    // Potentials [n_target] of charges [n_source] and gradients [n_target][3]; either of the two may be left out.
    void evaluate(const view<const double, 1>& charges, const view<double, 1>& potentials,
                  const view<double, 2>& gradients = view<double, 2>(), const progress_function& progress = progress_function()) const {
        sums<double>(hl::detail::single(charges), hl::detail::single(potentials), hl::detail::single(gradients), progress);
    }
    void evaluate(const view<const float, 1>& charges, const view<float, 1>& potentials,
                  const view<float, 2>& gradients = view<float, 2>(), const progress_function& progress = progress_function()) const {
        sums<float>(hl::detail::single(charges), hl::detail::single(potentials), hl::detail::single(gradients), progress);
    }
    // Several vectors of charges [n_charge_vectors][n_source], with the bits of one after another.
    void evaluate(const view<const double, 2>& charges, const view<double, 2>& potentials,
                  const view<double, 3>& gradients = view<double, 3>(), const progress_function& progress = progress_function()) const {
        sums<double>(charges, potentials, gradients, progress);
    }
    void evaluate(const view<const float, 2>& charges, const view<float, 2>& potentials,
                  const view<float, 3>& gradients = view<float, 3>(), const progress_function& progress = progress_function()) const {
        sums<float>(charges, potentials, gradients, progress);
    }

    // Relative error of potentials that evaluate gave for charges: exact sums are made for n_sample targets.
    double estimate_error(const view<const double, 1>& charges, const view<const double, 1>& potentials, std::ptrdiff_t n_sample = 1000,
                          std::uint64_t seed = 0) const {
        return error_of<double>(charges, potentials, n_sample, seed);
    }
    double estimate_error(const view<const float, 1>& charges, const view<const float, 1>& potentials, std::ptrdiff_t n_sample = 1000,
                          std::uint64_t seed = 0) const {
        return error_of<float>(charges, potentials, n_sample, seed);
    }

    // Writes the operators to a file for load_operators.
    void save_operators(const std::string& path) const { hl::detail::check(hl_fmm_save_operators(get(), path.c_str())); }

    hl_fmm_plan_stats stats() const {
        hl_fmm_plan_stats found = hl_fmm_plan_stats();
        found.struct_size = sizeof found;
        hl::detail::check(hl_fmm_stats(get(), &found));
        return found;
    }

    // Seconds of each operator in all evaluations so far, at HL_FMM_P2M, ... HL_FMM_P2P; those of all threads added up.
    std::array<double, HL_FMM_N_TIMINGS> timings() const {
        std::array<double, HL_FMM_N_TIMINGS> seconds;
        hl::detail::check(hl_fmm_timings(get(), seconds.data(), nullptr));
        return seconds;
    }

private:
    struct destroyer {
        void operator()(hl_fmm_plan* old) const { hl_fmm_plan_destroy(old); }
    };

    template <class T>
    static std::ptrdiff_t check_points(const char* function, const view<const T, 2>& sources, const view<const T, 2>& targets) {
        hl::detail::check_abi(function);
        const std::ptrdiff_t n_target = targets.given() ? targets.extent(0) : sources.extent(0);
        hl::detail::expect(function, "sources", sources, {{sources.extent(0), 3}}, "n_source, 3");
        hl::detail::expect(function, "targets", targets, {{n_target, 3}}, "n_target, 3");
        return n_target;
    }

    template <class T>
    void make(const view<const T, 2>& sources, const view<const T, 2>& targets, const plan_options& options) {
        using hl::detail::address;
        using hl::detail::strides;
        const std::ptrdiff_t n_target = check_points<T>("hl_fmm_plan_create", sources, targets);
        hl_fmm_plan* made = nullptr;
        detail::with_progress(options.get(), options.progress(), [&](const hl_fmm_options* c_options) {
            return detail::functions<T>::create(&made, sources.extent(0), n_target, address(sources), strides(sources), address(targets),
                                                strides(targets), c_options);
        });
        handle_.reset(made);
        n_source_ = sources.extent(0);
        n_target_ = n_target;
    }

    template <class T>
    void replace(const view<const T, 2>& sources, const view<const T, 2>& targets, const progress_function& progress) {
        using hl::detail::address;
        using hl::detail::strides;
        const std::ptrdiff_t n_target = check_points<T>("hl_fmm_set_points", sources, targets);
        detail::with_progress(plan_options().get(), progress, [&](const hl_fmm_options* c_options) {
            return detail::functions<T>::set_points(handle_.get(), sources.extent(0), n_target, address(sources), strides(sources),
                                                    address(targets), strides(targets), c_options);
        });
        n_source_ = sources.extent(0);
        n_target_ = n_target;
    }

    template <class T>
    void sums(const view<const T, 2>& charges, const view<T, 2>& potentials, const view<T, 3>& gradients,
              const progress_function& progress) const {
        using hl::detail::address;
        using hl::detail::strides;
        const char* const function = "hl_fmm_evaluate";
        const std::ptrdiff_t n_vectors = charges.extent(0);
        hl::detail::expect(function, "charges", charges, {{n_vectors, n_source_}}, "n_charge_vectors, n_source");
        hl::detail::expect(function, "potentials", potentials, {{n_vectors, n_target_}}, "n_charge_vectors, n_target");
        hl::detail::expect(function, "gradients", gradients, {{n_vectors, n_target_, 3}}, "n_charge_vectors, n_target, 3");
        detail::with_progress(plan_options().get(), progress, [&](const hl_fmm_options* c_options) {
            return detail::functions<T>::evaluate(get(), n_source_, n_target_, n_vectors, address(charges), strides(charges),
                                                  address(potentials), strides(potentials), address(gradients), strides(gradients),
                                                  c_options);
        });
    }

    template <class T>
    double error_of(const view<const T, 1>& charges, const view<const T, 1>& potentials, std::ptrdiff_t n_sample,
                    std::uint64_t seed) const {
        using hl::detail::address;
        using hl::detail::strides;
        const char* const function = "hl_fmm_estimate_error";
        hl::detail::expect(function, "charges", charges, {{n_source_}}, "n_source");
        hl::detail::expect(function, "potentials", potentials, {{n_target_}}, "n_target");
        double error = 0.0;
        hl::detail::check(detail::functions<T>::estimate_error(get(), n_source_, n_target_, address(charges), strides(charges),
                                                               address(potentials), strides(potentials), n_sample, seed, &error, nullptr));
        return error;
    }

    std::unique_ptr<hl_fmm_plan, destroyer> handle_;
    std::ptrdiff_t n_source_ = 0, n_target_ = 0;
};

// Frees operators that are kept for later plans; those of existing plans stay with them.
inline void forget_operators() { hl::detail::check(hl_fmm_forget_operators()); }

// Keeps the operators of a file that plan::save_operators wrote for later plans.
inline void load_operators(const std::string& path) { hl::detail::check(hl_fmm_load_operators(path.c_str())); }

}  // namespace fmm

}  // namespace hl

#endif
