//! The arrays that derivatives and fits have in common: a model, a measurement, and where model spectra go.

use super::fit_options::{differentiable, parameter_list};
use super::options::{Given, hl_exciton_options};
use super::sample::{GivenSample, Purpose};
use crate::array::{Footprint, View, ViewMut, extent};
use crate::capi::arrays::{needed, wanted};
use crate::capi::guard::refuse;
use crate::error::{Result, Status, try_collect};
use crate::exciton::fit::{BANDS, Band, Measured, Parameters, Problem};
use crate::exciton::{Needs, System};
use crate::threads::Progress;

/// Dimensions of a call.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    pub conf: usize,
    pub site: usize,
    /// Of absorption and CD; those of linear dichroism belong to the sample.
    pub points: [usize; 2],
    pub parameters: usize,
}

impl Sizes {
    pub fn new(n_conf: isize, n_site: isize, n_absorption: isize, n_cd: isize, n_parameter: isize) -> Result<Self> {
        Ok(Self {
            conf: extent("n_conf", n_conf)?,
            site: extent("n_site", n_site)?,
            points: [extent("n_absorption", n_absorption)?, extent("n_cd", n_cd)?],
            parameters: extent("n_parameter", n_parameter)?,
        })
    }
}

/// A pointer and its strides.
pub(super) type Raw<T> = (*const T, *const isize);

/// The arrays that make a model.
pub(super) struct Model<'a> {
    sizes: Sizes,
    hamiltonians: View<'a, f64, 3>,
    dipoles: Option<View<'a, f64, 3>>,
    positions: Option<View<'a, f64, 3>>,
    weights: Option<View<'a, f64, 1>>,
    grids: [View<'a, f64, 1>; 2],
    parameters: View<'a, i32, 2>,
    given: Given,
    pub sample: GivenSample<'a>,
}

impl Model<'_> {
    /// # Safety
    /// As for `View::new`.
    #[allow(clippy::too_many_arguments)]
    pub unsafe fn new(
        sizes: Sizes,
        hamiltonians: Raw<f64>,
        dipoles: Raw<f64>,
        positions: Raw<f64>,
        weights: Raw<f64>,
        grids: [Raw<f64>; 2],
        parameters: Raw<i32>,
        options: *const hl_exciton_options,
        purpose: Purpose,
    ) -> Result<Self> {
        let Sizes { conf, site, points, .. } = sizes;
        let vectors = [conf, site, 3];
        // SAFETY: passed on.
        unsafe {
            let given = Given::with_sample(options, site, true)?;
            let sample = GivenSample::new(given.sample, site, sizes.parameters, purpose)?;
            let is_any_wanted = points != [0, 0] || sample.points() > 0;
            Ok(Self {
                sizes,
                hamiltonians: View::new("hamiltonians", hamiltonians.0, [conf, site, site], hamiltonians.1)?,
                dipoles: needed("dipoles", is_any_wanted, dipoles.0, vectors, dipoles.1)?,
                positions: needed("positions", points[1] > 0, positions.0, vectors, positions.1)?,
                weights: needed("weights", !weights.0.is_null(), weights.0, [conf], weights.1)?,
                grids: [
                    View::new("absorption_grid", grids[0].0, [points[0]], grids[0].1)?,
                    View::new("cd_grid", grids[1].0, [points[1]], grids[1].1)?,
                ],
                parameters: View::new("parameters", parameters.0, [sizes.parameters, 3], parameters.1)?,
                given,
                sample,
            })
        }
    }

    pub fn take_footprints(&mut self) -> Vec<Footprint> {
        let mut inputs = std::mem::take(&mut self.given.footprints);
        inputs.push(self.hamiltonians.footprint());
        inputs.extend([self.dipoles, self.positions].iter().flatten().map(View::footprint));
        inputs.extend(self.weights.iter().chain(&self.grids).map(View::footprint));
        inputs.push(self.parameters.footprint());
        inputs.extend(self.sample.footprints());
        inputs
    }

    /// The checked points of each band.
    pub fn points(&self) -> Result<[Vec<f64>; BANDS]> {
        let of = |grid| Ok(Band::new(["", ""], grid, None, None)?.points);
        Ok([of(&self.grids[0])?, of(&self.grids[1])?, of(&self.sample.ld_grid)?])
    }

    /// Runs `body` on the problem that the arrays pose.
    pub fn solve(self, points: [&[f64]; BANDS], body: impl FnOnce(&Problem, &mut Progress) -> Result<()>) -> Result<()> {
        if self.sizes.conf == 0 {
            return refuse(Status::Shape, "n_conf: is 0; a mean needs at least one configuration".into());
        }
        let list = parameter_list(&self.parameters)?;
        let [absorption, cd] = differentiable(&self.given, &list)?;
        let fwhm = [absorption, cd, self.sample.fwhm(absorption)];
        let site = self.sizes.site;
        let options = self.given.options;
        let kept = self.sample.kept(&options.kept_sites(site)?)?;
        let views = try_collect("variants", kept.iter().map(Vec::as_slice))?;
        let parameters = Parameters::new(&list, site, &views)?;
        let (hamiltonians, dipoles, positions) = (self.hamiltonians, self.dipoles, self.positions);
        let variants = self.sample.variants(kept, &parameters, |kept, axis, spread| System {
            hamiltonians,
            dipoles,
            positions,
            kept,
            energy_offset: options.energy_offset,
            normalize_dipoles: options.normalize_dipoles,
            axis,
            spread,
            needs: Needs { dipoles: dipoles.is_some(), rotation: positions.is_some(), eigenvectors: false },
        })?;
        let (parameters, options) = (&parameters, &options);
        let problem = Problem { variants: &variants, weights: self.weights, points, parameters, options, fwhm };
        let mut progress = self.given.progress;
        body(&problem, &mut progress)
    }
}

/// The arrays that hold a measurement.
pub(super) struct MeasuredViews<'a> {
    values: [View<'a, f64, 1>; 2],
    sigma: [Option<View<'a, f64, 1>>; 2],
}

impl MeasuredViews<'_> {
    /// # Safety
    /// As for `View::new`.
    pub unsafe fn new(sizes: Sizes, values: [Raw<f64>; 2], sigma: [Raw<f64>; 2]) -> Result<Self> {
        let [n_absorption, n_cd] = sizes.points;
        // SAFETY: passed on.
        unsafe {
            Ok(Self {
                values: [
                    View::new("absorption_measured", values[0].0, [n_absorption], values[0].1)?,
                    View::new("cd_measured", values[1].0, [n_cd], values[1].1)?,
                ],
                sigma: [
                    needed("absorption_sigma", !sigma[0].0.is_null(), sigma[0].0, [n_absorption], sigma[0].1)?,
                    needed("cd_sigma", !sigma[1].0.is_null(), sigma[1].0, [n_cd], sigma[1].1)?,
                ],
            })
        }
    }

    pub fn footprints(&self) -> Vec<Footprint> {
        self.values.iter().chain(self.sigma.iter().flatten()).map(View::footprint).collect()
    }

    pub fn read(&self, model: &Model) -> Result<Measured> {
        let band = |band: usize, names| {
            Band::new(names, &model.grids[band], Some(&self.values[band]), self.sigma[band].as_ref())
        };
        Ok(Measured {
            bands: [
                band(0, ["absorption_measured", "absorption_sigma"])?,
                band(1, ["cd_measured", "cd_sigma"])?,
                model.sample.measured()?,
            ],
        })
    }
}

/// Where model spectra of absorption and CD go.
///
/// # Safety
/// As for `wanted`.
pub(super) unsafe fn model_outputs<'a>(
    sizes: Sizes,
    spectra: [(*mut f64, *const isize); 2],
) -> Result<[Option<ViewMut<'a, f64, 1>>; 2]> {
    // SAFETY: passed on.
    unsafe {
        Ok([
            wanted("absorption", spectra[0].0, [sizes.points[0]], spectra[0].1)?,
            wanted("cd", spectra[1].0, [sizes.points[1]], spectra[1].1)?,
        ])
    }
}

pub(super) fn write_matrix(output: &mut ViewMut<f64, 2>, rows: &[f64]) {
    let [height, width] = output.dims();
    for i in 0..height {
        for j in 0..width {
            output.set([i, j], rows[i * width + j]);
        }
    }
}
