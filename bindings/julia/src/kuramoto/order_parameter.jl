# How far oscillators agree.

kuramoto_order_parameter_of(::Type{Float64}) = hl_kuramoto_order_parameter[]
kuramoto_order_parameter_of(::Type{Float32}) = hl_kuramoto_order_parameter_f32[]

"""
    kuramoto_order_parameter(theta)

The order parameter `r exp(i psi)`, the mean of `exp(i theta)`, as a named tuple `(r, psi)` in the precision of `theta`, an array of `Float64` or
`Float32` with one, two or three axes. `psi` is in (-pi, pi], and 0 if `r` is 0. `NaN` and infinities propagate.

```jldoctest
julia> order = kuramoto_order_parameter(zeros(Float32, 10, 10))
(r = 1.0f0, psi = 0.0f0)

julia> kuramoto_order_parameter([0.0, pi]).r < 1e-15
true
```
"""
function kuramoto_order_parameter(theta)
    check_lattice(theta)
    return order_parameter_of_lattice(theta)
end

function order_parameter_of_lattice(theta::AbstractArray{T,N}) where {T,N}
    phase = oscillator_array("theta", theta, T, size(theta))
    r, psi = Ref(zero(T)), Ref(zero(T))
    status = GC.@preserve theta on_own_thread_count() do
        ccall(kuramoto_order_parameter_of(T), hl_status,
              (Int, Ref{NTuple{N,Int}}, Ptr{Cvoid}, Ref{NTuple{N,Int}}, Ref{T}, Ref{T}),
              N, reverse(size(theta)), phase.pointer, phase.strides, r, psi)
    end
    check(status)
    return (r = r[], psi = psi[])
end
