# Mean absorption and CD of an ensemble of configurations, from one file to one file, with progress and the time that it took.
#
#     julia --project=bindings/julia examples/julia/ensemble_spectrum.jl ensemble.bin spectrum.bin [threads]
#
# `make demo` makes such an ensemble; examples/README.md says what is in the files.

using Hotloop
using Printf

const CALLS = 20

# Asked for a few times a second, so a call that is over sooner prints nothing. The answer `false` would end the call.
function show_progress(done, total)
    0 < done < total && @printf(stderr, "%3d %%\r", 100 * done ÷ total)
    return true
end

# The file's bytes in C order [configuration][row][column] are Julia's [column, row, configuration].
function read_ensemble(path)
    open(path) do file
        n_conf, n_site = read(file, Int64), read(file, Int64)
        array(size...) = read!(file, Array{Float64}(undef, size...))
        return array(n_site, n_site, n_conf), array(3, n_site), array(3, n_site)
    end
end

function main(input, output, threads = "0")
    hamiltonians, dipoles, positions = read_ensemble(input)
    Hotloop.set_num_threads(parse(Int, threads)) # 0: the default, all cores that the process may use

    # Grid and spectra are rows of one table, which lie in memory with two elements between; hotloop works in place.
    table = Array{Float64}(undef, 3, 1510)
    grid, absorption, cd = (view(table, row, :) for row in 1:3)
    grid .= 11790.0:1.0:13299.0
    fastest = minimum(1:CALLS) do _
        @elapsed exciton_spectrum!(absorption, cd, hamiltonians, dipoles, positions, grid; fwhm = 70.0, progress = show_progress)
    end

    write(output, table)
    @printf("%d configurations of %d pigments: %.4f ms, the fastest of %d calls (threads: %d)\n", size(hamiltonians, 3),
            size(hamiltonians, 1), 1e3 * fastest, CALLS, Hotloop.get_num_threads())
end

main(ARGS...)
