//! Codes of points.

use super::super::super::guard::{self, hl_status, refuse};
use super::codes::{checked_level, number};
use crate::array::{View, ViewMut, disjoint, extent};
use crate::error::{Number, Result, Status};
use crate::fmm::morton::{BLOCK, Code, Root, codes_of};
use crate::threads::ranges;

/// Codes of the boxes that hold points.
///
/// A box of level l is one of 2^l x 2^l x 2^l that fill the root box, and its anchor its place among them, 0 to 2^l - 1 on each
/// axis. Its code is one number: three bits of the anchor for each level, x lowest and those of level 1 at the top (bits
/// 59 to 61, 56 to 58, ...; 0 below the box), and the level in bits 0 to 4. In order of codes, a box comes before its children and
/// the children one after another along a Morton curve; all boxes inside another are a range; the root is 0.
///
/// @param n_point  number of points
/// @param points   [n_point][3] inside the root box or on its faces; a face between boxes belongs to the upper one
/// @param origin   [3] the corner of the root box with the least coordinates
/// @param side     its side, positive
/// @param level    of the boxes, 0 to HL_MORTON_FINEST
/// @param codes    [n_point] out
///
/// A code is the ancestor of the same point's code on a finer level, to the last bit. Outputs share no element with inputs. Errors:
/// array errors; HL_ERR_NONFINITE; HL_ERR_ARGUMENT for side, level, or a point outside.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_morton_encode(
    n_point: isize,
    points: *const f64,
    points_strides: *const isize,
    origin: *const f64,
    origin_strides: *const isize,
    side: f64,
    level: i32,
    codes: *mut i64,
    codes_strides: *const isize,
) -> hl_status {
    guard::status("hl_morton_encode", || {
        let n_point = extent("n_point", n_point)?;
        // SAFETY: the caller's promise about its arrays.
        let (points, origin, mut codes) = unsafe {
            (
                View::new("points", points, [n_point, 3], points_strides)?,
                View::new("origin", origin, [3], origin_strides)?,
                ViewMut::new("codes", codes, [n_point], codes_strides)?,
            )
        };
        disjoint(&[points.footprint(), origin.footprint()], &[codes.footprint()])?;
        let level = checked_level("level", None, level)?;
        if !(side > 0.0 && side.is_finite()) {
            return refuse(Status::Argument, format!("side: is {}; it is positive and finite", Number(side)));
        }
        let root = Root { origin: std::array::from_fn(|axis| origin.at([axis])), side };
        if let Some(axis) = root.origin.iter().position(|x| !x.is_finite()) {
            return refuse(Status::Nonfinite, format!("origin: element [{axis}] is {}; coordinates are finite", root.origin[axis]));
        }
        let by_axis = points.permuted([1, 0]);
        let mut coordinates = [0.0; BLOCK];
        for (first, n) in ranges(n_point, BLOCK) {
            let mut are_inside = true;
            for axis in 0..3 {
                by_axis.read_line([axis, first], &mut coordinates[..n]);
                // All of them: an end at the first one outside would be in the way of vectors.
                are_inside &= coordinates[..n].iter().fold(true, |all, &x| all & (0.0..=1.0).contains(&root.fraction(axis, x)));
            }
            if !are_inside {
                for i in first..first + n {
                    for axis in 0..3 {
                        refuse_outside(&root, axis, i, points.at([i, axis]))?;
                    }
                }
            }
        }
        let mut places = [[0; BLOCK]; 3];
        let (mut block, mut numbers) = ([Code::ROOT; BLOCK], [0; BLOCK]);
        for (first, n) in ranges(n_point, BLOCK) {
            for (axis, places) in places.iter_mut().enumerate() {
                by_axis.read_line([axis, first], &mut coordinates[..n]);
                for (place, x) in places.iter_mut().zip(&coordinates[..n]) {
                    *place = root.place(axis, *x);
                }
            }
            codes_of(places.each_ref().map(|line| &line[..n]), level, &mut block[..n]);
            for (slot, code) in numbers.iter_mut().zip(&block[..n]) {
                *slot = number(*code);
            }
            codes.write_line([first], &numbers[..n]);
        }
        Ok(())
    })
}

fn refuse_outside(root: &Root, axis: usize, i: usize, x: f64) -> Result<()> {
    if !x.is_finite() {
        return refuse(Status::Nonfinite, format!("points: element [{i}, {axis}] is {x}; coordinates are finite"));
    }
    if (0.0..=1.0).contains(&root.fraction(axis, x)) {
        return Ok(());
    }
    refuse(
        Status::Argument,
        format!(
            "points: element [{i}, {axis}] is {}, outside of the root box, {} and {} further; choose a larger one",
            Number(x),
            Number(root.origin[axis]),
            Number(root.side)
        ),
    )
}
