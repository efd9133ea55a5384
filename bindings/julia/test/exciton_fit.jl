# Fits: known shifts are found again, gradients are difference quotients, disorder has the numbers of every language.

let reference = joinpath(ROOT, "tests", "data", "exciton", "brixner_conf.csv")
    table = reduce(hcat, [parse.(Float64, split(line, ',')) for line in eachline(reference)])
    hamiltonian, dipoles, positions = table[1:7, :], table[8:10, :], table[11:13, :]
    grid = collect(11800.0:8.0:13000.0)
    members = exciton_disorder(hamiltonian, 20, fill(40.0, 7); seed = 3)
    parameters = [[(:site_energy, i) for i in 1:7]; (:coupling, 1, 2); (:scale, :cd)]
    truth = [10.0, -15, 20, 5, -8, 12, -3, 4, 0.8]
    moved = copy(members)
    for c in 1:20, i in 1:7
        moved[i, i, c] += truth[i]
    end
    moved[1, 2, :] .+= truth[8]
    moved[2, 1, :] .+= truth[8]
    made = exciton_spectrum(moved, dipoles, positions, grid; cutoff = Inf, broadening = :direct)
    measured = (absorption = (grid, made.absorption), cd = (grid, 0.8 .* made.cd))

    @testset "a fit finds what made its spectra" begin
        found = exciton_fit(members, dipoles, positions, parameters; measured...)
        @test maximum(abs.(found.values .- truth)) < 1e-6
        @test found.reason in (:misfit, :step, :gradient) && found.misfit < found.initial_misfit
        @test all(found.standard_errors .>= 0) && all(found.correlation[i, i] == 1 for i in 1:9)
        table = split(sprint(show, MIME"text/plain"(), found), '\n')
        @test length(table) == 11 && occursin(r"^parameter +value +std\. error$", table[1]) && occursin(r"^coupling 1 2 +4\.0 ", table[9])
        @test occursin("iterations, ended by $(found.reason)", table[11])
        @test found.parameters == parameters && occursin("site_energy 1 = 10.0 ± ", string(found)) && !occursin('\n', string(found))
        bounded = exciton_fit(members, dipoles, positions, parameters; measured..., upper = fill(7.0, 9))
        @test maximum(bounded.values) == 7.0
    end

    @testset "the gradient is the difference quotient" begin
        values = truth .* 0.5
        at(values) = exciton_residual_gradient(members, dipoles, positions, parameters, values; measured...)
        here = at(values)
        for p in 1:9
            h = p == 9 ? 1e-3 : 1e-2
            step = h .* (1:9 .== p)
            quotient = (at(values .+ step).misfit - at(values .- step).misfit) / 2h
            @test isapprox(here.gradient[p], quotient; rtol = 1e-5)
        end
    end

    @testset "the gradient is J'r" begin
        values = truth .* 0.5
        here = exciton_residual_gradient(members, dipoles, positions, parameters, values; measured...)
        rows = exciton_jacobian(members, dipoles, positions, parameters, values; absorption_grid = grid, cd_grid = grid)
        @test size(rows.cd_jacobian) == (length(grid), 9)
        by_rows = rows.absorption_jacobian' * (rows.absorption .- measured.absorption[2]) +
            rows.cd_jacobian' * (rows.cd .- measured.cd[2])
        @test isapprox(by_rows, here.gradient; rtol = 1e-9)
    end

    @testset "samples: linear dichroism, variants, disorder that is drawn" begin
        sigma = fill(2.0, 7, 7)
        drawn = (members = 60, site_factor = fill(40.0, 7), coupling_sigma = sigma, seed = 3, first_member = 1)
        in_memory = exciton_disorder(hamiltonian, 60, fill(40.0, 7); coupling_sigma = sigma, seed = 3, first_member = 1)
        variants = [(weight = -1.0,), (weight = 0.9, deleted = [7], energies = [0.0, 20, 0, 0, 0, 0, 0])]
        unknown = [[(:site_energy, i) for i in 1:7]; (:variant_site_energy, 3, 2); (:variant_weight, 2); (:scale, :ld)]
        values = [truth[1:7]; 45.0; 0.75; 0.8]
        sample = (axis = (0.0, 1.0, 2.0), variants = variants)
        grids = (absorption_grid = grid, ld_grid = grid)
        expected = exciton_jacobian(in_memory, dipoles, positions, unknown, values; grids..., sample...)
        found = exciton_jacobian(hamiltonian, dipoles, positions, unknown, values; grids..., sample..., disorder = drawn)
        @test found == expected && size(found.ld_jacobian) == (length(grid), 10)
        ld = exciton_linear_dichroism(in_memory, dipoles, (0.0, 1.0, 2.0), grid; cutoff = Inf, broadening = :direct, fwhm = 50.0)
        alone = exciton_jacobian(hamiltonian, dipoles, positions, [], []; ld_grid = grid, axis = (0.0, 1.0, 2.0), fwhm_ld = 50.0, disorder = drawn)
        @test maximum(abs.(alone.ld .- ld)) < 1e-12 * maximum(abs.(ld))
        compared = (absorption = (grid, found.absorption), ld = (grid, found.ld))
        here = exciton_residual_gradient(hamiltonian, dipoles, positions, unknown, 0.5 .* values; compared..., sample..., disorder = drawn)
        rows = exciton_jacobian(hamiltonian, dipoles, positions, unknown, 0.5 .* values; grids..., sample..., disorder = drawn)
        by_rows = rows.absorption_jacobian' * (rows.absorption .- found.absorption) + rows.ld_jacobian' * (rows.ld .- found.ld)
        @test isapprox(by_rows, here.gradient; rtol = 1e-9)
        best = exciton_fit(hamiltonian, dipoles, positions, unknown; compared..., sample..., disorder = drawn)
        @test maximum(abs.(best.values .- values)) < 1e-6 && maximum(abs.(best.ld .- found.ld)) < 1e-6
        @test_throws ArgumentError exciton_fit(hamiltonian, dipoles, positions, unknown; compared..., variants = variants)
        @test_throws ArgumentError exciton_fit(members, dipoles, positions, unknown; compared..., sample..., disorder = drawn)
    end

    @testset "a fit that does not determine all keeps what it found" begin
        ended = try
            exciton_fit(members, dipoles, positions, [[(:site_energy, i) for i in 1:7]; (:shift, :absorption)];
                        absorption = measured.absorption)
        catch error
            error
        end
        @test ended isa ExcitonFitError && ended.error.status == 101
        @test all(isinf, ended.fit.standard_errors) && ended.fit.misfit < ended.fit.initial_misfit
    end

    @testset "linear dichroism and couplings" begin
        about = [exciton_linear_dichroism(members, dipoles, axis, grid) for axis in ([2, 0, 0], [0, 1, 0], [0, 0, 1])]
        strength = maximum(exciton_spectrum(members, dipoles, nothing, grid).absorption)
        @test maximum(abs.(sum(about))) < 1e-9 * strength && maximum(abs.(about[1])) > 0.01 * strength
        coupled = exciton_point_dipole_couplings(dipoles, positions; screening = 0.8)
        r = positions[:, 1] .- positions[:, 3]
        distance = sqrt(sum(abs2, r))
        expected = 0.8 * 5034.1166 * (sum(dipoles[:, 1] .* dipoles[:, 3]) / distance^3 -
                                      3 * sum(dipoles[:, 1] .* r) * sum(dipoles[:, 3] .* r) / distance^5)
        @test isapprox(coupled[1, 3], expected; rtol = 1e-6) && coupled[3, 1] == coupled[1, 3] && coupled[2, 2] == 0
    end

    @testset "members are functions of seed and number" begin
        @test exciton_disorder(hamiltonian, 5, fill(40.0, 7); seed = 3, first_member = 10) == members[:, :, 11:15]
        @test members[1, 2, 1] == hamiltonian[1, 2] && members[1, 1, 1] != hamiltonian[1, 1]
        # One number, one for each site, a matrix.
        for deviations in (40.0, 40, fill(40, 7), [i == j ? 40.0 : 0.0 for i in 1:7, j in 1:7])
            @test exciton_disorder(hamiltonian, 20, deviations; seed = 3) == members
        end
        drawn(site_factor) = exciton_residual_gradient(hamiltonian, dipoles, positions, parameters, truth; measured...,
                                                       disorder = (members = 20, site_factor = site_factor, seed = 3)).misfit
        @test drawn(40.0) == drawn(fill(40.0, 7))
    end

    @testset "what is wrong is said" begin
        said(call) = try call(); "" catch error; sprint(showerror, error) end
        @test occursin("neither absorption nor cd", said(() -> exciton_fit(members, dipoles, positions, parameters)))
        @test occursin("count from 1", said(() -> exciton_fit(members, dipoles, positions, [(:site_energy, 0)]; measured...)))
        @test occursin(r"row 0 names site 8.*indices in this message count from 0", 
                       said(() -> exciton_fit(members, dipoles, positions, [(:site_energy, 9)]; measured...)))
        @test occursin("site_factor: has 6 numbers", said(() -> exciton_disorder(hamiltonian, 2, fill(1.0, 6))))
        @test occursin("site_factor: expected a number", said(() -> exciton_disorder(hamiltonian, 2, "50")))
        @test occursin("takes 2 more", said(() -> exciton_fit(members, dipoles, positions, [(:coupling, 1)]; measured...)))
        @test occursin("one spectrum has it", said(() -> exciton_fit(members, dipoles, positions, parameters;
            absorption = (measured.absorption..., ones(length(grid))), cd = measured.cd)))
        @test occursin("has 2 numbers", said(() -> exciton_fit(members, dipoles, positions, parameters; measured..., values = [1.0, 2])))
    end
end
