//! `G(r) = exp(-kappa r) / (4 pi r)`: the screened potential of Debye and Hueckel, and of Yukawa.

use super::GreenFunction;
use crate::simd::{self, Lanes, Real};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Yukawa {
    /// kappa, an inverse length, at least 0.
    pub screening: f64,
}

impl Yukawa {
    /// `-kappa r`.
    #[inline(always)]
    fn exponent<T: Real, V: Lanes<T>>(self, r2: V, inverse: V) -> V {
        (r2 * inverse) * V::splat(T::from_f64(-self.screening / V::QUICK_UNIT))
    }
}

impl GreenFunction for Yukawa {
    const NAME: &'static str = "yukawa";
    const IS_HOMOGENEOUS: bool = false;

    fn value(self, r2: f64) -> f64 {
        let r = r2.sqrt();
        if r2 > 0.0 { (-self.screening * r).exp() / r } else { 0.0 }
    }

    #[inline(always)]
    fn potential<T: Real, V: Lanes<T>>(self, r2: V, inverse: V) -> V {
        inverse * simd::exp(self.exponent(r2, inverse))
    }

    #[inline(always)]
    fn potential_and_pull<T: Real, V: Lanes<T>>(self, r2: V, inverse: V, charge: V) -> (V, V) {
        // -d/dr exp(-kappa r)/r = (1 + kappa r) exp(-kappa r) / r^2.
        let exponent = self.exponent(r2, inverse);
        let potential = (inverse * simd::exp(exponent)) * charge;
        (potential, ((inverse * inverse) * (V::splat(T::from_f64(1.0)) - exponent)) * potential)
    }

    fn screening(self) -> f64 {
        self.screening
    }

    fn fingerprint(self) -> u64 {
        self.screening.to_bits()
    }

    fn scaled(self, scale: f64) -> Self {
        // Times u^2 / r, which is part of the pull, it is finite in f32 too: infinity times what is left, 0, would be NaN. Beyond it no pair is left.
        Self { screening: (self.screening / scale).min(1e22) }
    }
}
