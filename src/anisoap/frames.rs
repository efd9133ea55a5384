//! Frames as the caller has them, and what is made of them before pairs are looked for.
//!
//! Atoms of all frames lie one after the other; `offsets` says where frames begin. Everything is looked at before
//! anything is written, and what depends on an atom alone is computed here, once.

use super::pair_list::{Listed, PairList};
use super::plan::Plan;
use super::shape::{Shape, check_rotation, rotation_of};
use crate::array::View;
use crate::error::{Error, Number, Result, Status, try_collect};
use crate::neighbours::{Bins, Cell, periodicity};

/// The caller's arrays.
pub struct Frames<'a> {
    /// [frames + 1], or empty without frames
    pub offsets: View<'a, isize, 1>,
    /// [atoms][3]
    pub positions: View<'a, f64, 2>,
    /// [atoms]
    pub species: View<'a, i32, 1>,
    /// [atoms][4], w x y z
    pub quaternions: Option<View<'a, f64, 2>>,
    /// [atoms][3][3], body to laboratory
    pub rotations: Option<View<'a, f64, 3>>,
    /// [atoms][3]
    pub semiaxes: View<'a, f64, 2>,
    /// [frames][3][3], rows are lattice vectors
    pub cells: Option<View<'a, f64, 3>>,
    /// [frames][3]
    pub periodic: Option<View<'a, i32, 2>>,
    /// Who is whose neighbour; without it neighbours are searched for.
    pub pairs: Option<PairList<'a>>,
}

/// The same, checked and prepared for a plan.
pub struct System<'a> {
    /// First atom of each frame, and the end.
    pub starts: Vec<usize>,
    pub positions: Vec<[f64; 3]>,
    /// Places among the plan's species.
    pub species: Vec<u32>,
    pub shapes: Vec<Shape>,
    pub bins: Vec<Bins>,
    pub listed: Option<Listed<'a>>,
}

impl<'a> System<'a> {
    pub fn new(plan: &Plan, frames: &'a Frames<'_>) -> Result<Self> {
        let atoms = frames.positions.dims()[0];
        let starts = starts(&frames.offsets, atoms)?;
        let positions = vectors(&frames.positions, "coordinates are finite")?;
        let species = (0..atoms).map(|i| {
            let number = frames.species.at([i]);
            plan.place_of(number).map(|t| t as u32).ok_or((i, number))
        });
        if let Some((i, number)) = species.clone().find_map(std::result::Result::err) {
            let known = &plan.hypers.species;
            let shown = &known[..known.len().min(20)];
            let more = if shown.len() < known.len() { " and more" } else { "" };
            return Err(Error::new(
                Status::Argument,
                format!("species: atom {i} is of species {number}, which the plan does not have ({shown:?}{more}); declare it"),
            ));
        }
        let species = try_collect("species", species.map(std::result::Result::unwrap_or_default))?;
        let mut shapes = Vec::new();
        shapes.try_reserve_exact(atoms).map_err(|_| Error::out_of_memory("shapes", atoms * size_of::<Shape>()))?;
        for i in 0..atoms {
            shapes.push(frames.shape(plan, i)?);
        }
        let mut bins = Vec::new();
        let count = starts.len() - 1;
        bins.try_reserve_exact(count).map_err(|_| Error::out_of_memory("bins", count * size_of::<Bins>()))?;
        for frame in 0..count {
            let points = &positions[starts[frame]..starts[frame + 1]];
            bins.push(Bins::new(points, frames.cell(frame)?, plan.hypers.cutoff, starts[frame])?);
        }
        let listed = Listed::new(frames, &starts, &bins)?;
        Ok(Self { starts, positions, species, shapes, bins, listed })
    }

    pub fn atoms(&self) -> usize {
        self.positions.len()
    }

    pub fn frames(&self) -> usize {
        self.bins.len()
    }

    /// Atoms of each of so many species in each frame, [frame][species].
    pub fn species_counts(&self, species: usize) -> Result<Vec<usize>> {
        let mut counts = crate::error::try_vec("atoms of each species", self.frames() * species, 0)?;
        for frame in 0..self.frames() {
            for atom in self.starts[frame]..self.starts[frame + 1] {
                counts[frame * species + self.species[atom] as usize] += 1;
            }
        }
        Ok(counts)
    }

    /// The frame of an atom.
    pub fn frame_of(&self, atom: usize) -> usize {
        self.starts.partition_point(|&start| start <= atom) - 1
    }
}

impl Frames<'_> {
    fn shape(&self, plan: &Plan, i: usize) -> Result<Shape> {
        let semiaxes: [f64; 3] = std::array::from_fn(|k| self.semiaxes.at([i, k]));
        for (k, &a) in semiaxes.iter().enumerate() {
            if !a.is_finite() {
                return Err(nonfinite("semiaxes", &[i, k], a, "a semiaxis is a standard deviation along an axis of the body"));
            }
            if !(a > 0.0 && (a * a).is_normal()) {
                return Err(Error::new(
                    Status::Argument,
                    format!("semiaxes: element [{i}, {k}] is {}; a semiaxis is positive, and so is its square", Number(a)),
                ));
            }
        }
        let mut rotation = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        if let Some(quaternions) = &self.quaternions {
            let quaternion: [f64; 4] = std::array::from_fn(|k| quaternions.at([i, k]));
            if let Some(k) = quaternion.iter().position(|x| !x.is_finite()) {
                return Err(nonfinite("quaternions", &[i, k], quaternion[k], "quaternions are finite"));
            }
            rotation = rotation_of(quaternion).ok_or_else(|| {
                Error::new(
                    Status::Argument,
                    format!("quaternions: quaternion {i} is 0, which is no rotation; (1, 0, 0, 0) leaves the body's axes as they are"),
                )
            })?;
        }
        if let Some(rotations) = &self.rotations {
            rotation = std::array::from_fn(|r| std::array::from_fn(|c| rotations.at([i, r, c])));
            for (at, &x) in rotation.iter().flatten().enumerate() {
                if !x.is_finite() {
                    return Err(nonfinite("rotations", &[i, at / 3, at % 3], x, "rotation matrices are finite"));
                }
            }
            check_rotation(&rotation, i)?;
        }
        Ok(Shape::new(semiaxes, &rotation, plan.inverse_square_width))
    }

    /// The cell of a frame if it is periodic.
    fn cell(&self, frame: usize) -> Result<Option<Cell>> {
        let Some(periodic) = &self.periodic else {
            return match &self.cells {
                None => Ok(None),
                Some(_) => Err(Error::new(
                    Status::Null,
                    "periodic: is NULL, but cells are given; pass which frames are periodic, or NULL for cells".to_owned(),
                )),
            };
        };
        if !periodicity(std::array::from_fn(|k| periodic.at([frame, k])), frame)? {
            return Ok(None);
        }
        let Some(cells) = &self.cells else {
            return Err(Error::new(
                Status::Null,
                format!("cells: is NULL, but frame {frame} is periodic; pass the cells, or set periodic to 0"),
            ));
        };
        Cell::new(std::array::from_fn(|i| std::array::from_fn(|k| cells.at([frame, i, k]))), &format!("cells: cell {frame}")).map(Some)
    }
}

fn starts(offsets: &View<'_, isize, 1>, atoms: usize) -> Result<Vec<usize>> {
    let count = offsets.dims()[0];
    if count == 0 && atoms == 0 {
        return try_collect("offsets", std::iter::once(0));
    }
    let starts = try_collect("offsets", (0..count).map(|f| offsets.at([f])))?;
    let (first, last) = (starts.first().copied().unwrap_or(0), starts.last().copied().unwrap_or(0));
    if first != 0 || last != atoms as isize {
        return Err(Error::new(
            Status::Argument,
            format!("offsets: go from {first} to {last}; they start with 0 and end with n_atoms = {atoms}"),
        ));
    }
    if let Some(frame) = (1..count).find(|&f| starts[f] < starts[f - 1]) {
        return Err(Error::new(
            Status::Argument,
            format!("offsets: element {frame} is {}, less than the one before, {}; frames follow each other", starts[frame], starts[frame - 1]),
        ));
    }
    if let Some(frame) = (1..count).find(|&f| starts[f] - starts[f - 1] > i32::MAX as isize) {
        return Err(Error::new(Status::Shape, format!("offsets: frame {} has more than 2^31 atoms", frame - 1)));
    }
    try_collect("offsets", starts.iter().map(|&start| start as usize))
}

/// [n][3], all finite.
pub fn vectors(view: &View<'_, f64, 2>, remedy: &str) -> Result<Vec<[f64; 3]>> {
    let vectors: Vec<[f64; 3]> =
        try_collect(view.name(), (0..view.dims()[0]).map(|i| std::array::from_fn(|k| view.at([i, k]))))?;
    for (i, vector) in vectors.iter().enumerate() {
        if let Some(k) = vector.iter().position(|x| !x.is_finite()) {
            return Err(nonfinite(view.name(), &[i, k], vector[k], remedy));
        }
    }
    Ok(vectors)
}

pub fn nonfinite(name: &str, index: &[usize], value: f64, remedy: &str) -> Error {
    Error::new(Status::Nonfinite, format!("{name}: element {index:?} is {value}; {remedy}"))
}
