//! Results that are no numbers, refused before anything of them is written.
//!
//! Inputs are finite, but sums of their products need not be: a misfit is a square of residuals in standard deviations, a gradient their product
//! with a model's derivative. Infinities among them would meet zeros, so that nothing could be said of what else was computed.

use super::BANDS;
use super::forward::Jacobian;
use super::gradient::Misfit;
use crate::error::{Error, Number, Result, Status};
use crate::exciton::range::refuse_overflow;

const BAND_NAMES: [&str; BANDS] = ["absorption", "cd", "ld"];

fn refuse(what: String, value: f64, remedy: &str) -> Error {
    Error::new(Status::Nonfinite, format!("{what} is {}, an overflow; {remedy}", Number(value)))
}

fn check_spectra(spectra: &[Vec<f64>; BANDS]) -> Result<()> {
    BAND_NAMES.iter().zip(spectra).try_for_each(|(name, spectrum)| refuse_overflow(name, spectrum))
}

impl Misfit {
    /// Itself, if all of it are numbers.
    pub fn checked(self) -> Result<Self> {
        check_spectra(&self.spectra)?;
        let remedy = "take larger units for dipoles and measurement, or a larger sigma";
        if !self.value.is_finite() {
            return Err(refuse("misfit:".into(), self.value, remedy));
        }
        match self.gradient.iter().position(|slope| !slope.is_finite()) {
            Some(p) => Err(refuse(format!("gradient: element {p}"), self.gradient[p], remedy)),
            None => Ok(self),
        }
    }
}

impl Jacobian {
    /// Itself, if all of it are numbers.
    pub fn checked(self, parameters: usize) -> Result<Self> {
        check_spectra(&self.spectra)?;
        for (name, rows) in BAND_NAMES.iter().zip(&self.rows) {
            if let Some(at) = rows.iter().position(|slope| !slope.is_finite()) {
                let (point, p) = (at / parameters, at % parameters);
                return Err(refuse(format!("{name}_jacobian: element ({point}, {p})"), rows[at], "take a larger unit for dipoles"));
            }
        }
        Ok(self)
    }
}
