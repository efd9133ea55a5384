//! The defining integral on a grid, with harmonics from Legendre functions: nothing of the library's way.
//!
//! The integrand is entire and falls like a Gaussian, so the trapezoidal rule converges faster than any power: with 5 points
//! for each standard deviation of the narrowest factor the error is below f64's rounding.

use super::support::*;
use hotloop::anisoap::{Basis, MaxRadial, Plan};

/// Real spherical harmonics by the recurrences of associated Legendre functions: `[l][l + m]`, at a unit vector.
fn harmonics(largest: usize, [x, y, z]: [f64; 3]) -> Vec<Vec<f64>> {
    let phi = y.atan2(x);
    let sine = (1.0 - z * z).max(0.0).sqrt();
    let mut values: Vec<Vec<f64>> = (0..=largest).map(|l| vec![0.0; 2 * l + 1]).collect();
    for m in 0..=largest {
        // P_mm without the sign of Condon and Shortley, then upwards in l.
        let mut last = 0.0;
        let mut now = (1..=m).fold(1.0, |product, k| product * (2 * k - 1) as f64 * sine);
        for l in m..=largest {
            let ratio: f64 = (l - m + 1..=l + m).map(|k| k as f64).product();
            let norm = ((2 * l + 1) as f64 / (4.0 * std::f64::consts::PI) / ratio).sqrt();
            let angle = m as f64 * phi;
            if m == 0 {
                values[l][l] = norm * now;
            } else {
                values[l][l + m] = std::f64::consts::SQRT_2 * norm * now * angle.cos();
                values[l][l - m] = std::f64::consts::SQRT_2 * norm * now * angle.sin();
            }
            let next = ((2 * l + 1) as f64 * z * now - (l + m) as f64 * last) / (l + 1 - m) as f64;
            (last, now) = (now, next);
        }
    }
    values
}

fn rotation([w, x, y, z]: [f64; 4]) -> [[f64; 3]; 3] {
    // v' = q v q*, column by column.
    let n = (w * w + x * x + y * y + z * z).sqrt();
    let (s, u) = (w / n, [x / n, y / n, z / n]);
    let mut columns = [[0.0; 3]; 3];
    for k in 0..3 {
        let mut v = [0.0; 3];
        v[k] = 1.0;
        let cross = |a: [f64; 3], b: [f64; 3]| [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
        let once = cross(u, v);
        let twice = cross(u, once);
        for i in 0..3 {
            columns[i][k] = v[i] + 2.0 * (s * once[i] + twice[i]);
        }
    }
    columns
}

/// Raw coefficients of one neighbour at r, [l][m][n].
fn integral(counts: &[usize], inverse_square_width: f64, r: [f64; 3], semiaxes: [f64; 3], quaternion: [f64; 4]) -> Vec<f64> {
    let turn = rotation(quaternion);
    let steps = semiaxes.map(|a| (0.2 / (1.0f64 + inverse_square_width * a * a).sqrt()).min(0.2));
    let points = steps.map(|step| (9.0 / step).ceil() as isize);
    let features: usize = counts.iter().enumerate().map(|(l, count)| (2 * l + 1) * count).sum();
    let mut sums = vec![0.0; features];
    let norm: f64 = steps.iter().product::<f64>() / (2.0 * std::f64::consts::PI).powf(1.5);
    for i in -points[0]..=points[0] {
        for j in -points[1]..=points[1] {
            for k in -points[2]..=points[2] {
                let t = [i as f64 * steps[0], j as f64 * steps[1], k as f64 * steps[2]];
                let x: [f64; 3] = std::array::from_fn(|a| r[a] + (0..3).map(|b| turn[a][b] * semiaxes[b] * t[b]).sum::<f64>());
                let square: f64 = x.iter().map(|x| x * x).sum();
                let exponent = -0.5 * (t.iter().map(|t| t * t).sum::<f64>() + inverse_square_width * square);
                if exponent < -45.0 {
                    continue;
                }
                let length = square.sqrt();
                let unit = if length > 0.0 { x.map(|x| x / length) } else { [0.0, 0.0, 1.0] };
                let values = harmonics(counts.len() - 1, unit);
                let weight = norm * exponent.exp();
                let mut at = 0;
                for (l, &count) in counts.iter().enumerate() {
                    for m in 0..2 * l + 1 {
                        for n in 0..count {
                            sums[at] += weight * values[l][m] * length.powi((l + 2 * n) as i32);
                            at += 1;
                        }
                    }
                }
            }
        }
    }
    sums
}

#[test]
fn coefficients_are_the_integrals_that_define_them() {
    let counts = [3, 2, 2, 1];
    let shapes = [
        ([1.1, -0.4, 0.8], [0.9, 0.5, 0.3], [0.3, -0.5, 0.7, 0.2]),
        ([0.0, 0.0, 0.0], [0.7, 0.7, 0.2], [0.9, 0.1, 0.1, -0.4]),
        ([-0.6, 1.3, 0.2], [0.6, 0.4, 0.8], [1.0, 0.0, 0.0, 0.0]),
        ([0.5, 0.5, -1.5], [0.5, 0.5, 0.5], [0.1, 0.9, 0.3, 0.2]),
    ];
    for basis in [Basis::Gto { width: 0.9 }, Basis::Monomial] {
        let mut hypers = gto(3, MaxRadial::PerAngular(counts.iter().map(|count| count - 1).collect()), 0.9, 3.0, &[1, 2]);
        hypers.basis = basis;
        let plan = Plan::new(hypers).unwrap();
        for (r, semiaxes, quaternion) in shapes {
            // A neighbour of species 2 at r, and at the origin a centre of species 1 that is a neighbour to itself as well.
            let atoms = Atoms {
                offsets: vec![0, 2],
                positions: [[0.0; 3], r].concat(),
                species: vec![1, 2],
                quaternions: [[1.0, 0.0, 0.0, 0.0], quaternion].concat(),
                semiaxes: [[0.4, 0.5, 0.6], semiaxes].concat(),
                cells: vec![0.0; 9],
                periodic: vec![0; 3],
                pairs: None,
            };
            let found = atoms.expansion(&plan, true);
            let expected = integral(&counts, basis.inverse_square_width(), r, semiaxes, quaternion);
            // Two species: of each pair of columns the second.
            let second: Vec<f64> = found[..plan.expansion_size()].iter().skip(1).step_by(2).copied().collect();
            let worst = difference(&second, &expected);
            assert!(worst < 1e-12, "{basis:?}, {r:?}: {worst:e}");
        }
    }
}
