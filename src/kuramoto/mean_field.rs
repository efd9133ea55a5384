//! Everybody pulls everybody: the fully connected model.
//!
//! ```text
//! d theta_i / dt = omega_i + (K_i / N) sum_j sin(theta_j - theta_i - alpha)
//!                = omega_i + K_i r sin(psi - theta_i - alpha)
//! ```
//!
//! The sum over all j is a product with the order parameter (Y. Kuramoto, 1975), so an evaluation costs O(N): one pass for
//! the sums of sines and cosines, another for the slopes. Both compute the sine and cosine of every phase, so that none
//! is written to memory and read again.

use super::law::{Coupling, Law};
use super::nodes::{BLOCK, Nodes};
use super::order_parameter::{Angles, sums};
use crate::array::View;
use crate::error::{Result, try_vec};
use crate::simd::{Lanes, Operation, Real, map_lines, sine_of_difference};
use std::marker::PhantomData;

/// Phases summed in a row by the direct law, before sums are added: keeps the rounding of long sums small.
const PIECE: usize = 128;

pub struct MeanField<'a, T> {
    omega: View<'a, T, 3>,
    strength: View<'a, T, 3>,
    coupling: Coupling<T>,
    /// Means over all nodes of cosine and sine, or (for the linear law) the mean phase and nothing.
    means: [T; 2],
    /// All phases, for the direct law alone.
    phases: Vec<T>,
}

impl<'a, T: Real> MeanField<'a, T> {
    /// `omega` and `strength` are [1][1][node].
    pub fn new(omega: View<'a, T, 3>, strength: View<'a, T, 3>, coupling: Coupling<T>) -> Result<Self> {
        let phases = if coupling.law == Law::DirectSine { omega.dims()[2] } else { 0 };
        let phases = try_vec("theta", phases, T::default())?;
        Ok(Self { omega, strength, coupling, means: [T::default(); 2], phases })
    }
}

impl<T: Real> Nodes<T> for MeanField<'_, T> {
    fn len(&self) -> usize {
        self.omega.dims()[2]
    }

    fn prepare(&mut self, phases: &View<'_, T, 3>) -> Result<()> {
        let angles = match self.coupling.law {
            Law::Sine => Angles::OnTheCircle,
            Law::Linear => Angles::OnTheLine,
            Law::DirectSine => {
                phases.read_line([0, 0, 0], &mut self.phases);
                return Ok(());
            }
        };
        let (cosines, sines) = sums(phases, angles)?;
        let count = self.len() as f64;
        self.means = [cosines / count, sines / count].map(T::from_f64);
        Ok(())
    }

    #[inline(always)]
    fn slopes<V: Lanes<T>>(&self, first: usize, phases: &[T], slopes: &mut [T]) {
        let padded = slopes.len();
        let len = padded.min(self.len() - first);
        let (mut omega, mut strength) = ([T::default(); BLOCK], [T::default(); BLOCK]);
        self.omega.read_line([0, 0, first], &mut omega[..len]);
        self.strength.read_line([0, 0, first], &mut strength[..len]);
        let inputs = [phases, &omega[..padded], &strength[..padded]];
        let lag = V::splat(self.coupling.lag);
        let means = self.means.map(V::splat);
        match self.coupling.law {
            Law::Sine => {
                let (cosine, sine) = (V::splat(self.coupling.cosine_of_lag), V::splat(self.coupling.sine_of_lag));
                map_lines::<T, V, 0, 3, 1>([], inputs, [slopes], &Sine { means, cosine, sine, precision: PhantomData });
            }
            Law::Linear => map_lines::<T, V, 0, 3, 1>([], inputs, [slopes], &Linear { mean: means[0], lag, precision: PhantomData }),
            Law::DirectSine => map_lines::<T, V, 0, 3, 1>([], inputs, [slopes], &Direct { phases: &self.phases, lag }),
        }
    }
}

struct Sine<T, V> {
    means: [V; 2],
    cosine: V,
    sine: V,
    precision: PhantomData<T>,
}

impl<T: Real, V: Lanes<T>> Operation<V, 0, 3, 1> for Sine<T, V> {
    #[inline(always)]
    fn apply(&self, _: [[[V; 2]; 2]; 0], [phase, omega, strength]: [V; 3]) -> [V; 1] {
        let (sine, cosine) = phase.sin_cos();
        let lagged_cosine = cosine.mul_add(self.cosine, -(sine * self.sine));
        let lagged_sine = sine.mul_add(self.cosine, cosine * self.sine);
        let mean = lagged_sine.neg_mul_add(self.means[0], lagged_cosine * self.means[1]);
        [mean.mul_add(strength, omega)]
    }
}

struct Linear<T, V> {
    mean: V,
    lag: V,
    precision: PhantomData<T>,
}

impl<T: Real, V: Lanes<T>> Operation<V, 0, 3, 1> for Linear<T, V> {
    #[inline(always)]
    fn apply(&self, _: [[[V; 2]; 2]; 0], [phase, omega, strength]: [V; 3]) -> [V; 1] {
        [(self.mean - phase - self.lag).mul_add(strength, omega)]
    }
}

struct Direct<'a, T, V> {
    phases: &'a [T],
    lag: V,
}

impl<T: Real, V: Lanes<T>> Operation<V, 0, 3, 1> for Direct<'_, T, V> {
    #[inline(always)]
    fn apply(&self, _: [[[V; 2]; 2]; 0], [phase, omega, strength]: [V; 3]) -> [V; 1] {
        let mut sum = V::zero();
        for piece in self.phases.chunks(PIECE) {
            let mut part = V::zero();
            for &other in piece {
                part = part + sine_of_difference(V::splat(other) - phase - self.lag);
            }
            sum = sum + part;
        }
        let mean = sum * V::splat(T::from_f64(1.0 / self.phases.len() as f64));
        [mean.mul_add(strength, omega)]
    }
}
