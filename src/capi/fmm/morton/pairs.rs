//! What two boxes are to each other.

use super::super::super::guard::{self, hl_status, refuse};
use super::codes::{check, code_at};
use crate::array::{View, ViewMut, disjoint, extent};
use crate::error::{Result, Status};
use crate::fmm::morton::Code;

/// Whether boxes lie inside others and are smaller.
///
/// @param n_pair       number of pairs
/// @param ancestors    [n_pair] codes
/// @param descendants  [n_pair] codes
/// @param answers      [n_pair] out: 1 if the first of a pair is an ancestor of the second, else 0. A box is none of its own
///
/// Outputs share no element with inputs. Errors: array errors; HL_ERR_ARGUMENT for a number that is no code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_morton_is_ancestor(
    n_pair: isize,
    ancestors: *const i64,
    ancestors_strides: *const isize,
    descendants: *const i64,
    descendants_strides: *const isize,
    answers: *mut i32,
    answers_strides: *const isize,
) -> hl_status {
    guard::status("hl_morton_is_ancestor", || {
        let first = ("ancestors", ancestors, ancestors_strides);
        let second = ("descendants", descendants, descendants_strides);
        // SAFETY: the caller's promise about its arrays.
        unsafe { answer(n_pair, first, second, (answers, answers_strides), Code::is_ancestor_of) }
    })
}

/// Whether boxes of any levels share a face, an edge or a corner, and neither contains the other.
///
/// @param n_pair   number of pairs
/// @param first    [n_pair] codes
/// @param second   [n_pair] codes
/// @param answers  [n_pair] out: 1 or 0
///
/// Outputs share no element with inputs. Errors: array errors; HL_ERR_ARGUMENT for a number that is no code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_morton_are_adjacent(
    n_pair: isize,
    first: *const i64,
    first_strides: *const isize,
    second: *const i64,
    second_strides: *const isize,
    answers: *mut i32,
    answers_strides: *const isize,
) -> hl_status {
    guard::status("hl_morton_are_adjacent", || {
        let (first, second) = (("first", first, first_strides), ("second", second, second_strides));
        // SAFETY: the caller's promise about its arrays.
        unsafe { answer(n_pair, first, second, (answers, answers_strides), Code::is_adjacent_to) }
    })
}

/// Where boxes lie as seen from others of the same level, in units of their side: anchor of the target minus that of the source.
///
/// @param n_pair   number of pairs
/// @param targets  [n_pair] codes
/// @param sources  [n_pair] codes
/// @param vectors  [n_pair][3] out
///
/// Outputs share no element with inputs. Errors: array errors; HL_ERR_ARGUMENT for a number that is no code, or boxes of two levels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_morton_transfer_vectors(
    n_pair: isize,
    targets: *const i64,
    targets_strides: *const isize,
    sources: *const i64,
    sources_strides: *const isize,
    vectors: *mut i32,
    vectors_strides: *const isize,
) -> hl_status {
    guard::status("hl_morton_transfer_vectors", || {
        let n_pair = extent("n_pair", n_pair)?;
        // SAFETY: the caller's promise about its arrays.
        let (targets, sources, mut vectors) = unsafe {
            (
                View::new("targets", targets, [n_pair], targets_strides)?,
                View::new("sources", sources, [n_pair], sources_strides)?,
                ViewMut::new("vectors", vectors, [n_pair, 3], vectors_strides)?,
            )
        };
        disjoint(&[targets.footprint(), sources.footprint()], &[vectors.footprint()])?;
        for i in 0..n_pair {
            let levels = [code_at(&targets, i)?.level(), code_at(&sources, i)?.level()];
            if levels[0] != levels[1] {
                return refuse(
                    Status::Argument,
                    format!("sources: element [{i}] is of level {}, its target of {}; pass boxes of one level", levels[1], levels[0]),
                );
            }
        }
        for i in 0..n_pair {
            let (target, source) = (code_at(&targets, i)?.anchor(), code_at(&sources, i)?.anchor());
            let vector: [i32; 3] = std::array::from_fn(|axis| target[axis] as i32 - source[axis] as i32);
            vectors.write_line([i, 0], &vector);
        }
        Ok(())
    })
}

/// A yes or no for each pair of boxes.
///
/// # Safety
/// The arrays are as documented.
unsafe fn answer(
    n_pair: isize,
    first: (&'static str, *const i64, *const isize),
    second: (&'static str, *const i64, *const isize),
    answers: (*mut i32, *const isize),
    question: impl Fn(Code, Code) -> bool,
) -> Result<()> {
    let n_pair = extent("n_pair", n_pair)?;
    // SAFETY: passed on.
    let (first, second, mut answers) = unsafe {
        (
            View::new(first.0, first.1, [n_pair], first.2)?,
            View::new(second.0, second.1, [n_pair], second.2)?,
            ViewMut::new("answers", answers.0, [n_pair], answers.1)?,
        )
    };
    disjoint(&[first.footprint(), second.footprint()], &[answers.footprint()])?;
    check(&first)?;
    check(&second)?;
    for i in 0..n_pair {
        answers.set([i], question(code_at(&first, i)?, code_at(&second, i)?).into());
    }
    Ok(())
}
