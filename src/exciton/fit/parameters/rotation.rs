//! Rotation vectors: the direction is the axis, the length the angle in radians.

use super::Axis;

/// `w x` as a matrix.
pub fn cross_matrix(w: [f64; 3]) -> [[f64; 3]; 3] {
    [[0.0, -w[2], w[1]], [w[2], 0.0, -w[0]], [-w[1], w[0], 0.0]]
}

/// `sin(a)/a`, `(1 - cos a)/a^2`, `(a - sin a)/a^3` for the angle of a rotation vector.
fn coefficients(w: [f64; 3]) -> [f64; 3] {
    let square: f64 = w.iter().map(|x| x * x).sum();
    let angle = square.sqrt();
    if angle < 1e-2 {
        // Series: the first terms left out are below 1e-17.
        return [
            1.0 - square / 6.0 * (1.0 - square / 20.0 * (1.0 - square / 42.0)),
            0.5 - square / 24.0 * (1.0 - square / 30.0 * (1.0 - square / 56.0)),
            1.0 / 6.0 - square / 120.0 * (1.0 - square / 42.0 * (1.0 - square / 72.0)),
        ];
    }
    let half = (angle / 2.0).sin();
    [angle.sin() / angle, 2.0 * half * half / square, (angle - angle.sin()) / (angle * square)]
}

/// The rotation about `w` by `|w|` (Rodrigues' formula): `1 + s [w] + c [w]^2`.
pub fn rotation(w: [f64; 3]) -> [[f64; 3]; 3] {
    let [s, c, _] = coefficients(w);
    series(w, 1.0, s, c)
}

/// How the rotation of `w` turns on when component `axis` of `w` grows: column of the left Jacobian of SO(3),
/// `1 + c [w] + d [w]^2`.
pub fn rotation_rate(w: [f64; 3], axis: Axis) -> [f64; 3] {
    let [_, c, d] = coefficients(w);
    series(w, 1.0, c, d).map(|row| row[axis])
}

fn series(w: [f64; 3], one: f64, first: f64, second: f64) -> [[f64; 3]; 3] {
    let k = cross_matrix(w);
    std::array::from_fn(|x| {
        std::array::from_fn(|y| {
            let squared: f64 = (0..3).map(|z| k[x][z] * k[z][y]).sum();
            (if x == y { one } else { 0.0 }) + first * k[x][y] + second * squared
        })
    })
}
