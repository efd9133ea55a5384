//! Noise on a line of phases.

use super::method::Noise;
use crate::random;
use crate::simd::{Level, Real};

/// Numbers made at a time.
const PIECE: usize = 256;

impl Noise {
    /// The noise of the steps from this one on.
    pub fn later(self, steps: usize) -> Self {
        Self { first_step: self.first_step.wrapping_add(steps as u64), ..self }
    }

    /// Adds the noise of the step with this number (counted from the run's first) to cells `first`, `first + stride`, ...
    pub fn add<T: Real>(&self, level: Level, dt: f64, step: u64, first: u64, stride: u64, phases: &mut [T]) {
        let deviation = self.amplitude * dt.sqrt();
        let step = self.first_step.wrapping_add(step);
        let mut normals = [0.0; PIECE];
        for (number, piece) in phases.chunks_mut(PIECE).enumerate() {
            let ahead = stride.wrapping_mul((number * PIECE) as u64);
            let first = self.first_cell.wrapping_add(first).wrapping_add(ahead);
            let normals = &mut normals[..piece.len()];
            random::normals(level, self.seed, step, first, stride, normals);
            for (phase, normal) in piece.iter_mut().zip(normals) {
                *phase = *phase + T::from_f64(deviation * *normal);
            }
        }
    }
}
