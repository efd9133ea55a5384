//! All that an evaluation needs but the charges: made once for points and options.

use super::particles::{Near, Particles};
use super::transform::Columns;
use crate::error::{Result, try_collect, try_push, try_vec};
use crate::fmm::kernel::GreenFunction;
use crate::fmm::operators::Operators;
use crate::fmm::pairs::{self, Points};
use crate::fmm::surface::{INNER, Surface, outer_of};
use crate::fmm::periodic::Images;
use crate::fmm::tree::{Lists, NONE, OPPOSITE_OF_SELF, Place, Tree};
use crate::simd::{Kernel, Lanes, Level, dispatch};
use crate::threads::{self, Progress};
use std::sync::Arc;

/// How work is cut for the leaves' task.
#[derive(Clone, Copy, Debug)]
pub struct Grain {
    /// Pairs of a task, about.
    pub pairs: usize,
}

/// Tasks of near pairs that are summed once for both sides, about, if they are not too small.
const TASKS_OF_BOTH_SIDES: u64 = 128;
/// Leaves whose pairs a task counts.
const LEAVES_OF_A_TASK: usize = 128;
/// Groups of boxes whose translations a task counts, a fifth of a microsecond each.
const GROUPS_OF_A_TASK: usize = 64;

pub struct Frame<T: Near, K> {
    pub simd: Level,
    pub kernel: K,
    /// Whether pairs in one direction are summed in double precision whatever T is: points that came in double precision may be closer than single precision
    /// resolves in a leaf.
    pub near_in_double: bool,
    /// What the number of targets of a sum over pairs is a multiple of.
    pub target_width: usize,
    pub surface: Surface,
    pub columns: Columns,
    pub tree: Tree,
    pub lists: Lists,
    pub sources: Particles,
    /// None: the sources.
    pub targets: Option<Particles>,
    /// By level, from 1 on, or from 0 in a cell that repeats; the same one throughout if the kernel is homogeneous.
    operators: Vec<Arc<Operators<T>>>,
    /// What the root's expansions make of the far images of a cell that repeats.
    pub images: Option<Arc<Images<T>>>,
    /// Surfaces of boxes of each level, about their centres.
    shells: Vec<Shells<T>>,
    /// The box of each group.
    pub group_boxes: Vec<u32>,
    /// First group whose children are of each level.
    group_starts: Vec<usize>,
    /// Leaves with targets, in the order of their targets, and the first of each task.
    pub leaves: Vec<u32>,
    pub leaf_tasks: Vec<usize>,
    /// The same for near pairs that are summed once for both sides; empty if they are not.
    pub mutual_tasks: Vec<usize>,
    /// Pairs of points that are summed directly.
    pub near_pairs: u64,
}

/// Points of the surfaces of boxes of a level relative to a centre: [axis][n], padded to whole vectors.
pub struct Shells<T> {
    inner: [Vec<T>; 3],
    outer: [Vec<T>; 3],
    len: usize,
}

impl<T: Near> Shells<T> {
    fn new(surface: &Surface, half_side: f64, padded: usize) -> Result<Self> {
        let axis = |axis: usize, factor: f64| {
            let point = |i: usize| surface.point(i.min(surface.len() - 1))[axis];
            try_collect("surfaces of boxes", (0..padded).map(|i| T::from_f64(point(i) * factor * half_side)))
        };
        let all = |factor: f64| Ok([axis(0, factor)?, axis(1, factor)?, axis(2, factor)?]);
        Ok(Self { inner: all(INNER)?, outer: all(outer_of::<T>(surface.order))?, len: surface.len() })
    }

    /// Those of the next finer level, whose boxes are half as large to the last digit.
    fn halved(&self) -> Result<Self> {
        let half = T::from_f64(0.5);
        let axis = |axis: &Vec<T>| try_collect("surfaces of boxes", axis.iter().map(|&x| x * half));
        let all = |[x, y, z]: &[Vec<T>; 3]| Ok([axis(x)?, axis(y)?, axis(z)?]);
        Ok(Self { inner: all(&self.inner)?, outer: all(&self.outer)?, len: self.len })
    }

    fn view(arrays: &[Vec<T>; 3], len: usize) -> Points<'_, T> {
        Points { x: &arrays[0][..len], y: &arrays[1][..len], z: &arrays[2][..len] }
    }

    /// As targets: padded.
    pub fn inner_targets(&self) -> Points<'_, T> {
        Self::view(&self.inner, self.inner[0].len())
    }

    pub fn outer_targets(&self) -> Points<'_, T> {
        Self::view(&self.outer, self.outer[0].len())
    }

    /// As sources.
    pub fn inner_sources(&self) -> Points<'_, T> {
        Self::view(&self.inner, self.len)
    }

    pub fn outer_sources(&self) -> Points<'_, T> {
        Self::view(&self.outer, self.len)
    }
}

struct TargetsAtATime;
impl<T: Near> Kernel<T> for TargetsAtATime {
    type Output = usize;
    #[inline(always)]
    fn run<V: Lanes<T>>(self) -> usize {
        pairs::targets_at_a_time::<T, V>()
    }
}

impl<T: Near, K: GreenFunction> Frame<T, K> {
    /// `operators_of(surface, half_side)` gives those of boxes of that size; `images` are for a cell that repeats.
    pub fn new(
        simd: Level,
        kernel: K,
        near_in_double: bool,
        surface: Surface,
        (tree, lists): (Tree, Lists),
        (sources, targets): (Particles, Option<Particles>),
        operators_of: impl Fn(&Surface, f64, &mut Progress) -> Result<Arc<Operators<T>>>,
        images: Option<Arc<Images<T>>>,
        grain: Grain,
        progress: &mut Progress,
    ) -> Result<Self> {
        let depth = tree.depth();
        let mut operators: Vec<Arc<Operators<T>>> = Vec::new();
        for level in 0..=depth {
            let same = operators.last().filter(|_| K::IS_HOMOGENEOUS).cloned();
            // Boxes of level 1 take part as parents of those of level 2.
            let is_needed = depth >= 2 && level >= 1 || same.is_some() || images.is_some();
            if !is_needed {
                continue;
            }
            let own = match same {
                Some(same) => same,
                None => operators_of(&surface, if K::IS_HOMOGENEOUS { 1.0 } else { tree.cube.half_side(level) }, progress)?,
            };
            try_push("operators", &mut operators, own)?;
        }
        let target_width = dispatch::<T, _>(simd, TargetsAtATime);
        let padded = surface.len().next_multiple_of(target_width);
        let mut shells: Vec<Shells<T>> = Vec::new();
        for _ in 0..=depth {
            let own = shells.last().map_or_else(|| Shells::new(&surface, tree.cube.half_side(0), padded), Shells::halved)?;
            try_push("surfaces of boxes", &mut shells, own)?;
        }
        let mut group_boxes = try_vec("groups of boxes", tree.group_count, 0u32)?;
        let mut group_starts = try_vec("groups of boxes", depth + 3, 0usize)?;
        for (index, node) in tree.nodes.iter().enumerate().filter(|(_, node)| !node.is_leaf()) {
            group_boxes[node.group as usize] = index as u32;
            group_starts[usize::from(node.level) + 2] += 1;
        }
        for level in 0..depth + 2 {
            group_starts[level + 1] += group_starts[level];
        }
        let leaves = leaves_along_the_curve(&tree)?;
        let columns = Columns::new(surface.order)?;
        let mut frame = Self {
            simd, kernel, near_in_double, target_width, surface, columns, tree, lists, sources, targets, operators, images, shells, group_boxes, group_starts, leaves,
            leaf_tasks: Vec::new(), mutual_tasks: Vec::new(), near_pairs: 0,
        };
        let pairs = threads::made("leaves", frame.leaves.len(), LEAVES_OF_A_TASK, progress, |place| frame.pairs_of(frame.leaves[place]))?;
        frame.near_pairs = pairs.iter().map(|[near, of_images, _]| near + of_images).sum();
        frame.leaf_tasks = frame.cut(&pairs, grain)?;
        if frame.is_mutual() {
            frame.mutual_tasks = frame.cut_for_both_sides(&pairs, grain)?;
        }
        Ok(frame)
    }

    /// Groups whose children are boxes of a level.
    pub fn groups_of_level(&self, level: usize) -> std::ops::Range<usize> {
        self.group_starts[level]..self.group_starts[level + 1]
    }

    /// The coarsest level whose boxes have expansions.
    pub fn top(&self) -> usize {
        if self.images.is_some() { 0 } else { 2 }
    }

    /// Whether multipoles have the total charge of their sources to rounding (`upward::set_total`). A screened charge is not kept from child to parent.
    pub fn keeps_charges(&self) -> bool {
        self.images.is_some() && self.kernel.screening() == 0.0
    }

    /// Operators of boxes of a level, and how many times as large as they the boxes are.
    pub fn operators(&self, level: usize) -> (&Operators<T>, f64) {
        let operators = &self.operators[level - usize::from(self.images.is_none())];
        (operators, self.tree.cube.half_side(level) / operators.half_side)
    }

    /// All of them, each once.
    pub fn distinct_operators(&self) -> &[Arc<Operators<T>>] {
        let distinct = if K::IS_HOMOGENEOUS { self.operators.len().min(1) } else { self.operators.len() };
        &self.operators[..distinct]
    }

    pub fn shells(&self, level: usize) -> &Shells<T> {
        &self.shells[level]
    }

    pub fn targets(&self) -> &Particles {
        self.targets.as_ref().unwrap_or(&self.sources)
    }

    pub fn centre(&self, index: usize) -> Place {
        let node = &self.tree.nodes[index];
        self.tree.cube.centre(node.anchor, usize::from(node.level))
    }

    /// Where a box has its expansion: its level, its group's place among those of the level, and which child it is. The root is the first of a group.
    pub fn place(&self, index: usize) -> (usize, usize, usize) {
        let node = &self.tree.nodes[index];
        if node.parent == NONE {
            return (0, 0, 0);
        }
        let level = usize::from(node.level);
        let group = self.tree.nodes[node.parent as usize].group as usize;
        (level, group - self.group_starts[level], node.octant())
    }

    /// For a group of some level: the places among the groups of that level of those next to its box, by direction; NONE where there is none with sources.
    pub fn neighbours(&self, level: usize, group: usize) -> [u32; 27] {
        let first = self.group_starts[level] as u32;
        let mut neighbours = self.tree.colleagues[self.group_boxes[group] as usize];
        neighbours[OPPOSITE_OF_SELF] = NONE;
        for neighbour in neighbours.iter_mut().filter(|neighbour| **neighbour != NONE) {
            let node = &self.tree.nodes[*neighbour as usize];
            *neighbour = if node.is_leaf() || !node.has_sources() { NONE } else { node.group - first };
        }
        neighbours
    }

    /// Pairs that a leaf's targets make: with points of the cell, with those of images of it, and with points of expansions.
    fn pairs_of(&self, leaf: u32) -> [u64; 3] {
        let targets = u64::from(self.tree.nodes[leaf as usize].targets.1);
        let near: u64 = self.lists.near.row(leaf as usize).iter().map(|&(_, count)| u64::from(count)).sum();
        let mut of_images = 0;
        let mut expansions = 1 + self.lists.finer.row(leaf as usize).len() as u64;
        if let Some(images) = &self.lists.images {
            of_images = images.near.row(leaf as usize).iter().map(|&(_, (_, count))| u64::from(count)).sum::<u64>();
            expansions += images.finer.row(leaf as usize).len() as u64;
        }
        [targets * near, targets * of_images, targets * expansions * self.surface.len() as u64]
    }

    /// Whether pairs in one direction are summed in double precision where expansions are not.
    pub fn wants_charges_in_double(&self) -> bool {
        self.near_in_double && (!self.is_mutual() || self.images.is_some())
    }

    /// Whether near pairs are summed once for both sides.
    pub fn is_mutual(&self) -> bool {
        self.targets.is_none()
    }

    /// Whether coordinates are numbers of T: in a cell that repeats they have been folded. Of f64 the compiler knows it, and leaves out loops for others.
    #[inline(always)]
    pub fn has_coordinates_in_own_precision(&self) -> bool {
        size_of::<T>() == size_of::<f64>() || !(self.near_in_double || self.tree.cube.repeats)
    }

    fn cut(&self, pairs: &[[u64; 3]], grain: Grain) -> Result<Vec<usize>> {
        let near_of = if self.is_mutual() { 0 } else { 1 };
        cut_by(pairs, grain.pairs as u64, |[near, of_images, far]| near_of * near + of_images + far)
    }

    /// Large tasks, because there are sums for points round their leaves to hand over; enough of them for many threads.
    fn cut_for_both_sides(&self, pairs: &[[u64; 3]], grain: Grain) -> Result<Vec<usize>> {
        let all: u64 = pairs.iter().map(|[near, ..]| near).sum();
        let least = grain.pairs as u64;
        cut_by(pairs, (all / TASKS_OF_BOTH_SIDES).clamp(least, 32 * least), |[near, ..]| near)
    }

    /// Bytes of points, tree and lists, and of operators.
    pub fn bytes(&self) -> (usize, usize) {
        let targets = self.targets.as_ref().map_or(0, Particles::bytes);
        let groups = self.group_boxes.capacity() * 4 + self.leaves.capacity() * 4 + (self.leaf_tasks.capacity() + self.mutual_tasks.capacity()) * 8;
        let shells: usize = self.shells.iter().map(|shells| 6 * shells.inner[0].capacity() * size_of::<T>()).sum();
        let points = self.sources.bytes() + targets + self.tree.bytes() + self.lists.bytes() + groups + shells;
        let images = self.images.as_ref().map_or(0, |images| images.bytes());
        (points, self.distinct_operators().iter().map(|operators| operators.bytes()).sum::<usize>() + images)
    }
}

/// Leaves with targets in the order of their targets: children before their parent's next sibling.
fn leaves_along_the_curve(tree: &Tree) -> Result<Vec<u32>> {
    let mut leaves = Vec::new();
    let mut index = 0;
    loop {
        let mut node = &tree.nodes[index];
        if !node.is_leaf() {
            index = node.first_child as usize;
            continue;
        }
        if node.has_targets() {
            try_push("leaves", &mut leaves, index as u32)?;
        }
        while node.parent != NONE && index + 1 == tree.nodes[node.parent as usize].children().end {
            index = node.parent as usize;
            node = &tree.nodes[index];
        }
        if node.parent == NONE {
            return Ok(leaves);
        }
        index += 1;
    }
}

/// Leaves in tasks of a cost, of which `cost_of` says how much a leaf has, given its near pairs and those of expansions.
fn cut_by(pairs: &[[u64; 3]], most: u64, cost_of: impl Fn([u64; 3]) -> u64) -> Result<Vec<usize>> {
    let mut starts = Vec::new();
    try_push("leaves", &mut starts, 0)?;
    let mut cost = 0;
    for (place, &pairs_of_leaf) in pairs.iter().enumerate() {
        cost += cost_of(pairs_of_leaf);
        if cost >= most || place + 1 == pairs.len() {
            try_push("leaves", &mut starts, place + 1)?;
            cost = 0;
        }
    }
    Ok(starts)
}

impl<T: Near, K: GreenFunction> Frame<T, K> {
    /// Pairs of boxes of a level between which multipoles are carried.
    pub fn count_translations(&self, progress: &mut Progress) -> Result<u64> {
        let nodes = &self.tree.nodes;
        // By group: octants that have sources, and those that have targets.
        let octants = |group: usize| {
            let children = nodes[self.group_boxes[group] as usize].children().map(|child| &nodes[child]);
            children.fold([0u8; 2], |[sources, targets], child| {
                let octant = child.octant();
                [sources | u8::from(child.has_sources()) << octant, targets | u8::from(child.has_targets()) << octant]
            })
        };
        let octants = threads::made("groups of boxes", self.group_boxes.len(), GROUPS_OF_A_TASK, progress, octants)?;
        let translations_to = |group: usize| {
            let targets = octants[group][1];
            let mut count = 0;
            for (direction, &next) in self.tree.colleagues[self.group_boxes[group] as usize].iter().enumerate() {
                if next == NONE || direction == OPPOSITE_OF_SELF || nodes[next as usize].is_leaf() {
                    continue;
                }
                let sources = octants[nodes[next as usize].group as usize][0];
                let present = (0..8).filter(|octant| targets >> octant & 1 != 0);
                count += present.map(|octant| u64::from((sources & FAR[direction][octant]).count_ones())).sum::<u64>();
            }
            count
        };
        let mut count = 0;
        let keep = |some: u64| {
            count += some;
            Ok(())
        };
        let work = |(first, len): (usize, usize)| Ok((first..first + len).map(translations_to).sum());
        threads::for_each_chunk(threads::ranges(octants.len(), GROUPS_OF_A_TASK), |_| 0, progress, work, keep)?;
        Ok(count)
    }
}

/// For the parent of a source in a direction from that of a target, and the target's octant: the octants of sources that do not touch it.
const FAR: [[u8; 8]; 27] = {
    let mut far = [[0; 8]; 27];
    let mut case = 0;
    while case < 27 * 64 {
        let (direction, target, source) = (case / 64, case / 8 % 8, case % 8);
        let (mut axis, mut weight) = (0, 1);
        while axis < 3 {
            let distance = 2 * (direction / weight % 3) as i32 - 2 + (source >> axis & 1) as i32 - (target >> axis & 1) as i32;
            if distance < -1 || distance > 1 {
                far[direction][target] |= 1 << source;
            }
            (axis, weight) = (axis + 1, 3 * weight);
        }
        case += 1;
    }
    far
};
