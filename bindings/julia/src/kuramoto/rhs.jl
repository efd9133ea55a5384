# The right-hand side of Kuramoto oscillators on a lattice.

kuramoto_rhs_of(::Type{Float64}) = hl_kuramoto_rhs[]
kuramoto_rhs_of(::Type{Float32}) = hl_kuramoto_rhs_f32[]

"""
    kuramoto_rhs!(dtheta, theta, omega, coupling; options...)

Compute the right-hand side of [`kuramoto_rhs`](@ref) into `dtheta`, an array of the size and precision of `theta`, with any strides, that
shares no element with another array. With `accumulate = true` it is added to what `dtheta` holds. Returns `dtheta`.
"""
function kuramoto_rhs!(dtheta, theta, omega, coupling; law::Symbol = :sine, lag::Real = 0, boundary = :zero_flux, halo_below = nothing,
                       halo_above = nothing, nonfinite::Symbol = :refuse, accumulate::Bool = false)
    check_lattice(theta)
    options = OscillatorOptions(size(theta), eltype(theta); law = law, lag = lag, boundary = boundary, halo_below = halo_below,
                                halo_above = halo_above, nonfinite = nonfinite, accumulate = accumulate)
    slopes_into!(lattice_slopes, dtheta, theta, omega, coupling, options)
    return dtheta
end

lattice_slopes(theta::Memory{T,N}, omega, coupling, dtheta, extents, options) where {T,N} =
    ccall(kuramoto_rhs_of(T), hl_status,
          (Int, Ref{NTuple{N,Int}}, Ptr{Cvoid}, Ref{NTuple{N,Int}}, Ptr{Cvoid}, Ref{NTuple{N,Int}}, Ptr{Cvoid}, Ref{NTuple{N,Int}},
           Ptr{Cvoid}, Ref{NTuple{N,Int}}, Ref{KuramotoOptions}),
          N, reverse(extents), theta.pointer, theta.strides, omega.pointer, omega.strides, coupling.pointer, coupling.strides,
          dtheta.pointer, dtheta.strides, options)

# What the right-hand sides of all models do: `call` gets the arrays' memory and the option struct.
function slopes_into!(call, dtheta, theta::AbstractArray{T,N}, omega, coupling, options) where {T,N}
    phase = oscillator_array("theta", theta, T, size(theta))
    frequency, strength = field("omega", omega, T, size(theta)), field("coupling", coupling, T, size(theta))
    dtheta === nothing && throw(ArgumentError("dtheta: expected an array of $T, got nothing"))
    slope = oscillator_array("dtheta", dtheta, T, size(theta))
    frequencies, strengths = frequency.values, strength.values
    GC.@preserve dtheta theta frequencies strengths run_call(options, nothing) do struct_of_options
        call(phase, frequency.memory, strength.memory, slope, size(theta), struct_of_options)
    end
end

"""
    kuramoto_rhs(theta, omega, coupling; options...)

The right-hand side of Kuramoto oscillators on a lattice of one, two or three axes, in a new array:

`dtheta[i] = omega[i] + coupling[i] * sum(sin(theta[n] - theta[i] - lag) for n in neighbours(i))`,

with the nearest neighbours of a cell along every axis.

# Arguments
- `theta`: phases in radians, an array of `Float64` or `Float32` with one, two or three axes. They need not be wrapped, but beyond 2^49
  (2^20 in `Float32`) a phase has no digits left and is refused.
- `omega`, `coupling`: natural frequencies, and the strength with which each cell follows its neighbours: a number for all cells, or
  an array of the size and precision of `theta`.

# Options
- `lag = 0`: phase lag, radians.
- `law = :sine`: `sin(theta[n] - theta[i] - lag)` through one sine and cosine of each cell; `:direct_sine`: the same by a sine for each pair,
  accurate also for small differences, at some three times the cost; `:linear`: `theta[n] - theta[i] - lag`.
- `boundary = :zero_flux`: no coupling across the edges; `:periodic`: the other end is the neighbour; `:halo`: the neighbours beyond
  the edges are given. One for all axes, or a tuple with one for each.
- `halo_below`, `halo_above`: tuples with an entry for each axis: `nothing`, or for an axis with the boundary `:halo` the phases before the
  first and behind the last cells, an array of the lattice's size without that axis (or a number for all of them).
- `nonfinite = :refuse`: `NaN` and infinities are an error; `:propagate`: they are not looked for.

# Errors
`ArgumentError` for an array that does not fit or cannot be passed without a copy. [`HotloopError`](@ref) for numbers that are not
finite, phases that are too large, outputs that overlap.

Y. Kuramoto, Chemical Oscillations, Waves, and Turbulence (1984); with a lag: H. Sakaguchi and Y. Kuramoto, Prog. Theor. Phys. 76 (1986) 576.

```jldoctest
julia> theta = [0.0, pi / 2, 0.0];

julia> println(round.(kuramoto_rhs(theta, 0.5, 1.0); digits = 12))
[1.5, -1.5, 1.5]

julia> kuramoto_rhs(zeros(Float32, 4, 3), 0.5, 1.0; boundary = (:periodic, :zero_flux)) == fill(0.5f0, 4, 3)
true
```
"""
function kuramoto_rhs(theta, omega, coupling; options...)
    check_lattice(theta)
    return kuramoto_rhs!(Array{eltype(theta)}(undef, size(theta)), theta, omega, coupling; options...)
end

"""
    KuramotoRHS(omega, coupling; options...)

The right-hand side of [`kuramoto_rhs`](@ref) with its frequencies, couplings and options, to be called as solvers of differential
equations do: `f(du, u, p, t)` writes into `du`, `f(u, p, t)` returns a new array. `p` and `t` are not used.

```jldoctest
julia> f = KuramotoRHS(1.0, 0.5; boundary = :periodic);

julia> du = zeros(3, 3);

julia> f(du, ones(3, 3), nothing, 0.0);

julia> du == ones(3, 3)
true
```
"""
struct KuramotoRHS{W,K,O}
    omega::W
    coupling::K
    options::O
end
KuramotoRHS(omega, coupling; options...) = KuramotoRHS(omega, coupling, values(options))

(f::KuramotoRHS)(du, u, p, t) = kuramoto_rhs!(du, u, f.omega, f.coupling; f.options...)
(f::KuramotoRHS)(u, p, t) = kuramoto_rhs(u, f.omega, f.coupling; f.options...)
