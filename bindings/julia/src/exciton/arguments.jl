# What the exciton functions have in common: the arrays of a system of pigments, and those of an ensemble's spectrum.
#
# Julia's first index runs fastest, so here the configuration is the last index, and the C function's axes are Julia's in reverse:
# hamiltonians (n_site, n_site, n_conf), dipoles and positions (3, n_site, n_conf) are [conf][site][site] and [conf][site][xyz].

# (n_site, n_conf) of Hamiltonians.
function system_size(hamiltonians)
    hamiltonians isa AbstractArray && ndims(hamiltonians) in (2, 3) && size(hamiltonians, 1) == size(hamiltonians, 2) ||
        throw(ArgumentError("hamiltonians: expected an array of size (n_site, n_site, n_conf) or (n_site, n_site), got " *
                            (hamiltonians isa AbstractArray ? "one of size $(size(hamiltonians))" : "a $(typeof(hamiltonians))")))
    return size(hamiltonians, 1), size(hamiltonians, 3)
end

# An array's memory with its axes in the C function's order.
in_c_order(memory::Memory) = Memory(memory.pointer, reverse(memory.strides))

# An input or output with one entry per `extents`, the last of which is the configurations.
argument(name, array, extents; shared = false) = in_c_order(memory_by_configuration(name, array, extents; shared = shared))
argument(name, ::Nothing, extents; shared = false) = absent(Val(length(extents)))

# Eigenvectors (n_site, n_exciton, n_conf) are [conf][site][exciton]: their columns are columns in both languages.
function eigenvectors_argument(array, extents)
    memory = memory_by_configuration("eigenvectors", array, extents)
    site, exciton, configuration = memory.strides
    return Memory(memory.pointer, (configuration, site, exciton))
end
eigenvectors_argument(::Nothing, extents) = absent(Val(3))

# An input or output with one axis.
argument(name, array, extent::Int) = memory_of_vector(name, array, extent)
argument(name, ::Nothing, extent::Int) = absent(Val(1))

# The number of points of a grid.
function grid_length(grid)
    grid isa AbstractVector || throw(ArgumentError("grid: expected a vector of Float64, got a $(typeof(grid))"))
    return length(grid)
end
