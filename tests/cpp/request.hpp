// A small correct call with all its arrays, to be spoilt in one place: four configurations of three sites, eleven grid points.
#ifndef REQUEST_HPP
#define REQUEST_HPP

#include "check.hpp"
#include "hotloop.hpp"

struct request {
    static constexpr std::ptrdiff_t m = 4, n = 3, g = 11;

    // The elements, and the views of them that the call is given; a row of a test changes either.
    std::vector<double> hamiltonian_values = std::vector<double>(m * n * n, 25.0), dipole_values, position_values, grid_values;
    std::vector<double> weight_values = {1.0, 2.0, 0.0, 1.0};
    std::vector<double> energy_values, dipole_strength_values = std::vector<double>(m * n, 1.5),
                                       rotational_strength_values = std::vector<double>(m * n, -0.25);
    std::vector<double> exciton_dipole_values = std::vector<double>(m * n * 3, -77.0),
                        eigenvector_values = std::vector<double>(m * n * n, -77.0);
    std::vector<double> absorption_values = std::vector<double>(g, -77.0), cd_values = std::vector<double>(g, -77.0);

    hl::view<const double, 3> hamiltonians, dipoles, positions;
    hl::view<const double, 1> grid, weights;
    hl::view<double, 2> energies, dipole_strengths, rotational_strengths;
    hl::view<double, 3> exciton_dipoles, eigenvectors;
    hl::view<double, 1> absorption, cd;
    hl::exciton::options options;

    request() {
        for (int k = 0; k < m; ++k)
            for (int i = 0; i < n; ++i) {
                hamiltonian_values[static_cast<std::size_t>((k * n + i) * n + i)] = 12100.0 + 100.0 * i + 10.0 * k;
                for (double value : {1.0 + i, 1.0, 0.5 * k}) dipole_values.push_back(value);
                for (double value : {10.0 * i, 1.0 * i * k, -1.0 * i * i}) position_values.push_back(value);
                energy_values.push_back(12037.0 + 37.0 * (k * static_cast<double>(n) + i));
            }
        for (int i = 0; i < g; ++i) grid_values.push_back(12000.0 + 50.0 * i);
        hamiltonians = hl::row_major(hamiltonian_values, m, n, n);
        dipoles = hl::row_major(dipole_values, m, n, 3);
        positions = hl::row_major(position_values, m, n, 3);
        grid = grid_values;
        weights = weight_values;
        energies = hl::row_major(energy_values, m, n);
        dipole_strengths = hl::row_major(dipole_strength_values, m, n);
        rotational_strengths = hl::row_major(rotational_strength_values, m, n);
        exciton_dipoles = hl::row_major(exciton_dipole_values, m, n, 3);
        eigenvectors = hl::row_major(eigenvector_values, m, n, n);
        absorption = absorption_values;
        cd = cd_values;
    }
    request(const request&) = delete;  // the views point into this object
    request& operator=(const request&) = delete;

    void by_sticks() {
        hl::exciton::ensemble_stick_outputs outputs;
        outputs.energies = energies;
        outputs.dipole_strengths = dipole_strengths;
        outputs.rotational_strengths = rotational_strengths;
        outputs.exciton_dipoles = exciton_dipoles;
        outputs.eigenvectors = eigenvectors;
        hl::exciton::sticks(hamiltonians, dipoles, positions, outputs, options);
    }
    void by_spectrum() { hl::exciton::spectrum(hamiltonians, dipoles, positions, grid, absorption, cd, options, weights); }
    void by_broaden() {
        hl::exciton::broaden(energies, dipole_strengths, rotational_strengths, grid, absorption, cd, options, weights);
    }

    std::vector<std::vector<double>> outputs() const {
        return {energy_values,      dipole_strength_values, rotational_strength_values, exciton_dipole_values,
                eigenvector_values, absorption_values,      cd_values};
    }
};

#endif
