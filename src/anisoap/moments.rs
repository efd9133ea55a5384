//! Where Cartesian moments lie: `E[x^p y^q z^r]` for `p + q + r <= degree`, in rows over r.
//!
//! Row (p, q) has `degree - p - q + 1` elements and is padded with zeros to whole vectors, so that kernels may work on
//! whole rows. The same places hold the coefficients of a polynomial in x, y, z.

/// Elements that a row is padded to: the widest vector of f64.
pub const PADDING: usize = 8;

pub fn padded(len: usize) -> usize {
    len.next_multiple_of(PADDING)
}

#[derive(Clone, Debug)]
pub struct Moments {
    pub degree: usize,
    /// Of row (p, q) at `p * (degree + 1) + q`.
    offsets: Vec<usize>,
    /// Elements of all rows with their padding.
    pub size: usize,
}

impl Moments {
    pub fn new(degree: usize) -> Self {
        let mut offsets = vec![usize::MAX; (degree + 1) * (degree + 1)];
        let mut size = 0;
        for p in 0..=degree {
            for q in 0..=degree - p {
                offsets[p * (degree + 1) + q] = size;
                size += padded(degree - p - q + 1);
            }
        }
        Self { degree, offsets, size }
    }

    /// First element of row (p, q).
    #[inline(always)]
    pub fn row(&self, p: usize, q: usize) -> usize {
        self.offsets[p * (self.degree + 1) + q]
    }

    /// First elements of rows (p, 0), (p, 1), ...
    #[inline(always)]
    pub fn rows(&self, p: usize) -> &[usize] {
        &self.offsets[p * (self.degree + 1)..][..self.degree - p + 1]
    }
}
