// Morton codes: place and level of a box of an octree in one number, that sorts in the order of a walk through the tree.
#ifndef HOTLOOP_FMM_MORTON_HPP
#define HOTLOOP_FMM_MORTON_HPP

#include <cstddef>
#include <cstdint>

#include "../view.hpp"

namespace hl {

namespace fmm {

namespace morton {

namespace detail = hl::detail;

typedef view<const std::int64_t, 1> codes_in;
typedef view<std::int64_t, 1> codes_out;

// The finest level, and what stands for a neighbour outside of the root box.
constexpr std::int32_t finest = HL_MORTON_FINEST;
constexpr std::int64_t none = HL_MORTON_NONE;

// Codes [n] of the boxes of a level that hold points [n][3]. The root box has its least coordinates at origin [3].
inline void encode(const view<const double, 2>& points, const view<const double, 1>& origin, double side, std::int32_t level,
                   const codes_out& codes) {
    const char* const function = "hl_morton_encode";
    detail::check_abi(function);
    const std::ptrdiff_t n = points.extent(0);
    detail::expect(function, "points", points, {{n, 3}}, "n_point, 3");
    detail::expect(function, "origin", origin, {{3}}, "3");
    detail::expect(function, "codes", codes, {{n}}, "n_point");
    detail::check(hl_morton_encode(n, detail::address(points), detail::strides(points), detail::address(origin), detail::strides(origin), side,
                                   level, detail::address(codes), detail::strides(codes)));
}

// Codes [n] of boxes from their places [n][3] and levels [n].
inline void encode_anchors(const view<const std::int32_t, 2>& anchors, const view<const std::int32_t, 1>& levels, const codes_out& codes) {
    const char* const function = "hl_morton_encode_anchors";
    detail::check_abi(function);
    const std::ptrdiff_t n = anchors.extent(0);
    detail::expect(function, "anchors", anchors, {{n, 3}}, "n_box, 3");
    detail::expect(function, "levels", levels, {{n}}, "n_box");
    detail::expect(function, "codes", codes, {{n}}, "n_box");
    detail::check(hl_morton_encode_anchors(n, detail::address(anchors), detail::strides(anchors), detail::address(levels),
                                           detail::strides(levels), detail::address(codes), detail::strides(codes)));
}

// Places [n][3] and levels [n] of boxes; either may be left out.
inline void decode(const codes_in& codes, const view<std::int32_t, 2>& anchors,
                   const view<std::int32_t, 1>& levels = view<std::int32_t, 1>()) {
    const char* const function = "hl_morton_decode";
    detail::check_abi(function);
    const std::ptrdiff_t n = codes.extent(0);
    detail::expect(function, "codes", codes, {{n}}, "n_box");
    detail::expect(function, "anchors", anchors, {{n, 3}}, "n_box, 3");
    detail::expect(function, "levels", levels, {{n}}, "n_box");
    detail::check(hl_morton_decode(n, detail::address(codes), detail::strides(codes), detail::address(anchors), detail::strides(anchors),
                                   detail::address(levels), detail::strides(levels)));
}

// The boxes of the next coarser level.
inline void parents(const codes_in& codes, const codes_out& found) {
    const char* const function = "hl_morton_parents";
    detail::check_abi(function);
    const std::ptrdiff_t n = codes.extent(0);
    detail::expect(function, "codes", codes, {{n}}, "n_box");
    detail::expect(function, "parents", found, {{n}}, "n_box");
    detail::check(hl_morton_parents(n, detail::address(codes), detail::strides(codes), detail::address(found), detail::strides(found)));
}

// The eight boxes [n][8] that fill each box.
inline void children(const codes_in& codes, const view<std::int64_t, 2>& found) {
    const char* const function = "hl_morton_children";
    detail::check_abi(function);
    const std::ptrdiff_t n = codes.extent(0);
    detail::expect(function, "codes", codes, {{n}}, "n_box");
    detail::expect(function, "children", found, {{n, 8}}, "n_box, 8");
    detail::check(hl_morton_children(n, detail::address(codes), detail::strides(codes), detail::address(found), detail::strides(found)));
}

// The boxes [n][26] of the same level next to each box, x quickest; `none` outside of the root box.
inline void neighbours(const codes_in& codes, const view<std::int64_t, 2>& found) {
    const char* const function = "hl_morton_neighbours";
    detail::check_abi(function);
    const std::ptrdiff_t n = codes.extent(0);
    detail::expect(function, "codes", codes, {{n}}, "n_box");
    detail::expect(function, "neighbours", found, {{n, 26}}, "n_box, 26");
    detail::check(hl_morton_neighbours(n, detail::address(codes), detail::strides(codes), detail::address(found), detail::strides(found)));
}

// 1 where the first of a pair is an ancestor of the second, else 0.
inline void is_ancestor(const codes_in& ancestors, const codes_in& descendants, const view<std::int32_t, 1>& answers) {
    const char* const function = "hl_morton_is_ancestor";
    detail::check_abi(function);
    const std::ptrdiff_t n = ancestors.extent(0);
    detail::expect(function, "ancestors", ancestors, {{n}}, "n_pair");
    detail::expect(function, "descendants", descendants, {{n}}, "n_pair");
    detail::expect(function, "answers", answers, {{n}}, "n_pair");
    detail::check(hl_morton_is_ancestor(n, detail::address(ancestors), detail::strides(ancestors), detail::address(descendants),
                                        detail::strides(descendants), detail::address(answers), detail::strides(answers)));
}

// 1 where boxes of any levels meet in a face, an edge or a corner and neither contains the other, else 0.
inline void are_adjacent(const codes_in& first, const codes_in& second, const view<std::int32_t, 1>& answers) {
    const char* const function = "hl_morton_are_adjacent";
    detail::check_abi(function);
    const std::ptrdiff_t n = first.extent(0);
    detail::expect(function, "first", first, {{n}}, "n_pair");
    detail::expect(function, "second", second, {{n}}, "n_pair");
    detail::expect(function, "answers", answers, {{n}}, "n_pair");
    detail::check(hl_morton_are_adjacent(n, detail::address(first), detail::strides(first), detail::address(second), detail::strides(second),
                                         detail::address(answers), detail::strides(answers)));
}

// Anchor of the target minus that of the source [n][3], boxes of one level.
inline void transfer_vectors(const codes_in& targets, const codes_in& sources, const view<std::int32_t, 2>& vectors) {
    const char* const function = "hl_morton_transfer_vectors";
    detail::check_abi(function);
    const std::ptrdiff_t n = targets.extent(0);
    detail::expect(function, "targets", targets, {{n}}, "n_pair");
    detail::expect(function, "sources", sources, {{n}}, "n_pair");
    detail::expect(function, "vectors", vectors, {{n, 3}}, "n_pair, 3");
    detail::check(hl_morton_transfer_vectors(n, detail::address(targets), detail::strides(targets), detail::address(sources),
                                             detail::strides(sources), detail::address(vectors), detail::strides(vectors)));
}

}  // namespace morton

}  // namespace fmm

}  // namespace hl

#endif
