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

/// Rows and vectors of a block of products that are summed over m together: one sum alone would wait for itself, and every
/// coefficient would be loaded for each product.
const ROWS: usize = 4;
const VECTORS: usize = 2;

/// The spectrum of one centre's `coefficients`, which have a block's width of zeros behind them. With several species it is bound by the
/// output: 63 KB an atom for four species at (9, 6).
#[inline(always)]
#[allow(clippy::needless_range_loop)] // iterators over arrays of vectors are not always inlined
fn spectrum<V: Lanes>(plan: &Plan, coefficients: &[f64], spectrum: &mut [f64]) {
    let is_half = plan.hypers.pairs == SpectrumPairs::Half;
    for l in 0..plan.counts().len() {
        let channels = plan.channels(l);
        let rows = &coefficients[plan.expansion_start(l)..];
        let factor = V::splat(plan.spectrum_factor(l));
        let target = &mut spectrum[plan.spectrum_start(l)..plan.spectrum_start(l + 1)];
        for a in (0..channels).step_by(ROWS) {
            // Of rows behind the last one nothing is kept.
            let mut block = [a; ROWS];
            for k in 0..ROWS {
                block[k] = (a + k).min(channels - 1);
            }
            let first = if is_half { a } else { 0 };
            for b in (first..channels).step_by(VECTORS * V::WIDTH) {
                let mut sums = [[V::zero(); VECTORS]; ROWS];
                for m in 0..2 * l + 1 {
                    let row = &rows[m * channels..];
                    let mut right = [V::zero(); VECTORS];
                    for v in 0..VECTORS {
                        right[v] = V::load(&row[b + v * V::WIDTH..]);
                    }
                    for k in 0..ROWS {
                        let left = V::splat(row[block[k]]);
                        for v in 0..VECTORS {
                            sums[k][v] = left.mul_add(right[v], sums[k][v]);
                        }
                    }
                }
                for (k, sums) in sums.iter().enumerate().take(channels - a) {
                    let row = a + k;
                    if !is_half && b + VECTORS * V::WIDTH <= channels {
                        for (sum, target) in sums.iter().zip(target[row * channels + b..].chunks_exact_mut(V::WIDTH)) {
                            (*sum * factor).store(target);
                        }
                        continue;
                    }
                    let mut lanes = [0.0; VECTORS * 8];
                    for (sum, lanes) in sums.iter().zip(lanes.chunks_exact_mut(V::WIDTH)) {
                        (*sum * factor).store(lanes);
                    }
                    let (start, skipped) = if is_half { (row * (2 * channels - row + 1) / 2, row) } else { (row * channels, 0) };
                    let (from, to) = (b.max(skipped), (b + VECTORS * V::WIDTH).min(channels));
                    for (b_in_row, &value) in (from..to).zip(&lanes[(from - b).min(lanes.len())..]) {
                        let scale = if is_half && b_in_row != row { std::f64::consts::SQRT_2 } else { 1.0 };
                        target[start + b_in_row - skipped] = value * scale;
                    }
                }
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
