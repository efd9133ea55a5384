# AniSOAP descriptors: hyperparameters, and what the features are.

const RADIAL_BASES = (gto = HL_RADIAL_BASIS_GTO, monomial = HL_RADIAL_BASIS_MONOMIAL)
const CHANNEL_ORDERS = (radial_major = HL_CHANNEL_ORDER_RADIAL_MAJOR, species_major = HL_CHANNEL_ORDER_SPECIES_MAJOR)
const SPECTRUM_PAIRS = (all = HL_SPECTRUM_PAIRS_ALL, half = HL_SPECTRUM_PAIRS_HALF)
const SPECTRUM_SIGNS = (alternating = HL_SPECTRUM_SIGN_ALTERNATING, none = HL_SPECTRUM_SIGN_NONE)

# The struct of a plan. `max_radial` must be kept while it is used: the largest n of each l, one for all, or none.
function anisoap_plan_options(max_radial::Vector{Int32}; common::Integer = -1, radial_basis::Symbol = :gto, radial_gaussian_width::Real = 0.0,
                              basis_rcond::Real = 0.0, basis_tol::Real = 1e-8, subtract_center_contribution::Bool = false,
                              channel_order::Symbol = :radial_major, spectrum_pairs::Symbol = :all, spectrum_sign::Symbol = :alternating)
    return AnisoapOptions(
        sizeof(AnisoapOptions), code("radial_basis", radial_basis, RADIAL_BASES), common,
        isempty(max_radial) ? Ptr{Int32}(C_NULL) : pointer(max_radial), C_NULL, radial_gaussian_width, basis_rcond, basis_tol,
        subtract_center_contribution, code("channel_order", channel_order, CHANNEL_ORDERS),
        code("spectrum_pairs", spectrum_pairs, SPECTRUM_PAIRS), code("spectrum_sign", spectrum_sign, SPECTRUM_SIGNS), 0,
        HL_COEFFICIENTS_ORTHONORMAL, C_NULL, C_NULL, pair_fields(nothing)...)
end

"""
    AnisoapDescriptor(max_angular, cutoff_radius; species, options...)

AniSOAP descriptors of ellipsoids with one set of hyperparameters, named as in AniSOAP (A. Lin et al., arXiv:2403.19039 (2024));
see [`anisoap_expansion`](@ref), [`anisoap_power_spectrum`](@ref), [`anisoap_gradients`](@ref) and docs/anisoap.md.

- `max_angular`: the largest l, 0 to 20; `cutoff_radius`: neighbours are nearer than this.
- `species`: all species that atoms may have, each once. Features come in this order.
- `radial_basis = :gto`, with `radial_gaussian_width`; or `:monomial`.
- `max_radial = nothing`: the largest n, one for all l or a vector with one for each; `nothing`: `l + 2n <= max_angular`.
- `subtract_center_contribution = false`: leave out what an atom contributes to its own coefficients.
- `basis_rcond = 0.0`, `basis_tol = 1e-8`: eigenvalues of the overlap of radial functions that are dropped, and the largest error of their
  orthonormalisation.
- `channel_order = :radial_major`: channels go as (n, species); or `:species_major`.
- `spectrum_pairs = :all`: every ordered pair of channels; or `:half`, with products of different ones times sqrt(2).
- `spectrum_sign = :alternating`: (-1)^l; or `:none`.

Properties: `expansion_labels` `(4, n_features)`: l, m, n, neighbour species; `power_spectrum_labels` `(5, n_features)`: l, n and species of one
channel, n and species of the other; `species`.

```jldoctest
julia> descriptor = AnisoapDescriptor(2, 5.0; species = [1, 6], radial_gaussian_width = 1.5);

julia> size(descriptor.expansion_labels)
(4, 20)
```
"""
mutable struct AnisoapDescriptor
    plan::Ptr{Cvoid}
    species::Vector{Int32}
    expansion_labels::Matrix{Int32}
    power_spectrum_labels::Matrix{Int32}

    function AnisoapDescriptor(max_angular::Integer, cutoff_radius::Real; species, max_radial = nothing, options...)
        declared = Vector{Int32}(collect(species))
        values = max_radial isa AbstractVector ? Vector{Int32}(max_radial) : Int32[]
        !(max_radial isa AbstractVector) || length(values) == max_angular + 1 ||
            throw(ArgumentError("max_radial: has $(length(values)) entries, expected one for each l from 0 to $max_angular"))
        max_radial === nothing || (max_radial isa Integer && !(max_radial isa Bool)) || max_radial isa AbstractVector{<:Integer} ||
            throw(ArgumentError("max_radial: is $(repr(max_radial)); the largest n is an integer, or a vector with one for each l"))
        common = max_radial isa Integer ? max_radial : -1
        max_radial isa Integer && max_radial < 0 && throw(ArgumentError("max_radial: is $max_radial; the largest n is at least 0"))
        plan = Ref{Ptr{Cvoid}}(C_NULL)
        GC.@preserve values declared check(ccall(
            hl_anisoap_plan_create[], hl_status, (Ref{Ptr{Cvoid}}, Int, Int, Ptr{Int32}, Ptr{Int}, Float64, Ref{AnisoapOptions}),
            plan, max_angular, length(declared), declared, C_NULL, cutoff_radius, anisoap_plan_options(values; common = common, options...)))
        descriptor = new(plan[], declared, Matrix{Int32}(undef, 0, 0), Matrix{Int32}(undef, 0, 0))
        finalizer(destroy_plan, descriptor)
        descriptor.expansion_labels = labels_of(plan[], hl_anisoap_expansion_size[], hl_anisoap_expansion_labels[], 4)
        descriptor.power_spectrum_labels = labels_of(plan[], hl_anisoap_power_spectrum_size[], hl_anisoap_power_spectrum_labels[], 5)
        return descriptor
    end
end

function destroy_plan(descriptor::AnisoapDescriptor)
    ccall(hl_anisoap_plan_destroy[], hl_status, (Ptr{Cvoid},), descriptor.plan)
    descriptor.plan = C_NULL
end

# A plan does not change, so a copy is the descriptor itself: two of them would destroy one plan.
Base.copy(descriptor::AnisoapDescriptor) = descriptor
Base.deepcopy_internal(descriptor::AnisoapDescriptor, ::IdDict) = descriptor
Serialization.serialize(::AbstractSerializer, ::AnisoapDescriptor) = throw(ArgumentError(
    "descriptor: an AnisoapDescriptor cannot be serialised, since its plan lies in the library's memory; make one with the same hyperparameters where it is wanted"))

function labels_of(plan, size_function, labels_function, width)
    labels = Matrix{Int32}(undef, width, ccall(size_function, Int, (Ptr{Cvoid},), plan))
    check(ccall(labels_function, hl_status, (Ptr{Cvoid}, Int, Ptr{Int32}, Ptr{Int}), plan, size(labels, 2), labels, C_NULL))
    return labels
end

Base.show(io::IO, descriptor::AnisoapDescriptor) =
    print(io, "AnisoapDescriptor(species = ", Int.(descriptor.species), ", ", size(descriptor.expansion_labels, 2), " features)")
