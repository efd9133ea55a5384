// Plans of AniSOAP descriptors: hyperparameters, and what the features are.
#ifndef HOTLOOP_ANISOAP_PLAN_HPP
#define HOTLOOP_ANISOAP_PLAN_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "../view.hpp"

namespace hl {

namespace anisoap {

enum class radial_basis : std::int32_t { gto = HL_RADIAL_BASIS_GTO, monomial = HL_RADIAL_BASIS_MONOMIAL };
enum class channel_order : std::int32_t {
    radial_major = HL_CHANNEL_ORDER_RADIAL_MAJOR,
    species_major = HL_CHANNEL_ORDER_SPECIES_MAJOR
};
enum class spectrum_pairs : std::int32_t { all = HL_SPECTRUM_PAIRS_ALL, half = HL_SPECTRUM_PAIRS_HALF };
enum class spectrum_sign : std::int32_t { alternating = HL_SPECTRUM_SIGN_ALTERNATING, none = HL_SPECTRUM_SIGN_NONE };

// Hyperparameters, named as in AniSOAP: hypers(6, 7.0, {1, 6}).gto(1.5).max_radial(3). What is not set has the library's default.
class hypers {
public:
    hypers(std::ptrdiff_t max_angular, double cutoff_radius, std::vector<std::int32_t> species)
        : max_angular_(max_angular), cutoff_radius_(cutoff_radius), species_(std::move(species)), options_() {
        hl::detail::check(hl_anisoap_options_init(&options_, sizeof options_));
    }

    // A GTO basis of this width.
    hypers& gto(double radial_gaussian_width) {
        options_.radial_basis = HL_RADIAL_BASIS_GTO;
        options_.radial_gaussian_width = radial_gaussian_width;
        return *this;
    }
    hypers& monomial() {
        options_.radial_basis = HL_RADIAL_BASIS_MONOMIAL;
        options_.radial_gaussian_width = 0.0;
        return *this;
    }
    // The largest n of every l, or of each; left alone, all with l + 2n <= max_angular.
    hypers& max_radial(std::int32_t largest_n) {
        options_.max_radial = largest_n;
        return *this;
    }
    hypers& max_radial(std::vector<std::int32_t> of_each_l) {
        max_radial_values_ = std::move(of_each_l);
        return *this;
    }
    hypers& conditioning(double basis_rcond, double basis_tol) {
        options_.basis_rcond = basis_rcond;
        options_.basis_tol = basis_tol;
        return *this;
    }
    hypers& subtract_center_contribution(bool subtract = true) {
        options_.subtract_center_contribution = subtract;
        return *this;
    }
    hypers& order(channel_order chosen) {
        options_.channel_order = static_cast<std::int32_t>(chosen);
        return *this;
    }
    hypers& pairs(spectrum_pairs chosen) {
        options_.spectrum_pairs = static_cast<std::int32_t>(chosen);
        return *this;
    }
    hypers& sign(spectrum_sign chosen) {
        options_.spectrum_sign = static_cast<std::int32_t>(chosen);
        return *this;
    }

private:
    friend class plan;
    std::ptrdiff_t max_angular_;
    double cutoff_radius_;
    std::vector<std::int32_t> species_;
    std::vector<std::int32_t> max_radial_values_;
    hl_anisoap_options options_;
};

// Tables for one set of hyperparameters. Copies share them; any number of threads may use one.
class plan {
public:
    explicit plan(const hypers& chosen) : n_species_(static_cast<std::ptrdiff_t>(chosen.species_.size())) {
        const char* const function = "hl_anisoap_plan_create";
        hl::detail::check_abi(function);
        hl_anisoap_options options = chosen.options_;
        if (!chosen.max_radial_values_.empty()) {
            hl::detail::expect(function, "max_radial", view<const std::int32_t, 1>(chosen.max_radial_values_),
                               {{chosen.max_angular_ + 1}}, "one for each l from 0 to max_angular");
            options.max_radial_values = chosen.max_radial_values_.data();
        }
        hl_anisoap_plan* made = nullptr;
        hl::detail::check(hl_anisoap_plan_create(&made, chosen.max_angular_, n_species_, chosen.species_.data(), nullptr,
                                                 chosen.cutoff_radius_, &options));
        handle_ = std::shared_ptr<hl_anisoap_plan>(made, [](hl_anisoap_plan* old) { hl_anisoap_plan_destroy(old); });
    }

    const hl_anisoap_plan* get() const { return handle_.get(); }
    std::ptrdiff_t n_species() const { return n_species_; }
    std::ptrdiff_t expansion_size() const { return hl_anisoap_expansion_size(get()); }
    std::ptrdiff_t power_spectrum_size() const { return hl_anisoap_power_spectrum_size(get()); }

    // l, m, n, neighbour species of every feature of an expansion.
    std::vector<std::array<std::int32_t, 4>> expansion_labels() const {
        std::vector<std::array<std::int32_t, 4>> labels(static_cast<std::size_t>(expansion_size()));
        hl::detail::check(hl_anisoap_expansion_labels(get(), expansion_size(), labels.data()->data(), nullptr));
        return labels;
    }
    // l, n and species of one channel, n and species of the other, of every feature of a power spectrum.
    std::vector<std::array<std::int32_t, 5>> power_spectrum_labels() const {
        std::vector<std::array<std::int32_t, 5>> labels(static_cast<std::size_t>(power_spectrum_size()));
        hl::detail::check(hl_anisoap_power_spectrum_labels(get(), power_spectrum_size(), labels.data()->data(), nullptr));
        return labels;
    }

private:
    std::ptrdiff_t n_species_;
    std::shared_ptr<hl_anisoap_plan> handle_;
};

}  // namespace anisoap

}  // namespace hl

#endif
