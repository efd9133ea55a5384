# One array in the memory layouts that the case table numbers: 0 plain, 1 reversed along every axis, 2 every second element along
# every axis of a larger array, 3 row-major.

# An array of NaN (of numbers that count nothing) with this size and layout.
function blank(layout, ::Type{T}, extents::Int...) where {T}
    nan = T <: Integer ? T(-777) : T(NaN)
    if layout == 1
        return view(fill(nan, extents), map(extent -> extent:-1:1, extents)...)
    elseif layout == 2
        return view(fill(nan, map(extent -> 2 * extent, extents)), map(extent -> 1:2:2*extent, extents)...)
    elseif layout == 3
        n = length(extents)
        return PermutedDimsArray(fill(nan, reverse(extents)), Tuple(n:-1:1))
    end
    return fill(nan, extents)
end
blank(layout, extents::Int...) = blank(layout, Float64, extents...)

# The elements of `array` in this layout.
in_layout(layout, array) = copyto!(blank(layout, eltype(array), size(array)...), array)
in_layout(layout, ::Nothing) = nothing

# The bytes of the parent that are none of the view's elements: they must stay as they are.
gaps(array::SubArray) = (rest = copy(parent(array)); rest[parentindices(array)...] .= 0; rest)
gaps(array) = Float64[]
