//! How a neighbour pulls.

use crate::simd::Real;

/// The coupling of a cell to a neighbour whose phase is ahead by x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// `sin(x - alpha)` through one sine and cosine of every cell. Where two phases nearly agree its absolute error is
    /// two units in the last place of 1, which is less than the rounding of phases beyond 2 pi themselves.
    Sine,
    /// `sin(x - alpha)` by a sine for every neighbour: a small relative error also for small x, at several times the cost.
    DirectSine,
    /// `x - alpha`: diffusion of the phase. Not an approximation that is ever chosen for you.
    Linear,
}

/// A law with its phase lag, in the precision of the lanes.
#[derive(Clone, Copy)]
pub struct Coupling<T> {
    pub law: Law,
    pub lag: T,
    pub cosine_of_lag: T,
    pub sine_of_lag: T,
}

impl<T: Real> Coupling<T> {
    pub fn new(law: Law, lag: f64) -> Self {
        let (sine, cosine) = lag.sin_cos();
        Self {
            law,
            lag: T::from_f64(lag),
            cosine_of_lag: T::from_f64(cosine),
            sine_of_lag: T::from_f64(sine),
        }
    }
}
