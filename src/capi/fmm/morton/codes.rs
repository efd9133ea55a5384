//! Codes and levels as callers pass them.

use super::super::super::guard::refuse;
use crate::array::View;
use crate::error::{Result, Status};
use crate::fmm::morton::Code;

/// The finest level of a Morton code.
pub const HL_MORTON_FINEST: i32 = 19;
/// Where a box has no neighbour: that would lie outside of the root box.
pub const HL_MORTON_NONE: i64 = -1;

/// Two bits are left at the top.
pub(super) fn number(code: Code) -> i64 {
    code.bits() as i64
}

pub(super) fn code_at(codes: &View<'_, i64, 1>, i: usize) -> Result<Code> {
    let bits = codes.at([i]);
    match Code::from_bits(bits as u64) {
        Some(code) => Ok(code),
        None => refuse(
            Status::Argument,
            format!("{}: element [{i}] is {bits}, which is no Morton code; make codes with hl_morton_encode", codes.name()),
        ),
    }
}

pub(super) fn check(codes: &View<'_, i64, 1>) -> Result<()> {
    (0..codes.dims()[0]).try_for_each(|i| code_at(codes, i).map(drop))
}

pub(super) fn checked_level(name: &str, index: Option<usize>, level: i32) -> Result<u32> {
    if (0..=HL_MORTON_FINEST).contains(&level) {
        return Ok(level as u32);
    }
    let place = index.map_or(String::new(), |i| format!("element [{i}] "));
    refuse(Status::Argument, format!("{name}: {place}is {level}; a level is 0 to {HL_MORTON_FINEST}"))
}

/// cbindgen wants a number written out.
const _: () = assert!(HL_MORTON_FINEST == crate::fmm::morton::LEVELS as i32);
