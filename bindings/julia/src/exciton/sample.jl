# What a fit may be told of a sample beyond its configurations: linear dichroism, variants, disorder that is drawn on the fly.

# The library's struct for one call, and what its pointers point to.
struct CallSample{K}
    value::ExcitonSample
    ld::Vector{Float64}
    ld_jacobian::Matrix{Float64}
    kept::K
end

# The number of configurations, or of members that are drawn about one Hamiltonian.
sample_size(hamiltonians, ::Nothing) = system_size(hamiltonians)
function sample_size(hamiltonians, disorder)
    haskey(disorder, :members) && haskey(disorder, :site_factor) || throw(ArgumentError(
        "disorder: expected (members = 1000, site_factor = ...), and if wanted coupling_sigma, seed and first_member"))
    known = (:members, :site_factor, :coupling_sigma, :seed, :first_member)
    for key in keys(disorder)
        key in known || throw(ArgumentError("disorder: $(repr(key)) is not one of $(join(map(repr, known), ", "))"))
    end
    n_site, _ = system_size(hamiltonians)
    ndims(hamiltonians) == 2 || throw(ArgumentError("hamiltonians: with disorder it is one, of size (n_site, n_site)"))
    return n_site, Int(disorder.members)
end

# The weights, flags and energies of variants: (n_site, n_variant) are the library's [n_variant][n_site].
function variant_arrays(variants, n_site)
    known = (:weight, :deleted, :energies)
    flags, energies = zeros(UInt8, n_site, length(variants)), zeros(n_site, length(variants))
    for (v, variant) in enumerate(variants)
        for key in keys(variant)
            key in known || throw(ArgumentError("variants: $(repr(key)) is not one of $(join(map(repr, known), ", "))"))
        end
        haskey(variant, :deleted) && (flags[:, v] = deleted_sites(variant.deleted, n_site))
        if haskey(variant, :energies)
            length(variant.energies) == n_site ||
                throw(ArgumentError("variants: energies has $(length(variant.energies)) numbers, expected one for each of $n_site sites"))
            energies[:, v] = variant.energies
        end
    end
    return Float64[get(variant, :weight, 1.0) for variant in variants], flags, energies
end

# `ld` is `nothing`, (grid, values) or (grid, values, sigma); (grid,) for a Jacobian of `count` parameters.
function call_sample(n_site, ld, axis, fwhm_ld, variants, disorder; jacobian_of = nothing)
    grid = ld === nothing ? nothing : first(ld)
    n_ld = grid === nothing ? 0 : grid_length(grid)
    parts = map(place -> ld === nothing || length(ld) < place ? absent(Val(1)) :
                memory_of_vector("ld: $(("grid", "values", "sigma")[place])", ld[place], n_ld), (1, 2, 3))
    n_ld == 0 || axis !== nothing || throw(ArgumentError("axis: ld is asked for and needs the axis about which the sample is oriented"))
    axis === nothing || length(axis) == 3 || throw(ArgumentError("axis: has $(length(axis)) numbers, expected 3"))
    direction = axis === nothing ? Float64[] : collect(Float64, axis)
    model, jacobian = zeros(n_ld), zeros(n_ld, jacobian_of === nothing ? 0 : jacobian_of)
    # The point is the Jacobian's first axis, which runs fastest in Julia.
    strides = [parts[1].strides[1], parts[2].strides[1], parts[3].strides[1], 1, n_ld]
    weights, flags, energies = variant_arrays(variants, n_site)
    # Short lists, turned into the library's order.
    factor, sigma, seed, first_member = zeros(0, 0), zeros(0, 0), UInt64(0), UInt64(0)
    if disorder !== nothing
        factor = Matrix{Float64}(permutedims(factor_of("disorder: site_factor", disorder.site_factor, n_site)))
        between = get(disorder, :coupling_sigma, nothing)
        if between !== nothing
            size(between) == (n_site, n_site) ||
                throw(ArgumentError("disorder: the size of coupling_sigma is $(size(between)), expected $((n_site, n_site))"))
            sigma = Matrix{Float64}(permutedims(between))
        end
        seed, first_member = UInt64(get(disorder, :seed, 0)), UInt64(get(disorder, :first_member, 0))
    end
    at(array) = isempty(array) ? Ptr{eltype(array)}(C_NULL) : pointer(array)
    value = ExcitonSample(sizeof(ExcitonSample), n_ld, parts[1].pointer, pointer(strides, 1), parts[2].pointer, pointer(strides, 2),
                          parts[3].pointer, pointer(strides, 3), at(direction), C_NULL, fwhm_ld === nothing ? 0.0 : fwhm_ld,
                          at(model), C_NULL, jacobian_of === nothing ? C_NULL : at(jacobian), pointer(strides, 4), length(weights),
                          at(weights), C_NULL, at(flags), C_NULL, at(energies), C_NULL, size(factor, 1), at(factor), C_NULL, at(sigma),
                          C_NULL, seed, first_member)
    return CallSample(value, model, jacobian, (ld, direction, strides, weights, flags, energies, factor, sigma))
end
