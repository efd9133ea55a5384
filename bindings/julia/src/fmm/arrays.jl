# Arrays of points, charges and codes: elements of any type that the library takes, with axes in the C function's order.

# Where an array lies, as the C function is told; `nothing` is NULL.
function place_of(name, array, ::Type{T}, extents::NTuple{N,Int}) where {T,N}
    found = memory_of(name, array, T)
    size(array) == extents ||
        throw(ArgumentError("$name: its size is $(size(array)), expected $extents" * turned(name, array, extents)))
    return in_c_order(found::Memory{T,N})
end
place_of(name, ::Nothing, ::Type{T}, ::NTuple{N,Int}) where {T,N} = Memory(Ptr{T}(C_NULL), ntuple(axis -> 0, Val(N)))

# Float64 or Float32, whichever the sources are.
function precision_of(name, array)
    array isa AbstractArray && eltype(array) in (Float64, Float32) ||
        throw(ArgumentError("$name: expected an array of Float64 or Float32, got a $(typeof(array))" *
                            (array isa AbstractArray ? "; hotloop converts nothing by itself, " * remedy(name, array, Float64) : "")))
    return eltype(array)
end

# The number of vectors of charges of n sources.
function count_vectors(charges, n, ::Type{T}) where {T}
    charges isa Union{AbstractVector,AbstractMatrix} ||
        throw(ArgumentError("charges: expected a vector or a matrix of $T, got a $(typeof(charges))"))
    charges isa AbstractMatrix && size(charges, 1) != n && throw(ArgumentError(
        "charges: its size is $(size(charges)), expected ($n, n_vectors)" * turned("charges", charges, (n, size(charges, 1)))))
    return size(charges, 2)
end

# The number of columns of an array (3, n).
function count_columns(name, array)
    array isa AbstractMatrix && size(array, 1) == 3 ||
        throw(ArgumentError("$name: expected a matrix (3, n), got " *
                            (array isa AbstractArray ? "the size $(size(array))" * turned(name, array, (3, size(array, 1))) : "a $(typeof(array))")))
    return size(array, 2)
end
