//! From sticks to spectra.
//!
//! Two ways, chosen by the problem's sizes alone (or by the caller):
//!
//! * `direct`: every stick adds its lineshape to the grid points within the cutoff, exactly as defined. Cost: one
//!   exponential per 8 points.
//! * `gridded`: sticks of one width become a density on a fine grid, convolved with the Gaussian once at the end.
//!   Cost: 8 multiply-adds a stick, and a fixed few microseconds. No cutoff; Gaussian on a uniform grid only.
//!
//! Sums over configurations live in a flat accumulator, so that chunks of configurations can be added in order.

mod direct;
mod gridded;
mod lineshape;

use super::options::{Lineshape, Normalization, Options, Widths};
use super::solve::Configuration;
use crate::array::View;
use crate::error::{Error, Number, Result, Status, try_collect, try_vec};
use crate::simd::Lanes;
use direct::Direct;
use gridded::Gridded;

/// Which way sticks are broadened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Auto,
    Direct,
    Gridded,
}

/// Below this cutoff the truncation of a Gaussian is visible (2^(-4 c^2) = 1.5e-11 of the peak at c = 3), so the
/// gridded way, which has none, is not used.
const SMALLEST_GRIDDED_CUTOFF: f64 = 3.0;

/// The points at which a spectrum is wanted: finite and ascending.
pub struct Grid {
    /// The points, then padding to full vectors.
    points: Vec<f64>,
    len: usize,
    /// Distance of neighbours, if it is the same everywhere to rounding.
    step: Option<f64>,
}

/// Padding behind grid-sized arrays, so that the last vector may be loaded whole.
const PADDING: usize = 32;

impl Grid {
    pub fn new(view: &View<'_, f64, 1>) -> Result<Self> {
        let mut points = ascending_points(view)?;
        let len = points.len();
        let step = uniform_step(&points);
        // Any ordinary number: spare lanes compute with it before they are masked, and should raise no flags.
        points.try_reserve_exact(PADDING).map_err(|_| Error::out_of_memory("grid", size_of_val(&points[..])))?;
        points.resize(len + PADDING, points.last().copied().unwrap_or(0.0));
        Ok(Self { points, len, step })
    }

    pub fn len(&self) -> usize {
        self.len
    }

    fn first(&self) -> f64 {
        self.points[0]
    }
}

/// Points of a grid, finite and ascending.
pub fn ascending_points(view: &View<'_, f64, 1>) -> Result<Vec<f64>> {
    let points = view.to_vec(view.name())?;
    // A look at all of them without a branch for each; what is wrong is looked for when something is. Nothing is above NaN, and between finite ends all are finite.
    let is_ascending = points.iter().zip(points.iter().skip(1)).fold(true, |good, (x, next)| good & (x < next));
    if is_ascending && [points.first(), points.last()].into_iter().flatten().all(|end| end.is_finite()) { Ok(points) } else { Err(complaint(view.name(), &points)) }
}

/// What is wrong with the first bad point.
fn complaint(name: &str, points: &[f64]) -> Error {
    for (i, &x) in points.iter().enumerate() {
        if !x.is_finite() {
            return Error::new(Status::Nonfinite, format!("{name}: point {i} is {x}; use finite wavenumbers"));
        }
        if i > 0 && x <= points[i - 1] {
            return Error::new(
                Status::Argument,
                format!(
                    "{name}: point {i} ({}) is not above point {} ({}); sort it in ascending order without repetition",
                    Number(x),
                    i - 1,
                    Number(points[i - 1])
                ),
            );
        }
    }
    unreachable!("one of the points is bad")
}

/// The step of a grid whose points are `first + i step` to a few roundings of the largest.
fn uniform_step(points: &[f64]) -> Option<f64> {
    let [first, .., last] = points else { return None };
    let step = (last - first) / (points.len() - 1) as f64;
    let tolerance = 4.0 * f64::EPSILON * first.abs().max(last.abs());
    // All of them, without a branch for each, in vectors.
    let is_uniform = points
        .iter()
        .enumerate()
        .fold(true, |is_uniform, (i, x)| is_uniform & ((x - (first + i as f64 * step)).abs() <= tolerance));
    is_uniform.then_some(step)
}

/// How one call broadens its sticks.
pub struct Broadening {
    pub grid: Grid,
    pub wants_absorption: bool,
    pub wants_cd: bool,
    /// Excitons must come in ascending energy.
    pub needs_order: bool,
    frequency_prefactor: bool,
    way: Way,
}

enum Way {
    Direct(Direct),
    Gridded(Gridded),
}

impl Broadening {
    /// Decides for `n_conf` configurations of `n` excitons. `kept` maps excitons' sites to per-site widths.
    pub fn plan(
        grid: Grid,
        options: &Options,
        n_conf: usize,
        n: usize,
        kept: &[usize],
        wants_absorption: bool,
        wants_cd: bool,
    ) -> Result<Self> {
        let copy = |widths: &[f64]| try_collect("widths", widths.iter().copied());
        let of_kept = |widths: &[f64]| try_collect("widths", kept.iter().map(|&site| widths[site]));
        let widths = match &options.widths {
            &Widths::Common { absorption, cd } => Widths::Common { absorption, cd },
            Widths::PerExciton { absorption, cd } => Widths::PerExciton { absorption: copy(absorption)?, cd: copy(cd)? },
            Widths::PerSite { absorption, cd } => Widths::PerSite { absorption: of_kept(absorption)?, cd: of_kept(cd)? },
        };
        let gridded = match options.method {
            Method::Direct => None,
            Method::Gridded => Some(
                why_not_gridded(&grid, options)
                    .map_or_else(|| Gridded::plan(&grid, options, &widths, n), |reason| Err(reason.into()))
                    .map_err(|reason| Error::new(Status::Option, format!("broadening: cannot be gridded: {reason}")))?,
            ),
            Method::Auto if why_not_gridded(&grid, options).is_some() => None,
            Method::Auto => Gridded::plan(&grid, options, &widths, n).ok().filter(|gridded| {
                let sticks = (n_conf * n) as f64;
                gridded.cost(sticks) < sticks * direct::cost_per_stick(options, &widths, &grid)
            }),
        };
        let per_exciton = matches!(widths, Widths::PerExciton { .. });
        let way = match gridded {
            Some(gridded) => Way::Gridded(gridded.prepare(&grid)?),
            None => Way::Direct(Direct::plan(options, widths, &grid)?),
        };
        Ok(Self {
            grid,
            wants_absorption,
            wants_cd,
            needs_order: per_exciton,
            frequency_prefactor: options.frequency_prefactor,
            way,
        })
    }

    /// Nanoseconds to add a configuration of `n` excitons, roughly.
    pub fn cost_per_configuration(&self, n: usize) -> f64 {
        n as f64
            * match &self.way {
                Way::Direct(direct) => direct.cost_per_stick,
                Way::Gridded(_) => 5.0,
            }
    }

    /// A sum of no configurations.
    pub fn accumulator(&self) -> Result<Vec<f64>> {
        let len = match &self.way {
            Way::Direct(_) => 2 * self.grid.points.len(),
            Way::Gridded(gridded) => gridded.accumulator_len(),
        };
        try_vec("spectrum", len, 0.0)
    }

    /// Adds a configuration; `order` lists its excitons, ascending in energy if `needs_order`.
    #[inline(always)]
    pub fn add<V: Lanes>(
        &self,
        accumulator: &mut [f64],
        weight: f64,
        configuration: &impl Sticks,
        order: impl Iterator<Item = usize>,
    ) {
        match &self.way {
            Way::Direct(direct) => {
                let (absorption, cd) = accumulator.split_at_mut(self.grid.points.len());
                direct.add::<V>(self, weight, configuration, order, absorption, cd);
            }
            Way::Gridded(gridded) => gridded.add::<V>(self, weight, configuration, order, accumulator),
        }
    }

    /// The spectra of a sum whose weights were `total_weight`, in place of the accumulator's own numbers.
    #[inline(always)]
    pub fn finish<V: Lanes>(&self, accumulator: Vec<f64>, total_weight: f64) -> Result<(Vec<f64>, Vec<f64>)> {
        let (mut absorption, mut cd) = match &self.way {
            Way::Direct(_) => {
                let mut absorption = accumulator;
                let cd = absorption.split_off(self.grid.points.len());
                (absorption, cd)
            }
            Way::Gridded(gridded) => gridded.finish::<V>(self, &accumulator)?,
        };
        for spectrum in [&mut absorption, &mut cd] {
            spectrum.truncate(self.grid.len);
            for (value, x) in spectrum.iter_mut().zip(&self.grid.points) {
                *value /= total_weight;
                if self.frequency_prefactor {
                    *value *= x;
                }
            }
        }
        Ok((absorption, cd))
    }
}

/// Why the gridded way is out of the question for these options, if it is.
fn why_not_gridded(grid: &Grid, options: &Options) -> Option<&'static str> {
    if options.lineshape != Lineshape::Gaussian {
        return Some("the lineshape is not Gaussian");
    }
    if options.cutoff < SMALLEST_GRIDDED_CUTOFF {
        return Some("the cutoff is below 3 full widths");
    }
    if matches!(options.widths, Widths::PerSite { .. }) {
        return Some("every exciton has a width of its own");
    }
    if grid.step.is_none() {
        return Some("the grid is not uniform");
    }
    None
}

/// One configuration's sticks, from the eigensolver or from the caller.
pub trait Sticks {
    fn energy(&self, k: usize) -> f64;
    fn dipole_strength(&self, k: usize) -> f64;
    fn rotational_strength(&self, k: usize) -> f64;
    /// `sum_i V_ik^2 w_i^2`
    fn participation(&self, k: usize, squared_widths: &[f64]) -> f64;
}

impl Sticks for Configuration<'_> {
    #[inline(always)]
    fn energy(&self, k: usize) -> f64 {
        Configuration::energy(self, k)
    }
    #[inline(always)]
    fn dipole_strength(&self, k: usize) -> f64 {
        Configuration::dipole_strength(self, k)
    }
    #[inline(always)]
    fn rotational_strength(&self, k: usize) -> f64 {
        Configuration::rotational_strength(self, k)
    }
    fn participation(&self, k: usize, squared_widths: &[f64]) -> f64 {
        squared_widths.iter().enumerate().map(|(i, w2)| self.amplitude(k, i).powi(2) * w2).sum()
    }
}

/// The strength of a stick of width `fwhm` whose shape has peak 1.
fn height(normalization: Normalization, lineshape: Lineshape, fwhm: f64) -> f64 {
    match normalization {
        Normalization::Peak => 1.0,
        Normalization::Area => 1.0 / lineshape::area(lineshape, fwhm),
    }
}
