# Morton codes against bits one by one, and neighbours against places.

function code_by_bits(anchor, level)
    code = Int64(level)
    for bit in 0:level-1, axis in 0:2
        code |= Int64(anchor[axis+1] >> (level - 1 - bit) & 1) << (59 - 3 * bit + axis)
    end
    return code
end

@testset "codes are made of bits and come back" begin
    levels = Int32[level for level in 0:MORTON_FINEST for _ in 1:20]
    anchors = Int32[(k * (7919 * axis + 31 * k)) % (1 << levels[k]) for axis in 1:3, k in 1:length(levels)]
    codes = morton_encode_anchors(anchors, levels)
    @test codes == [code_by_bits(anchors[:, k], levels[k]) for k in 1:length(levels)]
    found = morton_decode(view(codes, length(codes):-1:1))
    @test found.anchors == anchors[:, end:-1:1] && found.levels == reverse(levels)
    @test morton_encode_anchors(zeros(Int32, 3, 2), 4) == [4, 4]

    inner = codes[levels .< MORTON_FINEST]
    children = morton_children(inner)
    @test morton_parents(vec(children)) == repeat(inner, inner = 8)
    @test all(children[1:7, :] .< children[2:8, :]) && all(children[1, :] .> inner)
    @test all(morton_is_ancestor(repeat(inner, inner = 8), vec(children)))
    @test !any(morton_is_ancestor(codes, codes)) && !any(morton_are_adjacent(codes, codes))

    offsets = [(x, y, z) for x in -1:1, y in -1:1, z in -1:1 if (x, y, z) != (0, 0, 0)]
    neighbours = morton_neighbours(codes)
    @test all(1:length(codes)) do k
        all(enumerate(offsets)) do (n, offset)
            place = anchors[:, k] .+ collect(offset)
            inside = all(0 .<= place .< 1 << levels[k])
            inside || return neighbours[n, k] == -1
            found = neighbours[n:n, k]
            found == [code_by_bits(place, levels[k])] && morton_are_adjacent(codes[k:k], found) == [true] &&
                vec(morton_transfer_vectors(found, codes[k:k])) == collect(offset)
        end
    end
end

@testset "points lie in their boxes" begin
    points = 5 .* rand(3, 200) .- 3
    finest = morton_encode(points, fill(-3.0, 3), 5)
    for level in 0:MORTON_FINEST
        codes = morton_encode(points, fill(-3.0, 3), 5, level)
        low = -3 .+ morton_decode(codes).anchors .* (5 / 2^level)
        @test all(low .- 1e-14 .<= points .<= low .+ 5 / 2^level .+ 1e-14)
        @test level == MORTON_FINEST ? codes == finest : all(morton_is_ancestor(codes, finest))
    end
end

@testset "bad input" begin
    message(call) = try call(); "nothing thrown" catch error; sprint(showerror, error) end
    @test occursin("points: element [0, 0] is 2, outside", message(() -> morton_encode(fill(2.0, 3, 1), zeros(3), 1)))
    @test occursin("level: is 20", message(() -> morton_encode(zeros(3, 1), zeros(3), 1, 20)))
    @test occursin("codes: element [1] is 77, which is no Morton code", message(() -> morton_parents([3, 77])))
    @test occursin("codes: element [0] is 0, the root", message(() -> morton_parents([0])))
    @test occursin("second: its size is (1,), expected (2,)", message(() -> morton_are_adjacent([1, 1], [1])))
    @test occursin("codes: has elements of type Int32", message(() -> morton_decode(Int32[1])))
    @test occursin("anchors: expected a matrix (3, n)", message(() -> morton_encode_anchors(zeros(Int32, 4), 1)))
end
