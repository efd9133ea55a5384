//! Mean spectra, from Hamiltonians or from sticks, without storage per configuration.

use super::broadening::{Broadening, Grid, Sticks};
use super::options::{Options, Widths};
use super::range::refuse_overflow;
use super::solve::Solver;
use super::sticks::chunk_size;
use super::system::System;
use super::way::{Choice, Way};
use super::weights::Weights;
use crate::array::View;
use crate::error::{Error, Result, Status};
use crate::simd::{Kernel, Lanes, Level, dispatch};
use crate::threads::{Progress, for_each_chunk, ranges};

/// Weighted means over configurations, at the grid's points; empty where not asked for.
pub struct Spectra {
    pub absorption: Vec<f64>,
    pub cd: Vec<f64>,
}

impl Spectra {
    fn checked(self, name: &str) -> Result<Self> {
        refuse_overflow(name, &self.absorption)?;
        refuse_overflow("cd", &self.cd)?;
        Ok(self)
    }
}

/// Which of them are wanted.
#[derive(Clone, Copy)]
struct Wanted {
    absorption: bool,
    cd: bool,
}

/// The mean absorption and CD of `system`'s configurations. CD is computed if the system needs rotation.
pub fn spectrum(
    system: &System,
    weights: Option<View<'_, f64, 1>>,
    grid: &View<'_, f64, 1>,
    options: &Options,
    progress: &mut Progress,
) -> Result<Spectra> {
    let wanted = Wanted { absorption: system.needs.dipoles, cd: system.needs.rotation };
    let n_conf = system.n_conf();
    let weights = Weights::new(weights, n_conf)?;
    let plan = Broadening::plan(
        Grid::new(grid)?,
        options,
        n_conf,
        system.n(),
        &system.kept,
        wanted.absorption,
        wanted.cd,
    )?;
    let level = Level::current()?;
    let n = system.n();
    let Choice { way, group, nanoseconds } = Choice::new(n_conf, n, system.needs.eigenvectors, level);
    let size = chunk_size(n_conf, nanoseconds + plan.cost_per_configuration(n), group);
    let summed = if n == 0 { 0 } else { n_conf };
    let name = if system.axis.is_some() { "ld" } else { "absorption" };
    mean(&plan, level, summed, size, weights.total, name, progress, |(first, len)| {
        dispatch(level, SolveChunk { system, level, way, plan: &plan, weights, cd_scale: options.cd_scale, first, len })
    })
}

/// Sticks as the caller has them: [n_conf][n_exciton] each.
pub struct StickArrays<'a> {
    pub energies: View<'a, f64, 2>,
    pub dipole_strengths: Option<View<'a, f64, 2>>,
    pub rotational_strengths: Option<View<'a, f64, 2>>,
}

/// The mean spectra of given sticks. Strengths that are there are wanted.
pub fn broaden(
    arrays: &StickArrays,
    weights: Option<View<'_, f64, 1>>,
    grid: &View<'_, f64, 1>,
    options: &Options,
    progress: &mut Progress,
) -> Result<Spectra> {
    if matches!(options.widths, Widths::PerSite { .. }) {
        return Err(Error::new(
            Status::Option,
            "fwhm_by: widths by site need eigenvectors, which sticks do not carry; use hl_exciton_spectrum",
        ));
    }
    let [n_conf, n] = arrays.energies.dims();
    let weights = Weights::new(weights, n_conf)?;
    let plan = Broadening::plan(
        Grid::new(grid)?,
        options,
        n_conf,
        n,
        &[],
        arrays.dipole_strengths.is_some(),
        arrays.rotational_strengths.is_some(),
    )?;
    let level = Level::current()?;
    let size = chunk_size(n_conf, 20.0 + plan.cost_per_configuration(n), 1);
    let summed = if n == 0 { 0 } else { n_conf };
    mean(&plan, level, summed, size, weights.total, "absorption", progress, |(first, len)| {
        dispatch(level, BroadenChunk { arrays, plan: &plan, weights, first, len })
    })
}

/// Sums chunks of the `n_conf` configurations that have sticks, in order, and turns the sum into spectra, of which the first is called `name`.
#[allow(clippy::too_many_arguments)]
fn mean(
    plan: &Broadening,
    level: Level,
    n_conf: usize,
    size: usize,
    total_weight: f64,
    name: &str,
    progress: &mut Progress,
    chunk: impl Fn((usize, usize)) -> Result<Vec<f64>> + Sync,
) -> Result<Spectra> {
    let mut sum: Option<Vec<f64>> = None;
    progress.begin(n_conf)?;
    for_each_chunk(
        ranges(n_conf, size),
        |(_, len)| *len,
        progress,
        chunk,
        |part| {
            match &mut sum {
                None => sum = Some(part),
                Some(sum) => sum.iter_mut().zip(part).for_each(|(total, x)| *total += x),
            }
            Ok(())
        },
    )?;
    let sum = sum.map_or_else(|| plan.accumulator(), Ok)?;
    let (absorption, cd) = dispatch(level, Finish { plan, sum, total_weight })?;
    progress.end()?;
    Spectra { absorption, cd }.checked(name)
}

struct Finish<'a> {
    plan: &'a Broadening,
    sum: Vec<f64>,
    total_weight: f64,
}

impl Kernel for Finish<'_> {
    type Output = Result<(Vec<f64>, Vec<f64>)>;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Self::Output {
        self.plan.finish::<V>(self.sum, self.total_weight)
    }
}

struct SolveChunk<'a> {
    system: &'a System<'a>,
    level: Level,
    way: Way,
    plan: &'a Broadening,
    weights: Weights<'a>,
    cd_scale: f64,
    first: usize,
    len: usize,
}

impl Kernel for SolveChunk<'_> {
    type Output = Result<Vec<f64>>;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Self::Output {
        match self.way {
            Way::Pairs => self.run_in::<V, V::Pair>(),
            Way::Lanes | Way::Lapack => self.run_in::<V, V>(),
        }
    }
}

impl SolveChunk<'_> {
    /// Solves in vectors `S`, broadens in vectors `V`. Configurations are added in their own order, so that `S` does
    /// not show in the sum.
    #[inline(always)]
    fn run_in<V: Lanes, S: Lanes>(self) -> Result<Vec<f64>> {
        let mut solver = Solver::<S>::new(self.system, self.level, self.way, self.cd_scale)?;
        let mut sum = self.plan.accumulator()?;
        let width = solver.width();
        let mut ascending = Vec::new();
        for at in (0..self.len).step_by(width) {
            let first = self.first + at;
            let count = width.min(self.len - at);
            let excitons = solver.solve(first, count)?;
            for lane in 0..count {
                let weight = self.weights.of(first + lane);
                let configuration = excitons.of(lane);
                if self.plan.needs_order {
                    configuration.ascending(&mut ascending);
                    self.plan.add::<V>(&mut sum, weight, &configuration, ascending.iter().copied());
                } else {
                    self.plan.add::<V>(&mut sum, weight, &configuration, 0..configuration.n());
                }
            }
        }
        Ok(sum)
    }
}

struct BroadenChunk<'a> {
    arrays: &'a StickArrays<'a>,
    plan: &'a Broadening,
    weights: Weights<'a>,
    first: usize,
    len: usize,
}

/// One row of the caller's sticks; exciton k is column k.
struct StickRow<'a> {
    arrays: &'a StickArrays<'a>,
    c: usize,
}

impl Sticks for StickRow<'_> {
    #[inline(always)]
    fn energy(&self, k: usize) -> f64 {
        self.arrays.energies.at([self.c, k])
    }
    #[inline(always)]
    fn dipole_strength(&self, k: usize) -> f64 {
        self.arrays.dipole_strengths.map_or(0.0, |view| view.at([self.c, k]))
    }
    #[inline(always)]
    fn rotational_strength(&self, k: usize) -> f64 {
        self.arrays.rotational_strengths.map_or(0.0, |view| view.at([self.c, k]))
    }
    fn participation(&self, _k: usize, _squared_widths: &[f64]) -> f64 {
        unreachable!("refused in `broaden`")
    }
}

impl Kernel for BroadenChunk<'_> {
    type Output = Result<Vec<f64>>;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Self::Output {
        let n = self.arrays.energies.dims()[1];
        let mut sum = self.plan.accumulator()?;
        for c in self.first..self.first + self.len {
            let views = [Some(self.arrays.energies), self.arrays.dipole_strengths, self.arrays.rotational_strengths];
            for view in views.into_iter().flatten() {
                if let Some(k) = (0..n).find(|&k| !view.at([c, k]).is_finite()) {
                    return Err(Error::new(
                        Status::Nonfinite,
                        format!(
                            "{}: element {k} of configuration {c} is {}; leave this configuration out or repair it",
                            view.name(),
                            view.at([c, k])
                        ),
                    ));
                }
            }
            let row = StickRow { arrays: self.arrays, c };
            let weight = self.weights.of(c);
            self.plan.add::<V>(&mut sum, weight, &row, 0..n);
        }
        Ok(sum)
    }
}
