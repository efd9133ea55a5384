//! Against sums one pair at a time, in double precision.

use super::*;
use crate::fmm::kernel::{Laplace, Yukawa};
use crate::simd::{Kernel, Level, dispatch};

/// Numbers in (-1, 1), exact in f32.
pub fn numbers(stream: u64, len: usize) -> Vec<f64> {
    let mut state = stream;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f64 - 8_388_607.5) / 8_388_608.0
    };
    next();
    (0..len).map(|_| f64::from(next() as f32)).collect()
}

struct Against<K> {
    kernel: K,
    slope: fn(K, f64) -> f64,
    look: Look,
    n_sources: usize,
    runs: Vec<Range<usize>>,
}

impl<T: Real, K: GreenFunction> Kernel<T> for Against<K> {
    /// Largest errors relative to the sum of the magnitudes of the terms.
    type Output = f64;

    #[inline(always)]
    fn run<V: Lanes<T>>(self) -> f64 {
        let width = targets_at_a_time::<T, V>();
        let (n, m) = (self.n_sources, 3 * width);
        let sources = [numbers(0, n), numbers(1, n), numbers(2, n)];
        let charges = [numbers(3, n), numbers(4, n)];
        let mut targets = [numbers(5, m), numbers(6, m), numbers(7, m)];
        for axis in 0..3 {
            // Some targets are sources.
            for i in 0..n.min(m) / 2 {
                targets[axis][2 * i] = sources[axis][i];
            }
        }
        let narrow = |list: &[f64]| -> Vec<T> { list.iter().map(|&x| T::from_f64(x)).collect() };
        let [sx, sy, sz] = [narrow(&sources[0]), narrow(&sources[1]), narrow(&sources[2])];
        let [tx, ty, tz] = [narrow(&targets[0]), narrow(&targets[1]), narrow(&targets[2])];
        let [q0, q1] = [narrow(&charges[0]), narrow(&charges[1])];
        let source_points = Points { x: &sx, y: &sy, z: &sz };
        let target_points = Points { x: &tx, y: &ty, z: &tz };

        // Something is there already: sums are added to it.
        let mut sums: Vec<Vec<f64>> = vec![vec![0.5; m]; 10];
        let [p0, p1, alone, v0, x0, y0, z0, x1, y1, z1] = &mut sums[..] else { unreachable!() };
        add_potentials::<K, T, V, 2>(self.kernel, self.look, target_points, source_points, [&q0, &q1], &self.runs, [&mut *p0, &mut *p1]);
        add_potentials::<K, T, V, 1>(self.kernel, self.look, target_points, source_points, [&q1], &self.runs, [&mut *alone]);
        assert_eq!(p1, alone, "a vector of charges has the same bits alone");
        alone.fill(0.5);
        add_potentials_and_gradients::<K, T, V, 2>(
            self.kernel,
            self.look,
            target_points,
            source_points,
            [&q0, &q1],
            &self.runs,
            [&mut *v0, &mut *alone],
            [[x0, y0, z0], [x1, y1, z1]],
        );

        let mut worst: f64 = 0.0;
        for i in 0..m {
            for v in 0..2 {
                let (mut exact, mut magnitude) = ([0f64; 4], [0f64; 4]);
                for j in self.runs.iter().cloned().flatten() {
                    let d: [f64; 3] = std::array::from_fn(|axis| targets[axis][i] - sources[axis][j]);
                    let r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
                    let slope = if r2 > 0.0 { (self.slope)(self.kernel, r2) } else { 0.0 };
                    let terms = [self.kernel.value(r2), slope * d[0], slope * d[1], slope * d[2]];
                    for k in 0..4 {
                        exact[k] += charges[v][j] * terms[k];
                        magnitude[k] += (charges[v][j] * terms[k]).abs();
                    }
                }
                let found = if v == 0 {
                    [sums[3][i], sums[4][i], sums[5][i], sums[6][i], sums[0][i]]
                } else {
                    [sums[2][i], sums[7][i], sums[8][i], sums[9][i], sums[1][i]]
                };
                for (k, found) in found.into_iter().enumerate() {
                    worst = worst.max(((found - 0.5) - exact[k % 4]).abs() / magnitude[k % 4].max(0.5));
                }
            }
        }
        worst
    }
}

fn check<K: GreenFunction>(kernel: K, slope: fn(K, f64) -> f64) {
    let lists: [&[Range<usize>]; 6] =
        [&[], &[3..3], &[0..1], &[0..700], &[5..6, 2..2, 100..400, 6..9, 0..700, 699..700], &[10..20, 15..25, 0..512]];
    for level in Level::available() {
        for runs in lists {
            for look in [Look::AtEach, Look::AtClosest] {
                let problem = || Against { kernel, slope, look, n_sources: 700, runs: runs.to_vec() };
                let worst = dispatch::<f64, _>(level, problem());
                assert!(worst < 3e-12, "{level:?} {look:?} {runs:?}: {worst:e}");
                let worst = dispatch::<f32, _>(level, problem());
                assert!(worst < 3e-6, "{level:?} {look:?} f32 {runs:?}: {worst:e}");
            }
        }
    }
}

#[test]
fn sums_are_those_of_single_pairs_at_every_level() {
    check(Laplace, |_, r2| -1.0 / (r2 * r2.sqrt()));
    check(Yukawa { screening: 2.5 }, |kernel, r2| {
        let x = kernel.screening * r2.sqrt();
        -(1.0 + x) * (-x).exp() / (r2 * r2.sqrt())
    });
}

/// Sums of targets along x at the places of sources along x, all charges 1: potentials, and gradients along x.
struct Along<'a, K>(K, Look, &'a [f64], &'a [f64]);

impl<T: Real, K: GreenFunction> Kernel<T> for Along<'_, K> {
    type Output = [Vec<f64>; 2];

    #[inline(always)]
    fn run<V: Lanes<T>>(self) -> [Vec<f64>; 2] {
        let Self(kernel, look, targets, sources) = self;
        let narrow = |list: &[f64], len: usize| -> Vec<T> { (0..len).map(|i| T::from_f64(list.get(i).copied().unwrap_or(0.75))).collect() };
        let (n, m) = (sources.len(), targets.len().next_multiple_of(targets_at_a_time::<T, V>()));
        let (x, y) = (narrow(targets, m), narrow(sources, n));
        let (zeros, ones) = (vec![T::default(); n.max(m)], vec![T::from_f64(1.0); n]);
        let mut sums = vec![vec![0.0; m]; 4];
        let [potential, gx, gy, gz] = &mut sums[..] else { unreachable!() };
        add_potentials_and_gradients::<K, T, V, 1>(
            kernel,
            look,
            Points { x: &x, y: &zeros[..m], z: &zeros[..m] },
            Points { x: &y, y: &zeros[..n], z: &zeros[..n] },
            [&ones],
            std::slice::from_ref(&(0..n)),
            [potential],
            [[gx, gy, gz]],
        );
        assert!(sums.iter().flatten().all(|sum| sum.is_finite()));
        [0, 1].map(|k| sums[k][..targets.len()].to_vec())
    }
}

#[test]
fn points_that_are_too_close_count_as_one_whoever_is_in_their_vector() {
    // At 0: one at the same place, others nearer than counts, though squares of distances are not 0, and one far away.
    let sources = [0.0, 1e-70, -1e-50, 1e-25, 1e-22, 0.5];
    let apart = [0.25, -0.625];
    for level in Level::available() {
        for kernel in [Yukawa { screening: 0.0 }, Yukawa { screening: 1.5 }] {
            let alone = dispatch::<f64, _>(level, Along(kernel, Look::AtEach, &apart, &sources));
            for look in [Look::AtEach, Look::AtClosest] {
                let both = dispatch::<f64, _>(level, Along(kernel, look, &[apart[0], 0.0, apart[1]], &sources));
                for k in 0..2 {
                    assert_eq!([both[k][0], both[k][2]], alone[k][..], "{level:?} {look:?}");
                }
                let exact = kernel.value(0.25);
                assert!((both[0][1] / exact - 1.0).abs() < 1e-11, "{level:?} {look:?}: {}", both[0][1]);
            }
        }
    }
}

#[test]
fn screening_beyond_all_distances_leaves_nothing_and_no_nan() {
    let kernel = Yukawa { screening: 1e30 }.scaled(1.0);
    let sources = [0.0, 1e-11, 1e-10, 1e-6, 0.5];
    for level in Level::available() {
        for look in [Look::AtEach, Look::AtClosest] {
            let double = dispatch::<f64, _>(level, Along(kernel, look, &sources, &sources));
            let single = dispatch::<f32, _>(level, Along(kernel, look, &sources, &sources));
            assert!(double.iter().chain(&single).flatten().all(|&sum| sum == 0.0), "{level:?}");
        }
    }
}
