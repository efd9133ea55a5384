# The right-hand side of Kuramoto oscillators on a network.

kuramoto_network_rhs_of(::Type{Float64}) = hl_kuramoto_network_rhs[]
kuramoto_network_rhs_of(::Type{Float32}) = hl_kuramoto_network_rhs_f32[]

"""
    kuramoto_network_rhs!(dtheta, theta, network, omega, coupling; options...)

Compute the right-hand side of [`kuramoto_network_rhs`](@ref) into `dtheta`, a vector of the length and precision of `theta`, with any step,
that shares no element with another array. With `accumulate = true` it is added to what `dtheta` holds. Returns `dtheta`.
"""
function kuramoto_network_rhs!(dtheta, theta, network, omega, coupling; law::Symbol = :sine, lag::Real = 0, nonfinite::Symbol = :refuse,
                               accumulate::Bool = false)
    check_nodes(theta)
    options = OscillatorOptions(size(theta), eltype(theta); law = law, lag = lag, nonfinite = nonfinite, accumulate = accumulate)
    graph = Graph(network, theta)
    GC.@preserve network graph begin
        on_graph(arguments...) = network_slopes(graph, arguments...)
        slopes_into!(on_graph, dtheta, theta, omega, coupling, options)
    end
    return dtheta
end

network_slopes(graph, theta::Memory{T}, omega, coupling, dtheta, (n_nodes,), options) where {T} =
    ccall(kuramoto_network_rhs_of(T), hl_status,
          (Int, Int, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}},
           Ptr{Cvoid}, Ref{NTuple{1,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}},
           Ptr{Cvoid}, Ref{NTuple{1,Int}}, Int32, Ref{KuramotoOptions}),
          n_nodes, graph.n_edges, graph.row_start, graph.row_start_strides, graph.neighbours, graph.neighbours_strides,
          graph.weights.memory.pointer, graph.weights.memory.strides, theta.pointer, theta.strides, omega.pointer, omega.strides,
          coupling.pointer, coupling.strides, dtheta.pointer, dtheta.strides, graph.index_bits, options)

"""
    kuramoto_network_rhs(theta, network, omega, coupling; options...)

The right-hand side of Kuramoto oscillators on a network, in a new vector:

`dtheta[i] = omega[i] + coupling[i] * sum(w * sin(theta[j] - theta[i] - lag))`,

over the edges of oscillator `i`, which lead to `j` with the weight `w`.

# Arguments
- `theta`: phases in radians, a vector of `Float64` or `Float32`. They need not be wrapped, but beyond 2^49 (2^20 in `Float32`) a phase
  has no digits left and is refused.
- `network`: a [`KuramotoNetwork`](@ref).
- `omega`, `coupling`: natural frequencies, and the strength with which each oscillator follows its neighbours: a number for all, or a
  vector of the length and precision of `theta`.

# Options
- `lag = 0`: phase lag, radians.
- `law = :sine`: `sin(theta[j] - theta[i] - lag)` through one sine and cosine of each oscillator; `:direct_sine`: the same by a sine for
  each edge, accurate also for small differences; `:linear`: `theta[j] - theta[i] - lag`.
- `nonfinite = :refuse`: `NaN` and infinities are an error; `:propagate`: they are not looked for.

# Errors
As for [`kuramoto_rhs`](@ref); [`HotloopError`](@ref) also for indices that are out of range.

```jldoctest
julia> network = KuramotoNetwork([0, 2, 2, 2], [1, 2]; weights = [1.0, 0.5]);     # 2 and 3 pull 1

julia> println(round.(kuramoto_network_rhs([0.0, pi / 2, pi / 2], network, 0.25, 2.0); digits = 12))
[3.25, 0.25, 0.25]
```
"""
function kuramoto_network_rhs(theta, network, omega, coupling; options...)
    check_nodes(theta)
    return kuramoto_network_rhs!(Array{eltype(theta)}(undef, size(theta)), theta, network, omega, coupling; options...)
end

"""
    KuramotoNetworkRHS(network, omega, coupling; options...)

The right-hand side of [`kuramoto_network_rhs`](@ref) with its network, frequencies, couplings and options, to be called as solvers of
differential equations do: `f(du, u, p, t)` writes into `du`, `f(u, p, t)` returns a new vector. `p` and `t` are not used.

```jldoctest
julia> f = KuramotoNetworkRHS(KuramotoNetwork([0, 1, 2], [1, 0]), 1.0, 0.5);

julia> f([0.5, 0.5], nothing, 0.0) == [1.0, 1.0]
true
```
"""
struct KuramotoNetworkRHS{G,W,K,O}
    network::G
    omega::W
    coupling::K
    options::O
end
KuramotoNetworkRHS(network, omega, coupling; options...) = KuramotoNetworkRHS(network, omega, coupling, values(options))

(f::KuramotoNetworkRHS)(du, u, p, t) = kuramoto_network_rhs!(du, u, f.network, f.omega, f.coupling; f.options...)
(f::KuramotoNetworkRHS)(u, p, t) = kuramoto_network_rhs(u, f.network, f.omega, f.coupling; f.options...)
