# The same numbers come out of every form in which a function may be called.

const FORMS = random_system(5, 4, 3)
const FORMS_GRID = collect(12000.0:2.0:12800.0)
single(system, c) = (system.hamiltonians[:, :, c], system.dipoles[:, :, c], system.positions[:, :, c])
same(a, b) = a == b && size(a) == size(b)

@testset "sticks of one configuration lack the last axis" begin
    all_of_them = exciton_sticks(FORMS...)
    second = exciton_sticks(single(FORMS, 2)...)
    @test same(second.energies, all_of_them.energies[:, 2])
    @test same(second.dipole_strengths, all_of_them.dipole_strengths[:, 2])
    @test same(second.rotational_strengths, all_of_them.rotational_strengths[:, 2])
    @test same(second.exciton_dipoles, all_of_them.exciton_dipoles[:, :, 2])
    @test same(second.eigenvectors, all_of_them.eigenvectors[:, :, 2])
    with_axis = exciton_sticks(FORMS.hamiltonians[:, :, 2:2], single(FORMS, 2)[2:3]...)
    @test same(with_axis.energies, all_of_them.energies[:, 2:2])
    into = (energies = fill(NaN, 4, 1),) # an output may have the axis that the Hamiltonian lacks
    @test exciton_sticks!(into, single(FORMS, 2)...) === into
    @test same(into.energies, all_of_them.energies[:, 2:2])
end

@testset "only what is asked for is computed" begin
    everything = exciton_sticks(FORMS...)
    for name in Hotloop.STICK_NAMES
        into = NamedTuple{(name,)}((fill(NaN, size(getfield(everything, name))),))
        exciton_sticks!(into, FORMS...)
        if name in (:exciton_dipoles, :eigenvectors) # no sign is more right than the other, but it is the same each time
            @test same(abs.(into[1]), abs.(getfield(everything, name)))
        else
            @test agrees(into[1], getfield(everything, name); tolerance = 1e-12 * largest(getfield(everything, name)))
        end
    end
    @test exciton_sticks(FORMS.hamiltonians, FORMS.dipoles).rotational_strengths === nothing
    @test exciton_sticks(FORMS...; eigenvectors = false).eigenvectors === nothing
    energies = fill(NaN, 4, 3)
    @test exciton_sticks!((energies = energies, eigenvectors = nothing), FORMS.hamiltonians, nothing).energies === energies
    @test same(energies, everything.energies)

    both = exciton_spectrum(FORMS..., FORMS_GRID)
    no_cd = exciton_spectrum(FORMS.hamiltonians, FORMS.dipoles, nothing, FORMS_GRID)
    @test no_cd.cd === nothing && agrees(no_cd.absorption, both.absorption; tolerance = 1e-12)
    cd = fill(NaN, length(FORMS_GRID))
    @test exciton_spectrum!(nothing, cd, FORMS..., FORMS_GRID) === (absorption = nothing, cd = cd)
    @test agrees(cd, both.cd; tolerance = 1e-12)
    sticks = exciton_sticks(FORMS...)
    @test exciton_broaden(sticks.energies, nothing, sticks.rotational_strengths, FORMS_GRID).absorption === nothing
    @test exciton_broaden((energies = sticks.energies, dipole_strengths = sticks.dipole_strengths), FORMS_GRID).cd === nothing
end

@testset "shared geometry is the repeated one" begin
    dipoles, positions = FORMS.dipoles[:, :, 1], FORMS.positions[:, :, 1]
    shared = exciton_spectrum(FORMS.hamiltonians, dipoles, positions, FORMS_GRID)
    repeated = exciton_spectrum(FORMS.hamiltonians, repeat(dipoles, 1, 1, 3), repeat(positions, 1, 1, 3), FORMS_GRID)
    @test shared == repeated
end

@testset "sticks broadened are the spectrum" begin
    lines = (lineshape = :lorentzian, fwhm = 30.0, fwhm_cd = 40.0)
    spectra = exciton_spectrum(FORMS..., FORMS_GRID; lines...)
    sticks = exciton_sticks(FORMS...)
    columns = fill(NaN, length(FORMS_GRID), 2) # both spectra as columns of one matrix
    into = exciton_broaden!(view(columns, :, 1), view(columns, :, 2), sticks, FORMS_GRID; lines...)
    @test agrees(columns, [spectra.absorption spectra.cd]; tolerance = 1e-13 * largest(columns))
    @test parent(into.cd) === columns
    rows = fill(NaN, 2, length(FORMS_GRID)) # interleaved
    exciton_spectrum!(view(rows, 1, :), view(rows, 2, :), FORMS..., FORMS_GRID; lines...)
    @test rows == [spectra.absorption spectra.cd]'
    @test exciton_broaden(sticks.energies[:, 2], sticks.dipole_strengths[:, 2], nothing, FORMS_GRID) ==
          exciton_broaden((energies = sticks.energies[:, 2:2], dipole_strengths = sticks.dipole_strengths[:, 2:2]), FORMS_GRID)
end

@testset "deleted pigments by number and by flag" begin
    by_number = exciton_spectrum(FORMS..., FORMS_GRID; deleted = [2, 4])
    @test by_number == exciton_spectrum(FORMS..., FORMS_GRID; deleted = [false, true, false, true])
    @test by_number == exciton_spectrum(FORMS..., FORMS_GRID; deleted = BitVector([0, 1, 0, 1]))
    @test by_number == exciton_spectrum(FORMS..., FORMS_GRID; deleted = (4, 2))
    rest = [1, 3]
    without = exciton_spectrum(FORMS.hamiltonians[rest, rest, :], FORMS.dipoles[:, rest, :], FORMS.positions[:, rest, :], FORMS_GRID)
    @test by_number == without
    @test exciton_spectrum(FORMS..., FORMS_GRID; deleted = Int[]) == exciton_spectrum(FORMS..., FORMS_GRID)
end

@testset "one number stands for a width for each" begin
    common = exciton_spectrum(FORMS..., FORMS_GRID; fwhm = 40.0, fwhm_cd = 60.0, broadening = :direct)
    for by in (:exciton, :site)
        spectra = exciton_spectrum(FORMS..., FORMS_GRID; fwhm = 40.0, fwhm_cd = fill(60.0, 4), fwhm_by = by, broadening = :direct)
        @test agrees(spectra.absorption, common.absorption; tolerance = 1e-12 * largest(common.absorption))
        @test agrees(spectra.cd, common.cd; tolerance = 1e-12 * largest(common.cd))
    end
end

@testset "options change what they should" begin
    spectra = exciton_spectrum(FORMS..., FORMS_GRID)
    rosenfeld = exciton_spectrum(FORMS..., FORMS_GRID; cd_scale = :rosenfeld)
    @test agrees(rosenfeld.cd, spectra.cd ./ 4; tolerance = 1e-13 * largest(spectra.cd))
    with_prefactor = exciton_spectrum(FORMS..., FORMS_GRID; frequency_prefactor = true)
    @test with_prefactor.absorption ≈ spectra.absorption .* FORMS_GRID rtol = 1e-14
    strengths = exciton_sticks(FORMS...; normalize_dipoles = true).dipole_strengths
    @test vec(sum(strengths; dims = 1)) ≈ ones(3) rtol = 1e-13
end

@testset "nothing is fine" begin
    @test exciton_sticks(zeros(4, 4, 0), zeros(3, 4, 0), zeros(3, 4, 0)).energies == zeros(4, 0)
    @test exciton_sticks(zeros(0, 0), zeros(3, 0), zeros(3, 0)).energies == Float64[]
    @test exciton_spectrum(FORMS..., Float64[]) == (absorption = Float64[], cd = Float64[])
    @test exciton_spectrum(zeros(0, 0, 2), zeros(3, 0, 2), zeros(3, 0, 2), [1.0, 2.0]) == (absorption = [0.0, 0.0], cd = [0.0, 0.0])
    @test exciton_broaden(zeros(0, 2), zeros(0, 2), nothing, [1.0, 2.0]).absorption == [0.0, 0.0]
end
