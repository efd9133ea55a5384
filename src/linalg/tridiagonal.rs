//! Eigenvalues of symmetric tridiagonal matrices by implicit QL, one matrix per lane, rotating given rows along.
//!
//! The recurrence is `imtql2` of EISPACK (Martin and Wilkinson, Numer. Math. 12 (1968) 377), with three changes for
//! lanes that go at different speed:
//!
//! * every lane has its own lower end `m` of the unreduced block; lanes outside their block, or converged, take the
//!   identity rotation by masks;
//! * an off-diagonal element is negligible relative to the norm of the whole matrix, which is backward stable and
//!   makes the test independent of zeros on the diagonal;
//! * a rotation that would divide by zero becomes the identity and splits the block there.
//!
//! A sweep first runs the scalar recurrence (bound by its latency: rsqrt and five multiply-adds, some 55 cycles a
//! step, which is why small problems run two batches in step, see `simd::Twice`) and keeps the rotations; these then
//! pass over the rows in strips that stay in registers (bound by multiply-add throughput).

use super::NotConverged;
use crate::simd::Lanes;

/// EISPACK allows 30; lanes that wait for others do not count against it.
const MAX_SWEEPS: usize = 60;

/// Below this a squared length is zero: matrices are scaled to norms near 1 before they come here.
const TINY: f64 = 1e-290;

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
    let negligible = norm * V::splat(f64::EPSILON / 2.0);

    for l in 0..n - 1 {
        let first = V::splat(l as f64);
        let mut sweeps = 0;
        loop {
            // The unreduced block that begins at l ends at the first negligible off-diagonal element.
            let mut end = V::splat((n - 1) as f64);
            let mut d_end = d[n - 1];
            for i in (l..n - 1).rev() {
                let small = e[i].abs().less_equal(negligible);
                e[i] = V::select(small, zero, e[i]);
                end = V::select(small, V::splat(i as f64), end);
                d_end = V::select(small, d[i], d_end);
            }
            let unfinished = first.less_than(end);
            if !V::any(unfinished) {
                break;
            }
            if sweeps == MAX_SWEEPS {
                return Err(NotConverged);
            }
            sweeps += 1;

            // Wilkinson's shift: the eigenvalue of the leading 2x2 block that is nearer to d[l].
            let half_gap = (d[l + 1] - d[l]) * V::splat(0.5);
            let radius = half_gap.mul_add(half_gap, e[l] * e[l]).sqrt();
            let shift = d[l] - (e[l] * e[l]).div(half_gap + radius.with_sign_of(half_gap));

            let (mut c, mut s, mut p) = (one, one, zero);
            let mut g = d_end - shift;
            let mut below_is_active = V::splat(n as f64).less_than(end); // none
            for i in (l..n - 1).rev() {
                let active = V::splat(i as f64).less_than(end);
                let f = s * e[i];
                let b = c * e[i];
                let h = g.mul_add(g, f * f);
                let divides = V::splat(TINY).less_than(h);
                let inverse = V::select(divides, h.rsqrt(), zero);
                let cosine = V::select(divides, g * inverse, one);
                let sine = f * inverse;
                e[i + 1] = V::select(below_is_active, h * inverse, e[i + 1]);
                let next_d = d[i + 1] - p;
                let r = (d[i] - next_d).mul_add(sine, (c2(cosine)) * b);
                let next_p = sine * r;
                d[i + 1] = V::select(active, next_d + next_p, d[i + 1]);
                g = V::select(active, cosine.mul_add(r, -b), g);
                p = V::select(active, next_p, zero);
                c = V::select(active, cosine, one);
                s = V::select(active, sine, one);
                cosines[i] = c;
                sines[i] = V::select(active, sine, zero);
                below_is_active = active;
            }
            d[l] = V::select(unfinished, d[l] - p, d[l]);
            e[l] = V::select(unfinished, g, e[l]);
            rotate_rows(l, n, cosines, sines, columns, rows);
        }
    }
    Ok(())
}

#[inline(always)]
fn c2<V: Lanes>(c: V) -> V {
    c + c
}

/// Applies the rotations of a sweep, from the last plane (n-2, n-1) up to (l, l+1), to all columns.
#[inline(always)]
fn rotate_rows<V: Lanes>(l: usize, n: usize, cosines: &[V], sines: &[V], columns: usize, rows: &mut [V]) {
    let mut first = 0;
    while first + 6 <= columns {
        rotate_strip::<V, 6>(l, n, cosines, sines, columns, first, rows);
        first += 6;
    }
    while first + 3 <= columns {
        rotate_strip::<V, 3>(l, n, cosines, sines, columns, first, rows);
        first += 3;
    }
    while first < columns {
        rotate_strip::<V, 1>(l, n, cosines, sines, columns, first, rows);
        first += 1;
    }
}

/// `STRIP` columns; the row that consecutive planes share stays in registers.
#[inline(always)]
fn rotate_strip<V: Lanes, const STRIP: usize>(
    l: usize,
    n: usize,
    cosines: &[V],
    sines: &[V],
    columns: usize,
    first: usize,
    rows: &mut [V],
) {
    let mut at = (n - 1) * columns + first;
    let mut carried: [V; STRIP] = std::array::from_fn(|k| rows[at + k]);
    for i in (l..n - 1).rev() {
        let (c, s) = (cosines[i], sines[i]);
        let upper: &[V] = &rows[at - columns..at - columns + STRIP];
        let mut next = [V::zero(); STRIP];
        let mut settled = [V::zero(); STRIP];
        for k in 0..STRIP {
            settled[k] = s.mul_add(upper[k], c * carried[k]);
            next[k] = s.neg_mul_add(carried[k], c * upper[k]);
        }
        rows[at..at + STRIP].copy_from_slice(&settled);
        carried = next;
        at -= columns;
    }
    rows[at..at + STRIP].copy_from_slice(&carried);
}
