//! The adaptive octree over sources and targets together, as arrays.
//!
//! Points are sorted along a Morton curve, so that those of any box lie side by side, and a box is a range of them. Boxes are
//! refined from the root down while they hold more than a leaf may, and only boxes that hold something exist. They are numbered level
//! by level and in Morton order within a level: the children of a box are neighbours in the array, and so are those of all boxes of a level.

mod balance;
mod census;
mod cube;
mod lists;
mod order;
mod rows;

pub use census::Census;
pub use cube::{Cube, ITSELF, Place, image_vector};
pub use lists::{Lists, NONE, OPPOSITE_OF_SELF, Run};
pub use order::{LEVELS, Order};

use super::morton::Code;
use crate::error::{Error, Result, Status, try_push, try_reserve};
use crate::threads::{self, Progress};

/// Tasks of a level at least, if it has so many boxes, and boxes of one at most.
const TASKS: usize = 16;
const CHUNK: usize = 64;

/// Points as a tree wants them: in double precision, whatever memory they come from.
pub trait Cloud: Sync {
    fn len(&self) -> usize;
    fn read(&self, indices: &Indices, points: &mut Block);
    /// Asks for points' memory before they are read.
    fn prefetch(&self, _indices: &Indices) {}
}

/// Points that are read at a time: enough that asking for them costs nothing, few enough for the first-level cache.
pub const BLOCK: usize = 64;
pub type Indices = [u32; BLOCK];
/// Coordinates, one axis after another.
pub type Block = [[f64; BLOCK]; 3];

#[cfg(test)]
impl Cloud for Vec<[f64; 3]> {
    fn len(&self) -> usize {
        self.len()
    }

    fn read(&self, indices: &Indices, points: &mut Block) {
        *points = [0, 1, 2].map(|axis| indices.map(|index| self[index as usize][axis]));
    }
}

/// Numbers `first`, `first + step`, ... of `count` points, of which there is one at least; the last again where there are no more.
pub fn every(step: usize, first: usize, count: usize) -> Indices {
    std::array::from_fn(|i| (first + step * i.min(count - 1)) as u32)
}

/// A box of the tree.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// Place on the grid of 2^level boxes a side.
    pub anchor: [u32; 3],
    pub level: u8,
    /// Which children exist: bit 0 of an octant's number is x, bit 1 y, bit 2 z. 0: a leaf.
    pub child_mask: u8,
    pub parent: u32,
    pub first_child: u32,
    /// Number among the boxes that have children, in the order of boxes. NONE for a leaf.
    pub group: u32,
    /// First of the points, in the tree's order, and how many.
    pub sources: (u32, u32),
    pub targets: (u32, u32),
}

impl Node {
    pub fn is_leaf(&self) -> bool {
        self.child_mask == 0
    }

    /// Which child of its parent.
    pub fn octant(&self) -> usize {
        (self.anchor[0] & 1 | (self.anchor[1] & 1) << 1 | (self.anchor[2] & 1) << 2) as usize
    }

    pub fn has_sources(&self) -> bool {
        self.sources.1 > 0
    }

    pub fn has_targets(&self) -> bool {
        self.targets.1 > 0
    }

    pub fn child(&self, octant: usize) -> Option<usize> {
        let bit = 1u8 << octant;
        (self.child_mask & bit != 0).then(|| self.first_child as usize + (self.child_mask & (bit - 1)).count_ones() as usize)
    }

    pub fn children(&self) -> std::ops::Range<usize> {
        let first = self.first_child as usize;
        first..first + self.child_mask.count_ones() as usize
    }

    /// Whether two boxes of any levels touch, and neither holds the other.
    pub fn is_adjacent_to(&self, other: &Node) -> bool {
        self.touches(ITSELF, other)
    }

    /// Whether an image of the box touches another, and neither holds the other.
    pub fn touches(&self, image: u8, other: &Node) -> bool {
        let own = image_vector(image);
        let place = |axis: usize| i64::from(self.anchor[axis]) + (own[axis] << self.level);
        let (own, other) = ((self.level, [0, 1, 2].map(place)), (other.level, other.anchor.map(i64::from)));
        let (coarse, fine) = if own.0 <= other.0 { (own, other) } else { (other, own) };
        let shift = fine.0 - coarse.0;
        let mut is_inside = true;
        for axis in 0..3 {
            // In units of the finer grid the coarse box covers low .. low + 2^shift.
            let (low, high) = (coarse.1[axis] << shift, (coarse.1[axis] + 1) << shift);
            let at = fine.1[axis];
            if at + 1 < low || at > high {
                return false;
            }
            is_inside &= at >= low && at < high;
        }
        !is_inside
    }
}

/// Boxes with children, and what those are, one box's after another's: what a task found of a level.
#[derive(Default)]
struct Families {
    /// Number and `child_mask`.
    parents: Vec<(usize, u8)>,
    children: Vec<Node>,
}

/// When a box is refined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Refinement {
    /// A box with more sources or more targets than that is refined.
    pub leaf_size: usize,
    /// No box is finer.
    pub max_level: usize,
    /// Whether leaves that touch differ by one level at most.
    pub is_balanced: bool,
}

pub struct Tree {
    pub cube: Cube,
    pub nodes: Vec<Node>,
    /// First node of each level, then the number of nodes.
    pub level_starts: Vec<usize>,
    pub sources: Order,
    /// None: the sources.
    pub targets: Option<Order>,
    /// Boxes with children.
    pub group_count: usize,
    /// For each box: the box of its level in direction (x, y, z) = -1, 0 or 1, at (x + 1) + 3 (y + 1) + 9 (z + 1); NONE if there is none. In a cell that
    /// repeats the way goes round, and one box may lie in several directions, itself among them.
    pub colleagues: Vec<[u32; 27]>,
}

impl Tree {
    pub fn build(
        sources: &dyn Cloud,
        targets: Option<&dyn Cloud>,
        cube: Cube,
        refinement: Refinement,
        progress: &mut Progress,
    ) -> Result<Self> {
        assert!(refinement.max_level <= LEVELS);
        let sources = Order::along_the_curve(sources, &cube, progress)?;
        let targets = targets.map(|targets| Order::along_the_curve(targets, &cube, progress)).transpose()?;
        let mut tree = Self { cube, nodes: Vec::new(), level_starts: Vec::new(), sources, targets, group_count: 0, colleagues: Vec::new() };
        let Refinement { leaf_size, max_level, is_balanced } = refinement;
        tree.grow(|tree, index| usize::from(tree.nodes[index].level) < max_level && tree.is_to_be_refined(index, leaf_size), progress)?;
        if is_balanced {
            let refined = balance::refined(&tree)?;
            let is_refined = |tree: &Tree, index: usize| {
                let node: &Node = &tree.nodes[index];
                refined[usize::from(node.level)].binary_search(&Code::from_anchor(node.anchor, u32::from(node.level))).is_ok()
            };
            tree.grow(is_refined, progress)?;
        }
        Ok(tree)
    }

    pub fn targets(&self) -> &Order {
        self.targets.as_ref().unwrap_or(&self.sources)
    }

    pub fn depth(&self) -> usize {
        self.level_starts.len() - 2
    }

    pub fn level(&self, level: usize) -> std::ops::Range<usize> {
        self.level_starts[level]..self.level_starts[level + 1]
    }

    pub fn bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>() + self.colleagues.capacity() * size_of::<[u32; 27]>() + self.sources.bytes() + self.targets.as_ref().map_or(0, Order::bytes)
    }

    /// Boxes from the root down, of which `is_refined` says, once all of their level are there, whether they have children.
    fn grow(&mut self, is_refined: impl Fn(&Tree, usize) -> bool + Sync, progress: &mut Progress) -> Result<()> {
        self.nodes.clear();
        self.colleagues.clear();
        self.level_starts.clear();
        self.group_count = 0;
        try_push("boxes of the tree", &mut self.level_starts, 0)?;
        let root = Node {
            anchor: [0; 3],
            level: 0,
            child_mask: 0,
            parent: NONE,
            first_child: 0,
            group: NONE,
            sources: (0, self.sources.len() as u32),
            targets: (0, self.targets().len() as u32),
        };
        self.make_room(1)?;
        self.nodes.push(root);
        loop {
            let (first, last) = (*self.level_starts.last().expect("has the root's level"), self.nodes.len());
            if first == last {
                return Ok(());
            }
            try_push("boxes of the tree", &mut self.level_starts, last)?;
            lists::add_colleagues(&self.nodes, self.cube.repeats, &mut self.colleagues, progress)?;
            // Where a box's points are cut takes searches in all of memory.
            let mut families = Vec::new();
            let tree = &*self;
            let work = |(from, count): (usize, usize)| {
                let mut families = Families::default();
                for index in (first + from..first + from + count).filter(|&index| is_refined(tree, index)) {
                    tree.refine(index, &mut families)?;
                }
                Ok(families)
            };
            let keep = |some| try_push("boxes of the tree", &mut families, some);
            threads::for_each_chunk(threads::ranges(last - first, ((last - first) / TASKS).clamp(1, CHUNK)), |_| 0, progress, work, keep)?;
            families.into_iter().try_for_each(|families| self.add(families))?;
        }
    }

    /// Ranges of a box's sources and targets that belong to each of its octants.
    fn octants(&self, index: usize) -> [[(u32, u32); 8]; 2] {
        let node = &self.nodes[index];
        let level = usize::from(node.level) + 1;
        let sources = self.sources.octants(node.sources, level);
        [sources, self.targets.as_ref().map_or(sources, |targets| targets.octants(node.targets, level))]
    }

    /// Whether a box has too many points, and others near enough that smaller boxes would tell them apart. Where no sources are near, the expansion of a large
    /// box is better than those of small ones: errors of potentials on a smaller surface are larger errors of gradients.
    fn is_to_be_refined(&self, index: usize, leaf_size: usize) -> bool {
        let node = &self.nodes[index];
        let near = || self.colleagues[index].iter().filter(|&&near| near != NONE).map(|&near| &self.nodes[near as usize]);
        let by_sources = node.sources.1 as usize > leaf_size && near().any(Node::has_targets);
        let by_targets = node.targets.1 as usize > leaf_size && near().any(Node::has_sources);
        (by_sources || by_targets) && !self.is_one_place(node)
    }

    fn holds_a_point_of(&self, code: Code) -> bool {
        self.sources.holds_a_point_of(code) || self.targets.as_ref().is_some_and(|targets| targets.holds_a_point_of(code))
    }

    /// Whether all points of a box are in one box of the finest level.
    fn is_one_place(&self, node: &Node) -> bool {
        match (self.sources.codes_of(node.sources), self.targets().codes_of(node.targets)) {
            (Some(sources), Some(targets)) => sources.0 == sources.1 && sources == targets,
            (Some(codes), None) | (None, Some(codes)) => codes.0 == codes.1,
            (None, None) => true,
        }
    }

    /// The children of a box: one for every octant that holds a point.
    fn refine(&self, index: usize, families: &mut Families) -> Result<()> {
        let parent = &self.nodes[index];
        let level = parent.level + 1;
        let [sources, targets] = self.octants(index);
        let mut mask = 0;
        for (octant, (sources, targets)) in sources.into_iter().zip(targets).enumerate().filter(|(_, (sources, targets))| sources.1 > 0 || targets.1 > 0) {
            mask |= 1 << octant;
            let anchor = std::array::from_fn(|axis| 2 * parent.anchor[axis] + (octant as u32 >> axis & 1));
            let child = Node { anchor, level, child_mask: 0, parent: index as u32, first_child: 0, group: NONE, sources, targets };
            try_push("boxes of the tree", &mut families.children, child)?;
        }
        try_push("boxes of the tree", &mut families.parents, (index, mask))
    }

    /// Adds children, whose parents learn of them.
    fn add(&mut self, families: Families) -> Result<()> {
        let mut first = self.nodes.len() as u32;
        self.make_room(families.children.len())?;
        self.nodes.extend(families.children);
        for (index, mask) in families.parents {
            (self.nodes[index].first_child, self.nodes[index].child_mask, self.nodes[index].group) = (first, mask, self.group_count as u32);
            self.group_count += 1;
            first += mask.count_ones();
        }
        Ok(())
    }

    fn make_room(&mut self, more: usize) -> Result<()> {
        if self.nodes.len() + more > NONE as usize {
            return Err(Error::new(Status::Shape, "leaf_size: more than 4294967294 boxes; ask for larger leaves"));
        }
        try_reserve("boxes of the tree", &mut self.nodes, more)
    }
}
