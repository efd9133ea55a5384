# Who pulls whom: a graph in compressed rows, in the caller's own arrays or made of a sparse matrix.

"""
    KuramotoNetwork(row_start, neighbours; weights = nothing)

A network of oscillators in compressed rows (CSR), which [`kuramoto_network_rhs`](@ref) and [`kuramoto_network_integrate!`](@ref) read where
it lies: nothing is copied, and later changes of the arrays count.

**All indices count from 0**, as the library reads them: oscillator `i` of Julia (the number `i - 1`) is pulled by the oscillators with
the numbers `neighbours[e + 1]` for `e` from `row_start[i]` to `row_start[i + 1] - 1`, each with its `weights[e + 1]`.

- `row_start`: a vector of `Int32` or `Int64`, one longer than there are oscillators, ascending from 0 to the number of edges.
- `neighbours`: a vector of the same type, an element for every edge.
- `weights`: `nothing` for 1, a number for all edges, or a vector with a number for each in the precision of the phases.

An edge pulls the oscillator of its row alone; a mutual pull is two edges. Edges of an oscillator to itself, and several between two, are
allowed. The edges of a row are added in their order.

```jldoctest
julia> chain = KuramotoNetwork([0, 1, 3, 4], [1, 0, 2, 1])     # 1 - 2 - 3
KuramotoNetwork of 3 oscillators with 4 edges

julia> kuramoto_network_rhs([0.0, 0.5, 0.25], chain, 1.0, 2.0) ≈ kuramoto_rhs([0.0, 0.5, 0.25], 1.0, 2.0)
true
```
"""
struct KuramotoNetwork{R,N,W}
    row_start::R
    neighbours::N
    weights::W
    function KuramotoNetwork(row_start, neighbours; weights = nothing)
        for (name, indices) in (("row_start", row_start), ("neighbours", neighbours))
            indices isa AbstractVector{<:Union{Int32,Int64}} || throw(ArgumentError(
                "$name: expected a vector of Int32 or Int64, got a $(typeof(indices)); hotloop converts nothing by itself" *
                (indices isa AbstractArray ? ", " * remedy(name, indices, Int64) : "")))
        end
        eltype(row_start) === eltype(neighbours) || throw(ArgumentError(
            "neighbours: has elements of type $(eltype(neighbours)) where row_start has $(eltype(row_start)); pass " *
            "$(eltype(row_start)).(neighbours)"))
        weights isa Union{Nothing,Real,AbstractVector} ||
            throw(ArgumentError("weights: expected nothing, a number or a vector, got a $(typeof(weights))"))
        return new{typeof(row_start),typeof(neighbours),typeof(weights)}(row_start, neighbours, weights)
    end
end

"""
    KuramotoNetwork(matrix::SparseMatrixCSC)

The network in which oscillator `j` pulls oscillator `i` with the weight `matrix[i, j]`, in new arrays. Make it once, before the calls that
use it. Also of `transpose(matrix)` and `matrix'`.

A `SparseMatrixCSC` cannot be read as it is: it counts from 1, and goes by columns where the library goes by rows. (Its columns are the
rows of the transpose, so for `transpose(matrix)` only the counting changes.)

Weights are those stored, of `Float64` or `Float32` as the phases will be; a matrix of `Bool` makes edges of weight 1. The edges of a row
ascend; stored zeros stay edges, except in a matrix of `Bool`.

```jldoctest
julia> using SparseArrays

julia> pulls = sparse([1, 2, 3], [2, 3, 1], [0.5, 1.0, 2.0]);     # 2 pulls 1, 3 pulls 2, 1 pulls 3

julia> KuramotoNetwork(pulls)
KuramotoNetwork of 3 oscillators with 3 weighted edges

julia> kuramoto_network_rhs([0.0, pi / 2, 0.0], KuramotoNetwork(pulls), 0.0, 1.0) ≈ [0.5, -1.0, 0.0]
true
```
"""
KuramotoNetwork(matrix::SparseMatrixCSC) = network_of_columns(copy(transpose(matrix)))
KuramotoNetwork(matrix::Union{Adjoint{<:Any,<:SparseMatrixCSC},Transpose{<:Any,<:SparseMatrixCSC}}) =
    network_of_columns(copy(parent(matrix)))
KuramotoNetwork(matrix::AbstractMatrix) =
    throw(ArgumentError("matrix: is a $(typeof(matrix)); a network is made of a SparseMatrixCSC, pass sparse(matrix)"))

# The network whose rows are the columns of a matrix that nobody else has.
function network_of_columns(matrix::SparseMatrixCSC{T,I}) where {T,I}
    size(matrix, 1) == size(matrix, 2) || throw(ArgumentError("matrix: its size is $(size(matrix)); that of a network is square"))
    T <: Union{Float32,Float64,Bool} || throw(ArgumentError(
        "matrix: has elements of type $T; weights have the precision of the phases, pass Float64.(matrix) (or matrix .!= 0 for weights of 1)"))
    T === Bool && (matrix = dropzeros(matrix))
    index = I <: Union{Int32,Int64} ? I : Int64
    from_zero(indices) = (counted = convert(Vector{index}, indices); counted .-= one(index); counted)
    n_edges = nnz(matrix)
    return KuramotoNetwork(from_zero(getcolptr(matrix)), from_zero(resize!(rowvals(matrix), n_edges));
                           weights = T === Bool ? nothing : resize!(nonzeros(matrix), n_edges))
end

function Base.show(io::IO, network::KuramotoNetwork)
    print(io, "KuramotoNetwork of ", max(length(network.row_start) - 1, 0), " oscillators with ", length(network.neighbours),
          network.weights === nothing ? " edges" : " weighted edges")
end

# What the C functions get of a network. `weights` must be kept while the addresses are used.
struct Graph{F}
    n_edges::Int
    row_start::Ptr{Cvoid}
    row_start_strides::NTuple{1,Int}
    neighbours::Ptr{Cvoid}
    neighbours_strides::NTuple{1,Int}
    weights::F
    index_bits::Int32
end

function Graph(network, theta::AbstractVector{T}) where {T}
    network isa KuramotoNetwork || throw(ArgumentError(
        "network: expected a KuramotoNetwork, got a $(typeof(network)); hotloop converts nothing by itself, " *
        (network isa AbstractMatrix ? "make KuramotoNetwork(network) once" : "make one with KuramotoNetwork")))
    index = eltype(network.row_start)
    n_edges = length(network.neighbours)
    starts = oscillator_array("row_start", network.row_start, index, (length(theta) + 1,))
    neighbours = oscillator_array("neighbours", network.neighbours, index, (n_edges,))
    return Graph(n_edges, Ptr{Cvoid}(starts.pointer), starts.strides, Ptr{Cvoid}(neighbours.pointer), neighbours.strides,
                 field("weights", network.weights, T, (n_edges,)), Int32(8 * sizeof(index)))
end
