# The arrays of the Kuramoto functions: phases on a lattice or in a row, what belongs to each of them, and what is one for all.
#
# Julia's first index runs fastest, so the C function's axes are Julia's in reverse.

function check_phases(theta)
    theta isa AbstractArray && eltype(theta) in (Float32, Float64) ||
        throw(ArgumentError("theta: expected an array of Float64 or Float32, got " *
                            (theta isa AbstractArray ? "elements of type $(eltype(theta)); " * remedy("theta", theta, Float64) : "a $(typeof(theta))")))
end

# The phases, which say what the lattice's size and precision are.
function check_lattice(theta)
    check_phases(theta)
    1 <= ndims(theta) <= 3 || throw(ArgumentError("theta: has $(ndims(theta)) axes; a lattice has 1, 2 or 3"))
end

# The same without a lattice.
function check_nodes(theta)
    check_phases(theta)
    ndims(theta) == 1 || throw(ArgumentError(
        "theta: has $(ndims(theta)) axes; oscillators without a lattice are a vector (vec(theta) is one in the same memory)"))
end

# An array of the oscillators' precision, with its axes in the C function's order.
function oscillator_array(name, array, ::Type{T}, extents::NTuple{N,Int}) where {T,N}
    found = memory_of(name, array, T)
    size(array) == extents || throw(ArgumentError("$name: its size is $(size(array)), expected $extents"))
    return in_c_order(found::Memory{T,N})
end
oscillator_array(name, ::Nothing, ::Type{T}, extents::NTuple{N,Int}) where {T,N} =
    Memory(Ptr{T}(C_NULL), ntuple(axis -> 0, Val(N)))

# An input that may be one number for all, which is read with strides 0. `values` must be kept while `memory` is used.
struct Field{A,T,N}
    values::A
    memory::Memory{T,N}
end

function field(name, value::Real, ::Type{T}, extents::NTuple{N,Int}) where {T,N}
    values = fill(T(value))
    return Field(values, Memory(pointer(values), ntuple(axis -> 0, Val(N))))
end
field(name, values, ::Type{T}, extents) where {T} = Field(values, oscillator_array(name, values, T, extents))
