//! Points in bins, and the search around one of them.
//!
//! Bins have about half the cutoff's width, or hold a point each where points are sparser than that. The search knows
//! how far into its own bin a point lies, so it looks at no bin that the cutoff sphere's box does not touch. It is bound
//! by the distance test of a candidate, of which there are three to six for each neighbour.

use super::cell::Cell;
use crate::error::{Error, Number, Result, Status, try_collect, try_vec};

/// Distances are first tested with wrapped coordinates, whose rounding this covers.
const SLACK: f64 = 1.0 + 1e-9;
/// More bins within the cutoff sphere's box, or more neighbours of one point, are a mistake in units rather than a system.
const MOST_BINS: f64 = 1e8;
const MOST_NEIGHBOURS: f64 = 1e7;

/// A neighbour of a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Its number among the frame's points.
    pub index: usize,
    /// Lattice vectors between its cell and the point's.
    pub shift: [i32; 3],
    /// From the point to the neighbour.
    pub vector: [f64; 3],
}

/// The points of one frame.
pub struct Bins {
    cell: Option<Cell>,
    cutoff: f64,
    counts: [usize; 3],
    /// Bins that the cutoff reaches over.
    reach: [f64; 3],
    /// First point of every bin in the arrays below, and the end.
    starts: Vec<u32>,
    /// Points in the order of their bins.
    order: Vec<u32>,
    wrapped: [Vec<f64>; 3],
    /// By the points' own numbers: wrapped coordinates, position in units of bins, cells away from the first.
    places: Vec<Place>,
}

#[derive(Clone, Copy)]
struct Place {
    x: [f64; 3],
    bin: [f64; 3],
    cell: [i32; 3],
}

impl Bins {
    /// `first` is what the caller's number of `points[0]` is, for messages.
    pub fn new(points: &[[f64; 3]], cell: Option<Cell>, cutoff: f64, first: usize) -> Result<Self> {
        let mut low = [0.0; 3];
        let mut heights = [0.0; 3];
        if let Some(cell) = &cell {
            heights = cell.heights();
        } else {
            for k in 0..3 {
                let (least, most) = points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), x| (least.min(x[k]), most.max(x[k])));
                low[k] = if points.is_empty() { 0.0 } else { least };
                heights[k] = if points.is_empty() { cutoff } else { (most - least).max(cutoff) };
                if !heights[k].is_finite() {
                    return Err(Error::new(
                        Status::Argument,
                        format!("positions: coordinates {k} go from {least:e} to {most:e}, a distance that no f64 holds; check their unit"),
                    ));
                }
            }
        }
        let counts = bin_counts(heights, cutoff, points.len());
        let reach: [f64; 3] = std::array::from_fn(|k| cutoff * SLACK / heights[k] * counts[k] as f64);
        if let Some(cell) = &cell {
            let neighbours = points.len() as f64 * (4.0 / 3.0 * std::f64::consts::PI) * (cutoff * cutoff * cutoff) / cell.volume();
            let box_of_bins: f64 = reach.iter().map(|bins| 2.0 * bins + 1.0).product();
            if !(neighbours <= MOST_NEIGHBOURS && box_of_bins <= MOST_BINS) && !points.is_empty() {
                return Err(Error::new(
                    Status::Argument,
                    format!(
                        "cutoff: {} in a cell of heights {heights:?} gives a point about {neighbours:.0e} neighbours among {box_of_bins:.0e} \
                         bins, at most {MOST_NEIGHBOURS:e} and {MOST_BINS:e} are looked at; check the units of both",
                        Number(cutoff)
                    ),
                ));
            }
        }
        let places = try_collect("places in bins", points.iter().map(|&x| place(x, &cell, low, heights, counts)))?;
        let far = places.iter().position(|place| place.cell.contains(&i32::MAX));
        if let Some(far) = far {
            return Err(Error::new(
                Status::Argument,
                format!("positions: point {} is more than 10^9 cells away; wrap it into its cell", first + far),
            ));
        }
        let bin_of = |place: &Place| {
            let bin: [usize; 3] = std::array::from_fn(|k| (place.bin[k] as usize).min(counts[k] - 1));
            (bin[0] * counts[1] + bin[1]) * counts[2] + bin[2]
        };
        let bins = counts.iter().product::<usize>();
        let mut starts = try_vec("bins", bins + 1, 0u32)?;
        for place in &places {
            starts[bin_of(place) + 1] += 1;
        }
        for bin in 0..bins {
            starts[bin + 1] += starts[bin];
        }
        let mut next = try_collect("bins", starts[..bins].iter().copied())?;
        let mut order = try_vec("points in bins", points.len(), 0u32)?;
        for (point, place) in places.iter().enumerate() {
            let slot = &mut next[bin_of(place)];
            order[*slot as usize] = point as u32;
            *slot += 1;
        }
        let mut wrapped = [Vec::new(), Vec::new(), Vec::new()];
        for (k, axis) in wrapped.iter_mut().enumerate() {
            *axis = try_collect("points in bins", order.iter().map(|&point| places[point as usize].x[k]))?;
        }
        Ok(Self { cell, cutoff, counts, reach, starts, order, wrapped, places })
    }

    /// Appends the neighbours of point `i` to `found`; itself in its own place only if `with_self`. `points` are those that
    /// the bins were made of. The order is that of the bins: it depends on the points alone.
    #[inline(always)]
    pub fn search(&self, points: &[[f64; 3]], i: usize, with_self: bool, found: &mut Vec<Neighbour>) -> Result<()> {
        let centre = self.places[i];
        let coarse = self.cutoff * self.cutoff * SLACK;
        let range = |k: usize| {
            let (low, high) = ((centre.bin[k] - self.reach[k]).floor() as isize, (centre.bin[k] + self.reach[k]).floor() as isize);
            if self.cell.is_some() { (low, high) } else { (low.max(0), high.min(self.counts[k] as isize - 1)) }
        };
        let ranges = [range(0), range(1), range(2)];
        let [nx, ny, nz] = self.counts.map(|n| n as isize);
        for a in ranges[0].0..=ranges[0].1 {
            let (image_a, bin_a) = (a.div_euclid(nx), a.rem_euclid(nx));
            for b in ranges[1].0..=ranges[1].1 {
                let (image_b, line) = (b.div_euclid(ny), (bin_a * ny + b.rem_euclid(ny)) * nz);
                let (mut image_c, mut bin_c) = (ranges[2].0.div_euclid(nz), ranges[2].0.rem_euclid(nz));
                for _ in ranges[2].0..=ranges[2].1 {
                    let image = [image_a as i32, image_b as i32, image_c as i32];
                    let bin = (line + bin_c) as usize;
                    bin_c += 1;
                    if bin_c == nz {
                        (image_c, bin_c) = (image_c + 1, 0);
                    }
                    let offset = match &self.cell {
                        Some(cell) => cell.translation(image),
                        None => [0.0; 3],
                    };
                    let origin: [f64; 3] = std::array::from_fn(|k| offset[k] - centre.x[k]);
                    let slots = self.starts[bin] as usize..self.starts[bin + 1] as usize;
                    let [x, y, z] = [0, 1, 2].map(|k| &self.wrapped[k][slots.clone()]);
                    let order = &self.order[slots];
                    for (slot, ((x, y), z)) in x.iter().zip(y).zip(z).enumerate() {
                        let (dx, dy, dz) = (x + origin[0], y + origin[1], z + origin[2]);
                        if dx * dx + dy * dy + dz * dz < coarse {
                            self.admit(points, i, order[slot] as usize, image, with_self, found)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// The exact test, with the caller's coordinates.
    #[inline(always)]
    fn admit(&self, points: &[[f64; 3]], i: usize, j: usize, image: [i32; 3], with_self: bool, found: &mut Vec<Neighbour>) -> Result<()> {
        let shift: [i32; 3] = std::array::from_fn(|k| image[k] - self.places[j].cell[k] + self.places[i].cell[k]);
        if i == j && shift == [0; 3] && !with_self {
            return Ok(());
        }
        let vector = self.vector(points, i, j, shift);
        if vector.iter().map(|x| x * x).sum::<f64>() < self.cutoff * self.cutoff {
            if found.len() == found.capacity() {
                let more = found.len().max(64);
                found.try_reserve(more).map_err(|_| Error::out_of_memory("neighbours", 2 * more * size_of::<Neighbour>()))?;
            }
            found.push(Neighbour { index: j, shift, vector });
        }
        Ok(())
    }
}

/// What another list of pairs than the search's needs to give the same numbers.
impl Bins {
    pub fn is_periodic(&self) -> bool {
        self.cell.is_some()
    }

    /// `(x_j - x_i) + S H`, evaluated in this order: seen from j, where S is its negative, it is the same with the other sign to the
    /// last bit, so that a pair at the cutoff is a pair of both or of neither.
    #[inline(always)]
    pub fn vector(&self, points: &[[f64; 3]], i: usize, j: usize, shift: [i32; 3]) -> [f64; 3] {
        let translation = self.cell.as_ref().map_or([0.0; 3], |cell| cell.translation(shift));
        std::array::from_fn(|k| (points[j][k] - points[i][k]) + translation[k])
    }

    /// The shift that comes nearest to a vector from i to an image of j; 0 in open space.
    pub fn nearest_shift(&self, points: &[[f64; 3]], i: usize, j: usize, vector: [f64; 3]) -> [i32; 3] {
        let Some(cell) = &self.cell else { return [0; 3] };
        let translation = std::array::from_fn(|k| vector[k] - (points[j][k] - points[i][k]));
        cell.fractional(translation).map(|cells| cells.round() as i32)
    }

    /// Sorted by this, pairs of `i` come in the order in which `search` finds them.
    pub fn rank(&self, i: usize, j: usize, shift: [i32; 3]) -> ([i64; 3], usize) {
        let (centre, place) = (&self.places[i], &self.places[j]);
        let line = std::array::from_fn(|k| {
            let image = i64::from(shift[k]) + i64::from(place.cell[k]) - i64::from(centre.cell[k]);
            image * self.counts[k] as i64 + (place.bin[k] as usize).min(self.counts[k] - 1) as i64
        });
        (line, j)
    }
}

/// Bins along each axis: half a cutoff wide, but no more bins than points.
fn bin_counts(heights: [f64; 3], cutoff: f64, points: usize) -> [usize; 3] {
    let mut counts = heights.map(|height| (2.0 * height / cutoff).floor().clamp(1.0, 1e6) as usize);
    while counts.iter().product::<usize>() > points.max(1) {
        let widest = (0..3).max_by_key(|&k| counts[k]).expect("three axes");
        counts[widest] = counts[widest].div_ceil(2);
    }
    counts
}

fn place(x: [f64; 3], cell: &Option<Cell>, low: [f64; 3], heights: [f64; 3], counts: [usize; 3]) -> Place {
    match cell {
        Some(cell) => {
            let fractional = cell.fractional(x);
            let away = fractional.map(f64::floor);
            if away.iter().any(|n| !(n.abs() < 1e9)) {
                return Place { x, bin: [0.0; 3], cell: [i32::MAX; 3] };
            }
            let away = away.map(|n| n as i32);
            let back = cell.translation(away);
            Place {
                x: std::array::from_fn(|k| x[k] - back[k]),
                bin: std::array::from_fn(|k| (fractional[k] - f64::from(away[k])) * counts[k] as f64),
                cell: away,
            }
        }
        None => Place {
            x,
            bin: std::array::from_fn(|k| (x[k] - low[k]) / heights[k] * counts[k] as f64),
            cell: [0; 3],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All images within so many cells of the wrapped points, one by one.
    fn brute_force(points: &[[f64; 3]], cell: Option<&Cell>, cutoff: f64, i: usize) -> Vec<(usize, [i32; 3])> {
        let reach = cell.map_or([0; 3], |cell| {
            let farthest = points.iter().map(|x| cell.fractional(*x).map(|f| f.abs().ceil() as i32)).fold([0; 3], |most, one| {
                std::array::from_fn(|k| most[k].max(one[k]))
            });
            std::array::from_fn(|k| (cutoff / cell.heights()[k]).ceil() as i32 + 2 * farthest[k] + 1)
        });
        let mut found = Vec::new();
        for j in 0..points.len() {
            for a in -reach[0]..=reach[0] {
                for b in -reach[1]..=reach[1] {
                    for c in -reach[2]..=reach[2] {
                        let translation = cell.map_or([0.0; 3], |cell| cell.translation([a, b, c]));
                        let d2: f64 = (0..3).map(|k| (points[j][k] - points[i][k] + translation[k]).powi(2)).sum();
                        if d2.sqrt() < cutoff && (i, [0, 0, 0]) != (j, [a, b, c]) {
                            found.push((j, [a, b, c]));
                        }
                    }
                }
            }
        }
        found.sort();
        found
    }

    fn found(points: &[[f64; 3]], cell: Option<Cell>, cutoff: f64, i: usize) -> Vec<(usize, [i32; 3])> {
        let bins = Bins::new(points, cell, cutoff, 0).unwrap();
        let mut found = Vec::new();
        bins.search(points, i, false, &mut found).unwrap();
        let mut found: Vec<_> = found.iter().map(|n| (n.index, n.shift)).collect();
        found.sort();
        found
    }

    fn point() -> impl Strategy<Value = [f64; 3]> {
        prop::array::uniform3(-12.0..12.0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn neighbours_in_open_space_are_all_that_there_are(points in prop::collection::vec(point(), 1..40), cutoff in 0.5..9.0) {
            for i in 0..points.len() {
                prop_assert_eq!(found(&points, None, cutoff, i), brute_force(&points, None, cutoff, i));
            }
        }

        #[test]
        fn neighbours_in_skew_cells_of_any_size_are_all_that_there_are(
            points in prop::collection::vec(point(), 1..6),
            lower in prop::array::uniform3(-6.0..6.0),
            upper in prop::array::uniform3(-2.0..2.0),
            diagonal in prop::array::uniform3(2.5..9.0),
            cutoff in 0.5..8.0,
        ) {
            let vectors = [[diagonal[0], upper[0], upper[1]], [lower[0], diagonal[1], upper[2]], [lower[1], lower[2], diagonal[2]]];
            let Ok(cell) = Cell::new(vectors, "cell") else { return Ok(()) };
            prop_assume!(cell.heights().iter().all(|&height| height > 1.0));
            for i in 0..points.len() {
                prop_assert_eq!(found(&points, Some(cell), cutoff, i), brute_force(&points, Some(&cell), cutoff, i));
            }
        }

        #[test]
        fn neighbours_are_found_in_the_order_of_their_ranks(
            points in prop::collection::vec(point(), 1..12),
            diagonal in prop::array::uniform3(3.0..15.0),
            is_periodic: bool,
            cutoff in 0.5..8.0,
        ) {
            let vectors = [[diagonal[0], 0.0, 0.0], [1.5, diagonal[1], 0.0], [-0.5, 2.0, diagonal[2]]];
            let bins = Bins::new(&points, is_periodic.then(|| Cell::new(vectors, "cell").unwrap()), cutoff, 0).unwrap();
            for i in 0..points.len() {
                let mut found = Vec::new();
                bins.search(&points, i, true, &mut found).unwrap();
                prop_assert!(found.is_sorted_by_key(|n| bins.rank(i, n.index, n.shift)));
                for n in &found {
                    prop_assert_eq!(bins.nearest_shift(&points, i, n.index, n.vector), n.shift);
                }
            }
        }
    }

    /// Shells of a crystal at the cutoff, shifted so that coordinates are rounded: a pair is seen from both sides or from neither.
    #[test]
    fn a_pair_at_the_cutoff_is_one_of_both_points_or_of_neither() {
        let a = 4.05;
        let cell = Cell::new([[2.0 * a, 0.0, 0.0], [0.0, 2.0 * a, 0.0], [0.0, 0.0, 2.0 * a]], "cell").unwrap();
        for offset in [0.0, 0.1, 0.37, 1.3, -2.7] {
            let mut points = Vec::new();
            for n in 0..8 {
                for base in [[0.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.5, 0.0, 0.5], [0.0, 0.5, 0.5]] {
                    points.push(std::array::from_fn(|k| a * (f64::from(n >> k & 1) + base[k]) + offset));
                }
            }
            for cutoff in [a / 2f64.sqrt(), a, a * 1.5f64.sqrt(), a * 2f64.sqrt()] {
                let lists: Vec<_> = (0..points.len()).map(|i| found(&points, Some(cell), cutoff, i)).collect();
                for (i, list) in lists.iter().enumerate() {
                    assert!(list.iter().all(|(j, shift)| lists[*j].contains(&(i, shift.map(|s| -s)))), "{offset} {cutoff}");
                }
            }
        }
    }

    #[test]
    fn a_cutoff_in_another_unit_than_the_cell_is_refused() {
        let cell = Cell::new([[0.02, 0.0, 0.0], [0.0, 0.02, 0.0], [0.0, 0.0, 0.02]], "cell").unwrap();
        let refusal = Bins::new(&[[0.0; 3]], Some(cell), 7.0, 0).map(|_| ()).unwrap_err();
        assert!(refusal.message.starts_with("cutoff: 7 in a cell"), "{}", refusal.message);
    }

    #[test]
    fn a_point_exactly_at_the_cutoff_is_no_neighbour() {
        let points = [[0.0; 3], [3.0, 4.0, 0.0], [0.0, 0.0, 4.999]];
        assert_eq!(found(&points, None, 5.0, 0), [(2, [0; 3])]);
        let cell = Cell::new([[5.0, 0.0, 0.0], [0.0, 9.0, 0.0], [0.0, 0.0, 9.0]], "cell").unwrap();
        assert_eq!(found(&[[0.5, 0.0, 0.0]], Some(cell), 5.0, 0), []);
    }
}
