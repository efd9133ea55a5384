# An array becomes what the library wants to know: the address of its first element and, for each axis, the distance of
# neighbours in elements.
#
# `pointer` and `strides` of Base would do for most arrays, but before Julia 1.7 or so `pointer` of a view of a permuted array is
# that of another element, and views of some wrappers have none. So the common wrappers are taken apart here, down to an array
# that is not a wrapper; only there Base is asked.

struct Memory{T,N}
    pointer::Ptr{T}
    strides::NTuple{N,Int}
end

# What the library computes with, and what it counts with.
const Element = Union{Float32,Float64,Int32,Int64}

# The memory of an array, or `nothing` if its elements do not lie at even distances.
memory(array::Array{<:Element}) = Memory(pointer(array), strides(array))

function memory(array::AbstractArray{<:Element})
    try
        return Memory(pointer(array), strides(array))
    catch
        return nothing
    end
end

function memory(array::PermutedDimsArray{T,N,permutation}) where {T<:Element,N,permutation}
    inner = memory(parent(array))
    return inner === nothing ? nothing : Memory(inner.pointer, map(axis -> inner.strides[axis], permutation))
end

function memory(array::Union{Adjoint{T,<:AbstractMatrix},Transpose{T,<:AbstractMatrix}}) where {T<:Element}
    inner = memory(parent(array))
    return inner === nothing ? nothing : Memory(inner.pointer, reverse(inner.strides))
end

function memory(array::Union{Adjoint{T,<:AbstractVector},Transpose{T,<:AbstractVector}}) where {T<:Element}
    inner = memory(parent(array))
    return inner === nothing ? nothing : Memory(inner.pointer, (inner.strides[1], inner.strides[1]))
end

const EvenIndex = Union{Integer,AbstractRange{<:Integer}}

function memory(array::SubArray{T,N,P,<:Tuple{Vararg{EvenIndex}}}) where {T<:Element,N,P}
    inner = memory(parent(array))
    inner === nothing && return nothing
    indices = parentindices(array)
    steps = map((index, axis) -> first(index) - first(axis), indices, axes(parent(array)))
    offset = sum(map(*, steps, inner.strides))
    return Memory(inner.pointer + offset * sizeof(T), view_strides(inner.strides, indices))
end

view_strides(::Tuple{}, ::Tuple{}) = ()
view_strides(strides, indices::Tuple{Integer,Vararg{Any}}) = view_strides(Base.tail(strides), Base.tail(indices))
function view_strides(strides, indices::Tuple{AbstractRange,Vararg{Any}})
    return (strides[1] * step(indices[1]), view_strides(Base.tail(strides), Base.tail(indices))...)
end

function memory(array::Base.ReshapedArray{T,N}) where {T<:Element,N}
    inner = memory(parent(array))
    inner === nothing && return nothing
    distance = even_distance(size(parent(array)), inner.strides)
    if distance === nothing
        # Newer versions of Julia know the strides of more reshaped arrays.
        try
            return Memory(inner.pointer, strides(array))
        catch
            return nothing
        end
    end
    extents = size(array)
    return Memory(inner.pointer, ntuple(axis -> distance * prod(extents[1:axis-1]), Val(N)))
end

# The distance from each element to the next in column-major order, or `nothing` if it varies.
function even_distance(extents, strides)
    distance = 1
    expected = 0
    for (extent, stride) in zip(extents, strides)
        extent == 1 && continue
        if expected == 0
            distance = stride
        elseif stride != expected
            return nothing
        end
        expected = stride * extent
    end
    return distance
end

# The code that makes an argument what it should be; "absorption: grid" is the grid of a tuple.
function remedy(name, array, ::Type{T}) where {T}
    word, E = last(split(name, ": ")), eltype(array)
    if E <: AbstractVector && array isa AbstractVector
        joined = "reduce(hcat, $word)"
        return "pass " * (eltype(E) === T ? joined : "$T.($joined)")
    end
    array isa AbstractRange && return "pass collect($T, $word)"
    E <: Complex && return "pass " * (real(E) === T ? "real.($word)" : "$T.(real.($word))") * " if their imaginary parts mean nothing"
    return E === T ? "pass Array($word)" : "pass $T.($word)"
end

# Where axes are just the other way round, no copy is needed either.
function turned(name, array, extents)
    size(array) == reverse(extents) && length(extents) > 1 || return ""
    word = last(split(name, ": "))
    return ndims(array) == 2 ? "; pass transpose($word)" : "; pass PermutedDimsArray($word, $(Tuple(ndims(array):-1:1)))"
end

# The memory of an argument, or an ArgumentError with the remedy.
function memory_of(name, array, ::Type{T} = Float64) where {T<:Element}
    array isa AbstractArray ||
        throw(ArgumentError("$name: expected an array of $T, got a value of type $(typeof(array))"))
    eltype(array) === T ||
        throw(ArgumentError("$name: has elements of type $(eltype(array)); hotloop converts nothing by itself, " * remedy(name, array, T)))
    found = memory(array)
    found === nothing && throw(ArgumentError(
        "$name: is a $(typeof(array)), whose elements do not lie in memory at even distances; hotloop copies nothing by itself, " *
        remedy(name, array, T) * " or a preallocated Array"))
    return found
end

# The memory of an argument whose last axis is the configurations, with one stride for each axis of `extents`.
#
# The last axis may be missing where there is one configuration, or, with `shared`, where one array stands for all of them: it is
# then read with stride 0.
function memory_by_configuration(name, array, extents::NTuple{N,Int}; shared = false) where {N}
    found = memory_of(name, array)
    site_extents = Base.front(extents)
    if size(array) == extents
        return found::Memory{Float64,N}
    elseif size(array) == site_extents && (shared || last(extents) == 1)
        return Memory(found.pointer, (found.strides..., 0))
    end
    expected = shared || last(extents) == 1 ? "$extents or $site_extents" : "$extents"
    throw(ArgumentError("$name: its size is $(size(array)), expected $expected" *
                        turned(name, array, ndims(array) == N - 1 ? site_extents : extents)))
end

# The memory of an argument with one axis.
function memory_of_vector(name, array, extent::Int)
    found = memory_of(name, array)
    size(array) == (extent,) || throw(ArgumentError("$name: its size is $(size(array)), expected $((extent,))"))
    return found::Memory{Float64,1}
end

# An array that is not given: NULL.
absent(::Val{N}) where {N} = Memory(Ptr{Float64}(C_NULL), ntuple(axis -> 0, Val(N)))
