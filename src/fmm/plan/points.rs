//! The caller's points, and the number that they are multiplied by.

use crate::array::View;
use crate::error::{Result, try_vec};
use crate::fmm::tree::{BLOCK, Block, Cloud, Cube, Indices, every};
use crate::simd::Real;
use crate::threads::ranges;

/// 2^k with k such that `side` 2^k is between 1/2 and 1, about.
pub fn power_of_two_that_makes_one(side: f64) -> f64 {
    2f64.powi(-(side.log2().ceil() as i32))
}
/// How many times as large as a cloud the root is: with room for another layer where the points lie in few layers along each axis, as in a lattice. Where a root
/// fits such points they are at the corners of its leaves, where expansions are at their worst.
pub fn margin_of(cloud: &dyn Cloud) -> Result<f64> {
    const SAMPLE: usize = 1024;
    // Of so few points some share a layer along some axis where there are few layers, all but surely.
    const FEW: usize = 128;
    // Odd, or it might meet the same layers of a lattice again and again.
    let step = cloud.len().div_ceil(SAMPLE) | 1;
    let count = cloud.len().div_ceil(step);
    let mut blocks = try_vec("sample of points", count.div_ceil(BLOCK), [[0.0; BLOCK]; 3])?;
    for ((first, len), points) in ranges(count, BLOCK).zip(&mut blocks) {
        cloud.read(&every(step, first * step, len), points);
    }
    let most = (2.0 * (cloud.len() as f64).sqrt()).min(0.5 * count as f64);
    let different = |blocks: &[Block], axis: usize| {
        // The last point is there several times if a block has room for more.
        let mut places = try_vec("sample of points", blocks.len() * BLOCK, 0.0)?;
        for (places, points) in places.as_chunks_mut::<BLOCK>().0.iter_mut().zip(blocks) {
            *places = points[axis];
        }
        places.sort_unstable_by(f64::total_cmp);
        places.dedup();
        Ok(places.len())
    };
    let mut are_all_different = count > FEW;
    for axis in 0..3 {
        are_all_different = are_all_different && different(&blocks[..FEW / BLOCK], axis)? == FEW;
    }
    if are_all_different {
        return Ok(1.0);
    }
    let mut layers = 1;
    for axis in 0..3 {
        layers = layers.max(different(&blocks, axis)?);
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

    fn read(&self, indices: &Indices, points: &mut Block) {
        match &self.cell {
            Some(cell) => self.view.read_rows(indices, points, |axis, x| cell.fold(axis, x.to_f64() * self.scale)),
            None => self.view.read_rows(indices, points, |_, x| x.to_f64() * self.scale),
        }
    }

    fn prefetch(&self, indices: &Indices) {
        for &index in indices {
            self.view.prefetch_line([index as usize, 0], 3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points that are computed when they are read.
    struct Computed(usize, fn(usize) -> [f64; 3]);

    impl Cloud for Computed {
        fn len(&self) -> usize {
            self.0
        }

        fn read(&self, indices: &Indices, points: &mut Block) {
            *points = [0, 1, 2].map(|axis| indices.map(|index| (self.1)(index as usize)[axis]));
        }
    }

    /// Point `i` of a cubic lattice, one axis after another.
    fn of_lattice<const SIDE: usize>(i: usize) -> [f64; 3] {
        [i % SIDE, i / SIDE % SIDE, i / SIDE / SIDE].map(|place| place as f64)
    }

    /// The same in an order that jumps.
    fn of_shuffled_lattice<const SIDE: usize>(i: usize) -> [f64; 3] {
        of_lattice::<SIDE>((i as u64 * 1_000_003 % (SIDE * SIDE * SIDE) as u64) as usize)
    }

    #[test]
    fn roots_of_lattices_have_room_for_a_layer_and_those_of_clouds_fit() {
        let margin = |count: usize, point| margin_of(&Computed(count, point)).unwrap();
        let expected = |layers: usize| 1.0 + 1.0 / (layers - 1) as f64;
        assert_eq!(margin(8000, of_lattice::<20>), expected(20));
        assert_eq!(margin(8000, of_shuffled_lattice::<20>), expected(20));
        // More layers than points of the first look.
        assert_eq!(margin(200 * 200 * 200, of_lattice::<200>), expected(200));
        assert!(margin(200 * 200 * 200, of_shuffled_lattice::<200>) > 1.0);
        // Layers along one axis alone, and none.
        assert_eq!(margin(100_000, |i| [(0.618 * i as f64).fract(), (0.7548 * i as f64).fract(), (i % 7) as f64]), 1.0);
        assert_eq!(margin(100_000, |i| [(0.618 * i as f64).fract(), (0.7548 * i as f64).fract(), (0.5698 * i as f64).fract()]), 1.0);
        assert_eq!(margin(0, |_| [0.0; 3]), 1.0);
        assert_eq!(margin(1, |_| [0.0; 3]), 1.0);
    }
}
