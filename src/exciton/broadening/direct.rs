//! Every stick adds its lineshape to the grid points within the cutoff: the definition, point by point.
//!
//! Point i belongs to a stick at energy e with full width F iff `e - c F <= x_i < e + c F` (half open, as ham2spec's
//! pair of lower bounds). Bound by the exponential: 25 vector operations for 8 points with AVX-512.

use super::super::options::{Lineshape, Normalization, Options, Widths};
use super::lineshape::{self, Gaussian, Lorentzian, Profile, Voigt};
use super::{Broadening, Grid, Sticks, height};
use crate::error::{Result, try_collect};
use crate::simd::{Lanes, Task};
use std::marker::PhantomData;
use std::ops::Range;

pub struct Direct {
    lineshape: Lineshape,
    normalization: Normalization,
    cutoff: f64,
    widths: Widths,
    /// PerSite: squared widths of the kept sites, absorption and CD.
    squared: [Vec<f64>; 2],
    /// Lines of the widths that are known beforehand: one for Common, one per exciton for PerExciton.
    lines: [Vec<Line>; 2],
    pub cost_per_stick: f64,
}

/// What a stick of one width needs.
#[derive(Clone, Copy)]
struct Line {
    fwhm: f64,
    shape: Shape,
    height: f64,
    /// Cutoff in cm-1.
    reach: f64,
}

#[derive(Clone, Copy)]
enum Shape {
    Gaussian(Gaussian),
    Lorentzian(Lorentzian),
    Voigt(Voigt),
}

impl Direct {
    pub fn plan(options: &Options, widths: Widths, grid: &Grid) -> Result<Self> {
        let mut direct = Self {
            lineshape: options.lineshape,
            normalization: options.normalization,
            cutoff: options.cutoff,
            squared: Default::default(),
            lines: Default::default(),
            cost_per_stick: cost_per_stick(options, &widths, grid),
            widths,
        };
        match &direct.widths {
            Widths::Common { absorption, cd } => {
                direct.lines = [vec![direct.line(*absorption)], vec![direct.line(*cd)]];
            }
            Widths::PerExciton { absorption, cd } => {
                let lines = |widths: &[f64]| try_collect("widths", widths.iter().map(|&fwhm| direct.line(fwhm)));
                direct.lines = [lines(absorption)?, lines(cd)?];
            }
            Widths::PerSite { absorption, cd } => {
                let squares = |widths: &[f64]| try_collect("widths", widths.iter().map(|w| w * w));
                direct.squared = [squares(absorption)?, squares(cd)?];
            }
        }
        Ok(direct)
    }

    fn line(&self, fwhm: f64) -> Line {
        let shape = match self.lineshape {
            Lineshape::Gaussian => Shape::Gaussian(Gaussian::new(fwhm)),
            Lineshape::Lorentzian => Shape::Lorentzian(Lorentzian::new(fwhm)),
            Lineshape::Voigt { lorentzian_fwhm } => Shape::Voigt(Voigt::new(fwhm, lorentzian_fwhm)),
        };
        Line {
            fwhm,
            shape,
            height: height(self.normalization, self.lineshape, fwhm),
            reach: self.cutoff * lineshape::full_width(self.lineshape, fwhm),
        }
    }

    /// Lines for absorption and CD of exciton `k`, the `rank`-th in the order given.
    #[inline(always)]
    fn lines_of(&self, sticks: &impl Sticks, k: usize, rank: usize) -> [Line; 2] {
        match &self.widths {
            Widths::Common { .. } => [self.lines[0][0], self.lines[1][0]],
            Widths::PerExciton { .. } => [self.lines[0][rank], self.lines[1][rank]],
            Widths::PerSite { absorption, cd } => {
                let line = self.line(sticks.participation(k, &self.squared[0]).sqrt());
                if absorption == cd {
                    [line, line]
                } else {
                    [line, self.line(sticks.participation(k, &self.squared[1]).sqrt())]
                }
            }
        }
    }

    #[inline(always)]
    pub fn add<V: Lanes>(
        &self,
        plan: &Broadening,
        weight: f64,
        sticks: &impl Sticks,
        order: impl Iterator<Item = usize>,
        absorption: &mut [f64],
        cd: &mut [f64],
    ) {
        for (rank, k) in order.enumerate() {
            let energy = sticks.energy(k);
            let [for_absorption, for_cd] = self.lines_of(sticks, k, rank);
            let d = if plan.wants_absorption { weight * for_absorption.height * sticks.dipole_strength(k) } else { 0.0 };
            let r = if plan.wants_cd { weight * for_cd.height * sticks.rotational_strength(k) } else { 0.0 };
            if for_absorption.fwhm == for_cd.fwhm {
                for_absorption.add::<V, 2>(&plan.grid, energy, [d, r], [&mut *absorption, &mut *cd]);
            } else {
                if plan.wants_absorption {
                    for_absorption.add::<V, 1>(&plan.grid, energy, [d], [&mut *absorption]);
                }
                if plan.wants_cd {
                    for_cd.add::<V, 1>(&plan.grid, energy, [r], [&mut *cd]);
                }
            }
        }
    }
}

/// Nanoseconds a stick on one core with AVX-512. Decides between ways of broadening and sizes of chunks, so it
/// depends on the problem alone.
pub fn cost_per_stick(options: &Options, widths: &Widths, grid: &Grid) -> f64 {
    let (absorption, cd) = match widths {
        Widths::Common { absorption, cd } => (*absorption, *cd),
        Widths::PerExciton { absorption, cd } | Widths::PerSite { absorption, cd } => {
            let mean = |widths: &[f64]| widths.iter().sum::<f64>() / widths.len().max(1) as f64;
            (mean(absorption), mean(cd))
        }
    };
    let points = |fwhm: f64| {
        let reach = 2.0 * options.cutoff * lineshape::full_width(options.lineshape, fwhm);
        grid.step.map_or(grid.len as f64, |step| (reach / step).min(grid.len as f64))
    };
    let points = if absorption == cd { points(absorption) } else { points(absorption) + points(cd) };
    let nanoseconds = if matches!(options.lineshape, Lineshape::Voigt { .. }) { 25.0 } else { 1.0 };
    20.0 + nanoseconds * points
}

impl Line {
    /// Adds the line at `energy`, `strengths[s]` high, to `spectra[s]`.
    #[inline(always)]
    fn add<V: Lanes, const S: usize>(&self, grid: &Grid, energy: f64, strengths: [f64; S], spectra: [&mut [f64]; S]) {
        V::outlined(AddLine::<V, S> { line: self, grid, energy, strengths, spectra, lanes: PhantomData });
    }
}

struct AddLine<'a, V, const S: usize> {
    line: &'a Line,
    grid: &'a Grid,
    energy: f64,
    strengths: [f64; S],
    spectra: [&'a mut [f64]; S],
    lanes: PhantomData<V>,
}

impl<V: Lanes, const S: usize> Task for AddLine<'_, V, S> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { line, grid, energy, strengths, spectra, .. } = self;
        let points = lower_bound(grid, energy - line.reach)..lower_bound(grid, energy + line.reach);
        match &line.shape {
            Shape::Gaussian(profile) => sweep::<V, S>(profile, grid, energy, points, strengths, spectra),
            Shape::Lorentzian(profile) => sweep::<V, S>(profile, grid, energy, points, strengths, spectra),
            Shape::Voigt(profile) => sweep::<V, S>(profile, grid, energy, points, strengths, spectra),
        }
    }
}

/// `spectra[s][i] += strengths[s] profile(x_i - energy)` for the points i given. The last vector may reach beyond them
/// (grid and spectra are padded); its spare lanes add 0.
#[inline(always)]
fn sweep<V: Lanes, const S: usize>(
    profile: &impl Profile,
    grid: &Grid,
    energy: f64,
    points: Range<usize>,
    strengths: [f64; S],
    spectra: [&mut [f64]; S],
) {
    let energy = V::splat(energy);
    let mut at = points.start;
    while at < points.end {
        let value = profile.at(V::load(&grid.points[at..]) - energy);
        let wanted = V::iota().less_than(V::splat((points.end - at) as f64));
        let value = V::select(wanted, value, V::zero());
        for s in 0..S {
            let slot = &mut spectra[s][at..];
            value.mul_add(V::splat(strengths[s]), V::load(slot)).store(slot);
        }
        at += V::WIDTH;
    }
}

/// The first point not below `x`.
#[inline(always)]
fn lower_bound(grid: &Grid, x: f64) -> usize {
    let points = &grid.points[..grid.len];
    match (points.first(), points.last()) {
        (Some(&first), Some(&last)) if first < x && x <= last => {}
        (Some(&first), _) if x <= first => return 0,
        _ => return points.len(),
    }
    match grid.step {
        Some(step) => {
            // A guess by arithmetic, put right by comparison with the points themselves.
            let mut i = (((x - points[0]) / step) as usize).min(points.len());
            while i > 0 && points[i - 1] >= x {
                i -= 1;
            }
            while i < points.len() && points[i] < x {
                i += 1;
            }
            i
        }
        None => points.partition_point(|&point| point < x),
    }
}
