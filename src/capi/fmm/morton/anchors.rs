//! Codes of boxes whose places are known, and places of boxes whose codes are.

use super::super::super::arrays::wanted;
use super::super::super::guard::{self, hl_status, refuse};
use super::codes::{check, checked_level, code_at, number};
use crate::array::{Footprint, View, ViewMut, disjoint, extent};
use crate::error::Status;
use crate::fmm::morton::{BLOCK, Code, anchors_of};
use crate::threads::ranges;

/// Codes of boxes that are given by their places.
///
/// @param n_box    number of boxes
/// @param anchors  [n_box][3], 0 to 2^level - 1
/// @param levels   [n_box], 0 to HL_MORTON_FINEST
/// @param codes    [n_box] out; see hl_morton_encode
///
/// Outputs share no element with inputs. Errors: array errors; HL_ERR_ARGUMENT names the element.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_morton_encode_anchors(
    n_box: isize,
    anchors: *const i32,
    anchors_strides: *const isize,
    levels: *const i32,
    levels_strides: *const isize,
    codes: *mut i64,
    codes_strides: *const isize,
) -> hl_status {
    guard::status("hl_morton_encode_anchors", || {
        let n_box = extent("n_box", n_box)?;
        // SAFETY: the caller's promise about its arrays.
        let (anchors, levels, mut codes) = unsafe {
            (
                View::new("anchors", anchors, [n_box, 3], anchors_strides)?,
                View::new("levels", levels, [n_box], levels_strides)?,
                ViewMut::new("codes", codes, [n_box], codes_strides)?,
            )
        };
        disjoint(&[anchors.footprint(), levels.footprint()], &[codes.footprint()])?;
        for i in 0..n_box {
            let last = (1 << checked_level("levels", Some(i), levels.at([i]))?) - 1;
            for axis in 0..3 {
                let place = anchors.at([i, axis]);
                if !(0..=last).contains(&place) {
                    return refuse(
                        Status::Argument,
                        format!("anchors: element [{i}, {axis}] is {place}; on level {} it is 0 to {last}", levels.at([i])),
                    );
                }
            }
        }
        for i in 0..n_box {
            let anchor = std::array::from_fn(|axis| anchors.at([i, axis]) as u32);
            codes.set([i], number(Code::from_anchor(anchor, levels.at([i]) as u32)));
        }
        Ok(())
    })
}

/// Places and levels of boxes.
///
/// @param n_box    number of boxes
/// @param codes    [n_box]
/// @param anchors  [n_box][3] out, or NULL
/// @param levels   [n_box] out, or NULL
///
/// Outputs share no element with each other or with inputs. Errors: array errors; HL_ERR_ARGUMENT for a number that is no code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_morton_decode(
    n_box: isize,
    codes: *const i64,
    codes_strides: *const isize,
    anchors: *mut i32,
    anchors_strides: *const isize,
    levels: *mut i32,
    levels_strides: *const isize,
) -> hl_status {
    guard::status("hl_morton_decode", || {
        let n_box = extent("n_box", n_box)?;
        // SAFETY: the caller's promise about its arrays.
        let (codes, mut anchors, mut levels) = unsafe {
            (
                View::new("codes", codes, [n_box], codes_strides)?,
                wanted("anchors", anchors, [n_box, 3], anchors_strides)?,
                wanted("levels", levels, [n_box], levels_strides)?,
            )
        };
        let mut outputs: Vec<Footprint> = anchors.iter().map(ViewMut::footprint).collect();
        outputs.extend(levels.iter().map(ViewMut::footprint));
        disjoint(&[codes.footprint()], &outputs)?;
        check(&codes)?;
        let mut block = [Code::ROOT; BLOCK];
        let mut places = [[0; 3]; BLOCK];
        for (first, n) in ranges(n_box, BLOCK) {
            for (i, code) in block[..n].iter_mut().enumerate() {
                *code = code_at(&codes, first + i)?;
            }
            if let Some(anchors) = &mut anchors {
                anchors_of(&block[..n], &mut places[..n]);
                for (i, place) in places[..n].iter().enumerate() {
                    anchors.write_line([first + i, 0], &place.map(|p| p as i32));
                }
            }
            if let Some(levels) = &mut levels {
                for (i, code) in block[..n].iter().enumerate() {
                    levels.set([first + i], code.level() as i32);
                }
            }
        }
        Ok(())
    })
}
