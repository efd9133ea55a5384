# Every kind of array that has strides is read and written where it lies; what has none is refused.

using LinearAlgebra: Diagonal, Symmetric, UpperTriangular

# What memory() says about an array, checked by reading and writing every element through it.
function addresses_are_right(array)
    found = Hotloop.memory(array)
    found === nothing && return false
    for (i, index) in enumerate(CartesianIndices(array))
        offset = sum((index[axis] - first(axes(array, axis))) * found.strides[axis] for axis in 1:ndims(array))
        place = found.pointer + sizeof(eltype(array)) * offset
        written = eltype(array)(1000 + i)
        GC.@preserve array begin
            unsafe_load(place) === array[index] || return false
            unsafe_store!(place, written)
            array[index] === written || return false
        end
    end
    return true
end

numbers(extents...) = reshape(collect(1.0:prod(extents)), extents...)

# An array type of somebody else's, with an address, strides and axes of its own.
struct Foreign{N} <: AbstractArray{Float64,N}
    data::Array{Float64,N}
    first::NTuple{N,Int}
end
Base.size(array::Foreign) = size(array.data)
Base.axes(array::Foreign) = map((n, start) -> Base.IdentityUnitRange(start:start+n-1), size(array.data), array.first)
Base.getindex(array::Foreign{N}, index::Vararg{Int,N}) where {N} = array.data[(index .- array.first .+ 1)...]
Base.setindex!(array::Foreign{N}, value, index::Vararg{Int,N}) where {N} = array.data[(index .- array.first .+ 1)...] = value
Base.strides(array::Foreign) = strides(array.data)
Base.unsafe_convert(::Type{Ptr{Float64}}, array::Foreign) = pointer(array.data)

struct Plain3
    x::Float64
    y::Float64
    z::Float64
end

const STRIDED = [
    "Array" => () -> numbers(3, 4, 5),
    "Vector" => () -> numbers(7),
    "view, every second" => () -> view(numbers(6, 8), 1:2:6, 2:2:8),
    "view, reversed" => () -> view(numbers(3, 4, 5), 3:-1:1, 4:-2:1, 5:-1:2),
    "view with dropped axes" => () -> view(numbers(3, 4, 5, 2), :, 2, 5:-1:1, 2),
    "view of a view" => () -> view(view(numbers(9, 9), 9:-2:1, :), 2:4, 8:-3:1),
    "linear view" => () -> view(numbers(4, 5), 3:2:19),
    "one element" => () -> view(numbers(4, 5), 3:3, 2:2),
    "PermutedDimsArray" => () -> PermutedDimsArray(numbers(3, 4, 5), (3, 1, 2)),
    "view of PermutedDimsArray" => () -> view(PermutedDimsArray(numbers(3, 4, 5), (3, 1, 2)), 5:-2:1, 2:3, 4:-1:1),
    "PermutedDimsArray of view" => () -> PermutedDimsArray(view(numbers(3, 4, 5), 3:-1:1, 1:2:4, :), (2, 3, 1)),
    "transpose" => () -> transpose(numbers(3, 4)),
    "adjoint" => () -> numbers(3, 4)',
    "adjoint of a view" => () -> view(numbers(6, 8), 5:-2:1, 2:3:8)',
    "view of a transpose" => () -> view(transpose(numbers(6, 8)), 2:2:8, 6:-1:3),
    "adjoint of a vector" => () -> numbers(5)',
    "transpose of a reversed vector" => () -> transpose(view(numbers(5), 5:-1:1)),
    "reshaped view" => () -> reshape(view(numbers(30), 4:27), 2, 3, 4),
    "reshaped view with steps" => () -> reshape(view(numbers(30), 29:-2:6), 3, 4),
    "view of a reshaped view" => () -> view(reshape(view(numbers(30), 4:27), 2, 3, 4), 2:-1:1, :, 1:3:4),
    "reinterpreted complex numbers" => () -> reinterpret(Float64, [1.0 + 2.0im, 3.0 + 4.0im]),
    "imaginary parts" => () -> view(reinterpret(Float64, [1.0 + 2.0im, 3.0 + 4.0im, 5.0 + 6.0im]), 2:2:6),
    "reinterpreted structs" => () -> reshape(reinterpret(Float64, [Plain3(i, 2i, 3i) for i in 1.0:4.0]), 3, 4),
    "Array of Float32" => () -> Float32.(numbers(3, 4, 5)),
    "view of Float32, reversed" => () -> view(Float32.(numbers(3, 4, 5)), 3:-1:1, 2, 5:-2:1),
    "PermutedDimsArray of Float32" => () -> PermutedDimsArray(Float32.(numbers(3, 4, 5)), (3, 1, 2)),
    "adjoint of a view of Float32" => () -> view(Float32.(numbers(6, 8)), 5:-2:1, 2:3:8)',
    "adjoint of a vector of Float32" => () -> Float32.(numbers(5))',
    "reshaped view of Float32" => () -> reshape(view(Float32.(numbers(30)), 4:27), 2, 3, 4),
    "imaginary parts in Float32" => () -> view(reinterpret(Float32, [1.0f0 + 2.0f0im, 3.0f0 + 4.0f0im]), 2:2:4),
    "somebody else's array" => () -> Foreign(numbers(3, 4), (1, 1)),
    "somebody else's axes" => () -> Foreign(numbers(3, 4), (-1, 5)),
    "view of somebody else's axes" => () -> view(Foreign(numbers(3, 4), (-1, 5)), 0:1, 8:-2:5),
]

for (name, make) in STRIDED
    @testset "$name" begin
        @test addresses_are_right(make())
    end
end

@testset "an empty array has strides" begin
    @test Hotloop.memory(zeros(3, 0, 2)) !== nothing
    @test Hotloop.memory(view(zeros(3, 4), 2:1, :)) !== nothing
    @test Hotloop.memory(reshape(view(zeros(3, 4), :, 2:1), 0, 5)) !== nothing
end

const UNSTRIDED = [
    "range" => 1.0:5.0,
    "view by a list of indices" => view(numbers(5), [1, 2, 5]),
    "view by flags" => view(numbers(3), [true, false, true]),
    "Symmetric" => Symmetric(numbers(3, 3)),
    "Diagonal" => Diagonal(numbers(3)),
    "UpperTriangular" => UpperTriangular(numbers(3, 3)),
    "reshaped permuted array" => reshape(PermutedDimsArray(numbers(3, 4, 5), (3, 1, 2)), 15, 4),
    "Float32" => zeros(Float32, 3),
    "Int" => [1, 2, 3],
    "Any" => Any[1.0, 2.0],
    "list" => (1.0, 2.0),
    "number" => 1.0,
]

for (name, array) in UNSTRIDED
    @testset "$name" begin
        refusal = try
            Hotloop.memory_of("dipoles", array)
        catch error
            error
        end
        @test refusal isa ArgumentError && startswith(refusal.msg, "dipoles: ")
    end
end
