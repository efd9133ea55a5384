// hl::view: element (i, j, k) of every way to make or turn a view is the one that its name promises.
#include "check.hpp"
#include "hotloop.hpp"

#include <type_traits>

using check::claim;
using hl::view;

static void construction() {
    std::vector<double> values(24);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);

    const view<double, 3> rows = hl::row_major(values.data(), 2, 3, 4);
    claim(rows(1, 2, 3) == 23 && rows(0, 1, 0) == 4 && rows.stride(0) == 12, "row_major: the last index runs fastest");
    const view<double, 3> columns = hl::column_major(values.data(), 2, 3, 4);
    claim(columns(1, 2, 3) == 23 && columns(1, 0, 0) == 1 && columns.stride(2) == 6, "column_major: the first index runs fastest");
    claim(hl::row_major(values, 4u, std::size_t(6))(3, 5) == 23, "row_major of a vector, extents of any integer type");
    const view<double, 2> strided(values.data() + 23, {{2, 3}}, {{-12, -2}});
    claim(strided(1, 2) == 23 - 12 - 4, "any strides");
    const view<double, 1> line(values);
    claim(line.extent(0) == 24 && line(5) == 5, "a vector is a view of one axis");
    const std::vector<double>& constant = values;
    const view<const double, 1> constant_line(constant);
    claim(constant_line.data() == values.data(), "a constant vector is a view of constant elements");
    const view<const double, 3> constant_rows(rows);
    claim(constant_rows.data() == rows.data() && constant_rows.strides() == rows.strides() && constant_rows.given(),
          "view<T> converts to view<const T>");
    rows(1, 0, 0) = -5;
    claim(values[12] == -5, "elements can be assigned through a view");

    claim(!view<double, 2>().given() && view<double, 2>().size() == 0, "a default-constructed view is not given");
    std::vector<double> none;
    claim(view<double, 1>(none).given(), "an empty vector is given");
    try {
        hl::row_major(values, 5, 5);
        claim(false, "extents that a vector does not have are refused");
    } catch (const hl::argument_error& thrown) {
        claim(thrown.status() == HL_ERR_SHAPE, "extents that a vector does not have are refused", thrown.what());
    }
}

static void conversions() {
    claim(!std::is_constructible<view<double, 1>, const std::vector<double>&>::value, "no writable view of a constant vector");
    claim(!std::is_constructible<view<double, 1>, std::vector<double>&&>::value &&
              !std::is_constructible<view<const double, 1>, std::vector<double>&&>::value,
          "no view of a temporary vector");
    claim(!std::is_constructible<view<double, 2>, std::vector<double>&>::value, "no view of two axes of a vector alone");
    claim(!std::is_convertible<view<const double, 1>, view<double, 1>>::value, "const is not cast away");
    claim(!std::is_convertible<view<double, 1>, view<double, 2>>::value, "the number of axes does not change by itself");
    claim(!std::is_copy_constructible<hl::threads_guard>::value, "a threads_guard is not copied");
}

static void turning() {
    std::vector<double> values(60);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
    const view<double, 3> all = hl::row_major(values, 3, 4, 5);
    const auto value = [](int i, int j, int k) { return 20.0 * i + 5.0 * j + k; };

    const view<double, 3> reversed = all.reversed(0).reversed(2);
    bool right = true;
    for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 4; ++j)
            for (int k = 0; k < 5; ++k) right = right && reversed(i, j, k) == value(2 - i, j, 4 - k);
    claim(right, "reversed runs axes backwards");
    claim(reversed.reversed(0).reversed(2).data() == all.data(), "reversed twice is the same view");

    const view<double, 3> part = all.slice(1, 1, 4, 2).slice(2, 2, 5);
    right = part.extent(0) == 3 && part.extent(1) == 2 && part.extent(2) == 3;
    for (int i = 0; right && i < 3; ++i)
        for (int j = 0; j < 2; ++j)
            for (int k = 0; k < 3; ++k) right = right && part(i, j, k) == value(i, 1 + 2 * j, 2 + k);
    claim(right, "slice takes every step-th element of a range");
    claim(all.slice(0, 1, 1).extent(0) == 0 && all.slice(0, 3, 3).size() == 0, "a slice may be empty");
    for (const auto& bounds : {std::array<std::ptrdiff_t, 3>{{-1, 2, 1}}, std::array<std::ptrdiff_t, 3>{{0, 4, 1}},
                               std::array<std::ptrdiff_t, 3>{{2, 1, 1}}, std::array<std::ptrdiff_t, 3>{{0, 2, 0}}}) {
        try {
            all.slice(0, bounds[0], bounds[1], bounds[2]);
            claim(false, "a slice outside the view is refused");
        } catch (const hl::argument_error& thrown) {
            claim(check::contains(thrown.what(), "slice"), "a slice outside the view is refused");
        }
    }

    const view<double, 3> permuted = all.permuted({{2, 0, 1}});
    claim(permuted.extent(0) == 5 && permuted(4, 2, 3) == value(2, 3, 4), "permuted: axis k is axis order[k]");
    const view<double, 2> second = all.at(1);
    claim(second.extent(0) == 4 && second(3, 4) == value(1, 3, 4), "at takes one index of the first axis");
    try {
        all.at(3);
        claim(false, "an index outside the first axis is refused");
    } catch (const hl::argument_error& thrown) {
        claim(check::contains(thrown.what(), "at"), "an index outside the first axis is refused");
    }
    const view<const double, 3> shared = hl::broadcast(second, 7);
    claim(shared.extent(0) == 7 && shared.stride(0) == 0 && shared(6, 3, 4) == value(1, 3, 4), "broadcast repeats by stride 0");
    claim(!hl::broadcast(view<double, 2>(), 7).given(), "broadcast of a view that is not given is not given");
}

int main() {
    return check::run("test_views", [] {
        construction();
        conversions();
        turning();
    });
}
