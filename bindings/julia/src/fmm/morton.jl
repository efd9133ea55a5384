# Morton codes: place and level of a box of an octree in one Int64, that sorts in the order of a walk through the tree.

"""
    MORTON_FINEST

The finest level of a Morton code, 19. See [`morton_encode`](@ref).
"""
const MORTON_FINEST = Int(HL_MORTON_FINEST)

count_codes(name, codes) = codes isa AbstractVector ? length(codes) :
    throw(ArgumentError("$name: expected a vector of Int64, got a $(typeof(codes))" *
                        (codes isa AbstractArray ? "; " * remedy(name, codes, Int64) : "")))

# Calls a C function of a number of boxes, then arrays with their strides.
function run_morton(call)
    check(on_own_thread_count(call))
    return nothing
end

"""
    morton_encode(points, origin, side, level = MORTON_FINEST)

Codes of the boxes of a level that hold `points` `(3, n)`, as a vector of `Int64`. A box of level `l` is one of `2^l * 2^l * 2^l` that fill the root
box, whose corner with the least coordinates is `origin` `(3,)`. Sorted codes are a walk through the tree: every box before its
children, and the children along a Morton curve, x quickest; all boxes inside another are a range of codes; the root is 0.

Points lie inside the root box or on its faces; a face between boxes belongs to the upper one.

```jldoctest
julia> codes = morton_encode([0.1 0.9 0.1; 0.1 0.1 0.9; 0.1 0.1 0.1], zeros(3), 1.0, 2);

julia> println(morton_decode(codes).anchors[1, :])
Int32[0, 3, 0]
```
"""
function morton_encode(points, origin, side::Real, level::Integer = MORTON_FINEST)
    n = count_columns("points", points)
    x, corner = place_of("points", points, Float64, (3, n)), place_of("origin", origin, Float64, (3,))
    codes = Vector{Int64}(undef, n)
    GC.@preserve points origin run_morton() do
        ccall(hl_morton_encode[], hl_status,
              (Int, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}}, Float64, Int32, Ptr{Int64}, Ptr{Int}),
              n, x.pointer, x.strides, corner.pointer, corner.strides, side, level, codes, C_NULL)
    end
    return codes
end

"""
    morton_encode_anchors(anchors, levels)

Codes of boxes from their places `(3, n)` of `Int32` among the boxes of their levels, which count from 0; `levels` `(n,)` of `Int32`, or one for all.
"""
function morton_encode_anchors(anchors, levels)
    n = count_columns("anchors", anchors)
    given = levels isa Integer ? fill(Int32(levels), n) : levels
    places, level = place_of("anchors", anchors, Int32, (3, n)), place_of("levels", given, Int32, (n,))
    codes = Vector{Int64}(undef, n)
    GC.@preserve anchors given run_morton() do
        ccall(hl_morton_encode_anchors[], hl_status,
              (Int, Ptr{Int32}, Ref{NTuple{2,Int}}, Ptr{Int32}, Ref{NTuple{1,Int}}, Ptr{Int64}, Ptr{Int}),
              n, places.pointer, places.strides, level.pointer, level.strides, codes, C_NULL)
    end
    return codes
end

"""
    morton_decode(codes)

Places `(3, n)` and levels `(n,)` of boxes, as a named tuple `(anchors, levels)` of arrays of `Int32`. Places count from 0.
"""
function morton_decode(codes)
    n = count_codes("codes", codes)
    given = place_of("codes", codes, Int64, (n,))
    anchors, levels = Matrix{Int32}(undef, 3, n), Vector{Int32}(undef, n)
    GC.@preserve codes run_morton() do
        ccall(hl_morton_decode[], hl_status, (Int, Ptr{Int64}, Ref{NTuple{1,Int}}, Ptr{Int32}, Ptr{Int}, Ptr{Int32}, Ptr{Int}),
              n, given.pointer, given.strides, anchors, C_NULL, levels, C_NULL)
    end
    return (anchors = anchors, levels = levels)
end

# What belongs to each box, by a C function of codes and one output.
function relatives(c_function, codes, found)
    n = count_codes("codes", codes)
    given = place_of("codes", codes, Int64, (n,))
    GC.@preserve codes run_morton() do
        ccall(c_function, hl_status, (Int, Ptr{Int64}, Ref{NTuple{1,Int}}, Ptr{Int64}, Ptr{Int}), n, given.pointer, given.strides, found, C_NULL)
    end
    return found
end

"""
    morton_parents(codes)

The boxes of the next coarser level around boxes, none of which is the root.
"""
morton_parents(codes) = relatives(hl_morton_parents[], codes, Vector{Int64}(undef, count_codes("codes", codes)))

"""
    morton_children(codes)

The eight boxes that fill each box, `(8, n)`, in order of codes.
"""
morton_children(codes) = relatives(hl_morton_children[], codes, Matrix{Int64}(undef, 8, count_codes("codes", codes)))

"""
    morton_neighbours(codes)

The boxes of the same level that share a face, an edge or a corner with each box, `(26, n)`: at offsets `(-1, -1, -1)`, `(0, -1, -1)`, ..., x quickest,
without `(0, 0, 0)`; `-1` where that is outside of the root box.
"""
morton_neighbours(codes) = relatives(hl_morton_neighbours[], codes, Matrix{Int64}(undef, 26, count_codes("codes", codes)))

# What the boxes of pairs are to each other, by a C function of two vectors of codes and one output.
function of_pairs(c_function, first_name, first_codes, second_name, second_codes, found)
    n = count_codes(first_name, first_codes)
    a, b = place_of(first_name, first_codes, Int64, (n,)), place_of(second_name, second_codes, Int64, (n,))
    GC.@preserve first_codes second_codes run_morton() do
        ccall(c_function, hl_status,
              (Int, Ptr{Int64}, Ref{NTuple{1,Int}}, Ptr{Int64}, Ref{NTuple{1,Int}}, Ptr{Int32}, Ptr{Int}),
              n, a.pointer, a.strides, b.pointer, b.strides, found, C_NULL)
    end
    return found
end

"""
    morton_is_ancestor(ancestors, descendants)

Whether the second box of each pair lies inside the first and is smaller.
"""
morton_is_ancestor(ancestors, descendants) =
    of_pairs(hl_morton_is_ancestor[], "ancestors", ancestors, "descendants", descendants,
             Vector{Int32}(undef, count_codes("ancestors", ancestors))) .== 1

"""
    morton_are_adjacent(first, second)

Whether boxes of any levels meet in a face, an edge or a corner and neither contains the other.
"""
morton_are_adjacent(first, second) =
    of_pairs(hl_morton_are_adjacent[], "first", first, "second", second, Vector{Int32}(undef, count_codes("first", first))) .== 1

"""
    morton_transfer_vectors(targets, sources)

Places of targets minus those of sources, `(3, n)` of `Int32`, for boxes of one level.
"""
morton_transfer_vectors(targets, sources) =
    of_pairs(hl_morton_transfer_vectors[], "targets", targets, "sources", sources, Matrix{Int32}(undef, 3, count_codes("targets", targets)))
