//! Seven polynomials of a cotangent, and their products with moments.

use crate::anisoap::moments::Moments;
use crate::anisoap::tilted::Sink;
use crate::simd::Lanes;

/// The value, its gradient, x cross its gradient, and room for a vector's width.
pub const POLYNOMIALS: usize = 7;
pub const STRIDE: usize = 8;

/// Adds up products of moments with the seven polynomials, lane by lane.
pub struct Products<'a, V> {
    layout: &'a Moments,
    polynomials: &'a [f64],
    pub sums: [V; POLYNOMIALS],
}

impl<'a, V: Lanes> Products<'a, V> {
    #[inline(always)]
    pub fn new(layout: &'a Moments, polynomials: &'a [f64]) -> Self {
        Self { layout, polynomials, sums: [V::zero(); POLYNOMIALS] }
    }
}

impl<V: Lanes> Sink<V> for Products<'_, V> {
    #[inline(always)]
    fn take(&mut self, p: usize, plane: &[f64]) {
        let start = self.layout.plane(p).start * STRIDE;
        let len = plane.len() / V::WIDTH;
        let factors = &self.polynomials[start..start + len * STRIDE];
        // A copy, which stays in registers.
        let mut sums = self.sums;
        for (moment, factors) in plane.chunks_exact(V::WIDTH).zip(factors.chunks_exact(STRIDE)) {
            let moment = V::load(moment);
            for k in 0..POLYNOMIALS {
                sums[k] = V::splat(factors[k]).mul_add(moment, sums[k]);
            }
        }
        self.sums = sums;
    }
}

/// phi, grad phi, x cross grad phi, interleaved. Every place is gathered from the monomials that lead to it.
#[inline(always)]
pub fn differentiate(layout: &Moments, polynomial: &[f64], into: &mut [f64]) {
    into.fill(0.0);
    let degree = layout.degree;
    // Coefficients of x^p y^q z^0, z^1, ...; none where there is no such power.
    let row = |p: Option<usize>, q: Option<usize>| match (p, q) {
        (Some(p), Some(q)) if p + q <= degree => &polynomial[layout.row(p, q)..][..degree - p - q + 1],
        _ => &[],
    };
    for p in 0..=degree {
        for q in 0..=degree - p {
            let (less_p, less_q) = (p.checked_sub(1), q.checked_sub(1));
            let here = row(Some(p), Some(q));
            let (above_p, above_q) = (row(Some(p + 1), Some(q)), row(Some(p), Some(q + 1)));
            let (below_p, below_q) = (row(less_p, Some(q)), row(Some(p), less_q));
            let (p_to_q, q_to_p) = (row(less_p, Some(q + 1)), row(Some(p + 1), less_q));
            let (of_p, of_q) = ((p + 1) as f64, (q + 1) as f64);
            let places = into[layout.flat(p, q, 0) * STRIDE..].chunks_exact_mut(STRIDE);
            for (r, place) in places.take(here.len()).enumerate() {
                let at = |row: &[f64], r: usize| row.get(r).copied().unwrap_or(0.0);
                let of_r = (r + 1) as f64;
                // r - 1 wraps to no place for r = 0.
                let less_r = r.wrapping_sub(1);
                let values = [
                    here[r],
                    of_p * at(above_p, r),
                    of_q * at(above_q, r),
                    of_r * at(here, r + 1),
                    of_r * at(below_q, r + 1) - of_q * at(above_q, less_r),
                    of_p * at(above_p, less_r) - of_r * at(below_p, r + 1),
                    of_q * at(p_to_q, r) - of_p * at(q_to_p, r),
                ];
                place[..POLYNOMIALS].copy_from_slice(&values);
            }
        }
    }
}
