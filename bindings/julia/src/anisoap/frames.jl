# Frames of ellipsoids.

const PAIR_LISTS = (full = HL_PAIR_LIST_FULL, half = HL_PAIR_LIST_HALF, directed = HL_PAIR_LIST_DIRECTED)

# A list of pairs as the library takes it: atoms counted from 0.
struct AnisoapPairs
    first::Vector{Int}
    second::Vector{Int}
    shifts::Union{Nothing,Matrix{Int32}}
    vectors::Union{Nothing,Matrix{Float64}}
    kind::Int32
end

function AnisoapPairs(list, kind::Symbol)
    hasproperty(list, :pairs) || throw(ArgumentError("pairs: has no `pairs`; pass a named tuple like that of neighbour_list"))
    size(list.pairs, 1) == 2 && ndims(list.pairs) == 2 ||
        throw(ArgumentError("pairs: its pairs have the size $(size(list.pairs)), expected (2, n_pairs)"))
    n = size(list.pairs, 2)
    has_shifts = hasproperty(list, :shifts)
    has_vectors = !has_shifts && hasproperty(list, :vectors)
    for (name, is_there) in ((:shifts, has_shifts), (:vectors, has_vectors))
        is_there && size(getproperty(list, name)) != (3, n) &&
            throw(ArgumentError("pairs: its $name have the size $(size(getproperty(list, name))), expected (3, $n)"))
    end
    return AnisoapPairs(Vector{Int}(list.pairs[1, :]) .- 1, Vector{Int}(list.pairs[2, :]) .- 1,
                        has_shifts ? Matrix{Int32}(list.shifts) : nothing, has_vectors ? Matrix{Float64}(list.vectors) : nothing,
                        code("pair_list", kind, PAIR_LISTS))
end

# The last fields of hl_anisoap_options. The pairs must be kept while they are used.
pair_fields(::Nothing) = (-1, C_NULL, C_NULL, C_NULL, C_NULL, C_NULL, C_NULL, C_NULL, C_NULL, HL_PAIR_LIST_FULL, 0)
pair_fields(pairs::AnisoapPairs) =
    (length(pairs.first), pointer(pairs.first), C_NULL, pointer(pairs.second), C_NULL,
     pairs.shifts === nothing ? C_NULL : pointer(pairs.shifts), C_NULL,
     pairs.vectors === nothing ? C_NULL : pointer(pairs.vectors), C_NULL, pairs.kind, 0)

"""
    AnisoapFrames(positions, species, semiaxes; quaternions, rotations, offsets, cells, periodic, pairs, pair_list = :full)

Atoms of any number of frames, one after the other, for [`anisoap_expansion`](@ref) and its kin. Arrays of `Float64` are read where they lie.

- `positions` `(3, n_atoms)`; `species`: `n_atoms` whole numbers.
- `semiaxes` `(3, n_atoms)`, or `(3,)` for all atoms: standard deviations along the axes of the body, half of AniSOAP's diameters.
- `quaternions` `(4, n_atoms)`: w, x, y, z of the rotation from the body's axes to those of positions, of any length but 0; or `rotations`
  `(3, 3, n_atoms)`, a matrix for each atom. With neither, bodies are not turned.
- `offsets`: `n_frames + 1` whole numbers, the atoms before each frame, then `n_atoms`; without it there is one frame.
- `cells` `(3, 3, n_frames)`, or `(3, 3)` for one frame: columns are lattice vectors. `periodic`: a `Bool` for each frame; without it frames are
  periodic if there are cells.
- `pairs`: who is whose neighbour, as a named tuple of `pairs` `(2, n_pairs)`, numbers of atoms counted from 1 over all frames (the second is a
  neighbour of the first), and `shifts` `(3, n_pairs)` or `vectors` `(3, n_pairs)`; [`neighbour_list`](@ref) makes one for a frame. It is copied. Pairs
  at the cutoff or beyond it are left out, and so are those of an atom with itself in its own place. Without it neighbours are searched for.
- `pair_list`: `:full`, every pair is there from either side (a list in which a side is missing is refused); `:half`, once for both atoms;
  `:directed`, as it is, the second for the first alone.
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
    pairs::Union{Nothing,AnisoapPairs}

    function AnisoapFrames(positions, species, semiaxes; quaternions = nothing, rotations = nothing, offsets = nothing, cells = nothing,
                           periodic = nothing, pairs = nothing, pair_list::Symbol = :full)
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
            positions, Vector{Int32}(species), semiaxes, quaternions, rotations, kept_offsets, kept_cells, flags,
            pairs === nothing ? nothing : AnisoapPairs(pairs, pair_list))
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
