//! How large inputs may be so that no product of them overflows, and what is said of results that are no numbers after all.

use crate::error::{Error, Number, Result, Status};

/// Of a component of a dipole (its unit) or position (Angstrom): a rotational strength is a product of two dipoles, a position, an energy and
/// the squared number of sites, and an infinite factor times a 0 would be NaN.
pub const LARGEST_COMPONENT: f64 = 1e75;
/// Of energies, cm-1, where there are rotational strengths, and of what is added to energies: likewise.
pub const LARGEST_ENERGY: f64 = 1e200;

/// Refuses a mean spectrum that overflowed: sums may where none of their terms does.
pub fn refuse_overflow(name: &str, spectrum: &[f64]) -> Result<()> {
    match spectrum.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(i) => Err(Error::new(
            Status::Nonfinite,
            format!(
                "{name}: point {i} is {}: the strengths of its lines overflow; measure dipoles (or strengths) in a larger unit",
                Number(spectrum[i])
            ),
        )),
    }
}
