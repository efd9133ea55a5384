# Which library is loaded, and what is said when none can be.

using Libdl

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

# The real file, wherever the loader found it.
loaded_file() = realpath(Libdl.dlpath(Libdl.dlopen(Hotloop.library_path[])))

@testset "without HOTLOOP_LIBRARY: the package's own copy, else the repository's, else the system's" begin
    mktempdir() do given
        folder = realpath(given)
        # A copy of the package that lies in no repository, and libraries round it.
        package = joinpath(folder, "bindings", "julia")
        mkpath(dirname(package))
        cp(joinpath(ROOT, "bindings", "julia"), package)
        place(parts...) = joinpath(folder, parts..., "libhotloop.so.0")
        own, staged, system = place("bindings", "julia", "lib"), place("build", "lib"), place("system")
        which() = strip(child("using Hotloop; print(Hotloop.library_path[])"; project = package, HOTLOOP_LIBRARY = nothing,
                              LD_LIBRARY_PATH = join((get(ENV, "LD_LIBRARY_PATH", ""), dirname(system)), ':')).output)
        add(file) = (mkpath(dirname(file)); symlink(loaded_file(), file))
        add(system)
        @test which() == "libhotloop.so.0"
        add(staged)
        @test which() == staged
        add(own)
        @test which() == own
    end
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
