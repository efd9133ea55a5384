//! Which eigensolver a call uses, and how many configurations it takes at a time.
//!
//! Lanes solve a group of configurations in the time of one, so they win where the group is full and the matrices
//! small enough for the caches; LAPACK's blocked reduction wins for large matrices, and for a few of middle size that would
//! leave lanes empty. The choice depends on the problem and the SIMD level alone, never on threads.

use crate::simd::Level;

/// How configurations are solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Two vectors of them side by side, whose dependent chains hide each other's latency.
    Pairs,
    /// One vector of them.
    Lanes,
    /// One after the other, through LAPACK.
    Lapack,
}

#[derive(Clone, Copy, Debug)]
pub struct Choice {
    pub way: Way,
    /// Configurations that are solved at a time.
    pub group: usize,
    /// Nanoseconds for each of them, roughly.
    pub nanoseconds: f64,
}

/// Two vectors of matrices go side by side as long as they fit the second-level cache with room to spare.
const LARGEST_PAIR_BYTES: usize = 384 << 10;

impl Choice {
    /// For `n_conf` matrices of size `n`, with eigenvectors or without.
    pub fn new(n_conf: usize, n: usize, with_vectors: bool, level: Level) -> Self {
        let lanes = Self::in_lanes(n_conf, n, with_vectors, level);
        let nanoseconds = lapack_nanoseconds(n, with_vectors);
        if lanes.way == Way::Pairs || lanes.nanoseconds <= nanoseconds {
            lanes
        } else {
            Self { way: Way::Lapack, group: 1, nanoseconds }
        }
    }

    /// The same for kernels that have lanes alone.
    pub fn in_lanes(n_conf: usize, n: usize, with_vectors: bool, level: Level) -> Self {
        let lanes = level.lanes();
        let nanoseconds = vector_nanoseconds(n, with_vectors) / n_conf.clamp(1, lanes) as f64;
        let pair_bytes = n.saturating_mul(n).saturating_mul(level.lanes_of_a_pair() * size_of::<f64>());
        if n_conf > lanes && pair_bytes <= LARGEST_PAIR_BYTES {
            Self { way: Way::Pairs, group: level.lanes_of_a_pair(), nanoseconds }
        } else {
            Self { way: Way::Lanes, group: lanes, nanoseconds }
        }
    }
}

/// Nanoseconds for one vector of matrices, whatever its width: fitted to `cargo bench --bench exciton` (docs/design.md has
/// the figures). The last factor is for matrices that leave the caches.
fn vector_nanoseconds(n: usize, with_vectors: bool) -> f64 {
    let n = n as f64;
    let outgrown = 1.0 + (n / 350.0).powi(2);
    300.0 + if with_vectors { 30.0 * n * n + 3.4 * n * n * n * outgrown } else { 46.0 * n * n + 0.45 * n * n * n * outgrown }
}

/// Nanoseconds for one matrix through LAPACK.
fn lapack_nanoseconds(n: usize, with_vectors: bool) -> f64 {
    let n = n as f64;
    4000.0 + if with_vectors { 115.0 * n * n + 0.03 * n * n * n } else { 50.0 * n * n + 0.03 * n * n * n }
}
