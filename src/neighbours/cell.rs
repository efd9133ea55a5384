//! A periodic cell: rows of `vectors` are the lattice vectors.

use crate::error::{Error, Number, Result, Status};

#[derive(Clone, Copy, Debug)]
pub struct Cell {
    pub vectors: [[f64; 3]; 3],
    /// Columns are the reciprocal vectors (without 2 pi): fractional coordinates are `x inverse`.
    inverse: [[f64; 3]; 3],
}

impl Cell {
    /// `name` is what messages call it: `cell`, or `cells: cell 7`.
    pub fn new(vectors: [[f64; 3]; 3], name: &str) -> Result<Self> {
        for (i, row) in vectors.iter().enumerate() {
            for (k, &x) in row.iter().enumerate() {
                if !x.is_finite() {
                    return Err(Error::new(
                        Status::Nonfinite,
                        format!("{name}: element [{i}, {k}] is {x}; lattice vectors are finite"),
                    ));
                }
            }
        }
        let [a, b, c] = vectors;
        let faces = [cross(b, c), cross(c, a), cross(a, b)];
        let volume = dot(a, faces[0]);
        let size = vectors.iter().map(|row| dot(*row, *row).sqrt()).product::<f64>();
        if !(volume.is_finite() && size.is_finite()) {
            return Err(Error::new(
                Status::Argument,
                format!("{name}: the volume is more than an f64 holds; check the unit of the lattice vectors"),
            ));
        }
        if !(volume.abs() > 1e-12 * size) {
            return Err(Error::new(
                Status::Argument,
                format!(
                    "{name}: has volume {}, the lattice vectors lie in a plane; correct them, or set periodic to 0",
                    Number(volume)
                ),
            ));
        }
        if volume < 0.0 {
            return Err(Error::new(
                Status::Argument,
                format!(
                    "{name}: is left-handed (volume {}); swap two lattice vectors or reverse one",
                    Number(volume)
                ),
            ));
        }
        let inverse = std::array::from_fn(|i| std::array::from_fn(|k| faces[k][i] / volume));
        Ok(Self { vectors, inverse })
    }

    pub fn fractional(&self, x: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|k| (0..3).map(|i| x[i] * self.inverse[i][k]).sum())
    }

    /// `shift` lattice vectors of each kind, added up.
    #[inline(always)]
    pub fn translation(&self, shift: [i32; 3]) -> [f64; 3] {
        let [a, b, c] = self.vectors;
        let s = shift.map(f64::from);
        std::array::from_fn(|k| s[0] * a[k] + s[1] * b[k] + s[2] * c[k])
    }

    pub fn volume(&self) -> f64 {
        let [a, b, c] = self.vectors;
        dot(a, cross(b, c))
    }

    /// Distances between opposite faces.
    pub fn heights(&self) -> [f64; 3] {
        std::array::from_fn(|k| 1.0 / (0..3).map(|i| self.inverse[i][k].powi(2)).sum::<f64>().sqrt())
    }
}

/// Which of the three flags of a frame hold: all, none, or an error.
pub fn periodicity(flags: [i32; 3], frame: usize) -> Result<bool> {
    for (axis, flag) in flags.into_iter().enumerate() {
        if flag != 0 && flag != 1 {
            return Err(Error::new(
                Status::Argument,
                format!("periodic: element [{frame}, {axis}] is {flag}; it is 0 or 1"),
            ));
        }
    }
    if flags.iter().any(|flag| *flag != flags[0]) {
        return Err(Error::new(
            Status::Argument,
            format!(
                "periodic: frame {frame} has {flags:?}; all axes are periodic or none (pad open axes of the cell by more than \
                 the cutoff and set 1)"
            ),
        ));
    }
    Ok(flags[0] == 1)
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
