# Sticks become spectra on a grid.

"""
    exciton_broaden!(absorption, cd, energies, dipole_strengths, rotational_strengths, grid; options...)
    exciton_broaden!(absorption, cd, sticks, grid; options...)

Compute the mean absorption and CD of sticks into `absorption` and `cd`, vectors of the length of `grid` with any stride; either may
be `nothing`. They may be two columns of one matrix, but no two arrays may share an element. Returns `(absorption, cd)` as a named
tuple. Arguments and options are those of [`exciton_broaden`](@ref).
"""
function exciton_broaden!(absorption, cd, energies, dipole_strengths, rotational_strengths, grid;
                          weights = nothing, fwhm = 70.0, fwhm_cd = nothing, fwhm_by::Symbol = :common, lineshape::Symbol = :gaussian,
                          lorentzian_fwhm::Real = 0.0, cutoff::Real = 3.0, normalization::Symbol = :peak,
                          broadening::Symbol = :auto, frequency_prefactor::Bool = false, progress = nothing)
    energies isa AbstractVecOrMat ||
        throw(ArgumentError("energies: expected an array of size (n_exciton, n_conf) or (n_exciton,), got " *
                            (energies isa AbstractArray ? "one of size $(size(energies))" : "a $(typeof(energies))")))
    n_exciton, n_conf = size(energies, 1), size(energies, 2)
    n_grid = grid_length(grid)
    energy = argument("energies", energies, (n_exciton, n_conf))
    dipole_strength = argument("dipole_strengths", dipole_strengths, (n_exciton, n_conf))
    rotational_strength = argument("rotational_strengths", rotational_strengths, (n_exciton, n_conf))
    weight = argument("weights", weights, n_conf)
    point = argument("grid", grid, n_grid)
    absorption_value = argument("absorption", absorption, n_grid)
    cd_value = argument("cd", cd, n_grid)

    options = CallOptions(n_exciton, (:exciton,); fwhm = fwhm, fwhm_cd = fwhm_cd, fwhm_by = fwhm_by, lineshape = lineshape,
                          lorentzian_fwhm = lorentzian_fwhm, cutoff = cutoff, normalization = normalization,
                          broadening = broadening, frequency_prefactor = frequency_prefactor)
    GC.@preserve energies dipole_strengths rotational_strengths weights grid absorption cd begin
        run_call(options, progress) do struct_of_options
            ccall(hl_exciton_broaden[], hl_status,
                  (Int, Int, Int, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}},
                   Ptr{Float64}, Ref{NTuple{1,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}},
                   Ptr{Float64}, Ref{NTuple{1,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}}, Ref{ExcitonOptions}),
                  n_conf, n_exciton, n_grid, energy.pointer, energy.strides, dipole_strength.pointer, dipole_strength.strides,
                  rotational_strength.pointer, rotational_strength.strides, weight.pointer, weight.strides, point.pointer, point.strides,
                  absorption_value.pointer, absorption_value.strides, cd_value.pointer, cd_value.strides, struct_of_options)
        end
    end
    return (absorption = absorption, cd = cd)
end

function exciton_broaden!(absorption, cd, sticks::NamedTuple, grid; options...)
    return exciton_broaden!(absorption, cd, stick_arrays(sticks)..., grid; options...)
end

"""
    exciton_broaden(energies, dipole_strengths, rotational_strengths, grid; options...)
    exciton_broaden(sticks, grid; options...)

Mean absorption and CD spectra of sticks, as a named tuple `(absorption, cd)` of new vectors. Without dipole strengths (`nothing`)
`absorption` is `nothing`, without rotational strengths `cd` is. `sticks` is what [`exciton_sticks`](@ref) returns.

# Arguments
- `energies`, `dipole_strengths`, `rotational_strengths`: `(n_exciton, n_conf)`, or `(n_exciton,)` for one configuration.
- `grid`: strictly ascending wavenumbers, cm-1; the steps may differ.

# Options
Those of [`exciton_spectrum`](@ref) that concern lines: `weights`, `fwhm`, `fwhm_cd`, `fwhm_by` (`:common` or `:exciton`; widths by
site need eigenvectors, so [`exciton_spectrum`](@ref)), `lineshape`, `lorentzian_fwhm`, `cutoff`, `normalization`, `broadening`,
`frequency_prefactor`, `progress`.

```jldoctest
julia> spectra = exciton_broaden([12300.0, 12400.0], [1.0, 2.0], nothing, [12300.0, 12400.0]; fwhm = 20.0);

julia> println(spectra.absorption)
[1.0, 2.0]

julia> spectra.cd === nothing
true
```
"""
function exciton_broaden(energies, dipole_strengths, rotational_strengths, grid; options...)
    spectrum(strengths) = strengths === nothing ? nothing : Vector{Float64}(undef, grid_length(grid))
    return exciton_broaden!(spectrum(dipole_strengths), spectrum(rotational_strengths),
                            energies, dipole_strengths, rotational_strengths, grid; options...)
end

exciton_broaden(sticks::NamedTuple, grid; options...) = exciton_broaden(stick_arrays(sticks)..., grid; options...)

function stick_arrays(sticks)
    haskey(sticks, :energies) || throw(ArgumentError("sticks: have no energies; pass what exciton_sticks returns"))
    return sticks.energies, get(sticks, :dipole_strengths, nothing), get(sticks, :rotational_strengths, nothing)
end
