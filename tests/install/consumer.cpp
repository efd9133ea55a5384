// consumer.c in C++: a stranger's program against the installed hotloop.hpp.
#include <hotloop.hpp>
#include <iostream>
#include <vector>

int main()
{
    const std::vector<double> hamiltonian = {15000.0}; // cm-1
    const std::vector<double> dipole = {1.0, 2.0, -0.5};
    std::vector<double> grid(21), absorption(21);
    for (int i = 0; i < 21; i++)
        grid[i] = 14900.0 + 10.0 * i;
    try {
        hl::exciton::spectrum(hl::row_major(hamiltonian, 1, 1), hl::row_major(dipole, 1, 3), {}, grid, absorption);
    } catch (const hl::error& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    std::cout << "hotloop " << hl::version() << ": absorption at the site energy " << absorption[10] << "\n";
    return absorption[10] == 5.25 ? 0 : 1;
}
