//! Sticks of one width as a density on a fine grid, convolved with their Gaussian once.
//!
//! Three facts make this exact to 2e-12 of the peak and nearly free:
//!
//! 1. A Gaussian between grid points of spacing `delta <= 0.037 sigma` is its own Lagrange interpolant through the 8
//!    nearest points to `0.112 (delta / sigma)^8 < 4e-13`. So a stick may be replaced by 8 weighted sticks on the
//!    grid: 8 multiply-adds, whatever the width.
//! 2. `g_sigma = g_{sigma/sqrt2} * g_{sigma/sqrt2}`, and the trapezoidal rule for that convolution with step
//!    `H <= 0.4 sigma` errs by `2 exp(-pi^2 sigma^2 / (2 H^2)) < 1e-13` of the value. So the fine density is
//!    first smoothed onto a coarse grid, and the coarse grid onto the caller's points: two short filters instead of
//!    one of 11 sigma / step taps (the Gaussian gridding of L. Greengard and J.-Y. Lee, SIAM Rev. 46 (2004) 443,
//!    read backwards).
//! 3. Both filters may stop at 5.5 sigma: what they leave out is below exp(-5.5^2) = 7e-14 of the peak, at
//!    any distance from the stick.
//!
//! Excitons with widths of their own have one density per width.

use super::super::options::{Lineshape, Options, Widths};
use super::{Broadening, Grid, Sticks, height};
use crate::error::{Number, Result, try_vec};
use crate::simd::{Aligned, Lanes};
use std::f64::consts::{LN_2, PI};
use std::slice::from_ref;

/// Interpolation points a stick.
const NODES: usize = 8;
/// Fine step at most, in sigma.
const FINE: f64 = 0.037;
/// Coarse step at most, in sigma.
const COARSE: f64 = 0.4;
/// Where filters stop, in sigma.
const REACH: f64 = 5.5;

pub struct Gridded {
    classes: Vec<Class>,
    /// By rank of the exciton (all the same for Common): its class for absorption and for CD.
    class_of: Vec<[usize; 2]>,
    weights: [[f64; NODES]; NODES],
    accumulator_len: usize,
}

/// A coarse step is at most so many of the caller's steps,
const LARGEST_SPREAD: f64 = 1e6;
/// and a filter reaches so many fine steps.
const LARGEST_REACH: f64 = 1e4;

/// More widths than this are not looked up one by one for every exciton: point by point they are faster.
const MOST_CLASSES: usize = 1000;

/// All sticks of one width.
struct Class {
    fwhm: f64,
    sigma: f64,
    height: f64,
    /// Position of fine point 0, distance of fine points, and points per cm-1.
    origin: f64,
    fine_step: f64,
    per_wavenumber: f64,
    fine_len: usize,
    /// Where its densities for absorption and CD begin in the accumulator.
    start: [usize; 2],
    uses: [bool; 2],
    /// Fine points to a coarse step; fine points that the first filter reaches to either side.
    fine_per_coarse: usize,
    fine_reach: usize,
    /// Caller's points to a coarse step; their distance in fine steps.
    points_per_coarse: usize,
    point_in_fine_steps: f64,
    coarse_len: usize,
    /// Coarse steps on either side that the second filter reaches.
    coarse_reach: usize,
    /// Filter from fine to coarse, [taps], with `lead` zeros before it and behind it: `TOGETHER` coarse points look through it at once, each
    /// from its own place.
    taps: usize,
    lead: usize,
    smooth: Aligned,
    /// Filter from coarse to the caller's points, [tap][point within a coarse step], rows padded to pairs of vectors.
    spread_row: usize,
    spread: Aligned,
}

/// Coarse points that are made at a time: they share the loads of the density, and their sums hide the latency of the multiply-add.
const TOGETHER: usize = 4;

/// Rows and arrays are padded to a multiple of this, two of the widest vectors.
const ROW: usize = 16;

impl Gridded {
    /// Fails with the reason if the grid is too coarse for a width.
    pub fn plan(
        grid: &Grid,
        options: &Options,
        widths: &Widths,
        n: usize,
    ) -> std::result::Result<Self, String> {
        let step = grid.step.ok_or("the grid is not uniform")?;
        let mut gridded = Self { classes: vec![], class_of: vec![], weights: lagrange_weights(), accumulator_len: 0 };
        let (absorption, cd) = match widths {
            Widths::Common { absorption, cd } => (from_ref(absorption), from_ref(cd)),
            Widths::PerExciton { absorption, cd } => (&absorption[..n], &cd[..n]),
            Widths::PerSite { .. } => return Err("every exciton has a width of its own".into()),
        };
        gridded.class_of.try_reserve_exact(absorption.len()).map_err(|_| "there is no memory for so many widths")?;
        for pair in absorption.iter().zip(cd) {
            let mut of = [0; 2];
            for (kind, &fwhm) in [pair.0, pair.1].into_iter().enumerate() {
                let known = gridded.classes.iter().position(|class| class.fwhm == fwhm);
                of[kind] = match known {
                    Some(class) => class,
                    None if gridded.classes.len() == MOST_CLASSES => {
                        return Err(format!("there are more than {MOST_CLASSES} different widths"));
                    }
                    None => {
                        gridded.classes.push(Class::new(grid, step, options, fwhm)?);
                        gridded.classes.len() - 1
                    }
                };
                gridded.classes[of[kind]].uses[kind] = true;
            }
            gridded.class_of.push(of);
        }
        for class in &mut gridded.classes {
            for kind in 0..2 {
                class.start[kind] = gridded.accumulator_len;
                gridded.accumulator_len += class.fine_len;
            }
        }
        Ok(gridded)
    }

    pub fn accumulator_len(&self) -> usize {
        self.accumulator_len
    }

    /// Nanoseconds for `sticks` sticks on one core with AVX-512; only the ratio to `direct::cost` matters.
    pub fn cost(&self, sticks: f64) -> f64 {
        let filters: f64 = self
            .classes
            .iter()
            .map(|class| {
                let rows = 2 * class.coarse_reach + 2;
                let smooth = class.coarse_len * class.taps;
                let spread = class.coarse_len * rows * class.spread_row;
                let exponentials = class.fine_reach + rows * class.points_per_coarse.min(class.spread_row);
                // Two densities, and clearing and adding them.
                2.0 * ((smooth + spread) as f64 * 0.04 + class.fine_len as f64 * 0.5) + exponentials as f64 * 6.0
            })
            .sum();
        1000.0 + filters + sticks * 5.0
    }

    /// What `add` needs beyond what `cost` needs.
    pub fn prepare(mut self, grid: &Grid) -> Result<Self> {
        for class in &mut self.classes {
            class.fill_filters(grid.len())?;
        }
        Ok(self)
    }

    #[inline(always)]
    pub fn add<V: Lanes>(
        &self,
        plan: &Broadening,
        weight: f64,
        sticks: &impl Sticks,
        order: impl Iterator<Item = usize>,
        accumulator: &mut [f64],
    ) {
        for (rank, k) in order.enumerate() {
            let [for_absorption, for_cd] = self.class_of[rank.min(self.class_of.len() - 1)];
            let energy = sticks.energy(k);
            let d = if plan.wants_absorption { weight * sticks.dipole_strength(k) } else { 0.0 };
            let r = if plan.wants_cd { weight * sticks.rotational_strength(k) } else { 0.0 };
            if let Some((node, weights)) = self.nodes::<V>(&self.classes[for_absorption], energy) {
                deposit(&mut accumulator[self.classes[for_absorption].start[0] + node..], d, &weights);
                if for_cd == for_absorption {
                    deposit(&mut accumulator[self.classes[for_cd].start[1] + node..], r, &weights);
                }
            }
            if for_cd != for_absorption
                && let Some((node, weights)) = self.nodes::<V>(&self.classes[for_cd], energy)
            {
                deposit(&mut accumulator[self.classes[for_cd].start[1] + node..], r, &weights);
            }
        }
    }

    /// The first fine point that a stick at `energy` touches, and its weights there; None if it is too far from the
    /// caller's points to reach them.
    #[inline(always)]
    fn nodes<V: Lanes>(&self, class: &Class, energy: f64) -> Option<(usize, [V; NODES / 4])> {
        let position = (energy - class.origin) * class.per_wavenumber;
        // Between fine points 3 and 4 of the eight.
        if !(position >= 3.0 && position < (class.fine_len - 5) as f64) {
            return None;
        }
        let below = position as usize;
        let v = V::splat(position - below as f64 - 0.5);
        let mut weights = [V::zero(); NODES / 4];
        for (part, weight) in weights.iter_mut().enumerate().take(NODES / V::WIDTH) {
            *weight = V::load(&self.weights[NODES - 1][part * V::WIDTH..]);
            for power in (0..NODES - 1).rev() {
                *weight = weight.mul_add(v, V::load(&self.weights[power][part * V::WIDTH..]));
            }
        }
        Some((below - 3, weights))
    }

    #[inline(always)]
    pub fn finish<V: Lanes>(&self, plan: &Broadening, accumulator: &[f64]) -> Result<(Vec<f64>, Vec<f64>)> {
        let padded = plan.grid.len() + 2 * ROW + self.classes.iter().map(|class| class.spread_row).max().unwrap_or(0);
        let mut absorption = try_vec("spectrum", padded, 0.0)?;
        let mut cd = try_vec("spectrum", padded, 0.0)?;
        let wanted = [plan.wants_absorption, plan.wants_cd];
        for class in &self.classes {
            let density = |kind: usize| &accumulator[class.start[kind]..][..class.fine_len];
            let points = plan.grid.len();
            match [0, 1].map(|kind| class.uses[kind] && wanted[kind]) {
                [true, true] => {
                    class.convolve::<V, 2>([density(0), density(1)], points, [&mut absorption, &mut cd])?;
                }
                [true, false] => class.convolve::<V, 1>([density(0)], points, [&mut absorption])?,
                [false, true] => class.convolve::<V, 1>([density(1)], points, [&mut cd])?,
                [false, false] => {}
            }
        }
        Ok((absorption, cd))
    }
}

/// Adds `strength` times the weights to the first eight elements.
#[inline(always)]
fn deposit<V: Lanes>(density: &mut [f64], strength: f64, weights: &[V; NODES / 4]) {
    let density = &mut density[..NODES];
    let strength = V::splat(strength);
    for (part, weight) in weights.iter().enumerate().take(NODES / V::WIDTH) {
        let slot = &mut density[part * V::WIDTH..];
        weight.mul_add(strength, V::load(slot)).store(slot);
    }
}

impl Class {
    fn new(grid: &Grid, step: f64, options: &Options, fwhm: f64) -> std::result::Result<Self, String> {
        let sigma = fwhm / (8.0 * LN_2).sqrt();
        // Everything is a whole number of fine steps. A fine step is a fraction of the caller's, or a multiple of it.
        let (fine_per_step, steps_per_fine) = if step <= FINE * sigma {
            (1, (FINE * sigma / step).min(LARGEST_SPREAD) as usize)
        } else {
            ((step / (FINE * sigma)).min(LARGEST_SPREAD).ceil() as usize, 1)
        };
        let fine_step = step * steps_per_fine as f64 / fine_per_step as f64;
        let coarse_in_steps = (COARSE * sigma / step).min(LARGEST_SPREAD);
        if coarse_in_steps < 1.0 {
            let (step, fwhm) = (Number(step), Number(fwhm));
            return Err(format!("grid steps of {step} cm-1 are too coarse for a full width of {fwhm} cm-1"));
        }
        // Whole vectors of points to a coarse step, where the width allows.
        let unit = if steps_per_fine == 1 && coarse_in_steps >= 8.0 { 8 } else { steps_per_fine };
        let points_per_coarse = coarse_in_steps as usize / unit * unit;
        let fine_per_coarse = points_per_coarse * fine_per_step / steps_per_fine;
        let fine_reach = (REACH * sigma / fine_step).ceil();
        if fine_reach > LARGEST_REACH {
            let (step, fwhm) = (Number(step), Number(fwhm));
            return Err(format!("a full width of {fwhm} cm-1 is too wide for grid steps of {step} cm-1"));
        }
        let fine_reach = fine_reach as usize;
        let coarse_reach = fine_reach.div_ceil(fine_per_coarse);
        let blocks = grid.len().div_ceil(points_per_coarse);
        let coarse_len = blocks + 2 * coarse_reach + 1;
        let taps = (2 * fine_reach + 1).next_multiple_of(ROW);
        Ok(Self {
            fwhm,
            sigma,
            height: height(options.normalization, Lineshape::Gaussian, fwhm),
            origin: grid.first() - (coarse_reach * fine_per_coarse + fine_reach) as f64 * fine_step,
            fine_step,
            per_wavenumber: 1.0 / fine_step,
            // The last coarse points may be made with others that are none.
            fine_len: (coarse_len + TOGETHER - 2) * fine_per_coarse + taps + ROW,
            start: [0; 2],
            uses: [false; 2],
            fine_per_coarse,
            fine_reach,
            points_per_coarse,
            point_in_fine_steps: fine_per_step as f64 / steps_per_fine as f64,
            coarse_len,
            coarse_reach,
            taps,
            lead: (TOGETHER - 1) * fine_per_coarse,
            spread_row: points_per_coarse.min(grid.len()).next_multiple_of(ROW),
            smooth: Aligned::empty(),
            spread: Aligned::empty(),
        })
    }

    /// Fills the filters. Apart from `new`, because a plan that turns out too dear never needs them.
    fn fill_filters(&mut self, grid_len: usize) -> Result<()> {
        // g_{sigma/sqrt2}(x) = exp(-x^2 / sigma^2); the trapezoidal rule's step and the product's norm go to spread.
        let per_sigma = self.fine_step / self.sigma;
        let gaussian = |fine_steps: f64| (-(fine_steps * per_sigma).powi(2)).exp();
        let mut smooth = Aligned::zeros("spectrum", 2 * self.lead + self.taps + ROW)?;
        let (centre, filter) = (self.lead + self.fine_reach, smooth.slice_mut());
        for i in 0..=self.fine_reach {
            let value = gaussian(i as f64);
            filter[centre - i] = value;
            filter[centre + i] = value;
        }
        let coarse_step = self.fine_step * self.fine_per_coarse as f64;
        let norm = 2.0 * coarse_step / (self.sigma * (2.0 * PI).sqrt());
        let rows = 2 * self.coarse_reach + 2;
        let mut spread = Aligned::zeros("spectrum", rows * self.spread_row)?;
        // Where a point is a fine point its value is in the other filter already.
        let fine_per_point = self.point_in_fine_steps as usize;
        let is_fine = fine_per_point as f64 == self.point_in_fine_steps;
        for (tap, row) in spread.slice_mut().chunks_exact_mut(self.spread_row).enumerate() {
            let coarse = (tap as isize - self.coarse_reach as isize) * self.fine_per_coarse as isize;
            for (p, slot) in row.iter_mut().enumerate().take(self.points_per_coarse.min(grid_len)) {
                let fine = (p * fine_per_point) as isize - coarse;
                *slot = norm
                    * if is_fine && fine.unsigned_abs() <= self.fine_reach {
                        filter[centre.wrapping_add_signed(fine)]
                    } else {
                        gaussian(p as f64 * self.point_in_fine_steps - coarse as f64)
                    };
            }
        }
        (self.smooth, self.spread) = (smooth, spread);
        Ok(())
    }

    /// Adds the densities' Gaussians to the spectra. Two densities of one width share the loads of both filters.
    #[inline(always)]
    fn convolve<V: Lanes, const KINDS: usize>(
        &self,
        densities: [&[f64]; KINDS],
        points: usize,
        spectra: [&mut Vec<f64>; KINDS],
    ) -> Result<()> {
        // Where there are no sticks there is nothing to smooth: coarse points from `first` to `end` see some.
        const PIECE: usize = 32;
        let is_touched = |piece: usize| {
            let range = piece * PIECE..((piece + 1) * PIECE).min(self.fine_len);
            densities.iter().any(|density| density[range.clone()].iter().fold(false, |any, &x| any | (x != 0.0)))
        };
        let pieces = self.fine_len.div_ceil(PIECE);
        let Some(lowest) = (0..pieces).find(|&piece| is_touched(piece)) else { return Ok(()) };
        let highest = (lowest..pieces).rev().find(|&piece| is_touched(piece)).unwrap_or(lowest);
        let first = (lowest * PIECE + 1).saturating_sub(self.taps).div_ceil(self.fine_per_coarse);
        let end = (((highest + 1) * PIECE - 1) / self.fine_per_coarse + 1).clamp(first, self.coarse_len);
        let mut coarse = try_vec("spectrum", self.coarse_len + TOGETHER, [0.0; KINDS])?;
        // Vectors begin where lines of the cache do, wherever coarse points lie so.
        let mut aligned = [(); KINDS].map(|()| Aligned::empty());
        for (copy, density) in aligned.iter_mut().zip(densities) {
            *copy = Aligned::zeros("spectrum", self.fine_len)?;
            copy.slice_mut().copy_from_slice(density);
        }
        self.smooth::<V, KINDS>(aligned.each_ref().map(Aligned::slice), first, end, &mut coarse);
        let coarse = &coarse[..self.coarse_len];
        if self.points_per_coarse > V::WIDTH {
            self.spread::<V, KINDS, 2>(coarse, points, spectra);
        } else {
            self.spread::<V, KINDS, 1>(coarse, points, spectra);
        }
        Ok(())
    }

    /// Fine densities to coarse points from `first` to `end`: a dot product for each. Bound by multiply-adds: with two densities eight of
    /// them share six loads.
    #[inline(always)]
    fn smooth<V: Lanes, const KINDS: usize>(
        &self,
        densities: [&[f64]; KINDS],
        first: usize,
        end: usize,
        coarse: &mut [[f64; KINDS]],
    ) {
        let filter = self.smooth.slice();
        let seen = (self.lead + self.taps).next_multiple_of(V::WIDTH);
        for group in (first..end).step_by(TOGETHER) {
            let mut sums = [[V::zero(); TOGETHER]; KINDS];
            let from = group * self.fine_per_coarse;
            let densities = densities.map(|density| &density[from..from + seen]);
            let filters: [&[f64]; TOGETHER] = std::array::from_fn(|point| {
                let start = self.lead - point * self.fine_per_coarse;
                &filter[start..start + seen]
            });
            let mut at = 0;
            while at + V::WIDTH <= seen {
                let mut values = [V::zero(); KINDS];
                for kind in 0..KINDS {
                    values[kind] = V::load(&densities[kind][at..]);
                }
                for point in 0..TOGETHER {
                    let tap = V::load(&filters[point][at..]);
                    for kind in 0..KINDS {
                        sums[kind][point] = values[kind].mul_add(tap, sums[kind][point]);
                    }
                }
                at += V::WIDTH;
            }
            for point in 0..TOGETHER.min(end - group) {
                for kind in 0..KINDS {
                    coarse[group + point][kind] = sums[kind][point].sum();
                }
            }
        }
    }

    /// Coarse points to the caller's, added to the spectra. `PARTS` vectors of points, even and odd taps, and the
    /// densities make up to eight independent sums.
    #[inline(always)]
    fn spread<V: Lanes, const KINDS: usize, const PARTS: usize>(
        &self,
        coarse: &[[f64; KINDS]],
        points: usize,
        spectra: [&mut Vec<f64>; KINDS],
    ) {
        let rows = 2 * self.coarse_reach + 2;
        let height = V::splat(self.height);
        let filter = self.spread.slice();
        for block in 0..points.div_ceil(self.points_per_coarse) {
            let window = &coarse[block..block + rows];
            let first = block * self.points_per_coarse;
            let mut p = 0;
            while p < self.points_per_coarse.min(points - first) {
                let mut sums = [[[V::zero(); 2]; PARTS]; KINDS]; // by kind, vector of points, parity of the tap
                // Slices of known lengths: their bounds are checked once for all loads.
                for (taps, values) in filter[p..].chunks(2 * self.spread_row).zip(window.chunks_exact(2)) {
                    let taps = [&taps[..PARTS * V::WIDTH], &taps[self.spread_row..][..PARTS * V::WIDTH]];
                    for parity in 0..2 {
                        for part in 0..PARTS {
                            let tap = V::load(&taps[parity][part * V::WIDTH..]);
                            for kind in 0..KINDS {
                                let value = V::splat(values[parity][kind]);
                                sums[kind][part][parity] = tap.mul_add(value, sums[kind][part][parity]);
                            }
                        }
                    }
                }
                for kind in 0..KINDS {
                    for part in 0..PARTS {
                        let slot = &mut spectra[kind][first + p + part * V::WIDTH..];
                        height.mul_add(sums[kind][part][0] + sums[kind][part][1], V::load(slot)).store(slot);
                    }
                }
                p += PARTS * V::WIDTH;
            }
        }
    }
}

/// Lagrange's basis for 8 points at -3.5, -2.5, ..., 3.5 as polynomials: [power][point].
fn lagrange_weights() -> [[f64; NODES]; NODES] {
    let at = |point: usize| point as f64 - 3.5;
    let mut weights = [[0.0; NODES]; NODES];
    for point in 0..NODES {
        // The product of (v - x_other) / (x_point - x_other), one factor after another. All numbers are small
        // multiples of powers of 1/2 until the last division: exact.
        let mut coefficients = [0.0; NODES];
        coefficients[0] = 1.0;
        let mut denominator = 1.0;
        for other in (0..NODES).filter(|&other| other != point) {
            for power in (0..NODES).rev() {
                let lower = if power > 0 { coefficients[power - 1] } else { 0.0 };
                coefficients[power] = lower - at(other) * coefficients[power];
            }
            denominator *= at(point) - at(other);
        }
        for power in 0..NODES {
            weights[power][point] = coefficients[power] / denominator;
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_one_at_their_own_point_and_nothing_at_the_others() {
        let weights = lagrange_weights();
        for i in 0..NODES {
            let v = i as f64 - 3.5;
            for point in 0..NODES {
                let value: f64 = (0..NODES).rev().fold(0.0, |sum, power| sum * v + weights[power][point]);
                assert!((value - (i == point) as u8 as f64).abs() < 1e-13);
            }
        }
    }
}
