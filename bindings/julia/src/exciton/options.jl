# The keywords of the exciton functions become the library's option struct.

const LINESHAPES = (gaussian = HL_LINESHAPE_GAUSSIAN, lorentzian = HL_LINESHAPE_LORENTZIAN, voigt = HL_LINESHAPE_VOIGT)
const FWHM_BY = (common = HL_FWHM_COMMON, exciton = HL_FWHM_PER_EXCITON, site = HL_FWHM_PER_SITE)
const NORMALIZATIONS = (peak = HL_NORMALIZATION_PEAK, area = HL_NORMALIZATION_AREA)
const CD_SCALES = (dissymmetry = HL_CD_SCALE_DISSYMMETRY, rosenfeld = HL_CD_SCALE_ROSENFELD)
const BROADENINGS = (auto = HL_BROADENING_AUTO, direct = HL_BROADENING_DIRECT, gridded = HL_BROADENING_GRIDDED)

function code(name, choice::Symbol, choices)
    haskey(choices, choice) ||
        throw(ArgumentError("$name: $(repr(choice)) is not one of $(join(map(repr, keys(choices)), ", "))"))
    return choices[choice]
end

# One width for all lines, or one for each: `common` goes into the struct's number, `values` with `stride` into its array.
struct Widths{A}
    common::Float64
    values::A
    memory::Memory{Float64,1}
end

Widths(common::Real) = Widths(Float64(common), nothing, absent(Val(1)))

function widths(name, width, fwhm_by, count, counted)
    if fwhm_by === :common
        width isa Real && return Widths(width)
        throw(ArgumentError("$name: a width for each line needs fwhm_by = $(join(map(repr, counted), " or ")), to say what it " *
                            "belongs to"))
    end
    if width isa Real
        # One number stands for all: an array of one element that is read with stride 0.
        values = [Float64(width)]
        return Widths(0.0, values, Memory(pointer(values), (0,)))
    end
    return Widths(0.0, width, memory_of_vector(name, width, count))
end

# The pigments to leave out, as the library wants them: a byte for each site.
deleted_sites(::Nothing, n_site) = nothing

function deleted_sites(deleted, n_site)
    if eltype(deleted) === Bool
        length(deleted) == n_site ||
            throw(ArgumentError("deleted: has $(length(deleted)) flags, expected one for each of $n_site sites"))
        return UInt8[flag for flag in deleted]
    end
    flags = zeros(UInt8, n_site)
    for site in deleted
        site isa Integer || throw(ArgumentError("deleted: expected Bool flags or site numbers, got $(repr(site))"))
        1 <= site <= n_site || throw(ArgumentError("deleted: there is no site $site; sites count from 1 to $n_site"))
        flags[site] = true
    end
    return flags
end

# The options of one call, with what their pointers point to.
struct CallOptions{A,B,D<:Union{Nothing,Vector{UInt8}}}
    lineshape::Int32
    fwhm_by::Int32
    normalization::Int32
    cd_scale::Int32
    broadening::Int32
    frequency_prefactor::Bool
    normalize_dipoles::Bool
    fwhm::Widths{A}
    fwhm_cd::Widths{B}
    lorentzian_fwhm::Float64
    cutoff::Float64
    energy_offset::Float64
    deleted::D
end

# `count` lines or sites; `counted` are the values of fwhm_by, beside :common, that the function knows.
function CallOptions(count, counted; lineshape::Symbol = :gaussian, fwhm = 70.0, fwhm_cd = nothing, fwhm_by::Symbol = :common,
                     lorentzian_fwhm::Real = 0.0, cutoff::Real = 3.0, normalization::Symbol = :peak, cd_scale::Symbol = :dissymmetry,
                     broadening::Symbol = :auto, frequency_prefactor::Bool = false, normalize_dipoles::Bool = false,
                     energy_offset::Real = 0.0, deleted = nothing)
    fwhm_by === :common || fwhm_by in counted || throw(ArgumentError(
        "fwhm_by: $(repr(fwhm_by)) is not one of $(join(map(repr, (:common, counted...)), ", "))"))
    # In the struct, 0 says that CD has the widths of the absorption. It is no width that a caller could mean.
    fwhm_cd isa Real && fwhm_cd == 0 &&
        throw(ArgumentError("fwhm_cd: $fwhm_cd is not a width; give a positive number, or nothing for that of fwhm"))
    widths_cd = fwhm_cd === nothing ? Widths(0.0) : widths("fwhm_cd", fwhm_cd, fwhm_by, count, counted)
    return CallOptions(code("lineshape", lineshape, LINESHAPES), FWHM_BY[fwhm_by],
                       code("normalization", normalization, NORMALIZATIONS), code("cd_scale", cd_scale, CD_SCALES),
                       code("broadening", broadening, BROADENINGS),
                       frequency_prefactor, normalize_dipoles, widths("fwhm", fwhm, fwhm_by, count, counted), widths_cd,
                       Float64(lorentzian_fwhm), Float64(cutoff), Float64(energy_offset), deleted_sites(deleted, count))
end

# Runs `call(options)` with the struct that these options make, and throws what went wrong.
function run_call(call, options::CallOptions, report, sample = nothing)
    its_sample = sample === nothing ? nothing : Ref(sample.value)
    strides = Ref((options.fwhm.memory.strides[1], options.fwhm_cd.memory.strides[1], 1))
    fwhm_values, fwhm_cd_values, deleted = options.fwhm.values, options.fwhm_cd.values, options.deleted
    GC.@preserve strides fwhm_values fwhm_cd_values deleted sample its_sample begin
        stride = Ptr{Int}(Base.unsafe_convert(Ptr{NTuple{3,Int}}, strides))
        run_call(report) do progress, user
            call(ExcitonOptions(
                sizeof(ExcitonOptions), options.lineshape, options.fwhm_by, options.normalization, options.cd_scale,
                options.broadening, options.frequency_prefactor, options.normalize_dipoles, 0,
                options.fwhm.common, options.fwhm_cd.common, options.lorentzian_fwhm, options.cutoff, options.energy_offset,
                options.fwhm.memory.pointer, stride, options.fwhm_cd.memory.pointer, stride + sizeof(Int),
                deleted === nothing ? C_NULL : pointer(deleted), stride + 2 * sizeof(Int), progress, user,
                its_sample === nothing ? C_NULL : Base.unsafe_convert(Ptr{ExcitonSample}, its_sample)))
        end
    end
end
