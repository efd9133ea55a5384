//! Morton codes of points for the tree: the bits of three coordinates in turn, x lowest.

/// Bits of a coordinate, and so the finest level.
pub const LEVELS: usize = 20;

/// The number along the curve of the finest box that holds a point, given as fractions of the cube's side.
#[inline]
pub fn code_of(fractions: [f64; 3]) -> u64 {
    const BOXES: f64 = (1u32 << LEVELS) as f64;
    let place = |fraction: f64| spread((fraction * BOXES).clamp(0.0, BOXES - 1.0) as u64);
    place(fractions[0]) | place(fractions[1]) << 1 | place(fractions[2]) << 2
}

/// Leaves two zeros between the lowest 21 bits.
#[inline]
fn spread(x: u64) -> u64 {
    let x = (x | x << 32) & 0x001f_0000_0000_ffff;
    let x = (x | x << 16) & 0x001f_0000_ff00_00ff;
    let x = (x | x << 8) & 0x100f_00f0_0f00_f00f;
    let x = (x | x << 4) & 0x10c3_0c30_c30c_30c3;
    (x | x << 2) & 0x1249_2492_4924_9249
}
