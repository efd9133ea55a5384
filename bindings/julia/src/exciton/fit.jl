# Fits of measured spectra, the misfit with its gradient, and Jacobians.

const PARAMETERS = (site_energy = HL_PARAMETER_SITE_ENERGY, coupling = HL_PARAMETER_COUPLING, dipole_scale = HL_PARAMETER_DIPOLE_SCALE,
                    dipole_rotation = HL_PARAMETER_DIPOLE_ROTATION, position = HL_PARAMETER_POSITION, fwhm = HL_PARAMETER_FWHM,
                    shift = HL_PARAMETER_SHIFT, scale = HL_PARAMETER_SCALE, offset = HL_PARAMETER_OFFSET,
                    variant_site_energy = HL_PARAMETER_VARIANT_SITE_ENERGY, variant_weight = HL_PARAMETER_VARIANT_WEIGHT)
const SPECTRA = (absorption = HL_SPECTRUM_ABSORPTION, cd = HL_SPECTRUM_CD, both = HL_SPECTRUM_BOTH, ld = HL_SPECTRUM_LD,
                 all = HL_SPECTRUM_ALL)
const AXES = (x = Int32(0), y = Int32(1), z = Int32(2))
const FIT_ENDS = (misfit = HL_FIT_ENDED_MISFIT, step = HL_FIT_ENDED_STEP, gradient = HL_FIT_ENDED_GRADIENT,
                  max_iterations = HL_FIT_ENDED_MAX_ITERATIONS, no_progress = HL_FIT_ENDED_NO_PROGRESS,
                  cancelled = HL_FIT_ENDED_CANCELLED)

# A parameter as the library's three numbers: sites and variants count from 1 here and from 0 there.
function parameter_row(parameter)
    kind = first(parameter)
    number = code("parameters", kind, PARAMETERS)
    rest = Base.tail(parameter)
    site(place) = place isa Integer && 1 <= place <= typemax(Int32) ? Int32(place - 1) :
        throw(ArgumentError("parameters: $parameter: sites and variants are numbers that count from 1"))
    wanted = kind in (:coupling, :variant_site_energy, :dipole_rotation, :position) ? 2 : 1
    length(rest) == wanted || throw(ArgumentError("parameters: $parameter: $(repr(kind)) takes $wanted more"))
    kind in (:coupling, :variant_site_energy) && return (number, site(rest[1]), site(rest[2]))
    kind in (:dipole_rotation, :position) && return (number, site(rest[1]), code("parameters", rest[2], AXES))
    kind in (:fwhm, :shift, :scale, :offset) && return (number, code("parameters", rest[1], SPECTRA), Int32(0))
    return (number, site(rest[1]), Int32(0))
end

# The value that leaves the model as it is.
function neutral(parameter, fwhm, fwhm_cd, fwhm_ld, weights)
    kind = first(parameter)
    # A variant that is not there is for the library to name.
    kind === :variant_weight && return get(weights, Int(parameter[2]), 1.0)
    kind in (:dipole_scale, :scale) && return 1.0
    kind === :fwhm && parameter[2] === :ld && fwhm_ld !== nothing && return Float64(fwhm_ld)
    kind === :fwhm && return Float64(parameter[2] === :cd && fwhm_cd !== nothing ? fwhm_cd : fwhm)
    return 0.0
end

# Grid, values and sigma of a measured spectrum, which is `nothing`, (grid, values) or (grid, values, sigma).
measured_arrays(name, ::Nothing) = (0, absent(Val(1)), absent(Val(1)), absent(Val(1)))
function measured_arrays(name, measured)
    measured isa Tuple && length(measured) in (2, 3) ||
        throw(ArgumentError("$name: expected (grid, values) or (grid, values, sigma), got a $(typeof(measured))"))
    count = grid_length(measured[1])
    sigma = length(measured) == 3 ? memory_of_vector("$name: sigma", measured[3], count) : absent(Val(1))
    return count, memory_of_vector("$name: grid", measured[1], count), memory_of_vector("$name: values", measured[2], count), sigma
end

measured_ld(::Nothing) = nothing
measured_ld(measured) = measured isa Tuple && length(measured) in (2, 3) ? measured :
    throw(ArgumentError("ld: expected (grid, values) or (grid, values, sigma), got a $(typeof(measured))"))

by_parameter(name, ::Nothing, count) = nothing
function by_parameter(name, values, count)
    length(values) == count || throw(ArgumentError("$name: has $(length(values)) numbers, expected one for each of $count parameters"))
    return collect(Float64, values)
end
address(::Nothing) = Ptr{Float64}(C_NULL)
address(values::Vector{Float64}) = pointer(values)

"""
    exciton_residual_gradient(hamiltonians, dipoles, positions, parameters, values; absorption, cd, ld, options...)

The misfit `sum(((model - measured) / sigma)^2) / 2` of mean spectra to measured ones and its gradient, as a named tuple
`(misfit, gradient, absorption, cd, ld)`; the last three are the model at the measurement's points. For arguments see [`exciton_fit`](@ref).
"""
function exciton_residual_gradient(hamiltonians, dipoles, positions, parameters, values; absorption = nothing, cd = nothing,
                                   ld = nothing, axis = nothing, fwhm_ld = nothing, variants = (), disorder = nothing,
                                   weights = nothing, progress = nothing, model...)
    n_site, n_conf = sample_size(hamiltonians, disorder)
    rows = Int32[number for parameter in parameters for number in parameter_row(parameter)]
    count = length(parameters)
    values = by_parameter("values", values, count)
    hamiltonian = argument("hamiltonians", hamiltonians, (n_site, n_site, n_conf); shared = disorder !== nothing)
    dipole = argument("dipoles", dipoles, (3, n_site, n_conf); shared = true)
    position = argument("positions", positions, (3, n_site, n_conf); shared = true)
    weight = argument("weights", weights, n_conf)
    n_absorption, a_grid, a_values, a_sigma = measured_arrays("absorption", absorption)
    n_cd, c_grid, c_values, c_sigma = measured_arrays("cd", cd)
    misfit, gradient = Ref(0.0), zeros(count)
    spectra = (zeros(n_absorption), zeros(n_cd))
    sample = call_sample(n_site, measured_ld(ld), axis, fwhm_ld, variants, disorder)
    options = CallOptions(n_site, (); model...)
    GC.@preserve hamiltonians dipoles positions weights absorption cd rows values gradient spectra begin
        run_call(options, progress, sample) do struct_of_options
            ccall(hl_exciton_residual_gradient[], hl_status,
                  (Int, Int, Int, Int, Int, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64},
                   Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}},
                   Ptr{Float64}, Ref{NTuple{1,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}},
                   Ptr{Float64}, Ref{NTuple{1,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}},
                   Ptr{Int32}, Ptr{Int}, Ptr{Float64}, Ptr{Int}, Ref{Float64}, Ptr{Float64}, Ptr{Int},
                   Ptr{Float64}, Ptr{Int}, Ptr{Float64}, Ptr{Int}, Ref{ExcitonOptions}),
                  n_conf, n_site, n_absorption, n_cd, count, hamiltonian.pointer, hamiltonian.strides, dipole.pointer, dipole.strides,
                  position.pointer, position.strides, weight.pointer, weight.strides, a_grid.pointer, a_grid.strides,
                  a_values.pointer, a_values.strides, a_sigma.pointer, a_sigma.strides, c_grid.pointer, c_grid.strides,
                  c_values.pointer, c_values.strides, c_sigma.pointer, c_sigma.strides, rows, C_NULL, values, C_NULL, misfit, gradient,
                  C_NULL, spectra[1], C_NULL, spectra[2], C_NULL, struct_of_options)
        end
    end
    return (misfit = misfit[], gradient = gradient, absorption = spectra[1], cd = spectra[2], ld = sample.ld)
end

"""
    exciton_jacobian(hamiltonians, dipoles, positions, parameters, values; absorption_grid, cd_grid, ld_grid, options...)

Mean spectra and their derivatives by parameter, as a named tuple `(absorption, cd, ld,
absorption_jacobian, cd_jacobian, ld_jacobian)`; Jacobians are
`(n_point, n_parameter)`. For arguments see [`exciton_fit`](@ref).
"""
function exciton_jacobian(hamiltonians, dipoles, positions, parameters, values; absorption_grid = nothing, cd_grid = nothing,
                          ld_grid = nothing, axis = nothing, fwhm_ld = nothing, variants = (), disorder = nothing,
                          weights = nothing, progress = nothing, model...)
    n_site, n_conf = sample_size(hamiltonians, disorder)
    rows = Int32[number for parameter in parameters for number in parameter_row(parameter)]
    count = length(parameters)
    values = by_parameter("values", values, count)
    hamiltonian = argument("hamiltonians", hamiltonians, (n_site, n_site, n_conf); shared = disorder !== nothing)
    dipole = argument("dipoles", dipoles, (3, n_site, n_conf); shared = true)
    position = argument("positions", positions, (3, n_site, n_conf); shared = true)
    weight = argument("weights", weights, n_conf)
    n_absorption = absorption_grid === nothing ? 0 : grid_length(absorption_grid)
    n_cd = cd_grid === nothing ? 0 : grid_length(cd_grid)
    a_grid, c_grid = argument("absorption_grid", absorption_grid, n_absorption), argument("cd_grid", cd_grid, n_cd)
    spectra = (zeros(n_absorption), zeros(n_cd))
    jacobians = (zeros(n_absorption, count), zeros(n_cd, count))
    # The point is the first axis of both, and Julia's first axis runs fastest.
    strides = [(1, n_absorption), (1, n_cd)]
    sample = call_sample(n_site, ld_grid === nothing ? nothing : (ld_grid,), axis, fwhm_ld, variants, disorder; jacobian_of = count)
    options = CallOptions(n_site, (); model...)
    GC.@preserve hamiltonians dipoles positions weights absorption_grid cd_grid rows values spectra jacobians begin
        run_call(options, progress, sample) do struct_of_options
            ccall(hl_exciton_jacobian[], hl_status,
                  (Int, Int, Int, Int, Int, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64},
                   Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}},
                   Ptr{Float64}, Ref{NTuple{1,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}},
                   Ptr{Int32}, Ptr{Int}, Ptr{Float64}, Ptr{Int}, Ptr{Float64}, Ptr{Int}, Ptr{Float64}, Ptr{Int},
                   Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}}, Ref{ExcitonOptions}),
                  n_conf, n_site, n_absorption, n_cd, count, hamiltonian.pointer, hamiltonian.strides, dipole.pointer, dipole.strides,
                  position.pointer, position.strides, weight.pointer, weight.strides, a_grid.pointer, a_grid.strides,
                  c_grid.pointer, c_grid.strides, rows, C_NULL, values, C_NULL, spectra[1], C_NULL, spectra[2], C_NULL,
                  jacobians[1], strides[1], jacobians[2], strides[2], struct_of_options)
        end
    end
    return (absorption = spectra[1], cd = spectra[2], ld = sample.ld, absorption_jacobian = jacobians[1],
            cd_jacobian = jacobians[2], ld_jacobian = sample.ld_jacobian)
end

"""
    ExcitonFit

What [`exciton_fit`](@ref) found: `parameters`, `values`, `standard_errors`, `covariance`, `correlation`; the model `absorption`, `cd` and `ld` at the
measurement's points; `reason` (why it ended), `start` (which start was best), `iterations`, `evaluations`, `degrees_of_freedom`, `initial_misfit`, `misfit`,
`prior_misfit`. It is shown as a table of values and standard errors.
"""
struct ExcitonFit
    parameters::Vector{Any}
    values::Vector{Float64}
    standard_errors::Vector{Float64}
    covariance::Matrix{Float64}
    correlation::Matrix{Float64}
    absorption::Vector{Float64}
    cd::Vector{Float64}
    ld::Vector{Float64}
    reason::Symbol
    start::Int
    iterations::Int
    evaluations::Int
    degrees_of_freedom::Int
    initial_misfit::Float64
    misfit::Float64
    prior_misfit::Float64
end

# Of each parameter its name, value and standard error.
fit_rows(fit) = [(join(parameter, " "), string(round(value; sigdigits = 6)), string(round(error; sigdigits = 2)))
                 for (parameter, value, error) in zip(fit.parameters, fit.values, fit.standard_errors)]

Base.show(io::IO, fit::ExcitonFit) =
    print(io, "ExcitonFit(", join(("$name = $value ± $error" for (name, value, error) in fit_rows(fit)), ", "), ")")

function Base.show(io::IO, ::MIME"text/plain", fit::ExcitonFit)
    rows = [("parameter", "value", "std. error"); fit_rows(fit)]
    names, numbers, errors = (maximum(row -> length(row[k]), rows) for k in 1:3)
    for (name, value, error) in rows
        println(io, rpad(name, names), "  ", lpad(value, numbers), "  ", lpad(error, errors))
    end
    print(io, fit.iterations, " iterations, ended by ", fit.reason)
    fit.degrees_of_freedom > 0 &&
        print(io, ", reduced chi-square ", round(2 * (fit.misfit + fit.prior_misfit) / fit.degrees_of_freedom; sigdigits = 4))
end

"""
    ExcitonFitError(error, fit)

A fit that was told to stop, or that does not determine all values: the [`HotloopError`](@ref) that says so, and what
[`exciton_fit`](@ref) would have returned, with the best values so far.
"""
struct ExcitonFitError <: Exception
    error::HotloopError
    fit::ExcitonFit
end

Base.showerror(io::IO, ended::ExcitonFitError) = (showerror(io, ended.error); print(io, "; the best values are in the field `fit`"))

"""
    exciton_fit(hamiltonians, dipoles, positions, parameters; absorption, cd, ld, options...)

The values of parameters that suit measured spectra best, as an [`ExcitonFit`](@ref) with the fields `parameters`, `values`, `standard_errors`, `covariance`,
`correlation`, `absorption`, `cd`, `ld`, `reason`, `start`, `iterations`, `evaluations`, `degrees_of_freedom`, `initial_misfit`, `misfit`, `prior_misfit`.

# Arguments
- `hamiltonians`, `dipoles`, `positions`: as in [`exciton_spectrum`](@ref).
- `parameters`: a vector of tuples. `(:site_energy, i)` and `(:coupling, i, j)` are added, cm-1, and so is
  `(:variant_site_energy, i, v)` in variant `v` alone; `(:variant_weight, v)` is the weight of variant `v` itself; `(:dipole_scale, i)` is a factor;
  `(:dipole_rotation, i, :x)` turns a dipole, radians; `(:position, i, :x)` is added, angstrom; `(:fwhm, :absorption)` is the width,
  cm-1 (also `:cd`, `:ld`, `:both`, which is absorption and CD, or `:all`, as for the rest); `(:shift, :both)` moves lines, cm-1; `(:scale, :both)` is a factor;
  `(:offset, :cd)` is added.

# Options
- `absorption`, `cd`, `ld`: `(grid, values)` or `(grid, values, sigma)`: what was measured. Points of infinite `sigma` do not count.
- `axis`: of linear dichroism ([`exciton_linear_dichroism`](@ref)), three numbers; `fwhm_ld`: its width, default that of absorption.
- `variants`: named tuples `(weight = 1.0, deleted = [3], energies = zeros(n_site))`, of which all but what is wanted may be left out: the
  model is the sum of the weights times the spectra of the complex without those pigments and with those energies added.
- `disorder`: `(members = 1000, site_factor = ..., coupling_sigma = ..., seed = 0, first_member = 0)`: the members of
  [`exciton_disorder`](@ref) about one Hamiltonian, drawn on the fly.
- `values`: where to start; default: what changes nothing.
- `lower`, `upper`, `prior`, `prior_sigma`: a number for each parameter.
- `starts = 1`, `seed = 0`: later starts are drawn about priors or between bounds, of which some value needs either.
- `max_iterations = 100`, `misfit_tolerance`, `step_tolerance`, `gradient_tolerance = 1e-10`.
- `scale_covariance`: take `sigma` as known up to a common factor, which is estimated from what remains; default: where no `sigma`
  is given.
- `weights`, `progress`, `fwhm`, `fwhm_cd`, `normalization`, `cd_scale`, `frequency_prefactor`, `normalize_dipoles`, `deleted`,
  `energy_offset`: as in [`exciton_spectrum`](@ref). Lines are Gaussian and never cut.

# Errors
[`ExcitonFitError`](@ref), which keeps the result, if the measurement and the priors do not determine all values (those have infinite
standard errors) or if the fit was told to stop.
"""
function exciton_fit(hamiltonians, dipoles, positions, parameters; absorption = nothing, cd = nothing, ld = nothing, values = nothing,
                     axis = nothing, fwhm_ld = nothing, variants = (), disorder = nothing,
                     lower = nothing, upper = nothing, prior = nothing, prior_sigma = nothing, starts::Integer = 1, seed::Integer = 0,
                     max_iterations::Integer = 100, misfit_tolerance::Real = 1e-10, step_tolerance::Real = 1e-10,
                     gradient_tolerance::Real = 1e-10, scale_covariance = nothing, weights = nothing, progress = nothing,
                     fwhm = 70.0, fwhm_cd = nothing, model...)
    n_site, n_conf = sample_size(hamiltonians, disorder)
    rows = Int32[number for parameter in parameters for number in parameter_row(parameter)]
    count = length(parameters)
    own = Float64[get(variant, :weight, 1.0) for variant in variants]
    best = values === nothing ? Float64[neutral(parameter, fwhm, fwhm_cd, fwhm_ld, own) for parameter in parameters] :
        by_parameter("values", values, count)
    hamiltonian = argument("hamiltonians", hamiltonians, (n_site, n_site, n_conf); shared = disorder !== nothing)
    dipole = argument("dipoles", dipoles, (3, n_site, n_conf); shared = true)
    position = argument("positions", positions, (3, n_site, n_conf); shared = true)
    weight = argument("weights", weights, n_conf)
    absorption === nothing && cd === nothing && ld === nothing &&
        throw(ArgumentError("absorption: neither absorption nor cd nor ld is given"))
    n_absorption, a_grid, a_values, a_sigma = measured_arrays("absorption", absorption)
    n_cd, c_grid, c_values, c_sigma = measured_arrays("cd", cd)
    has_sigma = any(measured -> measured !== nothing && length(measured) == 3, (absorption, cd, ld))
    has_sigma && any(measured -> measured !== nothing && length(measured) == 2, (absorption, cd, ld)) && throw(ArgumentError(
        "sigma: one spectrum has it and the other does not; give both or neither, since it says how much each counts"))
    scales = scale_covariance === nothing ? !has_sigma : Bool(scale_covariance)
    low, high = by_parameter("lower", lower, count), by_parameter("upper", upper, count)
    before, before_sigma = by_parameter("prior", prior, count), by_parameter("prior_sigma", prior_sigma, count)
    errors, covariance, correlation = zeros(count), zeros(count, count), zeros(count, count)
    spectra = (zeros(n_absorption), zeros(n_cd))
    result = Ref(ExcitonFitResult(0, 0, 0, 0, 0, 0.0, 0.0, 0.0))
    sample = call_sample(n_site, measured_ld(ld), axis, fwhm_ld, variants, disorder)
    options = CallOptions(n_site, (); fwhm = fwhm, fwhm_cd = fwhm_cd, model...)
    refused = nothing
    GC.@preserve hamiltonians dipoles positions weights absorption cd rows best low high before before_sigma errors covariance correlation spectra begin
        fit_options = ExcitonFitOptions(sizeof(ExcitonFitOptions), max_iterations, starts, seed, scales, 0, misfit_tolerance,
                                        step_tolerance, gradient_tolerance, address(low), C_NULL, address(high), C_NULL,
                                        address(before), C_NULL, address(before_sigma), C_NULL)
        try
            run_call(options, progress, sample) do struct_of_options
                ccall(hl_exciton_fit[], hl_status,
                      (Int, Int, Int, Int, Int, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64},
                       Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}},
                       Ptr{Float64}, Ref{NTuple{1,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}},
                       Ptr{Float64}, Ref{NTuple{1,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}}, Ptr{Float64}, Ref{NTuple{1,Int}},
                       Ptr{Int32}, Ptr{Int}, Ptr{Float64}, Ptr{Int}, Ptr{Float64}, Ptr{Int}, Ptr{Float64}, Ptr{Int}, Ptr{Float64}, Ptr{Int},
                       Ptr{Float64}, Ptr{Int}, Ptr{Float64}, Ptr{Int}, Ref{ExcitonFitResult}, Ref{ExcitonOptions},
                       Ref{ExcitonFitOptions}),
                      n_conf, n_site, n_absorption, n_cd, count, hamiltonian.pointer, hamiltonian.strides, dipole.pointer, dipole.strides,
                      position.pointer, position.strides, weight.pointer, weight.strides, a_grid.pointer, a_grid.strides,
                      a_values.pointer, a_values.strides, a_sigma.pointer, a_sigma.strides, c_grid.pointer, c_grid.strides,
                      c_values.pointer, c_values.strides, c_sigma.pointer, c_sigma.strides, rows, C_NULL, best, C_NULL, errors, C_NULL,
                      covariance, C_NULL, correlation, C_NULL, spectra[1], C_NULL, spectra[2], C_NULL, result, struct_of_options,
                      fit_options)
            end
        catch error
            refused = error
        end
    end
    ended = result[]
    # Without an end nothing was written: the start was not evaluated.
    refused === nothing || ended.reason != 0 || throw(refused)
    reason = first(word for word in keys(FIT_ENDS) if FIT_ENDS[word] == ended.reason)
    found = ExcitonFit(collect(Any, parameters), best, errors, covariance, correlation, spectra[1], spectra[2], sample.ld, reason,
                       Int(ended.start) + 1, ended.iterations, ended.evaluations, ended.degrees_of_freedom, ended.initial_misfit,
                       ended.misfit, ended.prior_misfit)
    refused === nothing || throw(refused isa HotloopError ? ExcitonFitError(refused, found) : refused)
    return found
end
