//! Boxes to be refined so that leaves that touch differ by one level at most.

use super::lists::OPPOSITE_OF_SELF;
use super::{Tree, image_vector};
use crate::error::{Result, try_push};
use crate::fmm::morton::Code;

/// Codes of the boxes of each level that are to be refined: those that have children, and what follows from them.
///
/// Children of a box touch what its colleagues hold, so the parents of all colleagues have children, too: the levels from the deepest up, each once.
pub fn refined(tree: &Tree) -> Result<Vec<Vec<Code>>> {
    let mut refined = Vec::new();
    for level in 0..=tree.depth() {
        let mut own = Vec::new();
        for node in tree.nodes[tree.level(level)].iter().filter(|node| !node.is_leaf()) {
            try_push("boxes of the tree", &mut own, Code::from_anchor(node.anchor, level as u32))?;
        }
        try_push("boxes of the tree", &mut refined, own)?;
    }
    for level in (1..refined.len()).rev() {
        let (above, own) = refined.split_at_mut(level);
        let above = &mut above[level - 1];
        let known = above.len();
        let mut last = None;
        for code in &own[0] {
            for direction in 0..27 {
                let Some(parent) = colleague(*code, direction, tree.cube.repeats).and_then(Code::parent) else { continue };
                // Most have been seen just now.
                if last != Some(parent) && above[..known].binary_search(&parent).is_err() && tree.holds_a_point_of(parent) {
                    try_push("boxes of the tree", above, parent)?;
                    last = Some(parent);
                }
            }
        }
        above.sort_unstable();
        above.dedup();
    }
    Ok(refined)
}

/// The place next to a box; round a cell that repeats.
fn colleague(code: Code, direction: u8, repeats: bool) -> Option<Code> {
    if usize::from(direction) == OPPOSITE_OF_SELF {
        return Some(code);
    }
    let mask = (1i64 << code.level()) - 1;
    let mut anchor = code.anchor();
    for (place, step) in anchor.iter_mut().zip(image_vector(direction)) {
        let moved = i64::from(*place) + step;
        if !repeats && (moved < 0 || moved > mask) {
            return None;
        }
        *place = (moved & mask) as u32;
    }
    Some(Code::from_anchor(anchor, code.level()))
}
