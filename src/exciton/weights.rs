//! Weights of configurations in a mean.

use crate::array::View;
use crate::error::{Error, Result, Status};

/// Checked weights, 1 where the caller gives none. They are scaled by a power of 2, exactly, so that the largest is near
/// 1: a mean does not depend on their unit, and so must not overflow because of it.
#[derive(Clone, Copy)]
pub struct Weights<'a> {
    view: Option<View<'a, f64, 1>>,
    scale: f64,
    /// The sum of all of them, scaled.
    pub total: f64,
}

impl<'a> Weights<'a> {
    pub fn new(view: Option<View<'a, f64, 1>>, n_conf: usize) -> Result<Self> {
        if n_conf == 0 {
            return Err(Error::new(Status::Shape, "n_conf: is 0; a mean needs at least one configuration"));
        }
        let Some(weights) = view else { return Ok(Self { view, scale: 1.0, total: n_conf as f64 }) };
        let (mut largest, mut sum): (f64, f64) = (0.0, 0.0);
        for c in 0..n_conf {
            let weight = weights.at([c]);
            if !weight.is_finite() {
                return Err(Error::new(
                    Status::Nonfinite,
                    format!("weights: element {c} is {weight}; use finite weights"),
                ));
            }
            if weight < 0.0 {
                return Err(Error::new(
                    Status::Argument,
                    format!("weights: element {c} is {weight}; weights are not negative (subtract two spectra instead)"),
                ));
            }
            largest = largest.max(weight);
            sum += weight;
        }
        if largest == 0.0 || sum.is_infinite() {
            return Err(Error::new(
                Status::Argument,
                format!("weights: sum to {sum}; at least one weight is positive, and their sum is finite"),
            ));
        }
        let scale = (-largest.log2().floor()).clamp(-1022.0, 1022.0).exp2();
        let total = (0..n_conf).map(|c| weights.at([c]) * scale).sum();
        Ok(Self { view, scale, total })
    }

    #[inline(always)]
    pub fn of(&self, c: usize) -> f64 {
        self.view.map_or(1.0, |weights| weights.at([c]) * self.scale)
    }
}
