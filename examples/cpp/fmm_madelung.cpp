// Madelung constants of three crystals, by a plan of the fast multipole method whose points repeat in a cell: M = -4 pi d q phi, for ions of charge
// 1 and -1, the distance d between neighbours, and the potential phi of all other ions and all images. The constants are known to many
// digits (R. E. Crandall, J. P. Buhler, J. Phys. A 20, 5497 (1987)).
//
//     c++ -std=c++11 fmm_madelung.cpp -lhotloop -o fmm_madelung && ./fmm_madelung [unit cells along an edge]
#include <hotloop.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

struct crystal {
    const char* name;
    double madelung, distance;  // in edges of the unit cell
    std::vector<double> positive, negative;  // places of ions, [ion][3], likewise
};

static const double pi = 3.14159265358979323846;
static const std::vector<double> corners = {0, 0, 0}, middle = {.5, .5, .5};
static const std::vector<double> faces = {0, 0, 0, 0, .5, .5, .5, 0, .5, .5, .5, 0};  // corners and middles of faces
static const crystal crystals[] = {
    {"rock salt", 1.747564594633182, 0.5, faces, {.5, .5, .5, .5, 0, 0, 0, .5, 0, 0, 0, .5}},
    {"caesium chloride", 1.762674773070988, std::sqrt(0.75), corners, middle},
    {"zinc blende", 1.638055053388789, std::sqrt(0.1875), faces, {.25, .25, .25, .25, .75, .75, .75, .25, .75, .75, .75, .25}},
};

static void add_ions(const std::vector<double>& places, double charge, int edge, std::vector<double>& positions, std::vector<double>& charges) {
    for (std::size_t ion = 0; ion < places.size(); ion += 3)
        for (int cell = 0; cell < edge * edge * edge; ++cell) {
            const int at[] = {cell % edge, cell / edge % edge, cell / edge / edge};
            for (std::size_t axis = 0; axis < 3; ++axis)
                positions.push_back(places[ion + axis] + at[axis]);
            charges.push_back(charge);
        }
}

// The largest difference from the known constant among all ions, and the largest force on one, which symmetry makes 0.
static bool is_right(const crystal& kind, int edge) {
    std::vector<double> positions, charges;
    add_ions(kind.positive, 1.0, edge, positions, charges);
    add_ions(kind.negative, -1.0, edge, positions, charges);
    const std::ptrdiff_t n = static_cast<std::ptrdiff_t>(charges.size());
    const hl::view<const double, 2> points = hl::row_major<const double>(positions.data(), n, 3);

    const hl::fmm::plan plan(points, {}, hl::fmm::plan_options().eps(1e-9).period(edge));
    std::vector<double> potentials(charges.size()), gradients(positions.size());
    plan.evaluate(charges, potentials, hl::row_major(gradients.data(), n, 3));

    double error = 0.0, force = 0.0;
    for (std::size_t ion = 0; ion < charges.size(); ++ion)
        error = std::max(error, std::fabs(-4 * pi * kind.distance * charges[ion] * potentials[ion] - kind.madelung));
    for (double slope : gradients)
        force = std::max(force, 4 * pi * kind.distance * kind.distance * std::fabs(slope));  // 1: what two neighbours feel
    std::printf("%-16s %7td ions: M = %.9f, error %.1e, force %.1e\n", kind.name, n, -4 * pi * kind.distance * charges[0] * potentials[0], error, force);
    return error < 1e-7 && force < 1e-5;
}

int main(int argc, char** argv) {
    try {
        const int edge = argc > 1 ? std::max(1, std::atoi(argv[1])) : 8;
        bool are_right = true;
        for (const crystal& kind : crystals)
            are_right = is_right(kind, edge) && are_right;
        return are_right ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
