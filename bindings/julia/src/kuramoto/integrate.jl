# Integration of Kuramoto oscillators with a fixed step, in place.

kuramoto_integrate_of(::Type{Float64}) = hl_kuramoto_integrate[]
kuramoto_integrate_of(::Type{Float32}) = hl_kuramoto_integrate_f32[]

"""
    kuramoto_integrate!(theta, omega, coupling, dt, steps; options...)

Advance the phases `theta` of a lattice of Kuramoto oscillators in place, by `steps` steps of length `dt` of the equation of
[`kuramoto_rhs`](@ref). Several stages and steps are made in one sweep over memory, so this is faster than a solver that calls the
right-hand side. Returns `(theta, frames, order_r, order_psi)` as a named tuple.

# Options
- `method = :euler`, `:heun` or `:rk4`: of order 1, 2, 4.
- `record_every = 0`: steps between records, of which there are `n = steps ÷ record_every`; 0: there are none.
- `frames = nothing`: an array of the size `(size(theta)..., n)` that gets the phases at each record, the record last; or `true`: a
  new one.
- `order_r = nothing`, `order_psi = nothing`: vectors of the length `n` that get the order parameter at each record (see
  [`kuramoto_order_parameter`](@ref)); or `true`: new ones.
- `progress`: a function of the numbers of steps done and in all, called a few times a second by the task that makes the call. It
  cancels by returning `false` or `:cancel`; what it throws is thrown again here.
- `steps_done = nothing`: a `Ref{Int}` that gets the number of steps made, also when the call throws. A cancelled call has left `theta` at
  that step, with the records up to it; calls for the parts of an integration give the same bits as one for the whole.
- `law`, `lag`, `boundary`, `halo_below`, `halo_above`, `nonfinite`: as in [`kuramoto_rhs`](@ref). Halos stay as they are.

# Errors
As for [`kuramoto_rhs`](@ref); also for a `dt` that is not positive.

```jldoctest
julia> theta = [sin(i * j) for i in 1:20, j in 1:30];

julia> run = kuramoto_integrate!(theta, 1.0, 2.0, 0.05, 1000; method = :rk4, record_every = 250, frames = true, order_r = true);

julia> size(run.frames), run.frames[:, :, end] == theta
((20, 30, 4), true)

julia> run.order_r[end] > 0.99     # they agree
true
```
"""
function kuramoto_integrate!(theta, omega, coupling, dt::Real, steps::Integer; method::Symbol = :euler, law::Symbol = :sine, lag::Real = 0,
                             boundary = :zero_flux, halo_below = nothing, halo_above = nothing, nonfinite::Symbol = :refuse,
                             record_every::Integer = 0, frames = nothing, order_r = nothing, order_psi = nothing,
                             progress = nothing, steps_done::Union{Nothing,Ref{Int}} = nothing)
    check_lattice(theta)
    steps >= 0 || throw(ArgumentError("steps: is $steps; a number of steps is not negative"))
    record_every >= 0 || throw(ArgumentError("record_every: is $record_every; a number of steps is not negative"))
    T = eltype(theta)
    options = LatticeOptions(size(theta), T; law = law, lag = lag, boundary = boundary, halo_below = halo_below, halo_above = halo_above,
                             nonfinite = nonfinite, method = method)
    possible = record_every == 0 ? 0 : Int(steps ÷ record_every)
    record(given, extents...) = given === true ? Array{T}(undef, extents...) : given === false ? nothing : given
    records = (frames = record(frames, size(theta)..., possible), order_r = record(order_r, possible),
               order_psi = record(order_psi, possible))
    done = something(steps_done, Ref(0))
    done[] = 0
    n_frames = all(isnothing, records) ? 0 : possible
    integrate_lattice!(theta, omega, coupling, Float64(dt), Int(steps), Int(record_every), n_frames, possible, records, done, options,
                       progress)
    return (theta = theta, records...)
end

function integrate_lattice!(theta::AbstractArray{T,N}, omega, coupling, dt, steps, record_every, n_frames, possible, records, done,
                            options, progress) where {T,N}
    phase = lattice_array("theta", theta, T, size(theta))
    frequency, strength = field("omega", omega, T, size(theta)), field("coupling", coupling, T, size(theta))
    frame = lattice_array("frames", records.frames, T, (size(theta)..., possible))
    r = lattice_array("order_r", records.order_r, T, (possible,))
    psi = lattice_array("order_psi", records.order_psi, T, (possible,))
    frequencies, strengths = frequency.values, strength.values
    GC.@preserve theta frequencies strengths records run_call(options, progress) do struct_of_options
        call_integrate(phase, frequency.memory, strength.memory, frame, r, psi, reverse(size(theta)), dt, steps, record_every, n_frames,
                       done, struct_of_options)
    end
end

function call_integrate(theta::Memory{T,N}, omega, coupling, frames::Memory{T,M}, order_r, order_psi, shape, dt, steps, record_every,
                        n_frames, done, options) where {T,N,M}
    return ccall(kuramoto_integrate_of(T), hl_status,
                 (Int, Ref{NTuple{N,Int}}, Int, Int, Int, Ptr{Cvoid}, Ref{NTuple{N,Int}}, Ptr{Cvoid}, Ref{NTuple{N,Int}},
                  Ptr{Cvoid}, Ref{NTuple{N,Int}}, Ptr{Cvoid}, Ref{NTuple{M,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}},
                  Ptr{Cvoid}, Ref{NTuple{1,Int}}, Float64, Ref{Int}, Ref{KuramotoOptions}),
                 N, shape, steps, record_every, n_frames, omega.pointer, omega.strides, coupling.pointer, coupling.strides,
                 theta.pointer, theta.strides, frames.pointer, frames.strides, order_r.pointer, order_r.strides,
                 order_psi.pointer, order_psi.strides, dt, done, options)
end
