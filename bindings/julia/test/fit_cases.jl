# Fits: every row of tests/cases/exciton_fit.txt (its head says what a row means), with the same bits for 1, 2 and 7 threads, and a file for the
# comparison of languages.

const FIT_COLUMNS = (:name, :set, :n_conf, :n_site, :x_from, :x_step, :n_grid, :fwhm, :fwhm_cd, :frequency_prefactor, :delete, :ld, :variants, :drawn)
const FIT_CASES = map(filter(line -> !startswith(line, "#") && !isempty(strip(line)), readlines(joinpath(ROOT, "tests", "cases", "exciton_fit.txt")))) do line
    fields = split(line)
    length(fields) == length(FIT_COLUMNS) || error("tests/cases/exciton_fit.txt: a row has $(length(fields)) columns: $line")
    return NamedTuple{FIT_COLUMNS}(((String(fields[1]), String(fields[2]), parse.(Float64, fields[3:end])...)))
end

# In the order of the result file.
function fit_results(row)
    n, g = Int(row.n_site), Int(row.n_grid)
    numbers = collect(reinterpret(Float64, read(joinpath(ROOT, "tests", "cases", row.set * ".f64"))))
    stored = length(numbers) ÷ (n * n + 6n)
    h = permutedims(reshape(numbers[1:stored*n*n], n, n, stored), (2, 1, 3))
    mu = reshape(numbers[stored*n*n+1:stored*n*(n+3)], 3, n, stored)
    r = reshape(numbers[stored*n*(n+3)+1:end], 3, n, stored)
    points = 0:g-1
    grid = collect(row.x_from .+ row.x_step .* points)
    deleted = row.delete > 0 ? [Int(row.delete)] : Int[]
    parameters = Any[[(:site_energy, site) for site in 1:n if !(site in deleted)]; (:scale, :all); (:shift, :absorption)]
    options = (fwhm = row.fwhm, fwhm_cd = row.fwhm_cd > 0 ? row.fwhm_cd : nothing, deleted = deleted, axis = (1.0, -2.0, 0.5),
               frequency_prefactor = row.frequency_prefactor > 0)
    if row.variants > 0
        push!(parameters, (:variant_site_energy, 1, 2))
        options = merge(options, (variants = [(weight = 1.0,), (weight = -0.5, deleted = [n], energies = 4.0 .* (1:n))],))
    end
    if row.drawn > 0
        h, mu, r = h[:, :, 1], mu[:, :, 1], r[:, :, 1]
        factor = Float64[column == 1 ? 30 + 2j : 10 - j for j in 0:n-1, column in 1:2]
        options = merge(options, (disorder = (members = Int(row.n_conf), site_factor = factor, coupling_sigma = fill(2.0, n, n), seed = 11,
                                              first_member = 3),))
    end
    is_scale = [first(parameter) === :scale for parameter in parameters]
    values = [is_scale[p] ? 1.25 : 2.0 * (mod(5 * (p - 1), 7) - 3) for p in eachindex(parameters)]
    measured = (absorption = (grid, Float64[mod(37i, 101) / 4 for i in points]), cd = (grid, Float64[(mod(53i, 97) - 48) / 8 for i in points]))
    grids = (absorption_grid = grid, cd_grid = grid)
    if row.ld > 0
        measured = merge(measured, (ld = (grid, Float64[(mod(29i, 89) - 44) / 2 for i in points]),))
        grids = merge(grids, (ld_grid = grid,))
    end
    misfit = exciton_residual_gradient(h, mu, r, parameters, values; measured..., options...)
    rows = exciton_jacobian(h, mu, r, parameters, values; grids..., options...)
    best = exciton_fit(h, mu, r, parameters; values = values, measured..., options..., prior = Float64.(is_scale),
                       prior_sigma = fill(50.0, length(values)), max_iterations = 4, scale_covariance = false)
    arrays = (misfit.misfit, misfit.gradient, misfit.absorption, misfit.cd, misfit.ld, permutedims(rows.absorption_jacobian),
              permutedims(rows.cd_jacobian), permutedims(rows.ld_jacobian), best.values, best.standard_errors, best.covariance, best.correlation)
    return Float64[number for array in arrays for number in array]
end

for row in FIT_CASES
    results = map((1, 2, 7)) do threads
        Hotloop.with_threads(() -> fit_results(row), threads)
    end
    @test all(reinterpret(UInt64, result) == reinterpret(UInt64, results[1]) for result in results)
    write(joinpath(RESULTS, row.name * ".f64"), map(htol, results[1]))
end
