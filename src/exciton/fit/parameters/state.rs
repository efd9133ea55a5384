//! What values of the parameters make of the spectra and of each variant.

use super::rotation::{cross_matrix, rotation, rotation_rate};
use super::{Bands, Parameter, Parameters};
use crate::error::{Error, Number, Result, Status, try_vec};
use crate::exciton::fit::BANDS;
use crate::exciton::fit::variants::Variant;
use crate::exciton::system::Changes;

/// Of any value: far from where sums with energies, positions and spectra would overflow.
const LARGEST_VALUE: f64 = 1e100;

/// What the values make of the spectra and of each variant.
pub struct State {
    pub variants: Vec<Moved>,
    pub fwhm: [f64; BANDS],
    pub shift: [f64; BANDS],
    pub scale: [f64; BANDS],
    pub offset: [f64; BANDS],
}

/// What the values make of a variant, by the sites that it keeps. Tables are empty where nothing needs them.
pub struct Moved {
    /// Two factors, whose product is the variant's weight: what sticks are multiplied by as they are added up, and what their strengths are before. The latter is
    /// the weight where that is a parameter, since its own column has strengths without it; the former where it is not.
    pub weight: f64,
    pub free_weight: f64,
    /// [n][n] cm-1, added to every Hamiltonian.
    pub hamiltonian: Vec<f64>,
    /// [n]: what every dipole of a site is multiplied by.
    pub dipoles: Vec<[[f64; 3]; 3]>,
    /// [n] Angstrom, added to every position.
    pub positions: Vec<[f64; 3]>,
    dipole_scales: Vec<f64>,
    rotations: Vec<[f64; 3]>,
}

impl Parameters {
    /// What the values mean, for lines of width `fwhm` where none is a parameter.
    pub fn state(&self, values: &[f64], variants: &[Variant], fwhm: [f64; BANDS]) -> Result<State> {
        let mut state =
            State { variants: Vec::new(), fwhm, shift: [0.0; BANDS], scale: [1.0; BANDS], offset: [0.0; BANDS] };
        for (p, (&parameter, &value)) in self.list.iter().zip(values).enumerate() {
            if !value.is_finite() {
                return Err(Error::new(Status::Nonfinite, format!("values: element {p} is {value}; use finite values")));
            }
            if value.abs() > LARGEST_VALUE {
                return Err(Error::new(
                    Status::Argument,
                    format!("values: element {p} is {}; sums overflow with values beyond {}", Number(value), Number(LARGEST_VALUE)),
                ));
            }
            let set = |target: &mut [f64; BANDS], bands: Bands| {
                (0..BANDS).filter(|&band| bands[band]).for_each(|band| target[band] = value);
            };
            match parameter {
                Parameter::Fwhm(bands) => {
                    if !(value >= 1e-100) {
                        return Err(Error::new(
                            Status::Argument,
                            format!(
                                "values: element {p} is {}; a full width at half maximum is positive, at least 1e-100 cm-1",
                                Number(value)
                            ),
                        ));
                    }
                    set(&mut state.fwhm, bands);
                }
                Parameter::Shift(bands) => set(&mut state.shift, bands),
                Parameter::Scale(bands) => set(&mut state.scale, bands),
                Parameter::Offset(bands) => set(&mut state.offset, bands),
                _ => {}
            }
        }
        let failed = |_| Error::out_of_memory("parameters", size_of::<Moved>() * variants.len());
        state.variants.try_reserve_exact(variants.len()).map_err(failed)?;
        for variant in variants {
            state.variants.push(Moved::new(values, variant)?);
        }
        Ok(state)
    }
}

impl Moved {
    pub fn changes(&self) -> Changes<'_> {
        Changes { hamiltonian: &self.hamiltonian, dipoles: &self.dipoles, positions: &self.positions }
    }

    fn new(values: &[f64], variant: &Variant) -> Result<Self> {
        let n = variant.system.n();
        let sized = |needed: bool, len: usize| if needed { len } else { 0 };
        let moves_hamiltonian = variant.any(Parameter::concerns_hamiltonian) || !variant.energy_shifts.is_empty();
        let moves_dipoles = variant.any(Parameter::concerns_dipoles);
        let mut moved = Self {
            weight: variant.weight,
            free_weight: 1.0,
            hamiltonian: try_vec("parameters", sized(moves_hamiltonian, n * n), 0.0)?,
            dipoles: try_vec("parameters", sized(moves_dipoles, n), [[0.0; 3]; 3])?,
            positions: try_vec("parameters", sized(variant.any(|p| matches!(p, Parameter::Position(..))), n), [0.0; 3])?,
            dipole_scales: try_vec("parameters", sized(moves_dipoles, n), 1.0)?,
            rotations: try_vec("parameters", sized(moves_dipoles, n), [0.0; 3])?,
        };
        for (i, shift) in variant.energy_shifts.iter().enumerate() {
            moved.hamiltonian[i * n + i] = *shift;
        }
        for &(p, parameter) in &variant.parameters {
            let value = values[p];
            match parameter {
                // A site energy of all variants and one of this variant add up.
                Parameter::SiteEnergy(i) => moved.hamiltonian[i * n + i] += value,
                Parameter::Coupling(i, j) => {
                    moved.hamiltonian[i * n + j] = value;
                    moved.hamiltonian[j * n + i] = value;
                }
                Parameter::DipoleScale(i) => moved.dipole_scales[i] = value,
                Parameter::DipoleRotation(i, axis) => moved.rotations[i][axis] = value,
                Parameter::Position(i, axis) => moved.positions[i][axis] = value,
                Parameter::VariantWeight(_) => (moved.weight, moved.free_weight) = (1.0, value),
                _ => {}
            }
        }
        for i in 0..moved.dipoles.len() {
            moved.dipoles[i] = rotation(moved.rotations[i]).map(|row| row.map(|x| x * moved.dipole_scales[i]));
        }
        Ok(moved)
    }

    /// The derivative of `dipoles[i]`, the map of the site that `parameter` concerns.
    pub fn dipole_change(&self, parameter: Parameter) -> [[f64; 3]; 3] {
        match parameter {
            Parameter::DipoleScale(i) => rotation(self.rotations[i]),
            Parameter::DipoleRotation(i, axis) => {
                let turn = cross_matrix(rotation_rate(self.rotations[i], axis));
                std::array::from_fn(|x| {
                    std::array::from_fn(|y| (0..3).map(|z| turn[x][z] * self.dipoles[i][z][y]).sum())
                })
            }
            _ => [[0.0; 3]; 3],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotation_vector_turns_by_its_length_and_its_derivative_is_the_difference_quotient() {
        for w in [[0.0, 0.0, 0.0], [0.003, -0.004, 0.002], [0.3, -0.4, 0.9], [2.0, 1.0, -1.5]] {
            let r = rotation(w);
            for x in 0..3 {
                for y in 0..3 {
                    let dot: f64 = (0..3).map(|z| r[x][z] * r[y][z]).sum();
                    assert!((dot - if x == y { 1.0 } else { 0.0 }).abs() < 1e-15);
                }
            }
            let trace = r[0][0] + r[1][1] + r[2][2];
            let angle = w.iter().map(|x| x * x).sum::<f64>().sqrt();
            assert!((trace - 1.0 - 2.0 * angle.cos()).abs() < 1e-15);
            let parameters = Parameters::new(
                &[Parameter::DipoleScale(0), Parameter::DipoleRotation(0, 0), Parameter::DipoleRotation(0, 1), Parameter::DipoleRotation(0, 2)],
                1,
                &[&[0]],
            )
            .unwrap();
            let values = [1.3, w[0], w[1], w[2]];
            let hamiltonians = crate::array::View::from_slice("hamiltonians", &[12_000.0], [1, 1, 1]);
            let needs = crate::exciton::Needs { dipoles: false, rotation: false, eigenvectors: false };
            let system = crate::exciton::System {
                hamiltonians,
                dipoles: None,
                positions: None,
                kept: vec![0],
                energy_offset: 0.0,
                normalize_dipoles: false,
                axis: None,
                spread: None,
                needs,
            };
            let variant = Variant::sole(system, &parameters).unwrap();
            let state = Moved::new(&values, &variant).unwrap();
            for p in 0..4 {
                let change = state.dipole_change(parameters.list()[p]);
                let moved = |h: f64| {
                    let mut values = values;
                    values[p] += h;
                    Moved::new(&values, &variant).unwrap().dipoles[0]
                };
                let h = 1e-3;
                let (near, far) = ([moved(h), moved(-h)], [moved(2.0 * h), moved(-2.0 * h)]);
                for x in 0..3 {
                    for y in 0..3 {
                        let quotient =
                            (8.0 * (near[0][x][y] - near[1][x][y]) - (far[0][x][y] - far[1][x][y])) / (12.0 * h);
                        assert!((quotient - change[x][y]).abs() < 1e-11, "{w:?} {p}");
                    }
                }
            }
        }
    }
}
