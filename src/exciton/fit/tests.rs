//! Derivatives against differences, spectra against those of `hl_exciton_spectrum`, and bits.

use super::gradient::residual_gradient_keeping;
use super::*;
use crate::array::{View, ViewMut};
use crate::exciton::{Disorder, Method, Needs, Normalization, Options, Spread, System, Widths, disorder};
use crate::threads::Progress;

/// Repeatable numbers in -1..1.
pub fn noise(seed: usize) -> f64 {
    let mut x = (seed as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x ^ (x >> 31)) as f64 / u64::MAX as f64 * 2.0 - 1.0
}

/// Configurations and points of a synthetic aggregate.
pub struct Sample {
    pub n_conf: usize,
    pub n: usize,
    pub hamiltonians: Vec<f64>,
    pub dipoles: Vec<f64>,
    pub positions: Vec<f64>,
    pub weights: Vec<f64>,
    pub points: [Vec<f64>; BANDS],
    pub options: Options,
    /// Weights, deleted sites and shifts of site energies (empty for none) of variants.
    pub variants: Vec<(f64, Vec<usize>, Vec<f64>)>,
    /// Factor of the site energies and deviations of couplings of disorder that is drawn.
    pub drawn: Option<(Vec<f64>, Vec<f64>)>,
}

/// Of order, for linear dichroism.
const AXIS: [f64; 3] = [0.48, -0.6, 0.64];

impl Sample {
    pub fn new(n_conf: usize, n: usize) -> Self {
        let mut hamiltonians = vec![0.0; n_conf * n * n];
        for c in 0..n_conf {
            for i in 0..n {
                for j in 0..=i {
                    let mean = if i == j { 12_400.0 + 150.0 * noise(i) } else { 60.0 * noise(1000 + i * n + j) };
                    let spread = if i == j { 80.0 } else { 5.0 } * noise(7777 + (c * n + i) * n + j);
                    hamiltonians[(c * n + i) * n + j] = mean + spread;
                    hamiltonians[(c * n + j) * n + i] = mean + spread;
                }
            }
        }
        let vectors = |seed: usize, scale: f64| (0..n_conf * n * 3).map(|i| scale * noise(seed + i)).collect::<Vec<_>>();
        Self {
            n_conf,
            n,
            hamiltonians,
            dipoles: vectors(100_000, 5.0),
            positions: vectors(200_000, 20.0),
            weights: (0..n_conf).map(|c| 1.5 + noise(300_000 + c)).collect(),
            points: [
                (0..120).map(|i| 11_900.0 + 9.0 * i as f64 + 2.0 * noise(i)).collect(),
                (0..90).map(|i| 12_000.0 + 8.0 * i as f64).collect(),
                (0..70).map(|i| 11_950.0 + 11.0 * i as f64).collect(),
            ],
            options: Options { widths: Widths::Common { absorption: 70.0, cd: 95.0 }, ..Options::default() },
            variants: vec![(1.0, Vec::new(), Vec::new())],
            drawn: None,
        }
    }

    pub fn system(&self) -> System<'_> {
        let (n_conf, n) = (self.n_conf, self.n);
        System {
            hamiltonians: View::from_slice("hamiltonians", &self.hamiltonians, [n_conf, n, n]),
            dipoles: Some(View::from_slice("dipoles", &self.dipoles, [n_conf, n, 3])),
            positions: Some(View::from_slice("positions", &self.positions, [n_conf, n, 3])),
            kept: self.options.kept_sites(n).unwrap(),
            energy_offset: self.options.energy_offset,
            normalize_dipoles: self.options.normalize_dipoles,
            axis: Some(AXIS),
            spread: self.drawn.as_ref().map(|(factor, sigma)| Spread {
                site_factor: View::from_slice("site_factor", factor, [n, factor.len() / n]),
                coupling_sigma: Some(View::from_slice("coupling_sigma", sigma, [n, n])),
                seed: 5,
                first: 3,
            }),
            needs: Needs { dipoles: true, rotation: true, eigenvectors: false },
        }
    }

    pub fn fwhm(&self) -> [f64; BANDS] {
        let Widths::Common { absorption, cd } = self.options.widths else { unreachable!() };
        [absorption, cd, 55.0]
    }

    pub fn with<T>(&self, list: &[Parameter], body: impl FnOnce(&Problem) -> T) -> T {
        let kept_by = |deleted: &[usize]| {
            let kept = self.system().kept;
            kept.into_iter().filter(|site| !deleted.contains(site)).collect::<Vec<_>>()
        };
        let kept: Vec<_> = self.variants.iter().map(|variant| kept_by(&variant.1)).collect();
        let parameters = Parameters::new(list, self.n, &kept.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
        let variant = |(v, (weight, deleted, energies)): (usize, &(f64, Vec<usize>, Vec<f64>))| {
            let system = System { kept: kept_by(deleted), ..self.system() };
            Variant::new(system, *weight, energies, &parameters, v).unwrap()
        };
        let variants: Vec<_> = self.variants.iter().enumerate().map(variant).collect();
        body(&Problem {
            variants: &variants,
            weights: Some(View::from_slice("weights", &self.weights, [self.n_conf])),
            points: self.points.each_ref().map(Vec::as_slice),
            parameters: &parameters,
            options: &self.options,
            fwhm: self.fwhm(),
        })
    }

    /// Something to compare with that the model does not reach.
    pub fn measured(&self) -> Measured {
        let band = |band: usize, scale: f64| {
            let points = &self.points[band];
            Band {
                points: points.clone(),
                values: (0..points.len()).map(|i| scale * noise(400_000 + 1000 * band + i)).collect(),
                per_sigma: (0..points.len()).map(|i| if i == 7 { 0.0 } else { 1.1 + noise(500_000 + i) }).collect(),
            }
        };
        Measured { bands: [band(0, 40.0), band(1, 0.4), band(2, 40.0)] }
    }
}

const ALL: Bands = [true; BANDS];

/// One of every kind, for `n` sites; a value at which each does something; a step for differences.
pub fn every_kind(n: usize) -> Vec<(Parameter, f64, f64)> {
    let last = n - 1;
    let mut all: Vec<_> = (0..n).map(|i| (Parameter::SiteEnergy(i), 30.0 * noise(i + 40), 3.0)).collect();
    for i in 0..n {
        for j in 0..i {
            all.push((Parameter::Coupling(j, i), 10.0 * noise(i * n + j + 600), 3.0));
        }
    }
    for axis in 0..3 {
        all.push((Parameter::DipoleRotation(last, axis), 0.4 * noise(axis + 900), 0.05));
        all.push((Parameter::Position(last, axis), noise(axis + 910), 0.5));
    }
    all.push((Parameter::DipoleScale(last), 1.2, 0.1));
    if n > 1 {
        all.push((Parameter::DipoleScale(0), 0.9, 0.1));
    }
    all.push((Parameter::Fwhm([true, false, false]), 66.0, 2.0));
    all.push((Parameter::Fwhm([false, true, false]), 81.0, 2.0));
    all.push((Parameter::Fwhm([false, false, true]), 60.0, 2.0));
    all.push((Parameter::Shift([false, false, true]), 2.5, 2.0));
    all.push((Parameter::Offset([false, false, true]), 0.3, 0.1));
    all.push((Parameter::Shift([true, false, false]), 4.5, 2.0));
    all.push((Parameter::Shift([false, true, false]), -3.5, 2.0));
    all.push((Parameter::Scale(ALL), 0.8, 0.1));
    all.push((Parameter::Offset([true, false, false]), 0.7, 0.1));
    all.push((Parameter::Offset([false, true, false]), -0.01, 0.1));
    all
}

impl Parameter {
    /// Whether it is there without these sites.
    fn is_of_sites_but(self, deleted: &[usize]) -> bool {
        match self {
            Self::SiteEnergy(i) | Self::VariantSiteEnergy(i, _) => !deleted.contains(&i),
            Self::DipoleScale(i) | Self::DipoleRotation(i, _) | Self::Position(i, _) => !deleted.contains(&i),
            Self::Coupling(i, j) => !deleted.contains(&i) && !deleted.contains(&j),
            _ => true,
        }
    }
}

/// Differences over h, h/2 and h/4, extrapolated twice: errors of order h^6.
fn richardson(h: f64, at: impl Fn(f64) -> f64) -> f64 {
    let central = |h: f64| (at(h) - at(-h)) / (2.0 * h);
    let (a, b, c) = (central(h), central(h / 2.0), central(h / 4.0));
    let (ab, bc) = ((4.0 * b - a) / 3.0, (4.0 * c - b) / 3.0);
    (16.0 * bc - ab) / 15.0
}

/// Gradient and Jacobian of all parameters against differences of the misfit, and against each other.
fn check_derivatives(sample: &Sample, chosen: &[(Parameter, f64, f64)], tolerance: f64, what: &str) {
    let list: Vec<_> = chosen.iter().map(|c| c.0).collect();
    let values: Vec<_> = chosen.iter().map(|c| c.1).collect();
    let measured = sample.measured();
    sample.with(&list, |problem| {
        let misfit = |values: &[f64]| {
            residual_gradient(problem, &measured, values, &mut Progress::none()).unwrap()
        };
        let here = misfit(&values);
        let jacobian = jacobian(problem, &values, true, &mut Progress::none()).unwrap();
        let scale = |step: f64| here.value.max(1e-3) / step;
        for (p, &(parameter, _, step)) in chosen.iter().enumerate() {
            let along = |h: f64| {
                let mut values = values.clone();
                values[p] += h;
                misfit(&values).value
            };
            let difference = richardson(step, along);
            let error = (here.gradient[p] - difference).abs();
            assert!(
                error <= tolerance * difference.abs() + 1e-10 * scale(step),
                "{what}: {parameter:?}: {} but {difference} by differences",
                here.gradient[p]
            );
            let mut by_rows = 0.0;
            for band in 0..BANDS {
                let compared = &measured.bands[band];
                for i in 0..compared.points.len() {
                    let residual = (jacobian.spectra[band][i] - compared.values[i]) * compared.per_sigma[i].powi(2);
                    by_rows += residual * jacobian.rows[band][i * list.len() + p];
                }
            }
            let error = (here.gradient[p] - by_rows).abs();
            assert!(error <= 1e-9 * by_rows.abs() + 1e-11 * scale(step), "{what}: {parameter:?}: {by_rows} by the Jacobian");
        }
    });
}

#[test]
fn derivatives_are_those_of_differences_for_every_kind_of_parameter() {
    for (n_conf, n) in [(1, 1), (3, 2), (37, 5), (2, 8)] {
        let chosen = every_kind(n);
        check_derivatives(&Sample::new(n_conf, n), &chosen, 1e-7, &format!("{n_conf} of {n}"));
    }
}

/// So many sticks that they go by way of parts of cells; with two spectra and with three.
#[test]
fn derivatives_hold_for_many_configurations() {
    let mut sample = Sample::new(2000, 5);
    let chosen: Vec<_> = every_kind(5).into_iter().step_by(2).collect();
    check_derivatives(&sample, &chosen, 1e-7, "many");
    sample.points[LD] = Vec::new();
    let of_others: Vec<_> = every_kind(5).into_iter().filter(|(p, ..)| p.concerns_sticks()).step_by(2).collect();
    check_derivatives(&sample, &of_others, 1e-7, "many, without linear dichroism");
    sample.with(&[], |problem| {
        let cells = super::lines::Cells::new(problem.points, problem.fwhm, [0.0; BANDS]).unwrap();
        assert!(super::parts::Parts::new(&cells, problem.sticks()).unwrap().is_some());
    });
}

#[test]
fn derivatives_hold_for_other_options() {
    let mut sample = Sample::new(5, 4);
    sample.options.normalization = Normalization::Area;
    sample.options.frequency_prefactor = true;
    sample.options.cd_scale = 0.25;
    sample.options.energy_offset = 37.0;
    let chosen = every_kind(4);
    check_derivatives(&sample, &chosen, 1e-7, "area, prefactor");
    sample.options.deleted = vec![false, true, false, false];
    let kept: Vec<_> = chosen
        .into_iter()
        .filter(|(p, ..)| !matches!(p, Parameter::SiteEnergy(1) | Parameter::Coupling(1, _) | Parameter::Coupling(_, 1)))
        .collect();
    check_derivatives(&sample, &kept, 1e-7, "deleted");
}

/// A ring whose levels are pairs, moved off degeneracy by `gap`.
fn ring(n_conf: usize, n: usize, gap: f64) -> Sample {
    let mut sample = Sample::new(n_conf, n);
    sample.hamiltonians.fill(0.0);
    for c in 0..n_conf {
        for i in 0..n {
            let next = (i + 1) % n;
            sample.hamiltonians[(c * n + i) * n + i] = 12_400.0 + if i == 0 { gap } else { 0.0 };
            if n > 1 {
                sample.hamiltonians[(c * n + i) * n + next] = -80.0;
                sample.hamiltonians[(c * n + next) * n + i] = -80.0;
            }
        }
    }
    sample
}

#[test]
fn derivatives_hold_through_degeneracies_and_near_them() {
    for gap in [0.0, 1e-13, 1e-9, 1e-6, 1e-5, 1e-4, 2.9e-4, 3.1e-4, 1e-3, 1e-2, 1.0] {
        // At the degeneracy itself and next to it: values are 0 but for the gap.
        let chosen: Vec<_> = every_kind(6)
            .into_iter()
            .map(|(p, value, step)| if p.concerns_hamiltonian() { (p, 0.0, step) } else { (p, value, step) })
            .collect();
        check_derivatives(&ring(5, 6, gap), &chosen, 1e-7, &format!("ring, gap {gap}"));
    }
    // All levels equal, no coupling at all: the Hamiltonian is a multiple of 1.
    let mut flat = ring(3, 4, 0.0);
    for (at, element) in flat.hamiltonians.iter_mut().enumerate() {
        *element = if at % 16 % 5 == 0 { 12_400.0 } else { 0.0 };
    }
    let chosen: Vec<_> =
        every_kind(4).into_iter().map(|(p, v, s)| if p.concerns_hamiltonian() { (p, 0.0, s) } else { (p, v, s) }).collect();
    check_derivatives(&flat, &chosen, 1e-7, "flat");
}

#[test]
fn spectra_are_those_of_the_spectrum_function() {
    for (n_conf, n) in [(1, 1), (1, 8), (40, 8), (3, 30)] {
        let mut sample = Sample::new(n_conf, n);
        sample.options.method = Method::Direct;
        sample.options.cutoff = f64::INFINITY;
        let ours = sample.with(&[], |problem| jacobian(problem, &[], false, &mut Progress::none()).unwrap());
        for band in 0..BANDS {
            let grid = View::from_slice("grid", &sample.points[band], [sample.points[band].len()]);
            let weights = View::from_slice("weights", &sample.weights, [n_conf]);
            let mut options = sample.options.clone();
            options.widths = Widths::Common { absorption: sample.fwhm()[band], cd: sample.fwhm()[1] };
            let axis = Some(AXIS).filter(|_| band == LD);
            let system = System { axis, ..sample.system() };
            let spectra = crate::exciton::spectrum(&system, Some(weights), &grid, &options, &mut Progress::none()).unwrap();
            let theirs = if band == CD { &spectra.cd } else { &spectra.absorption };
            let peak = theirs.iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
            for (a, b) in ours.spectra[band].iter().zip(theirs) {
                assert!((a - b).abs() <= 2e-13 * peak, "{n_conf} of {n}, band {band}: {a} {b}");
            }
        }
    }
}

#[test]
fn what_is_computed_again_has_the_bits_of_what_was_kept_for_any_number_of_threads() {
    let sample = Sample::new(3003, 5);
    let list: Vec<_> = every_kind(5).iter().map(|c| c.0).collect();
    let values: Vec<_> = every_kind(5).iter().map(|c| c.1).collect();
    let measured = sample.measured();
    sample.with(&list, |problem| {
        let bits = |threads: i32, keep: bool| {
            let before = crate::threads::set_local(threads).unwrap();
            let misfit = residual_gradient_keeping(problem, &measured, &values, keep, &mut Progress::none()).unwrap();
            let jacobian = jacobian(problem, &values, true, &mut Progress::none()).unwrap();
            crate::threads::set_local(before).unwrap();
            let numbers = misfit.gradient.iter().chain([&misfit.value]).chain(&jacobian.rows[1]).chain(&jacobian.spectra[0]);
            numbers.map(|x| x.to_bits()).collect::<Vec<_>>()
        };
        let first = bits(1, true);
        for (threads, keep) in [(1, false), (2, true), (2, false), (7, true)] {
            assert!(bits(threads, keep) == first, "{threads} threads, kept: {keep}");
        }
    });
}

#[test]
fn a_system_without_sites_has_flat_spectra_and_no_gradient() {
    let sample = Sample::new(2, 0);
    let list = [Parameter::Offset(ALL), Parameter::Fwhm(ALL), Parameter::Shift(ALL)];
    sample.with(&list, |problem| {
        let misfit = residual_gradient(problem, &sample.measured(), &[0.5, 70.0, 1.0], &mut Progress::none()).unwrap();
        assert!(misfit.spectra.iter().flatten().all(|&x| x == 0.5));
        assert!(misfit.gradient[0] != 0.0 && misfit.gradient[1..] == [0.0, 0.0]);
    });
}

/// Wild type less mutant: another site energy, a pigment less, or two of them less.
pub fn with_variants(mut sample: Sample) -> Sample {
    let n = sample.n;
    let energies = (0..n).map(|i| 40.0 * noise(i + 7)).collect();
    sample.variants = vec![(1.0, vec![], vec![]), (-0.7, vec![1], energies), (0.4, vec![0, n - 1], vec![0.0; n])];
    sample
}

/// Every kind of parameter, and those of single variants.
pub fn every_kind_of_variants(n: usize) -> Vec<(Parameter, f64, f64)> {
    let mut chosen = every_kind(n);
    chosen.push((Parameter::VariantSiteEnergy(0, 1), 12.0, 3.0));
    chosen.push((Parameter::VariantSiteEnergy(1, 2), -8.0, 3.0));
    chosen.push((Parameter::VariantWeight(0), 1.1, 0.1));
    chosen.push((Parameter::VariantWeight(1), -0.6, 0.1));
    chosen
}

/// At a weight of 0 as well, and beside nothing else.
#[test]
fn derivatives_hold_for_weights_of_variants() {
    let sample = with_variants(Sample::new(11, 4));
    let weights = |third: f64| vec![(Parameter::VariantWeight(2), third, 0.1), (Parameter::VariantWeight(0), 0.9, 0.1)];
    for third in [0.0, 0.3] {
        check_derivatives(&sample, &weights(third), 1e-7, "weights alone");
        check_derivatives(&sample, &every_kind(4).into_iter().chain(weights(third)).collect::<Vec<_>>(), 1e-7, "weights and all others");
    }
    check_derivatives(&Sample::new(2, 3), &[(Parameter::VariantWeight(0), 0.7, 0.1)], 1e-7, "the weight of all there is");
    let many = with_variants(Sample::new(2000, 4));
    check_derivatives(&many, &[(Parameter::SiteEnergy(1), 3.0, 2.0), (Parameter::VariantWeight(1), -0.5, 0.1)], 1e-7, "many, of variants");
}

#[test]
fn a_weight_that_is_a_parameter_makes_the_spectra_of_one_that_is_given() {
    let mut sample = with_variants(Sample::new(37, 5));
    let spectra = |sample: &Sample, list: &[Parameter], values: &[f64]| {
        sample.with(list, |problem| jacobian(problem, values, false, &mut Progress::none()).unwrap().spectra)
    };
    let free = spectra(&sample, &[Parameter::VariantWeight(1), Parameter::SiteEnergy(0)], &[0.35, 7.0]);
    sample.variants[1].0 = 0.35;
    let given = spectra(&sample, &[Parameter::SiteEnergy(0)], &[7.0]);
    for (free, given) in free.iter().zip(&given) {
        let peak = given.iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
        assert!(free.iter().zip(given).all(|(a, b)| (a - b).abs() < 1e-13 * peak));
    }
}

#[test]
fn derivatives_hold_for_sums_over_variants() {
    for (n_conf, n) in [(1, 3), (37, 5)] {
        let sample = with_variants(Sample::new(n_conf, n));
        check_derivatives(&sample, &every_kind_of_variants(n), 1e-7, &format!("variants, {n_conf} of {n}"));
    }
}

#[test]
fn a_sum_over_variants_is_the_sum_of_their_spectra_and_of_their_jacobians() {
    let n = 5;
    let sample = with_variants(Sample::new(37, n));
    let chosen = every_kind(n);
    let (list, values): (Vec<_>, Vec<_>) = chosen.iter().map(|c| (c.0, c.1)).unzip();
    let whole = sample.with(&list, |problem| jacobian(problem, &values, true, &mut Progress::none()).unwrap());
    // Each alone: with its sites left out of the options, and its energies in the Hamiltonians.
    let mut spectra: [Vec<f64>; BANDS] = std::array::from_fn(|band| vec![0.0; sample.points[band].len()]);
    let mut rows: [Vec<f64>; BANDS] = std::array::from_fn(|band| vec![0.0; sample.points[band].len() * list.len()]);
    let offset_of = |band: usize| {
        let is_its = |p: &Parameter| matches!(p, Parameter::Offset(bands) if bands[band]);
        list.iter().position(is_its).unwrap()
    };
    for (weight, deleted, energies) in &sample.variants {
        let mut alone = Sample::new(37, n);
        alone.options.deleted = (0..n).map(|site| deleted.contains(&site)).collect();
        for (at, element) in alone.hamiltonians.iter_mut().enumerate() {
            let (i, j) = (at / n % n, at % n);
            *element += if i == j { energies.get(i).copied().unwrap_or(0.0) } else { 0.0 };
        }
        let of_alone: Vec<_> = (0..list.len()).filter(|&p| list[p].is_of_sites_but(deleted)).collect();
        let its_list: Vec<_> = of_alone.iter().map(|&p| list[p]).collect();
        let its_values: Vec<_> = of_alone.iter().map(|&p| values[p]).collect();
        let part = alone.with(&its_list, |problem| jacobian(problem, &its_values, true, &mut Progress::none()).unwrap());
        for band in 0..BANDS {
            for i in 0..sample.points[band].len() {
                spectra[band][i] += weight * (part.spectra[band][i] - values[offset_of(band)]);
                for (column, &p) in of_alone.iter().enumerate() {
                    rows[band][i * list.len() + p] += weight * part.rows[band][i * its_list.len() + column];
                }
            }
        }
    }
    for band in 0..BANDS {
        let peak = whole.spectra[band].iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
        for (i, (a, b)) in whole.spectra[band].iter().zip(&spectra[band]).enumerate() {
            assert!((a - b - values[offset_of(band)]).abs() < 1e-12 * peak, "band {band}, point {i}: {a} {b}");
        }
        for p in (0..list.len()).filter(|&p| p != offset_of(band)) {
            let column = |rows: &[f64]| rows.iter().skip(p).step_by(list.len()).copied().collect::<Vec<_>>();
            let (ours, theirs) = (column(&whole.rows[band]), column(&rows[band]));
            let largest = theirs.iter().fold(0.0f64, |largest, x| largest.max(x.abs()));
            assert!(ours.iter().zip(&theirs).all(|(a, b)| (a - b).abs() <= 1e-11 * largest), "band {band}, {:?}", list[p]);
        }
    }
}

#[test]
fn a_drawn_ensemble_has_the_bits_of_the_same_ensemble_in_memory() {
    let (n_conf, n) = (203, 5);
    let mut sample = with_variants(Sample::new(n_conf, n));
    // One Hamiltonian for all of them.
    let mean = sample.hamiltonians[..n * n].to_vec();
    for member in sample.hamiltonians.chunks_exact_mut(n * n) {
        member.copy_from_slice(&mean);
    }
    let factor: Vec<f64> = (0..n * 7).map(|at| 40.0 * noise(at + 17)).collect();
    let sigma: Vec<f64> = (0..n * n).map(|at| 4.0 + 3.0 * noise(at + 60)).collect();
    sample.drawn = Some((factor, sigma));
    let mut in_memory = with_variants(Sample::new(n_conf, n));
    let system = sample.system();
    let about = Disorder { hamiltonian: View::from_slice("hamiltonian", &mean, [n, n]), spread: system.spread.unwrap() };
    disorder(&about, ViewMut::from_slice("members", &mut in_memory.hamiltonians, [n_conf, n, n])).unwrap();
    let (list, values): (Vec<_>, Vec<_>) = every_kind_of_variants(n).iter().map(|c| (c.0, c.1)).unzip();
    let measured = sample.measured();
    let bits = |sample: &Sample, keep: bool| {
        sample.with(&list, |problem| {
            let misfit = residual_gradient_keeping(problem, &measured, &values, keep, &mut Progress::none()).unwrap();
            let jacobian = jacobian(problem, &values, true, &mut Progress::none()).unwrap();
            let numbers = misfit.gradient.iter().chain([&misfit.value]).chain(jacobian.rows.iter().flatten());
            numbers.map(|x| x.to_bits()).collect::<Vec<_>>()
        })
    };
    let expected = bits(&in_memory, true);
    assert!(bits(&sample, true) == expected && bits(&sample, false) == expected);
    check_derivatives(&sample, &every_kind_of_variants(n), 1e-7, "drawn");
}

#[test]
fn a_member_that_cd_cannot_have_is_named() {
    let n = 2;
    let mut sample = Sample::new(50, n);
    sample.drawn = Some((vec![9000.0, 0.0, 0.0, 9000.0], vec![0.0; n * n]));
    let message = sample.with(&[], |problem| {
        jacobian(problem, &[], false, &mut Progress::none()).err().map(|error| error.message).unwrap_or_default()
    });
    assert!(message.contains("rotational strengths need absolute energies"), "{message}");
}
