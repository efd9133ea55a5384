# Conversion of units: energies, transition dipoles, lengths.

const ENERGY_UNITS = Dict("cm-1" => HL_UNIT_WAVENUMBER, "nm" => HL_UNIT_WAVELENGTH, "eV" => HL_UNIT_ELECTRONVOLT,
                          "hartree" => HL_UNIT_HARTREE, "THz" => HL_UNIT_TERAHERTZ)
const DIPOLE_UNITS = Dict("debye" => HL_UNIT_DEBYE, "e*a0" => HL_UNIT_ATOMIC_DIPOLE, "C*m" => HL_UNIT_COULOMB_METER)
const LENGTH_UNITS = Dict("angstrom" => HL_UNIT_ANGSTROM, "bohr" => HL_UNIT_BOHR, "nm" => HL_UNIT_NANOMETER)
const UNITS = (ENERGY_UNITS, DIPOLE_UNITS, LENGTH_UNITS)

# The library's numbers of two units of one kind. "nm" is a wavelength and a length: the other unit decides.
function unit_codes(from, to)
    for (name, unit) in (("from", from), ("to", to))
        any(kind -> haskey(kind, unit), UNITS) || throw(ArgumentError(
            "$name: $(repr(unit)) is not a known unit; known are " *
            join((join(sort!(collect(keys(kind))), ", ") for kind in UNITS), "; ")))
    end
    for kind in UNITS
        haskey(kind, from) && haskey(kind, to) && return (kind[from], kind[to])
    end
    throw(ArgumentError("to: $(repr(to)) measures another quantity than $(repr(from)); choose two units of one kind"))
end

"""
    convert_units(values, from, to)
    convert_units!(converted, values, from, to)
    convert_units!(values, from, to)

Convert energies, transition dipoles or lengths from one unit to another of the same kind:

- energies: `"cm-1"`, `"nm"` (vacuum wavelength), `"eV"`, `"hartree"`, `"THz"`;
- transition dipoles: `"debye"`, `"e*a0"` (the atomic unit), `"C*m"`;
- lengths: `"angstrom"`, `"bohr"`, `"nm"`.

`values` is a number or an array of `Float64` with any strides. `convert_units!` writes into `converted`, an array of the same
size, or, without it, into `values`. `converted` may be `values` itself; it must not share only some elements with it.

Wavelength and energy are reciprocal, so an ascending grid becomes a descending one: use `reverse(grid)` or
`view(grid, length(grid):-1:1)`. Constants: CODATA 2022.

```jldoctest
julia> convert_units(12500.0, "cm-1", "nm")
800.0

julia> println(convert_units([800.0, 500.0], "nm", "cm-1"))
[12500.0, 20000.0]
```
"""
convert_units(value::Real, from, to) = convert_units([Float64(value)], from, to)[1]

function convert_units(values, from, to)
    memory_of("values", values) # or it is refused before anything else is made of it
    return convert_units!(similar(values, Float64, size(values)), values, from, to)
end

@doc (@doc convert_units)
convert_units!(values, from, to) = convert_units!(values, values, from, to)

function convert_units!(converted, values, from, to)
    from_code, to_code = unit_codes(from, to)
    source, target = memory_of("values", values), memory_of("converted", converted)
    size(values) == size(converted) ||
        throw(ArgumentError("converted: its size is $(size(converted)), expected that of values, $(size(values))"))
    extents, source_strides, target_strides = joined_axes(size(values), source.strides, target.strides)
    if length(extents) > 1 && source != target && Base.mightalias(converted, values)
        # Line by line, an output of one line could be an input of the next.
        throw(ArgumentError("converted: may share memory with values in another layout; pass values itself or an array of its own"))
    end
    line, rest = isempty(extents) ? (1, ()) : (extents[1], Tuple(extents[2:end]))
    source_step, target_step = isempty(extents) ? (1, 1) : (source_strides[1], target_strides[1])
    GC.@preserve converted values for index in CartesianIndices(rest)
        place(memory, strides) =
            memory.pointer + sizeof(Float64) * reduce(+, ((i - 1) * s for (i, s) in zip(Tuple(index), strides[2:end])); init = 0)
        check(ccall(hl_units_convert[], hl_status,
                    (Int, Ptr{Float64}, Ref{Int}, Ptr{Float64}, Ref{Int}, Int32, Int32),
                    line, place(source, source_strides), source_step, place(target, target_strides), target_step,
                    from_code, to_code))
    end
    return converted
end

# The axes of two arrays of one size, joined where both go on at an even distance, the target's smallest stride first: the
# library's call has one axis.
function joined_axes(extents, source_strides, target_strides)
    axes = [axis for axis in zip(extents, source_strides, target_strides) if axis[1] != 1]
    sort!(axes; by = axis -> abs(axis[3]))
    joined = empty(axes)
    for (extent, source, target) in axes
        if !isempty(joined) && source == joined[end][1] * joined[end][2] && target == joined[end][1] * joined[end][3]
            joined[end] = (extent * joined[end][1], joined[end][2], joined[end][3])
        else
            push!(joined, (extent, source, target))
        end
    end
    return map(first, joined), map(axis -> axis[2], joined), map(last, joined)
end
