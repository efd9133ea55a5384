//! Eigenvalues of symmetric tridiagonal matrices by implicit QL, one matrix per lane, rotating given rows along.
//!
//! The recurrence is `imtql2` of EISPACK (Martin and Wilkinson, Numer. Math. 12 (1968) 377), with changes for lanes
//! that go at different speed:
//!
//! * Every lane has its own first row `l` of the unreduced block, and shifts for it; a sweep goes over all planes up
//!   to the lowest `l` of any lane. Above its own `l` a lane has zeros off the diagonal, where its rotations are
//!   identities, exactly: what a lane computes does not depend on its neighbours, to the last bit.
//! * That needs no 0/0: `TINY` is added to what would be 0, 150 orders of magnitude below the matrix.
//! * A block that ends above the last row must start its recurrence there. That is rare (decoupled pigments), so
//!   sweeps come in two kinds: plain, and with masks.
//! * An off-diagonal element is negligible relative to the norm of the whole matrix, which is backward stable and
//!   makes the test independent of zeros on the diagonal.
//!
//! What bounds a sweep: the recurrence is one dependent chain, some 50 cycles a plane (rsqrt with its Newton step,
//! then five multiply-adds), 22 vector operations; rotating six columns takes 24 more, which fit into its shadow. With
//! two chains side by side (`Lanes::Pair`) both the chain and the two arithmetic ports are nearly full with AVX-512.

use super::NotConverged;
use crate::simd::Lanes;

/// EISPACK allows 30 for one eigenvalue; here a lane may wait while others need theirs.
const MAX_SWEEPS_PER_EIGENVALUE: usize = 60;

/// Instead of 0. Matrices are scaled to norms near 1 (1e-100 to 1e100) before they come here.
const TINY: f64 = 1e-150;

/// Diagonalises `diagonal` [n], `off_diagonal` [n] (its last element is scratch). On return `diagonal` holds the
/// eigenvalues in no particular order and `rows` [n][columns] has become `Z^T rows`, where the columns of `Z` are the
/// eigenvectors. `rotations` [2 n] is scratch.
#[inline(always)]
pub fn ql<V: Lanes>(
    n: usize,
    diagonal: &mut [V],
    off_diagonal: &mut [V],
    columns: usize,
    rows: &mut [V],
    rotations: &mut [V],
) -> Result<(), NotConverged> {
    // The first columns turn within the recurrence, in registers.
    match columns {
        0..3 => ql_with_strip::<V, 0>(n, diagonal, off_diagonal, columns, rows, rotations),
        3..6 => ql_with_strip::<V, 3>(n, diagonal, off_diagonal, columns, rows, rotations),
        6.. => ql_with_strip::<V, 6>(n, diagonal, off_diagonal, columns, rows, rotations),
    }
}

#[inline(always)]
fn ql_with_strip<V: Lanes, const STRIP: usize>(
    n: usize,
    diagonal: &mut [V],
    off_diagonal: &mut [V],
    columns: usize,
    rows: &mut [V],
    rotations: &mut [V],
) -> Result<(), NotConverged> {
    if n < 2 {
        return Ok(());
    }
    let d = &mut diagonal[..n];
    let e = &mut off_diagonal[..n];
    let (cosines, sines) = rotations[..2 * n].split_at_mut(n);
    let rows = &mut rows[..n * columns];
    let (zero, one) = (V::zero(), V::splat(1.0));

    let mut norm = d[n - 1].abs();
    for i in 0..n - 1 {
        norm = norm.max(d[i].abs() + e[i].abs());
    }
    let negligible = (norm * V::splat(f64::EPSILON / 2.0)).max(V::splat(1e10 * TINY));

    // Elements above `lowest` are zero in all lanes.
    let mut lowest = 0;
    for _ in 0..MAX_SWEEPS_PER_EIGENVALUE * n {
        // Each lane's block begins with its first element that is not negligible. As long as no lane has a negligible one below,
        // all end in the last row. Few numbers go along, which stay in registers: a sweep waits for what this finds.
        let (mut seen, mut is_cut) = (zero, zero);
        let (mut d_first, mut d_second, mut e_first) = (zero, zero, zero);
        let mut new_lowest = n;
        for i in (lowest..n - 1).rev() {
            let small = e[i].abs().less_equal(negligible);
            // Times 0 or 1: a selection of what lies there would become a masked store, which takes tens of cycles on some processors.
            e[i] = e[i] * V::select(small, zero, one);
            is_cut = V::select(small, is_cut, seen);
            seen = V::select(small, one, seen);
            d_first = V::select(small, d_first, d[i]);
            d_second = V::select(small, d_second, d[i + 1]);
            e_first = V::select(small, e_first, e[i]);
            if !V::all(small) {
                new_lowest = i;
            }
        }
        lowest = new_lowest;
        if lowest == n {
            return Ok(());
        }
        let ends = if V::any(zero.less_than(is_cut)) { Some(ends_of_blocks(lowest, n, d, e)) } else { None };

        // Wilkinson's shift: the eigenvalue of the block's first 2x2 that is nearer to its first element. Finished lanes
        // get 0/TINY.
        let half_gap = (d_second - d_first) * V::splat(0.5);
        let radius = half_gap.mul_add(half_gap, e_first * e_first).sqrt();
        let denominator = half_gap + (radius + V::splat(TINY)).with_sign_of(half_gap);
        let shift = d_first - (e_first * e_first).div(denominator);
        match ends {
            None => plain_sweep::<V, STRIP>(lowest, n, d, e, d[n - 1] - shift, columns, rows, cosines, sines),
            Some((block_end, d_block_end)) => {
                masked_sweep(lowest, n, d, e, block_end, d_block_end - shift, cosines, sines);
                rotate_columns(lowest, n, cosines, sines, columns, 0, STRIP, rows);
            }
        }
        rotate_columns(lowest, n, cosines, sines, columns, STRIP, columns, rows);
    }
    Err(NotConverged)
}

/// The last row of each lane's block, and its element of `d`: of the block that begins with the first element of `e` that is not 0.
#[inline(always)]
fn ends_of_blocks<V: Lanes>(lowest: usize, n: usize, d: &[V], e: &[V]) -> (V, V) {
    let bottom = V::splat((n - 1) as f64);
    let (mut end, mut d_end) = (bottom, d[n - 1]); // of the block that a scan from below is in
    let (mut block_end, mut d_block_end) = (bottom, d[n - 1]);
    for i in (lowest..n - 1).rev() {
        let small = e[i].equal(V::zero());
        end = V::select(small, V::splat(i as f64), end);
        d_end = V::select(small, d[i], d_end);
        block_end = V::select(small, block_end, end);
        d_block_end = V::select(small, d_block_end, d_end);
    }
    (block_end, d_block_end)
}

/// A sweep in which every lane's block ends in the last row. Turns the first `STRIP` columns; leaves the rotations for
/// the others.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn plain_sweep<V: Lanes, const STRIP: usize>(
    lowest: usize,
    n: usize,
    d: &mut [V],
    e: &mut [V],
    start: V,
    columns: usize,
    rows: &mut [V],
    cosines: &mut [V],
    sines: &mut [V],
) {
    let one = V::splat(1.0);
    let tiny = V::splat(TINY);
    let keep_rotations = columns > STRIP;
    let (mut c, mut s, mut p, mut g) = (one, one, V::zero(), start + tiny);
    let mut d_below = d[n - 1];
    let mut carried = [V::zero(); STRIP];
    let mut at = (n - 1) * columns;
    carried.copy_from_slice(&rows[at..at + STRIP]);
    for i in (lowest..n - 1).rev() {
        let f = s * e[i];
        let b = c * e[i];
        let h = g.mul_add(g, f * f);
        let inverse = h.rsqrt();
        let is_identity = f.equal(V::zero());
        c = V::select(is_identity, one, g * inverse);
        s = f * inverse;
        e[i + 1] = V::select(is_identity, g, h * inverse);
        let next_d = d_below - p;
        d_below = d[i];
        let r = c.mul_add(b + b, s * (d_below - next_d));
        p = s * r;
        d[i + 1] = next_d + p;
        g = c.mul_add(r, -b) + tiny; // added last: the sum before it may be exactly 0
        if keep_rotations {
            cosines[i] = c;
            sines[i] = s;
        }
        let upper: &[V] = &rows[at - columns..at - columns + STRIP];
        let mut settled = [V::zero(); STRIP];
        for k in 0..STRIP {
            settled[k] = s.mul_add(upper[k], c * carried[k]);
            carried[k] = s.neg_mul_add(carried[k], c * upper[k]);
        }
        rows[at..at + STRIP].copy_from_slice(&settled);
        at -= columns;
    }
    rows[at..at + STRIP].copy_from_slice(&carried);
    d[lowest] = d_below - p;
    e[lowest] = g;
}

/// A sweep whose lanes start in rows of their own; below its start a lane has the identity. Turns no columns.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn masked_sweep<V: Lanes>(
    lowest: usize,
    n: usize,
    d: &mut [V],
    e: &mut [V],
    block_end: V,
    start: V,
    cosines: &mut [V],
    sines: &mut [V],
) {
    let (zero, one) = (V::zero(), V::splat(1.0));
    let tiny = V::splat(TINY);
    let (mut c, mut s, mut p, mut g) = (one, one, zero, start + tiny);
    let mut below_was_active = one.less_than(zero); // none
    for i in (lowest..n - 1).rev() {
        let active = V::splat(i as f64).less_than(block_end);
        let f = s * e[i];
        let b = c * e[i];
        let h = g.mul_add(g, f * f);
        let inverse = h.rsqrt();
        let is_identity = f.equal(zero);
        let (cosine, sine) = (V::select(is_identity, one, g * inverse), f * inverse);
        e[i + 1] = V::select(below_was_active, V::select(is_identity, g, h * inverse), e[i + 1]);
        let next_d = d[i + 1] - p;
        let r = cosine.mul_add(b + b, sine * (d[i] - next_d));
        let next_p = sine * r;
        d[i + 1] = V::select(active, next_d + next_p, d[i + 1]);
        g = V::select(active, cosine.mul_add(r, -b) + tiny, g);
        p = V::select(active, next_p, zero);
        c = V::select(active, cosine, one);
        s = V::select(active, sine, one);
        cosines[i] = c;
        sines[i] = V::select(active, sine, zero);
        below_was_active = active;
    }
    d[lowest] = V::select(below_was_active, d[lowest] - p, d[lowest]);
    e[lowest] = V::select(below_was_active, g, e[lowest]);
}

/// Applies a sweep's rotations, from the last plane (n-2, n-1) up to (lowest, lowest+1), to columns `first..end`.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn rotate_columns<V: Lanes>(
    lowest: usize,
    n: usize,
    cosines: &[V],
    sines: &[V],
    columns: usize,
    mut first: usize,
    end: usize,
    rows: &mut [V],
) {
    while first + 6 <= end {
        rotate_strip::<V, 6>(lowest, n, cosines, sines, columns, first, rows);
        first += 6;
    }
    while first + 2 <= end {
        rotate_strip::<V, 2>(lowest, n, cosines, sines, columns, first, rows);
        first += 2;
    }
    if first < end {
        rotate_strip::<V, 1>(lowest, n, cosines, sines, columns, first, rows);
    }
}

/// `STRIP` columns; the row that consecutive planes share stays in registers.
#[inline(always)]
fn rotate_strip<V: Lanes, const STRIP: usize>(
    lowest: usize,
    n: usize,
    cosines: &[V],
    sines: &[V],
    columns: usize,
    first: usize,
    rows: &mut [V],
) {
    let mut rows = rows[lowest * columns..n * columns].chunks_exact_mut(columns).rev();
    let Some(mut row) = rows.next() else { return };
    let mut carried = [V::zero(); STRIP];
    carried.copy_from_slice(&row[first..first + STRIP]);
    let rotations = cosines[lowest..n - 1].iter().zip(&sines[lowest..n - 1]).rev();
    for ((&c, &s), upper) in rotations.zip(rows) {
        let mut settled = [V::zero(); STRIP];
        for (k, &element) in upper[first..first + STRIP].iter().enumerate() {
            settled[k] = s.mul_add(element, c * carried[k]);
            carried[k] = s.neg_mul_add(carried[k], c * element);
        }
        row[first..first + STRIP].copy_from_slice(&settled);
        row = upper;
    }
    row[first..first + STRIP].copy_from_slice(&carried);
}
