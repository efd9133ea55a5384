# The tests of the Julia package, on the repository that it lies in. Run as tests/julia/run, or
#
#     julia --project=bindings/julia bindings/julia/test/runtests.jl
#
# The last line is `tests julia: N passed, N failed`; the exit status is 0 when nothing failed.

using Serialization
using Test
using Hotloop

const ROOT = normpath(joinpath(@__DIR__, "..", "..", ".."))

include("support/count.jl")
include("support/layouts.jl")
include("support/reference.jl")
include("support/naive.jl")
include("support/normals.jl")
include("support/child.jl")
include("support/doctests.jl")

summary = counted("Hotloop") do
    @testset "the header in Julia's words" begin include("header.jl") end
    @testset "memory of arrays" begin include("arrays.jl") end
    @testset "units" begin include("units.jl") end
    @testset "shared cases" begin include("cases.jl") end
    @testset "reference values" begin include("exciton_reference.jl") end
    @testset "properties of spectra" begin include("exciton_properties.jl") end
    @testset "forms of the exciton functions" begin include("exciton_forms.jl") end
    @testset "fits" begin include("exciton_fit.jl") end
    @testset "shared cases of fits" begin include("fit_cases.jl") end
    @testset "lattices" begin include("kuramoto_cases.jl") end
    @testset "forms of the lattices' functions" begin include("kuramoto_forms.jl") end
    @testset "networks and mean fields" begin include("kuramoto_nodes_cases.jl") end
    @testset "forms of the networks' and mean fields' functions" begin include("kuramoto_nodes_forms.jl") end
    @testset "noise and adaptive steps" begin include("kuramoto_methods.jl") end
    @testset "AniSOAP descriptors" begin include("anisoap.jl") end
    @testset "shared cases of AniSOAP" begin include("anisoap_cases.jl") end
    @testset "direct sums" begin include("fmm_cases.jl") end
    @testset "fast multipole plans" begin include("fmm_plan.jl") end
    @testset "shared cases of plans" begin include("fmm_plan_cases.jl") end
    @testset "Morton codes" begin include("morton.jl") end
    @testset "bad input" begin include("bad_input.jl") end
    @testset "bad lattices" begin include("kuramoto_bad_input.jl") end
    @testset "bad networks and mean fields" begin include("kuramoto_nodes_bad_input.jl") end
    @testset "progress" begin include("progress.jl") end
    @testset "threads" begin include("threads.jl") end
    @testset "allocation" begin include("allocation.jl") end
    @testset "loading" begin include("loading.jl") end
    @testset "documentation" begin include("documentation.jl") end
    @testset "examples" begin include("examples.jl") end
end
println("tests julia: $(summary.passed) passed, $(summary.failed) failed")
exit(summary.failed == 0 ? 0 : 1)
