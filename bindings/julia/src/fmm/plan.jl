# Plans of the fast multipole method: sums over pairs in time proportional to the number of points.

const FMM_PRECISIONS = (auto = HL_FMM_PRECISION_AUTO, double = HL_FMM_PRECISION_DOUBLE, mixed = HL_FMM_PRECISION_MIXED)
const FMM_TRANSLATIONS = (auto = HL_FMM_TRANSLATIONS_AUTO, fft = HL_FMM_TRANSLATIONS_FFT, blas = HL_FMM_TRANSLATIONS_BLAS,
                          dense = HL_FMM_TRANSLATIONS_DENSE)
const FMM_OPERATORS = (:P2M, :M2M, :M2L, :L2L, :L2P, :P2L, :M2P, :P2P)

for (name, ours) in ((:hl_fmm_plan_create, :create_of), (:hl_fmm_set_points, :set_points_of), (:hl_fmm_evaluate, :evaluate_of),
                     (:hl_fmm_estimate_error, :estimate_error_of))
    @eval $ours(::Type{Float64}) = $name[]
    @eval $ours(::Type{Float32}) = $(Symbol(name, :_f32))[]
end

# The options of a call about a plan that exists: its progress alone is looked at.
fmm_options(report, user; kernel = HL_KERNEL_LAPLACE, precision = HL_FMM_PRECISION_AUTO, screening = 0.0, eps = 1e-6, order = 0,
            leaf_size = 0, max_level = 20, translations = HL_FMM_TRANSLATIONS_AUTO, period = 0.0, balance = false) =
    FmmOptions(sizeof(FmmOptions), kernel, precision, screening, eps, order, leaf_size, max_level, report, user, translations, balance, period)

with_progress(made::FmmOptions, report, user) =
    fmm_options(report, user; kernel = made.kernel, precision = made.precision, screening = made.screening, eps = made.eps,
                order = made.order, leaf_size = made.leaf_size, max_level = made.max_level, translations = made.translations,
                period = made.period, balance = made.balance)

# What making a plan and giving it new points have in common: `call(n, m, sources, targets)` with the two arrays' places.
function with_points(call, sources, targets)
    T = precision_of("sources", sources)
    n = count_columns("sources", sources)
    m = targets === nothing ? n : count_columns("targets", targets)
    y, x = place_of("sources", sources, T, (3, n)), place_of("targets", targets, T, (3, m))
    GC.@preserve sources targets call(T, n, m, y, x)
    return n, m
end

"""
    FmmPlan(sources; targets = nothing, eps = 1e-6, order = 0, kernel = :laplace, screening = 0, precision = :auto, leaf_size = 0,
            max_level = 20, balance = false, translations = :auto, period = nothing, progress = nothing)

A plan of the kernel-independent fast multipole method (L. Ying, G. Biros, D. Zorin, J. Comput. Phys. 196, 591 (2004)) for
`sources` `(3, n_sources)` and `targets` `(3, n_targets)` of `Float64` or `Float32`; without targets they are the sources, none of which sees
itself. What it computes are the sums of [`direct_sum`](@ref); see [`fmm_evaluate`](@ref), [`fmm_set_points!`](@ref),
[`fmm_estimate_error`](@ref). Points are not kept, and any number of threads may evaluate one plan at once.

- `eps`: relative error of potentials, as a norm over all targets, for charges of random signs; or `order`: points along an edge of the
  surfaces that expansions live on, 2 to 14.
- `kernel`: `:laplace`, or `:yukawa` with its `screening`.
- `precision`: `:auto` (as the points), `:double`, `:mixed` (expansions in `Float32`, for `eps` from 1e-6 on).
- `leaf_size`: a box with more sources or more targets is refined; 0: what is fastest. `max_level`: no box is refined beyond it.
- `balance`: boxes are refined further until leaves that touch differ by one level at most.
- `translations`: how multipoles are carried between boxes of a level, `:fft`, `:blas` (compressed matrices), `:dense` (whole ones, a
  reference), or `:auto`, the faster of the first two.
- `period`: side of a cubic cell in which all points repeat; `nothing`: open space. Points may lie in any cell; two that are meant to be one (a target at a source, an
  atom at both faces) need the same coordinates, or rounding leaves 1e-16 between them. Potentials are then those of all
  images, for Laplace's kernel with a uniform background that neutralises the charges and a mean over the cell of 0 (docs/fmm.md).
- `progress`: a function of the numbers of parts done and in all; it cancels by returning `false` or `:cancel`.

Properties: `n_source`, `n_target`, `stats` (a named tuple: sizes, bytes, seconds of setting up), `timings` (seconds of each operator in all
evaluations so far).

`copy` and `deepcopy` are as good as plans of their own, and cost nothing: they share tree and operators until one of them is given new points, which makes
a tree for that one alone. A plan cannot be serialised. `finalize(plan)` frees it at once: to Julia's garbage collector it is a few bytes, whatever it holds, so that
a program that makes many plans should free them or use one with [`fmm_set_points!`](@ref).

```jldoctest
julia> points = [mod(0.618034 * i * axis, 1.0) for axis in 1:3, i in 1:1000];

julia> plan = FmmPlan(points; eps = 1e-4);

julia> size(fmm_evaluate(plan, ones(1000)))
(1000,)
```
"""
mutable struct FmmPlan
    plan::Ptr{Cvoid}
    n_source::Int
    n_target::Int
    users::Threads.Atomic{Int}   # copies that share `plan`
    options::FmmOptions          # what it was made with, without progress

    function FmmPlan(sources; targets = nothing, eps::Real = 1e-6, order::Integer = 0, kernel::Symbol = :laplace, screening::Real = 0,
                     precision::Symbol = :auto, leaf_size::Integer = 0, max_level::Integer = 20, balance::Bool = false,
                     translations::Symbol = :auto, period::Union{Nothing,Real} = nothing, progress = nothing)
        which, chosen = code("kernel", kernel, KERNELS), code("precision", precision, FMM_PRECISIONS)
        chosen == HL_FMM_PRECISION_AUTO &&
            (chosen = precision_of("sources", sources) === Float64 ? HL_FMM_PRECISION_DOUBLE : HL_FMM_PRECISION_MIXED)
        way = code("translations", translations, FMM_TRANSLATIONS)
        options = fmm_options(C_NULL, C_NULL; kernel = which, precision = chosen, screening = screening, eps = eps, order = order,
                              leaf_size = leaf_size, max_level = max_level, translations = way, period = something(period, 0.0),
                              balance = balance)
        made, n, m = make_plan(options, sources, targets, progress)
        return finalizer(leave, new(made, n, m, Threads.Atomic{Int}(1), options))
    end

    # A copy: the same tree until one of the two is given new points.
    function FmmPlan(other::FmmPlan)
        users = is_there(other) ? other.users : Threads.Atomic{Int}(0)
        Threads.atomic_add!(users, 1)
        return finalizer(leave, new(other.plan, other.n_source, other.n_target, users, other.options))
    end
end

function make_plan(options, sources, targets, progress)
    made = Ref{Ptr{Cvoid}}(C_NULL)
    n, m = with_points(sources, targets) do T, n, m, y, x
        run_call(progress) do report, user
            ccall(create_of(T), hl_status,
                  (Ref{Ptr{Cvoid}}, Int, Int, Ptr{Cvoid}, Ref{NTuple{2,Int}}, Ptr{Cvoid}, Ref{NTuple{2,Int}}, Ref{FmmOptions}),
                  made, n, m, y.pointer, y.strides, x.pointer, x.strides, with_progress(options, report, user))
        end
    end
    return made[], n, m
end

is_there(plan::FmmPlan) = plan.plan != C_NULL   # not so after `finalize`

# The last of those who share a tree frees it.
function leave(plan::FmmPlan)
    is_there(plan) && Threads.atomic_sub!(plan.users, 1) == 1 && ccall(hl_fmm_plan_destroy[], hl_status, (Ptr{Cvoid},), plan.plan)
    plan.plan = C_NULL
    return nothing
end

Base.copy(plan::FmmPlan) = FmmPlan(plan)
Base.deepcopy_internal(plan::FmmPlan, seen::IdDict) = get!(() -> FmmPlan(plan), seen, plan)
Serialization.serialize(::AbstractSerializer, ::FmmPlan) = throw(ArgumentError(
    "plan: a FmmPlan cannot be serialised, since it lies in the library's memory; make one of the points where it is wanted"))

Base.show(io::IO, plan::FmmPlan) = print(io, "FmmPlan(n_source = ", plan.n_source, ", n_target = ", plan.n_target, ")")
Base.propertynames(::FmmPlan) = (:n_source, :n_target, :stats, :timings)

function Base.getproperty(plan::FmmPlan, name::Symbol)
    name === :stats && return fmm_stats(plan)
    name === :timings && return fmm_timings(plan)
    return getfield(plan, name)
end

function fmm_stats(plan)
    fields = fieldnames(FmmPlanStats)
    found = Ref(FmmPlanStats(sizeof(FmmPlanStats), ntuple(k -> 0, length(fields) - 1)...))
    GC.@preserve plan check(ccall(hl_fmm_stats[], hl_status, (Ptr{Cvoid}, Ref{FmmPlanStats}), getfield(plan, :plan), found))
    return NamedTuple{Base.tail(fields)}(map(name -> getfield(found[], name), Base.tail(fields)))
end

function fmm_timings(plan)
    seconds = zeros(length(FMM_OPERATORS))
    GC.@preserve plan check(ccall(hl_fmm_timings[], hl_status, (Ptr{Cvoid}, Ptr{Float64}, Ptr{Int}), getfield(plan, :plan), seconds, C_NULL))
    return NamedTuple{FMM_OPERATORS}(Tuple(seconds))
end

"""
    fmm_set_points!(plan, sources; targets = nothing, progress = nothing)

Give a plan new points, as many as one likes; its options stay. After an error it is as it was. Returns the plan.
"""
function fmm_set_points!(plan::FmmPlan, sources; targets = nothing, progress = nothing)
    if is_there(plan) && plan.users[] > 1
        # Copies go on with the old points.
        made, n, m = make_plan(plan.options, sources, targets, progress)
        leave(plan)
        plan.plan, plan.users = made, Threads.Atomic{Int}(1)
    else
        n, m = with_points(sources, targets) do T, n, m, y, x
            GC.@preserve plan run_call(progress) do report, user
                ccall(set_points_of(T), hl_status,
                      (Ptr{Cvoid}, Int, Int, Ptr{Cvoid}, Ref{NTuple{2,Int}}, Ptr{Cvoid}, Ref{NTuple{2,Int}}, Ref{FmmOptions}),
                      getfield(plan, :plan), n, m, y.pointer, y.strides, x.pointer, x.strides, fmm_options(report, user))
            end
        end
    end
    plan.n_source, plan.n_target = n, m
    return plan
end

"""
    fmm_evaluate!(potentials, gradients, plan, charges; progress = nothing)

[`fmm_evaluate`](@ref) into arrays of the charges' precision and any strides; either may be `nothing`. Returns
`(potentials = potentials, gradients = gradients)`.
"""
function fmm_evaluate!(potentials, gradients, plan::FmmPlan, charges; progress = nothing)
    T = precision_of("charges", charges)
    several = charges isa AbstractMatrix
    n, m, k = plan.n_source, plan.n_target, count_vectors(charges, plan.n_source, T)
    q = several ? place_of("charges", charges, T, (n, k)) : one_vector(place_of("charges", charges, T, (n,)))
    p = several ? place_of("potentials", potentials, T, (m, k)) : one_vector(place_of("potentials", potentials, T, (m,)))
    g = several ? place_of("gradients", gradients, T, (3, m, k)) : one_vector(place_of("gradients", gradients, T, (3, m)))
    GC.@preserve plan charges potentials gradients run_call(progress) do report, user
        ccall(evaluate_of(T), hl_status,
              (Ptr{Cvoid}, Int, Int, Int, Ptr{Cvoid}, Ref{NTuple{2,Int}}, Ptr{Cvoid}, Ref{NTuple{2,Int}}, Ptr{Cvoid}, Ref{NTuple{3,Int}},
               Ref{FmmOptions}),
              getfield(plan, :plan), n, m, k, q.pointer, q.strides, p.pointer, p.strides, g.pointer, g.strides, fmm_options(report, user))
    end
    return (potentials = potentials, gradients = gradients)
end

"""
    fmm_evaluate(plan, charges; gradients = false, progress = nothing)

Potentials `(n_targets,)` of charges `(n_sources,)` at the sources of a plan; `(n_targets, n_vectors)` of charges `(n_sources, n_vectors)`. With
`gradients = true` a named tuple `(potentials, gradients)`, gradients `(3, n_targets)` or `(3, n_targets, n_vectors)`.
"""
function fmm_evaluate(plan::FmmPlan, charges; gradients::Bool = false, progress = nothing)
    T = precision_of("charges", charges)
    vectors = charges isa AbstractMatrix ? (size(charges, 2),) : ()
    found = fmm_evaluate!(Array{T}(undef, plan.n_target, vectors...), gradients ? Array{T}(undef, 3, plan.n_target, vectors...) : nothing,
                          plan, charges; progress = progress)
    return gradients ? found : found.potentials
end

"""
    fmm_estimate_error(plan, charges, potentials; sample = 1000, seed = 0)

The relative error of `potentials` `(n_targets,)` that [`fmm_evaluate`](@ref) gave for `charges` `(n_sources,)`: sums over all pairs are made in
double precision for `sample` targets, which `seed` chooses.
"""
function fmm_estimate_error(plan::FmmPlan, charges, potentials; sample::Integer = 1000, seed::Integer = 0, progress = nothing)
    T = precision_of("charges", charges)
    q, p = place_of("charges", charges, T, (plan.n_source,)), place_of("potentials", potentials, T, (plan.n_target,))
    error = Ref(0.0)
    GC.@preserve plan charges potentials run_call(progress) do report, user
        ccall(estimate_error_of(T), hl_status,
              (Ptr{Cvoid}, Int, Int, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Ptr{Cvoid}, Ref{NTuple{1,Int}}, Int, UInt64, Ref{Float64},
               Ref{FmmOptions}),
              getfield(plan, :plan), plan.n_source, plan.n_target, q.pointer, q.strides, p.pointer, p.strides, sample, seed % UInt64, error,
              fmm_options(report, user))
    end
    return error[]
end

"""
    Hotloop.fmm_forget_operators()

Free operators that are kept for later plans; those of existing plans stay with them.
"""
fmm_forget_operators() = check(ccall(hl_fmm_forget_operators[], hl_status, ()))

"""
    Hotloop.fmm_save_operators(plan, path)

Write the operators of a plan to a file for [`Hotloop.fmm_load_operators`](@ref): those of a small `eps` take a while to make. A file of that name is
replaced when the new one is complete.
"""
fmm_save_operators(plan::FmmPlan, path::AbstractString) =
    GC.@preserve plan check(ccall(hl_fmm_save_operators[], hl_status, (Ptr{Cvoid}, Cstring), getfield(plan, :plan), path))

"""
    Hotloop.fmm_load_operators(path)

Keep the operators of a file that [`Hotloop.fmm_save_operators`](@ref) wrote for later plans, whose results have the same bits as without.
"""
fmm_load_operators(path::AbstractString) = check(ccall(hl_fmm_load_operators[], hl_status, (Cstring,), path))
