//! Conversion of units, for arrays.

use super::guard::{self, hl_status};
use crate::array::{View, ViewMut, disjoint, extent};
use crate::units::{Unit, conversion};

/// cm-1.
pub const HL_UNIT_WAVENUMBER: i32 = Unit::Wavenumber as i32;
/// nm; 1e7 / wavenumber.
pub const HL_UNIT_WAVELENGTH: i32 = Unit::Wavelength as i32;
pub const HL_UNIT_ELECTRONVOLT: i32 = Unit::Electronvolt as i32;
pub const HL_UNIT_HARTREE: i32 = Unit::Hartree as i32;
pub const HL_UNIT_TERAHERTZ: i32 = Unit::Terahertz as i32;
pub const HL_UNIT_DEBYE: i32 = Unit::Debye as i32;
/// e a0, the atomic unit of the dipole moment.
pub const HL_UNIT_ATOMIC_DIPOLE: i32 = Unit::AtomicDipole as i32;
pub const HL_UNIT_COULOMB_METER: i32 = Unit::CoulombMeter as i32;
pub const HL_UNIT_ANGSTROM: i32 = Unit::Angstrom as i32;
pub const HL_UNIT_BOHR: i32 = Unit::Bohr as i32;
pub const HL_UNIT_NANOMETER: i32 = Unit::Nanometer as i32;

/// Converts values from one unit to another of the same kind (energies: wavenumber, wavelength, electronvolt, hartree,
/// terahertz; dipoles: debye, atomic, coulomb meter; lengths: angstrom, bohr, nanometer).
///
/// @param values     [n] in from_unit. NaN and infinities pass through as arithmetic has it.
/// @param converted  [n] in to_unit. May be `values` itself (same pointer and strides); else shares no element with it.
/// @param from_unit  HL_UNIT_*
/// @param to_unit    HL_UNIT_*
///
/// Constants: CODATA 2022. Errors: HL_ERR_ARGUMENT for an unknown unit or one of another kind; array errors.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_units_convert(
    n: isize,
    values: *const f64,
    values_strides: *const isize,
    converted: *mut f64,
    converted_strides: *const isize,
    from_unit: i32,
    to_unit: i32,
) -> hl_status {
    guard::status("hl_units_convert", || {
        let n = extent("n", n)?;
        // SAFETY: the caller's promise about its arrays; the rest is checked inside.
        let inputs = unsafe { View::new("values", values, [n], values_strides)? };
        let mut outputs = unsafe { ViewMut::new("converted", converted, [n], converted_strides)? };
        let convert = conversion(Unit::from_code("from_unit", from_unit)?, Unit::from_code("to_unit", to_unit)?)?;
        if !inputs.is_same_array_as(&outputs) {
            disjoint(&[inputs.footprint()], &[outputs.footprint()])?;
        }
        for i in 0..n {
            outputs.set([i], convert(inputs.at([i])));
        }
        Ok(())
    })
}
