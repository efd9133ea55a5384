# Frames of ellipsoids.

"""
    AnisoapFrames(positions, species, semiaxes; quaternions, rotations, offsets, cells, periodic)

Atoms of any number of frames, one after the other, for [`anisoap_expansion`](@ref) and its kin. Arrays of `Float64` are read where they lie.

- `positions` `(3, n_atoms)`; `species`: `n_atoms` whole numbers.
- `semiaxes` `(3, n_atoms)`, or `(3,)` for all atoms: standard deviations along the axes of the body, half of AniSOAP's diameters.
- `quaternions` `(4, n_atoms)`: w, x, y, z of the rotation from the body's axes to those of positions, of any length but 0; or `rotations`
  `(3, 3, n_atoms)`, a matrix for each atom. With neither, bodies are not turned.
- `offsets`: `n_frames + 1` whole numbers, the atoms before each frame, then `n_atoms`; without it there is one frame.
- `cells` `(3, 3, n_frames)`, or `(3, 3)` for one frame: columns are lattice vectors. `periodic`: a `Bool` for each frame; without it frames are
  periodic if there are cells.
"""
struct AnisoapFrames{P,S,Q,R,C}
    positions::P
    species::Vector{Int32}
    semiaxes::S
    quaternions::Q
    rotations::R
    offsets::Vector{Int}
    cells::C
    periodic::Union{Nothing,Matrix{Int32}}

    function AnisoapFrames(positions, species, semiaxes; quaternions = nothing, rotations = nothing, offsets = nothing, cells = nothing,
                           periodic = nothing)
        n_atoms = count_points("positions", positions)
        kept_offsets = offsets === nothing ? [0, n_atoms] : Vector{Int}(offsets)
        isempty(kept_offsets) && throw(ArgumentError("offsets: is empty, expected n_frames + 1 numbers"))
        n_frames = length(kept_offsets) - 1
        length(species) == n_atoms || throw(ArgumentError("species: has $(length(species)) entries, expected $n_atoms"))
        flags = nothing
        if periodic !== nothing
            length(periodic) == n_frames || throw(ArgumentError("periodic: has $(length(periodic)) entries, expected $n_frames"))
            flags = Int32[flag ? 1 : 0 for axis in 1:3, flag in periodic]
        elseif cells !== nothing
            flags = ones(Int32, 3, n_frames)
        end
        kept_cells = cells isa AbstractMatrix && n_frames == 1 ? reshape(cells, 3, 3, 1) : cells
        return new{typeof(positions),typeof(semiaxes),typeof(quaternions),typeof(rotations),typeof(kept_cells)}(
            positions, Vector{Int32}(species), semiaxes, quaternions, rotations, kept_offsets, kept_cells, flags)
    end
end

n_atoms(frames::AnisoapFrames) = length(frames.species)
n_frames(frames::AnisoapFrames) = length(frames.offsets) - 1

# C's axes (atom, row, column) of matrices (row, column, atom).
by_matrix(found::Memory{Float64,3}) = Memory(found.pointer, (found.strides[3], found.strides[1], found.strides[2]))

# The arrays of frames for the library, checked. The frames must be kept while they are used.
function frame_arrays(frames::AnisoapFrames)
    atoms, count = n_atoms(frames), n_frames(frames)
    semiaxes = frames.semiaxes isa AbstractVector ?
        Memory(memory_of_vector("semiaxes", frames.semiaxes, 3).pointer, (0, only_stride("semiaxes", frames.semiaxes))) :
        c_array("semiaxes", frames.semiaxes, (3, atoms))
    rotations = absent(Val(3))
    if frames.rotations !== nothing
        size(frames.rotations) == (3, 3, atoms) ||
            throw(ArgumentError("rotations: its size is $(size(frames.rotations)), expected $((3, 3, atoms))"))
        rotations = by_matrix(memory_of("rotations", frames.rotations))
    end
    return (positions = c_array("positions", frames.positions, (3, atoms)),
            quaternions = c_array("quaternions", frames.quaternions, (4, atoms)), rotations = rotations, semiaxes = semiaxes,
            cells = c_array("cells", frames.cells, (3, 3, count)))
end
only_stride(name, vector) = memory_of(name, vector).strides[1]
