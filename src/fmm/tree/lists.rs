//! Who is near whom: the lists of the general adaptive method (L. Ying, G. Biros, D. Zorin, J. Comput. Phys. 196, 591 (2004)).
//!
//! For a box B the colleagues are the boxes of its level that touch it, itself included. Then every source reaches every target exactly once:
//!
//! * near: leaves that touch the leaf B, summed directly                                           (U)
//! * far:  children of colleagues of B's parent that do not touch B; found from the parents        (V)
//! * finer: boxes, leaves or not, below colleagues of the leaf B whose parents touch B and that do not: B's targets see their multipoles   (W)
//! * coarser: leaves with B in their finer list: their sources act on B's local expansion          (X)
//!
//! All of them follow from descents of leaves into their colleagues: a leaf that meets a finer box there writes it into its own list and itself
//! into the other's. A finer or coarser leaf with fewer points than an expansion has goes into the near lists: that is cheaper and exact.
//!
//! In a cell that repeats, colleagues across its faces are images. What they bring is in lists of its own, with the image that it is: a box may be
//! there several times.

use super::rows::{Part, Rows};
use super::{ITSELF, Node, Tree, image_vector};
use crate::error::{Error, Result};
use crate::threads::{self, Progress};

/// No box.
pub const NONE: u32 = u32::MAX;
/// The direction from a box to itself among 27.
pub const OPPOSITE_OF_SELF: usize = 13;
/// Leaves for a task: 20 us.
const CHUNK: usize = 64;
/// Boxes whose colleagues a task finds: 4 us. Fewer and longer tasks end at different times.
const BOXES: usize = 64;

/// A range of sources: the first and how many.
pub type Run = (u32, u32);

pub struct Lists {
    /// For each box: ranges of sources that its targets meet directly; empty unless a leaf.
    pub near: Rows<Run>,
    /// For each leaf: boxes whose multipoles its targets see.
    pub finer: Rows<u32>,
    /// For each box: leaves whose sources act on its local expansion.
    pub coarser: Rows<u32>,
    /// The same for images of boxes, in a cell that repeats.
    pub images: Option<ImageLists>,
}

/// Lists of images of boxes: each with its number among those that touch the cell.
pub struct ImageLists {
    /// Sorted by image.
    pub near: Rows<(u8, Run)>,
    pub finer: Rows<(u8, u32)>,
    pub coarser: Rows<(u8, u32)>,
}

/// One range for two that follow each other.
fn joined(a: Run, b: Run) -> Option<Run> {
    (a.0 + a.1 == b.0).then_some((a.0, a.1 + b.1))
}

/// The same for an image: its number and a range.
fn joined_images(a: (u8, Run), b: (u8, Run)) -> Option<(u8, Run)> {
    if a.0 == b.0 { joined(a.1, b.1).map(|run| (a.0, run)) } else { None }
}

/// What a chunk of leaves found of each list.
#[derive(Default)]
struct Found {
    near: Part<Run>,
    finer: Part<u32>,
    coarser: Part<u32>,
    near_images: Part<(u8, Run)>,
    finer_images: Part<(u8, u32)>,
    coarser_images: Part<(u8, u32)>,
}

impl Found {
    fn end_row(&mut self) -> Result<()> {
        self.near.end_joined_row(joined)?;
        self.finer.end_row()?;
        self.near_images.end_joined_row(joined_images)?;
        self.finer_images.end_row()
    }
}

impl Lists {
    /// `expansion_len`: numbers of an expansion, the cost of its evaluation in pairs.
    pub fn build(tree: &Tree, expansion_len: usize, progress: &mut Progress) -> Result<Self> {
        let mut leaves = Vec::new();
        leaves.try_reserve_exact(tree.nodes.len()).map_err(|_| Error::out_of_memory("interaction lists", 4 * tree.nodes.len()))?;
        leaves.extend((0..tree.nodes.len() as u32).filter(|&index| tree.nodes[index as usize].is_leaf()));
        let mut found: (Vec<_>, Vec<_>, Vec<_>) = Default::default();
        let mut images: (Vec<_>, Vec<_>, Vec<_>) = Default::default();
        let work = |leaves: &[u32]| {
            let mut found = Found::default();
            for &leaf in leaves {
                Descent { tree, leaf, expansion_len, found: &mut found }.from(&tree.colleagues[leaf as usize])?;
                found.end_row()?;
            }
            Ok(found)
        };
        let keep = |chunk: Found| {
            push(&mut found.0, chunk.near)?;
            push(&mut found.1, chunk.finer)?;
            push(&mut found.2, chunk.coarser)?;
            push(&mut images.0, chunk.near_images)?;
            push(&mut images.1, chunk.finer_images)?;
            push(&mut images.2, chunk.coarser_images)
        };
        threads::for_each_chunk(leaves.chunks(CHUNK), |_| 0, progress, work, keep)?;
        let all = (tree.nodes.len(), &leaves[..], CHUNK);
        let near = Rows::joined(all, found.0, joined, progress)?;
        let (finer, coarser) = (Rows::own(all, &found.1, progress)?, Rows::elsewhere(tree.nodes.len(), &found.2)?);
        let images = if tree.cube.repeats {
            Some(ImageLists {
                near: Rows::joined(all, images.0, joined_images, progress)?,
                finer: Rows::own(all, &images.1, progress)?,
                coarser: Rows::elsewhere(tree.nodes.len(), &images.2)?,
            })
        } else {
            None
        };
        Ok(Self { near, finer, coarser, images })
    }

    pub fn bytes(&self) -> usize {
        let images = self.images.as_ref().map_or(0, |images| images.near.bytes() + images.finer.bytes() + images.coarser.bytes());
        self.near.bytes() + self.finer.bytes() + self.coarser.bytes() + images
    }
}

/// Colleagues of the boxes that have none yet, from those of their parents: the place next to a child lies in a colleague of its parent. All round a root that
/// repeats is the root.
pub(super) fn add_colleagues(nodes: &[Node], repeats: bool, all: &mut Vec<[u32; 27]>, progress: &mut Progress) -> Result<()> {
    let more = nodes.len() - all.len();
    let colleagues = |[known]: [&[[u32; 27]]; 1], index: usize| {
        let node = &nodes[index];
        let around_root = || {
            let mut around = [if repeats { 0 } else { NONE }; 27];
            around[OPPOSITE_OF_SELF] = 0;
            around
        };
        [if node.parent == NONE { around_root() } else { from_parents(nodes, node.octant(), &known[node.parent as usize]) }]
    };
    threads::append("interaction lists", [all], more, BOXES, progress, colleagues)
}

fn from_parents(nodes: &[Node], octant: usize, parents: &[u32; 27]) -> [u32; 27] {
    // Eight parents at most have all of them as children: what those are is looked up once.
    let found = parents.map(|parent| if parent == NONE { (0, 0) } else { (nodes[parent as usize].first_child, nodes[parent as usize].child_mask) });
    NEXT_TO[octant].map(|(direction, child)| {
        let (first, mask) = found[usize::from(direction)];
        let before = BITS[usize::from(mask & ((1 << child) - 1))];
        if mask >> child & 1 == 0 { NONE } else { first + u32::from(before) }
    })
}

/// For each octant and direction from it: the direction of the parent of what lies there, and which of its children that is.
const NEXT_TO: [[(u8, u8); 27]; 8] = {
    let mut next_to = [[(0, 0); 27]; 8];
    let mut case = 0;
    while case < 8 * 27 {
        let (octant, direction) = (case / 27, case % 27);
        let (mut axis, mut weight, mut parent, mut child) = (0, 1, 0, 0);
        while axis < 3 {
            // The place along the axis in children, counted from two before the parent's first.
            let place = (octant >> axis & 1) + direction / weight % 3 + 1;
            parent += weight * (place / 2);
            child |= place % 2 << axis;
            (axis, weight) = (axis + 1, 3 * weight);
        }
        next_to[octant][direction] = (parent as u8, child as u8);
        case += 1;
    }
    next_to
};

/// How many bits a number has: not every processor that this is compiled for counts them.
const BITS: [u8; 128] = {
    let mut bits = [0; 128];
    let mut number = 1;
    while number < 128 {
        bits[number] = bits[number / 2] + (number % 2) as u8;
        number += 1;
    }
    bits
};

/// Puts an item at the end of a list, or fails as the other lists do.
fn push<T>(list: &mut Vec<T>, item: T) -> Result<()> {
    crate::error::try_push("interaction lists", list, item)
}

/// One leaf's way through its colleagues and what is below them.
struct Descent<'a> {
    tree: &'a Tree,
    leaf: u32,
    expansion_len: usize,
    found: &'a mut Found,
}

impl Descent<'_> {
    fn from(&mut self, colleagues: &[u32; 27]) -> Result<()> {
        let tree = self.tree;
        for (direction, &colleague) in colleagues.iter().enumerate().filter(|&(_, &colleague)| colleague != NONE) {
            let image = image_of(&tree.nodes[self.leaf as usize], direction as u8, &tree.nodes[colleague as usize]);
            if tree.nodes[colleague as usize].is_leaf() {
                // From the other side the same pair is found the other way round.
                self.sources_reach((image, colleague), self.leaf)?;
            } else {
                self.descend(image, colleague)?;
            }
        }
        Ok(())
    }

    fn descend(&mut self, image: u8, above: u32) -> Result<()> {
        let tree = self.tree;
        let own = tree.nodes[self.leaf as usize];
        for index in tree.nodes[above as usize].children() {
            let (index, node) = (index as u32, &tree.nodes[index]);
            if !node.touches(image, &own) {
                self.separate(&own, (image, index), node)?;
            } else if node.is_leaf() {
                self.sources_reach((image, index), self.leaf)?;
                self.sources_reach((opposite(image), self.leaf), index)?;
            } else {
                self.descend(image, index)?;
            }
        }
        Ok(())
    }

    /// A finer box that does not touch the leaf, below one that does.
    fn separate(&mut self, own: &Node, (image, index): (u8, u32), node: &Node) -> Result<()> {
        let expansion_len = self.expansion_len;
        let is_few = |count: u32| node.is_leaf() && (count as usize) < expansion_len;
        if node.has_sources() && own.has_targets() {
            if is_few(node.sources.1) {
                self.sources_reach((image, index), self.leaf)?;
            } else if image == ITSELF {
                push(&mut self.found.finer.own, index)?;
            } else {
                push(&mut self.found.finer_images.own, (image, index))?;
            }
        }
        if own.has_sources() && node.has_targets() {
            if is_few(node.targets.1) {
                self.sources_reach((opposite(image), self.leaf), index)?;
            } else if image == ITSELF {
                push(&mut self.found.coarser.elsewhere, (index, self.leaf))?;
            } else {
                push(&mut self.found.coarser_images.elsewhere, (index, (opposite(image), self.leaf)))?;
            }
        }
        Ok(())
    }

    /// Sources of an image of one box meet the targets of another directly.
    fn sources_reach(&mut self, (image, from): (u8, u32), to: u32) -> Result<()> {
        let (from, target) = (&self.tree.nodes[from as usize], &self.tree.nodes[to as usize]);
        if from.has_sources() && target.has_targets() {
            match (image == ITSELF, to == self.leaf) {
                (true, true) => push(&mut self.found.near.own, from.sources)?,
                (true, false) => push(&mut self.found.near.elsewhere, (to, from.sources))?,
                (false, true) => push(&mut self.found.near_images.own, (image, from.sources))?,
                (false, false) => push(&mut self.found.near_images.elsewhere, (to, (image, from.sources)))?,
            }
        }
        Ok(())
    }
}

/// Which image of a colleague lies in a direction from a box.
fn image_of(node: &Node, direction: u8, colleague: &Node) -> u8 {
    let towards = image_vector(direction);
    [1, 3, 9].into_iter().enumerate().fold(0, |image, (axis, weight)| {
        let sides = (i64::from(node.anchor[axis]) + towards[axis] - i64::from(colleague.anchor[axis])) >> node.level;
        image + weight * (sides + 1) as u8
    })
}

/// The image from which the cell is seen as this one is from the cell.
fn opposite(image: u8) -> u8 {
    2 * ITSELF - image
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fmm::tree::{Cloud, Cube, Refinement};

    /// Points of several densities, from a linear congruential generator.
    fn points(seed: u64, count: usize, shift: f64) -> Vec<[f64; 3]> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut uniform = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let kind = seed % 5;
        (0..count)
            .map(|i| {
                let p = [uniform(), uniform(), uniform()];
                let size = 10f64.powi(-((i % 7) as i32));
                match kind {
                    0 => p,
                    1 => p.map(|x| shift + size * (x - 0.5)),
                    2 => [p[0], 0.3 * p[0], shift],
                    3 => [p[0].powi(9), p[1].powi(5), p[2]],
                    _ => if i % 2 == 0 { p } else { [0.25 + 1e-4 * p[0], 0.5, 0.75] },
                }
            })
            .collect()
    }

    /// How often each source of each image of the cell reaches each box's targets, through lists of the box and of those above.
    fn assert_every_source_reaches_every_target_once(tree: &Tree, lists: &Lists) {
        let n = tree.sources.len();
        let images = if tree.cube.repeats { 0..27 } else { ITSELF..ITSELF + 1 };
        for (index, leaf) in tree.nodes.iter().enumerate().filter(|(_, node)| node.is_leaf() && node.has_targets()) {
            let mut reached = vec![0u8; 27 * n];
            let mut add = |image: u8, (first, count): Run| {
                reached[usize::from(image) * n + first as usize..][..count as usize].iter_mut().for_each(|times| *times += 1);
            };
            let sources = |index: u32| tree.nodes[index as usize].sources;
            lists.near.row(index).iter().for_each(|&run| add(ITSELF, run));
            lists.finer.row(index).iter().for_each(|&finer| add(ITSELF, sources(finer)));
            if let Some(images) = &lists.images {
                images.near.row(index).iter().for_each(|&(image, run)| add(image, run));
                images.finer.row(index).iter().for_each(|&(image, finer)| add(image, sources(finer)));
            }
            let mut above = index;
            loop {
                let node = &tree.nodes[above];
                lists.coarser.row(above).iter().for_each(|&coarser| add(ITSELF, sources(coarser)));
                if let Some(images) = &lists.images {
                    images.coarser.row(above).iter().for_each(|&(image, coarser)| add(image, sources(coarser)));
                }
                if node.parent == NONE {
                    break;
                }
                let parent = &tree.nodes[node.parent as usize];
                let uncles = tree.colleagues[node.parent as usize];
                for (direction, &uncle) in uncles.iter().enumerate().filter(|&(_, &uncle)| uncle != NONE) {
                    let image = image_of(parent, direction as u8, &tree.nodes[uncle as usize]);
                    for child in tree.nodes[uncle as usize].children() {
                        if (child, image) != (above, ITSELF) && !tree.nodes[child].touches(image, node) {
                            add(image, tree.nodes[child].sources);
                        }
                    }
                }
                above = node.parent as usize;
            }
            for image in images.clone() {
                assert!(reached[usize::from(image) * n..][..n].iter().all(|&times| times == 1), "image {image}, leaf {index}: {leaf:?}");
            }
        }
    }

    /// Where sources are targets: that pairs of near leaves may be summed once for both.
    fn assert_near_lists_are_mutual(tree: &Tree, lists: &Lists) {
        let leaves = || (0..tree.nodes.len()).filter(|&index| tree.nodes[index].is_leaf());
        let reaches = |from: usize, to: usize| {
            let (row, first) = (lists.near.row(to), tree.nodes[from].sources.0);
            let after = row.partition_point(|run| run.0 <= first);
            after > 0 && first < row[after - 1].0 + row[after - 1].1
        };
        for a in leaves() {
            assert!(reaches(a, a));
            for b in leaves().filter(|&b| b > a) {
                assert_eq!(reaches(a, b), reaches(b, a), "leaves {a} and {b}");
            }
        }
    }

    /// Leaves that touch differ by a level at most, and no box is coarser than without that.
    fn assert_is_balanced(tree: &Tree, sources: &Vec<[f64; 3]>, targets: Option<&dyn Cloud>, refinement: Refinement) {
        let leaves = || tree.nodes.iter().filter(|node| node.is_leaf());
        let images = if tree.cube.repeats { 0..27 } else { ITSELF..ITSELF + 1 };
        for a in leaves() {
            for b in leaves().filter(|b| b.level > a.level + 1) {
                assert!(images.clone().all(|image| !a.touches(image, b)), "{a:?} and {b:?}");
            }
        }
        let plain = Tree::build(sources, targets, tree.cube, Refinement { is_balanced: false, ..refinement }, &mut Progress::none()).unwrap();
        assert_eq!(plain.depth(), tree.depth());
        let refined = |tree: &Tree| tree.nodes.iter().filter(|node| !node.is_leaf()).map(|node| (node.level, node.anchor)).collect::<std::collections::HashSet<_>>();
        assert!(refined(&plain).is_subset(&refined(tree)));
    }

    #[test]
    fn every_source_reaches_every_target_exactly_once() {
        for seed in 0..60 {
            let sources = points(seed, 900, 0.4);
            let targets = points(seed / 2 + 7, 700, 0.6);
            let targets = (seed % 3 != 0).then_some(&targets as &dyn Cloud);
            let cube = Cube::around(&sources, targets, 1.0 + 0.1 * (seed % 4) as f64, &mut Progress::none()).unwrap();
            let refinement = Refinement { leaf_size: [1, 5, 20, 60][seed as usize % 4], max_level: 20, is_balanced: seed / 4 % 2 == 1 };
            // As a cell the cube is larger than its points in some, so that faces are not where points are.
            for cube in [cube, Cube { repeats: true, ..cube }] {
                let tree = Tree::build(&sources, targets, cube, refinement, &mut Progress::none()).unwrap();
                if refinement.is_balanced {
                    assert_is_balanced(&tree, &sources, targets, refinement);
                }
                for expansion_len in [0, 8, 56] {
                    let lists = Lists::build(&tree, expansion_len, &mut Progress::none()).unwrap();
                    assert_every_source_reaches_every_target_once(&tree, &lists);
                    if targets.is_none() {
                        assert_near_lists_are_mutual(&tree, &lists);
                    }
                }
            }
        }
    }

    #[test]
    fn few_points_in_a_cell_meet_all_images() {
        for (count, leaf_size, max_level) in [(1, 1, 20), (1, 1, 0), (2, 1, 20), (2, 1, 1), (9, 1, 2), (50, 60, 20), (50, 20, 1)] {
            let sources = points(3, count, 0.4);
            let cube = Cube { corner: [-0.1; 3], side: 1.2, repeats: true };
            let tree = Tree::build(&sources, None, cube, Refinement { leaf_size, max_level, is_balanced: false }, &mut Progress::none()).unwrap();
            for expansion_len in [0, 8] {
                let lists = Lists::build(&tree, expansion_len, &mut Progress::none()).unwrap();
                assert_every_source_reaches_every_target_once(&tree, &lists);
            }
        }
    }
}
