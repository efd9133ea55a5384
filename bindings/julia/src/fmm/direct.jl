# The direct sum over all pairs of sources and targets.

const KERNELS = (laplace = HL_KERNEL_LAPLACE, yukawa = HL_KERNEL_YUKAWA)

direct_of(::Type{Float64}) = hl_direct[]
direct_of(::Type{Float32}) = hl_direct_f32[]

"""
    direct_sum!(potentials, gradients, sources, charges; options...)

[`direct_sum`](@ref) into arrays of the sources' precision and any strides: `potentials` `(n_targets,)` and `gradients` `(3, n_targets)`, or, for
charges `(n_sources, n_vectors)`, with that last axis more. Either may be `nothing`. They share no element with another array. Returns
`(potentials = potentials, gradients = gradients)`.
"""
function direct_sum!(potentials, gradients, sources, charges; targets = nothing, kernel::Symbol = :laplace, screening::Real = 0,
                     progress = nothing)
    T = precision_of("sources", sources)
    n = count_columns("sources", sources)
    m = targets === nothing ? n : count_columns("targets", targets)
    k = count_vectors(charges, n, T)
    several = charges isa AbstractMatrix
    y, x = place_of("sources", sources, T, (3, n)), place_of("targets", targets, T, (3, m))
    q = several ? place_of("charges", charges, T, (n, k)) : one_vector(place_of("charges", charges, T, (n,)))
    p = several ? place_of("potentials", potentials, T, (m, k)) : one_vector(place_of("potentials", potentials, T, (m,)))
    g = several ? place_of("gradients", gradients, T, (3, m, k)) : one_vector(place_of("gradients", gradients, T, (3, m)))
    which = code("kernel", kernel, KERNELS)
    GC.@preserve sources targets charges potentials gradients run_call(progress) do report, user
        options = DirectOptions(sizeof(DirectOptions), which, 0, screening, report, user)
        ccall(direct_of(T), hl_status,
              (Int, Int, Int, Ptr{Cvoid}, Ref{NTuple{2,Int}}, Ptr{Cvoid}, Ref{NTuple{2,Int}}, Ptr{Cvoid}, Ref{NTuple{2,Int}}, Ptr{Cvoid},
               Ref{NTuple{2,Int}}, Ptr{Cvoid}, Ref{NTuple{3,Int}}, Ref{DirectOptions}),
              n, m, k, y.pointer, y.strides, x.pointer, x.strides, q.pointer, q.strides, p.pointer, p.strides, g.pointer, g.strides,
              options)
    end
    return (potentials = potentials, gradients = gradients)
end

# The same as the one vector of several.
one_vector(place::Memory{T,N}) where {T,N} = Memory{T,N + 1}(place.pointer, (0, place.strides...))

"""
    direct_sum(sources, charges; targets = nothing, kernel = :laplace, screening = 0, gradients = false, progress = nothing)

Potentials of charges at points, one pair after another: `sum(charges[j] * G(norm(x_i - y_j)) for j in 1:n_sources)` at each target `x_i`,
and with `gradients = true` a named tuple `(potentials, gradients)` with the gradients with respect to the targets. A pair at one place
contributes 0.

# Arguments
- `sources`: `(3, n_sources)`, `Float64` or `Float32`, which is the precision of everything.
- `charges`: `(n_sources,)`, or `(n_sources, n_vectors)` for several vectors, which share distances and take less time than one by one.

# Options
- `targets`: `(3, n_targets)`; without, the potentials are those at the sources, none of which sees itself.
- `kernel`: `:laplace`, `G(r) = 1 / (4 pi r)`; `:yukawa`, `exp(-screening * r) / (4 pi r)`.
- `progress`: a function of the numbers of parts done and in all; it cancels by returning `false` or `:cancel`.

The error of a sum is at most 1e-12 (`Float32`: 1e-6) of the sum of the magnitudes of its terms.

```jldoctest
julia> points = [0.0 0.0; 0.0 3.0; 0.0 4.0];

julia> potentials = direct_sum(points, [2.0, -3.0]);

julia> println(round.(20 * pi .* potentials; digits = 12))
[-3.0, 2.0]
```
"""
function direct_sum(sources, charges; gradients::Bool = false, targets = nothing, options...)
    T = precision_of("sources", sources)
    m = count_columns(targets === nothing ? "sources" : "targets", targets === nothing ? sources : targets)
    vectors = charges isa AbstractMatrix ? (size(charges, 2),) : ()
    found = direct_sum!(Array{T}(undef, m, vectors...), gradients ? Array{T}(undef, 3, m, vectors...) : nothing, sources, charges;
                        targets = targets, options...)
    return gradients ? found : found.potentials
end
