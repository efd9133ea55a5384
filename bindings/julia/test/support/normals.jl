# Normal numbers as functions of where they are wanted, in plain words: Philox4x32-10 (Salmon and others, SC11) of the number's pair and
# the stream, and Box and Muller's transformation.

function philox(counter, key)
    c, k = collect(UInt32, counter), collect(UInt32, key)
    for _ in 1:10
        first, third = UInt64(0xD2511F53) * c[1], UInt64(0xCD9E8D57) * c[3]
        c = UInt32[(third >> 32) % UInt32 ⊻ c[2] ⊻ k[1], third % UInt32, (first >> 32) % UInt32 ⊻ c[4] ⊻ k[2], first % UInt32]
        k .+= UInt32[0x9E3779B9, 0xBB67AE85]
    end
    return c
end

function naive_normal(seed, stream, number)
    halves(n) = (UInt64(n) % UInt32, (UInt64(n) >> 32) % UInt32)
    words = UInt64.(philox((halves(number ÷ 2)..., halves(stream)...), halves(seed)))
    u = ((words[1] << 32 | words[2]) >> 11 + 1) * 2.0^-53
    v = ((words[3] << 32 | words[4]) >> 11) * 2.0^-53
    return sqrt(-2 * log(u)) * (iseven(number) ? cospi(1 - 2v) : sinpi(1 - 2v))
end

# Those of all cells, numbered from `first` in the order of linear indices.
naive_normals(seed, stream, first, extents) = reshape([naive_normal(seed, stream, first + i) for i in 0:prod(extents)-1], extents)
