//! `G(r) = 1 / (4 pi r)`.

use super::GreenFunction;
use crate::simd::{Lanes, Real};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Laplace;

impl GreenFunction for Laplace {
    const NAME: &'static str = "laplace";
    const IS_HOMOGENEOUS: bool = true;

    fn value(self, r2: f64) -> f64 {
        if r2 > 0.0 { 1.0 / r2.sqrt() } else { 0.0 }
    }

    #[inline(always)]
    fn potential<T: Real, V: Lanes<T>>(self, _r2: V, inverse: V) -> V {
        inverse
    }

    #[inline(always)]
    fn potential_and_pull<T: Real, V: Lanes<T>>(self, _r2: V, inverse: V, charge: V) -> (V, V) {
        let potential = inverse * charge;
        (potential, (inverse * inverse) * potential)
    }

    fn screening(self) -> f64 {
        0.0
    }

    fn fingerprint(self) -> u64 {
        0
    }

    fn scaled(self, _scale: f64) -> Self {
        self
    }
}
