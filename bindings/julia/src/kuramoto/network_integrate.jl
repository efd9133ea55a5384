# Integration of Kuramoto oscillators on a network, in place.

kuramoto_network_integrate_of(::Type{Float64}) = hl_kuramoto_network_integrate[]
kuramoto_network_integrate_of(::Type{Float32}) = hl_kuramoto_network_integrate_f32[]

"""
    kuramoto_network_integrate!(theta, network, omega, coupling, dt, steps; options...)

Advance the phases `theta` of Kuramoto oscillators on a network in place, by `steps` steps of length `dt` of the equation of
[`kuramoto_network_rhs`](@ref). The network is looked at once, when the call begins, and may not be changed before it returns. Returns
`(theta, frames, order_r, order_psi)` as a named tuple.

# Options
- `law`, `lag`, `nonfinite`: as in [`kuramoto_network_rhs`](@ref).
- All others as in [`kuramoto_integrate!`](@ref), without boundaries. `frames` have the size `(length(theta), n)`; oscillator `i` has the
  number `i - 1` for the noise.

# Errors
As for [`kuramoto_integrate!`](@ref); [`HotloopError`](@ref) also for indices that are out of range.

```jldoctest
julia> network = KuramotoNetwork(Int32[0, 1, 3, 4], Int32[1, 0, 2, 1]);

julia> run = kuramoto_network_integrate!([0.0, 1.0, 2.5], network, 0.0, 1.0, 0.1, 100; method = :heun, record_every = 50, order_r = true);

julia> run.order_r[end] > 0.999
true
```
"""
function kuramoto_network_integrate!(theta, network, omega, coupling, dt::Real, steps::Integer; method::Symbol = :euler,
                                     law::Symbol = :sine, lag::Real = 0, nonfinite::Symbol = :refuse, noise::Real = 0,
                                     noise_seed::Integer = 0, first_step::Integer = 0, first_cell::Integer = 0, rtol::Real = 0,
                                     atol::Real = 1e-6, next_step::Union{Nothing,Ref{Float64}} = nothing, record_every::Integer = 0,
                                     frames = nothing, order_r = nothing, order_psi = nothing, progress = nothing,
                                     steps_done::Union{Nothing,Ref{Int}} = nothing)
    check_nodes(theta)
    recording = Recording(theta, dt, steps, record_every, frames, order_r, order_psi, steps_done)
    options = OscillatorOptions(size(theta), eltype(theta); law = law, lag = lag, nonfinite = nonfinite, method = method, noise = noise,
                                noise_seed = noise_seed, first_step = first_step, first_cell = first_cell, rtol = rtol, atol = atol,
                                next_step = next_step)
    graph = Graph(network, theta)
    GC.@preserve network graph begin
        on_graph(arguments...) = integrate_network(graph, arguments...)
        return integrate!(on_graph, theta, omega, coupling, recording, options, progress)
    end
end

integrate_network(graph, theta::Memory{T}, omega, coupling, frames, order_r, order_psi, (n_nodes,), recording, options) where {T} =
    ccall(kuramoto_network_integrate_of(T), hl_status,
          (Int, Int, Int, Int, Int, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}},
           Ptr{Cvoid}, Ref{NTuple{1,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}},
           Ptr{Cvoid}, Ref{NTuple{2,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Float64, Int32, Ref{Int},
           Ref{KuramotoOptions}),
          n_nodes, graph.n_edges, recording.steps, recording.every, n_frames(recording), graph.row_start, graph.row_start_strides,
          graph.neighbours, graph.neighbours_strides, graph.weights.memory.pointer, graph.weights.memory.strides, omega.pointer,
          omega.strides, coupling.pointer, coupling.strides, theta.pointer, theta.strides, frames.pointer, frames.strides,
          order_r.pointer, order_r.strides, order_psi.pointer, order_psi.strides, recording.dt, graph.index_bits, recording.done,
          options)
