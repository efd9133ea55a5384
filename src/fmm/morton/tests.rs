//! Round trips, the order of a walk, and neighbours found by comparing anchors.

use super::batch::{anchors_with, codes_with};
use super::*;
use proptest::prelude::*;

/// All boxes down to a level, in the order of a walk that visits a box before its children.
fn walk(code: Code, down_to: u32, into: &mut Vec<Code>) {
    into.push(code);
    if code.level() < down_to {
        (0..8).for_each(|octant| walk(code.child(octant), down_to, into));
    }
}

#[test]
fn codes_sort_in_the_order_of_a_walk() {
    let mut boxes = Vec::new();
    walk(Code::ROOT, 4, &mut boxes);
    assert_eq!(boxes.len(), 1 + 8 + 64 + 512 + 4096);
    assert!(boxes.windows(2).all(|pair| pair[0] < pair[1] && (pair[0].bits() as i64) < pair[1].bits() as i64));
    for (i, a) in boxes.iter().enumerate() {
        let descendants = boxes[i + 1..].iter().take_while(|b| a.is_ancestor_of(**b)).count();
        let depth = 4 - a.level();
        assert_eq!(descendants, ((8usize.pow(depth + 1) - 1) / 7) - 1);
        assert_eq!(boxes.iter().filter(|b| a.is_ancestor_of(**b)).count(), descendants);
    }
}

#[test]
fn places_are_whole_parts_within_the_root() {
    for levels in [0, 1, LEVELS, 20] {
        let boxes = f64::from(1u32 << levels);
        for place in [0.0, 0.3, 0.5, 0.999_999, 1.0, 1.5, 2.5, 77.5, 1e5 + 0.5, 1e6 - 1e-9, boxes - 1.0, boxes - 0.5, boxes, 2.0 * boxes, -1e-9, -3.0] {
            assert_eq!(bits::place_of(place / boxes, levels), place.clamp(0.0, boxes - 1.0) as u32, "{place} of {boxes}");
        }
    }
}

#[test]
fn neighbours_are_those_whose_anchors_are_next() {
    for level in [0, 1, 2, 3, LEVELS] {
        let last = (1i64 << level) - 1;
        let anchors = [[0, 0, 0], [last, last, last], [last, 0, last / 2], [last / 2, last / 3, 1.min(last)]];
        for anchor in anchors {
            let code = Code::from_anchor(anchor.map(|a| a as u32), level);
            for offset in offsets() {
                let moved: [i64; 3] = std::array::from_fn(|axis| anchor[axis] + i64::from(offset[axis]));
                let inside = moved.iter().all(|a| (0..=last).contains(a));
                let expected = inside.then(|| Code::from_anchor(moved.map(|a| a as u32), level));
                assert_eq!(code.neighbour(offset), expected, "{anchor:?} {offset:?} level {level}");
            }
        }
    }
}

#[test]
fn boxes_of_three_levels_are_adjacent_where_their_cells_are() {
    let mut boxes = Vec::new();
    walk(Code::ROOT, 2, &mut boxes);
    // Cells of level 2 of each box, one by one.
    let cells = |code: &Code| -> Vec<[i32; 3]> {
        let size = 1 << (2 - code.level());
        let [x, y, z] = code.anchor().map(|a| a as i32 * size);
        (0..size * size * size).map(|i| [x + i % size, y + i / size % size, z + i / size / size]).collect()
    };
    for a in &boxes {
        for b in &boxes {
            let (cells_a, cells_b) = (cells(a), cells(b));
            let touch = |p: &[i32; 3], q: &[i32; 3]| (0..3).all(|axis| (p[axis] - q[axis]).abs() <= 1);
            let meet = cells_a.iter().any(|p| cells_b.iter().any(|q| touch(p, q)));
            let nested = cells_a.iter().any(|p| cells_b.contains(p));
            assert_eq!(a.is_adjacent_to(*b), meet && !nested, "{:?} {:?}", a.anchor(), b.anchor());
        }
    }
}

#[test]
fn numbers_that_are_no_codes_are_told_apart() {
    assert_eq!(Code::from_bits(0), Some(Code::ROOT));
    for bits in [20, 1 << 62, 1 << 63, u64::MAX, 1 << 5, (1 << 56) | 1] {
        assert_eq!(Code::from_bits(bits), None, "{bits:x}");
    }
}

#[test]
fn points_on_the_faces_are_inside() {
    let root = Root { origin: [-1.0, 0.1, 0.0], side: 0.7 - 0.1 };
    assert_eq!(root.place(1, 0.7), (1 << LEVELS) - 1);
    assert_eq!(root.place(1, 0.1), 0);
    assert_eq!(root.place(1, 0.1 + 0.3), 1 << (LEVELS - 1));
}

fn a_box() -> impl Strategy<Value = ([u32; 3], u32)> {
    (0..=LEVELS).prop_flat_map(|level| ([0..1u32 << level, 0..1u32 << level, 0..1u32 << level], Just(level)))
}

proptest! {
    #[test]
    fn codes_keep_what_they_are_made_of((anchor, level) in a_box(), (other, other_level) in a_box()) {
        let code = Code::from_anchor(anchor, level);
        prop_assert_eq!((code.anchor(), code.level()), (anchor, level));
        prop_assert_eq!(Code::from_bits(code.bits()), Some(code));
        for up in 0..=level {
            prop_assert_eq!(code.ancestor(up), Code::from_anchor(anchor.map(|a| a >> (level - up)), up));
        }
        if let Some(parent) = code.parent() {
            prop_assert_eq!(parent.child(code.octant()), code);
            prop_assert!(parent.is_ancestor_of(code) && !code.is_ancestor_of(parent));
        }
        let second = Code::from_anchor(other, other_level);
        let around = level < other_level && other.map(|a| a >> (other_level - level)) == anchor;
        prop_assert_eq!(code.is_ancestor_of(second), around);
        prop_assert_eq!(code.is_adjacent_to(second), second.is_adjacent_to(code));
        // Shifts and, where there are any, instructions.
        let places = anchor.map(|a| a << (LEVELS - level));
        let lines: [&[u32]; 3] = [&places[..1], &places[1..2], &places[2..]];
        let (mut codes, mut anchors) = ([Code::ROOT; 1], [[0; 3]; 1]);
        codes_with::<Shifts>(lines, level, &mut codes);
        anchors_with::<Shifts>(&codes, &mut anchors);
        prop_assert_eq!((codes[0], anchors[0]), (code, anchor));
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("bmi2") {
            // SAFETY: the processor has the instructions.
            unsafe {
                super::batch::codes_with_deposits(lines, level, &mut codes);
                super::batch::anchors_with_deposits(&codes, &mut anchors);
            }
            prop_assert_eq!((codes[0], anchors[0]), (code, anchor));
        }
    }
}
