# Finds and loads libhotloop when the package is loaded, and says what was loaded.

const LIBRARY_NAME = "libhotloop.so.$HL_ABI_VERSION"

# The library that was loaded, as it was named to the loader.
const library_path = Ref("")

# Where the library may be, in the order in which it is looked for. The last, a bare name, is for the system's loader.
function library_candidates()
    named = get(ENV, "HOTLOOP_LIBRARY", "")
    isempty(named) || return [named]
    package = dirname(@__DIR__)
    packaged = joinpath(package, "lib", LIBRARY_NAME)
    staged = normpath(joinpath(package, "..", "..", "build", "lib", LIBRARY_NAME))
    return [filter(isfile, [packaged, staged]); LIBRARY_NAME]
end

function __init__()
    candidates = library_candidates()
    handle = C_NULL
    complaints = String[]
    for candidate in candidates
        try
            # Not Julia's default flags, which include RTLD_DEEPBIND: the library would find libgcc's unwinder before the libunwind that
            # Julia has loaded, the two would call each other, and a contained panic would end the process. OpenBLAS' names are in none of the
            # libraries that Julia's program itself is linked with.
            handle = Libdl.dlopen(candidate, Libdl.RTLD_LAZY | Libdl.RTLD_LOCAL)
            library_path[] = candidate
            break
        catch error
            push!(complaints, sprint(showerror, error))
        end
    end
    handle == C_NULL && throw(ErrorException(
        "Hotloop cannot load the library hotloop:\n  " * join(complaints, "\n  ") *
        "\nBuild it with `make build`, install it, or set HOTLOOP_LIBRARY to the path of $LIBRARY_NAME before starting Julia."))
    address = Libdl.dlsym(handle, :hl_abi_version; throw_error = false)
    found = address === nothing ? nothing : ccall(address, Int32, ())
    found == HL_ABI_VERSION || throw(ErrorException(
        "Hotloop needs a library with ABI version $HL_ABI_VERSION, but $(library_path[]) " *
        (found === nothing ? "is no hotloop library" : "has ABI version $found") *
        ". Use the library and the Julia package of one version; HOTLOOP_LIBRARY chooses the library."))
    for name in FUNCTION_NAMES
        getfield(@__MODULE__, name)[] = Libdl.dlsym(handle, name)
    end
    return
end

"""
    Hotloop.version() -> VersionNumber

The version of the library that is loaded.
"""
version() = VersionNumber(unsafe_string(ccall(hl_version[], Cstring, ())))

"""
    Hotloop.config() -> Dict{String,String}

How the library runs here: `"version"`, `"abi"`, `"simd"` (the level in use), `"simd_available"`, `"threads"` and
`"threads_from"` (what set the number), `"openblas"`, `"openblas_core"`, `"openblas_threading"`, and `"library"` (the file that
was loaded). Later versions may add keys.
"""
function config()
    text = on_own_thread_count(() -> unsafe_string(ccall(hl_config[], Cstring, ())))
    entries = Dict{String,String}("library" => library_path[])
    for line in split(text, '\n'; keepempty = false)
        key, value = split(line, ": "; limit = 2)
        entries[key] = value
    end
    return entries
end
