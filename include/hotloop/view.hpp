// Arrays as they lie in memory: an address with extents and strides.
#ifndef HOTLOOP_VIEW_HPP
#define HOTLOOP_VIEW_HPP

#include <array>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

#include "error.hpp"

namespace hl {

// An array of N axes somewhere in memory: the address of element (0, ..., 0), and for each axis its extent and its stride in
// elements. Copying a view copies no element. view<double, N> converts to view<const double, N>.
template <class T, std::size_t N>
class view {
public:
    static_assert(N > 0, "a view has at least one axis");
    typedef std::array<std::ptrdiff_t, N> index_type;

    // Not given: what an optional array is by default.
    view() : data_(nullptr), extents_(), strides_(), given_(false) {}

    // Row-major (C) order.
    view(T* data, const index_type& extents) : data_(data), extents_(extents), strides_(), given_(true) {
        std::ptrdiff_t stride = 1;
        for (std::size_t axis = N; axis-- > 0;) {
            strides_[axis] = stride;
            stride *= extents[axis];
        }
    }

    view(T* data, const index_type& extents, const index_type& strides)
        : data_(data), extents_(extents), strides_(strides), given_(true) {}

    // A vector is a view of one axis. A temporary vector is refused: it would be gone before the view.
    template <class Allocator, std::size_t M = N, class = typename std::enable_if<M == 1>::type>
    view(std::vector<typename std::remove_const<T>::type, Allocator>& values)
        : view(values.data(), index_type{{static_cast<std::ptrdiff_t>(values.size())}}) {}
    template <class Allocator, std::size_t M = N, class U = T,
              class = typename std::enable_if<M == 1 && std::is_const<U>::value>::type>
    view(const std::vector<typename std::remove_const<T>::type, Allocator>& values)
        : view(values.data(), index_type{{static_cast<std::ptrdiff_t>(values.size())}}) {}
    template <class Allocator>
    view(const std::vector<typename std::remove_const<T>::type, Allocator>&& values) = delete;

    template <class U, class = typename std::enable_if<std::is_same<const U, T>::value && !std::is_const<U>::value>::type>
    view(const view<U, N>& other)
        : data_(other.data()), extents_(other.extents()), strides_(other.strides()), given_(other.given()) {}

    bool given() const { return given_; }
    T* data() const { return data_; }
    const index_type& extents() const { return extents_; }
    const index_type& strides() const { return strides_; }
    std::ptrdiff_t extent(std::size_t axis) const { return extents_[axis]; }
    std::ptrdiff_t stride(std::size_t axis) const { return strides_[axis]; }

    std::ptrdiff_t size() const {
        std::ptrdiff_t product = given_ ? 1 : 0;
        for (std::size_t axis = 0; axis < N; ++axis) product *= extents_[axis];
        return product;
    }

    // The element; indices are not checked.
    template <class... Indices>
    T& operator()(Indices... indices) const {
        static_assert(sizeof...(Indices) == N, "one index per axis");
        const index_type at = {{static_cast<std::ptrdiff_t>(indices)...}};
        std::ptrdiff_t offset = 0;
        for (std::size_t axis = 0; axis < N; ++axis) offset += at[axis] * strides_[axis];
        return data_[offset];
    }

    // The same elements with one axis run backwards.
    view reversed(std::size_t axis) const {
        view result(*this);
        if (extents_[axis] > 0) result.data_ += (extents_[axis] - 1) * strides_[axis];
        result.strides_[axis] = -strides_[axis];
        return result;
    }

    // Elements from, from + step, ... before `to` along one axis (step > 0; reversed() runs backwards).
    view slice(std::size_t axis, std::ptrdiff_t from, std::ptrdiff_t to, std::ptrdiff_t step = 1) const {
        if (axis >= N || step < 1 || from < 0 || from > to || to > extents_[axis])
            detail::fail(HL_ERR_ARGUMENT, "hl::view::slice: axis " + std::to_string(axis) + ", from " + std::to_string(from) +
                                              ", to " + std::to_string(to) + ", step " + std::to_string(step) +
                                              " does not lie in the view");
        view result(*this);
        if (from < extents_[axis]) result.data_ += from * strides_[axis];
        result.extents_[axis] = (to - from + step - 1) / step;
        result.strides_[axis] = strides_[axis] * step;
        return result;
    }

    // The axes in another order: axis k of the result is axis order[k] of this one.
    view permuted(const std::array<std::size_t, N>& order) const {
        view result(*this);
        for (std::size_t axis = 0; axis < N; ++axis) {
            result.extents_[axis] = extents_[order[axis]];
            result.strides_[axis] = strides_[order[axis]];
        }
        return result;
    }

    // One index of the first axis, for example one configuration.
    view<T, N - 1> at(std::ptrdiff_t index) const {
        static_assert(N > 1, "a view of one axis has elements, not parts");
        if (index < 0 || index >= extents_[0])
            detail::fail(HL_ERR_ARGUMENT, "hl::view::at: index " + std::to_string(index) + " is outside the first axis, which has " +
                                              std::to_string(extents_[0]) + " elements");
        std::array<std::ptrdiff_t, N - 1> extents, strides;
        for (std::size_t axis = 1; axis < N; ++axis) {
            extents[axis - 1] = extents_[axis];
            strides[axis - 1] = strides_[axis];
        }
        return view<T, N - 1>(data_ + index * strides_[0], extents, strides);
    }

private:
    T* data_;
    index_type extents_;
    index_type strides_;
    bool given_;
};

// row_major(pointer, n_conf, n_site, 3): the last index runs fastest, as in C.
template <class T, class... Extents>
view<T, sizeof...(Extents)> row_major(T* data, Extents... extents) {
    return view<T, sizeof...(Extents)>(data, {{static_cast<std::ptrdiff_t>(extents)...}});
}

// column_major(pointer, n_site, n_site): the first index runs fastest, as in Fortran or Eigen's default.
template <class T, class... Extents>
view<T, sizeof...(Extents)> column_major(T* data, Extents... extents) {
    const std::array<std::ptrdiff_t, sizeof...(Extents)> n = {{static_cast<std::ptrdiff_t>(extents)...}};
    std::array<std::ptrdiff_t, sizeof...(Extents)> strides;
    std::ptrdiff_t stride = 1;
    for (std::size_t axis = 0; axis < sizeof...(Extents); ++axis) {
        strides[axis] = stride;
        stride *= n[axis];
    }
    return view<T, sizeof...(Extents)>(data, n, strides);
}

// A vector's elements as an array of several axes, row-major; their number must be right.
template <class T, class Allocator, class... Extents>
view<T, sizeof...(Extents)> row_major(std::vector<T, Allocator>& values, Extents... extents) {
    const view<T, sizeof...(Extents)> result = row_major(values.data(), extents...);
    if (result.size() != static_cast<std::ptrdiff_t>(values.size()))
        detail::fail(HL_ERR_SHAPE, "hl::row_major: the extents ask for " + std::to_string(result.size()) +
                                       " elements, the vector has " + std::to_string(values.size()));
    return result;
}
template <class T, class Allocator, class... Extents>
view<const T, sizeof...(Extents)> row_major(const std::vector<T, Allocator>& values, Extents... extents) {
    const view<const T, sizeof...(Extents)> result = row_major(values.data(), extents...);
    if (result.size() != static_cast<std::ptrdiff_t>(values.size()))
        detail::fail(HL_ERR_SHAPE, "hl::row_major: the extents ask for " + std::to_string(result.size()) +
                                       " elements, the vector has " + std::to_string(values.size()));
    return result;
}
template <class T, class Allocator, class... Extents>
void row_major(const std::vector<T, Allocator>&& values, Extents... extents) = delete;

// The same array for each of n indices of a new first axis (stride 0): inputs that all configurations share.
template <class T, std::size_t N>
view<const T, N + 1> broadcast(const view<T, N>& shared, std::ptrdiff_t n) {
    if (!shared.given()) return view<const T, N + 1>();
    std::array<std::ptrdiff_t, N + 1> extents, strides;
    extents[0] = n;
    strides[0] = 0;
    for (std::size_t axis = 0; axis < N; ++axis) {
        extents[axis + 1] = shared.extent(axis);
        strides[axis + 1] = shared.stride(axis);
    }
    return view<const T, N + 1>(shared.data(), extents, strides);
}

namespace detail {

// An array of one configuration as an array of configurations; inputs and outputs alike.
template <class T, std::size_t N>
view<T, N + 1> single(const view<T, N>& array) {
    if (!array.given()) return view<T, N + 1>();
    std::array<std::ptrdiff_t, N + 1> extents, strides;
    extents[0] = 1;
    strides[0] = 0;
    for (std::size_t axis = 0; axis < N; ++axis) {
        extents[axis + 1] = array.extent(axis);
        strides[axis + 1] = array.stride(axis);
    }
    return view<T, N + 1>(array.data(), extents, strides);
}

template <class Array>
std::string extents_text(const Array& extents) {
    std::string text = "(";
    for (std::size_t axis = 0; axis < extents.size(); ++axis) {
        if (axis > 0) text += ", ";
        text += std::to_string(extents[axis]);
    }
    return text + ")";
}

// The library takes a null address for "not given"; an empty array may have no address either, and is not the same.
template <class T, std::size_t N>
T* address(const view<T, N>& array) {
    static typename std::remove_const<T>::type no_element = 0;
    if (!array.given()) return nullptr;
    return array.data() == nullptr ? &no_element : array.data();
}

template <class T, std::size_t N>
const std::ptrdiff_t* strides(const view<T, N>& array) {
    return array.strides().data();
}

// Checks that only this side can make. `meaning` says where the expected extents come from.
template <class T, std::size_t N>
void expect(const char* function, const char* name, const view<T, N>& array,
            const typename std::common_type<std::array<std::ptrdiff_t, N>>::type& expected, const char* meaning) {
    if (!array.given()) return;
    if (array.extents() != expected)
        fail(HL_ERR_SHAPE, std::string(function) + ": " + name + ": extents " + extents_text(array.extents()) + " where " +
                               extents_text(expected) + " is expected (" + meaning + ")");
    if (array.data() == nullptr && array.size() != 0)
        fail(HL_ERR_NULL, std::string(function) + ": " + name + ": the view has " + std::to_string(array.size()) +
                              " elements and a null pointer; a view that is not wanted is default-constructed");
}

}  // namespace detail

}  // namespace hl

#endif
