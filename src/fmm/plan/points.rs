//! The caller's points, and the number that they are multiplied by.

use crate::array::View;
use crate::error::{Result, try_collect};
use crate::fmm::tree::{Cloud, Cube};
use crate::simd::Real;

/// 2^k with k such that `side` 2^k is between 1/2 and 1, about.
pub fn power_of_two_that_makes_one(side: f64) -> f64 {
    2f64.powi(-(side.log2().ceil() as i32))
}
/// How many times as large as a cloud the root is: with room for another layer where the points lie in few layers along each axis, as in a lattice. Where a root
/// fits such points they are at the corners of its leaves, where expansions are at their worst.
pub fn margin_of(cloud: &dyn Cloud) -> Result<f64> {
    const SAMPLE: usize = 1024;
    // Odd, or it might meet the same layers of a lattice again and again.
    let step = cloud.len().div_ceil(SAMPLE) | 1;
    let points = try_collect("sample of points", (0..cloud.len().div_ceil(step)).map(|i| cloud.point(i * step)))?;
    let most = (2.0 * (cloud.len() as f64).sqrt()).min(0.5 * points.len() as f64);
    let mut layers = 1;
    for axis in 0..3 {
        let mut places = try_collect("sample of points", points.iter().map(|point| point[axis]))?;
        places.sort_unstable_by(f64::total_cmp);
        places.dedup();
        layers = layers.max(places.len());
        if layers as f64 > most {
            return Ok(1.0);
        }
    }
    Ok(if layers > 1 { 1.0 + 1.0 / (layers - 1) as f64 } else { 1.0 })
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
