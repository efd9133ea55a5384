# Every row of tests/cases/anisoap.txt: the same bits in every layout and from the search as from a list, and a file for the comparison of
# languages.

const ANISOAP_COLUMNS = (:name, :max_angular, :max_radial, :basis, :width, :cutoff, :order, :pairs, :sign, :raw, :sub, :n_species, :n_frames,
                         :atoms, :shapes, :orientation, :side, :periodic, :list, :n_pairs, :layout)
const ANISOAP_SPECIES = [1, 6, 7, 8]
const ANISOAP_TURNS = ([1.0 0 0; 0 1 0; 0 0 1], [0.0 -1 0; 1 0 0; 0 0 1], [1.0 0 0; 0 0.6 -0.8; 0 0.8 0.6])

const ANISOAP_ROWS = map(filter(line -> !startswith(line, "#") && !isempty(strip(line)),
                                readlines(joinpath(ROOT, "tests", "cases", "anisoap.txt")))) do line
    fields = split(line)
    length(fields) == length(ANISOAP_COLUMNS) || error("tests/cases/anisoap.txt: a row has $(length(fields)) columns: $line")
    value(column, text) = column === :name ? String(text) : parse(column in (:width, :cutoff, :side) ? Float64 : Int, text)
    NamedTuple{ANISOAP_COLUMNS}(Tuple(value(column, text) for (column, text) in zip(ANISOAP_COLUMNS, fields)))
end

# The inputs of a row by the formulas in the table's head, and the pairs of all frames, atoms counted over all of them from 1.
function anisoap_inputs(row)
    counts = [max(row.atoms - 3f, 0) for f in 0:row.n_frames-1]
    offsets = [0; cumsum(counts)]
    n = offsets[end]
    one_shape = ([0.75, 0.75, 0.75], [1.5, 1.5, 0.5])
    positions = reshape([(7919i + 104729) % 65536 / 8192 for i in 0:3n-1], 3, n)
    cells, periodic = nothing, nothing
    if row.side > 0
        cells = zeros(3, 3, row.n_frames)
        for f in 1:row.n_frames
            a = row.side + (f - 1) / 8
            cells[:, :, f] = [a a/4 -a/8; 0 a a/16; 0 0 a]
        end
        periodic = [row.periodic == 1 || f % 2 == 0 for f in 0:row.n_frames-1]
    end
    lists = map(1:row.n_frames) do f
        cell = periodic !== nothing && periodic[f] ? cells[:, :, f] : nothing
        found = neighbour_list(positions[:, offsets[f]+1:offsets[f+1]], row.cutoff; cell = cell)
        (found.pairs .+ offsets[f], found.shifts, found.vectors)
    end
    return (offsets = offsets, species = [ANISOAP_SPECIES[i%row.n_species+1] for i in 0:n-1], positions = positions,
            semiaxes = row.shapes < 2 ? one_shape[row.shapes+1] : reshape([0.5 + 37i % 64 / 64 for i in 0:3n-1], 3, n),
            quaternions = row.orientation == 1 ? reshape([(911i + 77) % 4096 / 2048 - 1 for i in 0:4n-1], 4, n) : nothing,
            rotations = row.orientation == 2 ? cat((ANISOAP_TURNS[i%3+1] for i in 0:n-1)...; dims = 3) : nothing,
            cells = cells, periodic = periodic, found = Tuple(reduce(hcat, getindex.(lists, part)) for part in 1:3))
end

# What the row gives to the descriptor, last pair first.
function anisoap_list(list, found)
    list == 0 && return nothing
    pairs, shifts, vectors = (array[:, end:-1:1] for array in found)
    list == 2 && return (pairs = pairs, vectors = vectors)
    list == 1 && return (pairs = pairs, shifts = shifts)
    kept = [(pairs[1, p], Tuple(shifts[:, p])) < (pairs[2, p], Tuple(-shifts[:, p])) for p in 1:size(pairs, 2)]
    return (pairs = pairs[:, kept], shifts = shifts[:, kept])
end

function compute_anisoap(row, given, layout, list)
    descriptor = AnisoapDescriptor(row.max_angular, row.cutoff; species = ANISOAP_SPECIES[1:row.n_species],
                                   radial_basis = word(Hotloop.RADIAL_BASES, row.basis), radial_gaussian_width = row.width,
                                   max_radial = row.max_radial < 0 ? nothing : row.max_radial,
                                   subtract_center_contribution = row.sub == 1, channel_order = word(Hotloop.CHANNEL_ORDERS, row.order),
                                   spectrum_pairs = word(Hotloop.SPECTRUM_PAIRS, row.pairs), spectrum_sign = word(Hotloop.SPECTRUM_SIGNS, row.sign))
    frames = AnisoapFrames(in_layout(layout, given.positions), given.species, in_layout(layout, given.semiaxes);
                           quaternions = in_layout(layout, given.quaternions), rotations = in_layout(layout, given.rotations),
                           offsets = given.offsets, cells = in_layout(layout, given.cells), periodic = given.periodic,
                           pairs = anisoap_list(list, given.found), pair_list = list == 3 ? :half : :full)
    n, m, raw = length(given.species), row.n_frames, row.raw == 1
    width, products = size(descriptor.expansion_labels, 2), size(descriptor.power_spectrum_labels, 2)
    coefficients = anisoap_expansion!(blank(layout, width, n), descriptor, frames; raw = raw)
    spectra = anisoap_power_spectrum!(blank(layout, products, n), descriptor, frames; raw = raw)
    means = anisoap_power_spectrum!(blank(layout, products, row.n_species, m), descriptor, frames; raw = raw)
    cotangent(extents, factor, modulus, shift) =
        in_layout(layout, reshape([factor * e % modulus / modulus - shift for e in 0:prod(extents)-1], extents))
    of_expansion = anisoap_gradients(descriptor, frames; raw = raw, expansion = cotangent((width, n), 53, 32, 0.5))
    of_spectrum = anisoap_gradients(descriptor, frames; raw = raw, power_spectrum = cotangent((products, n), 29, 64, 0.5),
                                    mean_power_spectrum = cotangent((products, row.n_species, m), 17, 16, 0.0))
    in_c_order(g) = Any[g.positions, permutedims(g.strains, (2, 1, 3)), g.rotations, (g.quaternions === nothing ? () : (g.quaternions,))...]
    pairs, shifts, vectors = given.found
    return (numbers = reduce(vcat, Any[vec(Float64.(array)) for array in Any[
                descriptor.expansion_labels, descriptor.power_spectrum_labels, coefficients, spectra, means, in_c_order(of_expansion)...,
                in_c_order(of_spectrum)..., pairs .- 1, shifts, vectors]]),
            outputs = (coefficients, spectra, means))
end

@testset "$(row.name)" for row in ANISOAP_ROWS
    given = anisoap_inputs(row)
    @test size(given.found[1], 2) == row.n_pairs
    found = compute_anisoap(row, given, row.layout, row.list)
    write(joinpath(RESULTS, row.name * ".f64"), map(htol, found.numbers))
    @test all(isfinite, found.numbers)
    @test all(output -> all(value -> isnan(value) || value == 0, gaps(output)), found.outputs)
    for (layout, list) in ((0, row.list), (1, row.list), (2, row.list), (3, row.list), (row.layout, 0))
        @test reinterpret(UInt64, compute_anisoap(row, given, layout, list).numbers) == reinterpret(UInt64, found.numbers)
    end
end
