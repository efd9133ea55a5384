"""
Scientific hot loops from the C library hotloop, on the arrays that you already have.

Arrays of `Float64` (lattices also of `Float32`) are read and written where they lie: any array that has strides and an
address will do (views with any steps, transposes, permuted arrays, reshaped and reinterpreted ones). Nothing is copied or
converted; what cannot be passed is an `ArgumentError` that names the argument and the remedy.

Spectra of coupled pigments: [`exciton_spectrum`](@ref), [`exciton_sticks`](@ref), [`exciton_broaden`](@ref), each with a
form that ends in `!` and writes into your arrays. Fits of measured ones: [`exciton_fit`](@ref),
[`exciton_residual_gradient`](@ref), [`exciton_disorder`](@ref). Lattices of Kuramoto oscillators: [`kuramoto_integrate!`](@ref),
[`kuramoto_rhs`](@ref), [`KuramotoRHS`](@ref), [`kuramoto_order_parameter`](@ref). Units: [`convert_units`](@ref). Threads:
`Hotloop.set_num_threads`, `Hotloop.get_num_threads`, `Hotloop.with_threads`. What is loaded: `Hotloop.version()`,
`Hotloop.config()`.
"""
module Hotloop

using Libdl
using LinearAlgebra: Adjoint, Transpose

export exciton_spectrum, exciton_spectrum!, exciton_sticks, exciton_sticks!, exciton_broaden, exciton_broaden!
export exciton_fit, exciton_residual_gradient, exciton_disorder
export kuramoto_rhs, kuramoto_rhs!, KuramotoRHS, kuramoto_integrate!, kuramoto_order_parameter
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
include("exciton/fit.jl")
include("kuramoto/options.jl") # lattices, and keywords become the option struct
include("kuramoto/rhs.jl")
include("kuramoto/integrate.jl")
include("kuramoto/order_parameter.jl")

end
