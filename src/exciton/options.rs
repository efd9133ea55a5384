//! What a caller may choose about a spectrum, as plain values that were checked.

use super::broadening::Method;
use super::range::LARGEST_ENERGY;
use crate::error::{Error, Number, Result, Status, try_collect};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lineshape {
    Gaussian,
    Lorentzian,
    /// A Gaussian of the FWHM given elsewhere, convolved with a Lorentzian of this one.
    Voigt { lorentzian_fwhm: f64 },
}

/// What an isolated stick of strength 1 has equal to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Normalization {
    Peak,
    Area,
}

/// Full widths at half maximum in cm-1, for absorption and for CD.
#[derive(Clone, Debug, PartialEq)]
pub enum Widths {
    Common { absorption: f64, cd: f64 },
    /// By exciton, ascending energy.
    PerExciton { absorption: Vec<f64>, cd: Vec<f64> },
    /// By site; exciton k has `sqrt(sum_j V_jk^2 w_j^2)`.
    PerSite { absorption: Vec<f64>, cd: Vec<f64> },
}

#[derive(Clone, Debug)]
pub struct Options {
    pub lineshape: Lineshape,
    pub widths: Widths,
    pub normalization: Normalization,
    /// Multiplies rotational strengths: 1 for the dissymmetry scale (4 R), 1/4 for Rosenfeld's R.
    pub cd_scale: f64,
    pub method: Method,
    /// Multiply spectra by the wavenumber of the grid point.
    pub frequency_prefactor: bool,
    /// Divide dipoles by the root of their summed squares, per configuration, after deletion.
    pub normalize_dipoles: bool,
    /// In multiples of the FWHM; infinite for no cut.
    pub cutoff: f64,
    /// Added to every diagonal element, cm-1.
    pub energy_offset: f64,
    /// By site: true for a pigment that is left out. Empty for none.
    pub deleted: Vec<bool>,
}

impl Default for Options {
    /// The default configuration of fmo_analysis, whose users come here.
    fn default() -> Self {
        Self {
            lineshape: Lineshape::Gaussian,
            widths: Widths::Common { absorption: 70.0, cd: 70.0 },
            normalization: Normalization::Peak,
            cd_scale: 1.0,
            method: Method::Auto,
            frequency_prefactor: false,
            normalize_dipoles: false,
            cutoff: 3.0,
            energy_offset: 0.0,
            deleted: Vec::new(),
        }
    }
}

/// Widths outside this range overflow when squared.
const WIDTH_RANGE: std::ops::RangeInclusive<f64> = 1e-100..=1e100;

impl Options {
    /// Refuses values outside their range.
    pub fn check(&self) -> Result<()> {
        let refuse = |message| Err(Error::new(Status::Option, message));
        let check_width = |name: &str, width: f64| {
            if WIDTH_RANGE.contains(&width) {
                Ok(())
            } else {
                let width = Number(width);
                refuse(format!("{name}: is {width}; a full width at half maximum is positive, from 1e-100 to 1e100 cm-1"))
            }
        };
        match &self.widths {
            Widths::Common { absorption, cd } => {
                check_width("fwhm", *absorption)?;
                check_width("fwhm_cd", *cd)?;
            }
            Widths::PerExciton { absorption, cd } | Widths::PerSite { absorption, cd } => {
                for (name, widths) in [("fwhm_values", absorption), ("fwhm_cd_values", cd)] {
                    for (k, &width) in widths.iter().enumerate() {
                        if !self.deleted.get(k).copied().unwrap_or(false) || !matches!(self.widths, Widths::PerSite { .. }) {
                            check_width(&format!("{name}[{k}]"), width)?;
                        }
                    }
                }
            }
        }
        if let Lineshape::Voigt { lorentzian_fwhm } = self.lineshape {
            check_width("lorentzian_fwhm", lorentzian_fwhm)?;
        }
        if !(self.cutoff > 0.0) {
            return refuse(format!(
                "cutoff: is {}; it is a positive number of full widths, or infinity for no cut",
                self.cutoff
            ));
        }
        if !(self.energy_offset.abs() <= LARGEST_ENERGY) {
            let limit = Number(LARGEST_ENERGY);
            return refuse(format!("energy_offset: is {}; it is a number of cm-1 of at most {limit}", Number(self.energy_offset)));
        }
        Ok(())
    }

    /// The sites that take part, ascending.
    pub fn kept_sites(&self, n_site: usize) -> Result<Vec<usize>> {
        let mut kept = try_collect("sites", 0..n_site)?;
        kept.retain(|&site| !self.deleted.get(site).copied().unwrap_or(false));
        Ok(kept)
    }
}
