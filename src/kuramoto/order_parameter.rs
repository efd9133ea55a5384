//! How far the oscillators agree: `r e^(i psi) = (1/N) sum_j e^(i theta_j)`.
//!
//! Cells are summed line by line along the caller's last axis, whatever the memory order, lines in 64 groups at most, and
//! groups in order: the same bits for any layout and any number of threads. Within a line the sum is in vectors of the
//! caller's precision, over lines in f64.

use crate::array::View;
use crate::error::{Error, Result, Status};
use crate::simd::{Kernel, Lanes, Level, Real, dispatch};
use crate::threads::{Progress, for_each_chunk, ranges};

/// `(r, psi)`, psi in (-pi, pi]; both 0 where the phases cancel exactly, NaN if a phase is not finite or too large to have
/// digits.
pub fn order_parameter<T: Real>(theta: &View<'_, T, 3>) -> Result<(f64, f64)> {
    let count: usize = theta.dims().iter().product();
    if count == 0 {
        return Err(Error::new(Status::Shape, "shape: has no cells; a mean needs at least one"));
    }
    let (cosines, sines) = sums(theta, Angles::OnTheCircle)?;
    let n = count as f64;
    let r = (cosines / n).hypot(sines / n);
    // A sum of equal phases may round beyond 1, which no mean of unit numbers can be. NaN stays.
    let r = if r > 1.0 { 1.0 } else { r };
    Ok((r, if cosines == 0.0 && sines == 0.0 { 0.0 } else { sines.atan2(cosines) }))
}

/// What is summed over all cells.
#[derive(Clone, Copy, PartialEq)]
pub enum Angles {
    /// Cosines and sines.
    OnTheCircle,
    /// The phases themselves, and zeros.
    OnTheLine,
}

/// Sums over all cells; NaN if a phase is not finite or too large to have digits.
pub fn sums<T: Real>(theta: &View<'_, T, 3>, what: Angles) -> Result<(f64, f64)> {
    let [planes, rows, cells] = theta.dims();
    if planes * rows * cells == 0 {
        return Ok((0.0, 0.0));
    }
    let level = Level::current()?;
    let lines = planes * rows;
    let (mut cosines, mut sines) = (0.0, 0.0);
    // A single long line is cut as well.
    let piece = cells.div_ceil(cells.div_ceil(PIECE));
    let pieces = cells.div_ceil(piece);
    let total = lines * pieces;
    let size = total.div_ceil(64).max(CELLS_WORTH_A_CHUNK.div_ceil(piece));
    for_each_chunk(
        ranges(total, size),
        |_| 0,
        &mut Progress::none(),
        |(first, len)| {
            let mut sums = (0.0, 0.0);
            let mut buffer = [T::default(); PIECE + 32];
            for number in first..first + len {
                let (line, from) = (number / pieces, number % pieces * piece);
                let len = piece.min(cells - from);
                theta.read_line([line / rows, line % rows, from], &mut buffer[..len]);
                let (cosine, sine) = dispatch(level, SumOfLine { phases: &buffer, len, what });
                sums = (sums.0 + cosine, sums.1 + sine);
            }
            Ok(sums)
        },
        |(cosine, sine)| {
            cosines += cosine;
            sines += sine;
            Ok(())
        },
    )?;
    Ok((cosines, sines))
}

/// Cells summed at a time.
const PIECE: usize = 1024;
/// Cells, a nanosecond each, below which another thread is not worth asking.
const CELLS_WORTH_A_CHUNK: usize = 32_768;

struct SumOfLine<'a, T> {
    /// Padded behind `len`.
    phases: &'a [T],
    len: usize,
    what: Angles,
}

impl<T: Real> Kernel<T> for SumOfLine<'_, T> {
    type Output = (f64, f64);
    #[inline(always)]
    fn run<V: Lanes<T>>(self) -> (f64, f64) {
        let (mut sines, mut cosines) = (V::zero(), V::zero());
        let mut at = 0;
        while at < self.len {
            let phase = V::load(&self.phases[at..]);
            // A phase without digits has no sine: better NaN than a number from nowhere.
            let has_digits = phase.abs().less_equal(V::splat(T::LARGEST_ANGLE));
            let phase = V::select(has_digits, phase, V::splat(T::from_f64(f64::NAN)));
            let (sine, cosine) = match self.what {
                Angles::OnTheCircle => phase.sin_cos(),
                Angles::OnTheLine => (V::zero(), phase),
            };
            let is_cell = V::iota().less_than(V::splat(T::from_f64((self.len - at) as f64)));
            sines = sines + V::select(is_cell, sine, V::zero());
            cosines = cosines + V::select(is_cell, cosine, V::zero());
            at += V::WIDTH;
        }
        (cosines.sum().to_f64(), sines.sum().to_f64())
    }
}
