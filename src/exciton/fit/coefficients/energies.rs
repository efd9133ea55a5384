//! Columns of parameters of the Hamiltonian: by way of how excitons mix and how their energies move.

use super::{Coefficients, Columns, Work};
use crate::exciton::fit::group::Group;
use crate::exciton::fit::lines::SIGMA_PER_FWHM;
use crate::exciton::fit::{BANDS, CD};
use crate::linalg::strip_of_product;
use crate::simd::Lanes;

/// Energies nearer than this count as one.
pub fn degeneracy(fwhm: [f64; BANDS]) -> f64 {
    1e-5 * SIGMA_PER_FWHM * fwhm.iter().fold(f64::INFINITY, |least, &fwhm| least.min(fwhm))
}

/// Fills the tables of `Work`; whether any energies do not differ.
#[inline(always)]
pub fn gaps<S: Lanes>(n: usize, energies: &[S], degeneracy: f64, inverse_gaps: &mut [S], equal: &mut [S]) -> bool {
    let (zero, one) = (S::zero(), S::splat(1.0));
    let smallest = S::splat(degeneracy);
    let mut any = false;
    for k in 0..n {
        inverse_gaps[k * n + k] = zero;
        equal[k * n + k] = one;
        for l in 0..k {
            let gap = energies[k] - energies[l];
            let same = gap.abs().less_equal(smallest);
            any |= S::any(same);
            let inverse = S::select(same, zero, S::splat(2.0).div(S::select(same, one, gap)));
            inverse_gaps[k * n + l] = inverse;
            inverse_gaps[l * n + k] = -inverse;
            let same = S::select(same, one, zero);
            equal[k * n + l] = same;
            equal[l * n + k] = same;
        }
    }
    any
}

/// Values and slopes of exciton `k` for all parameters of the Hamiltonian.
#[inline(always)]
pub fn hamiltonian_columns<S: Lanes>(
    coefficients: &mut Coefficients<S>,
    columns: &Columns,
    group: &Group<S>,
    band: usize,
    k: usize,
    any_equal: bool,
) {
    let n = coefficients.n;
    let Work { inverse_gaps, equal, forms, factors, products, slopes, .. } = &mut coefficients.work;
    let (forms, factors) = (&forms[k * n..(k + 1) * n], &mut factors[..n]);
    let (products, slopes) = (&mut products[..n], &mut slopes[..n]);
    let vectors = &group.vectors()[..n * n];
    let amplitudes = &vectors[k * n..(k + 1) * n];
    for (l, gap) in inverse_gaps[k * n..(k + 1) * n].iter().enumerate() {
        factors[l] = forms[l] * *gap;
    }
    row_times_matrix(n, factors, vectors, products);
    let width = columns.hamiltonian.len() * S::WIDTH;
    let at = (band * n + k) * coefficients.columns * S::WIDTH;
    let values = &mut coefficients.values[at..at + width];
    let at = (band * n + k) * width;
    let its_slopes = &mut coefficients.slopes[at..at + width];
    // phi = e g(x - e) for CD, and g itself else: see `coefficients`.
    let (phi, with_phi) = if band == CD { (group.energies[k], S::splat(1.0)) } else { (S::splat(1.0), S::zero()) };
    if !any_equal && coefficients.couplings.is_empty() {
        // The most common case in one pass, term by term as below.
        for &(column, j) in &coefficients.energies {
            let amplitude = amplitudes[j];
            let slope = forms[k] * amplitude;
            (amplitude * phi.mul_add(products[j], with_phi * slope)).store(&mut values[column * S::WIDTH..]);
            (amplitude * (phi * slope)).store(&mut its_slopes[column * S::WIDTH..]);
        }
        return;
    }
    if any_equal {
        for (l, equal) in equal[k * n..(k + 1) * n].iter().enumerate() {
            factors[l] = forms[l] * *equal;
        }
        row_times_matrix(n, factors, vectors, slopes);
    } else {
        for j in 0..n {
            slopes[j] = forms[k] * amplitudes[j];
        }
    }
    for j in 0..n {
        products[j] = phi.mul_add(products[j], with_phi * slopes[j]);
        slopes[j] = phi * slopes[j];
    }
    for &(column, j) in &coefficients.energies {
        (amplitudes[j] * products[j]).store(&mut values[column * S::WIDTH..]);
        (amplitudes[j] * slopes[j]).store(&mut its_slopes[column * S::WIDTH..]);
    }
    for &(column, i, j) in &coefficients.couplings {
        amplitudes[i].mul_add(products[j], amplitudes[j] * products[i]).store(&mut values[column * S::WIDTH..]);
        amplitudes[i].mul_add(slopes[j], amplitudes[j] * slopes[i]).store(&mut its_slopes[column * S::WIDTH..]);
    }
}

/// `out[j] = sum_l row[l] matrix[l][j]`, in strips that stay in registers.
#[inline(always)]
fn row_times_matrix<S: Lanes>(n: usize, row: &[S], matrix: &[S], out: &mut [S]) {
    let mut j = 0;
    while j + 4 <= n {
        row_times_strip::<S, 4>(n, j, row, matrix, out);
        j += 4;
    }
    while j < n {
        row_times_strip::<S, 1>(n, j, row, matrix, out);
        j += 1;
    }
}

#[inline(always)]
fn row_times_strip<S: Lanes, const STRIP: usize>(n: usize, first: usize, row: &[S], matrix: &[S], out: &mut [S]) {
    let sums = strip_of_product::<S, STRIP>(&row[..n], matrix, n, first);
    out[first..first + STRIP].copy_from_slice(&sums);
}
