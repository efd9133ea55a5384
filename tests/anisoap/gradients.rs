//! Vector-Jacobian products against differences: F = sum of features times random numbers.

use super::support::*;
use hotloop::anisoap::{Basis, Cotangent, Hypers, MaxRadial, Plan, SpectrumPairs};
use hotloop::array::View;

/// Central differences with h, h/2 and h/4 without their terms h^2 and h^4: an error of order h^6.
fn richardson(f: impl Fn(f64) -> f64) -> f64 {
    let h = 3e-3;
    let slope = |h: f64| (f(h) - f(-h)) / (2.0 * h);
    let [coarse, middle, fine] = [h, h / 2.0, h / 4.0].map(slope);
    let (first, second) = ((4.0 * middle - coarse) / 3.0, (4.0 * fine - middle) / 3.0);
    (16.0 * second - first) / 15.0
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn random(seed: u64, count: usize) -> Vec<f64> {
    let mut random = Random(seed);
    (0..count).map(|_| random.next() - 0.5).collect()
}

/// Compares gradients with differences of F under changes of positions, strain and quaternions.
fn compare(atoms: &Atoms, f: impl Fn(&Atoms) -> f64, gradients: [Vec<f64>; 4], what: &str) {
    let [positions, strains, rotations, quaternions] = gradients;
    let scale = |values: &[f64]| values.iter().fold(1e-3f64, |most, x| most.max(x.abs()));
    let check = |name: &str, found: f64, expected: f64, scale: f64| {
        assert!((found - expected).abs() < 1e-8 * scale, "{what}, {name}: {found:e}, differences say {expected:e} ({scale:e})");
    };
    for i in 0..positions.len() {
        let slope = richardson(|h| {
            let mut moved = atoms.clone();
            moved.positions[i] += h;
            f(&moved)
        });
        check(&format!("position {i}"), positions[i], slope, scale(&positions));
    }
    for frame in 0..atoms.frames() {
        for (a, b) in (0..3).flat_map(|a| (0..3).map(move |b| (a, b))) {
            let slope = richardson(|h| {
                let mut strained = atoms.clone();
                let (from, to) = (atoms.offsets[frame] as usize, atoms.offsets[frame + 1] as usize);
                let vectors = strained.positions[3 * from..3 * to].chunks_mut(3);
                for vector in vectors.chain(strained.cells[9 * frame..9 * frame + 9].chunks_mut(3)) {
                    vector[a] += h * vector[b];
                }
                f(&strained)
            });
            check(&format!("strain {frame} {a} {b}"), strains[9 * frame + 3 * a + b], slope, scale(&strains));
        }
    }
    for i in 0..quaternions.len() {
        let slope = richardson(|h| {
            let mut turned = atoms.clone();
            turned.quaternions[i] += h;
            f(&turned)
        });
        check(&format!("quaternion {i}"), quaternions[i], slope, scale(&quaternions));
    }
    // A small rotation omega in the laboratory's axes is the quaternion (1, omega / 2) in front.
    for i in 0..rotations.len() {
        let (atom, axis) = (i / 3, i % 3);
        let slope = richardson(|h| {
            let mut turned = atoms.clone();
            let [w, x, y, z]: [f64; 4] = turned.quaternions[4 * atom..4 * atom + 4].try_into().unwrap();
            let mut u = [0.0; 3];
            u[axis] = (h / 2.0f64).tan(); // the angle is h exactly, whatever the length
            let front = [
                w - u[0] * x - u[1] * y - u[2] * z,
                x + u[0] * w + u[1] * z - u[2] * y,
                y + u[1] * w + u[2] * x - u[0] * z,
                z + u[2] * w + u[0] * y - u[1] * x,
            ];
            turned.quaternions[4 * atom..4 * atom + 4].copy_from_slice(&front);
            f(&turned)
        });
        check(&format!("rotation {i}"), rotations[i], slope, scale(&rotations));
    }
}

#[test]
fn gradients_of_coefficients_are_what_differences_say() {
    for (basis, is_raw, periodic) in
        [(Basis::Gto { width: 0.9 }, false, false), (Basis::Gto { width: 1.3 }, true, true), (Basis::Monomial, true, true)]
    {
        let atoms = Atoms::random(3, &[4, 3], &[1, 6], periodic);
        let hypers = Hypers { basis, ..gto(4, MaxRadial::Common(2), 0.9, atoms.cutoff_in_a_gap(3.4), &[1, 6]) };
        let plan = Plan::new(hypers).unwrap();
        let cotangent = random(5, atoms.len() * plan.expansion_size());
        let f = |atoms: &Atoms| product(&atoms.expansion(&plan, is_raw), &cotangent);
        let view = View::from_slice("cotangent", &cotangent, [atoms.len(), plan.expansion_size()]);
        let found = atoms.gradients(&plan, is_raw, &Cotangent::Expansion(view));
        compare(&atoms, f, found, &format!("{basis:?}, periodic {periodic}"));
    }
}

#[test]
fn gradients_of_power_spectra_are_what_differences_say() {
    for (pairs, periodic) in [(SpectrumPairs::All, true), (SpectrumPairs::Half, false)] {
        let atoms = Atoms::random(9, &[3, 4], &[1, 6], periodic);
        let cutoff = atoms.cutoff_in_a_gap(3.4);
        let hypers = Hypers { pairs, subtract_center: periodic, ..gto(3, MaxRadial::Common(2), 1.1, cutoff, &[1, 6]) };
        let plan = Plan::new(hypers).unwrap();
        let (features, species) = (plan.spectrum_size(), plan.species_count());
        let per_atom = random(15, atoms.len() * features);
        let means = random(16, atoms.frames() * species * features);
        let f = |atoms: &Atoms| {
            let (spectra, mean) = atoms.spectra(&plan);
            product(&spectra, &per_atom) + product(&mean, &means)
        };
        let cotangent = Cotangent::Spectrum {
            per_atom: Some(View::from_slice("spectra_cotangent", &per_atom, [atoms.len(), features])),
            means: Some(View::from_slice("means_cotangent", &means, [atoms.frames(), species, features])),
        };
        compare(&atoms, f, atoms.gradients(&plan, false, &cotangent), &format!("{pairs:?}"));
    }
}
