# A call allocates the same few bytes whatever the arrays' size and layout: nothing is copied.

const FEW_BYTES = 4096

function bytes_of_calls(layout, n_conf)
    system = random_system(1, 7, n_conf)
    place(array) = in_layout(layout, array)
    hamiltonians, dipoles, positions = map(place, values(system))
    grid, weights = place(collect(12000.0:0.5:13000.0)), place(ones(n_conf))
    absorption, cd = blank(layout, 2001), blank(layout, 2001)
    array(extents...) = blank(layout, extents...)
    sticks = (energies = array(7, n_conf), dipole_strengths = array(7, n_conf), rotational_strengths = array(7, n_conf),
              exciton_dipoles = array(3, 7, n_conf), eigenvectors = array(7, 7, n_conf))
    nanometres = blank(layout, 2001)
    fwhm = place(fill(70.0, 7))
    calls = (
        () -> exciton_spectrum!(absorption, cd, hamiltonians, dipoles, positions, grid; weights = weights),
        () -> exciton_spectrum!(absorption, cd, hamiltonians, dipoles, positions, grid; fwhm = fwhm, fwhm_by = :site, deleted = [3]),
        () -> exciton_sticks!(sticks, hamiltonians, dipoles, positions),
        () -> exciton_broaden!(absorption, cd, sticks, grid; weights = weights),
        () -> convert_units!(nanometres, grid, "cm-1", "nm"),
    )
    return map(calls) do call
        call() # compiles
        @allocated call()
    end
end

for layout in 0:3
    @testset "layout $layout" begin
        small, large = bytes_of_calls(layout, 2), bytes_of_calls(layout, 3000)
        for (few, as_many) in zip(small, large)
            @test as_many <= FEW_BYTES
            @test as_many <= few + 256
        end
    end
end

@testset "arrays stay alive and in place during a call" begin
    # Temporary wrappers and arrays, with garbage collected as often as possible.
    system = random_system(2, 7, 50)
    expected = exciton_spectrum(system..., DEFAULT_GRID)
    for _ in 1:20
        found = exciton_spectrum(view(copy(system.hamiltonians), :, :, 1:50),
                                 PermutedDimsArray(permutedims(system.dipoles, (3, 1, 2)), (2, 3, 1)),
                                 view(reverse(system.positions; dims = 3), :, :, 50:-1:1),
                                 view([DEFAULT_GRID; 0.0], 1:length(DEFAULT_GRID));
                                 fwhm = fill(70.0, 7), fwhm_by = :exciton, progress = (done, total) -> (GC.gc(); nothing))
        @test found == exciton_spectrum(system..., DEFAULT_GRID; fwhm = 70.0, fwhm_by = :exciton)
        @test agrees(found.absorption, expected.absorption; tolerance = 5e-11 * largest(expected.absorption))
    end
end
