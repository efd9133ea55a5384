# Absorption and CD of the FMO complex: seven coupled bacteriochlorophylls, from one file to excitons and spectra.
#
#     julia --project=bindings/julia examples/julia/fmo_spectrum.jl [configuration file [file for the spectra]]
#
# A line of the configuration file is a pigment: its row of the Hamiltonian (cm-1), transition dipole x y z, position x y z (angstrom).
# The data is the model of T. Brixner et al., Nature 434, 625 (2005), as shipped with fmo_analysis.

using Hotloop
using Printf

input = get(ARGS, 1, joinpath(@__DIR__, "..", "..", "tests", "data", "exciton", "brixner_conf.csv"))
output = get(ARGS, 2, "fmo_spectrum.csv")

# One column for each pigment: in Julia the fastest index comes first.
table = reduce(hcat, [parse.(Float64, split(line, ',')) for line in eachline(input)])
n_site = size(table, 2)
hamiltonian = table[1:n_site, :]
dipoles = view(table, n_site+1:n_site+3, :)   # views are read where they lie
positions = view(table, n_site+4:n_site+6, :)

sticks = exciton_sticks(hamiltonian, dipoles, positions)
wavelengths = convert_units(sticks.energies, "cm-1", "nm")
println("exciton   cm-1        nm      D        R       pigments (share of 10 % or more)")
for k in 1:n_site
    shares = abs2.(sticks.eigenvectors[:, k])
    main = [@sprintf("%d (%.0f %%)", site, 100 * shares[site]) for site in sortperm(shares; rev = true) if shares[site] >= 0.1]
    @printf("%4d   %9.1f  %7.2f  %6.4f  %8.5f   %s\n", k, sticks.energies[k], wavelengths[k], sticks.dipole_strengths[k],
            sticks.rotational_strengths[k], join(main, ", "))
end

grid = collect(11790.0:1.0:13300.0)
spectra = exciton_spectrum(hamiltonian, dipoles, positions, grid; fwhm = 70.0)
open(output, "w") do file
    println(file, "wavenumber_cm-1,absorption,cd")
    for (x, absorption, cd) in zip(grid, spectra...)
        @printf(file, "%.1f,%.10e,%.10e\n", x, absorption, cd)
    end
end
@printf("absorption peak at %.0f cm-1; both spectra are in %s\n", grid[argmax(spectra.absorption)], output)
