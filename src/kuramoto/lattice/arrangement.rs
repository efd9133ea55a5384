//! The lattice: extents, boundaries, and the order of axes in which it is worked on.
//!
//! Callers have one, two or three axes in any memory order. Kernels want exactly three, [plane][row][cell], with cells
//! side by side in memory; an axis of one cell without neighbours is no axis at all. `Arrangement` leads from the one
//! to the other. Which axis is worked on how must not show in the result, so neighbours are added pair by pair in
//! the caller's order of axes, whatever the arrangement.

use crate::array::View;
use crate::simd::Real;

/// What lies beyond the first and the last cell of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// Nothing: no coupling across the edge.
    ZeroFlux,
    /// The other end.
    Periodic,
    /// Phases that the caller gives, in `Faces`.
    Halo,
}

/// The caller's axes, padded in front to three.
#[derive(Clone, Copy, Debug)]
pub struct Lattice {
    pub extents: [usize; 3],
    pub boundaries: [Boundary; 3],
}

/// Phases beyond the edges of axes with a `Halo` boundary, by caller's axis: below the first cell and above the last.
/// Each has the lattice's extents without its axis (in the caller's order of axes).
pub type Faces<'a, T> = [[Option<View<'a, T, 2>>; 2]; 3];

impl Lattice {
    pub fn cells(&self) -> usize {
        self.extents.iter().product()
    }

    /// Whether cells have neighbours along the axis.
    fn is_coupled(&self, axis: usize) -> bool {
        self.extents[axis] > 1 || self.boundaries[axis] != Boundary::ZeroFlux
    }
}

/// How a lattice is worked on: axis `order[k]` of the caller is worked on as the k-th of [plane][row][cell].
#[derive(Clone, Copy, Debug)]
pub struct Arrangement {
    pub order: [usize; 3],
    pub extents: [usize; 3],
    pub boundaries: [Boundary; 3],
    /// Worked-on axes with neighbours, in the caller's order.
    coupled: [usize; 3],
    coupled_count: usize,
}

impl Arrangement {
    /// Cells of `theta` that follow each other in memory become neighbours along the last axis.
    pub fn new<T: Real>(lattice: &Lattice, theta: &View<'_, T, 3>) -> Self {
        let coupled = (0..3).filter(|&axis| lattice.is_coupled(axis));
        let innermost = coupled.clone().min_by_key(|&axis| theta.stride(axis).unsigned_abs()).unwrap_or(2);
        // Axes without neighbours go to the front, where they cost nothing.
        let mut order: Vec<usize> = (0..3).filter(|&axis| !lattice.is_coupled(axis) && axis != innermost).collect();
        order.extend(coupled.clone().filter(|&axis| axis != innermost));
        order.push(innermost);
        let order: [usize; 3] = [order[0], order[1], order[2]];
        let mut ranked = [0; 3];
        let mut coupled_count = 0;
        for axis in coupled {
            ranked[coupled_count] = order.iter().position(|&o| o == axis).expect("order is a permutation");
            coupled_count += 1;
        }
        Self {
            order,
            extents: order.map(|axis| lattice.extents[axis]),
            boundaries: order.map(|axis| lattice.boundaries[axis]),
            coupled: ranked,
            coupled_count,
        }
    }

    /// Worked-on axes with neighbours, in the caller's order: the order in which neighbours are added.
    pub fn coupled(&self) -> &[usize] {
        &self.coupled[..self.coupled_count]
    }

    /// Faces by worked-on axis, each with the two other worked-on axes in their order.
    pub fn faces<'a, T: Real>(&self, faces: &Faces<'a, T>) -> Faces<'a, T> {
        std::array::from_fn(|k| {
            let axis = self.order[k];
            // The face's own axes are the caller's without `axis`, ascending; ours are `order` without place k.
            let ours: Vec<usize> = (0..3).filter(|&other| other != k).map(|other| self.order[other]).collect();
            let swap = ours[0] > ours[1];
            faces[axis].map(|face| face.map(|face| if swap { face.permuted([1, 0]) } else { face }))
        })
    }
}
