# Median processor time of a call from Julia; see ../overhead.py.
using Hotloop
using Printf

# C's clock(): microseconds of processor time
microseconds() = ccall(:clock, Clong, ())

function report(name, call, calls)
    times = Float64[]
    for batch in 0:101
        began = microseconds()
        for _ in 1:calls
            call()
        end
        batch > 0 && push!(times, (microseconds() - began) / calls) # the first warms up
    end
    @printf("%s %.6f\n", name, sort(times)[51])
end

function main()
    calls = isempty(ARGS) ? 2000 : 100
    values, converted = [12500.0], zeros(1)
    report("convert_one", () -> convert_units!(converted, values, "cm-1", "nm"), calls)

    hamiltonian, dipoles, energies = [12400.0 -100.0; -100.0 12500.0], [1.0 0.0; 0.0 1.0; 0.0 0.0], zeros(2)
    report("sticks_two", () -> exciton_sticks!((energies = energies,), hamiltonian, dipoles), calls)
end

main()
