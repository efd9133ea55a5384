//! Evaluations against sums over all pairs.

use super::*;
use crate::fmm::kernel::{Laplace, Yukawa};
use crate::fmm::operators::{Operators, Translations, Wanted};
use crate::fmm::surface::Surface;
use crate::fmm::tree::{Cube, Lists, Refinement, Tree};
use crate::simd::Level as Simd;
use std::sync::Arc;

fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 11) as f64 / (1u64 << 53) as f64
}

fn points(kind: usize, count: usize) -> Vec<[f64; 3]> {
    let mut state = 12345 + kind as u64;
    (0..count)
        .map(|i| {
            let p = [uniform(&mut state), uniform(&mut state), uniform(&mut state)];
            match kind {
                0 => p,
                1 => {
                    let p = p.map(|x| x - 0.5);
                    let r = p.iter().map(|x| x * x).sum::<f64>().sqrt();
                    p.map(|x| 0.5 + 0.499 * x / r)
                }
                _ => p.map(|x| 0.3 + 10f64.powi(-((i % 5) as i32)) * (x - 0.3)),
            }
        })
        .collect()
}

/// Relative errors of potentials and gradients, as norms of vectors.
fn errors<T: Near, K: GreenFunction>(simd: Simd, kernel: K, kind: usize, order: usize, leaf_size: usize, cutoff: f64) -> (f64, f64) {
    let cloud = points(kind, 3000);
    let mut progress = Progress::none();
    let cube = Cube::around(&cloud, None, 1.0, &mut progress).unwrap();
    let tree = Tree::build(&cloud, None, cube, Refinement { leaf_size, max_level: 20, is_balanced: false }, &mut progress).unwrap();
    let surface = Surface::new(order).unwrap();
    let lists = Lists::build(&tree, surface.len(), &mut progress).unwrap();
    let particles = Particles::in_order(&cloud, &tree.sources, &mut progress).unwrap();
    let mut state = 7;
    let charges: Vec<T> = (0..cloud.len()).map(|_| T::from_f64(2.0 * uniform(&mut state) - 1.0)).collect();
    let wanted = Wanted { cutoff, translations: Translations::Fourier, threshold: 0.0 };
    let make = |surface: &Surface, half_side: f64, _: &mut Progress| Operators::new(kernel, surface, half_side, wanted, simd).map(Arc::new);
    let near_in_double = size_of::<T>() < size_of::<f64>();
    let frame = Frame::new(simd, kernel, near_in_double, surface, (tree, lists), (particles, None), make, None, Grain { pairs: 100_000 }, &mut progress).unwrap();
    let results = evaluate(&frame, &[Charges { own: &charges, double: &[] }], true, &Timings::default(), &mut progress).unwrap();
    let (mut potential, mut gradient) = ([0.0; 2], [0.0; 2]);
    for place in (0..cloud.len()).step_by(7) {
        let x = cloud[frame.tree.sources.index(place)];
        let mut exact = [0.0; 4];
        for source in 0..cloud.len() {
            let y = cloud[frame.tree.sources.index(source)];
            let d: [f64; 3] = std::array::from_fn(|axis| x[axis] - y[axis]);
            let r2: f64 = d.iter().map(|d| d * d).sum();
            if r2 == 0.0 {
                continue;
            }
            let (r, q) = (r2.sqrt(), charges[source].to_f64());
            // The slope from a difference of the value, good to 1e-10.
            let h = 1e-4 * r;
            let value = |r: f64| kernel.value(r * r);
            let slope = (8.0 * (value(r + h) - value(r - h)) - (value(r + 2.0 * h) - value(r - 2.0 * h))) / (12.0 * h);
            exact[0] += q * value(r);
            (0..3).for_each(|axis| exact[axis + 1] += q * slope * d[axis] / r);
        }
        let found = &results[4 * place..][..4];
        potential[0] += (found[0] - exact[0]).powi(2);
        potential[1] += exact[0].powi(2);
        for axis in 1..4 {
            gradient[0] += (found[axis] - exact[axis]).powi(2);
            gradient[1] += exact[axis].powi(2);
        }
    }
    ((potential[0] / potential[1]).sqrt(), (gradient[0] / gradient[1]).sqrt())
}

#[test]
fn evaluations_are_sums_over_all_pairs_to_the_accuracy_of_the_order() {
    for simd in Simd::available() {
        for kind in 0..3 {
            for (order, bound) in [(4, 2e-3), (6, 3e-5), (8, 6e-7)] {
                let (potential, gradient) = errors::<f64, _>(simd, Laplace, kind, order, 20, 1e-13);
                println!("{simd:?} {kind} {order}: {potential:.1e} {gradient:.1e}");
                assert!(potential < bound && gradient < 10.0 * bound, "{kind} {order}: {potential:e} {gradient:e}");
            }
            let (potential, gradient) = errors::<f32, _>(simd, Laplace, kind, 6, 20, 1e-7);
            println!("{simd:?} {kind} f32: {potential:.1e} {gradient:.1e}");
            assert!(potential < 3e-5 && gradient < 3e-4, "{kind} f32: {potential:e} {gradient:e}");
            let (potential, gradient) = errors::<f64, _>(simd, Yukawa { screening: 3.0 }, kind, 6, 20, 1e-13);
            println!("{simd:?} {kind} yukawa: {potential:.1e} {gradient:.1e}");
            assert!(potential < 3e-5 && gradient < 3e-4, "{kind} Yukawa: {potential:e} {gradient:e}");
        }
    }
}

/// Potentials and gradients of vectors of charges together.
fn results<T: Near, K: GreenFunction>(simd: Simd, kernel: K, kind: usize, order: usize, wanted: Wanted, vectors: std::ops::Range<usize>) -> Vec<f64> {
    let cloud = points(kind, 2000);
    let mut progress = Progress::none();
    let cube = Cube::around(&cloud, None, 1.0, &mut progress).unwrap();
    let tree = Tree::build(&cloud, None, cube, Refinement { leaf_size: 15, max_level: 20, is_balanced: false }, &mut progress).unwrap();
    let surface = Surface::new(order).unwrap();
    let lists = Lists::build(&tree, surface.len(), &mut progress).unwrap();
    let particles = Particles::in_order(&cloud, &tree.sources, &mut progress).unwrap();
    let make = |surface: &Surface, half_side: f64, _: &mut Progress| Operators::new(kernel, surface, half_side, wanted, simd).map(Arc::new);
    let frame = Frame::new(simd, kernel, false, surface, (tree, lists), (particles, None), make, None, Grain { pairs: 100_000 }, &mut progress).unwrap();
    let charges: Vec<Vec<T>> = vectors
        .map(|vector| {
            let mut state = 7 + vector as u64;
            (0..cloud.len()).map(|_| T::from_f64(2.0 * uniform(&mut state) - 1.0)).collect()
        })
        .collect();
    let charges: Vec<Charges<'_, T>> = charges.iter().map(|own| Charges { own, double: &[] }).collect();
    evaluate(&frame, &charges, true, &Timings::default(), &mut progress).unwrap()
}

fn difference(a: &[f64], b: &[f64]) -> f64 {
    let norm = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>().sqrt();
    norm(&mut a.iter().zip(b).map(|(a, b)| a - b)) / norm(&mut b.iter().copied())
}

#[test]
fn translations_of_all_ways_carry_the_same() {
    for simd in Simd::available() {
        for (kind, order) in [(0, 2), (1, 3), (2, 6)] {
            let wanted = |translations, threshold| Wanted { cutoff: 4e-14, translations, threshold };
            let all = [(Translations::Dense, 0.0), (Translations::Fourier, 0.0), (Translations::Compressed, 1e-13), (Translations::Compressed, 1e-5)];
            let laplace = all.map(|(way, threshold)| results::<f64, _>(simd, Laplace, kind, order, wanted(way, threshold), 0..1));
            let yukawa = all.map(|(way, threshold)| results::<f64, _>(simd, Yukawa { screening: 3.0 }, kind, order, wanted(way, threshold), 0..1));
            let single = all.map(|(way, threshold)| results::<f32, _>(simd, Laplace, kind, order, Wanted { cutoff: 1e-7, ..wanted(way, threshold) }, 0..1));
            let differences = |found: &[Vec<f64>; 4]| [1, 2, 3].map(|way| difference(&found[way], &found[0]));
            let (laplace, yukawa, single) = (differences(&laplace), differences(&yukawa), differences(&single));
            println!("{simd:?} {kind} {order}: {laplace:?} {yukawa:?} {single:?}");
            for [fourier, fine, coarse] in [laplace, yukawa] {
                assert!(fourier < 1e-12 && fine < 1e-11 && coarse < 1e-4, "{fourier:e} {fine:e} {coarse:e}");
            }
            assert!(single[..2].iter().all(|&difference| difference < 3e-5) && single[2] < 1e-4, "{single:?}");
        }
    }
}

#[test]
fn vectors_together_have_the_bits_of_each_alone() {
    for simd in Simd::available() {
        for translations in [Translations::Fourier, Translations::Compressed, Translations::Dense] {
            let wanted = Wanted { cutoff: 4e-14, translations, threshold: 1e-6 };
            let together = results::<f64, _>(simd, Laplace, 2, 4, wanted, 0..3);
            for vector in 0..3 {
                let alone = results::<f64, _>(simd, Laplace, 2, 4, wanted, vector..vector + 1);
                for (own, all) in alone.chunks_exact(4).zip(together.chunks_exact(12)) {
                    assert_eq!(own, &all[4 * vector..4 * vector + 4]);
                }
            }
        }
    }
}
