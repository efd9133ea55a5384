//! The caller's points, and the number that they are multiplied by.

use crate::array::View;
use crate::fmm::tree::{Cloud, Cube};
use crate::simd::Real;

/// 2^k with k such that `side` 2^k is between 1/2 and 1, about.
pub fn power_of_two_that_makes_one(side: f64) -> f64 {
    2f64.powi(-(side.log2().ceil() as i32))
}
/// The caller's points times a power of two, and folded into a cell if there is one.
pub struct Scaled<'a, I> {
    view: View<'a, I, 2>,
    scale: f64,
    cell: Option<Cube>,
}

impl<'a, I: Real> Scaled<'a, I> {
    pub fn new(view: &View<'a, I, 2>, scale: f64) -> Self {
        Self { view: *view, scale, cell: None }
    }

    pub fn folded_into(self, cell: Option<Cube>) -> Self {
        Self { cell, ..self }
    }
}

impl<I: Real> Cloud for Scaled<'_, I> {
    fn len(&self) -> usize {
        self.view.dims()[0]
    }

    fn point(&self, index: usize) -> [f64; 3] {
        std::array::from_fn(|axis| {
            let x = self.view.at([index, axis]).to_f64() * self.scale;
            if let Some(cell) = &self.cell { cell.fold(axis, x) } else { x }
        })
    }

    fn prefetch(&self, index: usize) {
        self.view.prefetch_line([index, 0], 3);
    }
}
