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

use super::batch::Batch;
use super::centre::Centre;
use super::expansion::chunk_of;
use super::frames::{Frames, System, nonfinite};
use super::moments::Moments;
use super::plan::{Plan, SpectrumPairs};
use super::shape::apply;
use super::tilted::{Planes, Sink};
use crate::array::{View, ViewMut};
use crate::error::{Error, Result, Status, try_vec};
use crate::simd::{Kernel, Lanes, Level, Task, dispatch};
use crate::threads::{Progress, for_each_chunk, ranges};
use std::marker::PhantomData;

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
    write(frames, outputs, &forces, &torques, &strains);
    progress.end()
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

/// omega = 2 vec(dq q*) / |q|^2 for a change dq of a quaternion of any length.
fn of_quaternion([w, x, y, z]: [f64; 4], t: [f64; 3]) -> [f64; 4] {
    let factor = 2.0 / (w * w + x * x + y * y + z * z);
    [
        -(t[0] * x + t[1] * y + t[2] * z),
        w * t[0] + t[1] * z - t[2] * y,
        w * t[1] + t[2] * x - t[0] * z,
        w * t[2] + t[0] * y - t[1] * x,
    ]
    .map(|value| factor * value)
}

/// What a chunk of centres has found.
struct Found {
    pairs: Vec<Pull>,
    strains: Vec<(usize, [[f64; 3]; 3])>,
}

/// A contribution to the gradients of an atom.
struct Pull {
    atom: usize,
    force: [f64; 3],
    torque: [f64; 3],
}

/// The value, its gradient, x cross its gradient, and room for a vector's width.
const POLYNOMIALS: usize = 7;
const STRIDE: usize = 8;

/// Workspace for one centre at a time.
struct Backward<'a> {
    plan: &'a Plan,
    system: &'a System,
    is_raw: bool,
    centre: Centre<'a>,
    batch: Batch,
    /// Neighbour and r of each pair of the batch.
    members: Vec<(usize, [f64; 3])>,
    planes: Planes,
    /// d F / d features of the expansion.
    row: Vec<f64>,
    raw: Vec<f64>,
    cylindrical: Vec<f64>,
    polynomial: Vec<f64>,
    /// [flat place][polynomial]
    polynomials: Vec<f64>,
    found: Found,
}

impl<'a> Backward<'a> {
    fn new(plan: &'a Plan, system: &'a System, is_raw: bool) -> Result<Self> {
        let harmonics = &plan.harmonics;
        Ok(Self {
            plan,
            system,
            is_raw,
            centre: Centre::new(plan, system, is_raw)?,
            batch: Batch::new(),
            members: Vec::new(),
            planes: Planes::new(&harmonics.moments)?,
            row: try_vec("cotangent", plan.expansion_size(), 0.0)?,
            raw: try_vec("cotangent", harmonics.raw.size, 0.0)?,
            cylindrical: try_vec("cylindrical moments", harmonics.cylindrical_size, 0.0)?,
            polynomial: try_vec("polynomial", harmonics.moments.size, 0.0)?,
            polynomials: try_vec("polynomials", harmonics.moments.flat_size() * STRIDE, 0.0)?,
            found: Found { pairs: Vec::new(), strains: Vec::new() },
        })
    }

    /// Cotangents of raw coefficients of the t-th species: the transpose of `Centre::place`.
    #[inline(always)]
    fn unplace(&mut self, t: usize) -> bool {
        let Self { plan, raw, row, is_raw, .. } = self;
        let layout = &plan.harmonics.raw;
        raw.fill(0.0);
        let mut has_any = false;
        for (l, &count) in layout.counts.iter().enumerate() {
            let (start, channels) = (plan.expansion_start(l), plan.channels(l));
            for n in 0..count {
                let features = start + plan.channel(l, n, t);
                for m in 0..2 * l + 1 {
                    let cotangent = row[features + m * channels];
                    if cotangent == 0.0 {
                        continue;
                    }
                    has_any = true;
                    if *is_raw {
                        raw[layout.row(l, n) + m] = cotangent;
                    } else {
                        for k in 0..count {
                            raw[layout.row(l, k) + m] += plan.transforms[l][k * count + n] * cotangent;
                        }
                    }
                }
            }
        }
        has_any
    }

    /// Pulls of all neighbours of one species on one centre.
    #[inline(always)]
    fn pull<V: Lanes>(&mut self, t: usize, total: &mut [f64; 3], strain: &mut [[f64; 3]; 3]) {
        self.plan.harmonics.polynomial::<V>(&self.raw, &mut self.cylindrical, &mut self.polynomial);
        differentiate(&self.plan.harmonics.moments, &self.polynomial, &mut self.polynomials);
        let found = std::mem::take(&mut self.centre.found);
        for neighbour in found.iter().filter(|neighbour| self.system.species[neighbour.index] as usize == t) {
            self.batch.push(&self.system.shapes[neighbour.index], neighbour.vector, self.plan.inverse_square_width);
            self.members.push((neighbour.index, neighbour.vector));
            if self.batch.is_full() {
                self.flush::<V>(total, strain);
            }
        }
        if self.batch.len > 0 {
            self.flush::<V>(total, strain);
        }
        self.centre.found = found;
    }

    #[inline(always)]
    fn flush<V: Lanes>(&mut self, total: &mut [f64; 3], strain: &mut [[f64; 3]; 3]) {
        let whole = self.batch.pad::<V>();
        for first in (0..whole).step_by(V::WIDTH) {
            let mut products = Products {
                layout: &self.plan.harmonics.moments,
                polynomials: &self.polynomials,
                sums: [V::zero(); POLYNOMIALS],
            };
            self.planes.run::<V>(&self.plan.harmonics.moments, &self.batch, first, &mut products);
            let mut sums = [[0.0; 32]; POLYNOMIALS];
            for (lanes, sum) in sums.iter_mut().zip(products.sums) {
                sum.store(lanes);
            }
            for (lane, &(j, r)) in self.members.iter().skip(first).take(V::WIDTH).enumerate() {
                let shape = &self.system.shapes[j];
                let w = self.plan.inverse_square_width;
                let (c, _) = shape.centre(r, w);
                let [value, gx, gy, gz, lx, ly, lz] = sums.each_ref().map(|lanes| lanes[lane]);
                let mut force = apply(&shape.contraction, [gx, gy, gz]);
                for k in 0..3 {
                    force[k] -= w * c[k] * value;
                }
                let torque = [
                    lx - (r[1] * force[2] - r[2] * force[1]),
                    ly - (r[2] * force[0] - r[0] * force[2]),
                    lz - (r[0] * force[1] - r[1] * force[0]),
                ];
                for a in 0..3 {
                    total[a] += force[a];
                    for b in 0..3 {
                        strain[a][b] += force[a] * r[b];
                    }
                }
                self.found.pairs.push(Pull { atom: j, force, torque });
            }
        }
        self.batch.len = 0;
        self.members.clear();
    }
}

/// Adds up products of moments with the seven polynomials, lane by lane.
struct Products<'a, V> {
    layout: &'a Moments,
    polynomials: &'a [f64],
    sums: [V; POLYNOMIALS],
}

impl<V: Lanes> Sink<V> for Products<'_, V> {
    #[inline(always)]
    fn take(&mut self, p: usize, plane: &[f64]) {
        let start = self.layout.plane(p).start * STRIDE;
        let len = plane.len() / V::WIDTH;
        let factors = &self.polynomials[start..start + len * STRIDE];
        // A copy, which stays in registers.
        let mut sums = self.sums;
        for (moment, factors) in plane.chunks_exact(V::WIDTH).zip(factors.chunks_exact(STRIDE)) {
            let moment = V::load(moment);
            for k in 0..POLYNOMIALS {
                sums[k] = V::splat(factors[k]).mul_add(moment, sums[k]);
            }
        }
        self.sums = sums;
    }
}

/// phi, grad phi, x cross grad phi, interleaved. Every place is gathered from the monomials that lead to it.
#[inline(always)]
fn differentiate(layout: &Moments, polynomial: &[f64], into: &mut [f64]) {
    into.fill(0.0);
    let degree = layout.degree;
    // Coefficients of x^p y^q z^0, z^1, ...; none where there is no such power.
    let row = |p: Option<usize>, q: Option<usize>| match (p, q) {
        (Some(p), Some(q)) if p + q <= degree => &polynomial[layout.row(p, q)..][..degree - p - q + 1],
        _ => &[],
    };
    for p in 0..=degree {
        for q in 0..=degree - p {
            let (less_p, less_q) = (p.checked_sub(1), q.checked_sub(1));
            let here = row(Some(p), Some(q));
            let (above_p, above_q) = (row(Some(p + 1), Some(q)), row(Some(p), Some(q + 1)));
            let (below_p, below_q) = (row(less_p, Some(q)), row(Some(p), less_q));
            let (p_to_q, q_to_p) = (row(less_p, Some(q + 1)), row(Some(p + 1), less_q));
            let (of_p, of_q) = ((p + 1) as f64, (q + 1) as f64);
            let places = into[layout.flat(p, q, 0) * STRIDE..].chunks_exact_mut(STRIDE);
            for (r, place) in places.take(here.len()).enumerate() {
                let at = |row: &[f64], r: usize| row.get(r).copied().unwrap_or(0.0);
                let of_r = (r + 1) as f64;
                // r - 1 wraps to no place for r = 0.
                let less_r = r.wrapping_sub(1);
                let values = [
                    here[r],
                    of_p * at(above_p, r),
                    of_q * at(above_q, r),
                    of_r * at(here, r + 1),
                    of_r * at(below_q, r + 1) - of_q * at(above_q, less_r),
                    of_p * at(above_p, less_r) - of_r * at(below_p, r + 1),
                    of_q * at(p_to_q, r) - of_p * at(q_to_p, r),
                ];
                place[..POLYNOMIALS].copy_from_slice(&values);
            }
        }
    }
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
        let Self { mut backward, cotangent, counts, first, len } = self;
        let mut spectrum = try_vec("cotangent", backward.plan.spectrum_size(), 0.0)?;
        for atom in first..first + len {
            match cotangent {
                Cotangent::Expansion(view) => {
                    view.read_line([atom, 0], &mut backward.row);
                    check(view.name(), &[atom], &backward.row)?;
                    backward.centre.search(atom);
                }
                Cotangent::Spectrum { per_atom, means } => {
                    read(backward.system, per_atom, means, counts, atom, &mut spectrum)?;
                    backward.centre.expand::<V>(atom);
                    of_spectrum(backward.plan, &spectrum, backward.centre.coefficients(), &mut backward.row);
                }
            }
            V::outlined(Pulls::<V> { backward: &mut backward, atom, lanes: PhantomData });
        }
        Ok(backward.found)
    }
}

/// In a function of its own: both kinds of cotangents come here.
struct Pulls<'b, 'a, V> {
    backward: &'b mut Backward<'a>,
    atom: usize,
    lanes: PhantomData<V>,
}

impl<V: Lanes> Task for Pulls<'_, '_, V> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { backward, atom, .. } = self;
        let mut total = [0.0; 3];
        let mut strain = [[0.0; 3]; 3];
        for t in 0..backward.plan.species_count() {
            if backward.unplace(t) {
                backward.pull::<V>(t, &mut total, &mut strain);
            }
        }
        backward.found.pairs.push(Pull { atom, force: total.map(|x| -x), torque: [0.0; 3] });
        let frame = backward.system.frame_of(atom);
        match backward.found.strains.last_mut() {
            Some((last, sum)) if *last == frame => {
                for (sum, row) in sum.iter_mut().zip(strain) {
                    sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
                }
            }
            _ => backward.found.strains.push((frame, strain)),
        }
    }
}

/// The cotangent of an atom's spectrum: its own, and its part of the mean's.
fn read(
    system: &System,
    per_atom: &Option<View<'_, f64, 2>>,
    means: &Option<View<'_, f64, 3>>,
    counts: &[usize],
    atom: usize,
    into: &mut [f64],
) -> Result<()> {
    match per_atom {
        Some(view) => {
            view.read_line([atom, 0], into);
            check(view.name(), &[atom], into)?;
        }
        None => into.fill(0.0),
    }
    if let Some(view) = means {
        let (frame, t) = (system.frame_of(atom), system.species[atom] as usize);
        let share = 1.0 / counts[frame * view.dims()[1] + t] as f64;
        for (k, slot) in into.iter_mut().enumerate() {
            *slot += share * view.at([frame, t, k]);
        }
        if into.iter().any(|x| !x.is_finite()) {
            let k = into.iter().position(|x| !x.is_finite()).unwrap_or_default();
            return Err(nonfinite(view.name(), &[frame, t, k], view.at([frame, t, k]), "a cotangent is finite"));
        }
    }
    Ok(())
}

fn check(name: &str, index: &[usize], row: &[f64]) -> Result<()> {
    match row.iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(k) => {
            let mut index = index.to_vec();
            index.push(k);
            Err(nonfinite(name, &index, row[k], "a cotangent is finite"))
        }
    }
}

/// `d F / d c_am = factor sum_b (p_ab + p_ba) c_bm`, p the cotangent of the spectrum.
#[inline(always)]
fn of_spectrum(plan: &Plan, spectrum: &[f64], coefficients: &[f64], into: &mut [f64]) {
    into.fill(0.0);
    for l in 0..plan.counts().len() {
        let (channels, factor) = (plan.channels(l), plan.spectrum_factor(l));
        let start = plan.expansion_start(l);
        let mut at = plan.spectrum_start(l);
        for a in 0..channels {
            let is_half = plan.hypers.pairs == SpectrumPairs::Half;
            for b in if is_half { a } else { 0 }..channels {
                let twice = if is_half && a != b { std::f64::consts::SQRT_2 } else { 1.0 };
                let product = twice * factor * spectrum[at];
                at += 1;
                if product == 0.0 {
                    continue;
                }
                for m in 0..2 * l + 1 {
                    let row = start + m * channels;
                    into[row + a] += product * coefficients[row + b];
                    into[row + b] += product * coefficients[row + a];
                }
            }
        }
    }
}
