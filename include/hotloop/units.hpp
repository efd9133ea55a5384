// Conversion of units.
#ifndef HOTLOOP_UNITS_HPP
#define HOTLOOP_UNITS_HPP

#include <cstdint>

#include "library.hpp"
#include "view.hpp"

namespace hl {

enum class unit : std::int32_t {
    wavenumber = HL_UNIT_WAVENUMBER,  // cm-1
    wavelength = HL_UNIT_WAVELENGTH,  // nm
    electronvolt = HL_UNIT_ELECTRONVOLT,
    hartree = HL_UNIT_HARTREE,
    terahertz = HL_UNIT_TERAHERTZ,
    debye = HL_UNIT_DEBYE,
    atomic_dipole = HL_UNIT_ATOMIC_DIPOLE,  // e a0
    coulomb_meter = HL_UNIT_COULOMB_METER,
    angstrom = HL_UNIT_ANGSTROM,
    bohr = HL_UNIT_BOHR,
    nanometer = HL_UNIT_NANOMETER
};

// `converted` may be `values` itself.
inline void convert_units(view<const double, 1> values, view<double, 1> converted, unit from, unit to) {
    const char* const function = "hl_units_convert";
    detail::check_abi(function);
    detail::expect(function, "values", values, values.extents(), "");
    detail::expect(function, "converted", converted, values.extents(), "as values");
    detail::check(hl_units_convert(values.extent(0), detail::address(values), detail::strides(values), detail::address(converted),
                                   detail::strides(converted), static_cast<std::int32_t>(from), static_cast<std::int32_t>(to)));
}

inline double convert_units(double value, unit from, unit to) {
    const view<double, 1> one(&value, {{1}});
    convert_units(one, one, from, to);
    return value;
}

}  // namespace hl

#endif
