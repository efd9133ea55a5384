//! Units that spectroscopists move between.
//!
//! Each kind of quantity has a reference unit, and every unit a rule to and from it. Constants: CODATA 2022 (the
//! same as the exact SI where the SI fixes them).

use crate::error::{Error, Result, Status};

/// A unit with the number that stands for it in the C ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Unit {
    Wavenumber = 0,
    Wavelength = 1,
    Electronvolt = 2,
    Hartree = 3,
    Terahertz = 4,
    Debye = 100,
    AtomicDipole = 101,
    CoulombMeter = 102,
    Angstrom = 200,
    Bohr = 201,
    Nanometer = 202,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantity {
    Energy,
    Dipole,
    Length,
}

const SPEED_OF_LIGHT: f64 = 299_792_458.0; // m/s, exact
const ELECTRONVOLT_IN_WAVENUMBERS: f64 = 1.602_176_634e-19 / (6.626_070_15e-34 * SPEED_OF_LIGHT * 100.0);
const HARTREE_IN_WAVENUMBERS: f64 = 219_474.631_363_14; // 2 R_infinity
const BOHR_IN_ANGSTROM: f64 = 0.529_177_210_544;
const ATOMIC_DIPOLE_IN_COULOMB_METER: f64 = 8.478_353_619_8e-30; // e a0
const DEBYE_IN_COULOMB_METER: f64 = 1e-21 / SPEED_OF_LIGHT;

impl Unit {
    pub const ALL: [Unit; 11] = [
        Unit::Wavenumber,
        Unit::Wavelength,
        Unit::Electronvolt,
        Unit::Hartree,
        Unit::Terahertz,
        Unit::Debye,
        Unit::AtomicDipole,
        Unit::CoulombMeter,
        Unit::Angstrom,
        Unit::Bohr,
        Unit::Nanometer,
    ];

    pub fn from_code(name: &str, code: i32) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|&unit| unit as i32 == code)
            .ok_or_else(|| Error::new(Status::Argument, format!("{name}: {code} is no unit; use an HL_UNIT_* constant")))
    }

    fn quantity(self) -> Quantity {
        match self as i32 {
            0..100 => Quantity::Energy,
            100..200 => Quantity::Dipole,
            _ => Quantity::Length,
        }
    }

    /// How many reference units (cm-1, C m, Angstrom) one of this unit is; a wavelength is its inverse.
    fn in_reference_units(self) -> f64 {
        match self {
            Unit::Wavenumber | Unit::CoulombMeter | Unit::Angstrom => 1.0,
            Unit::Wavelength => 1e7, // nu / cm-1 = 1e7 / (lambda / nm)
            Unit::Electronvolt => ELECTRONVOLT_IN_WAVENUMBERS,
            Unit::Hartree => HARTREE_IN_WAVENUMBERS,
            Unit::Terahertz => 1e12 / (SPEED_OF_LIGHT * 100.0),
            Unit::Debye => DEBYE_IN_COULOMB_METER,
            Unit::AtomicDipole => ATOMIC_DIPOLE_IN_COULOMB_METER,
            Unit::Bohr => BOHR_IN_ANGSTROM,
            Unit::Nanometer => 10.0,
        }
    }
}

/// The function that takes a value from one unit to another, or why there is none.
pub fn conversion(from: Unit, to: Unit) -> Result<impl Fn(f64) -> f64> {
    if from.quantity() != to.quantity() {
        return Err(Error::new(
            Status::Argument,
            format!(
                "to_unit: {to:?} measures another quantity than {from:?} ({:?}, {:?})",
                to.quantity(),
                from.quantity()
            ),
        ));
    }
    let (inverse_from, inverse_to) = (from == Unit::Wavelength, to == Unit::Wavelength);
    // One rounding beyond the constants': the two scales meet before they touch the value.
    let scale = match (inverse_from, inverse_to) {
        (false, false) => from.in_reference_units() / to.in_reference_units(),
        (true, false) => from.in_reference_units() / to.in_reference_units(),
        (false, true) => to.in_reference_units() / from.in_reference_units(),
        (true, true) => 1.0,
    };
    Ok(move |value: f64| if inverse_from != inverse_to { scale / value } else { scale * value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(value: f64, from: Unit, to: Unit) -> f64 {
        conversion(from, to).unwrap()(value)
    }

    #[test]
    fn known_values_come_out() {
        let close = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-9, "{a} {b}");
        close(convert(12_500.0, Unit::Wavenumber, Unit::Wavelength), 800.0);
        close(convert(800.0, Unit::Wavelength, Unit::Wavenumber), 12_500.0);
        close(convert(1.0, Unit::Electronvolt, Unit::Wavenumber), 8065.543_937);
        close(convert(1.0, Unit::Hartree, Unit::Electronvolt), 27.211_386_246);
        close(convert(1.0, Unit::AtomicDipole, Unit::Debye), 2.541_746_473);
        close(convert(1.0, Unit::Bohr, Unit::Nanometer), 0.052_917_721_054_4);
        close(convert(532.0, Unit::Wavelength, Unit::Electronvolt), 2.330_530_045_7);
        close(convert(29.979_245_8, Unit::Terahertz, Unit::Wavenumber), 1000.0);
    }

    #[test]
    fn there_and_back_is_the_same_to_two_roundings() {
        for from in Unit::ALL {
            for to in Unit::ALL.into_iter().filter(|to| to.quantity() == from.quantity()) {
                let back = convert(convert(123.456, from, to), to, from);
                assert!((back / 123.456 - 1.0).abs() < 5e-16, "{from:?} {to:?}");
            }
        }
    }

    #[test]
    fn a_dipole_is_no_energy() {
        assert!(conversion(Unit::Debye, Unit::Hartree).is_err());
        assert!(Unit::from_code("from_unit", 5).is_err());
    }
}
