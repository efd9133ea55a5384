# Which library is loaded, and what is said when none can be.

@testset "what is loaded" begin
    @test Hotloop.version() isa VersionNumber
    config = Hotloop.config()
    for key in ("version", "abi", "simd", "simd_available", "threads", "threads_from", "openblas", "openblas_core",
                "openblas_threading", "library")
        @test haskey(config, key)
    end
    @test config["version"] == string(Hotloop.version())
    @test config["abi"] == string(Hotloop.HL_ABI_VERSION)
end

# A shared library that has what the C text defines.
function with_shared_library(body, text)
    mktempdir() do folder
        source, library = joinpath(folder, "other.c"), joinpath(folder, "libother.so")
        write(source, text)
        run(`$(Base.shell_split(get(ENV, "CC", "cc"))) -shared -fPIC -o $library $source`)
        body(library)
    end
end

@testset "HOTLOOP_LIBRARY names the library, and no other is taken" begin
    loaded = child("using Hotloop; println(Hotloop.config()[\"library\"])"; HOTLOOP_LIBRARY = Hotloop.library_path[])
    @test loaded.status == 0 && occursin(Hotloop.library_path[], loaded.output)
    missing_library = child("using Hotloop"; HOTLOOP_LIBRARY = "/nowhere/libhotloop.so.0")
    @test missing_library.status != 0
    @test occursin("/nowhere/libhotloop.so.0", missing_library.output) && occursin("set HOTLOOP_LIBRARY", missing_library.output)
end

@testset "another library or ABI is refused" begin
    with_shared_library("int hl_abi_version(void) { return 42; }\n") do library
        refused = child("using Hotloop"; HOTLOOP_LIBRARY = library)
        @test refused.status != 0 && occursin("has ABI version 42", refused.output)
    end
    with_shared_library("int something_else(void) { return 0; }\n") do library
        refused = child("using Hotloop"; HOTLOOP_LIBRARY = library)
        @test refused.status != 0 && occursin("is no hotloop library", refused.output)
    end
end
