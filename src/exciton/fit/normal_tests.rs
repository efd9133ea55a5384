//! Normal equations against the rows of a Jacobian.

use super::least_squares::Want;
use super::normal::NormalEquations;
use super::tests::{Sample, every_kind, every_kind_of_variants, with_variants};
use super::*;
use crate::exciton::options::Normalization;
use crate::threads::Progress;

/// `J^T J`, `J^T r` and the misfit from rows.
fn by_rows(problem: &Problem, measured: &Measured, values: &[f64]) -> (f64, Vec<f64>, Vec<f64>) {
    let count = values.len();
    let rows = jacobian(problem, values, true, &mut Progress::none()).unwrap();
    let (mut misfit, mut gradient, mut curvature) = (0.0, vec![0.0; count], vec![0.0; count * count]);
    for band in 0..BANDS {
        let compared = &measured.bands[band];
        for i in 0..compared.points.len() {
            let weight = compared.per_sigma[i];
            let residual = (rows.spectra[band][i] - compared.values[i]) * weight;
            misfit += 0.5 * residual * residual;
            let row: Vec<_> = rows.rows[band][i * count..(i + 1) * count].iter().map(|x| x * weight).collect();
            for p in 0..count {
                gradient[p] += residual * row[p];
                for q in 0..count {
                    curvature[p * count + q] += row[p] * row[q];
                }
            }
        }
    }
    (misfit, gradient, curvature)
}

fn check(sample: &Sample, chosen: &[(Parameter, f64, f64)], what: &str) {
    let list: Vec<_> = chosen.iter().map(|c| c.0).collect();
    let values: Vec<_> = chosen.iter().map(|c| c.1).collect();
    let measured = sample.measured();
    let count = list.len();
    sample.with(&list, |problem| {
        let mut equations = NormalEquations::new(problem, &measured).unwrap();
        // Twice: what is kept from one set of values to the next is part of it.
        for turn in 0..2 {
            let values: Vec<_> = values.iter().map(|value| value * (1.0 + 0.01 * f64::from(turn))).collect();
            let normal = equations.at(&values, Want::Everything, &mut Progress::none()).unwrap();
            let misfit_alone = equations.at(&values, Want::Misfit, &mut Progress::none()).unwrap();
            let (misfit, gradient, curvature) = by_rows(problem, &measured, &values);
            assert!((normal.misfit - misfit).abs() <= 1e-12 * misfit, "{what}: {} {misfit}", normal.misfit);
            assert!((misfit_alone.misfit - misfit).abs() <= 1e-12 * misfit && misfit_alone.gradient.is_empty());
            for p in 0..count {
                let own = curvature[p * count + p].sqrt();
                // Against the length of the two vectors that are multiplied, which is what rounding goes by.
                let error = (normal.gradient[p] - gradient[p]).abs();
                assert!(error <= 1e-12 * own * (2.0 * misfit).sqrt(), "{what}: {:?}: {} {}", list[p], normal.gradient[p], gradient[p]);
                for q in 0..count {
                    let error = (normal.curvature[p * count + q] - curvature[p * count + q]).abs();
                    assert!(
                        error <= 1e-11 * own * curvature[q * count + q].sqrt(),
                        "{what}: {:?}, {:?}: {} {}",
                        list[p],
                        list[q],
                        normal.curvature[p * count + q],
                        curvature[p * count + q]
                    );
                }
            }
        }
    });
}

#[test]
fn normal_equations_are_those_of_the_rows_for_every_kind_of_parameter() {
    for (n_conf, n) in [(1, 1), (3, 2), (37, 5), (2, 8)] {
        check(&Sample::new(n_conf, n), &every_kind(n), &format!("{n_conf} of {n}"));
    }
    let mut sample = Sample::new(5, 4);
    sample.options.normalization = Normalization::Area;
    sample.options.frequency_prefactor = true;
    check(&sample, &every_kind(4), "area, prefactor");
    check(&with_variants(Sample::new(37, 5)), &every_kind_of_variants(5), "variants");
    // One band alone, and none of what concerns the Hamiltonian.
    sample.points[1] = Vec::new();
    sample.points[2] = Vec::new();
    let of_spectra: Vec<_> = every_kind(4).into_iter().filter(|(p, ..)| !p.concerns_sticks()).collect();
    check(&sample, &of_spectra, "absorption alone");
}

#[test]
fn normal_equations_have_the_same_bits_for_any_number_of_threads() {
    let sample = Sample::new(3000, 5);
    let (list, values): (Vec<_>, Vec<_>) = every_kind(5).iter().map(|c| (c.0, c.1)).unzip();
    let measured = sample.measured();
    sample.with(&list, |problem| {
        let bits = |threads: i32| {
            let before = crate::threads::set_local(threads).unwrap();
            let mut equations = NormalEquations::new(problem, &measured).unwrap();
            let normal = equations.at(&values, Want::Everything, &mut Progress::none()).unwrap();
            crate::threads::set_local(before).unwrap();
            let numbers = normal.gradient.iter().chain([&normal.misfit]).chain(&normal.curvature).chain(&normal.model[1]);
            numbers.map(|x| x.to_bits()).collect::<Vec<_>>()
        };
        let first = bits(1);
        assert!(bits(2) == first && bits(7) == first);
    });
}
