//! Against compensated sums of exactly rounded terms, and the properties of such sums.

use super::*;
use crate::fmm::kernel::{Laplace, Yukawa};
use crate::fmm::pairs::tests::numbers;
use crate::threads::set_local;

/// Potentials [vector][target] and gradients [vector][target][3].
type Found<T> = (Vec<T>, Vec<T>);

fn found<K: GreenFunction, T: Real>(kernel: K, sources: &[T], targets: &[T], charges: &[T]) -> Result<Found<T>> {
    let (n, m) = (sources.len() / 3, targets.len() / 3);
    let vectors = charges.len() / n;
    let (mut potentials, mut gradients) = (vec![T::default(); vectors * m], vec![T::default(); vectors * m * 3]);
    let problem = Problem {
        sources: View::from_slice("sources", sources, [n, 3]),
        targets: View::from_slice("targets", targets, [m, 3]),
        charges: View::from_slice("charges", charges, [vectors, n]),
    };
    let sums = Sums {
        potentials: Some(ViewMut::from_slice("potentials", &mut potentials, [vectors, m])),
        gradients: Some(ViewMut::from_slice("gradients", &mut gradients, [vectors, m, 3])),
    };
    direct(kernel, problem, sums, &mut Progress::none())?;
    // Without gradients it is another loop, which may round another way.
    let mut alone = vec![T::default(); vectors * m];
    let sums = Sums { potentials: Some(ViewMut::from_slice("potentials", &mut alone, [vectors, m])), gradients: None };
    direct(kernel, problem, sums, &mut Progress::none())?;
    for (a, b) in potentials.iter().zip(&alone) {
        assert!((a.to_f64() - b.to_f64()).abs() <= 1e-5 * a.to_f64().abs().max(1.0));
    }
    Ok((alone, gradients))
}

/// Sum and sum of magnitudes, with the rounding errors of the sum added up (Neumaier 1974).
#[derive(Clone, Copy, Default)]
struct Compensated {
    sum: f64,
    error: f64,
    magnitude: f64,
}

impl Compensated {
    fn add(&mut self, term: f64) {
        let sum = self.sum + term;
        self.error += if self.sum.abs() >= term.abs() { (self.sum - sum) + term } else { (term - sum) + self.sum };
        self.sum = sum;
        self.magnitude += term.abs();
    }
}

/// The largest errors of potentials and gradients, relative to the sum of magnitudes of the terms.
fn errors<T: Real>(screening: f64, [sources, targets, charges]: [&[f64]; 3], found: &Found<T>) -> [f64; 2] {
    let (n, m) = (sources.len() / 3, targets.len() / 3);
    let mut worst = [0f64; 2];
    for (v, charges) in charges.chunks_exact(n).enumerate() {
        for (i, x) in targets.chunks_exact(3).enumerate() {
            let mut exact = [Compensated::default(); 4];
            for (y, q) in sources.chunks_exact(3).zip(charges) {
                let d = [x[0] - y[0], x[1] - y[1], x[2] - y[2]];
                let r = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt();
                if r > 0.0 {
                    let potential = q * (-screening * r).exp() / (4.0 * PI * r);
                    exact[0].add(potential);
                    for axis in 0..3 {
                        exact[1 + axis].add(-potential * (1.0 + screening * r) * d[axis] / (r * r));
                    }
                }
            }
            let at = v * m + i;
            let values = [found.0[at], found.1[3 * at], found.1[3 * at + 1], found.1[3 * at + 2]];
            for (k, value) in values.into_iter().enumerate() {
                let error = (value.to_f64() - (exact[k].sum + exact[k].error)).abs();
                worst[k.min(1)] = worst[k.min(1)].max(error / exact[k].magnitude.max(1e-300));
            }
        }
    }
    worst
}

fn narrow(numbers: &[f64]) -> Vec<f32> {
    numbers.iter().map(|&x| x as f32).collect()
}

fn check<K: GreenFunction>(kernel: K, screening: f64) {
    for (n, m, vectors) in [(1, 1, 1), (5, 3, 2), (513, 520, 1), (300, 41, 5), (SEGMENT + 700, 3, 1)] {
        let (sources, mut targets, charges) = (numbers(1, 3 * n), numbers(2, 3 * m), numbers(3, vectors * n));
        let both = n.min(m) / 2 * 3;
        targets[..both].copy_from_slice(&sources[..both]);
        let problem = [&sources[..], &targets[..], &charges[..]];
        let worst = errors(screening, problem, &found(kernel, &sources, &targets, &charges).unwrap());
        assert!(worst.iter().all(|&e| e < 3e-12), "{problem:.0?}: {worst:?}", problem = (n, m, vectors));
        let single = found(kernel, &narrow(&sources), &narrow(&targets), &narrow(&charges)).unwrap();
        let worst = errors(screening, problem, &single);
        assert!(worst.iter().all(|&e| e < 2e-6), "f32 {:?}: {worst:?}", (n, m, vectors));
    }
}

#[test]
fn sums_are_right() {
    check(Laplace, 0.0);
    check(Yukawa { screening: 1.5 }, 1.5);
    check(Yukawa { screening: 0.0 }, 0.0);
}

#[test]
fn the_unit_of_length_and_charge_costs_no_rounding() {
    let (points, charges) = (numbers(4, 300), numbers(5, 100));
    let (potentials, gradients) = found(Laplace, &points, &points, &charges).unwrap();
    for (length, charge) in [(200, 0), (-180, 30), (330, 200), (-330, -100)] {
        let scaled: Vec<f64> = points.iter().map(|x| x * f64::exp2(length.into())).collect();
        let scaled_charges: Vec<f64> = charges.iter().map(|x| x * f64::exp2(charge.into())).collect();
        let (p, g) = found(Laplace, &scaled, &scaled, &scaled_charges).unwrap();
        for (found, before, exponent) in [(p, &potentials, charge - length), (g, &gradients, charge - 2 * length)] {
            let expected: Vec<f64> = before.iter().map(|&x| times_power_of_two(x, exponent)).collect();
            assert_eq!(found, expected);
        }
    }
    let (points, charges) = (narrow(&points), narrow(&charges));
    let (potentials, _) = found(Laplace, &points, &points, &charges).unwrap();
    let scaled: Vec<f32> = points.iter().map(|x| x * 1.0e30f32.log2().round().exp2()).collect();
    let (p, _) = found(Laplace, &scaled, &scaled, &charges).unwrap();
    let factor = f64::from(1.0e30f32.log2().round().exp2());
    assert_eq!(p, potentials.iter().map(|&x| (f64::from(x) / factor) as f32).collect::<Vec<_>>());
}

#[test]
fn points_far_from_the_origin_lose_nothing_that_their_coordinates_have() {
    // Shifts by multiples of the coordinates' last bit are exact, so that differences are the same.
    let points: Vec<f64> = numbers(6, 600).iter().map(|x| (x * 65536.0).round() / 65536.0).collect();
    let charges = numbers(7, 200);
    let shifted: Vec<f64> = points.iter().map(|x| x + 16.0).collect();
    for (far, worst_allowed) in [(&shifted, 2e-6), (&points, 2e-6)] {
        let single = found(Laplace, &narrow(far), &narrow(far), &narrow(&charges)).unwrap();
        let worst = errors(0.0, [&points, &points, &charges], &single);
        assert!(worst.iter().all(|&e| e < worst_allowed), "{worst:?}");
    }
    let shifted: Vec<f64> = points.iter().map(|x| x - 1e6).collect();
    let worst = errors(0.0, [&points, &points, &charges], &found(Laplace, &shifted, &shifted, &charges).unwrap());
    assert!(worst.iter().all(|&e| e < 3e-12), "{worst:?}");
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let (sources, targets, charges) = (numbers(8, 3 * 3000), numbers(9, 3 * 1500), numbers(10, 3 * 3000));
    let with = |threads: i32| {
        let before = set_local(threads).unwrap();
        let found = found(Yukawa { screening: 0.7 }, &sources, &targets, &charges).unwrap();
        set_local(before).unwrap();
        found
    };
    let one = with(1);
    assert!(one == with(2) && one == with(7));
}

#[test]
fn sums_are_linear_and_reciprocal_and_forces_cancel() {
    let (points, charges) = (numbers(11, 3 * 400), numbers(12, 3 * 400));
    let combined: Vec<f64> = (0..400).map(|i| charges[i] - 3.0 * charges[400 + i]).collect();
    let (potentials, gradients) = found(Laplace, &points, &points, &charges).unwrap();
    let (together, _) = found(Laplace, &points, &points, &combined).unwrap();
    let scale: f64 = together.iter().map(|x| x.abs()).sum::<f64>();
    for i in 0..400 {
        assert!((together[i] - (potentials[i] - 3.0 * potentials[400 + i])).abs() < 1e-12 * scale);
    }
    // sum_i p_i phi_i(q) = sum_i q_i phi_i(p).
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let [there, back] = [dot(&charges[..400], &potentials[400..800]), dot(&charges[400..800], &potentials[..400])];
    assert!((there - back).abs() < 1e-12 * scale);
    for axis in 0..3 {
        let forces: Vec<f64> = (0..400).map(|i| charges[i] * gradients[3 * i + axis]).collect();
        assert!(forces.iter().sum::<f64>().abs() < 1e-11 * forces.iter().map(|f| f.abs()).sum::<f64>());
    }
}

#[test]
fn a_number_that_is_not_finite_is_named() {
    let (mut points, charges) = (numbers(13, 30), numbers(14, 10));
    points[17] = f64::NAN;
    let error = found(Laplace, &points, &numbers(13, 30), &charges).unwrap_err();
    assert_eq!((error.code, error.message.contains("sources: element [5, 2] is NaN")), (Status::Nonfinite as i32, true));
}

#[test]
fn coincident_points_do_not_see_each_other() {
    let points = [0.1, 0.2, 0.3].repeat(40);
    let (potentials, gradients) = found(Laplace, &points, &points, &numbers(15, 40)).unwrap();
    assert!(potentials.iter().chain(&gradients).all(|&x| x == 0.0));
}
