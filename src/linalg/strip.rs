//! Products of a row with a matrix of lanes, a strip of columns at a time.

use crate::simd::Lanes;

/// `sum_l row[l] matrix[l][first..first + STRIP]` of a matrix with so many `columns`: sums that stay in registers, and a load for each
/// multiply-add.
#[inline(always)]
pub fn strip_of_product<V: Lanes, const STRIP: usize>(row: &[V], matrix: &[V], columns: usize, first: usize) -> [V; STRIP] {
    let mut sums = [V::zero(); STRIP];
    for (factor, elements) in row.iter().zip(matrix.chunks_exact(columns)) {
        let elements = &elements[first..first + STRIP];
        for s in 0..STRIP {
            sums[s] = factor.mul_add(elements[s], sums[s]);
        }
    }
    sums
}
