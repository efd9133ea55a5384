// AniSOAP descriptors of ellipsoids: expansions, power spectra, and their gradients.
#ifndef HOTLOOP_ANISOAP_HPP
#define HOTLOOP_ANISOAP_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "anisoap/plan.hpp"
#include "progress.hpp"
#include "view.hpp"

namespace hl {

namespace anisoap {

// What a list of pairs holds: every pair from either side (a list in which a side is missing is refused), every pair once for both
// atoms, or pairs as they are, second for first alone.
enum class pair_list : std::int32_t { full = HL_PAIR_LIST_FULL, half = HL_PAIR_LIST_HALF, directed = HL_PAIR_LIST_DIRECTED };

// Atoms of any number of frames, one after the other, as views of the program's arrays.
struct frames {
    view<const double, 2> positions;        // [n_atoms][3]
    view<const std::int32_t, 1> species;    // [n_atoms]
    view<const double, 2> semiaxes;         // [n_atoms][3]; hl::broadcast(one_shape, n_atoms) for one
    view<const double, 2> quaternions;      // [n_atoms][4]: w, x, y, z
    view<const double, 3> rotations;        // [n_atoms][3][3], instead of quaternions; with neither, bodies are not turned
    view<const std::ptrdiff_t, 1> offsets;  // [n_frames + 1]: first atom of each frame, then n_atoms; not given: one frame
    view<const double, 3> cells;            // [n_frames][3][3]: rows are lattice vectors
    view<const std::int32_t, 2> periodic;   // [n_frames][3]: 0 or 1; not given: periodic if there are cells

    // The program's own list of pairs; not given: neighbours are searched for.
    view<const std::ptrdiff_t, 1> pair_first, pair_second;  // [n_pairs]: atoms counted from 0 over all frames
    view<const std::int32_t, 2> pair_shifts;                // [n_pairs][3]: lattice vectors between their cells
    view<const double, 2> pair_vectors;                     // [n_pairs][3]: from first to second, instead of shifts
    pair_list pairs = pair_list::full;
};

// What a call may choose.
class options {
public:
    // Radial functions as they are instead of orthonormal ones.
    options& raw(bool chosen = true) {
        raw_ = chosen;
        return *this;
    }
    options& progress(progress_function function) {
        progress_ = std::move(function);
        return *this;
    }

private:
    friend class prepared;
    bool raw_ = false;
    progress_function progress_;
};

// dF / d of what is given; a view left alone is not written.
struct gradients {
    view<double, 2> positions;    // [n_atoms][3]
    view<double, 3> strains;      // [n_frames][3][3], for r_a -> r_a + sum_b e_ab r_b of positions and cells
    view<double, 2> rotations;    // [n_atoms][3], for a small rotation vector of the body
    view<double, 2> quaternions;  // [n_atoms][4]
};

// A call's frames and options, checked; the C functions' arguments are taken from it.
class prepared {
public:
    prepared(const char* name, const plan& chosen, const frames& given, const options& how)
        : function(name), c_plan(chosen.get()), all(given), watch_(how.progress_), c_options_() {
        hl::detail::check_abi(function);
        n_atoms = all.positions.given() ? all.positions.extent(0) : 0;
        if (!all.offsets.given()) {
            one_frame_ = {{0, n_atoms}};
            all.offsets = view<const std::ptrdiff_t, 1>(one_frame_.data(), {{2}});
        }
        n_frames = all.offsets.extent(0) - 1;
        if (all.cells.given() && !all.periodic.given()) all.periodic = view<const std::int32_t, 2>(&one_, {{n_frames, 3}}, {{0, 0}});
        expect("positions", all.positions, {{n_atoms, 3}}, "n_atoms, 3");
        expect("species", all.species, {{n_atoms}}, "n_atoms");
        expect("semiaxes", all.semiaxes, {{n_atoms, 3}}, "n_atoms, 3");
        expect("quaternions", all.quaternions, {{n_atoms, 4}}, "n_atoms, 4");
        expect("rotations", all.rotations, {{n_atoms, 3, 3}}, "n_atoms, 3, 3");
        expect("cells", all.cells, {{n_frames, 3, 3}}, "n_frames, 3, 3");
        expect("periodic", all.periodic, {{n_frames, 3}}, "n_frames, 3");
        hl::detail::check(hl_anisoap_options_init(&c_options_, sizeof c_options_));
        if (how.raw_) c_options_.coefficients = HL_COEFFICIENTS_RAW;
        if (all.pair_first.given() || all.pair_second.given() || all.pair_shifts.given() || all.pair_vectors.given()) pass_pairs();
        if (how.progress_) {
            c_options_.progress = hl::detail::hl_cpp_report_progress;
            c_options_.progress_user = &watch_;
        }
    }
    prepared(const prepared&) = delete;
    prepared& operator=(const prepared&) = delete;

    template <class T, std::size_t N>
    void expect(const char* name, const view<T, N>& array,
                const typename std::common_type<std::array<std::ptrdiff_t, N>>::type& extents, const char* meaning) const {
        hl::detail::expect(function, name, array, extents, meaning);
    }

    // Calls a C function with the plan and the frames, then `rest`, then the options, and throws what went wrong.
    template <class Function, class... Rest>
    void run(Function c_function, Rest... rest) const {
        using hl::detail::address;
        using hl::detail::strides;
        watch_.finish(c_function(c_plan, n_frames, n_atoms, address(all.offsets), strides(all.offsets), address(all.positions),
                                 strides(all.positions), address(all.species), strides(all.species), address(all.quaternions),
                                 strides(all.quaternions), address(all.rotations), strides(all.rotations), address(all.semiaxes),
                                 strides(all.semiaxes), address(all.cells), strides(all.cells), address(all.periodic),
                                 strides(all.periodic), rest..., &c_options_));
    }

    const char* const function;
    const hl_anisoap_plan* const c_plan;
    frames all;
    std::ptrdiff_t n_atoms = 0, n_frames = 0;

private:
    void pass_pairs() {
        using hl::detail::address;
        using hl::detail::strides;
        const std::ptrdiff_t n_pairs = all.pair_first.given() ? all.pair_first.extent(0) : 1;  // without it the library complains
        if (all.pair_first.given()) {
            expect("pair_second", all.pair_second, {{n_pairs}}, "n_pairs");
            expect("pair_shifts", all.pair_shifts, {{n_pairs, 3}}, "n_pairs, 3");
            expect("pair_vectors", all.pair_vectors, {{n_pairs, 3}}, "n_pairs, 3");
        }
        c_options_.n_pairs = n_pairs;
        c_options_.pair_first = address(all.pair_first);
        c_options_.pair_first_strides = strides(all.pair_first);
        c_options_.pair_second = address(all.pair_second);
        c_options_.pair_second_strides = strides(all.pair_second);
        c_options_.pair_shifts = address(all.pair_shifts);
        c_options_.pair_shifts_strides = strides(all.pair_shifts);
        c_options_.pair_vectors = address(all.pair_vectors);
        c_options_.pair_vectors_strides = strides(all.pair_vectors);
        c_options_.pair_list = static_cast<std::int32_t>(all.pairs);
    }

    std::array<std::ptrdiff_t, 2> one_frame_;
    const std::int32_t one_ = 1;
    hl::detail::progress_call watch_;
    hl_anisoap_options c_options_;
};

namespace detail {

using hl::detail::address;
using hl::detail::strides;

inline void expect(const prepared& call, const gradients& wanted) {
    call.expect("position_gradients", wanted.positions, {{call.n_atoms, 3}}, "n_atoms, 3");
    call.expect("strain_gradients", wanted.strains, {{call.n_frames, 3, 3}}, "n_frames, 3, 3");
    call.expect("rotation_gradients", wanted.rotations, {{call.n_atoms, 3}}, "n_atoms, 3");
    call.expect("quaternion_gradients", wanted.quaternions, {{call.n_atoms, 4}}, "n_atoms, 4");
}

}  // namespace detail

// Coefficients [n_atoms][expansion_size].
inline void expansion(const plan& chosen, const frames& given, const view<double, 2>& coefficients, const options& how = options()) {
    const prepared call("hl_anisoap_expansion", chosen, given, how);
    const std::ptrdiff_t n_features = chosen.expansion_size();
    call.expect("coefficients", coefficients, {{call.n_atoms, n_features}}, "n_atoms, n_features");
    call.run(hl_anisoap_expansion, n_features, detail::address(coefficients), detail::strides(coefficients));
}

// Spectra [n_atoms][power_spectrum_size], means over the atoms of each species [n_frames][n_species][power_spectrum_size]; either may be
// left out.
inline void power_spectrum(const plan& chosen, const frames& given, const view<double, 2>& spectra,
                           const view<double, 3>& means = view<double, 3>(), const options& how = options()) {
    const prepared call("hl_anisoap_power_spectrum", chosen, given, how);
    const std::ptrdiff_t n_features = chosen.power_spectrum_size();
    call.expect("spectra", spectra, {{call.n_atoms, n_features}}, "n_atoms, n_features");
    call.expect("means", means, {{call.n_frames, chosen.n_species(), n_features}}, "n_frames, n_species, n_features");
    call.run(hl_anisoap_power_spectrum, n_features, detail::address(spectra), detail::strides(spectra), detail::address(means),
             detail::strides(means));
}

// Gradients of F, given dF / d coefficients.
inline void expansion_vjp(const plan& chosen, const frames& given, const view<const double, 2>& cotangent, const gradients& wanted,
                          const options& how = options()) {
    const prepared call("hl_anisoap_expansion_vjp", chosen, given, how);
    const std::ptrdiff_t n_features = chosen.expansion_size();
    call.expect("cotangent", cotangent, {{call.n_atoms, n_features}}, "n_atoms, n_features");
    detail::expect(call, wanted);
    using detail::address;
    using detail::strides;
    call.run(hl_anisoap_expansion_vjp, n_features, address(cotangent), strides(cotangent), address(wanted.positions),
             strides(wanted.positions), address(wanted.strains), strides(wanted.strains), address(wanted.rotations),
             strides(wanted.rotations), address(wanted.quaternions), strides(wanted.quaternions));
}

// Gradients of F, given dF / d spectra and dF / d means, either of which may be left out.
inline void power_spectrum_vjp(const plan& chosen, const frames& given, const view<const double, 2>& spectra_cotangent,
                               const view<const double, 3>& means_cotangent, const gradients& wanted,
                               const options& how = options()) {
    const prepared call("hl_anisoap_power_spectrum_vjp", chosen, given, how);
    const std::ptrdiff_t n_features = chosen.power_spectrum_size();
    call.expect("spectra_cotangent", spectra_cotangent, {{call.n_atoms, n_features}}, "n_atoms, n_features");
    call.expect("means_cotangent", means_cotangent, {{call.n_frames, chosen.n_species(), n_features}},
                "n_frames, n_species, n_features");
    detail::expect(call, wanted);
    using detail::address;
    using detail::strides;
    call.run(hl_anisoap_power_spectrum_vjp, n_features, address(spectra_cotangent), strides(spectra_cotangent),
             address(means_cotangent), strides(means_cotangent), address(wanted.positions), strides(wanted.positions),
             address(wanted.strains), strides(wanted.strains), address(wanted.rotations), strides(wanted.rotations),
             address(wanted.quaternions), strides(wanted.quaternions));
}

}  // namespace anisoap

}  // namespace hl

#endif
