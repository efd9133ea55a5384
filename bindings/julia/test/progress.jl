# Progress functions: what they hear, how they cancel, and what happens to what they throw.

# One matrix as many configurations, with stride 0: long calls on little memory.
struct Repeated <: AbstractArray{Float64,3}
    matrix::Matrix{Float64}
    count::Int
end
Base.size(array::Repeated) = (size(array.matrix)..., array.count)
Base.strides(array::Repeated) = (strides(array.matrix)..., 0)
Base.unsafe_convert(::Type{Ptr{Float64}}, array::Repeated) = pointer(array.matrix)
Base.getindex(array::Repeated, i::Int, j::Int, ::Int) = array.matrix[i, j]

function repeated_system(n_conf)
    system = random_system(3, 8, 1)
    return Repeated(system.hamiltonians[:, :, 1], n_conf), system.dipoles[:, :, 1], system.positions[:, :, 1]
end
const LONG, SHORT = repeated_system(400_000), repeated_system(5_000)
const LONG_GRID = collect(11800.0:1.0:13000.0)
const DIRECT = (broadening = :direct,) # slow enough to be heard of several times

struct Interruption <: Exception
    text::String
end

@testset "$n thread(s)" for n in (1, 2)
    Hotloop.with_threads(n) do
        @testset "word comes from start to end, and changes no bit" begin
            heard = Tuple{Int,Int}[]
            told = exciton_spectrum(LONG..., LONG_GRID; progress = (done, total) -> push!(heard, (done, total)), DIRECT...)
            @test first(heard) == (0, 400_000) && last(heard) == (400_000, 400_000)
            @test issorted(first.(heard)) && all(total -> total == 400_000, last.(heard))
            @test length(heard) > 2
            untold = exciton_spectrum(LONG..., LONG_GRID; DIRECT...)
            @test told == untold
        end

        @testset "false and :cancel end the call" for answer in (false, :cancel)
            absorption = fill(-777.0, length(LONG_GRID))
            calls = 0
            second_answer(done, total) = (calls += 1; calls < 2 ? nothing : answer)
            caught = try
                exciton_spectrum!(absorption, nothing, LONG..., LONG_GRID; progress = second_answer, DIRECT...)
            catch error
                error
            end
            @test caught isa HotloopError && caught.status == Hotloop.HL_ERR_CANCELLED
            @test calls == 2 && all(==(-777.0), absorption)
        end

        @testset "other answers do not" for answer in (nothing, true, 0, 1, "no", :go)
            @test exciton_broaden([1.0], [1.0], nothing, [1.0]; progress = (done, total) -> answer).absorption == [1.0]
        end

        @testset "what it throws is thrown again" begin
            caught = try
                exciton_spectrum(LONG..., LONG_GRID; progress = (done, total) -> throw(Interruption("at $done")))
            catch error
                error
            end
            @test caught == Interruption("at 0")
            @test_throws InterruptException exciton_sticks(SHORT...; progress = (done, total) -> throw(InterruptException()))
            @test exciton_spectrum(SHORT..., LONG_GRID).cd !== nothing # nothing is left over
        end

        @testset "it may call hotloop, print and switch tasks" begin
            inner = Any[]
            background = 0
            ticker = @async for _ in 1:1000
                background += 1
                yield()
            end
            function report(done, total)
                push!(inner, Hotloop.get_num_threads(), convert_units(12500.0, "cm-1", "nm"))
                yield()
                sleep(0.001)
            end
            exciton_spectrum(LONG..., LONG_GRID; progress = report, DIRECT...)
            @test inner[1:2] == [n, 800.0] && background > 0
            wait(ticker)
        end
    end
end

@testset "Ctrl-C ends a call that has a progress function" begin
    # The program spends nearly all of its time in the library, so that is where the signal comes.
    code = """
    using Hotloop
    Base.exit_on_sigint(false)
    hamiltonians = zeros(40, 40, 20_000)
    for c in 1:20_000, i in 1:40, j in 1:40; hamiltonians[i, j, c] = i == j ? 12400.0 + i : 5.0 * cos(i + j + c); end
    grid = collect(12000.0:1.0:13000.0)
    report(done, total) = nothing
    exciton_spectrum(hamiltonians[:, :, 1:9], ones(3, 40), nothing, grid; progress = report) # compiles
    run(`sh -c "sleep 0.1; kill -INT \$(getpid())"`; wait = false)
    outcome = try
        while true
            exciton_spectrum(hamiltonians, ones(3, 40), nothing, grid; progress = report)
        end
    catch error
        string(typeof(error))
    end
    println(outcome, " ", exciton_spectrum(hamiltonians[:, :, 1:9], zeros(3, 40), nothing, [12000.0]).absorption)
    """
    outcome = child(code; HOTLOOP_NUM_THREADS = "1")
    @test (outcome.status, strip(outcome.output)) == (0, "InterruptException [0.0]")
end

@testset "every function has it" begin
    for call in (heard -> exciton_sticks(SHORT...; progress = heard), heard -> exciton_spectrum(SHORT..., LONG_GRID; progress = heard),
                 heard -> exciton_broaden(exciton_sticks(SHORT...), LONG_GRID; progress = heard))
        ticks = 0
        call((done, total) -> (ticks += 1; nothing))
        @test ticks >= 2
    end
end

@testset "tasks that take turns keep their own number of threads" begin
    # Two calls on one thread, each switching to the other whenever it is called back.
    seen = Dict(1 => Int[], 2 => Int[])
    @sync for n in (1, 2)
        @async Hotloop.with_threads(n) do
            look_and_switch(done, total) = (push!(seen[n], Hotloop.get_num_threads()); yield())
            exciton_spectrum(LONG..., LONG_GRID; progress = look_and_switch, DIRECT...)
        end
    end
    @test all(==(1), seen[1]) && all(==(2), seen[2])
    @test ccall(Hotloop.hl_set_num_threads_local[], Int32, (Int32,), 0) == 0 # the thread's own setting is as it was
end
