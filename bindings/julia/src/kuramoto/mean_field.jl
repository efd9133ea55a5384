# Fully connected Kuramoto oscillators: each is pulled by the mean of all.

kuramoto_mean_field_rhs_of(::Type{Float64}) = hl_kuramoto_mean_field_rhs[]
kuramoto_mean_field_rhs_of(::Type{Float32}) = hl_kuramoto_mean_field_rhs_f32[]
kuramoto_mean_field_integrate_of(::Type{Float64}) = hl_kuramoto_mean_field_integrate[]
kuramoto_mean_field_integrate_of(::Type{Float32}) = hl_kuramoto_mean_field_integrate_f32[]

"""
    kuramoto_mean_field_rhs!(dtheta, theta, omega, coupling; options...)

Compute the right-hand side of [`kuramoto_mean_field_rhs`](@ref) into `dtheta`, a vector of the length and precision of `theta`, with any
step, that shares no element with another array. With `accumulate = true` it is added to what `dtheta` holds. Returns `dtheta`.
"""
function kuramoto_mean_field_rhs!(dtheta, theta, omega, coupling; law::Symbol = :sine, lag::Real = 0, nonfinite::Symbol = :refuse,
                                  accumulate::Bool = false)
    check_nodes(theta)
    options = OscillatorOptions(size(theta), eltype(theta); law = law, lag = lag, nonfinite = nonfinite, accumulate = accumulate)
    slopes_into!(mean_field_slopes, dtheta, theta, omega, coupling, options)
    return dtheta
end

mean_field_slopes(theta::Memory{T}, omega, coupling, dtheta, (n_nodes,), options) where {T} =
    ccall(kuramoto_mean_field_rhs_of(T), hl_status,
          (Int, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Ptr{Cvoid},
           Ref{NTuple{1,Int}}, Ref{KuramotoOptions}),
          n_nodes, theta.pointer, theta.strides, omega.pointer, omega.strides, coupling.pointer, coupling.strides, dtheta.pointer,
          dtheta.strides, options)

"""
    kuramoto_mean_field_rhs(theta, omega, coupling; options...)

The right-hand side of fully connected Kuramoto oscillators, in a new vector:

`dtheta[i] = omega[i] + coupling[i] / N * sum(sin(theta[j] - theta[i] - lag) for j in 1:N)`,

which is `omega[i] + coupling[i] * r * sin(psi - theta[i] - lag)` with the order parameter `r exp(i psi)` (see
[`kuramoto_order_parameter`](@ref)), at a cost that grows with `N`.

# Arguments
- `theta`: phases in radians, a vector of `Float64` or `Float32`. They need not be wrapped, but beyond 2^49 (2^20 in `Float32`) a phase
  has no digits left and is refused.
- `omega`, `coupling`: natural frequencies, and the strength with which each oscillator follows: a number for all, or a vector of the
  length and precision of `theta`.

# Options
- `lag = 0`: phase lag, radians.
- `law = :sine`: through the order parameter; `:direct_sine`: a sine for each of `N^2` pairs; `:linear`: `theta[j] - theta[i] - lag`.
- `nonfinite = :refuse`: `NaN` and infinities are an error; `:propagate`: they are not looked for.

# Errors
As for [`kuramoto_rhs`](@ref).

Y. Kuramoto, Chemical Oscillations, Waves, and Turbulence (1984); with a lag: H. Sakaguchi and Y. Kuramoto, Prog. Theor. Phys. 76 (1986) 576.

```jldoctest
julia> println(round.(kuramoto_mean_field_rhs([0.0, pi / 2], 1.0, 2.0); digits = 12))
[2.0, 0.0]
```
"""
function kuramoto_mean_field_rhs(theta, omega, coupling; options...)
    check_nodes(theta)
    return kuramoto_mean_field_rhs!(Array{eltype(theta)}(undef, size(theta)), theta, omega, coupling; options...)
end

"""
    KuramotoMeanFieldRHS(omega, coupling; options...)

The right-hand side of [`kuramoto_mean_field_rhs`](@ref) with its frequencies, couplings and options, to be called as solvers of
differential equations do: `f(du, u, p, t)` writes into `du`, `f(u, p, t)` returns a new vector. `p` and `t` are not used.

```jldoctest
julia> f = KuramotoMeanFieldRHS(1.0, 0.5; lag = 0.1);

julia> f([0.0, 1.0, 2.0], nothing, 0.0) == kuramoto_mean_field_rhs([0.0, 1.0, 2.0], 1.0, 0.5; lag = 0.1)
true
```
"""
struct KuramotoMeanFieldRHS{W,K,O}
    omega::W
    coupling::K
    options::O
end
KuramotoMeanFieldRHS(omega, coupling; options...) = KuramotoMeanFieldRHS(omega, coupling, values(options))

(f::KuramotoMeanFieldRHS)(du, u, p, t) = kuramoto_mean_field_rhs!(du, u, f.omega, f.coupling; f.options...)
(f::KuramotoMeanFieldRHS)(u, p, t) = kuramoto_mean_field_rhs(u, f.omega, f.coupling; f.options...)

"""
    kuramoto_mean_field_integrate!(theta, omega, coupling, dt, steps; options...)

Advance the phases `theta` of fully connected Kuramoto oscillators in place, by `steps` steps of length `dt` of the equation of
[`kuramoto_mean_field_rhs`](@ref). Returns `(theta, frames, order_r, order_psi)` as a named tuple.

# Options
- `law`, `lag`, `nonfinite`: as in [`kuramoto_mean_field_rhs`](@ref).
- All others as in [`kuramoto_integrate!`](@ref), without boundaries. `frames` have the size `(length(theta), n)`; oscillator `i` has the
  number `i - 1` for the noise.

# Errors
As for [`kuramoto_integrate!`](@ref).

```jldoctest
julia> theta = [0.01 * i^2 for i in 1:1000];

julia> run = kuramoto_mean_field_integrate!(theta, 0.0, 2.0, 0.5, 40; method = :dormand_prince, record_every = 20, order_r = true);

julia> run.order_r[1] < run.order_r[2], run.order_r[2] > 0.999
(true, true)
```
"""
function kuramoto_mean_field_integrate!(theta, omega, coupling, dt::Real, steps::Integer; method::Symbol = :euler, law::Symbol = :sine,
                                        lag::Real = 0, nonfinite::Symbol = :refuse, noise::Real = 0, noise_seed::Integer = 0,
                                        first_step::Integer = 0, first_cell::Integer = 0, rtol::Real = 0, atol::Real = 1e-6,
                                        next_step::Union{Nothing,Ref{Float64}} = nothing, record_every::Integer = 0, frames = nothing,
                                        order_r = nothing, order_psi = nothing, progress = nothing,
                                        steps_done::Union{Nothing,Ref{Int}} = nothing)
    check_nodes(theta)
    recording = Recording(theta, dt, steps, record_every, frames, order_r, order_psi, steps_done)
    options = OscillatorOptions(size(theta), eltype(theta); law = law, lag = lag, nonfinite = nonfinite, method = method, noise = noise,
                                noise_seed = noise_seed, first_step = first_step, first_cell = first_cell, rtol = rtol, atol = atol,
                                next_step = next_step)
    return integrate!(integrate_mean_field, theta, omega, coupling, recording, options, progress)
end

integrate_mean_field(theta::Memory{T}, omega, coupling, frames, order_r, order_psi, (n_nodes,), recording, options) where {T} =
    ccall(kuramoto_mean_field_integrate_of(T), hl_status,
          (Int, Int, Int, Int, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}},
           Ptr{Cvoid}, Ref{NTuple{2,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Float64, Ref{Int},
           Ref{KuramotoOptions}),
          n_nodes, recording.steps, recording.every, n_frames(recording), omega.pointer, omega.strides, coupling.pointer,
          coupling.strides, theta.pointer, theta.strides, frames.pointer, frames.strides, order_r.pointer, order_r.strides,
          order_psi.pointer, order_psi.strides, recording.dt, recording.done, options)
