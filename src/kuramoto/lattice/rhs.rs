//! Slopes alone.

use super::block::{Lines, Sweep};
use super::cut::{self, Block};
use super::{Arranged, Model, Shelf, SweepBlock};
use crate::array::{View, ViewMut};
use crate::error::{Result, try_vec};
use crate::kuramoto::method::EULER;
use crate::kuramoto::nodes::Nodes;
use crate::simd::{Lanes, Level, Real, dispatch};
use crate::threads::{self, Progress, for_each_chunk};

/// `slopes = d theta / dt`, or added to it.
pub fn rhs<T: Real>(
    model: &Model<'_, T>,
    theta: &View<'_, T, 3>,
    slopes: ViewMut<'_, T, 3>,
    accumulate: bool,
) -> Result<()> {
    if model.lattice.cells() == 0 {
        return Ok(());
    }
    let arranged = Arranged::new(model, theta);
    slopes_of(&arranged, theta, slopes, accumulate, &Shelf::new(1))
}

fn slopes_of<T: Real>(
    arranged: &Arranged<'_, T>,
    theta: &View<'_, T, 3>,
    mut slopes: ViewMut<'_, T, 3>,
    accumulate: bool,
    shelf: &Shelf<T>,
) -> Result<()> {
    let level = Level::current()?;
    let order = arranged.arrangement.order;
    let theta = theta.permuted(order);
    let sweep = Sweep { slopes_only: true, ..arranged.sweep(EULER, 1, 0.0) };
    let size = arranged.block_size(&sweep, threads::current().0);
    let blocks = || cut::blocks(&arranged.arrangement, size, 1);
    let largest = blocks().fold([0; 3], |largest: [usize; 3], block| {
        let extents = block.extents();
        std::array::from_fn(|axis| largest[axis].max(extents[axis]))
    });
    let pieces = slopes.reborrow().permuted(order).boxes(size)?;
    for_each_chunk(
        blocks().zip(pieces),
        |_| 0,
        &mut Progress::none(),
        |(block, own)| {
            let line = try_vec("lattice", if accumulate { block.size[2] } else { 0 }, T::default())?;
            let lines = OutOfPlace { arranged, block, theta, own, accumulate, line };
            dispatch(level, SweepBlock { arranged, sweep: &sweep, block, largest, shelf, lines })
        },
        Ok,
    )
}

/// A lattice for an integrator that wants slopes of a state of its own, whose cells lie in C order of the caller's axes.
pub struct Slopes<'a, T> {
    arranged: Arranged<'a, T>,
    extents: [usize; 3],
    shelf: Shelf<T>,
    slopes: Vec<T>,
}

impl<'a, T: Real> Slopes<'a, T> {
    pub fn new(model: &'a Model<'a, T>) -> Result<Self> {
        let extents = model.lattice.extents;
        let slopes = try_vec("lattice", model.lattice.cells(), T::default())?;
        let arranged = Arranged::new(model, &View::from_slice("theta", &slopes, extents));
        Ok(Self { arranged, extents, shelf: Shelf::new(1), slopes })
    }
}

impl<T: Real> Nodes<T> for Slopes<'_, T> {
    fn len(&self) -> usize {
        self.slopes.len()
    }
    fn prepare(&mut self, phases: &View<'_, T, 3>) -> Result<()> {
        let Self { arranged, extents, shelf, slopes } = self;
        slopes_of(arranged, phases, ViewMut::from_slice("slopes", slopes, *extents), false, shelf)
    }
    #[inline(always)]
    fn slopes<V: Lanes<T>>(&self, first: usize, _: &[T], slopes: &mut [T]) {
        let len = slopes.len().min(self.len() - first);
        slopes[..len].copy_from_slice(&self.slopes[first..first + len]);
    }
}

/// A block's lines for a right-hand side: phases from one array, slopes into another.
struct OutOfPlace<'a, 'b, T> {
    arranged: &'a Arranged<'a, T>,
    block: Block,
    theta: View<'a, T, 3>,
    own: ViewMut<'b, T, 3>,
    accumulate: bool,
    line: Vec<T>,
}

impl<T: Real> Lines<T> for OutOfPlace<'_, '_, T> {
    fn add_noise(&mut self, _: usize, _: usize, _: usize, _: &mut [T]) {}
    fn phases(&mut self, plane: usize, row: usize, from: usize, into: &mut [T]) {
        self.block.read(&self.theta, [plane, row, from], into);
    }
    fn phases_in_place(&self, plane: usize, row: usize, len: usize) -> Option<&[T]> {
        self.block.line(&self.theta, [plane, row], len)
    }
    fn omega(&mut self, plane: usize, row: usize, from: usize, into: &mut [T]) {
        self.block.read(&self.arranged.omega, [plane, row, from], into);
    }
    fn omega_in_place(&self, plane: usize, row: usize, len: usize) -> Option<&[T]> {
        self.block.line(&self.arranged.omega, [plane, row], len)
    }
    fn strength(&mut self, plane: usize, row: usize, into: &mut [T]) {
        self.block.read(&self.arranged.strength, [plane, row, 0], into);
    }
    fn finished(&mut self, plane: usize, row: usize, slopes: &[T]) {
        if !self.block.owns(plane, row) {
            return;
        }
        let [[planes, _], [rows, _], [left, _]] = self.block.margin;
        let own = [plane - planes, row - rows, 0];
        let slopes = &slopes[left..left + self.block.size[2]];
        if self.accumulate {
            let sum = &mut self.line[..slopes.len()];
            self.own.read_line(own, sum);
            for (sum, &slope) in sum.iter_mut().zip(slopes) {
                *sum = *sum + slope;
            }
            self.own.write_line(own, sum);
        } else {
            self.own.write_line(own, slopes);
        }
    }
}

