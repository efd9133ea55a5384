//! Chebyshev's points and polynomials, for polynomials through samples.
//!
//! Coefficients of Chebyshev's polynomials fall off quickly; powers made from the samples in one step would be differences of large
//! numbers.

use std::f64::consts::PI;

/// At most so many points.
const MOST: usize = 16;

/// N points, and [point][k] what a sample there adds to the coefficient of T_k of the polynomial through all of them.
#[inline(always)]
pub fn points<const N: usize>() -> ([f64; N], [[f64; N]; N]) {
    // cos(k theta_m) for all of them are cosines of whole multiples of one angle.
    let mut multiples = [0.0; 4 * MOST];
    for (j, cosine) in multiples[..4 * N].iter_mut().enumerate() {
        *cosine = (j as f64 * PI / (2 * N) as f64).cos();
    }
    let (mut nodes, mut cosines) = ([0.0; N], [[0.0; N]; N]);
    for m in 0..N {
        nodes[m] = multiples[2 * m + 1];
        for k in 0..N {
            cosines[m][k] = multiples[k * (2 * m + 1) % (4 * N)] * (if k == 0 { 1.0 } else { 2.0 } / N as f64);
        }
    }
    (nodes, cosines)
}

/// Row k: the coefficients of Chebyshev's polynomial T_k, even powers first.
#[inline(always)]
pub fn polynomials<const N: usize>() -> [[f64; N]; N] {
    let mut rows = [[0.0; N]; N];
    let (mut before, mut polynomial) = ([0.0; N], [0.0; N]);
    polynomial[0] = 1.0;
    for (k, row) in rows.iter_mut().enumerate() {
        for n in 0..N {
            row[n % 2 * (N / 2) + n / 2] = polynomial[n];
        }
        // T_1 = t T_0, then T_k+1 = 2 t T_k - T_k-1.
        let factor = if k == 0 { 1.0 } else { 2.0 };
        let mut next = [0.0; N];
        for n in 0..N {
            next[n] = if n > 0 { factor * polynomial[n - 1] } else { 0.0 } - before[n];
        }
        (before, polynomial) = (polynomial, next);
    }
    rows
}
