// Pairs of points within a cutoff.
#ifndef HOTLOOP_NEIGHBOURS_HPP
#define HOTLOOP_NEIGHBOURS_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

#include "view.hpp"

namespace hl {

// Pairs sorted by i, then j, then the shift; every pair is there from both sides. All arrays are row-major.
struct neighbour_list {
    std::vector<std::ptrdiff_t> pairs;  // [n_pairs][2]: i and j
    std::vector<std::int32_t> shifts;   // [n_pairs][3]: lattice vectors between the cells of j's image and of i
    std::vector<double> vectors;        // [n_pairs][3]: from i to j

    std::ptrdiff_t size() const { return static_cast<std::ptrdiff_t>(pairs.size() / 2); }
};

// Neighbours of positions [n_points][3] nearer than the cutoff. With a cell [3][3], whose rows are lattice vectors, all three axes are
// periodic. Images of a point are its neighbours; the point in its own place only with self_pairs.
inline neighbour_list neighbours(const view<const double, 2>& positions, double cutoff,
                                 const view<const double, 2>& cell = view<const double, 2>(), bool self_pairs = false) {
    const char* const function = "hl_neighbour_list_count";
    detail::check_abi(function);
    detail::expect(function, "positions", positions, {{positions.extent(0), 3}}, "n_points, 3");
    detail::expect(function, "cell", cell, {{3, 3}}, "3, 3");
    const std::int32_t periodic = cell.given(), with_self = self_pairs;
    std::ptrdiff_t n_pairs = 0;
    detail::check(hl_neighbour_list_count(positions.extent(0), detail::address(positions), detail::strides(positions),
                                          detail::address(cell), detail::strides(cell), periodic, cutoff, with_self, nullptr, nullptr,
                                          &n_pairs));
    neighbour_list found;
    found.pairs.resize(2 * static_cast<std::size_t>(n_pairs));
    found.shifts.resize(3 * static_cast<std::size_t>(n_pairs));
    found.vectors.resize(3 * static_cast<std::size_t>(n_pairs));
    detail::check(hl_neighbour_list_fill(positions.extent(0), detail::address(positions), detail::strides(positions),
                                         detail::address(cell), detail::strides(cell), periodic, cutoff, with_self, n_pairs,
                                         found.pairs.data(), nullptr, found.shifts.data(), nullptr, found.vectors.data(), nullptr));
    return found;
}

}  // namespace hl

#endif
