# Every row of tests/cases/exciton.txt: the naive answer, the same bits in every layout, and a file for the comparison of languages.

const CASE_COLUMNS = (:name, :set, :n_conf, :n_site, :x_from, :x_step, :n_grid, :lineshape, :fwhm_by,
                      :normalization, :cd_scale, :broadening, :frequency_prefactor, :normalize_dipoles, :fwhm, :fwhm_cd,
                      :lorentzian_fwhm, :cutoff, :energy_offset, :delete, :layout)
const CASE_REALS = (:x_from, :x_step, :fwhm, :fwhm_cd, :lorentzian_fwhm, :cutoff, :energy_offset)

function read_case(line)
    fields = split(line)
    length(fields) == length(CASE_COLUMNS) || error("tests/cases/exciton.txt: a row has $(length(fields)) columns: $line")
    value(column, text) = column in (:name, :set) ? String(text) : parse(column in CASE_REALS ? Float64 : Int, text)
    return NamedTuple{CASE_COLUMNS}(Tuple(value(column, text) for (column, text) in zip(CASE_COLUMNS, fields)))
end

const CASES = [read_case(line) for line in eachline(joinpath(ROOT, "tests", "cases", "exciton.txt"))
               if !startswith(line, "#") && !isempty(strip(line))]

word(choices, number) = keys(choices)[number+1]

# The inputs and keywords of a case, with its arrays in a layout.
function prepare(case, layout)
    system = case_set(case.set, case.n_conf, case.n_site)
    if case.layout == 4
        system = merge(system, (dipoles = repeat(system.dipoles[:, :, 1:1], 1, 1, case.n_conf),
                                positions = repeat(system.positions[:, :, 1:1], 1, 1, case.n_conf)))
    end
    grid = case.x_from .+ case.x_step .* (0:case.n_grid-1)
    fwhm, fwhm_cd = case.fwhm, case.fwhm_cd > 0 ? case.fwhm_cd : nothing
    if case.fwhm_by != 0
        fwhm_cd = something(fwhm_cd, fwhm) .+ 7.0 .* (0:case.n_site-1)
        fwhm = fwhm .+ 5.0 .* (0:case.n_site-1)
    end
    place(values::Real) = values
    place(values) = in_layout(layout, values)
    # Broadcast geometry is a matrix here, and stands for all configurations.
    geometry(array) = layout == 4 ? array[:, :, 1] : place(array)
    lines = (fwhm = place(fwhm), fwhm_cd = fwhm_cd === nothing ? nothing : place(fwhm_cd),
             fwhm_by = word(Hotloop.FWHM_BY, case.fwhm_by), lineshape = word(Hotloop.LINESHAPES, case.lineshape), lorentzian_fwhm = case.lorentzian_fwhm,
             cutoff = case.cutoff < 0 ? Inf : case.cutoff, normalization = word(Hotloop.NORMALIZATIONS, case.normalization),
             broadening = word(Hotloop.BROADENINGS, case.broadening), frequency_prefactor = case.frequency_prefactor == 1)
    of_sites = (cd_scale = word(Hotloop.CD_SCALES, case.cd_scale), normalize_dipoles = case.normalize_dipoles == 1,
                energy_offset = case.energy_offset, deleted = case.delete == 0 ? nothing : [case.delete])
    return (system = system, hamiltonians = place(system.hamiltonians), dipoles = geometry(system.dipoles),
            positions = geometry(system.positions), grid = place(collect(grid)), lines = lines, of_sites = of_sites,
            widths = fwhm, widths_cd = something(fwhm_cd, fwhm))
end

# All arrays that a case writes, in the order of its file. The names are those of the functions' results.
function compute(case, layout)
    given = prepare(case, layout)
    n_site, n_conf = case.n_site, case.n_conf
    array(extents...) = blank(layout, extents...)
    sticks = (energies = array(n_site, n_conf), dipole_strengths = array(n_site, n_conf),
              rotational_strengths = array(n_site, n_conf), exciton_dipoles = array(3, n_site, n_conf), eigenvectors = array(n_site, n_site, n_conf))
    spectra = (absorption = array(case.n_grid), cd = array(case.n_grid))
    broadened = (absorption = array(case.n_grid), cd = array(case.n_grid))
    exciton_sticks!(sticks, given.hamiltonians, given.dipoles, given.positions; given.of_sites...)
    exciton_spectrum!(spectra..., given.hamiltonians, given.dipoles, given.positions, given.grid; given.lines..., given.of_sites...)
    if case.fwhm_by != 2
        exciton_broaden!(broadened..., sticks, given.grid; given.lines...)
        return (given = given, sticks = sticks, spectra = spectra, broadened = broadened)
    end
    return (given = given, sticks = sticks, spectra = spectra, broadened = nothing)
end

# The file's numbers: logical arrays in C order, so Julia's in the reverse order of axes, except eigenvectors [conf][site][exciton].
function in_c_order(found)
    sticks = found.sticks
    eigenvectors = PermutedDimsArray(sticks.eigenvectors, (2, 1, 3))
    arrays = Any[sticks.energies, sticks.dipole_strengths, sticks.rotational_strengths, sticks.exciton_dipoles, eigenvectors,
                 found.spectra...]
    found.broadened === nothing || append!(arrays, found.broadened)
    return reduce(vcat, vec(collect(array)) for array in arrays)
end

# What an output's parent holds between the output's elements is still NaN.
gaps_are_untouched(array) = all(value -> isnan(value) || value == 0, gaps(array))

const RESULTS = joinpath(get(ENV, "HOTLOOP_RESULTS", joinpath(ROOT, "build", "results")), "julia")
mkpath(RESULTS)

for case in CASES
    @testset "$(case.name)" begin
        found = compute(case, case.layout)
        numbers = in_c_order(found)
        write(joinpath(RESULTS, case.name * ".f64"), map(htol, numbers))
        @test all(isfinite, numbers)
        @test all(gaps_are_untouched, found.sticks) && all(gaps_are_untouched, found.spectra)
        if case.layout != 0
            @test reinterpret(UInt64, numbers) == reinterpret(UInt64, in_c_order(compute(case, 0)))
        end

        # Energies, strengths: configuration by configuration, against LAPACK through LinearAlgebra.
        kept = setdiff(1:case.n_site, case.delete)
        n = length(kept)
        system, sticks = found.given.system, found.sticks
        naive = [Naive.sticks(system.hamiltonians[:, :, c], system.dipoles[:, :, c], system.positions[:, :, c]; kept = kept,
                              energy_offset = case.energy_offset, normalize_dipoles = case.normalize_dipoles == 1,
                              cd_scale = case.cd_scale)
                 for c in 1:case.n_conf]
        together(name) = hcat((getfield(configuration, name) for configuration in naive)...)
        @test agrees(sticks.energies[1:n, :], together(:energies); tolerance = 1e-9)
        degenerate = case.set == "ring6"
        if !degenerate
            for name in (:dipole_strengths, :rotational_strengths)
                expected = together(name)
                @test agrees(getfield(sticks, name)[1:n, :], expected; tolerance = 1e-10 * largest(expected))
            end
        end
        for c in (1, case.n_conf)
            V = sticks.eigenvectors[kept, 1:n, c]
            H = system.hamiltonians[kept, kept, c]
            E = sticks.energies[1:n, c] .- case.energy_offset
            @test agrees(V' * V, [Float64(i == j) for i in 1:n, j in 1:n]; tolerance = 1e-12)
            @test agrees(H * V, V .* E'; tolerance = 1e-12 * largest(H) * n)
        end
        padding = (sticks.energies[n+1:end, :], sticks.dipole_strengths[n+1:end, :], sticks.rotational_strengths[n+1:end, :],
                   sticks.exciton_dipoles[:, n+1:end, :], sticks.eigenvectors[:, n+1:end, :],
                   sticks.eigenvectors[setdiff(1:case.n_site, kept), :, :])
        @test all(iszero, Iterators.flatten(padding))

        # Spectra: the gridded way leaves lines uncut, and a cut at 3 widths takes off 1.5e-11 of a line.
        absorption, cd = Naive.spectra(case, system, collect(found.given.grid), kept, found.given.widths, found.given.widths_cd)
        for (name, expected) in ((:absorption, absorption), (:cd, cd))
            scale = max(largest(expected), 1e-3 * largest(sticks.dipole_strengths))
            @test agrees(getfield(found.spectra, name), expected; tolerance = 5e-11 * scale)
            if found.broadened !== nothing
                @test agrees(getfield(found.broadened, name), expected; tolerance = 5e-11 * scale)
            end
        end
    end
end
