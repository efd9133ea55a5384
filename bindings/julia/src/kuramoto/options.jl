# The keywords of the Kuramoto functions become the library's option struct. Boundaries and halos are handed over from the last axis to
# the first.

const COUPLINGS = (sine = HL_COUPLING_SINE, direct_sine = HL_COUPLING_DIRECT_SINE, linear = HL_COUPLING_LINEAR)
const BOUNDARIES = (zero_flux = HL_BOUNDARY_ZERO_FLUX, periodic = HL_BOUNDARY_PERIODIC, halo = HL_BOUNDARY_HALO)
const METHODS = (euler = HL_METHOD_EULER, heun = HL_METHOD_HEUN, rk4 = HL_METHOD_RK4,
                 dormand_prince = HL_METHOD_DORMAND_PRINCE)
const NONFINITES = (refuse = HL_NONFINITE_REFUSE, propagate = HL_NONFINITE_PROPAGATE)

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

# The options of one call, with what their pointers point to. Oscillators without a lattice have those of one axis, which the library
# does not look at.
struct OscillatorOptions{N,B,A,S}
    law::Int32
    method::Int32
    boundary::NTuple{N,Int32}
    nonfinite::Int32
    accumulate::Bool
    lag::Float64
    below::B
    above::A
    noise::Float64
    noise_seed::Int64
    first_step::Int64
    first_cell::Int64
    rtol::Float64
    atol::Float64
    next_step::S
end

function OscillatorOptions(extents::NTuple{N,Int}, ::Type{T}; law::Symbol = :sine, lag::Real = 0, boundary = :zero_flux,
                           halo_below = nothing, halo_above = nothing, method::Symbol = :euler, accumulate::Bool = false,
                           nonfinite::Symbol = :refuse, noise::Real = 0, noise_seed::Integer = 0, first_step::Integer = 0,
                           first_cell::Integer = 0, rtol::Real = 0, atol::Real = 1e-6,
                           next_step::Union{Nothing,Ref{Float64}} = nothing) where {N,T}
    boundaries = map(for_each_axis("boundary", boundary, Val(N))) do choice
        choice isa Symbol || throw(ArgumentError("boundary: $(repr(choice)) is not one of $(join(map(repr, keys(BOUNDARIES)), ", "))"))
        code("boundary", choice, BOUNDARIES)
    end
    return OscillatorOptions(code("law", law, COUPLINGS), code("method", method, METHODS), boundaries,
                             code("nonfinite", nonfinite, NONFINITES), accumulate, Float64(lag),
                             faces("halo_below", halo_below, T, extents), faces("halo_above", halo_above, T, extents),
                             Float64(noise), noise_seed % Int64, Int64(first_step), Int64(first_cell), Float64(rtol), Float64(atol),
                             next_step)
end

# Entry k of the struct, of Julia's axis N + 1 - k.
by_c_axis(values::NTuple{N,Any}, default) where {N} = ntuple(k -> k <= N ? values[N+1-k] : default, Val(3))

face_pointer(::Nothing) = Ptr{Cvoid}(C_NULL)
face_pointer(face::Field) = Ptr{Cvoid}(face.memory.pointer)
face_strides(::Nothing) = (0, 0)
face_strides(face::Field) = (face.memory.strides..., 0, 0)[1:2]

# Runs `call(options)` with the struct that these options make, and throws what went wrong.
function run_call(call, options::OscillatorOptions, report)
    below, above = by_c_axis(options.below, nothing), by_c_axis(options.above, nothing)
    strides = Ref((map(face_strides, below)..., map(face_strides, above)...))
    next_step = options.next_step
    GC.@preserve strides below above next_step begin
        place = Ptr{Int}(Base.unsafe_convert(Ptr{NTuple{6,NTuple{2,Int}}}, strides))
        stride(k) = place + (k - 1) * 2 * sizeof(Int)
        run_call(report) do progress, user
            call(KuramotoOptions(
                sizeof(KuramotoOptions), options.law, options.method, by_c_axis(options.boundary, HL_BOUNDARY_ZERO_FLUX),
                options.nonfinite, options.accumulate, 0, options.lag,
                map(face_pointer, below), (stride(1), stride(2), stride(3)), map(face_pointer, above), (stride(4), stride(5), stride(6)),
                progress, user, options.noise, options.noise_seed, options.first_step, options.first_cell, options.rtol, options.atol,
                next_step === nothing ? C_NULL : Base.unsafe_convert(Ptr{Float64}, next_step)))
        end
    end
end
