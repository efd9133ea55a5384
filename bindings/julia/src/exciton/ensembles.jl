# Before a spectrum: disordered ensembles and couplings of point dipoles; and linear dichroism.

"""
    exciton_disorder(hamiltonian, n_member, site_factor; coupling_sigma = nothing, seed = 0, first_member = 0)

An ensemble with static disorder about one Hamiltonian: `(n_site, n_site, n_member)`. `site_factor` is the standard deviation of all site energies, a vector of
those of each site, or a matrix `(n_site, n_factor)` F whose F F' is their covariance, cm-1 and at most 1e200, like
`coupling_sigma`. Members are functions of `seed` and their number alone, the same in every language.
"""
function exciton_disorder(hamiltonian::AbstractMatrix, n_member::Integer, site_factor; coupling_sigma = nothing, seed::Integer = 0,
                          first_member::Integer = 0)
    n_site, _ = system_size(hamiltonian)
    factor = factor_of("site_factor", site_factor, n_site)
    about, of_sites = memory_of("hamiltonian", hamiltonian), memory_of("site_factor", factor)
    of_couplings = coupling_sigma === nothing ? absent(Val(2)) : memory_of("coupling_sigma", coupling_sigma)
    coupling_sigma === nothing || size(coupling_sigma) == (n_site, n_site) ||
        throw(ArgumentError("coupling_sigma: its size is $(size(coupling_sigma)), expected $((n_site, n_site))"))
    members = zeros(n_site, n_site, n_member)
    GC.@preserve hamiltonian factor coupling_sigma members begin
        check(on_own_thread_count() do
            ccall(hl_exciton_disorder[], hl_status,
                  (Int, Int, Int, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}},
                   UInt64, UInt64, Ptr{Float64}, Ptr{Int}),
                  n_member, n_site, size(factor, 2), about.pointer, about.strides, of_sites.pointer, of_sites.strides,
                  of_couplings.pointer, of_couplings.strides, seed, first_member, members, C_NULL)
        end)
    end
    return members
end

# The factor of the site energies' covariance: of one deviation for all sites, one for each, or as it is.
factor_of(name, deviation::Real, n_site) = factor_of(name, fill(deviation, n_site), n_site)
function factor_of(name, deviations::AbstractVector, n_site)
    length(deviations) == n_site || throw(ArgumentError("$name: has $(length(deviations)) numbers, expected one for each of $n_site sites"))
    return Float64[i == j ? deviations[i] : 0.0 for i in 1:n_site, j in 1:n_site]
end
function factor_of(name, factor, n_site)
    factor isa AbstractMatrix || throw(ArgumentError("$name: expected a number, a vector or a matrix, got a $(typeof(factor))"))
    size(factor, 1) == n_site || throw(ArgumentError("$name: its size is $(size(factor)), expected $n_site rows"))
    return factor
end

"""
    exciton_point_dipole_couplings(dipoles, positions; screening = 1.0)

Hamiltonians `(n_site, n_site, n_conf)`, or `(n_site, n_site)` for one configuration, with the couplings of point dipoles beside a
diagonal of 0, cm-1. `dipoles` (debye) and `positions` (angstrom) are `(3, n_site, n_conf)` or both `(3, n_site)`.
"""
function exciton_point_dipole_couplings(dipoles, positions; screening::Real = 1.0)
    dipoles isa AbstractArray && ndims(dipoles) in (2, 3) && size(dipoles, 1) == 3 ||
        throw(ArgumentError("dipoles: expected an array of size (3, n_site, n_conf) or (3, n_site)"))
    n_site, n_conf = size(dipoles, 2), size(dipoles, 3)
    dipole = argument("dipoles", dipoles, (3, n_site, n_conf))
    position = argument("positions", positions, (3, n_site, n_conf))
    hamiltonians = ndims(dipoles) == 2 ? zeros(n_site, n_site) : zeros(n_site, n_site, n_conf)
    GC.@preserve dipoles positions hamiltonians begin
        check(on_own_thread_count() do
            ccall(hl_exciton_point_dipole_couplings[], hl_status,
                  (Int, Int, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}}, Float64, Ptr{Float64}, Ptr{Int}),
                  n_conf, n_site, dipole.pointer, dipole.strides, position.pointer, position.strides, screening, hamiltonians, C_NULL)
        end)
    end
    return hamiltonians
end

"""
    exciton_linear_dichroism(hamiltonians, dipoles, axis, grid; weights, options...)

The mean linear dichroism of samples oriented about `axis` (three numbers), a vector of the length of `grid`: on the scale of
absorption, for perfect order. Arguments and options are those of [`exciton_spectrum`](@ref).
"""
function exciton_linear_dichroism(hamiltonians, dipoles, axis, grid; weights = nothing, progress = nothing, options...)
    n_site, n_conf = system_size(hamiltonians)
    n_grid = grid_length(grid)
    length(axis) == 3 || throw(ArgumentError("axis: has $(length(axis)) numbers, expected 3"))
    direction = collect(Float64, axis)
    hamiltonian = argument("hamiltonians", hamiltonians, (n_site, n_site, n_conf))
    dipole = argument("dipoles", dipoles, (3, n_site, n_conf); shared = true)
    weight = argument("weights", weights, n_conf)
    point = argument("grid", grid, n_grid)
    ld = zeros(n_grid)
    options = CallOptions(n_site, (:exciton, :site); options...)
    GC.@preserve hamiltonians dipoles weights grid direction ld run_call(options, progress) do struct_of_options
        ccall(hl_exciton_linear_dichroism[], hl_status,
              (Int, Int, Int, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}},
               Ptr{Float64}, Ref{NTuple{1,Int}}, Ptr{Float64}, Ptr{Int}, Ptr{Float64}, Ptr{Int}, Ref{ExcitonOptions}),
              n_conf, n_site, n_grid, hamiltonian.pointer, hamiltonian.strides, dipole.pointer, dipole.strides, weight.pointer,
              weight.strides, point.pointer, point.strides, direction, C_NULL, ld, C_NULL, struct_of_options)
    end
    return ld
end
