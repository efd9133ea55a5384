//! Arrays of our own that begin where a cache line does.
//!
//! A vector of eight f64 that does not begin there lies in two lines and takes two loads; OpenBLAS' results change with where
//! its arrays lie.

use super::real::Real;
use crate::error::{Result, try_vec};
use std::marker::PhantomData;

/// A line of the cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
#[allow(dead_code)] // read as elements of the slice
struct Line([f64; 8]);

pub struct Aligned<T: Real = f64>(Vec<Line>, usize, PhantomData<T>);

impl<T: Real> Aligned<T> {
    /// No elements.
    pub const fn empty() -> Self {
        Self(Vec::new(), 0, PhantomData)
    }

    /// Zeros; `what` is what an error says they were for.
    pub fn zeros(what: &str, len: usize) -> Result<Self> {
        Ok(Self(try_vec(what, len.div_ceil(size_of::<Line>() / size_of::<T>()), Line([0.0; 8]))?, len, PhantomData))
    }

    #[inline(always)]
    pub fn slice(&self) -> &[T] {
        // SAFETY: the lines are gapless arrays of f64 or f32, at least self.1 of them, and any bits are a number.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), self.1) }
    }

    #[inline(always)]
    pub fn slice_mut(&mut self) -> &mut [T] {
        // SAFETY: as for `slice`.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), self.1) }
    }
}
