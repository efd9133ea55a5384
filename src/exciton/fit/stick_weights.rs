//! What a misfit makes of a stick: `h(e)` and its derivative for each spectrum, from tables.
//!
//! A table has a polynomial for each cell, or part of one, and quantity: `2 band` is h of a band, `2 band + 1` its derivative in energy.
//! Numbers of all quantities lie side by side, those of even powers before those of odd ones, so that Horner's rule in the square of
//! the place goes for all of them at once; what it makes of the sticks of several lanes is turned into lanes by square transposes.

use super::BANDS;
use super::lines::{Cells, ROUNDER, TERMS, whole};
use super::parts::{PART_TERMS, PARTS, Parts};
use crate::error::Result;
use crate::simd::{Aligned, Lanes};

pub struct StickWeights {
    cells: Cells,
    /// Powers of a polynomial.
    terms: usize,
    quantities: usize,
    /// Quantities, padded to whole vectors of four.
    padded: usize,
    /// [cell, and one of zeros for sticks that reach no point][power of the square][even, odd][padded]
    table: Aligned,
}

/// Memory of a look-up; lanes last.
pub struct Places {
    /// [lane]
    cells: Aligned,
    squares: Aligned,
    places: Aligned,
    /// [lane][numbers]
    rows: Aligned,
}

impl Places {
    #[inline(always)]
    pub fn new<S: Lanes>() -> Result<Self> {
        let numbers = |len: usize| Aligned::zeros("gradient", len);
        Ok(Self { cells: numbers(S::WIDTH)?, squares: numbers(S::WIDTH)?, places: numbers(S::WIDTH)?, rows: numbers(S::WIDTH * MOST_NUMBERS)? })
    }
}

/// Numbers that the look-up makes of a stick, at most.
const MOST_NUMBERS: usize = 8;

impl StickWeights {
    /// Of polynomials [cell][TERMS] of each band; empty for one that is not compared. There is at least one.
    #[inline(always)]
    pub fn new<V: Lanes>(cells: Cells, parts: Option<&Parts>, polynomials: &[Vec<f64>; BANDS]) -> Result<Self> {
        let quantities = 2 * polynomials.iter().rposition(|of_band| !of_band.is_empty()).map_or(0, |last| last + 1);
        let padded = quantities.next_multiple_of(4);
        let (terms, its_cells) = parts.map_or((TERMS, cells), |parts| (PART_TERMS, parts.cells));
        let len = (its_cells.count + 1).saturating_mul(terms * padded);
        let mut table = Aligned::zeros("lines", len)?;
        for (band, polynomials) in polynomials.iter().enumerate() {
            for (cell, polynomial) in polynomials.chunks_exact(TERMS).enumerate() {
                let mut of_value = [0.0; TERMS];
                of_value.copy_from_slice(polynomial);
                let mut of_slope = [0.0; TERMS];
                for n in 1..TERMS {
                    of_slope[n - 1] = of_value[n] * n as f64 * cells.per_half;
                }
                for (quantity, polynomial) in [(2 * band, &of_value), (2 * band + 1, &of_slope)] {
                    let table = table.slice_mut();
                    match parts {
                        None => write(&mut table[cell * TERMS * padded..], padded, quantity, polynomial),
                        Some(parts) => {
                            for part in 0..PARTS {
                                let at = (cell * PARTS + part) * PART_TERMS * padded;
                                write(&mut table[at..], padded, quantity, &parts.polynomial::<V>(part, polynomial));
                            }
                        }
                    }
                }
            }
        }
        Ok(Self { cells: its_cells, terms, quantities, padded, table })
    }

    pub fn quantities(&self) -> usize {
        self.quantities
    }

    /// The quantities of a vector of sticks, each of them times `weight`: quantity q becomes `into[q * stride]`.
    ///
    /// For each stick one chain of multiply-adds a vector; several sticks are under way. Bound by loads of the table, whose rows
    /// begin with a line of the cache.
    #[inline(always)]
    pub fn look_up<V: Lanes, S: Lanes>(&self, energies: S, weight: S, places: &mut Places, into: &mut [S], stride: usize) {
        match (2 * self.padded / V::WIDTH, self.terms == PART_TERMS) {
            (1, true) => self.look_up_in::<V, S, 1, { PART_TERMS / 2 }>(energies, weight, places, into, stride),
            (2, true) => self.look_up_in::<V, S, 2, { PART_TERMS / 2 }>(energies, weight, places, into, stride),
            (_, true) => self.look_up_in::<V, S, 4, { PART_TERMS / 2 }>(energies, weight, places, into, stride),
            (1, false) => self.look_up_in::<V, S, 1, { TERMS / 2 }>(energies, weight, places, into, stride),
            (2, false) => self.look_up_in::<V, S, 2, { TERMS / 2 }>(energies, weight, places, into, stride),
            (_, false) => self.look_up_in::<V, S, 4, { TERMS / 2 }>(energies, weight, places, into, stride),
        }
    }

    #[inline(always)]
    fn look_up_in<V: Lanes, S: Lanes, const VECTORS: usize, const PAIRS: usize>(
        &self,
        energies: S,
        weight: S,
        places: &mut Places,
        into: &mut [S],
        stride: usize,
    ) {
        let (cell, place) = self.cells.places(energies);
        let Places { cells, squares, places, rows } = places;
        let (cells, squares) = (&mut cells.slice_mut()[..S::WIDTH], &mut squares.slice_mut()[..S::WIDTH]);
        let places = &mut places.slice_mut()[..S::WIDTH];
        (cell + S::splat(ROUNDER)).store(cells);
        (place * place).store(squares);
        place.store(places);
        // Even and odd powers share a vector where that holds them both; else they are added up here.
        let half = VECTORS / 2;
        let numbers = if VECTORS == 1 { V::WIDTH } else { half * V::WIDTH };
        let rows = &mut rows.slice_mut()[..S::WIDTH * numbers];
        for lane in 0..S::WIDTH {
            let len = PAIRS * VECTORS * V::WIDTH;
            let table = &self.table.slice()[whole(cells[lane]) * len..][..len];
            let square = V::splat(squares[lane]);
            let mut sums = [V::zero(); VECTORS];
            for v in 0..VECTORS {
                sums[v] = V::load(&table[((PAIRS - 1) * VECTORS + v) * V::WIDTH..]);
            }
            for pair in (0..PAIRS - 1).rev() {
                for v in 0..VECTORS {
                    sums[v] = sums[v].mul_add(square, V::load(&table[(pair * VECTORS + v) * V::WIDTH..]));
                }
            }
            let row = &mut rows[lane * numbers..(lane + 1) * numbers];
            if VECTORS == 1 {
                sums[0].store(row);
            } else {
                for v in 0..half {
                    sums[half + v].mul_add(V::splat(places[lane]), sums[v]).store(&mut row[v * V::WIDTH..]);
                }
            }
        }
        let mut arrays: [&[f64]; 32] = [&[]; 32];
        for (lane, row) in rows.chunks_exact(numbers).enumerate() {
            arrays[lane] = row;
        }
        let mut columns = [S::zero(); MOST_NUMBERS];
        for start in (0..numbers).step_by(S::BLOCK) {
            S::load_columns(&arrays[..S::WIDTH], start, &mut columns[start..start + S::BLOCK]);
        }
        for quantity in 0..self.quantities {
            let mut value = columns[quantity];
            if VECTORS == 1 {
                value = columns[V::WIDTH / 2 + quantity].mul_add(place, value);
            }
            into[quantity * stride] = value * weight;
        }
    }
}

/// Writes a polynomial as a quantity of a cell's rows.
#[inline(always)]
fn write(rows: &mut [f64], padded: usize, quantity: usize, polynomial: &[f64]) {
    for (n, coefficient) in polynomial.iter().enumerate() {
        rows[n * padded + quantity] = *coefficient;
    }
}
