//! Symmetries and limits.

use super::support::*;
use hotloop::anisoap::{Hypers, MaxRadial, Plan, SpectrumPairs};
use hotloop::threads;

fn plan(species: &[i32]) -> Plan {
    Plan::new(gto(5, MaxRadial::Common(3), 1.1, 4.0, species)).unwrap()
}

/// q1 q2.
fn product(a: [f64; 4], b: [f64; 4]) -> [f64; 4] {
    [
        a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3],
        a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
        a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1],
        a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0],
    ]
}

fn turned(q: [f64; 4], v: &[f64]) -> [f64; 3] {
    let conjugate = [q[0], -q[1], -q[2], -q[3]];
    let turned = product(product(q, [0.0, v[0], v[1], v[2]]), conjugate);
    let n: f64 = q.iter().map(|x| x * x).sum();
    [turned[1] / n, turned[2] / n, turned[3] / n]
}

#[test]
fn power_spectra_do_not_see_a_rotation_of_everything() {
    let plan = plan(&[1, 6]);
    for periodic in [false, true] {
        let atoms = Atoms::random(7, &[9, 4], &[1, 6], periodic);
        let q = [0.3, -0.7, 0.5, 0.4];
        let mut rotated = atoms.clone();
        rotated.positions = atoms.positions.chunks(3).flat_map(|v| turned(q, v)).collect();
        rotated.cells = atoms.cells.chunks(3).flat_map(|v| turned(q, v)).collect();
        rotated.quaternions =
            atoms.quaternions.chunks(4).flat_map(|p| product(q, p.try_into().unwrap())).collect();
        let worst = difference(&rotated.spectra(&plan).0, &atoms.spectra(&plan).0);
        assert!(worst < 3e-13, "periodic {periodic}: {worst:e}");
        // Coefficients do.
        assert!(difference(&rotated.expansion(&plan, false), &atoms.expansion(&plan, false)) > 1e-2);
    }
}

#[test]
fn translation_and_wrapping_change_nothing_but_rounding() {
    let plan = plan(&[1, 6]);
    let atoms = Atoms::random(11, &[8, 5], &[1, 6], true);
    let mut moved = atoms.clone();
    for (i, x) in moved.positions.iter_mut().enumerate() {
        *x += [1.25, -3.5, 0.75][i % 3];
    }
    // One atom by lattice vectors.
    for k in 0..3 {
        moved.positions[k] += 3.0 * atoms.cells[k] - 2.0 * atoms.cells[6 + k];
    }
    let worst = difference(&moved.expansion(&plan, false), &atoms.expansion(&plan, false));
    assert!(worst < 3e-13, "{worst:e}");
}

#[test]
fn inversion_gives_the_parity_of_l() {
    let plan = plan(&[1, 6]);
    let atoms = Atoms::random(13, &[7], &[1, 6], true);
    let mut inverted = atoms.clone();
    inverted.positions.iter_mut().for_each(|x| *x = -*x);
    let (ours, theirs) = (atoms.expansion(&plan, true), inverted.expansion(&plan, true));
    let labels: Vec<_> = plan.expansion_labels().collect();
    let expected: Vec<f64> = ours
        .iter()
        .enumerate()
        .map(|(at, x)| if labels[at % labels.len()][0] % 2 == 1 { -x } else { *x })
        .collect();
    assert!(difference(&theirs, &expected) < 3e-13);
}

#[test]
fn a_quaternion_and_its_negative_at_any_length_are_one_rotation() {
    let plan = plan(&[1]);
    let atoms = Atoms::random(17, &[6], &[1], false);
    let mut other = atoms.clone();
    other.quaternions.iter_mut().for_each(|x| *x *= -4.0);
    assert_eq!(atoms.expansion(&plan, false), other.expansion(&plan, false));
}

#[test]
fn a_permutation_of_atoms_permutes_rows() {
    let plan = plan(&[1, 6]);
    let atoms = Atoms::random(19, &[8], &[1, 6], true);
    let order = [3usize, 0, 7, 5, 1, 2, 6, 4];
    let take = |values: &[f64], width: usize| -> Vec<f64> {
        order.iter().flat_map(|&i| values[i * width..(i + 1) * width].to_vec()).collect()
    };
    let mut permuted = atoms.clone();
    permuted.positions = take(&atoms.positions, 3);
    permuted.quaternions = take(&atoms.quaternions, 4);
    permuted.semiaxes = take(&atoms.semiaxes, 3);
    permuted.species = order.iter().map(|&i| atoms.species[i]).collect();
    let expected = take(&atoms.expansion(&plan, false), plan.expansion_size());
    assert!(difference(&permuted.expansion(&plan, false), &expected) < 3e-13);
}

#[test]
fn spheres_do_not_see_their_orientation_and_point_along_the_bond() {
    let plan = plan(&[1, 6]);
    let mut atoms = Atoms::random(23, &[2], &[1], false);
    atoms.species = vec![1, 6];
    atoms.positions = vec![0.0, 0.0, 0.0, 0.0, 0.0, 1.7];
    atoms.semiaxes = vec![0.5; 6];
    let first = atoms.expansion(&plan, false);
    let mut other = atoms.clone();
    other.quaternions = vec![0.4, 0.3, 0.2, 0.1, -0.1, 0.2, 0.7, 0.3];
    assert_eq!(first, other.expansion(&plan, false), "the same bits");
    // A sphere on the z axis has m = 0 only.
    for (value, [l, m, _, species]) in first.iter().zip(plan.expansion_labels()) {
        assert!(value.abs() < 1e-15 || (m == 0 && (species == 6 || l == 0)), "l {l} m {m}: {value}");
    }
}

/// Moments of an ellipsoid turned by a little are those of the recursion, of one not turned products: they must meet.
#[test]
fn the_two_ways_to_moments_agree() {
    let plan = Plan::new(gto(9, MaxRadial::Common(6), 1.5, 7.0, &[1])).unwrap();
    let mut atoms = Atoms::random(29, &[40], &[1], true);
    atoms.quaternions = [1.0, 0.0, 0.0, 0.0].repeat(atoms.len());
    let aligned = atoms.expansion(&plan, true);
    let mut tilted = atoms.clone();
    tilted.quaternions = [1.0, 1e-14, 1e-14, -1e-14].repeat(atoms.len());
    let worst = difference(&tilted.expansion(&plan, true), &aligned);
    assert!(worst > 0.0 && worst < 1e-12, "{worst:e}");
}

#[test]
fn frames_do_not_see_each_other_and_may_be_empty() {
    let plan = plan(&[1, 6, 8]);
    let atoms = Atoms::random(31, &[5, 0, 1, 7], &[1, 6, 8], true);
    let all = atoms.expansion(&plan, false);
    for frame in 0..atoms.frames() {
        let (from, to) = (atoms.offsets[frame] as usize, atoms.offsets[frame + 1] as usize);
        let one = Atoms {
            offsets: vec![0, (to - from) as isize],
            positions: atoms.positions[3 * from..3 * to].to_vec(),
            species: atoms.species[from..to].to_vec(),
            quaternions: atoms.quaternions[4 * from..4 * to].to_vec(),
            semiaxes: atoms.semiaxes[3 * from..3 * to].to_vec(),
            cells: atoms.cells[9 * frame..9 * frame + 9].to_vec(),
            periodic: vec![1; 3],
            pairs: None,
        };
        let features = plan.expansion_size();
        assert_eq!(one.expansion(&plan, false), all[from * features..to * features], "the same bits");
    }
}

#[test]
fn isolated_atoms_have_zeros() {
    let hypers = Hypers { subtract_center: true, ..gto(3, MaxRadial::ByDegree, 1.0, 2.0, &[1]) };
    let plan = Plan::new(hypers).unwrap();
    let mut atoms = Atoms::random(37, &[3], &[1], false);
    atoms.positions = vec![0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 50.0, 0.0, 0.0];
    let rows = atoms.expansion(&plan, false);
    let features = plan.expansion_size();
    assert!(rows[2 * features..].iter().all(|&x| x == 0.0));
    assert!(rows[..2 * features].iter().any(|&x| x != 0.0));
}

#[test]
fn half_of_the_products_have_the_scalar_products_of_all() {
    let all = plan(&[1, 6]);
    let half = Plan::new(Hypers { pairs: SpectrumPairs::Half, ..all.hypers.clone() }).unwrap();
    let atoms = Atoms::random(41, &[6], &[1, 6], true);
    let (ours, theirs) = (atoms.spectra(&all).0, atoms.spectra(&half).0);
    let gram = |values: &[f64], features: usize, i: usize, j: usize| -> f64 {
        values[i * features..][..features].iter().zip(&values[j * features..][..features]).map(|(a, b)| a * b).sum()
    };
    for i in 0..atoms.len() {
        for j in 0..atoms.len() {
            let (a, b) = (gram(&ours, all.spectrum_size(), i, j), gram(&theirs, half.spectrum_size(), i, j));
            assert!((a - b).abs() < 1e-13 * a.abs());
        }
    }
    assert_eq!(half.spectrum_labels().count(), half.spectrum_size());
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let plan = plan(&[1, 6]);
    let atoms = Atoms::random(43, &[70, 3, 30], &[1, 6], true);
    let with = |threads: i32| {
        let before = threads::set_local(threads).unwrap();
        let (spectra, means) = atoms.spectra(&plan);
        let rows = atoms.expansion(&plan, false);
        let cotangent: Vec<f64> = (0..rows.len()).map(|i| ((i * 7919) % 13) as f64 - 6.0).collect();
        let view = hotloop::array::View::from_slice("cotangent", &cotangent, [atoms.len(), plan.expansion_size()]);
        let gradients = atoms.gradients(&plan, false, &hotloop::anisoap::Cotangent::Expansion(view));
        threads::set_local(before).unwrap();
        (spectra, means, rows, gradients)
    };
    let one = with(1);
    assert!(one == with(2));
    assert!(one == with(7));
}
