//! How a lattice is cut into blocks, and what a block needs from its surroundings.

use super::arrangement::{Arrangement, Boundary};
use crate::array::View;
use crate::simd::Real;

/// A block: its own cells and the margin around them, in worked-on axes.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// First own cell.
    pub origin: [usize; 3],
    /// Own cells.
    pub size: [usize; 3],
    /// Cells of the margin below and above; 0 where the lattice ends.
    pub margin: [[usize; 2]; 3],
}

impl Block {
    /// Extents with the margin.
    pub fn extents(&self) -> [usize; 3] {
        std::array::from_fn(|axis| self.margin[axis][0] + self.size[axis] + self.margin[axis][1])
    }

    /// Whether a line of the block, margins counted, holds cells of its own.
    pub fn owns(&self, plane: usize, row: usize) -> bool {
        let inside = |axis: usize, at: usize| (self.margin[axis][0]..self.margin[axis][0] + self.size[axis]).contains(&at);
        inside(0, plane) && inside(1, row)
    }

    /// Cells of its margin.
    pub fn frame_len(&self) -> usize {
        self.extents().iter().product::<usize>() - self.size.iter().product::<usize>()
    }

    /// The lattice's index of one of the block's, which may lie around a periodic boundary.
    fn global(&self, axis: usize, at: usize, extents: &[usize; 3]) -> usize {
        let extent = extents[axis];
        (self.origin[axis] + at + extent - self.margin[axis][0] % extent) % extent
    }

    /// Cells `from..from + len` of a line of the block, margins counted, are these of the lattice: `visit` gets the index of
    /// the first of cells in a row, how far behind `from` it is, and how many they are.
    pub fn for_each_run(
        &self,
        [plane, row, from]: [usize; 3],
        len: usize,
        extents: &[usize; 3],
        mut visit: impl FnMut([usize; 3], usize, usize),
    ) {
        let (plane, row) = (self.global(0, plane, extents), self.global(1, row, extents));
        let mut done = 0;
        while done < len {
            let cell = self.global(2, from + done, extents);
            let run = (extents[2] - cell).min(len - done);
            visit([plane, row, cell], done, run);
            done += run;
        }
    }

    /// Cells from `[plane, row, cell]` of the block on, margins counted, out of an array of the whole lattice.
    pub fn read<T: Real>(&self, array: &View<'_, T, 3>, from: [usize; 3], into: &mut [T]) {
        self.for_each_run(from, into.len(), &array.dims(), |index, at, len| {
            array.read_line(index, &mut into[at..at + len]);
        });
    }

    /// The first `len` cells of a line where they lie, if they lie side by side.
    pub fn line<'a, T: Real>(&self, array: &View<'a, T, 3>, [plane, row]: [usize; 2], len: usize) -> Option<&'a [T]> {
        let extents = array.dims();
        let cell = self.global(2, 0, &extents);
        if cell + len > extents[2] {
            return None;
        }
        array.line([self.global(0, plane, &extents), self.global(1, row, &extents), cell], len)
    }

    /// Asks for the memory of the same cells.
    pub fn prefetch<T: Real>(&self, array: &View<'_, T, 3>, from: [usize; 3], len: usize) {
        self.for_each_run(from, len, &array.dims(), |index, _, len| array.prefetch_line(index, len));
    }

    /// The same for an array without axis `missing` (a face), `line` counted along its first axis.
    pub fn read_face<T: Real>(&self, face: &View<'_, T, 2>, missing: usize, line: usize, into: &mut [T]) {
        let (first, second) = match missing {
            0 => (1, 2),
            1 => (0, 2),
            _ => (0, 1),
        };
        let dims = face.dims();
        let global = |axis: usize, extent: usize, at: usize| {
            (self.origin[axis] + at + extent - self.margin[axis][0] % extent) % extent
        };
        let line = global(first, dims[0], line);
        for (at, slot) in into.iter_mut().enumerate() {
            *slot = face.at([line, global(second, dims[1], at)]);
        }
    }

    /// Whether the block, margin counted, ends where the lattice does. Next to a block smaller than the margin, that of
    /// another may.
    pub fn reaches_end(&self, axis: usize, side: usize, extents: &[usize; 3]) -> bool {
        let [below, above] = self.margin[axis];
        match side {
            0 => self.origin[axis] == below,
            _ => self.origin[axis] + self.size[axis] + above == extents[axis],
        }
    }
}

/// Blocks of at most `size` own cells with margins of `reach` cells, in C order of their places.
pub fn blocks(arrangement: &Arrangement, size: [usize; 3], reach: usize) -> impl ExactSizeIterator<Item = Block> {
    let extents = arrangement.extents;
    let boundaries = arrangement.boundaries;
    let counts: [usize; 3] = std::array::from_fn(|axis| extents[axis].div_ceil(size[axis]));
    (0..counts.iter().product()).map(move |number: usize| {
        let place = [number / (counts[1] * counts[2]), number / counts[2] % counts[1], number % counts[2]];
        let mut block = Block { origin: [0; 3], size: [0; 3], margin: [[0; 2]; 3] };
        for axis in 0..3 {
            block.origin[axis] = place[axis] * size[axis];
            block.size[axis] = size[axis].min(extents[axis] - block.origin[axis]);
            let (below, above) = (block.origin[axis], extents[axis] - block.origin[axis] - block.size[axis]);
            block.margin[axis] = match boundaries[axis] {
                Boundary::Periodic => [reach; 2],
                // No wider than what there is.
                Boundary::ZeroFlux | Boundary::Halo => [reach.min(below), reach.min(above)],
            };
        }
        block
    })
}
