//! Couplings of point dipoles.
//!
//! `V_ij = s 5034.1166 cm-1 (mu_i . mu_j / r^3 - 3 (mu_i . r) (mu_j . r) / r^5)` with `r = r_i - r_j` in Angstrom and
//! dipoles in debye: 1 debye^2 / (4 pi eps0 Angstrom^3) = 1e-19 J, and 1 cm-1 is h c = 1.98644586e-23 J (for example van
//! Amerongen, Valkunas and van Grondelle, Photosynthetic Excitons, 2000, equation 2.12). `s` stands for screening and the
//! local field: 1 in vacuum.

use crate::array::{View, ViewMut};
use crate::error::{Error, Result, Status};
use crate::threads::{Progress, for_each_chunk, ranges};

/// h, J s, and c, cm/s, both exact since 2019.
const PLANCK: f64 = 6.626_070_15e-34;
const LIGHT: f64 = 2.997_924_58e10;
/// cm-1 debye^-2 Angstrom^3
const COUPLING: f64 = 1e-19 / (PLANCK * LIGHT);

pub struct PointDipoles<'a> {
    /// [n_conf][n_site][3] debye
    pub dipoles: View<'a, f64, 3>,
    /// [n_conf][n_site][3] Angstrom
    pub positions: View<'a, f64, 3>,
    pub screening: f64,
}

/// Configurations to a chunk, for about 100 us of work.
fn chunk(n: usize) -> usize {
    (20_000 / (n * n).max(1)).max(1)
}

/// Writes the elements beside the diagonals of `hamiltonians` [n_conf][n_site][n_site] and leaves those on them.
pub fn point_dipole_couplings(system: &PointDipoles, hamiltonians: ViewMut<f64, 3>) -> Result<()> {
    let [n_conf, n, _] = hamiltonians.dims();
    if n < 2 {
        return Ok(());
    }
    let mut progress = Progress::none();
    for_each_chunk(
        ranges(n_conf, chunk(n)),
        |_| 0,
        &mut progress,
        |(first, len)| (first..first + len).try_for_each(|c| system.check(c, n)),
        Ok,
    )?;
    for_each_chunk(
        ranges(n_conf, chunk(n)).zip(hamiltonians.chunks(chunk(n))),
        |_| 0,
        &mut progress,
        |((first, len), mut output)| {
            for c in 0..len {
                for i in 0..n {
                    for j in 0..i {
                        let coupling = system.coupling(first + c, i, j);
                        output.set([c, i, j], coupling);
                        output.set([c, j, i], coupling);
                    }
                }
            }
            Ok(())
        },
        Ok,
    )
}

impl PointDipoles<'_> {
    fn vector(view: &View<'_, f64, 3>, c: usize, i: usize) -> [f64; 3] {
        std::array::from_fn(|x| view.at([c, i, x]))
    }

    fn coupling(&self, c: usize, i: usize, j: usize) -> f64 {
        let (a, b) = (Self::vector(&self.dipoles, c, i), Self::vector(&self.dipoles, c, j));
        let (at, bt) = (Self::vector(&self.positions, c, i), Self::vector(&self.positions, c, j));
        let r: [f64; 3] = std::array::from_fn(|x| at[x] - bt[x]);
        let distance = dot(r, r).sqrt();
        // Unit vectors first: neither r^3 nor r^5 can overflow before its turn.
        let u = r.map(|x| x / distance);
        let angles = dot(a, b) - 3.0 * dot(a, u) * dot(b, u);
        self.screening * COUPLING * (angles / distance / distance / distance)
    }

    fn check(&self, c: usize, n: usize) -> Result<()> {
        for view in [&self.dipoles, &self.positions] {
            for (i, x) in (0..n).flat_map(|i| (0..3).map(move |x| (i, x))) {
                let value = view.at([c, i, x]);
                if !value.is_finite() {
                    return Err(Error::new(
                        Status::Nonfinite,
                        format!("{}: element ({i}, {x}) of configuration {c} is {value}; use finite values", view.name()),
                    ));
                }
            }
        }
        for (i, j) in (0..n).flat_map(|i| (0..i).map(move |j| (i, j))) {
            let coupling = self.coupling(c, i, j);
            if !coupling.is_finite() {
                return Err(Error::new(
                    Status::Argument,
                    format!(
                        "positions: sites {j} and {i} of configuration {c} are so near, or their dipoles so large, that their \
                         coupling is {coupling}; point dipoles are for pigments at a distance, in debye"
                    ),
                ));
            }
        }
        Ok(())
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn couple(dipoles: &[f64], positions: &[f64], screening: f64, hamiltonians: &mut [f64], n: usize) -> Result<()> {
        let n_conf = hamiltonians.len() / (n * n);
        let system = PointDipoles {
            dipoles: View::from_slice("dipoles", dipoles, [n_conf, n, 3]),
            positions: View::from_slice("positions", positions, [n_conf, n, 3]),
            screening,
        };
        point_dipole_couplings(&system, ViewMut::from_slice("hamiltonians", hamiltonians, [n_conf, n, n]))
    }

    #[test]
    fn two_dipoles_of_a_debye_at_an_angstrom() {
        // Side by side, in line, crossed: 1, -2 and 0 times the constant; the diagonal stays.
        for (second, place, factor) in [
            ([0.0, 0.0, 1.0], [1.0, 0.0, 0.0], 1.0),
            ([0.0, 0.0, 1.0], [0.0, 0.0, 1.0], -2.0),
            ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], 0.0),
            ([0.0, 0.0, 1.0], [0.0, 0.0, -2.0], -0.25),
        ] {
            let mut hamiltonian = [7.0; 4];
            let dipoles = [0.0, 0.0, 1.0, second[0], second[1], second[2]];
            let positions = [0.0, 0.0, 0.0, place[0], place[1], place[2]];
            couple(&dipoles, &positions, 0.8, &mut hamiltonian, 2).unwrap();
            let expected = 0.8 * 5034.116_567 * factor;
            assert!((hamiltonian[1] - expected).abs() < 1e-5, "{hamiltonian:?}");
            assert_eq!([hamiltonian[0], hamiltonian[3]], [7.0, 7.0]);
            assert_eq!(hamiltonian[1], hamiltonian[2]);
        }
    }

    #[test]
    fn it_is_the_energy_of_charges_that_are_pulled_apart() {
        // Dipoles as pairs of charges q, -q at a distance d: sum q q' / r, to second order in d.
        let (a, b) = ([1.0, -2.0, 0.5], [0.3, 1.5, -1.0]);
        let (at, bt) = ([1.0, 2.0, -3.0], [9.0, -4.0, 5.0]);
        let d = 1e-3;
        let ends = |m: [f64; 3], r: [f64; 3], sign: f64| -> [f64; 3] { std::array::from_fn(|x| r[x] + sign * 0.5 * d * m[x]) };
        let mut energy = 0.0;
        for (s, t) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)] {
            let (p, q) = (ends(a, at, s), ends(b, bt, t));
            let r: [f64; 3] = std::array::from_fn(|x| p[x] - q[x]);
            energy += s * t / dot(r, r).sqrt() / (d * d);
        }
        let mut hamiltonian = [0.0; 4];
        couple(&[a, b].concat(), &[at, bt].concat(), 1.0, &mut hamiltonian, 2).unwrap();
        assert!((hamiltonian[1] / (COUPLING * energy) - 1.0).abs() < 1e-5);
    }

    #[test]
    fn pigments_on_top_of_each_other_are_named_and_nothing_is_written() {
        let mut hamiltonians = [1.0; 18];
        let dipoles = [1.0; 18];
        let mut positions: Vec<f64> = (0..18).map(|i| (i * i) as f64).collect();
        positions.copy_within(9..12, 15);
        let error = couple(&dipoles, &positions, 1.0, &mut hamiltonians, 3).unwrap_err();
        assert!(error.message.contains("sites 0 and 2 of configuration 1"), "{}", error.message);
        assert_eq!(hamiltonians, [1.0; 18]);
    }
}
