# Expansions, power spectra and gradients.

# Runs `call(plan and frames..., options)` for a C function of these arguments, and throws what went wrong.
function run_anisoap(call, frames::AnisoapFrames, raw::Bool, report)
    arrays = frame_arrays(frames)
    periodic = frames.periodic === nothing ? Ptr{Int32}(C_NULL) : pointer(frames.periodic)
    GC.@preserve frames run_call(report) do progress, user
        options = AnisoapOptions(sizeof(AnisoapOptions), HL_RADIAL_BASIS_GTO, -1, C_NULL, C_NULL, 0.0, 0.0, 1e-8, false,
                                 HL_CHANNEL_ORDER_RADIAL_MAJOR, HL_SPECTRUM_PAIRS_ALL, HL_SPECTRUM_SIGN_ALTERNATING, 0,
                                 raw ? HL_COEFFICIENTS_RAW : HL_COEFFICIENTS_ORTHONORMAL, progress, user,
                                 pair_fields(frames.pairs)...)
        call(arrays, periodic, options)
    end
end

"""
    anisoap_expansion(descriptor, frames; raw = false, progress = nothing)

Expansion coefficients `(n_features, n_atoms)` of every atom's neighbourhood, features as `descriptor.expansion_labels` says. Around atom i,
neighbour j is a normalised Gaussian `g_j`, and `c_nlm = sum_j integral g_j(x) B(x) r^(2n) r^l Y_lm(x)` over neighbours j of one species, made
orthonormal over n, or not with `raw`. Atoms without neighbours of a species have zeros.

`progress`: a function of the numbers of atoms done and in all; it cancels by returning `false` or `:cancel`.

```jldoctest
julia> descriptor = AnisoapDescriptor(2, 5.0; species = [1], radial_gaussian_width = 1.5);

julia> frames = AnisoapFrames([0.0 1.0; 0.0 0.0; 0.0 0.0], [1, 1], [0.5, 0.5, 0.2]);

julia> size(anisoap_expansion(descriptor, frames))
(10, 2)
```
"""
anisoap_expansion(descriptor, frames; options...) =
    anisoap_expansion!(Matrix{Float64}(undef, size(descriptor.expansion_labels, 2), n_atoms(frames)), descriptor, frames; options...)

"""
    anisoap_expansion!(coefficients, descriptor, frames; raw = false, progress = nothing)

[`anisoap_expansion`](@ref) into an array `(n_features, n_atoms)` with any strides. Returns it.
"""
function anisoap_expansion!(coefficients, descriptor::AnisoapDescriptor, frames::AnisoapFrames; raw::Bool = false, progress = nothing)
    features = size(descriptor.expansion_labels, 2)
    target = c_array("coefficients", coefficients, (features, n_atoms(frames)))
    GC.@preserve coefficients descriptor run_anisoap(frames, raw, progress) do a, periodic, options
        ccall(hl_anisoap_expansion[], hl_status,
              (Ptr{Cvoid}, Int, Int, Ptr{Int}, Ptr{Int}, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Int32}, Ptr{Int}, Ptr{Float64}, Ref{NTuple{2,Int}},
               Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Int32}, Ptr{Int},
               Int, Ptr{Float64}, Ref{NTuple{2,Int}}, Ref{AnisoapOptions}),
              descriptor.plan, n_frames(frames), n_atoms(frames), frames.offsets, C_NULL, a.positions.pointer, a.positions.strides,
              frames.species, C_NULL, a.quaternions.pointer, a.quaternions.strides, a.rotations.pointer, a.rotations.strides,
              a.semiaxes.pointer, a.semiaxes.strides, a.cells.pointer, a.cells.strides, periodic, C_NULL,
              features, target.pointer, target.strides, options)
    end
    return coefficients
end

"""
    anisoap_power_spectrum(descriptor, frames; mean = false, raw = false, progress = nothing)

Power spectra `(n_features, n_atoms)`, features as `descriptor.power_spectrum_labels` says: `p(l; a, b) = (-1)^l / sqrt(2l + 1) sum_m c_am c_bm`, a and b
channels (n, species). With `mean` their means over the atoms of each species, `(n_features, n_species, n_frames)`. Other options as in
[`anisoap_expansion`](@ref).
"""
function anisoap_power_spectrum(descriptor, frames; mean::Bool = false, options...)
    features = size(descriptor.power_spectrum_labels, 2)
    extents = mean ? (features, length(descriptor.species), n_frames(frames)) : (features, n_atoms(frames))
    return anisoap_power_spectrum!(Array{Float64}(undef, extents), descriptor, frames; options...)
end

"""
    anisoap_power_spectrum!(spectra, descriptor, frames; raw = false, progress = nothing)

[`anisoap_power_spectrum`](@ref) into an array with any strides: `(n_features, n_atoms)`, or `(n_features, n_species, n_frames)` for means.
Returns it.
"""
function anisoap_power_spectrum!(spectra, descriptor::AnisoapDescriptor, frames::AnisoapFrames; raw::Bool = false, progress = nothing)
    features, species = size(descriptor.power_spectrum_labels, 2), length(descriptor.species)
    is_mean = spectra isa AbstractArray && ndims(spectra) == 3
    by_atom = c_array("spectra", is_mean ? nothing : spectra, (features, n_atoms(frames)))
    by_frame = c_array("spectra", is_mean ? spectra : nothing, (features, species, n_frames(frames)))
    GC.@preserve spectra descriptor run_anisoap(frames, raw, progress) do a, periodic, options
        ccall(hl_anisoap_power_spectrum[], hl_status,
              (Ptr{Cvoid}, Int, Int, Ptr{Int}, Ptr{Int}, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Int32}, Ptr{Int}, Ptr{Float64}, Ref{NTuple{2,Int}},
               Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Int32}, Ptr{Int},
               Int, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}}, Ref{AnisoapOptions}),
              descriptor.plan, n_frames(frames), n_atoms(frames), frames.offsets, C_NULL, a.positions.pointer, a.positions.strides,
              frames.species, C_NULL, a.quaternions.pointer, a.quaternions.strides, a.rotations.pointer, a.rotations.strides,
              a.semiaxes.pointer, a.semiaxes.strides, a.cells.pointer, a.cells.strides, periodic, C_NULL,
              features, by_atom.pointer, by_atom.strides, by_frame.pointer, by_frame.strides, options)
    end
    return spectra
end

"""
    anisoap_gradients(descriptor, frames; expansion, power_spectrum, mean_power_spectrum, raw = false, progress = nothing)

Gradients of a function F of the features, given its derivatives by them: dF / d `expansion` `(n_features, n_atoms)`; or dF / d `power_spectrum`
`(n_features, n_atoms)` and dF / d `mean_power_spectrum` `(n_features, n_species, n_frames)`, or one of the two.

A named tuple: `positions` `(3, n_atoms)`; `strains` `(3, 3, n_frames)`, `[a, b, frame]` for `r[a] + sum(e[a, b] * r[b])` of positions and cells;
`rotations` `(3, n_atoms)`, for a small rotation vector of the body in the axes of positions; `quaternions` `(4, n_atoms)`, or `nothing` without
quaternions.
"""
function anisoap_gradients(descriptor::AnisoapDescriptor, frames::AnisoapFrames; expansion = nothing, power_spectrum = nothing,
                           mean_power_spectrum = nothing, raw::Bool = false, progress = nothing)
    (expansion === nothing) == (power_spectrum === nothing && mean_power_spectrum === nothing) &&
        throw(ArgumentError("expansion: pass either expansion, or power_spectrum and mean_power_spectrum or one of them"))
    atoms, count = n_atoms(frames), n_frames(frames)
    positions, strains, rotations = Array{Float64}(undef, 3, atoms), Array{Float64}(undef, 3, 3, count), Array{Float64}(undef, 3, atoms)
    quaternions = frames.quaternions === nothing ? nothing : Array{Float64}(undef, 4, atoms)
    targets = (p = c_array("positions", positions, (3, atoms)), s = by_matrix(memory(strains)),
               r = c_array("rotations", rotations, (3, atoms)), q = c_array("quaternions", quaternions, (4, atoms)))
    GC.@preserve expansion power_spectrum mean_power_spectrum positions strains rotations quaternions descriptor begin
        if expansion !== nothing
            expansion_gradients(descriptor, frames, expansion, targets, raw, progress)
        else
            spectrum_gradients(descriptor, frames, power_spectrum, mean_power_spectrum, targets, raw, progress)
        end
    end
    return (positions = positions, strains = strains, rotations = rotations, quaternions = quaternions)
end

function expansion_gradients(descriptor, frames, cotangent, t, raw, progress)
    features = size(descriptor.expansion_labels, 2)
    given = c_array("expansion", cotangent, (features, n_atoms(frames)))
    run_anisoap(frames, raw, progress) do a, periodic, options
        ccall(hl_anisoap_expansion_vjp[], hl_status,
              (Ptr{Cvoid}, Int, Int, Ptr{Int}, Ptr{Int}, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Int32}, Ptr{Int}, Ptr{Float64}, Ref{NTuple{2,Int}},
               Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Int32}, Ptr{Int},
               Int, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}},
               Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}}, Ref{AnisoapOptions}),
              descriptor.plan, n_frames(frames), n_atoms(frames), frames.offsets, C_NULL, a.positions.pointer, a.positions.strides,
              frames.species, C_NULL, a.quaternions.pointer, a.quaternions.strides, a.rotations.pointer, a.rotations.strides,
              a.semiaxes.pointer, a.semiaxes.strides, a.cells.pointer, a.cells.strides, periodic, C_NULL,
              features, given.pointer, given.strides, t.p.pointer, t.p.strides, t.s.pointer, t.s.strides, t.r.pointer, t.r.strides,
              t.q.pointer, t.q.strides, options)
    end
end

function spectrum_gradients(descriptor, frames, by_atom, by_frame, t, raw, progress)
    features, species = size(descriptor.power_spectrum_labels, 2), length(descriptor.species)
    spectra = c_array("power_spectrum", by_atom, (features, n_atoms(frames)))
    means = c_array("mean_power_spectrum", by_frame, (features, species, n_frames(frames)))
    run_anisoap(frames, raw, progress) do a, periodic, options
        ccall(hl_anisoap_power_spectrum_vjp[], hl_status,
              (Ptr{Cvoid}, Int, Int, Ptr{Int}, Ptr{Int}, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Int32}, Ptr{Int}, Ptr{Float64}, Ref{NTuple{2,Int}},
               Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Int32}, Ptr{Int},
               Int, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}},
               Ptr{Float64}, Ref{NTuple{3,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}}, Ptr{Float64}, Ref{NTuple{2,Int}}, Ref{AnisoapOptions}),
              descriptor.plan, n_frames(frames), n_atoms(frames), frames.offsets, C_NULL, a.positions.pointer, a.positions.strides,
              frames.species, C_NULL, a.quaternions.pointer, a.quaternions.strides, a.rotations.pointer, a.rotations.strides,
              a.semiaxes.pointer, a.semiaxes.strides, a.cells.pointer, a.cells.strides, periodic, C_NULL,
              features, spectra.pointer, spectra.strides, means.pointer, means.strides, t.p.pointer, t.p.strides, t.s.pointer,
              t.s.strides, t.r.pointer, t.r.strides, t.q.pointer, t.q.strides, options)
    end
end
