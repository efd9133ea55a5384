"""
Scientific hot loops from the C library hotloop, on the arrays that you already have.

Arrays of `Float64` (oscillators also of `Float32`) are read and written where they lie: any array that has strides and an
address will do (views with any steps, transposes, permuted arrays, reshaped and reinterpreted ones). Nothing is copied or
converted; what cannot be passed is an `ArgumentError` that names the argument and the remedy.

Spectra of coupled pigments: [`exciton_spectrum`](@ref), [`exciton_sticks`](@ref), [`exciton_broaden`](@ref), each with a
form that ends in `!` and writes into your arrays. Fits of measured ones: [`exciton_fit`](@ref),
[`exciton_residual_gradient`](@ref), [`exciton_jacobian`](@ref); for them [`exciton_disorder`](@ref),
[`exciton_point_dipole_couplings`](@ref), [`exciton_linear_dichroism`](@ref). Kuramoto oscillators on lattices: [`kuramoto_integrate!`](@ref),
[`kuramoto_rhs`](@ref), [`KuramotoRHS`](@ref), [`kuramoto_order_parameter`](@ref); on networks ([`KuramotoNetwork`](@ref)):
[`kuramoto_network_integrate!`](@ref), [`kuramoto_network_rhs`](@ref), [`KuramotoNetworkRHS`](@ref); all with all:
[`kuramoto_mean_field_integrate!`](@ref), [`kuramoto_mean_field_rhs`](@ref), [`KuramotoMeanFieldRHS`](@ref). Descriptors of
ellipsoids: [`AnisoapDescriptor`](@ref), [`anisoap_expansion`](@ref), [`anisoap_power_spectrum`](@ref), [`anisoap_gradients`](@ref). Potentials
of charges: [`FmmPlan`](@ref), [`fmm_evaluate`](@ref), [`direct_sum`](@ref). Boxes of octrees: [`morton_encode`](@ref). Pairs within a cutoff: [`neighbour_list`](@ref). Units: [`convert_units`](@ref). Threads: `Hotloop.set_num_threads`, `Hotloop.get_num_threads`, `Hotloop.with_threads`. What is loaded:
`Hotloop.version()`, `Hotloop.config()`.
"""
module Hotloop

using Libdl
using LinearAlgebra: Adjoint, Transpose
using Serialization: Serialization, AbstractSerializer
using SparseArrays: SparseMatrixCSC, dropzeros, getcolptr, nnz, nonzeros, rowvals

export exciton_spectrum, exciton_spectrum!, exciton_sticks, exciton_sticks!, exciton_broaden, exciton_broaden!
export exciton_fit, exciton_residual_gradient, exciton_jacobian, ExcitonFit, ExcitonFitError
export exciton_disorder, exciton_point_dipole_couplings, exciton_linear_dichroism
export kuramoto_rhs, kuramoto_rhs!, KuramotoRHS, kuramoto_integrate!, kuramoto_order_parameter
export kuramoto_mean_field_rhs, kuramoto_mean_field_rhs!, KuramotoMeanFieldRHS, kuramoto_mean_field_integrate!
export KuramotoNetwork, kuramoto_network_rhs, kuramoto_network_rhs!, KuramotoNetworkRHS, kuramoto_network_integrate!
export AnisoapDescriptor, AnisoapFrames, anisoap_expansion, anisoap_expansion!, anisoap_power_spectrum, anisoap_power_spectrum!
export anisoap_gradients, neighbour_list
export direct_sum, direct_sum!, FmmPlan, fmm_evaluate, fmm_evaluate!, fmm_set_points!, fmm_estimate_error
export MORTON_FINEST, morton_encode, morton_encode_anchors, morton_decode, morton_parents, morton_children, morton_neighbours
export morton_is_ancestor, morton_are_adjacent, morton_transfer_vectors
export convert_units, convert_units!
export HotloopError

include("abi.jl")             # the header's constants and option struct
include("library.jl")         # finds and loads the library; what is loaded
include("errors.jl")          # a status becomes an exception
include("arrays.jl")          # an array becomes an address and strides
include("threads.jl")         # how many threads calls use
include("progress.jl")        # one call, with word of its progress
include("units.jl")           # cm-1, nm, eV, ...; debye, ...; angstrom, ...
include("exciton/options.jl") # keywords become the option struct
include("exciton/arguments.jl") # shapes that the exciton functions share
include("exciton/sticks.jl")
include("exciton/broaden.jl")
include("exciton/spectrum.jl")
include("exciton/ensembles.jl")
include("exciton/sample.jl") # what fits know of a sample
include("exciton/fit.jl")
include("kuramoto/arrays.jl")   # arrays of oscillators
include("kuramoto/options.jl")  # keywords become the option struct
include("kuramoto/records.jl")  # what integrations write on their way
include("kuramoto/rhs.jl")
include("kuramoto/integrate.jl")
include("kuramoto/order_parameter.jl")
include("kuramoto/mean_field.jl")
include("kuramoto/network.jl")  # graphs, and how a sparse matrix becomes one
include("kuramoto/network_rhs.jl")
include("kuramoto/network_integrate.jl")
include("neighbours.jl")
include("fmm/arrays.jl")         # points, charges and codes
include("fmm/direct.jl")
include("fmm/plan.jl")           # the fast multipole method
include("fmm/morton.jl")
include("anisoap/descriptor.jl") # hyperparameters and features
include("anisoap/frames.jl") # atoms with shapes, as the library takes them
include("anisoap/compute.jl") # expansions, power spectra, gradients

end
