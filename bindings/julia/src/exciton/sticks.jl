# Energies, strengths and eigenvectors of the excitons of each configuration.

const STICK_NAMES = (:energies, :dipole_strengths, :rotational_strengths, :exciton_dipoles, :eigenvectors)

"""
    exciton_sticks!(sticks, hamiltonians, dipoles, positions = nothing; options...)

Compute the excitons of each configuration into the arrays of `sticks`, a named tuple with any of these fields:

| field | size | |
|---|---|---|
| `energies` | `(n_site, n_conf)` | cm-1, ascending |
| `dipole_strengths` | `(n_site, n_conf)` | `D`, in the square of the dipoles' unit |
| `rotational_strengths` | `(n_site, n_conf)` | `R`, in the square of the dipoles' unit; needs `positions` |
| `exciton_dipoles` | `(3, n_site, n_conf)` | in the dipoles' unit |
| `eigenvectors` | `(n_site, n_site, n_conf)` | column `k` belongs to exciton `k` |

What is missing or `nothing` is not computed. Returns `sticks`.

Arguments and options are those of [`exciton_sticks`](@ref). The arrays may have any strides, but no output may share an element
with another array. With one configuration the last axis may be left away.
"""
function exciton_sticks!(sticks::NamedTuple, hamiltonians, dipoles, positions = nothing;
                         deleted = nothing, energy_offset::Real = 0.0, normalize_dipoles::Bool = false,
                         cd_scale::Symbol = :dissymmetry, progress = nothing)
    for name in keys(sticks)
        name in STICK_NAMES || throw(ArgumentError("sticks: there is no $name; its fields may be $(join(STICK_NAMES, ", "))"))
    end
    n_site, n_conf = system_size(hamiltonians)
    hamiltonian = argument("hamiltonians", hamiltonians, (n_site, n_site, n_conf))
    dipole = argument("dipoles", dipoles, (3, n_site, n_conf); shared = true)
    position = argument("positions", positions, (3, n_site, n_conf); shared = true)

    energies, dipole_strengths, rotational_strengths, exciton_dipoles, eigenvectors =
        map(name -> get(sticks, name, nothing), STICK_NAMES)
    energy = argument("energies", energies, (n_site, n_conf))
    dipole_strength = argument("dipole_strengths", dipole_strengths, (n_site, n_conf))
    rotational_strength = argument("rotational_strengths", rotational_strengths, (n_site, n_conf))
    exciton_dipole = argument("exciton_dipoles", exciton_dipoles, (3, n_site, n_conf))
    eigenvector = eigenvectors_argument(eigenvectors, (n_site, n_site, n_conf))

    options = CallOptions(n_site, (); deleted = deleted, energy_offset = energy_offset, normalize_dipoles = normalize_dipoles,
                          cd_scale = cd_scale)
    GC.@preserve hamiltonians dipoles positions sticks run_call(options, progress) do struct_of_options
        ccall(hl_exciton_sticks[], hl_status,
              (Int, Int, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}},
               Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}},
               Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}}, Ref{ExcitonOptions}),
              n_conf, n_site, hamiltonian.pointer, hamiltonian.strides, dipole.pointer, dipole.strides,
              position.pointer, position.strides, energy.pointer, energy.strides,
              dipole_strength.pointer, dipole_strength.strides, rotational_strength.pointer, rotational_strength.strides,
              exciton_dipole.pointer, exciton_dipole.strides, eigenvector.pointer, eigenvector.strides, struct_of_options)
    end
    return sticks
end

"""
    exciton_sticks(hamiltonians, dipoles, positions = nothing; eigenvectors = true, options...)

The excitons of each configuration of coupled pigments, as a named tuple of new arrays: `energies`, `dipole_strengths`,
`rotational_strengths` (`nothing` without positions), `exciton_dipoles` and `eigenvectors` (`nothing` if not wanted, which is
faster); sizes as in [`exciton_sticks!`](@ref).

With eigenvectors `V` and energies `e` of a Hamiltonian (cm-1), dipoles `mu` and positions `r` (angstrom), exciton `k` has the
dipole `M_k = sum_j V[j,k] mu_j`, the dipole strength `D_k = |M_k|^2` and, with the wavelength `lambda_k = 1e8 / e_k` angstrom, the
rotational strength `R_k = (2 pi / lambda_k) sum_jl V[j,k] V[l,k] (r_j - r_l) . (mu_j x mu_l)`, on the scale on which `R_k / D_k` is
the dissymmetry factor.

# Arguments
- `hamiltonians`: `(n_site, n_site, n_conf)`, or `(n_site, n_site)` for one configuration, whose results lack the last axis too.
  Symmetric to 1e-12 of the largest element; one triangle is used.
- `dipoles`: `(3, n_site, n_conf)`, or `(3, n_site)` for all configurations; in any unit.
- `positions`: as `dipoles`; angstrom.

# Options
- `deleted`: pigments to leave out, site numbers from 1 or one `Bool` for each site. The arrays keep their size: the excitons that
  remain come first, the rest is 0.
- `energy_offset = 0.0`: cm-1, added to every site energy, for Hamiltonians given relative to a reference; at most 1e200 in
  magnitude. Rotational strengths need absolute energies.
- `normalize_dipoles = false`: divide each configuration's dipoles by `sqrt(sum_j |mu_j|^2)` of the sites kept.
- `cd_scale = :dissymmetry`: or `:rosenfeld`, a fourth of it, the rotational strength of Rosenfeld.
- `progress`: a function of the numbers of configurations done and in all, called a few times a second by the task that makes the
  call. It cancels by returning `false` or `:cancel`; what it throws is thrown again here.

# Errors
`ArgumentError` for an array that does not fit or cannot be passed without a copy. [`HotloopError`](@ref) for a Hamiltonian that is
not symmetric, numbers that are not finite, site energies that are not positive where rotational strengths are wanted, outputs
that overlap.

```jldoctest
julia> dimer = [12300.0 -50.0; -50.0 12300.0];

julia> dipoles = [1.0 0.0; 0.0 1.0; 0.0 0.0];     # a column for each pigment

julia> positions = [0.0 0.0; 0.0 0.0; 0.0 10.0];

julia> sticks = exciton_sticks(dimer, dipoles, positions);

julia> round.(sticks.energies; digits = 6) == [12250.0, 12350.0]
true
```
"""
function exciton_sticks(hamiltonians, dipoles, positions = nothing; eigenvectors::Bool = true, options...)
    n_site, n_conf = system_size(hamiltonians)
    configurations = ndims(hamiltonians) == 3 ? (n_conf,) : ()
    array(extents...) = Array{Float64}(undef, extents..., configurations...)
    sticks = (energies = array(n_site), dipole_strengths = array(n_site),
              rotational_strengths = positions === nothing ? nothing : array(n_site),
              exciton_dipoles = array(3, n_site), eigenvectors = eigenvectors ? array(n_site, n_site) : nothing)
    return exciton_sticks!(sticks, hamiltonians, dipoles, positions; options...)
end
