//! Gradients as vector-Jacobian products: given d F / d features, d F / d positions, cell and rotations.
//!
//! All neighbours of centre i with one species share a polynomial phi(x), the cotangent of their moments, and neighbour j
//! contributes J = G E[phi] to F, E over the product Gaussian of `shape`. With A = S P and w = 1/s^2
//!
//! ```text
//! dJ / dr     = A G E[grad phi] - w c J
//! dJ / domega = G E[x cross grad phi] - r cross dJ/dr      (turning the body of j alone by a small omega)
//! ```
//!
//! the second because turning pair and body together is turning phi. These are expectations of seven polynomials: the
//! same recursion of moments as forwards, seven products each, and never a matrix of derivatives. j gets dJ/dr, i
//! its negative, the strain dJ/dr r^T. Pairs are added up per chunk of centres and folded in order.
//!
//! * `cotangent`    dF / d coefficients of a centre
//! * `polynomials`  the seven polynomials, and their products with moments
//! * `backward`     pulls of a centre's neighbours

mod backward;
mod cotangent;
mod polynomials;

use super::expansion::chunk_of;
use super::frames::{Frames, System};
use super::plan::Plan;
use crate::array::{View, ViewMut};
use crate::error::{Error, Result, Status, try_vec};
use crate::simd::{Kernel, Lanes, Level, dispatch};
use crate::threads::{Progress, for_each_chunk, ranges};
use backward::{Backward, Found};

/// Where gradients go; any may be left out.
pub struct GradientOutputs<'a> {
    /// [atoms][3]
    pub positions: Option<ViewMut<'a, f64, 2>>,
    /// [frames][3][3], for r_a -> r_a + sum_b strain_ab r_b of positions and cells
    pub strains: Option<ViewMut<'a, f64, 3>>,
    /// [atoms][3], for a rotation vector in the laboratory's axes
    pub rotations: Option<ViewMut<'a, f64, 2>>,
    /// [atoms][4]
    pub quaternions: Option<ViewMut<'a, f64, 2>>,
}

/// d F / d features.
pub enum Cotangent<'a> {
    /// [atoms][features of the expansion]
    Expansion(View<'a, f64, 2>),
    /// [atoms][features of the spectrum], [frames][species][features] of means; their gradients add up.
    Spectrum { per_atom: Option<View<'a, f64, 2>>, means: Option<View<'a, f64, 3>> },
}

pub fn gradients(
    plan: &Plan,
    frames: &Frames<'_>,
    is_raw: bool,
    cotangent: &Cotangent<'_>,
    outputs: GradientOutputs<'_>,
    progress: &mut Progress,
) -> Result<()> {
    if outputs.quaternions.is_some() && frames.quaternions.is_none() && frames.positions.dims()[0] > 0 {
        return Err(Error::new(
            Status::Null,
            "quaternions: is NULL, but quaternion_gradients are asked for; pass quaternions, or ask for rotation_gradients",
        ));
    }
    let level = Level::current()?;
    let system = System::new(plan, frames)?;
    let atoms = system.atoms();
    let mut forces = try_vec("position gradients", atoms, [0.0; 3])?;
    let mut torques = try_vec("rotation gradients", atoms, [0.0; 3])?;
    let mut strains = try_vec("strain gradients", system.frames(), [[0.0; 3]; 3])?;
    let counts = system.species_counts(plan.species_count())?;
    progress.begin(atoms)?;
    for_each_chunk(
        ranges(atoms, chunk_of(atoms)),
        |&(_, len)| len,
        progress,
        |(first, len)| {
            let backward = Backward::new(plan, &system, is_raw)?;
            dispatch(level, Centres { backward, cotangent, counts: &counts, first, len })
        },
        |found: Found| {
            for pair in found.pairs {
                for k in 0..3 {
                    forces[pair.atom][k] += pair.force[k];
                    torques[pair.atom][k] += pair.torque[k];
                }
            }
            for (frame, strain) in found.strains {
                for (sum, row) in strains[frame].iter_mut().zip(strain) {
                    sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
                }
            }
            Ok(())
        },
    )?;
    progress.end()?;
    refuse_overflow(&forces, &torques, &strains)?;
    write(frames, outputs, &forces, &torques, &strains);
    Ok(())
}

/// Refuses gradients that overflowed, before anything is written. (A quaternion's is a sum of four products with a torque.)
fn refuse_overflow(forces: &[[f64; 3]], torques: &[[f64; 3]], strains: &[[[f64; 3]; 3]]) -> Result<()> {
    const LARGEST: f64 = f64::MAX / 8.0;
    let is_one = |vector: &[f64; 3]| vector.iter().any(|x| !(x.abs() <= LARGEST));
    let what = if let Some(atom) = forces.iter().zip(torques).position(|(force, torque)| is_one(force) || is_one(torque)) {
        format!("atom {atom}")
    } else if let Some(frame) = strains.iter().position(|strain| strain.iter().any(is_one)) {
        format!("the strain of frame {frame}")
    } else {
        return Ok(());
    };
    Err(Error::new(Status::Nonfinite, format!("cotangent: the gradient of {what} overflows; scale the cotangent down")))
}

fn write(frames: &Frames<'_>, outputs: GradientOutputs<'_>, forces: &[[f64; 3]], torques: &[[f64; 3]], strains: &[[[f64; 3]; 3]]) {
    for (output, values) in [(outputs.positions, forces), (outputs.rotations, torques)] {
        if let Some(mut output) = output {
            values.iter().enumerate().for_each(|(i, value)| output.write_line([i, 0], value));
        }
    }
    if let Some(mut output) = outputs.strains {
        for (frame, strain) in strains.iter().enumerate() {
            strain.iter().enumerate().for_each(|(a, row)| output.write_line([frame, a, 0], row));
        }
    }
    if let (Some(mut output), Some(quaternions)) = (outputs.quaternions, &frames.quaternions) {
        for (i, torque) in torques.iter().enumerate() {
            let quaternion = std::array::from_fn(|k| quaternions.at([i, k]));
            output.write_line([i, 0], &of_quaternion(quaternion, *torque));
        }
    }
}

/// omega = 2 vec(dq q*) / |q|^2 for a change dq of a quaternion of any length, whose square may be no f64.
fn of_quaternion(quaternion: [f64; 4], t: [f64; 3]) -> [f64; 4] {
    let largest = quaternion.iter().fold(0.0f64, |most, x| most.max(x.abs()));
    let [w, x, y, z] = quaternion.map(|x| x / largest);
    let factor = 2.0 / (w * w + x * x + y * y + z * z);
    [
        -(t[0] * x + t[1] * y + t[2] * z),
        w * t[0] + t[1] * z - t[2] * y,
        w * t[1] + t[2] * x - t[0] * z,
        w * t[2] + t[0] * y - t[1] * x,
    ]
    .map(|value| factor * value / largest)
}

struct Centres<'a, 'c> {
    backward: Backward<'a>,
    cotangent: &'c Cotangent<'c>,
    /// Atoms of each species in each frame.
    counts: &'c [usize],
    first: usize,
    len: usize,
}

impl Kernel for Centres<'_, '_> {
    type Output = Result<Found>;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Result<Found> {
        let Self { mut backward, cotangent: given, counts, first, len } = self;
        let mut spectrum = try_vec("cotangent", backward.plan.spectrum_size(), 0.0)?;
        for atom in first..first + len {
            match given {
                Cotangent::Expansion(view) => {
                    view.read_line([atom, 0], &mut backward.row);
                    cotangent::check(view.name(), &[atom], &backward.row)?;
                    backward.centre.search(atom)?;
                }
                Cotangent::Spectrum { per_atom, means } => {
                    cotangent::read(backward.system, per_atom, means, counts, atom, &mut spectrum)?;
                    backward.centre.expand::<V>(atom)?;
                    cotangent::of_spectrum(backward.plan, &spectrum, backward.centre.coefficients(), &mut backward.row);
                }
            }
            backward.pull_all::<V>(atom)?;
        }
        Ok(backward.found)
    }
}
