//! How long each operator takes, on all threads together.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// The parts of an evaluation, in the order of `Timings::seconds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    ParticlesToMultipoles,
    MultipolesToMultipoles,
    MultipolesToLocals,
    LocalsToLocals,
    LocalsToParticles,
    ParticlesToLocals,
    MultipolesToParticles,
    ParticlesToParticles,
}

/// Nanoseconds of each operator. Tasks add their own.
#[derive(Default)]
pub struct Timings([AtomicU64; 8]);

impl Timings {
    pub fn seconds(&self) -> [f64; 8] {
        std::array::from_fn(|operator| self.0[operator].load(Ordering::Relaxed) as f64 * 1e-9)
    }

    /// Runs `work` for an operator.
    pub fn time<R>(&self, operator: Operator, work: impl FnOnce() -> R) -> R {
        let began = Instant::now();
        let result = work();
        self.0[operator as usize].fetch_add(began.elapsed().as_nanos() as u64, Ordering::Relaxed);
        result
    }
}
