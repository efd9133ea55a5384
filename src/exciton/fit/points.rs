//! Points in cells: polynomials of a cell at the points in it, and the moments of numbers that points have.
//!
//! Points ascend, so those of a cell follow each other: they lie in lanes, whatever their spacing.

use super::lines::TERMS;
use crate::error::{Result, try_push, try_vec};
use crate::simd::Lanes;

/// Points that share a cell.
pub struct Run {
    pub cell: usize,
    first: usize,
    len: usize,
}

pub struct Places {
    pub runs: Vec<Run>,
    /// By point: its place in its cell, -1 to 1.
    places: Vec<f64>,
}

/// Even powers, and odd ones.
const HALF: usize = TERMS / 2;

impl Places {
    /// Of ascending points, less `shift`, in cells of length `1 / per_cell` that begin at `left`.
    #[inline(always)]
    pub fn new<V: Lanes>(points: &[f64], shift: f64, left: f64, per_cell: f64) -> Result<Self> {
        let mut places = try_vec("lines", points.len(), 0.0)?;
        let mut runs: Vec<Run> = Vec::new();
        let (shift, left, per_cell) = (V::splat(shift), V::splat(left), V::splat(per_cell));
        let mut cells = [0.0; 8];
        for first in (0..points.len()).step_by(V::WIDTH) {
            let position = (load::<V>(&points[first..]) - shift - left) * per_cell;
            let cell = position.floor();
            cell.store(&mut cells);
            store(V::splat(2.0) * (position - cell) - V::splat(1.0), &mut places[first..]);
            for (i, cell) in (first..points.len()).zip(&cells[..V::WIDTH]) {
                let cell = *cell as usize;
                match runs.last_mut().filter(|run| run.cell == cell) {
                    Some(run) => run.len += 1,
                    None => try_push("lines", &mut runs, Run { cell, first: i, len: 1 })?,
                }
            }
        }
        Ok(Self { runs, places })
    }

    /// A polynomial (even powers, then odd ones) at the points of a run, whose numbers in `values` it sets; those of later runs may be
    /// anything afterwards: runs are taken in their order, and whole vectors cost less than parts of them. Four chains of multiply-adds
    /// go side by side.
    #[inline(always)]
    pub fn evaluate<V: Lanes>(&self, run: &Run, polynomial: &[f64; TERMS], values: &mut [f64]) {
        let (end, len) = (run.first + run.len, self.places.len());
        let values = &mut values[..len];
        let mut at = run.first;
        while at < end && at + 2 * V::WIDTH <= len {
            let [one, other] = horner([V::load(&self.places[at..]), V::load(&self.places[at + V::WIDTH..])], polynomial);
            one.store(&mut values[at..]);
            other.store(&mut values[at + V::WIDTH..]);
            at += 2 * V::WIDTH;
        }
        while at < end {
            // The last points of all.
            let to = (at + V::WIDTH).min(len);
            let [one] = horner([load::<V>(&self.places[at..to])], polynomial);
            store(one, &mut values[at..to]);
            at = to;
        }
    }

    /// Polynomials [TERMS][row] of columns at the points of a run, `values` [point][row].
    #[inline(always)]
    pub fn evaluate_columns<V: Lanes>(&self, run: &Run, polynomials: &[f64], row: usize, values: &mut [f64]) {
        let places = &self.places[run.first..run.first + run.len];
        let values = &mut values[run.first * row..(run.first + run.len) * row];
        for at in (0..row).step_by(V::WIDTH) {
            for (places, values) in places.chunks(4).zip(values.chunks_mut(4 * row)) {
                let mut t = [V::zero(); 4];
                for (slot, place) in t.iter_mut().zip(places) {
                    *slot = V::splat(*place);
                }
                let last = HALF - 1;
                let mut even = [V::load(&polynomials[last * row + at..]); 4];
                let mut odd = [V::load(&polynomials[(HALF + last) * row + at..]); 4];
                for m in (0..last).rev() {
                    let of_even = V::load(&polynomials[m * row + at..]);
                    let of_odd = V::load(&polynomials[(HALF + m) * row + at..]);
                    for p in 0..4 {
                        let square = t[p] * t[p];
                        even[p] = even[p].mul_add(square, of_even);
                        odd[p] = odd[p].mul_add(square, of_odd);
                    }
                }
                for (p, value) in values.chunks_exact_mut(row).enumerate() {
                    odd[p].mul_add(t[p], even[p]).store(&mut value[at..]);
                }
            }
        }
    }

    /// `sum_i numbers_i t_i^n` over the points of a run. Two operations a point and term, for which a vector of points waits less than
    /// for its chain of powers: several are under way.
    #[inline(always)]
    pub fn moments<V: Lanes>(&self, run: &Run, numbers: &[f64]) -> [f64; TERMS] {
        let (end, len) = (run.first + run.len, self.places.len());
        let numbers = &numbers[..len];
        let whole = run.first + run.len / V::WIDTH * V::WIDTH;
        // The last vector, whose points beyond the run are the next ones' and count 0.
        let rest = V::iota().less_than(V::splat((end - whole) as f64));
        let (mut last_t, mut last) = (V::zero(), V::zero());
        if whole + V::WIDTH <= len {
            (last_t, last) = (V::load(&self.places[whole..]), V::select(rest, V::load(&numbers[whole..]), V::zero()));
        } else if whole < end {
            (last_t, last) = (load(&self.places[whole..end]), load(&numbers[whole..end]));
        }
        let mut moments = [0.0; TERMS];
        for parity in 0..2 {
            let mut sums = [V::zero(); HALF];
            for at in (run.first..whole).step_by(V::WIDTH) {
                add_powers(V::load(&self.places[at..]), V::load(&numbers[at..]), parity, &mut sums);
            }
            add_powers(last_t, last, parity, &mut sums);
            let totals = totals(&sums);
            for m in 0..HALF {
                moments[2 * m + parity] = totals[m];
            }
        }
        moments
    }
}

/// `sums[m] += number t^(2 m + parity)`
#[inline(always)]
fn add_powers<V: Lanes>(t: V, number: V, parity: usize, sums: &mut [V; HALF]) {
    let square = t * t;
    let mut power = if parity == 0 { number } else { number * t };
    for sum in sums {
        *sum = *sum + power;
        power = power * square;
    }
}

#[inline(always)]
fn horner<V: Lanes, const N: usize>(t: [V; N], polynomial: &[f64; TERMS]) -> [V; N] {
    let mut even = [V::splat(polynomial[HALF - 1]); N];
    let mut odd = [V::splat(polynomial[TERMS - 1]); N];
    let mut squares = t;
    for p in 0..N {
        squares[p] = t[p] * t[p];
    }
    for m in (0..HALF - 1).rev() {
        let (of_even, of_odd) = (V::splat(polynomial[m]), V::splat(polynomial[HALF + m]));
        for p in 0..N {
            even[p] = even[p].mul_add(squares[p], of_even);
            odd[p] = odd[p].mul_add(squares[p], of_odd);
        }
    }
    for p in 0..N {
        even[p] = odd[p].mul_add(t[p], even[p]);
    }
    even
}

/// The sums over lanes of eight vectors, turned instead of taken one by one.
#[inline(always)]
fn totals<V: Lanes>(sums: &[V; HALF]) -> [f64; HALF] {
    let mut lanes = [[0.0; 8]; HALF];
    for (lanes, sum) in lanes.iter_mut().zip(sums) {
        sum.store(lanes);
    }
    let mut totals = [0.0; HALF];
    for at in (0..HALF).step_by(V::WIDTH) {
        let mut arrays: [&[f64]; HALF] = [&[]; HALF];
        for (array, lanes) in arrays.iter_mut().zip(&lanes[at..at + V::WIDTH]) {
            *array = lanes;
        }
        let mut columns = [V::zero(); 8];
        for start in (0..V::WIDTH).step_by(V::BLOCK) {
            V::load_columns(&arrays[..V::WIDTH], start, &mut columns[start..start + V::BLOCK]);
        }
        let mut half = V::WIDTH / 2;
        while half > 0 {
            for i in 0..half {
                columns[i] = columns[i] + columns[i + half];
            }
            half /= 2;
        }
        columns[0].store(&mut totals[at..]);
    }
    totals
}

/// The first numbers of `from`, as many as there are, and zeros behind them.
#[inline(always)]
fn load<V: Lanes>(from: &[f64]) -> V {
    if from.len() >= V::WIDTH {
        return V::load(from);
    }
    let mut padded = [0.0; 8];
    padded[..from.len()].copy_from_slice(from);
    V::load(&padded)
}

/// As many lanes as `to` has room for.
#[inline(always)]
fn store<V: Lanes>(vector: V, to: &mut [f64]) {
    if to.len() >= V::WIDTH {
        return vector.store(to);
    }
    let mut padded = [0.0; 8];
    vector.store(&mut padded);
    to.copy_from_slice(&padded[..to.len()]);
}
