// Median processor time of a call from C++; see ../overhead.py.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

#include "hotloop.hpp"

template <typename Call>
static void report(const char* name, Call call, int calls) {
    std::vector<double> times;
    for (int batch = 0; batch <= 101; ++batch) {
        const std::clock_t began = std::clock();
        for (int i = 0; i < calls; ++i) call();
        const double took = 1e6 * static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
        if (batch > 0) times.push_back(took / calls);  // the first warms up
    }
    std::sort(times.begin(), times.end());
    std::printf("%s %.6f\n", name, times[times.size() / 2]);
}

int main(int argc, char**) {
    const int calls = argc > 1 ? 100 : 2000;
    const std::vector<double> values(1, 12500.0);
    std::vector<double> converted(1);
    report("convert_one", [&] { hl::convert_units(values, converted, hl::unit::wavenumber, hl::unit::wavelength); }, calls);

    const std::vector<double> hamiltonian{12400.0, -100.0, -100.0, 12500.0}, dipoles{1.0, 0.0, 0.0, 0.0, 1.0, 0.0};
    std::vector<double> energies(2);
    hl::exciton::single_stick_outputs outputs;
    outputs.energies = energies;
    report("sticks_two", [&] { hl::exciton::sticks(hl::row_major(hamiltonian, 2, 2), hl::row_major(dipoles, 2, 3), {}, outputs); }, calls);
}
