//! Spectra to compare with: points, values and their uncertainties.

use super::BANDS;
use crate::array::View;
use crate::error::{Error, Number, Result, Status, try_collect, try_vec};
use crate::exciton::ascending_points;

/// The square of its inverse is a number.
const SMALLEST_SIGMA: f64 = 1e-150;

/// One spectrum of a measurement.
pub struct Band {
    /// cm-1, ascending.
    pub points: Vec<f64>,
    pub values: Vec<f64>,
    /// 1 / sigma of each value; 0 for a value that does not count.
    pub per_sigma: Vec<f64>,
}

impl Band {
    pub fn none() -> Self {
        Self { points: Vec::new(), values: Vec::new(), per_sigma: Vec::new() }
    }

    pub fn new(
        names: [&'static str; 2],
        grid: &View<'_, f64, 1>,
        values: Option<&View<'_, f64, 1>>,
        sigma: Option<&View<'_, f64, 1>>,
    ) -> Result<Self> {
        let [value_name, sigma_name] = names;
        let points = ascending_points(grid)?;
        let mut values = values.map_or(Ok(Vec::new()), |view| view.to_vec(value_name))?;
        let sigma = sigma.map_or(Ok(Vec::new()), |view| view.to_vec(sigma_name))?;
        if let Some(i) = sigma.iter().position(|&sigma| !(sigma >= SMALLEST_SIGMA)) {
            return Err(Error::new(
                Status::Argument,
                format!(
                    "{sigma_name}: element {i} is {}; a standard deviation is positive, at least {} (infinite for a point that does \
                     not count)",
                    Number(sigma[i]),
                    Number(SMALLEST_SIGMA)
                ),
            ));
        }
        // Without a branch for each, as a rule.
        if !values.iter().fold(true, |good, value| good & value.is_finite()) {
            leave_gaps_out(value_name, &mut values, &sigma)?;
        }
        let per_sigma = if sigma.is_empty() { try_vec(sigma_name, values.len(), 1.0)? } else { try_collect(sigma_name, sigma.iter().map(|sigma| 1.0 / sigma))? };
        Ok(Self { points, values, per_sigma })
    }

    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
}

/// A gap is a NaN of infinite sigma: it counts nothing, and is kept from the arithmetic.
fn leave_gaps_out(value_name: &str, values: &mut [f64], sigma: &[f64]) -> Result<()> {
    for (i, value) in values.iter_mut().enumerate().filter(|(_, value)| !value.is_finite()) {
        if sigma.get(i).is_none_or(|sigma| sigma.is_finite()) {
            return Err(Error::new(
                Status::Nonfinite,
                format!("{value_name}: element {i} is {value}; leave the point out, or give it an infinite sigma"),
            ));
        }
        *value = 0.0;
    }
    Ok(())
}

/// What was measured; a band without points is not compared.
pub struct Measured {
    pub bands: [Band; BANDS],
}

impl Measured {
    pub fn points(&self) -> [&[f64]; BANDS] {
        std::array::from_fn(|band| self.bands[band].points.as_slice())
    }

    /// Points that count.
    pub fn count(&self) -> usize {
        self.bands.iter().flat_map(|band| &band.per_sigma).filter(|&&weight| weight > 0.0).count()
    }
}

/// In eight sums side by side, the same wherever a misfit is computed.
#[inline(always)]
pub fn sum_of_squares(numbers: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let chunks = numbers.chunks_exact(8);
    let rest = chunks.remainder();
    for chunk in chunks {
        for lane in 0..8 {
            sums[lane] += chunk[lane] * chunk[lane];
        }
    }
    for (sum, x) in sums.iter_mut().zip(rest) {
        *sum += x * x;
    }
    ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]))
}
