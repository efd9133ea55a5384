// Absorption and CD spectrum of the FMO complex (seven pigments) from a file of its Hamiltonian, dipoles and positions.
//
//   c++ -std=c++11 fmo_spectrum.cpp -lhotloop -o fmo_spectrum
//   ./fmo_spectrum brixner_conf.csv spectrum.csv
//
// Each line of the input is one pigment: its row of the Hamiltonian (cm-1), its transition dipole x y z, its position x y z (Angstrom).
#include <cstdio>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <vector>

#include "hotloop.hpp"

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: fmo_spectrum CONFIGURATION.csv SPECTRUM.csv\n";
        return 2;
    }
    const std::size_t n_site = 7, n_column = n_site + 6;
    std::vector<double> table;
    std::ifstream input(argv[1]);
    for (double number; input >> number; table.push_back(number))
        if (input.peek() == ',') input.ignore();
    if (table.size() != n_site * n_column) {
        std::cerr << argv[1] << ": " << table.size() << " numbers instead of " << n_site * n_column << '\n';
        return 1;
    }

    // Hamiltonian, dipoles and positions are columns of the table: hotloop reads them where they are.
    const hl::view<double, 2> rows = hl::row_major(table, n_site, n_column);
    const hl::view<const double, 2> hamiltonian = rows.slice(1, 0, 7), dipoles = rows.slice(1, 7, 10), positions = rows.slice(1, 10, 13);

    try {
        std::vector<double> energies(n_site), dipole_strengths(n_site), rotational_strengths(n_site);
        hl::exciton::single_stick_outputs sticks;
        sticks.energies = energies;
        sticks.dipole_strengths = dipole_strengths;
        sticks.rotational_strengths = rotational_strengths;
        hl::exciton::sticks(hamiltonian, dipoles, positions, sticks);
        std::printf("exciton  energy/cm-1  dipole strength  rotational strength\n");
        for (std::size_t k = 0; k < n_site; ++k)
            std::printf("%7zu%13.2f%17.4f%21.6f\n", k + 1, energies[k], dipole_strengths[k], rotational_strengths[k]);

        std::vector<double> wavenumbers;
        for (int i = 0; i < 1510; ++i) wavenumbers.push_back(11790.0 + i);
        std::vector<double> absorption(wavenumbers.size()), cd(wavenumbers.size());
        hl::exciton::spectrum(hamiltonian, dipoles, positions, wavenumbers, absorption, cd, hl::exciton::options().fwhm(70.0));

        std::ofstream output(argv[2]);
        output << "wavenumber,absorption,cd\n" << std::setprecision(17);
        for (std::size_t i = 0; i < wavenumbers.size(); ++i) output << wavenumbers[i] << ',' << absorption[i] << ',' << cd[i] << '\n';
        if (!output.flush()) {
            std::cerr << "cannot write " << argv[2] << '\n';
            return 1;
        }
        std::printf("hotloop %s wrote %s\n", hl::version().c_str(), argv[2]);
    } catch (const hl::error& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
