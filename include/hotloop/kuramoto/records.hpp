// What an integration of Kuramoto oscillators writes down on its way.
#ifndef HOTLOOP_KURAMOTO_RECORDS_HPP
#define HOTLOOP_KURAMOTO_RECORDS_HPP

#include <array>
#include <cstddef>

#include "../view.hpp"

namespace hl {

namespace kuramoto {

// After every `every`-th step. A view left alone is not written. Networks and mean fields have one axis.
template <class T, std::size_t N>
struct records {
    std::ptrdiff_t every = 0;  // steps; 0 = nothing
    view<T, N + 1> frames;     // [n_steps / every][lattice]: the phases
    view<T, 1> order_r;        // [n_steps / every]
    view<T, 1> order_psi;      // [n_steps / every]
};

namespace detail {

// How many records there are; their extents are checked unless the library is to say what is wrong with n_steps or `every`.
template <class T, std::size_t N>
std::ptrdiff_t expect_records(const char* function, const records<T, N>& wanted, std::ptrdiff_t n_steps,
                              const std::array<std::ptrdiff_t, N>& extents) {
    if (n_steps < 0 || wanted.every < 0) return 0;
    std::array<std::ptrdiff_t, N + 1> frames;
    frames[0] = wanted.every > 0 ? n_steps / wanted.every : 0;
    for (std::size_t axis = 0; axis < N; ++axis) frames[axis + 1] = extents[axis];
    hl::detail::expect(function, "frames", wanted.frames, frames, "n_steps / every, and as theta");
    hl::detail::expect(function, "order_r", wanted.order_r, {{frames[0]}}, "n_steps / every");
    hl::detail::expect(function, "order_psi", wanted.order_psi, {{frames[0]}}, "n_steps / every");
    return frames[0];
}

}  // namespace detail
}  // namespace kuramoto

}  // namespace hl

#endif
