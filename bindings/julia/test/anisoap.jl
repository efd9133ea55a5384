# AniSOAP descriptors and neighbour lists: reference values, layouts, gradients, bad input.

const ANISOAP = let folder = joinpath(ROOT, "tests", "data", "anisoap"), numbers = read_numbers(joinpath(folder, "reference.f64"))
    arrays = Dict{String,Array{Float64}}()
    for line in eachline(joinpath(folder, "reference.txt"))
        words = split(line)
        offset, extents = parse(Int, words[2]), Tuple(parse.(Int, words[3:end]))
        arrays[words[1]] = reshape(numbers[offset+1:offset+prod(extents)], reverse(extents))
    end
    arrays
end

function anisoap_case(name)
    array(part) = ANISOAP["$name.$part"]
    hypers = array("hypers")
    descriptor = AnisoapDescriptor(Int(hypers[1]), hypers[4]; species = Int.(array("species")), max_radial = Int.(array("num_ns")) .- 1,
                                   radial_basis = hypers[2] == 0 ? :gto : :monomial, radial_gaussian_width = hypers[3],
                                   basis_rcond = hypers[5], basis_tol = hypers[6], subtract_center_contribution = hypers[7] == 1)
    frames = AnisoapFrames(array("positions"), Int.(array("atoms")), array("semiaxes"); quaternions = array("quaternions"),
                           offsets = Int.(array("starts")), cells = array("cells"), periodic = array("periodic")[1, :] .== 1)
    return descriptor, frames
end

@testset "AniSOAP's values: $name" for name in sort(unique(first.(split.(collect(keys(ANISOAP)), '.'))))
    descriptor, frames = anisoap_case(name)
    digits = occursin("l9_n6", name) ? 1e-8 : 1e-12
    expected = ANISOAP["$name.expansion"]
    @test agrees(anisoap_expansion(descriptor, frames), expected; tolerance = digits * maximum(abs, expected))
    expected = ANISOAP["$name.spectrum"]
    @test agrees(anisoap_power_spectrum(descriptor, frames), expected; tolerance = digits * maximum(abs, expected))
end

@testset "layouts" begin
    descriptor, frames = anisoap_case("ellipsoids_first4__gto_l3_n2")
    expected = anisoap_expansion(descriptor, frames)
    store = zeros(2 * size(expected, 2), 3 * size(expected, 1))
    out = PermutedDimsArray(view(store, 2:2:size(store, 1), size(store, 2):-3:1), (2, 1))
    wide = zeros(7, 2 * size(frames.positions, 2))
    positions = view(wide, 5:-2:1, 1:2:size(wide, 2))
    positions .= frames.positions
    matrices = zeros(3, 3, length(frames.species))
    for i in 1:length(frames.species)
        w, x, y, z = frames.quaternions[:, i] ./ sqrt(sum(abs2, frames.quaternions[:, i]))
        matrices[:, :, i] = [1-2(y^2+z^2) 2(x*y-w*z) 2(x*z+w*y); 2(x*y+w*z) 1-2(x^2+z^2) 2(y*z-w*x); 2(x*z-w*y) 2(y*z+w*x) 1-2(x^2+y^2)]
    end
    others = AnisoapFrames(positions, frames.species, frames.semiaxes; quaternions = frames.quaternions, offsets = frames.offsets,
                           cells = frames.cells)
    @test anisoap_expansion!(out, descriptor, others) === out && out == expected
    turned = AnisoapFrames(positions, frames.species, frames.semiaxes; rotations = matrices, offsets = frames.offsets, cells = frames.cells)
    @test anisoap_expansion(descriptor, turned) ≈ expected rtol = 1e-13
    means = anisoap_power_spectrum(descriptor, frames; mean = true)
    spectra = anisoap_power_spectrum(descriptor, frames)
    @test means[:, 1, 1] ≈ (spectra[:, 1] + spectra[:, 2]) / 2
end

@testset "gradients" begin
    descriptor, frames = anisoap_case("cluster_aniso_2sp__gto_l3_n2")
    at(positions) = AnisoapFrames(positions, frames.species, frames.semiaxes; quaternions = frames.quaternions)
    cotangent = cos.(anisoap_expansion(descriptor, frames) .* 100)
    F(positions) = sum(cotangent .* anisoap_expansion(descriptor, at(positions)))
    gradient = anisoap_gradients(descriptor, at(frames.positions); expansion = cotangent)
    for k in (1, 8, 15)
        step = zeros(size(frames.positions)); step[k] = 1e-4
        @test (F(frames.positions + step) - F(frames.positions - step)) / 2e-4 ≈ gradient.positions[k] rtol = 1e-6
    end
    @test size(gradient.quaternions) == (4, 5) && size(gradient.strains) == (3, 3, 1)
    weights = sin.(1000 .* anisoap_power_spectrum(descriptor, frames))
    P(positions) = sum(weights .* anisoap_power_spectrum(descriptor, at(positions)))
    gradient = anisoap_gradients(descriptor, at(frames.positions); power_spectrum = weights)
    step = zeros(size(frames.positions)); step[5] = 1e-4
    @test (P(frames.positions + step) - P(frames.positions - step)) / 2e-4 ≈ gradient.positions[5] rtol = 1e-6
end

@testset "bad input" begin
    descriptor, frames = anisoap_case("cluster_aniso_2sp__gto_l3_n2")
    text(call) = try
        call()
        "no error"
    catch error
        sprint(showerror, error)
    end
    other(; positions = frames.positions, species = frames.species, semiaxes = frames.semiaxes, quaternions = frames.quaternions, more...) =
        () -> anisoap_expansion(descriptor, AnisoapFrames(positions, species, semiaxes; quaternions = quaternions, more...))
    @test occursin("semiaxes: element [1, 2] is -1", text(other(semiaxes = let a = copy(frames.semiaxes); a[3, 2] = -1; a end)))
    @test occursin("quaternions: quaternion 4 is 0", text(other(quaternions = let q = copy(frames.quaternions); q[:, 5] .= 0; q end)))
    @test occursin("positions: element [0, 1] is NaN", text(other(positions = let x = copy(frames.positions); x[2, 1] = NaN; x end)))
    @test occursin("species: atom 0 is of species 7", text(other(species = [7, 6, 1, 1, 6])))
    @test occursin("left-handed", text(other(cells = [5.0 0 0; 0 5 0; 0 0 -5])))
    @test occursin("positions: its size", text(() -> anisoap_expansion(descriptor, AnisoapFrames(zeros(2, 5), frames.species, frames.semiaxes))))
    @test occursin("max_radial", text(() -> AnisoapDescriptor(6, 7.0; species = [1], radial_basis = :monomial, max_radial = 12)))
    @test occursin("cutoff_radius", text(() -> AnisoapDescriptor(6, 0.0; species = [1], radial_gaussian_width = 1.0)))
end

@testset "copies and hyperparameters" begin
    descriptor, frames = anisoap_case("cluster_aniso_2sp__gto_l3_n2")
    expected = anisoap_expansion(descriptor, frames)
    @test anisoap_expansion(deepcopy((descriptor, 1))[1], frames) == expected
    @test anisoap_expansion(copy(descriptor), frames) == expected
    @test_throws ArgumentError Serialization.serialize(IOBuffer(), Dict(1 => descriptor))
    for wrong in (2.0, (2, 1, 1, 0), "3", Int[], true)
        @test_throws ArgumentError AnisoapDescriptor(3, 7.0; species = [1], radial_gaussian_width = 1.0, max_radial = wrong)
    end
    other = AnisoapDescriptor(1, 7.0; species = [1], radial_gaussian_width = 1.0)
    finalize(other)
    @test_throws Exception anisoap_expansion(other, AnisoapFrames(zeros(3, 1), [1], [1.0, 1.0, 1.0]))
end

@testset "lists of pairs" begin
    descriptor, frames = anisoap_case("cluster_aniso_2sp__gto_l3_n2")
    expected = anisoap_expansion(descriptor, frames)
    found = neighbour_list(frames.positions, 30.0)
    with(pairs; more...) = AnisoapFrames(frames.positions, frames.species, frames.semiaxes; quaternions = frames.quaternions, pairs = pairs, more...)
    @test anisoap_expansion(descriptor, with(found)) == expected
    @test anisoap_expansion(descriptor, with((pairs = found.pairs, vectors = found.vectors))) == expected
    half = found.pairs[1, :] .< found.pairs[2, :]
    one_side = (pairs = found.pairs[:, half], shifts = found.shifts[:, half])
    @test anisoap_expansion(descriptor, with(one_side; pair_list = :half)) == expected
    @test_throws Exception anisoap_expansion(descriptor, with(one_side))
    @test_throws ArgumentError with((pairs = found.pairs, shifts = found.shifts[:, 2:end]))
    @test_throws ArgumentError with((shifts = found.shifts,))
    @test_throws Exception with(found; pair_list = :quarter)
end

@testset "neighbour lists" begin
    cubic = neighbour_list(zeros(3, 1), 1.5; cell = [1.0 0.0 0.0; 0.0 1.0 0.0; 0.0 0.0 1.0])
    @test size(cubic.pairs) == (2, 18) && all(==(1), cubic.pairs) && cubic.vectors == cubic.shifts
    open = neighbour_list([0.0 1.0 9.0; 0.0 0.0 0.0; 0.0 0.0 0.0], 2.0; self_pairs = true)
    @test open.pairs == [1 1 2 2 3; 1 2 1 2 3] && open.vectors[1, :] == [0.0, 1.0, -1.0, 0.0, 0.0]
end
