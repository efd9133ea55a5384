//! Refusing numbers that no computation could use, before anything is written.

use crate::array::View;
use crate::error::{Error, Result, Status};
use crate::simd::{Kernel, Lanes, Level, Real, dispatch};
use crate::threads::{Progress, for_each_chunk, ranges};

/// Cells looked at at a time.
const PIECE: usize = 512;
/// Cells, a fraction of a nanosecond each, below which another thread is not worth asking.
const CELLS_WORTH_A_CHUNK: usize = 100_000;

const NOT_A_NUMBER: &str = "repair it, or set nonfinite = HL_NONFINITE_PROPAGATE";

/// Refuses NaN, infinities and numbers beyond `largest`, and names the first. `rank` is the caller's number of axes, of
/// which the message speaks; the others are in front.
pub fn check<T: Real>(array: &View<'_, T, 3>, rank: usize, largest: T, remedy: &str) -> Result<()> {
    let [planes, rows, cells] = array.dims();
    if planes * rows * cells == 0 {
        return Ok(());
    }
    let level = Level::current()?;
    if (0..3).all(|axis| array.stride(axis) == 0) {
        return check_line(level, array, [0, 0, 0], 1, rank, largest, remedy);
    }
    let lines = planes * rows;
    for_each_chunk(
        ranges(lines, lines.div_ceil(64).max(CELLS_WORTH_A_CHUNK.div_ceil(cells))),
        |_| 0,
        &mut Progress::none(),
        |(first, len)| {
            (first..first + len)
                .try_for_each(|line| check_line(level, array, [line / rows, line % rows, 0], cells, rank, largest, remedy))
        },
        Ok,
    )
}

/// Refuses NaN and infinities, and names the first.
pub fn finite<T: Real>(array: &View<'_, T, 3>, rank: usize) -> Result<()> {
    check(array, rank, T::LARGEST, "")
}

/// Refuses weights of edges of which sums could overflow to infinities of both signs: a phase's distance is at most 2^50, and there are no
/// 2^50 edges.
pub fn weights<T: Real>(array: &View<'_, T, 3>) -> Result<()> {
    let largest = T::from_f64(T::LARGEST.to_f64().sqrt());
    check(array, 1, largest, "sums over edges overflow beyond 1e154 (in single precision 1e19): divide the weights, and multiply coupling")
}

/// `check` for phases and `finite` for frequencies at once. Memory gives two arrays that are read side by side half as much again as one after
/// the other, and before a single step this look is a third of the time. From the last line to the first: the first ones, which are worked on next,
/// are in the caches then.
pub fn phases_and_frequencies<T: Real>(theta: &View<'_, T, 3>, omega: &View<'_, T, 3>, rank: usize, remedy: &str) -> Result<()> {
    let [planes, rows, cells] = theta.dims();
    let level = Level::current()?;
    let lines = planes * rows;
    let is_good = |from_last: usize| {
        let line = lines - 1 - from_last;
        let at = [line / rows, line % rows, 0];
        match (theta.line(at, cells), omega.line(at, cells)) {
            (Some(phases), Some(frequencies)) => dispatch(level, AreBothWithin { phases, frequencies }),
            _ => false,
        }
    };
    if omega.dims() == theta.dims() && lines * cells > 0 {
        let mut are_good = true;
        for_each_chunk(
            ranges(lines, lines.div_ceil(64).max(CELLS_WORTH_A_CHUNK.div_ceil(cells))),
            |_| 0,
            &mut Progress::none(),
            |(first, len)| Ok((first..first + len).all(is_good)),
            |chunk_is_good| {
                are_good &= chunk_is_good;
                Ok(())
            },
        )?;
        if are_good {
            return Ok(());
        }
    }
    // One by one, for the message, and for arrays that lie otherwise.
    check(theta, rank, T::LARGEST_ANGLE, remedy)?;
    finite(omega, rank)
}

struct AreBothWithin<'a, T> {
    phases: &'a [T],
    frequencies: &'a [T],
}

impl<T: Real> Kernel<T> for AreBothWithin<'_, T> {
    type Output = bool;
    #[inline(always)]
    fn run<V: Lanes<T>>(self) -> bool {
        let Self { phases, frequencies } = self;
        let frequencies = &frequencies[..phases.len()];
        let (largest_phase, largest_frequency) = (V::splat(T::LARGEST_ANGLE), V::splat(T::LARGEST));
        let mut are_good = V::zero().less_equal(V::zero());
        let mut at = 0;
        while at + V::WIDTH <= phases.len() {
            are_good = are_good
                & V::load(&phases[at..]).abs().less_equal(largest_phase) // false for NaN
                & V::load(&frequencies[at..]).abs().less_equal(largest_frequency);
            at += V::WIDTH;
        }
        V::all(are_good)
            && phases[at..].iter().all(|x| x.abs() <= T::LARGEST_ANGLE)
            && frequencies[at..].iter().all(|x| x.abs() <= T::LARGEST)
    }
}

struct AreAllWithin<'a, T> {
    numbers: &'a [T],
    largest: T,
}

impl<T: Real> Kernel<T> for AreAllWithin<'_, T> {
    type Output = bool;
    #[inline(always)]
    fn run<V: Lanes<T>>(self) -> bool {
        let Self { numbers, largest } = self;
        let limit = V::splat(largest);
        let mut are_good = V::zero().less_equal(V::zero());
        let mut at = 0;
        while at + V::WIDTH <= numbers.len() {
            are_good = are_good & V::load(&numbers[at..]).abs().less_equal(limit); // false for NaN
            at += V::WIDTH;
        }
        V::all(are_good) && numbers[at..].iter().all(|x| x.abs() <= largest)
    }
}

fn check_line<T: Real>(
    level: Level,
    array: &View<'_, T, 3>,
    [plane, row, _]: [usize; 3],
    cells: usize,
    rank: usize,
    largest: T,
    remedy: &str,
) -> Result<()> {
    if let Some(whole) = array.line([plane, row, 0], cells)
        && dispatch(level, AreAllWithin { numbers: whole, largest })
    {
        return Ok(());
    }
    let mut buffer = [T::default(); PIECE];
    for from in (0..cells).step_by(PIECE) {
        let piece = &mut buffer[..PIECE.min(cells - from)];
        array.read_line([plane, row, from], piece);
        if !dispatch(level, AreAllWithin { numbers: piece, largest }) {
            let at = piece.iter().position(|x| !(x.abs() <= largest)).expect("one is not good");
            return Err(complaint(array.name(), &[plane, row, from + at][3 - rank..], piece[at], remedy));
        }
    }
    Ok(())
}

/// The same for a face of the lattice, which has an axis less.
pub fn check_face<T: Real>(face: &View<'_, T, 2>, rank: usize, largest: T, remedy: &str) -> Result<()> {
    let [lines, cells] = face.dims();
    for index in (0..lines).flat_map(|line| (0..cells).map(move |cell| [line, cell])) {
        let value = face.at(index);
        if !(value.abs() <= largest) {
            return Err(complaint(face.name(), &index[3 - rank..], value, remedy));
        }
    }
    Ok(())
}

/// `remedy` is for numbers that are too large.
fn complaint<T: Real>(name: &str, index: &[usize], value: T, remedy: &str) -> Error {
    let (status, remedy) = if value.is_finite() {
        (Status::Argument, remedy)
    } else {
        (Status::Nonfinite, NOT_A_NUMBER)
    };
    Error::new(status, format!("{name}: element {index:?} is {value:e}; {remedy}"))
}
