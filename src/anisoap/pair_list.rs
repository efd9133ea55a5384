//! Neighbours from a list that the caller has, instead of a search.
//!
//! Pairs are put together by centre; what a centre does with them is sorted as the search would have found them, so
//! that numbers do not depend on the list's order and are those of the search where the pairs are. Pairs beyond the
//! cutoff are left out: lists of molecular dynamics have a skin. A pair of an atom with itself in its own place is left out too,
//! because the plan says whether an atom counts.

use super::frames::{Frames, System, nonfinite};
use crate::array::View;
use crate::error::{Error, Result, Status, try_collect, try_vec};
use crate::neighbours::{Bins, Neighbour};

/// How often a pair stands in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Twice, once from each side.
    Both,
    /// Once, for both sides.
    Half,
    /// As it is: the first atom's neighbours alone, say because others are another process' atoms.
    First,
}

/// The caller's arrays.
pub struct PairList<'a> {
    /// [pairs], whose neighbour it is
    pub first: View<'a, isize, 1>,
    /// [pairs]
    pub second: View<'a, isize, 1>,
    /// [pairs][3], lattice vectors between their cells
    pub shifts: Option<View<'a, i32, 2>>,
    /// [pairs][3], from first to second, instead of shifts
    pub vectors: Option<View<'a, f64, 2>>,
    pub sides: Sides,
}

/// The list by centre.
pub struct Listed<'a> {
    list: &'a PairList<'a>,
    /// First entry of every atom, and the end.
    starts: Vec<usize>,
    entries: Vec<Entry>,
}

/// A neighbour, and the pair that says where it is: twice its number, and one more if it is seen from the other side.
#[derive(Clone, Copy)]
struct Entry {
    neighbour: usize,
    pair: usize,
}

/// A neighbour with its place in the search's order; of equal ones the list's.
pub type Ranked = (([i64; 3], usize), usize, Neighbour);

impl PairList<'_> {
    fn len(&self) -> usize {
        self.first.dims()[0]
    }

    fn shift(&self, pair: usize) -> [i32; 3] {
        self.shifts.as_ref().map_or([0; 3], |shifts| std::array::from_fn(|k| shifts.at([pair, k])))
    }

    /// Both atoms of a pair, which are there.
    fn atoms(&self, pair: usize, atoms: usize) -> Result<[usize; 2]> {
        let index = |view: &View<'_, isize, 1>| {
            let number = view.at([pair]);
            usize::try_from(number).ok().filter(|&i| i < atoms).ok_or_else(|| {
                let last = atoms as isize - 1;
                let remedy = if atoms == 0 { "there are no atoms".into() } else { format!("atoms are 0 to {last}, counted over all frames") };
                Error::new(Status::Argument, format!("{}: element {pair} is {number}; {remedy}", view.name()))
            })
        };
        Ok([index(&self.first)?, index(&self.second)?])
    }

    /// What a pair must be for `frame`, the frame of its atoms.
    fn check(&self, pair: usize, frame: usize, bins: &Bins) -> Result<()> {
        if let Some(vectors) = &self.vectors {
            let vector: [f64; 3] = std::array::from_fn(|k| vectors.at([pair, k]));
            return match vector.iter().position(|x| !x.is_finite()) {
                Some(k) => Err(nonfinite("pair_vectors", &[pair, k], vector[k], "vectors are finite")),
                None => Ok(()),
            };
        }
        if bins.is_periodic() && self.shifts.is_none() {
            return Err(Error::new(
                Status::Null,
                format!("pair_shifts: is NULL, but frame {frame} is periodic; pass pair_shifts or pair_vectors"),
            ));
        }
        let shift = self.shift(pair);
        if !bins.is_periodic() && shift != [0; 3] {
            return Err(Error::new(
                Status::Argument,
                format!("pair_shifts: pair {pair} has {shift:?}, but frame {frame} is not periodic; its shifts are 0"),
            ));
        }
        Ok(())
    }
}

impl<'a> Listed<'a> {
    /// `starts` and `bins` are those of the frames.
    pub fn new(frames: &'a Frames<'_>, starts: &[usize], bins: &[Bins]) -> Result<Option<Self>> {
        let Some(list) = &frames.pairs else { return Ok(None) };
        let atoms = frames.positions.dims()[0];
        let mut counts = try_vec("pairs of each atom", atoms + 1, 0usize)?;
        let mut frame = 0;
        let mut balance = 0u64;
        for pair in 0..list.len() {
            let [i, j] = list.atoms(pair, atoms)?;
            if !(starts[frame]..starts[frame + 1]).contains(&i) {
                frame = starts.partition_point(|&start| start <= i) - 1;
            }
            if !(starts[frame]..starts[frame + 1]).contains(&j) {
                return Err(Error::new(
                    Status::Argument,
                    format!("pair_second: pair {pair} is of atoms {i} and {j}, which are in different frames; pairs are in one"),
                ));
            }
            list.check(pair, frame, &bins[frame])?;
            counts[i + 1] += 1;
            match list.sides {
                Sides::Half => counts[j + 1] += 1,
                Sides::Both => {
                    let shift = list.shift(pair);
                    balance = balance.wrapping_add(fingerprint(i, j, shift)).wrapping_sub(fingerprint(j, i, shift.map(i32::wrapping_neg)));
                }
                Sides::First => {}
            }
        }
        if balance != 0 {
            return Err(one_sided(list, atoms)?);
        }
        for atom in 0..atoms {
            counts[atom + 1] += counts[atom];
        }
        let starts = try_collect("pairs of each atom", counts.iter().copied())?;
        let mut entries = try_vec("pairs", starts[atoms], Entry { neighbour: 0, pair: 0 })?;
        let mut put = |i: usize, entry: Entry| {
            entries[counts[i]] = entry;
            counts[i] += 1;
        };
        for pair in 0..list.len() {
            let [i, j] = list.atoms(pair, atoms)?;
            put(i, Entry { neighbour: j, pair: 2 * pair });
            if list.sides == Sides::Half {
                put(j, Entry { neighbour: i, pair: 2 * pair + 1 });
            }
        }
        Ok(Some(Self { list, starts, entries }))
    }

    /// Neighbours of `atom`, by their numbers in its frame, which begins with atom `start`.
    pub fn around(&self, system: &System<'_>, frame: usize, atom: usize, with_self: bool, cutoff: f64, ranked: &mut Vec<Ranked>) -> Result<()> {
        let bins = &system.bins[frame];
        let start = system.starts[frame];
        let points = &system.positions[start..system.starts[frame + 1]];
        let i = atom - start;
        ranked.clear();
        let most = self.starts[atom + 1] - self.starts[atom] + 1;
        ranked.try_reserve(most).map_err(|_| Error::out_of_memory("neighbours", most * size_of::<Ranked>()))?;
        let mut admit = |order: usize, neighbour: Neighbour| {
            if neighbour.vector.iter().map(|x| x * x).sum::<f64>() < cutoff * cutoff {
                ranked.push((bins.rank(i, neighbour.index, neighbour.shift), order, neighbour));
            }
        };
        if with_self {
            admit(0, Neighbour { index: i, shift: [0; 3], vector: [0.0; 3] });
        }
        for &Entry { neighbour, pair } in &self.entries[self.starts[atom]..self.starts[atom + 1]] {
            let (j, is_reversed, number) = (neighbour - start, pair % 2 == 1, pair / 2);
            let (shift, vector) = match &self.list.vectors {
                Some(vectors) => {
                    let vector = std::array::from_fn(|k| if is_reversed { -vectors.at([number, k]) } else { vectors.at([number, k]) });
                    (bins.nearest_shift(points, i, j, vector), vector)
                }
                None => {
                    let shift = self.list.shift(number).map(|s| if is_reversed { s.wrapping_neg() } else { s });
                    (shift, bins.vector(points, i, j, shift))
                }
            };
            let is_itself = i == j && if self.list.vectors.is_some() { vector == [0.0; 3] } else { shift == [0; 3] };
            if !is_itself {
                admit(pair, Neighbour { index: j, shift, vector });
            }
        }
        ranked.sort_unstable_by_key(|&(rank, order, _)| (rank, order));
        Ok(())
    }
}

/// Numbers whose sum over a list tells whether what was added was taken away again: a hash (splitmix64's mixing, twice).
fn fingerprint(i: usize, j: usize, shift: [i32; 3]) -> u64 {
    let mix = |mut x: u64| {
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    };
    let [a, b, c] = shift.map(|s| s as u32 as u64);
    let cells = a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ b.rotate_left(21) ^ c.rotate_left(42);
    mix(mix((i as u64).rotate_left(32) ^ j as u64) ^ cells)
}

/// Which pair of a full list has no other side.
fn one_sided(list: &PairList<'_>, atoms: usize) -> Result<Error> {
    let key = |pair: usize| list.atoms(pair, atoms).map(|[i, j]| (i, j, list.shift(pair)));
    let mut keys = try_vec("pairs", list.len(), (0, 0, [0; 3]))?;
    for (pair, slot) in keys.iter_mut().enumerate() {
        *slot = key(pair)?;
    }
    keys.sort_unstable();
    let count = |wanted: (usize, usize, [i32; 3])| keys.partition_point(|&k| k <= wanted) - keys.partition_point(|&k| k < wanted);
    for pair in 0..list.len() {
        let (i, j, shift) = key(pair)?;
        let back = shift.map(i32::wrapping_neg);
        if count((i, j, shift)) != count((j, i, back)) {
            let shifts = if list.shifts.is_some() { format!(" with shift {back:?}") } else { String::new() };
            return Ok(Error::new(
                Status::Argument,
                format!(
                    "pair_second: pair {pair} says that atom {j} is a neighbour of atom {i}, but no pair says that {i} is one of {j}{shifts}; \
                     a list with each pair once is HL_PAIR_LIST_HALF, one of some atoms' neighbours HL_PAIR_LIST_DIRECTED"
                ),
            ));
        }
    }
    Ok(Error::new(Status::Internal, "pair_second: the list changed while it was read"))
}
