# Reference data: the sets of the case table, and what ham2spec computed (data/make_reference.py).

function read_numbers(path)
    numbers = Vector{Float64}(undef, filesize(path) ÷ sizeof(Float64))
    read!(path, numbers)
    return map(ltoh, numbers)
end

# A set of the case table as Julia has it: C order [conf][site][xyz] is (xyz, site, conf) here.
function case_set(name, n_conf, n_site)
    numbers = read_numbers(joinpath(ROOT, "tests", "cases", "$name.f64"))
    lengths = (n_conf * n_site^2, 3 * n_conf * n_site, 3 * n_conf * n_site)
    sum(lengths) == length(numbers) || error("tests/cases/$name.f64 does not hold $n_conf configurations of $n_site sites")
    starts = cumsum([0, lengths...])
    part(i, extents...) = reshape(numbers[starts[i]+1:starts[i+1]], extents...)
    return (hamiltonians = part(1, n_site, n_site, n_conf), dipoles = part(2, 3, n_site, n_conf),
            positions = part(3, 3, n_site, n_conf))
end

# The arrays of data/exciton_reference by name, with C's axes in reverse.
const REFERENCE = let numbers = read_numbers(joinpath(@__DIR__, "..", "data", "exciton_reference.f64"))
    arrays = Dict{String,Array{Float64}}()
    for line in eachline(joinpath(@__DIR__, "..", "data", "exciton_reference.txt"))
        name, rest = Iterators.peel(split(line))
        offset, extents = Iterators.peel(parse.(Int, collect(rest)))
        extents = Tuple(extents)
        arrays[name] = reshape(numbers[offset+1:offset+prod(extents)], reverse(extents))
    end
    arrays
end

# Whether `found` differs from `expected` by at most `tolerance`, element by element. The largest difference is printed if not.
function agrees(found, expected; tolerance)
    size(found) == size(expected) || return false
    difference = largest(found .- expected)
    difference <= tolerance && return true # false for NaN
    println("largest difference $difference, tolerance $tolerance")
    return false
end
largest(values) = isempty(values) ? 0.0 : maximum(abs, values)
