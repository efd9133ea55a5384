//! An evaluation: charges in the tree's order to potentials and gradients in the tree's order.
//!
//! * `upward`     sources to multipoles of leaves, multipoles to those of parents                     (P2M, M2M)
//! * `across`     multipoles to local expansions of boxes of the same level, by transforms           (M2L)
//! * `by_matrices` the same by matrices
//! * `root`       the far images of a cell that repeats: the root's multipole to its local expansion
//! * `downward`   sources of coarse leaves, and parents, to local expansions                           (P2L, L2L)
//! * `mutual`     near pairs, where sources are targets                                             (P2P)
//! * `leaves`     local expansions, multipoles of finer boxes and near sources to targets           (L2P, M2P, P2P)
//!
//! Expansions are numbers on a surface (see `surface`): charges for multipoles; for local expansions potentials on the check surface, turned into
//! charges for leaves. They lie in groups of eight siblings, [group][vector][number][child]. A group belongs to a box with children. In open space boxes of levels 0 and 1
//! see no other from far and have no expansions; in a cell that repeats they have, and the root is the first of a group of its own.
//! Several vectors of charges go together: what is the same for all of them, distances above all, is computed once (see `vectors`).
//! Every number is summed by one task in an order that the tree alone gives, so the bits do not depend on threads.

mod across;
mod by_matrices;
mod check;
mod differences;
mod downward;
mod frame;
mod leaves;
mod mutual;
mod particles;
mod products;
mod root;
mod timings;
mod transform;
mod upward;
mod vectors;

pub use check::sum_directly;
pub use frame::{Frame, Grain};
pub use particles::{Near, Particles};
pub use timings::{Operator, Timings};
pub use vectors::TOGETHER;

use super::kernel::GreenFunction;
use super::octets::WIDTH;
use super::operators::Across;
use crate::error::{Result, try_push};
use crate::simd::Aligned;
use crate::threads::{self, Progress};

/// Groups of siblings for a task: their matrices are read from the second-level cache once for each pair of groups.
const GROUPS_PER_TASK: usize = 8;

/// Expansions of all boxes of a level, for each of `vectors` vectors of charges.
struct Level<T: Near> {
    vectors: usize,
    /// [group][vector][n][8] charges on upward equivalent surfaces.
    multipoles: Aligned<T>,
    /// [group][vector][n] the same of the group's parent, from its children.
    of_parents: Aligned<T>,
    /// [group][vector][n][8] potentials on downward check surfaces; charges on downward equivalent surfaces for leaves.
    locals: Aligned<T>,
}

/// Charges in the tree's order.
#[derive(Clone, Copy)]
pub struct Charges<'a, T> {
    pub own: &'a [T],
    /// The same, where pairs are summed in double precision; else empty.
    pub double: &'a [f64],
}

/// What vectors of charges give at the targets in the tree's order, times 4 pi: [n_target][vector][1], or [n_target][vector][4] with gradients.
pub fn evaluate<T: Near, K: GreenFunction>(
    frame: &Frame<T, K>,
    charges: &[Charges<'_, T>],
    with_gradients: bool,
    timings: &Timings,
    progress: &mut Progress,
) -> Result<Vec<f64>> {
    let (n, vectors) = (frame.surface.len(), charges.len());
    let mut expansions = Vec::new();
    for level in 0..=frame.tree.depth() {
        let groups = if level == 0 { usize::from(frame.top() == 0) } else { frame.groups_of_level(level).len() };
        let zeros = |len: usize| Aligned::zeros("expansions", groups * vectors * n * len);
        let own = Level { vectors, multipoles: zeros(WIDTH)?, of_parents: zeros(1)?, locals: zeros(WIDTH)? };
        try_push("expansions", &mut expansions, own)?;
    }
    let first = frame.top().max(1);
    for level in (first..expansions.len()).rev() {
        upward::pass(frame, level, &mut expansions, charges, timings, progress)?;
    }
    if let Some(images) = &frame.images {
        root::pass(frame, images, &mut expansions, charges, timings)?;
    }
    for level in first..expansions.len() {
        match &frame.operators(level).0.across {
            Across::Lattice(lattice) => across::pass(frame, level, &mut expansions[level], lattice, timings, progress)?,
            Across::Matrices(matrices) => by_matrices::pass(frame, level, &mut expansions[level], matrices, timings, progress)?,
        }
        downward::pass(frame, level, &mut expansions, charges, timings, progress)?;
    }
    let components = if with_gradients { 4 } else { 1 };
    let count = frame.tree.targets().len() * vectors * components;
    let mut results = threads::made("results", count, threads::grain(count), progress, |_| 0.0)?;
    let mut backgrounds = Vec::new();
    if let Some(images) = &frame.images {
        for charges in charges {
            backgrounds.extend(images.moments(&frame.tree.cube, frame.sources.points(), *charges, progress)?);
        }
    }
    if frame.is_mutual() {
        mutual::pass(frame, charges, with_gradients, &mut results, timings, progress)?;
    }
    leaves::pass(frame, &expansions, charges, &backgrounds, with_gradients, &mut results, timings, progress)?;
    Ok(results)
}

/// Bytes that an evaluation of some vectors of charges together has at most beside the plan, on one thread.
pub fn workspace_bytes<T: Near, K: GreenFunction>(frame: &Frame<T, K>, vectors: usize, with_gradients: bool, progress: &mut Progress) -> Result<usize> {
    let n = frame.surface.len();
    let first = frame.top().max(1);
    let groups: usize = (first..frame.tree.depth() + 1).map(|level| frame.groups_of_level(level).len()).sum();
    let across = (first..frame.tree.depth() + 1).map(|level| match &frame.operators(level).0.across {
        Across::Lattice(_) => across::workspace_bytes(frame, level, vectors),
        Across::Matrices(matrices) => by_matrices::workspace_bytes(frame, level, vectors, matrices),
    });
    let across = across.max().unwrap_or(0);
    let components = vectors * if with_gradients { 4 } else { 1 };
    let mut results = frame.tree.targets().len() * components * size_of::<f64>();
    if frame.is_mutual() {
        results += mutual::workspace_bytes(frame, components, progress)?;
    }
    let double = if frame.wants_charges_in_double() { size_of::<f64>() } else { 0 };
    let charges = vectors * frame.tree.sources.len() * (size_of::<T>() + double);
    Ok(vectors * groups * n * (2 * WIDTH + 1) * size_of::<T>() + across.max(results) + charges)
}

#[cfg(test)]
mod tests;
