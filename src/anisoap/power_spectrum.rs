//! Power spectra: products of coefficients, summed over m.
//!
//! `p(l; a, b) = sigma_l / sqrt(2l + 1) sum_m c_am c_bm`, a and b channels (radial function and species), sigma_l =
//! (-1)^l in AniSOAP's convention: the Clebsch-Gordan product to lambda = 0. A centre's spectrum never leaves the cache
//! but for the caller's array.

use super::centre::Centre;
use super::expansion::chunk_of;
use super::frames::{Frames, System};
use super::plan::{Plan, SpectrumPairs};
use crate::array::ViewMut;
use crate::error::{Result, try_vec};
use crate::simd::{Kernel, Lanes, Level, dispatch};
use crate::threads::{Progress, for_each_chunk, ranges};

/// Where spectra go; either may be left out.
pub struct SpectrumOutputs<'a> {
    /// [atoms][features]
    pub per_atom: Option<ViewMut<'a, f64, 2>>,
    /// [frames][species][features], means over the atoms of each species
    pub means: Option<ViewMut<'a, f64, 3>>,
}

pub fn power_spectrum(
    plan: &Plan,
    frames: &Frames<'_>,
    is_raw: bool,
    outputs: SpectrumOutputs<'_>,
    progress: &mut Progress,
) -> Result<()> {
    let level = Level::current()?;
    let system = System::new(plan, frames)?;
    let atoms = system.atoms();
    let chunk = chunk_of(atoms);
    let wants_means = outputs.means.is_some();
    let mut means = outputs.means;
    progress.begin(atoms)?;
    if let Some(means) = &mut means {
        clear(means);
    }
    let mut rows = outputs.per_atom.map(|rows| rows.chunks(chunk));
    let chunks = ranges(atoms, chunk).map(|range| (range, rows.as_mut().and_then(Iterator::next)));
    for_each_chunk(
        chunks,
        |((_, len), _)| *len,
        progress,
        |((first, len), rows)| {
            let centre = Centre::new(plan, &system, is_raw)?;
            let spectrum = try_vec("power spectrum", plan.spectrum_size(), 0.0)?;
            dispatch(level, Spectra { plan, system: &system, centre, spectrum, first, len, rows, wants_means })
        },
        |sums: Vec<Sum>| {
            if let Some(means) = &mut means {
                for sum in sums {
                    for (k, value) in sum.features.into_iter().enumerate() {
                        let index = [sum.frame, sum.species, k];
                        means.set(index, means.at(index) + value);
                    }
                }
            }
            Ok(())
        },
    )?;
    if let Some(means) = &mut means {
        divide(&system, means)?;
    }
    progress.end()
}

/// Spectra of the atoms of one species in one frame, added up.
struct Sum {
    frame: usize,
    species: usize,
    features: Vec<f64>,
}

struct Spectra<'a, 'r> {
    plan: &'a Plan,
    system: &'a System<'a>,
    centre: Centre<'a>,
    spectrum: Vec<f64>,
    first: usize,
    len: usize,
    rows: Option<ViewMut<'r, f64, 2>>,
    wants_means: bool,
}

impl Kernel for Spectra<'_, '_> {
    type Output = Result<Vec<Sum>>;
    #[inline(always)]
    fn run<V: Lanes>(mut self) -> Result<Vec<Sum>> {
        let mut sums: Vec<Sum> = Vec::new();
        for i in 0..self.len {
            let atom = self.first + i;
            self.centre.expand::<V>(atom)?;
            spectrum::<V>(self.plan, self.centre.padded_coefficients(), &mut self.spectrum);
            if let Some(rows) = &mut self.rows {
                rows.write_line([i, 0], &self.spectrum);
            }
            if self.wants_means {
                let (frame, species) = (self.system.frame_of(atom), self.system.species[atom] as usize);
                let known = sums.iter_mut().rev().take_while(|sum| sum.frame == frame).find(|sum| sum.species == species);
                match known {
                    Some(sum) => sum.features.iter_mut().zip(&self.spectrum).for_each(|(sum, value)| *sum += value),
                    None => {
                        let mut features = try_vec("mean power spectra", self.spectrum.len(), 0.0)?;
                        features.copy_from_slice(&self.spectrum);
                        sums.push(Sum { frame, species, features });
                    }
                }
            }
        }
        Ok(sums)
    }
}

/// The spectrum of one centre's `coefficients`, which have a vector's width of zeros behind them.
#[inline(always)]
fn spectrum<V: Lanes>(plan: &Plan, coefficients: &[f64], spectrum: &mut [f64]) {
    for l in 0..plan.counts().len() {
        let channels = plan.channels(l);
        let rows = &coefficients[plan.expansion_start(l)..];
        let factor = plan.spectrum_factor(l);
        let mut at = plan.spectrum_start(l);
        for a in 0..channels {
            let first = if plan.hypers.pairs == SpectrumPairs::Half { a } else { 0 };
            let line = &mut spectrum[at..at + channels - first];
            at += line.len();
            for (number, target) in line.chunks_mut(V::WIDTH).enumerate() {
                let b = first + number * V::WIDTH;
                let mut sum = V::zero();
                for m in 0..2 * l + 1 {
                    let row = &rows[m * channels..];
                    sum = V::splat(row[a]).mul_add(V::load(&row[b..]), sum);
                }
                let mut lanes = [0.0; 32];
                (sum * V::splat(factor)).store(&mut lanes);
                for (target, value) in target.iter_mut().zip(lanes) {
                    *target = value;
                }
            }
            if plan.hypers.pairs == SpectrumPairs::Half {
                line[1..].iter_mut().for_each(|product| *product *= std::f64::consts::SQRT_2);
            }
        }
    }
}

fn clear(means: &mut ViewMut<'_, f64, 3>) {
    let [frames, species, features] = means.dims();
    for index in 0..frames * species {
        for k in 0..features {
            means.set([index / species, index % species, k], 0.0);
        }
    }
}

fn divide(system: &System<'_>, means: &mut ViewMut<'_, f64, 3>) -> Result<()> {
    let [frames, species, features] = means.dims();
    let counts = system.species_counts(species)?;
    for index in (0..frames * species).filter(|&index| counts[index] > 1) {
        for k in 0..features {
            let place = [index / species, index % species, k];
            means.set(place, means.at(place) / counts[index] as f64);
        }
    }
    Ok(())
}
