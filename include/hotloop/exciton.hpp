// Exciton spectra: Hamiltonians to sticks, sticks to spectra, and both at once.
#ifndef HOTLOOP_EXCITON_HPP
#define HOTLOOP_EXCITON_HPP

#include <cstddef>

#include "exciton/options.hpp"

namespace hl {

namespace exciton {

// What `sticks` is to write: C is the number of configuration axes, 0 or 1. A view left alone is not computed.
template <std::size_t C>
struct stick_outputs {
    view<double, C + 1> energies;              // [n_conf][n_site], cm-1, ascending
    view<double, C + 1> dipole_strengths;      // [n_conf][n_site]
    view<double, C + 1> rotational_strengths;  // [n_conf][n_site]
    view<double, C + 2> exciton_dipoles;       // [n_conf][n_site][3]
    view<double, C + 2> eigenvectors;          // [n_conf][n_site][n_site], (site, exciton): columns
};
typedef stick_outputs<0> single_stick_outputs;
typedef stick_outputs<1> ensemble_stick_outputs;

// Absorption and CD spectra: the (weighted) mean over configurations. `positions` may be left out ({}) where no CD is wanted.
inline void spectrum(view<const double, 3> hamiltonians, view<const double, 3> dipoles, view<const double, 3> positions,
                     view<const double, 1> grid, view<double, 1> absorption, view<double, 1> cd = view<double, 1>(),
                     const options& chosen = options(), view<const double, 1> weights = view<const double, 1>()) {
    using namespace detail;
    const char* const function = "hl_exciton_spectrum";
    check_abi(function);
    expect_system(function, hamiltonians, dipoles, positions);
    expect_spectra(function, hamiltonians.extent(0), weights, grid, absorption, cd);
    call_options call(function, chosen, hamiltonians.extent(1));
    call.finish(hl_exciton_spectrum(hamiltonians.extent(0), hamiltonians.extent(1), grid.extent(0), address(hamiltonians),
                                    strides(hamiltonians), address(dipoles), strides(dipoles), address(positions),
                                    strides(positions), address(weights), strides(weights), address(grid), strides(grid),
                                    address(absorption), strides(absorption), address(cd), strides(cd), call.get()));
}

// Many Hamiltonians that share dipoles and positions. (hl::broadcast shares one of the two.)
inline void spectrum(view<const double, 3> hamiltonians, view<const double, 2> dipoles, view<const double, 2> positions,
                     view<const double, 1> grid, view<double, 1> absorption, view<double, 1> cd = view<double, 1>(),
                     const options& chosen = options(), view<const double, 1> weights = view<const double, 1>()) {
    const std::ptrdiff_t n_conf = hamiltonians.extent(0);
    spectrum(hamiltonians, broadcast(dipoles, n_conf), broadcast(positions, n_conf), grid, absorption, cd, chosen, weights);
}

// One configuration.
inline void spectrum(view<const double, 2> hamiltonian, view<const double, 2> dipoles, view<const double, 2> positions,
                     view<const double, 1> grid, view<double, 1> absorption, view<double, 1> cd = view<double, 1>(),
                     const options& chosen = options()) {
    spectrum(detail::single(hamiltonian), detail::single(dipoles), detail::single(positions), grid, absorption, cd, chosen);
}

// Exciton energies and strengths of every configuration.
inline void sticks(view<const double, 3> hamiltonians, view<const double, 3> dipoles, view<const double, 3> positions,
                   const ensemble_stick_outputs& outputs, const options& chosen = options()) {
    using namespace detail;
    const char* const function = "hl_exciton_sticks";
    const std::ptrdiff_t n_conf = hamiltonians.extent(0), n_site = hamiltonians.extent(1);
    check_abi(function);
    expect_system(function, hamiltonians, dipoles, positions);
    expect(function, "energies", outputs.energies, {{n_conf, n_site}}, "n_conf, n_site");
    expect(function, "dipole_strengths", outputs.dipole_strengths, {{n_conf, n_site}}, "n_conf, n_site");
    expect(function, "rotational_strengths", outputs.rotational_strengths, {{n_conf, n_site}}, "n_conf, n_site");
    expect(function, "exciton_dipoles", outputs.exciton_dipoles, {{n_conf, n_site, 3}}, "n_conf, n_site, 3");
    expect(function, "eigenvectors", outputs.eigenvectors, {{n_conf, n_site, n_site}}, "n_conf, n_site, n_site");
    call_options call(function, chosen, n_site);
    call.finish(hl_exciton_sticks(
        n_conf, n_site, address(hamiltonians), strides(hamiltonians), address(dipoles), strides(dipoles), address(positions),
        strides(positions), address(outputs.energies), strides(outputs.energies), address(outputs.dipole_strengths),
        strides(outputs.dipole_strengths), address(outputs.rotational_strengths), strides(outputs.rotational_strengths),
        address(outputs.exciton_dipoles), strides(outputs.exciton_dipoles), address(outputs.eigenvectors),
        strides(outputs.eigenvectors), call.get()));
}

inline void sticks(view<const double, 3> hamiltonians, view<const double, 2> dipoles, view<const double, 2> positions,
                   const ensemble_stick_outputs& outputs, const options& chosen = options()) {
    const std::ptrdiff_t n_conf = hamiltonians.extent(0);
    sticks(hamiltonians, broadcast(dipoles, n_conf), broadcast(positions, n_conf), outputs, chosen);
}

inline void sticks(view<const double, 2> hamiltonian, view<const double, 2> dipoles, view<const double, 2> positions,
                   const single_stick_outputs& outputs, const options& chosen = options()) {
    ensemble_stick_outputs ensemble;
    ensemble.energies = detail::single(outputs.energies);
    ensemble.dipole_strengths = detail::single(outputs.dipole_strengths);
    ensemble.rotational_strengths = detail::single(outputs.rotational_strengths);
    ensemble.exciton_dipoles = detail::single(outputs.exciton_dipoles);
    ensemble.eigenvectors = detail::single(outputs.eigenvectors);
    sticks(detail::single(hamiltonian), detail::single(dipoles), detail::single(positions), ensemble, chosen);
}

// Spectra of sticks that are known already: the (weighted) mean over configurations. Strengths whose spectrum is not wanted may
// be left out ({}).
inline void broaden(view<const double, 2> energies, view<const double, 2> dipole_strengths,
                    view<const double, 2> rotational_strengths, view<const double, 1> grid, view<double, 1> absorption,
                    view<double, 1> cd = view<double, 1>(), const options& chosen = options(),
                    view<const double, 1> weights = view<const double, 1>()) {
    using namespace detail;
    const char* const function = "hl_exciton_broaden";
    const std::ptrdiff_t n_conf = energies.extent(0), n_exciton = energies.extent(1);
    check_abi(function);
    expect(function, "energies", energies, energies.extents(), "");
    expect(function, "dipole_strengths", dipole_strengths, energies.extents(), "as energies");
    expect(function, "rotational_strengths", rotational_strengths, energies.extents(), "as energies");
    expect_spectra(function, n_conf, weights, grid, absorption, cd);
    call_options call(function, chosen, n_exciton);
    call.finish(hl_exciton_broaden(n_conf, n_exciton, grid.extent(0), address(energies), strides(energies),
                                   address(dipole_strengths), strides(dipole_strengths), address(rotational_strengths),
                                   strides(rotational_strengths), address(weights), strides(weights), address(grid), strides(grid),
                                   address(absorption), strides(absorption), address(cd), strides(cd), call.get()));
}

inline void broaden(view<const double, 1> energies, view<const double, 1> dipole_strengths,
                    view<const double, 1> rotational_strengths, view<const double, 1> grid, view<double, 1> absorption,
                    view<double, 1> cd = view<double, 1>(), const options& chosen = options()) {
    broaden(detail::single(energies), detail::single(dipole_strengths), detail::single(rotational_strengths), grid, absorption, cd,
            chosen);
}

}  // namespace exciton

}  // namespace hl

#endif
