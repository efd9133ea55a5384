//! Arrays of our own that begin where a cache line does.
//!
//! A vector of eight f64 that does not begin there lies in two lines and takes two loads; OpenBLAS' results change with where
//! its arrays lie.

use crate::error::{Result, try_vec};

/// A line of the cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
#[allow(dead_code)] // read as elements of the slice
struct Line([f64; 8]);

pub struct Aligned(Vec<Line>, usize);

impl Aligned {
    /// No elements.
    pub const fn empty() -> Self {
        Self(Vec::new(), 0)
    }

    /// Zeros; `what` is what an error says they were for.
    pub fn zeros(what: &str, len: usize) -> Result<Self> {
        Ok(Self(try_vec(what, len.div_ceil(8), Line([0.0; 8]))?, len))
    }

    #[inline(always)]
    pub fn slice(&self) -> &[f64] {
        // SAFETY: the lines are gapless arrays of f64, at least self.1 of them.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), self.1) }
    }

    #[inline(always)]
    pub fn slice_mut(&mut self) -> &mut [f64] {
        // SAFETY: as for `slice`.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), self.1) }
    }
}
