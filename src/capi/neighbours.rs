//! Neighbour lists.

use super::guard::{self, hl_status, refuse};
use super::options::flag;
use crate::array::{View, ViewMut, disjoint, extent};
use crate::capi::arrays::wanted;
use crate::error::{Error, Number, Result, Status, try_collect};
use crate::neighbours::{Bins, Cell, Neighbour};

/// How many neighbours each point has, so that arrays for hl_neighbour_list_fill can be made.
///
/// A neighbour of point i is a point j, or its image in another cell, with |r| < cutoff for r = (x_j - x_i) + S H, S three
/// whole numbers and H the cell. Images of i itself count; i in its own place only with self_pairs. Every pair is there
/// twice, from i and from j.
///
/// @param n_points    number of points
/// @param positions   [n_points][3]
/// @param cell        [3][3] rows are lattice vectors, right-handed, of any skew and size, smaller than the cutoff too; read if
///                    periodic. NULL otherwise
/// @param periodic    0 or 1, for all three axes
/// @param cutoff      positive, in the unit of positions
/// @param self_pairs  0 or 1
/// @param counts      [n_points] out, or NULL
/// @param n_pairs     out: their sum, or NULL
///
/// Outputs share no element with each other or with inputs. Errors: array errors; HL_ERR_NONFINITE names the element;
/// HL_ERR_ARGUMENT for the cutoff, a cell without volume or left-handed, or one so small that a point has more than ten million
/// neighbours. One thread; the call ends when it is done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_neighbour_list_count(
    n_points: isize,
    positions: *const f64,
    positions_strides: *const isize,
    cell: *const f64,
    cell_strides: *const isize,
    periodic: i32,
    cutoff: f64,
    self_pairs: i32,
    counts: *mut isize,
    counts_strides: *const isize,
    n_pairs: *mut isize,
) -> hl_status {
    guard::status("hl_neighbour_list_count", || {
        let n_points = extent("n_points", n_points)?;
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        let (given, mut counts, mut n_pairs) = unsafe {
            let given = Given::read(n_points, (positions, positions_strides), (cell, cell_strides), periodic)?;
            let counts = wanted("counts", counts, [n_points], counts_strides)?;
            let n_pairs = wanted("n_pairs", n_pairs, [1], std::ptr::null())?;
            (given, counts, n_pairs)
        };
        let mut outputs: Vec<_> = counts.iter().map(ViewMut::footprint).collect();
        outputs.extend(n_pairs.iter().map(ViewMut::footprint));
        disjoint(&given.inputs(), &outputs)?;
        let search = Search::new(&given, cutoff, self_pairs)?;
        let mut total = 0isize;
        let mut found = Vec::new();
        for i in 0..n_points {
            search.around(i, &mut found)?;
            total += found.len() as isize;
            if let Some(counts) = &mut counts {
                counts.set([i], found.len() as isize);
            }
        }
        if let Some(n_pairs) = &mut n_pairs {
            n_pairs.set([0], total);
        }
        Ok(())
    })
}

/// The neighbours of every point; see hl_neighbour_list_count, which takes the same arguments and gives n_pairs.
///
/// Pairs are sorted by i, then j, then the shift.
///
/// @param n_pairs  what hl_neighbour_list_count says
/// @param pairs    [n_pairs][2] out, or NULL: i and j
/// @param shifts   [n_pairs][3] out, or NULL: S
/// @param vectors  [n_pairs][3] out, or NULL: r = (x_j - x_i) + S H; the two sides of a pair have the same numbers with other signs
///
/// Outputs share no element with each other or with inputs. Errors: as hl_neighbour_list_count; HL_ERR_SHAPE if n_pairs is
/// another number than that of the pairs (nothing was written).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_neighbour_list_fill(
    n_points: isize,
    positions: *const f64,
    positions_strides: *const isize,
    cell: *const f64,
    cell_strides: *const isize,
    periodic: i32,
    cutoff: f64,
    self_pairs: i32,
    n_pairs: isize,
    pairs: *mut isize,
    pairs_strides: *const isize,
    shifts: *mut i32,
    shifts_strides: *const isize,
    vectors: *mut f64,
    vectors_strides: *const isize,
) -> hl_status {
    guard::status("hl_neighbour_list_fill", || {
        let (n_points, n_pairs) = (extent("n_points", n_points)?, extent("n_pairs", n_pairs)?);
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        let (given, mut pairs, mut shifts, mut vectors) = unsafe {
            (
                Given::read(n_points, (positions, positions_strides), (cell, cell_strides), periodic)?,
                wanted("pairs", pairs, [n_pairs, 2], pairs_strides)?,
                wanted("shifts", shifts, [n_pairs, 3], shifts_strides)?,
                wanted("vectors", vectors, [n_pairs, 3], vectors_strides)?,
            )
        };
        let mut outputs: Vec<_> = pairs.iter().map(ViewMut::footprint).collect();
        outputs.extend(shifts.iter().map(ViewMut::footprint));
        outputs.extend(vectors.iter().map(ViewMut::footprint));
        disjoint(&given.inputs(), &outputs)?;
        let search = Search::new(&given, cutoff, self_pairs)?;
        let mut list: Vec<(usize, Neighbour)> = Vec::new();
        list.try_reserve_exact(n_pairs).map_err(|_| Error::out_of_memory("pairs", n_pairs.saturating_mul(64)))?;
        let mut found = Vec::new();
        for i in 0..n_points {
            search.around(i, &mut found)?;
            if list.len() + found.len() > n_pairs {
                return refuse(Status::Shape, format!("n_pairs: is {n_pairs}, but there are more; ask hl_neighbour_list_count"));
            }
            found.sort_unstable_by_key(|neighbour: &Neighbour| (neighbour.index, neighbour.shift));
            list.extend(found.iter().map(|&neighbour| (i, neighbour)));
        }
        if list.len() < n_pairs {
            return refuse(Status::Shape, format!("n_pairs: is {n_pairs}, but there are {}; ask hl_neighbour_list_count", list.len()));
        }
        for (number, (i, neighbour)) in list.iter().enumerate() {
            if let Some(pairs) = &mut pairs {
                pairs.write_line([number, 0], &[*i as isize, neighbour.index as isize]);
            }
            if let Some(shifts) = &mut shifts {
                shifts.write_line([number, 0], &neighbour.shift);
            }
            if let Some(vectors) = &mut vectors {
                vectors.write_line([number, 0], &neighbour.vector);
            }
        }
        Ok(())
    })
}

/// The caller's points and cell.
struct Given<'a> {
    positions: View<'a, f64, 2>,
    cell: Option<View<'a, f64, 2>>,
}

impl Given<'_> {
    /// # Safety
    /// The arrays are as documented.
    unsafe fn read(
        n_points: usize,
        positions: (*const f64, *const isize),
        cell: (*const f64, *const isize),
        periodic: i32,
    ) -> Result<Self> {
        let is_periodic = flag("periodic", periodic).map_err(as_argument)?;
        // SAFETY: passed on.
        unsafe {
            Ok(Self {
                positions: View::new("positions", positions.0, [n_points, 3], positions.1)?,
                cell: if is_periodic { Some(View::new("cell", cell.0, [3, 3], cell.1)?) } else { None },
            })
        }
    }

    fn inputs(&self) -> Vec<crate::array::Footprint> {
        let mut footprints = vec![self.positions.footprint()];
        footprints.extend(self.cell.iter().map(View::footprint));
        footprints
    }
}

/// The flags here are arguments, not options.
fn as_argument(error: Error) -> Error {
    Error { code: Status::Argument as i32, ..error }
}

struct Search {
    points: Vec<[f64; 3]>,
    bins: Bins,
    with_self: bool,
}

impl Search {
    fn new(given: &Given<'_>, cutoff: f64, self_pairs: i32) -> Result<Self> {
        let with_self = flag("self_pairs", self_pairs).map_err(as_argument)?;
        if !(cutoff > 0.0 && (cutoff * cutoff).is_normal()) {
            return refuse(Status::Argument, format!("cutoff: is {}; it is positive and finite, and so is its square", Number(cutoff)));
        }
        let positions = &given.positions;
        let n_points = positions.dims()[0];
        if n_points > i32::MAX as usize {
            return refuse(Status::Shape, format!("n_points: is {n_points}; at most 2^31 - 1"));
        }
        let points: Vec<[f64; 3]> =
            try_collect("positions", (0..n_points).map(|i| std::array::from_fn(|k| positions.at([i, k]))))?;
        for (i, point) in points.iter().enumerate() {
            if let Some(k) = point.iter().position(|x| !x.is_finite()) {
                return refuse(Status::Nonfinite, format!("positions: element [{i}, {k}] is {}; coordinates are finite", point[k]));
            }
        }
        let cell = match &given.cell {
            Some(cell) => Some(Cell::new(std::array::from_fn(|i| std::array::from_fn(|k| cell.at([i, k]))), "cell")?),
            None => None,
        };
        let bins = Bins::new(&points, cell, cutoff, 0)?;
        Ok(Self { points, bins, with_self })
    }

    fn around(&self, i: usize, found: &mut Vec<Neighbour>) -> Result<()> {
        found.clear();
        self.bins.search(&self.points, i, self.with_self, found)
    }
}
