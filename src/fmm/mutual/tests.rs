//! Against sums in one direction, pair by pair.

use super::*;
use crate::fmm::kernel::{Laplace, Yukawa};
use crate::fmm::pairs::{self, tests::numbers};
use crate::simd::{Kernel, Level, dispatch};

fn narrow<T: Real>(list: &[f64]) -> Vec<T> {
    list.iter().map(|&x| T::from_f64(x)).collect()
}

/// What points give at some: [component][target], by sums in f64 of one direction.
struct Plain<'a, K>(K, &'a [Vec<f64>; 3], &'a [f64], &'a [usize], &'a [usize]);

impl<K: GreenFunction> Kernel<f64> for Plain<'_, K> {
    type Output = Vec<Vec<f64>>;

    #[inline(always)]
    fn run<V: Lanes<f64>>(self) -> Vec<Vec<f64>> {
        let Self(kernel, places, charges, sources, targets) = self;
        let padded = targets.len().next_multiple_of(V::WIDTH);
        let of = |list: &[f64], indices: &[usize]| -> Vec<f64> { indices.iter().map(|&i| list[i]).collect() };
        let [x, y, z] = places.each_ref().map(|axis| of(axis, targets).into_iter().chain(std::iter::repeat(0.0)).take(padded).collect::<Vec<f64>>());
        let [sx, sy, sz] = places.each_ref().map(|axis| of(axis, sources));
        let charges = of(charges, sources);
        let mut sums = vec![vec![0.0; padded]; 4];
        let [p, gx, gy, gz] = &mut sums[..] else { unreachable!() };
        let (targets, sources) = (Points { x: &x, y: &y, z: &z }, Points { x: &sx, y: &sy, z: &sz });
        let run = 0..charges.len();
        pairs::add_potentials_and_gradients::<K, f64, V, 1>(kernel, pairs::Look::AtEach, targets, sources, [&charges], &[run], [&mut p[..]], [[&mut gx[..], &mut gy[..], &mut gz[..]]]);
        sums
    }
}

struct Both<'a, T: Real, K, const N: usize, const C: usize, const P: usize>(K, Together<'a, T, N>, Sums<'a>);

impl<T: Real, K: GreenFunction, const N: usize, const C: usize, const P: usize> Kernel<T> for Both<'_, T, K, N, C, P> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(mut self) {
        add::<K, T, V, N, C, P>(self.0, &self.1, &mut Tile::new().unwrap(), &mut self.2);
    }
}

/// Largest error of potentials and gradients relative to the sums of the magnitudes of their terms, of coordinates in `P` parts.
fn error_of<T: Real, K: GreenFunction, const P: usize>(level: Level, kernel: K, runs: &[Range<usize>], scale: f64) -> f64 {
    let all: Vec<usize> = runs.iter().flat_map(|run| run.clone()).collect();
    let len = all.iter().max().map_or(0, |last| last + 1);
    let mut places = [0, 1, 2].map(|axis| numbers(axis, len));
    // Some points lie at one place, others closer together than f32 could say.
    for axis in &mut places {
        for i in (7..len).step_by(7) {
            axis[i] = axis[i - 7];
        }
        for (k, i) in (5..len).step_by(35).enumerate() {
            // Not by a power of two: parts of both coordinates would be rounded alike, and the difference be exact.
            axis[i] = axis[i - 5] + 1.234_567_890_1 * 2f64.powi(-20 - 3 * (k as i32 % 7));
        }
        if P == 1 {
            axis.iter_mut().for_each(|x| *x = T::from_f64(*x).to_f64());
        }
    }
    let charges = [3, 4, 5, 6].map(|stream| numbers(stream, len));
    let own = charges.each_ref().map(|charges| narrow::<T>(charges));
    let points = Points { x: &places[0], y: &places[1], z: &places[2] };
    let (scaled, stride) = (kernel.scaled(scale), all.len());
    let origin = [0.1, -0.2, 0.05];
    let places_of_runs: Vec<usize> = runs.iter().scan(0, |next, run| Some(std::mem::replace(next, *next + run.len()))).collect();
    // Something is there already: sums are added to it.
    macro_rules! sums {
        ($n:literal, $c:literal) => {{
            let mut sums = vec![0.5; $n * $c * stride];
            let charges = std::array::from_fn::<_, $n, _>(|v| &own[v][..]);
            let together = Together { points, scale, origin, charges, runs };
            dispatch(level, Both::<T, K, $n, $c, P>(scaled, together, Sums { all: &mut sums, places: &places_of_runs }));
            sums
        }};
    }
    let (two, one, four, pair, alone) = (sums!(2, 4), sums!(1, 4), sums!(4, 1), sums!(2, 1), sums!(1, 1));
    assert!(one == two[..4 * stride] && pair == four[..2 * stride] && alone == four[..stride], "a vector of charges has the same bits alone");
    let firsts = runs[0].len();
    let mut worst = 0f64;
    for v in 0..2 {
        let magnitudes: Vec<f64> = charges[v].iter().map(|q| q.abs()).collect();
        for (targets, sources, first) in [(&all[..firsts], &all[..], 0), (&all[firsts..], &all[..firsts], firsts)] {
            let exact = dispatch(level, Plain(kernel, &places, &charges[v], sources, targets));
            let sizes = dispatch(level, Plain(kernel, &places, &magnitudes, sources, targets));
            for i in 0..targets.len() {
                let point = targets[i];
                // The magnitude of a gradient's terms, from the potential's over the distances: one direction's sums have no such thing.
                let slopes: f64 = sources
                    .iter()
                    .map(|&source| {
                        let r2: f64 = places.iter().map(|axis| (axis[point] - axis[source]).powi(2)).sum();
                        if r2 > 0.0 { charges[v][source].abs() / r2 } else { 0.0 }
                    })
                    .sum();
                for c in 0..4 {
                    let magnitude = if c == 0 { sizes[0][i] } else { slopes };
                    let error = |found: f64| ((found - 0.5) - exact[c][i]).abs() / (magnitude + 1.0);
                    worst = worst.max(error(two[(4 * v + c) * stride + first + i]));
                    if c == 0 {
                        worst = worst.max(error(four[v * stride + first + i]));
                    }
                }
            }
        }
    }
    worst
}

#[test]
fn both_sides_have_the_sums_of_one_direction_at_a_time() {
    let cases: [Vec<Range<usize>>; 8] = [
        vec![0..1],
        vec![2..5],
        vec![0..7, 7..10],
        vec![5..50, 51..90, 91..300, 333..700],
        vec![0..600, 601..602, 610..640],
        vec![0..192, 200..300],
        vec![10..1100, 1200..1500],
        // More short runs than a tile has parts.
        (0..80).map(|i| 11 * i..11 * i + 3).collect(),
    ];
    for level in Level::available() {
        for runs in &cases {
            let laplace = error_of::<f64, _, 1>(level, Laplace, runs, 1.0);
            let yukawa = error_of::<f64, _, 1>(level, Yukawa { screening: 2.0 }, runs, 1.0);
            let single = error_of::<f32, _, 1>(level, Laplace, runs, 8.0);
            let screened = error_of::<f32, _, 1>(level, Yukawa { screening: 2.0 }, runs, 8.0);
            // All points are about as far apart as the sides of leaves.
            let split = error_of::<f32, _, 2>(level, Laplace, runs, 0.5);
            let split_screened = error_of::<f32, _, 2>(level, Yukawa { screening: 2.0 }, runs, 0.5);
            println!("{level:?} {runs:?}: {laplace:.1e} {yukawa:.1e} {single:.1e} {screened:.1e} {split:.1e} {split_screened:.1e}");
            // Of a term in f32 6e-7 (the slope is a cube), and as much for a sum of 512; exponents of screened ones are up to 7.
            assert!(laplace < 2e-12 && yukawa < 1e-11, "{level:?} {runs:?}: {laplace:e} {yukawa:e}");
            assert!(single.max(split) < 2e-6 && screened.max(split_screened) < 4e-6, "{level:?} {runs:?}: {single:e} {split:e} {screened:e} {split_screened:e}");
        }
    }
}
