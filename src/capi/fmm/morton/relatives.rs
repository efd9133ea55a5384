//! Parents, children and neighbours of boxes.

use super::super::super::guard::{self, hl_status, refuse};
use super::codes::{HL_MORTON_NONE, check, code_at, number};
use crate::array::{View, ViewMut, disjoint, extent};
use crate::error::{Result, Status};
use crate::fmm::morton::{Code, LEVELS, offsets};

/// The boxes of the next coarser level around boxes.
///
/// @param n_box    number of boxes
/// @param codes    [n_box], none of them the root
/// @param parents  [n_box] out
///
/// Outputs share no element with inputs. Errors: array errors; HL_ERR_ARGUMENT for a number that is no code, and for the root.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_morton_parents(
    n_box: isize,
    codes: *const i64,
    codes_strides: *const isize,
    parents: *mut i64,
    parents_strides: *const isize,
) -> hl_status {
    guard::status("hl_morton_parents", || {
        // SAFETY: the caller's promise about its arrays.
        let (codes, mut parents) = unsafe { relatives(n_box, (codes, codes_strides), ("parents", [], parents), parents_strides)? };
        for i in 0..codes.dims()[0] {
            if code_at(&codes, i)? == Code::ROOT {
                return refuse(Status::Argument, format!("codes: element [{i}] is 0, the root, which has no parent; leave it out"));
            }
        }
        for i in 0..codes.dims()[0] {
            parents.set([i, 0], code_at(&codes, i)?.parent().map_or(HL_MORTON_NONE, number));
        }
        Ok(())
    })
}

/// The eight boxes that fill each box.
///
/// @param n_box     number of boxes
/// @param codes     [n_box], none of them of level HL_MORTON_FINEST
/// @param children  [n_box][8] out, in order of codes: x lowest
///
/// Outputs share no element with inputs. Errors: array errors; HL_ERR_ARGUMENT for a number that is no code, and for boxes of the
/// finest level.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_morton_children(
    n_box: isize,
    codes: *const i64,
    codes_strides: *const isize,
    children: *mut i64,
    children_strides: *const isize,
) -> hl_status {
    guard::status("hl_morton_children", || {
        // SAFETY: the caller's promise about its arrays.
        let (codes, mut children) =
            unsafe { relatives(n_box, (codes, codes_strides), ("children", [8], children), children_strides)? };
        for i in 0..codes.dims()[0] {
            if code_at(&codes, i)?.level() == LEVELS {
                return refuse(
                    Status::Argument,
                    format!("codes: element [{i}] is of level {LEVELS}, the finest, whose boxes have no children; leave it out"),
                );
            }
        }
        for i in 0..codes.dims()[0] {
            let code = code_at(&codes, i)?;
            children.write_line([i, 0], &[0, 1, 2, 3, 4, 5, 6, 7].map(|octant| number(code.child(octant))));
        }
        Ok(())
    })
}

/// The boxes of the same level that share a face, an edge or a corner with each box.
///
/// @param n_box       number of boxes
/// @param codes       [n_box]
/// @param neighbours  [n_box][26] out: at offsets (-1, -1, -1), (0, -1, -1), (1, -1, -1), (-1, 0, -1), ... (1, 1, 1), x
///                    quickest, without (0, 0, 0); HL_MORTON_NONE where that is outside of the root box
///
/// Outputs share no element with inputs. Errors: array errors; HL_ERR_ARGUMENT for a number that is no code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_morton_neighbours(
    n_box: isize,
    codes: *const i64,
    codes_strides: *const isize,
    neighbours: *mut i64,
    neighbours_strides: *const isize,
) -> hl_status {
    guard::status("hl_morton_neighbours", || {
        // SAFETY: the caller's promise about its arrays.
        let (codes, mut neighbours) =
            unsafe { relatives(n_box, (codes, codes_strides), ("neighbours", [26], neighbours), neighbours_strides)? };
        check(&codes)?;
        for i in 0..codes.dims()[0] {
            let code = code_at(&codes, i)?;
            for (k, offset) in offsets().enumerate() {
                neighbours.set([i, k], code.neighbour(offset).map_or(HL_MORTON_NONE, number));
            }
        }
        Ok(())
    })
}

/// Codes, and an output with `rest` for each of them.
///
/// # Safety
/// The arrays are as documented.
unsafe fn relatives<'a, const N: usize>(
    n_box: isize,
    codes: (*const i64, *const isize),
    (name, rest, output): (&'static str, [usize; N], *mut i64),
    strides: *const isize,
) -> Result<(View<'a, i64, 1>, ViewMut<'a, i64, 2>)> {
    let n_box = extent("n_box", n_box)?;
    // An output of one axis is one of two, of which the second has one element, whose stride is not looked at.
    let mut padded = [0; 2];
    if !strides.is_null() {
        for (axis, stride) in padded[..1 + N].iter_mut().enumerate() {
            // SAFETY: the caller vouches for 1 + N numbers.
            *stride = unsafe { strides.add(axis).read_unaligned() };
        }
    }
    let strides = if strides.is_null() { strides } else { padded.as_ptr() };
    let width = rest.first().copied().unwrap_or(1);
    // SAFETY: passed on.
    let (codes, output) = unsafe {
        (View::new("codes", codes.0, [n_box], codes.1)?, ViewMut::new(name, output, [n_box, width], strides)?)
    };
    disjoint(&[codes.footprint()], &[output.footprint()])?;
    Ok((codes, output))
}
