# What ham2spec computed for the published FMO model and for systems of other sizes (data/make_reference.py).

# A reference system as Julia has it.
reference_system(prefix) =
    (hamiltonians = REFERENCE["$(prefix)ham"], dipoles = REFERENCE["$(prefix)mus"], positions = REFERENCE["$(prefix)rs"])
const BRIXNER = reference_system("brixner7.")

const HAM2SPEC_STICKS = (energies = REFERENCE["brixner7.stick_e_vals"], dipole_strengths = REFERENCE["brixner7.stick_stick_abs"],
                         rotational_strengths = REFERENCE["brixner7.stick_stick_cd"])

# ham2spec's grid: x_to is not a point of it.
ham2spec_grid(from, to, step) = [from + i * step for i in 0:ceil(Int, (to - from) / step)-1]
const DEFAULT_GRID = ham2spec_grid(11790.0, 13300.0, 1.0)

# LAPACK's dgeev leaves eigenvalues in no order; a deleted pigment is a stick at 0 there and absent here.
function compare_sticks(sticks, prefix; n = length(sticks.energies))
    energies = REFERENCE["$(prefix)e_vals"]
    order = sortperm(energies)[end-n+1:end]
    D, R = REFERENCE["$(prefix)stick_abs"][order], REFERENCE["$(prefix)stick_cd"][order]
    @test agrees(sticks.energies[1:n], energies[order]; tolerance = 1e-9)
    @test agrees(sticks.dipole_strengths[1:n], D; tolerance = 1e-10 * largest(D))
    @test agrees(sticks.rotational_strengths[1:n], R; tolerance = 1e-10 * largest(R))
end

function compare_spectra(spectra, prefix; tolerance)
    for (found, name) in ((spectra.absorption, "abs"), (spectra.cd, "cd"))
        expected = REFERENCE["$(prefix)$name"]
        @test (prefix, name, agrees(found, expected; tolerance = tolerance * largest(expected))) == (prefix, name, true)
    end
end

@testset "sticks" begin
    compare_sticks(exciton_sticks(BRIXNER...), "brixner7.stick_")
    compare_sticks(exciton_sticks(BRIXNER...; normalize_dipoles = true), "brixner7.norm_correct_stick_")
    for pigment in 1:7
        compare_sticks(exciton_sticks(BRIXNER...; deleted = [pigment]), "brixner7.del$(pigment)_stick_"; n = 6)
    end
    for name in ("n1", "n2", "n3", "n16", "n24", "n40")
        compare_sticks(exciton_sticks(reference_system("edge.$(name)_")...), "edge.$(name)_stick_")
    end
end

@testset "spectra with one width" begin
    # name, x_from, x_to, x_step, fwhm, cutoff: tests/data/exciton/configs.json
    for (name, from, to, step, fwhm, cutoff) in [
        ("default", 11790.0, 13300.0, 1.0, 70.0, 3.0), ("bw120", 11790.0, 13300.0, 1.0, 120.0, 3.0),
        ("bw20_cut1", 11790.0, 13300.0, 1.0, 20.0, 1.0), ("cut0p5", 11790.0, 13300.0, 1.0, 70.0, 0.5),
        ("nocut", 11790.0, 13300.0, 1.0, 70.0, 1e9), ("step5", 11790.0, 13300.0, 5.0, 70.0, 3.0),
        ("step0p3", 11790.0, 13300.0, 0.3, 70.0, 3.0), ("step7p7_bw250", 11790.0, 13300.0, 7.7, 250.0, 3.0),
        ("window_clip", 12300.0, 12400.0, 1.0, 70.0, 3.0), ("window_empty_bands", 20000.0, 20100.0, 1.0, 70.0, 3.0),
        ("bw0p4_narrow", 11790.0, 13300.0, 1.0, 0.4, 3.0)]
        grid = ham2spec_grid(from, to, step)
        automatic = exciton_spectrum(BRIXNER..., grid; fwhm = fwhm, cutoff = cutoff)
        compare_spectra(automatic, "brixner7.$(name)__"; tolerance = 5e-11)
        # Lines of ham2spec's own sticks, summed directly, are ham2spec's. Its energies (LAPACK's dgeev) are up to 1.8e-11 cm-1 off a
        # computation with 40 digits, ours 7e-13: on the flank of a line that is 1.4 / fwhm times as much of the peak.
        direct = exciton_broaden(HAM2SPEC_STICKS, grid; fwhm = fwhm, cutoff = cutoff, broadening = :direct)
        compare_spectra(direct, "brixner7.$(name)__"; tolerance = 1e-13)
        direct = exciton_spectrum(BRIXNER..., grid; fwhm = fwhm, cutoff = cutoff, broadening = :direct)
        compare_spectra(direct, "brixner7.$(name)__"; tolerance = 1e-13 + 3e-11 / fwhm)
    end
    for pigment in 1:7
        spectra = exciton_spectrum(BRIXNER..., DEFAULT_GRID; deleted = [pigment])
        compare_spectra(spectra, "brixner7.del$(pigment)_default__"; tolerance = 5e-11)
    end
    for name in ("n1", "n2", "n3", "n16", "n24", "n40")
        spectra = exciton_spectrum(reference_system("edge.$(name)_")..., DEFAULT_GRID)
        compare_spectra(spectra, "edge.$(name)_default__"; tolerance = 5e-11)
    end
end

@testset "spectra with a width for each exciton" begin
    # ham2spec pairs widths with eigenvalues as dgeev returns them.
    order = sortperm(REFERENCE["brixner7.stick_e_vals"])
    fwhm, fwhm_cd = REFERENCE["brixner7.het__abs_bws"][order], REFERENCE["brixner7.het__cd_bws"][order]
    spectra = exciton_spectrum(BRIXNER..., DEFAULT_GRID; fwhm = fwhm, fwhm_cd = fwhm_cd, fwhm_by = :exciton)
    compare_spectra(spectra, "brixner7.het__"; tolerance = 5e-11)
    in_their_order = (fwhm = REFERENCE["brixner7.het__abs_bws"], fwhm_cd = REFERENCE["brixner7.het__cd_bws"], fwhm_by = :exciton)
    spectra = exciton_broaden(HAM2SPEC_STICKS, DEFAULT_GRID; in_their_order..., broadening = :direct)
    compare_spectra(spectra, "brixner7.het__"; tolerance = 1e-13)
    compare_spectra(exciton_spectrum(BRIXNER..., DEFAULT_GRID; fwhm = 50.0, fwhm_cd = 150.0), "brixner7.hetdef__"; tolerance = 5e-11)
end

@testset "degenerate levels" begin
    # Within a degenerate pair only sums mean something; ham2spec itself is wrong for the ring (its vectors are not orthogonal).
    ring = reference_system("edge.ring6_")
    sticks = exciton_sticks(ring...)
    @test agrees(sticks.energies, REFERENCE["edge.ring6_eigh_e"]; tolerance = 1e-9)
    level_sums(values) = [values[1], values[2] + values[3], values[4] + values[5], values[6]]
    for (found, name) in ((sticks.dipole_strengths, "D"), (sticks.rotational_strengths, "R"))
        expected = REFERENCE["edge.ring6_eigh_$name"]
        @test agrees(level_sums(found), level_sums(expected); tolerance = 1e-10 * largest(expected))
    end
    @test sum(sticks.dipole_strengths) ≈ sum(abs2, ring.dipoles) rtol = 1e-13
    trimer = exciton_sticks(reference_system("edge.c3_")...)
    @test agrees(trimer.energies, sort(REFERENCE["edge.c3_stick_e_vals"]); tolerance = 1e-9)
    @test sum(trimer.dipole_strengths) ≈ sum(abs2, REFERENCE["edge.c3_mus"]) rtol = 1e-13
end
