//! Spectra to compare with: points, values and their uncertainties.

use super::BANDS;
use crate::array::View;
use crate::error::{Error, Number, Result, Status, try_collect};
use crate::exciton::Grid;

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
        let points = Grid::new(grid)?.into_points();
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
        // A gap is a NaN of infinite sigma: it counts nothing, and is kept from the arithmetic.
        for (i, value) in values.iter_mut().enumerate() {
            if value.is_finite() {
                continue;
            }
            if sigma.get(i).is_none_or(|sigma| sigma.is_finite()) {
                return Err(Error::new(
                    Status::Nonfinite,
                    format!("{value_name}: element {i} is {value}; leave the point out, or give it an infinite sigma"),
                ));
            }
            *value = 0.0;
        }
        let per_sigma = try_collect(sigma_name, (0..values.len()).map(|i| sigma.get(i).map_or(1.0, |sigma| 1.0 / sigma)))?;
        Ok(Self { points, values, per_sigma })
    }

    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
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
