//! Products of 27 terms against the 64 of whole matrices.

use super::*;
use crate::fmm::kernel::Laplace;
use crate::fmm::surface::Surface;
use crate::simd::{Level, dispatch};

/// Numbers that look like chance.
fn numbers_from(seed: u64, count: usize) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    };
    (0..count).map(|_| next()).collect()
}

/// Twelve groups, each with some of the others next to it.
fn neighbours_of(group: usize) -> [u32; DIRECTIONS] {
    std::array::from_fn(|direction| {
        let is_there = direction != 13 && (direction * 5 + group * 3) % 7 < 4 && group != 4;
        if is_there { ((group * 7 + direction * 11) % 12) as u32 } else { NONE }
    })
}

#[test]
fn sums_are_those_of_whole_matrices_at_every_level() {
    let (groups, kz, frequency) = (12, 1, 23);
    let surface = Surface::new(4).unwrap();
    let lattice = Lattice::<f64>::new(Laplace, &surface, 1.0).unwrap();
    let charges = numbers_from(1, groups * COMPLEX);
    let neighbours = Neighbours::new(groups, neighbours_of).unwrap();
    let (re, im) = lattice.slices[kz].symbols_of(frequency);
    let mut expected = vec![0.0; groups * COMPLEX];
    for target in 0..groups * WIDTH {
        let (target, child) = (target / WIDTH, target % WIDTH);
        for &[direction, source] in neighbours.of(target) {
            for other in 0..WIDTH {
                // Places -3 .. 3 along x, y, z of the target's child as seen from the source's.
                let along = |axis: usize| {
                    let towards = (direction as usize / 3usize.pow(axis as u32) % 3) as i32 - 1;
                    (child >> axis & 1) as i32 - (other >> axis & 1) as i32 - 2 * towards + 3
                };
                let vector = ((along(0) * 7 + along(1)) * 7 + along(2)) as usize;
                let charge = &charges[source as usize * COMPLEX..];
                let (x, y) = (charge[other], charge[WIDTH + other]);
                expected[target * COMPLEX + child] += re[vector] * x - im[vector] * y;
                expected[target * COMPLEX + WIDTH + child] += re[vector] * y + im[vector] * x;
            }
        }
    }
    let largest = expected.iter().fold(0.0f64, |largest, x| largest.max(x.abs()));
    for level in Level::available() {
        let mut workspace = Workspace::new(groups, level.lanes()).unwrap();
        let mut potentials = vec![f64::NAN; groups * COMPLEX];
        let charges = |group: usize| -> &[f64] { &charges[group * COMPLEX..] };
        let workspace = &mut workspace;
        dispatch(level, Products { lattice: &lattice, kz, frequency, neighbours: &neighbours, charges, groups, workspace, potentials: &mut potentials });
        for (place, (found, expected)) in potentials.iter().zip(&expected).enumerate() {
            assert!((found - expected).abs() <= 1e-14 * largest, "{level:?} {place}: {found} {expected}");
        }
    }
}

#[test]
fn every_one_of_27_numbers_has_a_place_of_its_own() {
    assert!((0..UNFOLDED).all(|place| ORDER.contains(&place)));
    for lanes in [4, 8, 16] {
        assert!(numbers(lanes) >= 2 * UNFOLDED && numbers(lanes) % (2 * lanes) == 0);
        let places: std::collections::HashSet<_> = (0..UNFOLDED).flat_map(|number| [place(number, lanes), place(number, lanes) + lanes]).collect();
        assert_eq!(places.len(), 2 * UNFOLDED);
        assert!(places.iter().all(|&place| place < numbers(lanes)));
    }
}
