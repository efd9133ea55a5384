# Integration of Kuramoto oscillators on a lattice, in place.

kuramoto_integrate_of(::Type{Float64}) = hl_kuramoto_integrate[]
kuramoto_integrate_of(::Type{Float32}) = hl_kuramoto_integrate_f32[]

"""
    kuramoto_integrate!(theta, omega, coupling, dt, steps; options...)

Advance the phases `theta` of a lattice of Kuramoto oscillators in place, by `steps` steps of length `dt` of the equation of
[`kuramoto_rhs`](@ref). Several stages and steps are made in one sweep over memory, so this is faster than a solver that calls the
right-hand side. Returns `(theta, frames, order_r, order_psi)` as a named tuple.

# Options
- `method = :euler`, `:heun` or `:rk4`: of order 1, 2, 4; `:dormand_prince`: of order 5, which makes between the steps of length `dt` as
  many of its own as the tolerances ask for.
- `rtol = 0`, `atol = 1e-6`: of `:dormand_prince`: the estimated error of each of its steps, root mean square over the oscillators, is at
  most `atol + rtol * abs(theta)`, radians. (Phases grow with time: a part of them says little.)
- `next_step = nothing`: of `:dormand_prince`: a `Ref{Float64}` with the length of the first step to try, 0 if not known, that gets the
  length of the next. With it calls for the parts of an integration give the same bits as one for the whole.
- `noise = 0`: the strength `s` of white noise, `dtheta = f dt + s dW`, radians per square root of the unit of time; with `:euler`
  (Euler-Maruyama) and `:heun`.
- `noise_seed = 0`, `first_step = 0`, `first_cell = 0`: the noise of a cell in a step is a function of the seed, of the number of the step
  and of the number of the cell. Both count from 0, cells in the order of their linear indices. For an integration in parts `first_step`
  is the number of steps made before; for a lattice in parts `first_cell` the number of cells before.
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
                             noise::Real = 0, noise_seed::Integer = 0, first_step::Integer = 0, first_cell::Integer = 0,
                             rtol::Real = 0, atol::Real = 1e-6, next_step::Union{Nothing,Ref{Float64}} = nothing,
                             record_every::Integer = 0, frames = nothing, order_r = nothing, order_psi = nothing,
                             progress = nothing, steps_done::Union{Nothing,Ref{Int}} = nothing)
    check_lattice(theta)
    recording = Recording(theta, dt, steps, record_every, frames, order_r, order_psi, steps_done)
    options = OscillatorOptions(size(theta), eltype(theta); law = law, lag = lag, boundary = boundary, halo_below = halo_below,
                                halo_above = halo_above, nonfinite = nonfinite, method = method, noise = noise,
                                noise_seed = noise_seed, first_step = first_step, first_cell = first_cell, rtol = rtol, atol = atol,
                                next_step = next_step)
    return integrate!(integrate_lattice, theta, omega, coupling, recording, options, progress)
end

integrate_lattice(theta::Memory{T,N}, omega, coupling, frames::Memory{T,M}, order_r, order_psi, extents, recording, options) where {T,N,M} =
    ccall(kuramoto_integrate_of(T), hl_status,
          (Int, Ref{NTuple{N,Int}}, Int, Int, Int, Ptr{Cvoid}, Ref{NTuple{N,Int}}, Ptr{Cvoid}, Ref{NTuple{N,Int}},
           Ptr{Cvoid}, Ref{NTuple{N,Int}}, Ptr{Cvoid}, Ref{NTuple{M,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}},
           Ptr{Cvoid}, Ref{NTuple{1,Int}}, Float64, Ref{Int}, Ref{KuramotoOptions}),
          N, reverse(extents), recording.steps, recording.every, n_frames(recording), omega.pointer, omega.strides,
          coupling.pointer, coupling.strides, theta.pointer, theta.strides, frames.pointer, frames.strides, order_r.pointer,
          order_r.strides, order_psi.pointer, order_psi.strides, recording.dt, recording.done, options)
