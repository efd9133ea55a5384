# Numbers of threads: settings, the same bits for any, and calls from many Julia threads at once.

@testset "settings" begin
    default = Hotloop.get_num_threads()
    @test default >= 1
    Hotloop.set_num_threads(3)
    @test Hotloop.get_num_threads() == 3
    @test Hotloop.config()["threads"] == "3"
    inside = Hotloop.with_threads(5) do
        (Hotloop.get_num_threads(), Hotloop.with_threads(Hotloop.get_num_threads, 2), Hotloop.with_threads(Hotloop.get_num_threads, 0),
         Hotloop.get_num_threads(), Hotloop.config()["threads"], fetch(@async Hotloop.get_num_threads()))
    end
    @test inside == (5, 2, 3, 5, "5", 3) # another task has its own
    @test Hotloop.get_num_threads() == 3
    @test_throws ErrorException Hotloop.with_threads(() -> error("x"), 7)
    @test Hotloop.get_num_threads() == 3
    Hotloop.set_num_threads(0)
    @test Hotloop.get_num_threads() == default
    for bad in (-1, 1025, typemax(Int), typemin(Int))
        for set in (Hotloop.set_num_threads, n -> Hotloop.with_threads(() -> nothing, n))
            caught = try
                set(bad)
            catch error
                error
            end
            @test caught isa HotloopError && caught.status == Hotloop.HL_ERR_ARGUMENT && startswith(caught.message, "n: ")
        end
    end
    @test Hotloop.get_num_threads() == default
    @test Hotloop.shutdown() === nothing
end

# 1 configuration, a batch, and a matrix that goes to LAPACK.
const BIT_CASE_NAMES = ("brixner_default", "disorder_reversed", "fmo8_direct", "fmo8_gridded", "per_site_cd", "voigt", "site24",
                        "site96", "site300", "ring6")
const BIT_CASES = [case for case in CASES if case.name in BIT_CASE_NAMES]

@testset "the same bits with 1, 2 and 7 threads: $(case.name)" for case in BIT_CASES
    bits(n) = Hotloop.with_threads(() -> reinterpret(UInt64, in_c_order(compute(case, case.layout))), n)
    one = bits(1)
    for n in (2, 7)
        @test bits(n) == one
    end
end

@testset "many Julia threads at once" begin
    code = """
    using Hotloop, Random
    # Before 1.6 Julia starts no more threads than there are cores.
    Threads.nthreads() >= min(4, Sys.CPU_THREADS) || error("has \$(Threads.nthreads()) threads")
    random = MersenneTwister(1)
    hamiltonians = 30 .* randn(random, 8, 8, 300)
    for c in 1:300; hamiltonians[:, :, c] .+= hamiltonians[:, :, c]'; for s in 1:8; hamiltonians[s, s, c] += 12400.0; end; end
    dipoles, positions, grid = randn(random, 3, 8), 10 .* randn(random, 3, 8), collect(11800.0:1.0:13000.0)
    expected = exciton_spectrum(hamiltonians, dipoles, positions, grid)
    results = Vector{Any}(undef, 64)
    Threads.@threads for i in 1:64
        results[i] = Hotloop.with_threads(1 + i % 3) do
            progress = i % 2 == 0 ? nothing : (done, total) -> (GC.gc(false); nothing)
            spectra = exciton_spectrum(hamiltonians, dipoles, positions, grid; progress = progress)
            refusal = try
                exciton_spectrum(fill(Float64(i), 2, 2, i), dipoles, positions, grid)
            catch error
                error
            end
            # Every thread reads its own message.
            nan = copy(dipoles); nan[1, 1 + i % 8] = NaN
            message = try
                exciton_spectrum(hamiltonians, nan, positions, grid)
            catch error
                error.message
            end
            own_message = "dipoles: element (\$(i % 8), 0) of configuration 0 is NaN"
            (spectra == expected, refusal isa ArgumentError, startswith(message, own_message))
        end
    end
    println("good: ", count(==((true, true, true)), results))
    """
    outcome = child(code; JULIA_NUM_THREADS = "4")
    @test (outcome.status, strip(outcome.output)) == (0, "good: 64")
end
