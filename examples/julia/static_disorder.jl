# The FMO complex with static disorder: the mean spectra of many configurations, and of a mutant that lacks pigment 3.
#
#     julia --project=bindings/julia examples/julia/static_disorder.jl [configurations [file for the spectra]]
#
# Site energies vary by 80 cm-1 (standard deviation), couplings by 5. All configurations share dipoles and positions, which are passed
# once. The arrays are allocated once, and the spectra are computed into the columns of one matrix, as in a fit.

using Hotloop
using Printf
using Random

n_conf = parse(Int, get(ARGS, 1, "20000"))
output = get(ARGS, 2, "static_disorder.csv")

input = joinpath(@__DIR__, "..", "..", "tests", "data", "exciton", "brixner_conf.csv")
table = reduce(hcat, [parse.(Float64, split(line, ',')) for line in eachline(input)])
n_site = size(table, 2)
mean_hamiltonian, dipoles, positions = table[1:n_site, :], table[n_site+1:n_site+3, :], table[n_site+4:n_site+6, :]

random = MersenneTwister(1)
hamiltonians = Array{Float64}(undef, n_site, n_site, n_conf)
for c in 1:n_conf, j in 1:n_site, i in j:n_site
    spread = i == j ? 80.0 : 5.0
    hamiltonians[i, j, c] = hamiltonians[j, i, c] = mean_hamiltonian[i, j] + spread * randn(random)
end

grid = collect(11500.0:1.0:13400.0)
spectra = Array{Float64}(undef, length(grid), 3)
report(done, total) = @printf(stderr, "\r%3d %%", 100 * done ÷ total) # to return false would cancel
lines = (fwhm = 70.0, normalization = :area)
seconds = @elapsed begin
    exciton_spectrum!(view(spectra, :, 1), view(spectra, :, 2), hamiltonians, dipoles, positions, grid; lines..., progress = report)
    exciton_spectrum!(view(spectra, :, 3), nothing, hamiltonians, dipoles, nothing, grid; lines..., deleted = [3])
end
@printf("\n%d configurations with and without pigment 3 in %.3f s on %d threads\n", n_conf, seconds, Hotloop.get_num_threads())

open(output, "w") do file
    println(file, "wavenumber_cm-1,absorption,cd,absorption_without_3")
    for i in eachindex(grid)
        @printf(file, "%.1f,%.10e,%.10e,%.10e\n", grid[i], spectra[i, 1], spectra[i, 2], spectra[i, 3])
    end
end
peak, mutant = grid[argmax(spectra[:, 1])], grid[argmax(spectra[:, 3])]
@printf("absorption peak at %.0f cm-1, without pigment 3 at %.0f cm-1; the spectra are in %s\n", peak, mutant, output)
