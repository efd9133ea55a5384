# Hamiltonians become mean spectra, with nothing stored for each configuration.

"""
    exciton_spectrum!(absorption, cd, hamiltonians, dipoles, positions, grid; options...)

Compute the mean absorption and CD spectra of coupled pigments into `absorption` and `cd`, vectors of the length of `grid` with any
stride; either may be `nothing`. They may be two columns of one matrix, but no two arrays may share an element. Returns
`(absorption, cd)` as a named tuple. Arguments and options are those of [`exciton_spectrum`](@ref).
"""
function exciton_spectrum!(absorption, cd, hamiltonians, dipoles, positions, grid;
                           weights = nothing, fwhm = 70.0, fwhm_cd = nothing, fwhm_by::Symbol = :common, lineshape::Symbol = :gaussian,
                           lorentzian_fwhm::Real = 0.0, cutoff::Real = 3.0, normalization::Symbol = :peak,
                           cd_scale::Symbol = :dissymmetry, broadening::Symbol = :auto, frequency_prefactor::Bool = false,
                           normalize_dipoles::Bool = false, deleted = nothing, energy_offset::Real = 0.0, progress = nothing)
    n_site, n_conf = system_size(hamiltonians)
    n_grid = grid_length(grid)
    hamiltonian = argument("hamiltonians", hamiltonians, (n_site, n_site, n_conf))
    dipole = argument("dipoles", dipoles, (3, n_site, n_conf); shared = true)
    position = argument("positions", positions, (3, n_site, n_conf); shared = true)
    weight = argument("weights", weights, n_conf)
    point = argument("grid", grid, n_grid)
    absorption_value = argument("absorption", absorption, n_grid)
    cd_value = argument("cd", cd, n_grid)

    options = CallOptions(n_site, (:exciton, :site); fwhm = fwhm, fwhm_cd = fwhm_cd, fwhm_by = fwhm_by, lineshape = lineshape,
                          lorentzian_fwhm = lorentzian_fwhm, cutoff = cutoff, normalization = normalization, cd_scale = cd_scale,
                          broadening = broadening, frequency_prefactor = frequency_prefactor,
                          normalize_dipoles = normalize_dipoles, deleted = deleted, energy_offset = energy_offset)
    GC.@preserve hamiltonians dipoles positions weights grid absorption cd run_call(options, progress) do struct_of_options
        ccall(hl_exciton_spectrum[], hl_status,
              (Int, Int, Int, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}},
               Ptr{Float64}, Ref{NTuple{1,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}},
               Ptr{Float64}, Ref{NTuple{1,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}}, Ref{ExcitonOptions}),
              n_conf, n_site, n_grid, hamiltonian.pointer, hamiltonian.strides, dipole.pointer, dipole.strides,
              position.pointer, position.strides, weight.pointer, weight.strides, point.pointer, point.strides,
              absorption_value.pointer, absorption_value.strides, cd_value.pointer, cd_value.strides, struct_of_options)
    end
    return (absorption = absorption, cd = cd)
end

"""
    exciton_spectrum(hamiltonians, dipoles, positions, grid; options...)

Mean absorption and CD spectra of one or many configurations of coupled pigments, straight from their Hamiltonians, as a named
tuple `(absorption, cd)` of new vectors. With `positions = nothing` there is no CD: `cd` is `nothing`.

# Arguments
- `hamiltonians`: `(n_site, n_site, n_conf)`, or `(n_site, n_site)` for one configuration; cm-1. Symmetric to 1e-12 of the largest
  element; one triangle is used.
- `dipoles`: `(3, n_site, n_conf)`, or `(3, n_site)` for all configurations; in any unit.
- `positions`: as `dipoles`; angstrom; or `nothing`.
- `grid`: strictly ascending wavenumbers, cm-1; the steps may differ. An `Array`, so `collect(11790.0:1.0:13300.0)` of a range.

# Options
- `weights`: `(n_conf,)`; the spectra are `sum(w S) / sum(w)`. Default: equal.
- `fwhm = 70.0`, `fwhm_cd = nothing`: full width at half maximum of the lines of absorption and CD (`nothing`: as `fwhm`), cm-1; with
  `lineshape = :voigt` that of the Gaussian.
- `fwhm_by = :common`: one width for all; `:exciton`: vectors `(n_site,)` in ascending order of energy; `:site`: vectors `(n_site,)`,
  which mix as `sqrt(sum_j V[j,k]^2 fwhm_j^2)`.
- `lineshape = :gaussian`, `:lorentzian` or `:voigt`; `lorentzian_fwhm = 0.0`: of the Lorentzian in `:voigt`.
- `cutoff = 3.0`: a line reaches from `e - cutoff * fwhm` (included) to `e + cutoff * fwhm` (excluded); `Inf`: it is never cut.
- `normalization = :peak`: a line of strength `D` has height `D`; `:area`: it has area `D`.
- `broadening = :auto`: how lines are summed; `:direct`: each at each point; `:gridded`: as one convolution, which does not cut
  lines and is accurate to 5e-11 of the peak. `:auto` decides by the sizes of the problem.
- `frequency_prefactor = false`: multiply the spectra by the wavenumbers of the grid.
- `cd_scale`, `normalize_dipoles`, `deleted`, `energy_offset`, `progress`: as in [`exciton_sticks`](@ref).

# Errors
As for [`exciton_sticks`](@ref); also for a grid that does not ascend and for weights that are negative or sum to 0.

```jldoctest
julia> dimer = [12300.0 -50.0; -50.0 12300.0];

julia> dipoles = [1.0 0.0; 0.0 1.0; 0.0 0.0];     # a column for each pigment

julia> positions = [0.0 0.0; 0.0 0.0; 0.0 10.0];

julia> spectra = exciton_spectrum(dimer, dipoles, positions, [12250.0, 12300.0, 12350.0]; fwhm = 50.0, cutoff = Inf);

julia> println(round.(spectra.absorption; digits = 4))
[1.0, 0.125, 1.0]

julia> sum(spectra.cd) < 1e-3 * maximum(spectra.cd)     # a couplet
false
```
"""
function exciton_spectrum(hamiltonians, dipoles, positions, grid; options...)
    n_grid = grid_length(grid)
    absorption = Vector{Float64}(undef, n_grid)
    cd = positions === nothing ? nothing : Vector{Float64}(undef, n_grid)
    return exciton_spectrum!(absorption, cd, hamiltonians, dipoles, positions, grid; options...)
end
