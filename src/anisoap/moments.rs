//! Where Cartesian moments lie: `E[x^p y^q z^r]` for `p + q + r <= degree`, in rows over r.
//!
//! Row (p, q) has `degree - p - q + 1` elements and is padded with zeros to whole vectors, so that kernels may work on
//! whole rows. The same places hold the coefficients of a polynomial in x, y, z.
//!
//! The recursion (`tilted`) works on whole planes of one p instead, rows without padding and planes padded: `flat` places.

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
    /// First flat element of each plane, and the end.
    planes: Vec<usize>,
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
        let mut planes = vec![0];
        for p in 0..=degree {
            planes.push(planes[p] + padded((degree - p + 1) * (degree - p + 2) / 2));
        }
        Self { degree, offsets, size, planes }
    }

    /// Flat places of plane p.
    #[inline(always)]
    pub fn plane(&self, p: usize) -> std::ops::Range<usize> {
        self.planes[p]..self.planes[p + 1]
    }

    pub fn flat_size(&self) -> usize {
        self.planes[self.degree + 1]
    }

    /// Flat place of (p, q, r).
    #[inline(always)]
    pub fn flat(&self, p: usize, q: usize, r: usize) -> usize {
        // Rows 0 .. q - 1 of the plane have degree - p + 1, degree - p, ... elements.
        self.planes[p] + q * (2 * (self.degree - p) + 3 - q) / 2 + r
    }

    /// Adds flat moments to rows.
    pub fn add_flat(&self, flat: &[f64], rows: &mut [f64]) {
        for p in 0..=self.degree {
            for q in 0..=self.degree - p {
                let (from, to, len) = (self.flat(p, q, 0), self.row(p, q), self.degree - p - q + 1);
                for (row, flat) in rows[to..to + len].iter_mut().zip(&flat[from..from + len]) {
                    *row += flat;
                }
            }
        }
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
