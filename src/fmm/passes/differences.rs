//! The matrices of a frequency as the 27 numbers each that `products` multiplies by.
//!
//! Each is a kernel's transform for one vector between boxes, or differences of those of neighbouring vectors along some axes. A difference belongs to several matrices, so
//! all are made first, of whole arrays, and then gathered. Matrix by matrix this was a third of an evaluation of ten thousand points.

use crate::fmm::operators::{ACROSS, VECTORS, VECTORS_BETWEEN};
use crate::simd::Real;

/// Differences along none, one, two or three axes: bit 0 of a place among eight is x.
pub(super) const LEN: usize = 8 * VECTORS;
const STRIDES: [usize; 3] = [ACROSS * ACROSS, ACROSS, 1];

/// From which difference each number of a direction's matrix is, and with which sign: for 0, -1, 1 along an axis as in VECTORS_BETWEEN the number at the vector,
/// what the next lower one has more than it, and what the next higher one has more.
static FROM: [[(u16, f64); 27]; 27] = {
    let mut from = [[(0, 0.0); 27]; 27];
    let mut place = 0;
    while place < 27 * 27 {
        let (direction, mut number) = (place / 27, place % 27);
        let (mut vector, mut set, mut sign, mut axis) = (VECTORS_BETWEEN[direction][0] as usize, 0, 1.0, 0);
        while axis < 3 {
            if number % 3 > 0 {
                set |= 1 << axis;
            }
            if number % 3 == 1 {
                sign = -sign;
            }
            if number % 3 == 2 {
                vector += STRIDES[axis];
            }
            (number, axis) = (number / 3, axis + 1);
        }
        from[direction][place % 27] = ((set * VECTORS + vector) as u16, sign);
        place += 1;
    }
    from
};

/// Of each number along x, y and z what it has more than the one before; from one half of a frequency's transforms.
#[inline(always)]
pub(super) fn take_differences<T: Real>(symbols: &[T], all: &mut [f64; LEN]) {
    for (own, symbol) in all.iter_mut().zip(&symbols[..VECTORS]) {
        *own = symbol.to_f64();
    }
    for (axis, stride) in STRIDES.into_iter().enumerate() {
        let (known, new) = all.split_at_mut(VECTORS << axis);
        for (known, new) in known.chunks_exact(VECTORS).zip(new.chunks_exact_mut(VECTORS)) {
            for ((new, own), before) in new[stride..].iter_mut().zip(&known[stride..]).zip(known) {
                *new = own - before;
            }
        }
    }
}

/// The numbers of a direction's matrix, x fastest.
#[inline(always)]
pub(super) fn numbers_of(direction: usize, all: &[f64; LEN]) -> impl Iterator<Item = f64> {
    FROM[direction].iter().map(|&(place, sign)| sign * all[usize::from(place)])
}
