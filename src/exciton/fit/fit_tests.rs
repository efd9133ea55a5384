//! Whole fits of synthetic measurements.

use super::tests::{Sample, noise, with_variants};
use super::*;
use crate::error::Status;
use crate::random;
use crate::simd::Level;
use crate::threads::Progress;
use crate::capi::cancelled_at;

fn settings<'a>(problem: &'a Problem<'a>, measured: &'a Measured) -> Fit<'a> {
    let count = problem.parameters.list().len();
    Fit {
        problem,
        measured,
        lower: vec![f64::NEG_INFINITY; count],
        upper: vec![f64::INFINITY; count],
        prior: vec![0.0; count],
        prior_sigma: vec![f64::INFINITY; count],
        starts: 1,
        seed: 0,
        max_iterations: 100,
        misfit_tolerance: 1e-10,
        step_tolerance: 1e-10,
        gradient_tolerance: 1e-10,
        scales_covariance: false,
    }
}

/// The model's own spectra at `values`, with noise of `level` times the peak and the sigma that says so.
fn synthetic(problem: &Problem, values: &[f64], level: f64, seed: u64) -> Measured {
    let truth = jacobian(problem, values, false, &mut Progress::none()).unwrap().spectra;
    let band = |band: usize| {
        let peak = truth[band].iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
        let sigma = if level > 0.0 { level * peak } else { 1e-6 * peak };
        let mut numbers = vec![0.0; truth[band].len()];
        random::normals(Level::current().unwrap(), seed, band as u64, 0, 1, &mut numbers);
        let errors = numbers.iter().map(|x| if level > 0.0 { x * sigma } else { 0.0 });
        Band {
            points: problem.points[band].to_vec(),
            values: truth[band].iter().zip(errors).map(|(x, error)| x + error).collect(),
            per_sigma: vec![1.0 / sigma; truth[band].len()],
        }
    };
    Measured { bands: [band(0), band(1), band(2)] }
}

fn site_energies(n: usize) -> Vec<Parameter> {
    (0..n).map(Parameter::SiteEnergy).collect()
}

#[test]
fn known_shifts_are_found_again() {
    for (n_conf, n) in [(1, 3), (30, 7)] {
        let sample = Sample::new(n_conf, n);
        let mut list = site_energies(n);
        list.push(Parameter::Scale([true; BANDS]));
        list.push(Parameter::Fwhm([true, false, false]));
        let mut truth: Vec<_> = (0..n).map(|i| 40.0 * noise(i + 10)).collect();
        truth.extend([1.3, 75.0]);
        let mut start = vec![0.0; n];
        start.extend([1.0, 70.0]);
        sample.with(&list, |problem| {
            let measured = synthetic(problem, &truth, 0.0, 0);
            let (outcome, interruption) = fit(&settings(problem, &measured), start, &mut Progress::none()).unwrap();
            assert!(interruption.is_none() && !outcome.undetermined.contains(&true));
            for (found, true_value) in outcome.values.iter().zip(&truth) {
                assert!((found - true_value).abs() < 1e-6, "{n_conf} of {n}: {:?} {truth:?}", outcome.values);
            }
            assert!(outcome.misfit < 1e-6 * outcome.initial_misfit && outcome.iterations < 30, "{}", outcome.iterations);
        });
    }
}

/// A difference spectrum says what a mutation moves, though both complexes have the same shifts of all site energies.
#[test]
fn what_a_mutation_moves_is_found_again_from_differences() {
    let n = 5;
    let sample = with_variants(Sample::new(30, n));
    let mut list = site_energies(n);
    list.push(Parameter::VariantSiteEnergy(2, 1));
    let mut truth: Vec<_> = (0..n).map(|i| 40.0 * noise(i + 10)).collect();
    truth.push(55.0);
    sample.with(&list, |problem| {
        let measured = synthetic(problem, &truth, 0.0, 0);
        let (outcome, _) = fit(&settings(problem, &measured), vec![0.0; n + 1], &mut Progress::none()).unwrap();
        assert!(!outcome.undetermined.contains(&true));
        for (found, true_value) in outcome.values.iter().zip(&truth) {
            assert!((found - true_value).abs() < 1e-6, "{:?} {truth:?}", outcome.values);
        }
    });
}

/// How much of the sample has a pigment, together with shifts of site energies.
#[test]
fn shares_of_a_mixture_are_found_again() {
    let n = 5;
    let mut sample = Sample::new(30, n);
    sample.variants = vec![(1.0, vec![], vec![]), (0.0, vec![1], vec![])];
    let mut list = site_energies(n);
    list.extend([Parameter::VariantWeight(0), Parameter::VariantWeight(1)]);
    let mut truth: Vec<_> = (0..n).map(|i| 40.0 * noise(i + 10)).collect();
    truth.extend([0.55, 0.45]);
    let mut start = vec![0.0; n];
    start.extend([1.0, 0.0]);
    sample.with(&list, |problem| {
        let measured = synthetic(problem, &truth, 0.0, 0);
        // The share of what lacks the pigment starts at its bound.
        let mut bounded = settings(problem, &measured);
        bounded.lower[n + 1] = 0.0;
        let (outcome, _) = fit(&bounded, start, &mut Progress::none()).unwrap();
        assert!(!outcome.undetermined.contains(&true));
        for (found, true_value) in outcome.values.iter().zip(&truth) {
            assert!((found - true_value).abs() < 1e-6, "{:?} {truth:?}", outcome.values);
        }
    });
}

#[test]
fn stated_errors_cover_the_truth_as_often_as_they_say() {
    let n = 4;
    let sample = Sample::new(6, n);
    let list = site_energies(n);
    let truth: Vec<_> = (0..n).map(|i| 15.0 * noise(i + 10)).collect();
    let fits = 500;
    for scales_covariance in [false, true] {
        let (mut covered, mut chi_square) = (0, 0.0);
        sample.with(&list, |problem| {
            for seed in 0..fits {
                let measured = synthetic(problem, &truth, 0.01, seed);
                let settings = Fit { scales_covariance, ..settings(problem, &measured) };
                let (outcome, _) = fit(&settings, truth.clone(), &mut Progress::none()).unwrap();
                for p in 0..n {
                    let error = outcome.covariance[p * n + p].sqrt();
                    covered += usize::from((outcome.values[p] - truth[p]).abs() <= 1.959_964 * error);
                }
                chi_square += 2.0 * outcome.misfit / outcome.freedom as f64;
            }
        });
        let share = covered as f64 / (fits as usize * n) as f64;
        assert!((0.93..=0.97).contains(&share), "{share}");
        // 206 degrees of freedom each, 500 times: known to 0.5 %.
        assert!((chi_square / fits as f64 - 1.0).abs() < 0.02);
    }
}

/// Without uncertainties a measurement's scatter decides how much priors weigh, whatever its unit.
#[test]
fn priors_weigh_against_the_scatter_that_remains() {
    let n = 3;
    let sample = Sample::new(4, n);
    let list = site_energies(n);
    let truth = [25.0, -12.0, 5.0];
    sample.with(&list, |problem| {
        let with_sigma = synthetic(problem, &truth, 0.03, 3);
        let mut trusting = settings(problem, &with_sigma);
        trusting.prior_sigma = vec![1.0, f64::INFINITY, 1e3];
        let (expected, _) = fit(&trusting, vec![0.0; n], &mut Progress::none()).unwrap();
        let one_band = Problem { points: [problem.points[0], &[], &[]], ..*problem };
        for unit in [1.0, 1e-3, 1e6] {
            let mut measured = synthetic(&one_band, &truth, 0.03, 3);
            let sigma = 1.0 / measured.bands[0].per_sigma[0];
            measured.bands[0].per_sigma.fill(unit / sigma);
            let mut scaled = settings(&one_band, &measured);
            scaled.prior_sigma = vec![10.0, f64::INFINITY, 1e3];
            scaled.scales_covariance = true;
            let (outcome, _) = fit(&scaled, vec![0.0; n], &mut Progress::none()).unwrap();
            measured.bands[0].per_sigma.fill(1.0 / sigma);
            let mut given = settings(&one_band, &measured);
            given.prior_sigma = vec![10.0, f64::INFINITY, 1e3];
            let (known, _) = fit(&given, vec![0.0; n], &mut Progress::none()).unwrap();
            for p in 0..n {
                // 117 points tell their scatter to 7 %.
                let ratio = (outcome.covariance[p * n + p] / known.covariance[p * n + p]).sqrt();
                assert!((ratio - 1.0).abs() < 0.25, "{unit} {p}: {ratio}");
                let error = known.covariance[p * n + p].sqrt();
                assert!((outcome.values[p] - known.values[p]).abs() < 0.3 * error, "{unit} {p}");
            }
        }
        // What no datum concerns keeps its prior.
        assert!(expected.covariance[0].sqrt() <= 1.0);
        let dark = [Parameter::SiteEnergy(0), Parameter::Position(1, 0)];
        let parameters = Parameters::new(&dark, n, &[&[0, 1, 2]]).unwrap();
        let variants = [Variant::sole(sample.system(), &parameters).unwrap()];
        let blind = Problem { variants: &variants, parameters: &parameters, ..one_band };
        let measured = synthetic(&blind, &[25.0, 0.0], 0.03, 3);
        let mut scaled = settings(&blind, &measured);
        scaled.prior_sigma = vec![f64::INFINITY, 100.0];
        scaled.scales_covariance = true;
        let (outcome, _) = fit(&scaled, vec![0.0; 2], &mut Progress::none()).unwrap();
        assert!((outcome.covariance[3].sqrt() - 100.0).abs() < 1e-9, "{}", outcome.covariance[3].sqrt());
    });
}

#[test]
fn without_points_to_spare_errors_are_infinite_where_they_are_to_be_estimated() {
    let sample = Sample::new(2, 2);
    sample.with(&[Parameter::SiteEnergy(0)], |problem| {
        let one_point = Problem { points: [&problem.points[0][60..61], &[], &[]], ..*problem };
        let measured = synthetic(&one_point, &[5.0], 0.0, 0);
        let mut scaled = settings(&one_point, &measured);
        scaled.scales_covariance = true;
        let (outcome, _) = fit(&scaled, vec![0.0], &mut Progress::none()).unwrap();
        assert!(outcome.covariance == [f64::INFINITY]);
    });
}

#[test]
fn bounds_hold_and_priors_pull() {
    let n = 3;
    let sample = Sample::new(2, n);
    let list = site_energies(n);
    let truth = [25.0, -12.0, 5.0];
    sample.with(&list, |problem| {
        let measured = synthetic(problem, &truth, 0.0, 0);
        let mut bounded = settings(problem, &measured);
        bounded.upper[0] = 10.0;
        let (outcome, _) = fit(&bounded, vec![0.0; n], &mut Progress::none()).unwrap();
        assert_eq!(outcome.values[0], 10.0);
        assert!(outcome.covariance[..n].iter().all(|&x| x == 0.0) && outcome.covariance[n + 1] > 0.0);
        // A prior much narrower than what the measurement knows decides; one much wider does nothing.
        let mut known = settings(problem, &measured);
        known.prior = vec![7.0; n];
        known.prior_sigma = vec![1e-9, 1e9, f64::INFINITY];
        let (outcome, _) = fit(&known, vec![0.0; n], &mut Progress::none()).unwrap();
        assert!((outcome.values[0] - 7.0).abs() < 1e-6 && outcome.prior_misfit >= 0.0);
        let start_outside = fit(&bounded, vec![11.0, 0.0, 0.0], &mut Progress::none());
        assert!(start_outside.is_err_and(|e| e.code == Status::Argument as i32 && e.message.contains("element 0 is 11")));
    });
}

#[test]
fn what_nothing_determines_is_named_and_the_rest_is_fitted() {
    let sample = Sample::new(2, 2);
    // Moving all levels and moving the lines is the same for absorption.
    let list = [Parameter::SiteEnergy(0), Parameter::SiteEnergy(1), Parameter::Position(1, 0), Parameter::Shift([true, false, false])];
    sample.with(&list, |problem| {
        let absorption_alone = Problem { points: [problem.points[0], &[], &[]], ..*problem };
        let truth = [20.0, -5.0, 0.0, 3.0];
        let measured = synthetic(&absorption_alone, &truth, 0.0, 0);
        let (outcome, _) = fit(&settings(&absorption_alone, &measured), vec![0.0; 4], &mut Progress::none()).unwrap();
        assert!(outcome.undetermined == [true; 4] && outcome.values[2] == 0.0);
        assert!((0..4).all(|p| outcome.covariance[5 * p] == f64::INFINITY));
        assert!(outcome.misfit < 1e-6 * outcome.initial_misfit, "{} {}", outcome.misfit, outcome.initial_misfit);
    });
}

#[test]
fn an_interrupted_fit_returns_the_best_values_so_far() {
    let n = 8;
    let sample = Sample::new(30_000, n);
    let truth: Vec<_> = (0..n).map(|i| 40.0 * noise(i + 10)).collect();
    sample.with(&site_energies(n), |problem| {
        let measured = synthetic(problem, &truth, 0.0, 0);
        let (outcome, interruption) =
            cancelled_at(60_001, |progress| fit(&settings(problem, &measured), vec![0.0; n], progress)).unwrap();
        assert_eq!(interruption.map(|e| e.code), Some(Status::Cancelled as i32));
        assert_eq!(outcome.reason, Reason::Cancelled);
        assert!(outcome.misfit < outcome.initial_misfit);
    });
}

#[test]
fn several_starts_find_what_one_misses() {
    let n = 2;
    let mut sample = Sample::new(1, n);
    sample.hamiltonians = vec![12_300.0, 20.0, 20.0, 12_500.0];
    // Absorption of two unlike pigments: with their energies exchanged there is a minimum as well.
    sample.dipoles = vec![5.0, 0.0, 0.0, 0.0, 3.0, 0.5];
    sample.positions = vec![0.0, 0.0, 0.0, 3.0, 4.0, 9.0];
    sample.with(&site_energies(n), |problem| {
        let truth = [10.0, -10.0];
        let measured = synthetic(problem, &truth, 0.0, 0);
        let mut settings = settings(problem, &measured);
        (settings.lower, settings.upper) = (vec![-400.0; n], vec![400.0; n]);
        let bad_start = vec![230.0, -240.0];
        let (one, _) = fit(&settings, bad_start.clone(), &mut Progress::none()).unwrap();
        settings.starts = 8;
        let (many, _) = fit(&settings, bad_start, &mut Progress::none()).unwrap();
        assert!(one.misfit > 1.0, "{:?}", one.values);
        assert!(many.misfit < 1e-6 && many.start > 0, "{:?} {}", many.values, many.misfit);
    });
}

#[test]
fn several_starts_need_something_to_be_drawn_from() {
    let sample = Sample::new(1, 3);
    sample.with(&site_energies(3), |problem| {
        let measured = synthetic(problem, &[0.0; 3], 0.0, 0);
        let mut settings = settings(problem, &measured);
        settings.starts = 2;
        // A value that is held has one bound twice, and is the same in every start.
        (settings.lower[0], settings.upper[0]) = (0.0, 0.0);
        let refused = fit(&settings, vec![0.0; 3], &mut Progress::none()).err().expect("nothing is drawn");
        assert!(refused.code == Status::Option as i32 && refused.message.starts_with("n_start: is 2, but no value"), "{}", refused.message);
        settings.prior_sigma[1] = 10.0;
        assert!(fit(&settings, vec![0.0; 3], &mut Progress::none()).is_ok());
    });
}

/// Of this thread: a machine that others use as well does not show.
fn processor_seconds() -> f64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a place for one timespec.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut now) };
    now.tv_sec as f64 + 1e-9 * now.tv_nsec as f64
}

/// `cargo test --release --lib cost_of -- --ignored --nocapture`
#[test]
#[ignore = "prints times"]
fn cost_of_derivatives_beside_the_plain_spectrum() {
    for (n_conf, n) in [(100, 8), (10_000, 8), (10_000, 7), (2000, 24)] {
        let mut sample = Sample::new(n_conf, n);
        let vectors = 3 * n;
        for c in 1..n_conf {
            sample.dipoles.copy_within(0..vectors, c * vectors);
            sample.positions.copy_within(0..vectors, c * vectors);
        }
        sample.options.widths = crate::exciton::Widths::Common { absorption: 70.0, cd: 70.0 };
        let points: Vec<f64> = (0..1510).map(|i| 11_790.0 + i as f64).collect();
        sample.points = [points.clone(), points.clone(), Vec::new()];
        let best = |body: &mut dyn FnMut()| {
            let time = |body: &mut dyn FnMut()| {
                let start = processor_seconds();
                body();
                processor_seconds() - start
            };
            (0..30).map(|_| time(body)).fold(f64::INFINITY, f64::min) * 1e6
        };
        sample.with(&site_energies(n), |problem| {
            crate::threads::set_local(1).unwrap();
            let shared = |view: crate::array::View<f64, 3>| {
                let flat = view.contiguous(0).unwrap();
                // SAFETY: stride 0 on the first axis stays within the first configuration.
                unsafe { crate::array::View::new("shared", flat.as_ptr(), view.dims(), [0, 3, 1].as_ptr()).unwrap() }
            };
            let system = sample.system();
            let system = crate::exciton::System {
                dipoles: system.dipoles.map(shared),
                positions: system.positions.map(shared),
                axis: None,
                ..system
            };
            let variants = [Variant::sole(crate::exciton::System { kept: system.kept.clone(), ..system }, problem.parameters).unwrap()];
            let problem = Problem { variants: &variants, ..*problem };
            let measured = synthetic(&problem, &vec![10.0; n], 0.01, 0);
            let grid = crate::array::View::from_slice("grid", &points, [points.len()]);
            let values = vec![0.0; n];
            let plain = best(&mut || {
                crate::exciton::spectrum(&system, None, &grid, &sample.options, &mut Progress::none()).unwrap();
            });
            let gradient = best(&mut || {
                residual_gradient(&problem, &measured, &values, &mut Progress::none()).unwrap();
            });
            let rows = best(&mut || {
                jacobian(&problem, &values, true, &mut Progress::none()).unwrap();
            });
            let whole = best(&mut || {
                fit(&settings(&problem, &measured), values.clone(), &mut Progress::none()).unwrap();
            });
            println!(
                "{n_conf} of {n}: spectrum {plain:.0} us, gradient {gradient:.0} ({:.2}x), Jacobian {rows:.0} ({:.2}x), fit {whole:.0}",
                gradient / plain,
                rows / plain
            );
        });
    }
}
