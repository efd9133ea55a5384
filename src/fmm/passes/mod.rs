//! An evaluation: charges in the tree's order to potentials and gradients in the tree's order.
//!
//! * `upward`     sources to multipoles of leaves, multipoles to those of parents                     (P2M, M2M)
//! * `across`     multipoles to local expansions of boxes of the same level, by transforms           (M2L)
//! * `root`       the far images of a cell that repeats: the root's multipole to its local expansion
//! * `downward`   sources of coarse leaves, and parents, to local expansions                           (P2L, L2L)
//! * `leaves`     local expansions, multipoles of finer boxes and near sources to targets           (L2P, M2P, P2P)
//!
//! Expansions are numbers on a surface (see `surface`): charges for multipoles; for local expansions potentials on the check surface, turned into
//! charges for leaves. They lie in groups of eight siblings, [group][number][child]. A group belongs to a box with children. In open space boxes of levels 0 and 1 see
//! no other from far and have no expansions; in a cell that repeats they have, and the root is the first of a group of its own.
//! Every number is summed by one task in an order that the tree alone gives, so the bits do not depend on threads.

mod across;
mod check;
mod downward;
mod frame;
mod leaves;
mod particles;
mod products;
mod root;
mod timings;
mod transform;
mod upward;

pub use check::sum_directly;
pub use frame::{Frame, Grain};
pub use particles::{Near, Particles};
pub use timings::{Operator, Timings};

use super::kernel::GreenFunction;
use super::octets::WIDTH;
use crate::error::{Result, try_push, try_vec};
use crate::simd::Aligned;
use crate::threads::Progress;

/// Groups of siblings for a task: their matrices are read from the second-level cache once for each pair of groups.
const GROUPS_PER_TASK: usize = 8;

/// Expansions of all boxes of a level.
struct Level<T: Near> {
    /// [group][n][8] charges on upward equivalent surfaces.
    multipoles: Aligned<T>,
    /// [group][n] the same of the group's parent, from its children.
    of_parents: Aligned<T>,
    /// [group][n][8] potentials on downward check surfaces; charges on downward equivalent surfaces for leaves.
    locals: Aligned<T>,
}

/// Charges in the tree's order.
#[derive(Clone, Copy)]
pub struct Charges<'a, T> {
    pub own: &'a [T],
    /// The same, where pairs are summed in double precision; else empty.
    pub double: &'a [f64],
}

/// What they give at the targets in the tree's order, times 4 pi: [n_target][1], or [n_target][4] with gradients.
pub fn evaluate<T: Near, K: GreenFunction>(
    frame: &Frame<T, K>,
    charges: Charges<'_, T>,
    with_gradients: bool,
    timings: &Timings,
    progress: &mut Progress,
) -> Result<Vec<f64>> {
    let n = frame.surface.len();
    let mut expansions = Vec::new();
    for level in 0..=frame.tree.depth() {
        let groups = if level == 0 { usize::from(frame.top() == 0) } else { frame.groups_of_level(level).len() };
        let zeros = |len: usize| Aligned::zeros("expansions", groups * n * len);
        try_push("expansions", &mut expansions, Level { multipoles: zeros(WIDTH)?, of_parents: zeros(1)?, locals: zeros(WIDTH)? })?;
    }
    let first = frame.top().max(1);
    for level in (first..expansions.len()).rev() {
        upward::pass(frame, level, &mut expansions, charges.own, timings, progress)?;
    }
    if let Some(images) = &frame.images {
        root::pass(frame, images, &mut expansions, charges.own, timings)?;
    }
    for level in first..expansions.len() {
        across::pass(frame, level, &mut expansions[level], timings, progress)?;
        downward::pass(frame, level, &mut expansions, charges.own, timings, progress)?;
    }
    let components = if with_gradients { 4 } else { 1 };
    let mut results = try_vec("results", frame.tree.targets().len() * components, 0.0)?;
    let background = match &frame.images {
        Some(images) => images.moments(&frame.tree.cube, frame.sources.points(), charges, progress)?,
        None => None,
    };
    leaves::pass(frame, &expansions, charges, background, with_gradients, &mut results, timings, progress)?;
    Ok(results)
}

/// Bytes that an evaluation has at most beside the plan.
pub fn workspace_bytes<T: Near, K: GreenFunction>(frame: &Frame<T, K>, with_gradients: bool) -> usize {
    let n = frame.surface.len();
    let first = frame.top().max(1);
    let groups: usize = (first..frame.tree.depth() + 1).map(|level| frame.groups_of_level(level).len()).sum();
    let across = (first..frame.tree.depth() + 1).map(|level| across::workspace_bytes(frame, level)).max().unwrap_or(0);
    let results = frame.tree.targets().len() * if with_gradients { 4 } else { 1 } * size_of::<f64>();
    let charge = size_of::<T>() + if frame.near_in_double { size_of::<f64>() } else { 0 };
    groups * n * (2 * WIDTH + 1) * size_of::<T>() + across.max(results) + frame.tree.sources.len() * charge
}

#[cfg(test)]
mod tests;
