# Pairs of points within a cutoff.

# The memory of an array of Float64 of a given size, with its axes in the C function's order; `nothing` is NULL.
function c_array(name, array, extents::NTuple{N,Int}) where {N}
    found = memory_of(name, array)
    size(array) == extents ||
        throw(ArgumentError("$name: its size is $(size(array)), expected $extents" * turned(name, array, extents)))
    return in_c_order(found::Memory{Float64,N})
end
c_array(name, ::Nothing, ::NTuple{N,Int}) where {N} = absent(Val(N))

# The number of columns of an array (3, n).
function count_points(name, array)
    array isa AbstractMatrix || throw(ArgumentError("$name: expected a matrix (3, n) of Float64, got a $(typeof(array))" *
                                                    (array isa AbstractArray ? "; " * remedy(name, array, Float64) : "")))
    size(array, 1) == 3 || throw(ArgumentError("$name: its size is $(size(array)), expected (3, n)" *
                                               turned(name, array, (3, size(array, 1)))))
    return size(array, 2)
end

"""
    neighbour_list(positions, cutoff; cell = nothing, self_pairs = false)

All pairs of points nearer than `cutoff`, as a named tuple: `pairs` `(2, n_pairs)`, the numbers `i` and `j` of points counted from 1 and sorted;
`shifts` `(3, n_pairs)`, the lattice vectors between the cell of `j`'s image and that of `i`; `vectors` `(3, n_pairs)`, from `i` to `j`. Every
pair is there from both sides.

`positions` is `(3, n_points)`. With a `cell` `(3, 3)`, whose columns are lattice vectors, right-handed and of any skew and size, all three axes
are periodic, and images of a point are its neighbours. The point in its own place is one only with `self_pairs`. A pair at exactly
the cutoff is none.

```jldoctest
julia> pairs = neighbour_list(zeros(3, 1), 1.5; cell = [1.0 0.0 0.0; 0.0 1.0 0.0; 0.0 0.0 1.0]);

julia> size(pairs.vectors)
(3, 18)
```
"""
function neighbour_list(positions, cutoff::Real; cell = nothing, self_pairs::Bool = false)
    n = count_points("positions", positions)
    points, lattice = c_array("positions", positions, (3, n)), c_array("cell", cell, (3, 3))
    total = Ref(0)
    GC.@preserve positions cell begin
        status = on_own_thread_count() do
            ccall(hl_neighbour_list_count[], hl_status,
                  (Int, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}}, Int32, Float64, Int32, Ptr{Int}, Ptr{Int}, Ref{Int}),
                  n, points.pointer, points.strides, lattice.pointer, lattice.strides, cell !== nothing, cutoff, self_pairs, C_NULL,
                  C_NULL, total)
        end
        check(status)
        pairs, shifts, vectors = Array{Int}(undef, 2, total[]), Array{Int32}(undef, 3, total[]), Array{Float64}(undef, 3, total[])
        status = on_own_thread_count() do
            ccall(hl_neighbour_list_fill[], hl_status,
                  (Int, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}}, Int32, Float64, Int32, Int, Ptr{Int}, Ptr{Int},
                   Ptr{Int32}, Ptr{Int}, Ptr{Float64}, Ptr{Int}),
                  n, points.pointer, points.strides, lattice.pointer, lattice.strides, cell !== nothing, cutoff, self_pairs, total[],
                  pairs, C_NULL, shifts, C_NULL, vectors, C_NULL)
        end
        check(status)
    end
    pairs .+= 1
    return (pairs = pairs, shifts = shifts, vectors = vectors)
end
