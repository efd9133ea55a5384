// How alike four pairs of disc-shaped molecules are to AniSOAP: stacked, T-shaped, side by side, and the stack turned as a whole, which
// is the same to a descriptor that no rotation changes.
//
//     c++ -std=c++11 anisoap_dimers.cpp -lhotloop -o anisoap_dimers && ./anisoap_dimers
#include <hotloop.hpp>

#include <cmath>
#include <cstdio>
#include <exception>
#include <numeric>
#include <vector>

static void compare() {
    const char* const names[] = {"stacked", "T-shaped", "side by side", "stack, turned"};
    const std::ptrdiff_t n_frames = 4, n_atoms = 8;
    const double half = std::sqrt(0.5);
    const double positions[] = {0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 2, 0, 0};
    // w, x, y, z: from the axes of the body to those of positions
    const double quaternions[] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, half, half, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, .5, .5, .5, .5, .5, .5, .5, .5};
    const double disc[] = {1.5, 1.5, 0.4};  // standard deviations along the axes of the body
    const std::vector<std::int32_t> species(n_atoms, 6);
    const std::vector<std::ptrdiff_t> offsets = {0, 2, 4, 6, 8};

    const hl::anisoap::plan plan(hl::anisoap::hypers(6, 7.0, {6}).gto(1.5).max_radial(3));
    hl::anisoap::frames frames;
    frames.positions = hl::row_major(positions, n_atoms, 3);
    frames.species = species;
    frames.quaternions = hl::row_major(quaternions, n_atoms, 4);
    frames.semiaxes = hl::broadcast(hl::row_major(disc, 3), n_atoms);
    frames.offsets = offsets;
    const std::ptrdiff_t n_features = plan.power_spectrum_size();
    std::vector<double> means(static_cast<std::size_t>(n_frames * n_features));
    hl::anisoap::power_spectrum(plan, frames, hl::view<double, 2>(), hl::row_major(means.data(), n_frames, 1, n_features));

    for (std::ptrdiff_t a = 0; a < n_frames; ++a) {
        std::printf("%-14s", names[a]);
        for (std::ptrdiff_t b = 0; b < n_frames; ++b) {
            const double *x = &means[static_cast<std::size_t>(a * n_features)], *y = &means[static_cast<std::size_t>(b * n_features)];
            const double ab = std::inner_product(x, x + n_features, y, 0.0), aa = std::inner_product(x, x + n_features, x, 0.0);
            std::printf(" %9.6f", ab / std::sqrt(aa * std::inner_product(y, y + n_features, y, 0.0)));
        }
        std::printf("\n");
    }
}

int main() {
    try {
        compare();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
