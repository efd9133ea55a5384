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

    @testset "members are functions of seed and number" begin
        @test exciton_disorder(hamiltonian, 5, fill(40.0, 7); seed = 3, first_member = 10) == members[:, :, 11:15]
        @test members[1, 2, 1] == hamiltonian[1, 2] && members[1, 1, 1] != hamiltonian[1, 1]
    end

    @testset "what is wrong is said" begin
        said(call) = try call(); "" catch error; sprint(showerror, error) end
        @test occursin("neither absorption nor cd", said(() -> exciton_fit(members, dipoles, positions, parameters)))
        @test occursin("count from 1", said(() -> exciton_fit(members, dipoles, positions, [(:site_energy, 0)]; measured...)))
        @test occursin("takes 2 more", said(() -> exciton_fit(members, dipoles, positions, [(:coupling, 1)]; measured...)))
        @test occursin("has 2 numbers", said(() -> exciton_fit(members, dipoles, positions, parameters; measured..., values = [1.0, 2])))
    end
end
