# What the Kuramoto functions have in common: the arrays of a lattice, and keywords that become the library's option struct.
#
# Julia's first index runs fastest, so the C function's axes are Julia's in reverse: boundaries and halos are handed over from the last
# axis to the first.

const COUPLINGS = (sine = HL_COUPLING_SINE, direct_sine = HL_COUPLING_DIRECT_SINE, linear = HL_COUPLING_LINEAR)
const BOUNDARIES = (zero_flux = HL_BOUNDARY_ZERO_FLUX, periodic = HL_BOUNDARY_PERIODIC, halo = HL_BOUNDARY_HALO)
const METHODS = (euler = HL_METHOD_EULER, heun = HL_METHOD_HEUN, rk4 = HL_METHOD_RK4)
const NONFINITES = (refuse = HL_NONFINITE_REFUSE, propagate = HL_NONFINITE_PROPAGATE)

# The phases, which say what the lattice's size and precision are.
function check_lattice(theta)
    theta isa AbstractArray && eltype(theta) in (Float32, Float64) ||
        throw(ArgumentError("theta: expected an array of Float64 or Float32, got " *
                            (theta isa AbstractArray ? "elements of type $(eltype(theta))" : "a $(typeof(theta))")))
    1 <= ndims(theta) <= 3 || throw(ArgumentError("theta: has $(ndims(theta)) axes; a lattice has 1, 2 or 3"))
end

# An array of the lattice's precision, with its axes in the C function's order.
function lattice_array(name, array, ::Type{T}, extents::NTuple{N,Int}) where {T,N}
    found = memory_of(name, array, T)
    size(array) == extents || throw(ArgumentError("$name: its size is $(size(array)), expected $extents"))
    return in_c_order(found::Memory{T,N})
end
lattice_array(name, ::Nothing, ::Type{T}, extents::NTuple{N,Int}) where {T,N} =
    Memory(Ptr{T}(C_NULL), ntuple(axis -> 0, Val(N)))

# An input that may be one number for all cells, which is read with strides 0. `values` must be kept while `memory` is used.
struct Field{A,T,N}
    values::A
    memory::Memory{T,N}
end

function field(name, value::Real, ::Type{T}, extents::NTuple{N,Int}) where {T,N}
    values = fill(T(value))
    return Field(values, Memory(pointer(values), ntuple(axis -> 0, Val(N))))
end
field(name, values, ::Type{T}, extents) where {T} = Field(values, lattice_array(name, values, T, extents))

# Something for each axis: a tuple as it is, or one thing for all of them where that has a meaning.
function for_each_axis(name, values, ::Val{N}) where {N}
    if values isa Tuple
        length(values) == N && return values
        throw(ArgumentError("$name: has $(length(values)) entries, expected one for each of $N axes"))
    end
    values isa Union{Nothing,Symbol} || N == 1 ||
        throw(ArgumentError("$name: expected a tuple with an entry for each of $N axes, got a $(typeof(values))"))
    return ntuple(axis -> values, Val(N))
end

# The faces of one side, by axis: `nothing` or a field of the lattice's size without that axis.
function faces(name, halo, ::Type{T}, extents::NTuple{N,Int}) where {T,N}
    given = for_each_axis(name, halo, Val(N))
    return ntuple(Val(N)) do axis
        others = ntuple(k -> extents[k < axis ? k : k + 1], Val(N - 1))
        given[axis] === nothing ? nothing : field("$name[$axis]", given[axis], T, others)
    end
end

# The options of one call, with what their pointers point to.
struct LatticeOptions{N,B,A}
    law::Int32
    method::Int32
    boundary::NTuple{N,Int32}
    nonfinite::Int32
    accumulate::Bool
    lag::Float64
    below::B
    above::A
end

function LatticeOptions(extents::NTuple{N,Int}, ::Type{T}; law::Symbol = :sine, lag::Real = 0, boundary = :zero_flux,
                        halo_below = nothing, halo_above = nothing, method::Symbol = :euler, accumulate::Bool = false,
                        nonfinite::Symbol = :refuse) where {N,T}
    boundaries = map(for_each_axis("boundary", boundary, Val(N))) do choice
        choice isa Symbol || throw(ArgumentError("boundary: $(repr(choice)) is not one of $(join(map(repr, keys(BOUNDARIES)), ", "))"))
        code("boundary", choice, BOUNDARIES)
    end
    return LatticeOptions(code("law", law, COUPLINGS), code("method", method, METHODS), boundaries,
                          code("nonfinite", nonfinite, NONFINITES), accumulate, Float64(lag),
                          faces("halo_below", halo_below, T, extents), faces("halo_above", halo_above, T, extents))
end

# Entry k of the struct, of Julia's axis N + 1 - k.
by_c_axis(values::NTuple{N,Any}, default) where {N} = ntuple(k -> k <= N ? values[N+1-k] : default, Val(3))

face_pointer(::Nothing) = Ptr{Cvoid}(C_NULL)
face_pointer(face::Field) = Ptr{Cvoid}(face.memory.pointer)
face_strides(::Nothing) = (0, 0)
face_strides(face::Field) = (face.memory.strides..., 0, 0)[1:2]

# Runs `call(options)` with the struct that these options make, and throws what went wrong.
function run_call(call, options::LatticeOptions, report)
    below, above = by_c_axis(options.below, nothing), by_c_axis(options.above, nothing)
    strides = Ref((map(face_strides, below)..., map(face_strides, above)...))
    GC.@preserve strides below above begin
        place = Ptr{Int}(Base.unsafe_convert(Ptr{NTuple{6,NTuple{2,Int}}}, strides))
        stride(k) = place + (k - 1) * 2 * sizeof(Int)
        run_call(report) do progress, user
            call(KuramotoOptions(
                sizeof(KuramotoOptions), options.law, options.method, by_c_axis(options.boundary, HL_BOUNDARY_ZERO_FLUX),
                options.nonfinite, options.accumulate, 0, options.lag,
                map(face_pointer, below), (stride(1), stride(2), stride(3)), map(face_pointer, above), (stride(4), stride(5), stride(6)),
                progress, user))
        end
    end
end
