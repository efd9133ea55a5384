//! Moments of Gaussians with any axes, by Stein's identity: `E[x_i f] = c_i E[f] + sum_j S_ij E[d_j f]`, so
//!
//! ```text
//! M(p+1, q, r) = c_x M(p, q, r) + p S_xx M(p-1, q, r) + q S_xy M(p, q-1, r) + r S_xz M(p, q, r-1)
//! M(0, q+1, r) = c_y M(0, q, r) + q S_yy M(0, q-1, r) + r S_yz M(0, q, r-1)
//! M(0, 0, r+1) = c_z M(0, 0, r) + r S_zz M(0, 0, r-1)
//! ```
//!
//! Lanes are pairs. Plane p + 1 needs planes p and p - 1 only, so three planes take turns; a finished plane is handed to
//! a `Sink`, which adds it up over pairs (`Sum`) or takes its products with polynomials (`gradient`). A step of the
//! recursion is 4 multiply-adds to 4 loads and a store.

use super::batch::Batch;
use super::moments::Moments;
use crate::error::{Result, try_vec};
use crate::simd::Lanes;

/// What becomes of a plane of moments. Implementations mark `take` `#[inline(always)]`.
pub trait Sink<V> {
    /// Row (p, q), a vector of pairs for each power of z.
    fn take(&mut self, p: usize, q: usize, row: &[f64]);
}

/// Three planes [q][r][lane], and what depends on r alone.
pub struct Planes {
    planes: [Vec<f64>; 3],
    /// First element of row q, in vectors.
    rows: Vec<usize>,
    /// r S_xz, r S_yz for every r.
    slopes: [Vec<f64>; 2],
    degree: usize,
}

/// The widest vector.
const WIDEST: usize = 8;

impl Planes {
    pub fn new(degree: usize) -> Result<Self> {
        let mut rows = Vec::new();
        let mut size = 0;
        for q in 0..=degree {
            rows.push(size);
            size += degree - q + 1;
        }
        let plane = || try_vec("moments of pairs", size * WIDEST, 0.0);
        let slope = || try_vec("moments of pairs", (degree + 1) * WIDEST, 0.0);
        Ok(Self { planes: [plane()?, plane()?, plane()?], rows, slopes: [slope()?, slope()?], degree })
    }

    /// All planes of the pairs `first..first + WIDTH`, one after the other.
    #[inline(always)]
    pub fn run<V: Lanes>(&mut self, batch: &Batch, first: usize, sink: &mut impl Sink<V>) {
        let mut c = [V::zero(); 3];
        for (c, array) in c.iter_mut().zip(&batch.centre) {
            *c = V::load(&array[first..]);
        }
        let mut s = [V::zero(); 6];
        for (s, array) in s.iter_mut().zip(&batch.covariance) {
            *s = V::load(&array[first..]);
        }
        let [xx, yy, zz, xy, xz, yz] = s;
        let degree = self.degree;
        let mut r_times = [V::zero(), V::zero()];
        for r in 0..=degree {
            for (slopes, (times, s)) in self.slopes.iter_mut().zip(r_times.iter_mut().zip([xz, yz])) {
                times.store(&mut slopes[r * V::WIDTH..]);
                *times = *times + s;
            }
        }
        let [mut last, mut now, mut next] = std::mem::take(&mut self.planes);
        self.first_line::<V>(&mut now, c[2], zz, batch.weights::<V>(first));
        for q in 0..degree {
            let (done, rest) = now.split_at_mut(self.rows[q + 1] * V::WIDTH);
            let below = if q == 0 { &done[..0] } else { &done[self.rows[q - 1] * V::WIDTH..self.rows[q] * V::WIDTH] };
            let step = Step { c: c[1], n_s: yy * V::splat(q as f64), m_s: V::zero(), slopes: &self.slopes[1] };
            let len = (degree - q) * V::WIDTH;
            step.line(&done[self.rows[q] * V::WIDTH..], below, &[], &mut rest[..len]);
        }
        for p in 0..=degree {
            for q in 0..=degree - p {
                let start = self.rows[q] * V::WIDTH;
                sink.take(p, q, &now[start..start + (degree - p - q + 1) * V::WIDTH]);
            }
            if p == degree {
                break;
            }
            for q in 0..degree - p {
                let start = self.rows[q] * V::WIDTH;
                let len = (degree - p - q) * V::WIDTH;
                let below = if p == 0 { &[] } else { &last[start..start + len] };
                let beside = if q == 0 { &[] } else { &now[self.rows[q - 1] * V::WIDTH..] };
                let step = Step {
                    c: c[0],
                    n_s: xx * V::splat(p as f64),
                    m_s: xy * V::splat(q as f64),
                    slopes: &self.slopes[0],
                };
                step.line(&now[start..], below, beside, &mut next[start..start + len]);
            }
            (last, now, next) = (now, next, last);
        }
        self.planes = [last, now, next];
    }

    /// M(0, 0, r).
    #[inline(always)]
    fn first_line<V: Lanes>(&self, line: &mut [f64], c: V, s: V, weight: V) {
        let (mut before, mut power, mut r_s) = (V::zero(), weight, V::zero());
        power.store(line);
        for r in 0..self.degree {
            let next = c.mul_add(power, r_s * before);
            next.store(&mut line[(r + 1) * V::WIDTH..]);
            (before, power) = (power, next);
            r_s = r_s + s;
        }
    }
}

/// One step up in a power, along a line in r.
struct Step<'a, V> {
    c: V,
    n_s: V,
    m_s: V,
    slopes: &'a [f64],
}

impl<V: Lanes> Step<'_, V> {
    /// `into[r] = c here[r] + n_s below[r] + m_s beside[r] + slopes[r] here[r - 1]`; an empty line counts as zeros.
    #[inline(always)]
    fn line(&self, here: &[f64], below: &[f64], beside: &[f64], into: &mut [f64]) {
        let here = here.chunks_exact(V::WIDTH).zip(self.slopes.chunks_exact(V::WIDTH));
        let below = below.chunks_exact(V::WIDTH);
        let beside = beside.chunks_exact(V::WIDTH);
        let into = into.chunks_exact_mut(V::WIDTH);
        let mut before = V::zero();
        match (below.len() > 0, beside.len() > 0) {
            (true, true) => {
                for (((into, (here, slope)), below), beside) in into.zip(here).zip(below).zip(beside) {
                    let here = V::load(here);
                    let sum = self.n_s.mul_add(V::load(below), self.m_s * V::load(beside));
                    self.c.mul_add(here, V::load(slope).mul_add(before, sum)).store(into);
                    before = here;
                }
            }
            (true, false) => {
                for ((into, (here, slope)), below) in into.zip(here).zip(below) {
                    let here = V::load(here);
                    self.c.mul_add(here, V::load(slope).mul_add(before, self.n_s * V::load(below))).store(into);
                    before = here;
                }
            }
            (false, true) => {
                for ((into, (here, slope)), beside) in into.zip(here).zip(beside) {
                    let here = V::load(here);
                    self.c.mul_add(here, V::load(slope).mul_add(before, self.m_s * V::load(beside))).store(into);
                    before = here;
                }
            }
            (false, false) => {
                for (into, (here, slope)) in into.zip(here) {
                    let here = V::load(here);
                    self.c.mul_add(here, V::load(slope) * before).store(into);
                    before = here;
                }
            }
        }
    }
}

/// Adds moments up over pairs.
pub struct Sum<'a> {
    pub layout: &'a Moments,
    pub moments: &'a mut [f64],
}

impl<V: Lanes> Sink<V> for Sum<'_> {
    #[inline(always)]
    fn take(&mut self, p: usize, q: usize, row: &[f64]) {
        const ZEROS: [f64; WIDEST] = [0.0; WIDEST];
        let start = self.layout.row(p, q);
        let mut block = [V::zero(); WIDEST];
        for (number, columns) in row.chunks(V::WIDTH * V::WIDTH).enumerate() {
            // Lanes are pairs; transposed, a vector is a pair and its lanes are powers of z.
            let mut arrays: [&[f64]; WIDEST] = [&ZEROS; WIDEST];
            for (array, column) in arrays.iter_mut().zip(columns.chunks_exact(V::WIDTH)) {
                *array = column;
            }
            V::load_columns(&arrays[..V::WIDTH], 0, &mut block[..V::WIDTH]);
            let mut stride = V::WIDTH / 2;
            while stride > 0 {
                for i in 0..stride {
                    block[i] = block[i] + block[i + stride];
                }
                stride /= 2;
            }
            let at = start + number * V::WIDTH;
            let target = &mut self.moments[at..at + V::WIDTH];
            (V::load(target) + block[0]).store(target);
        }
    }
}

/// Adds the batch's moments.
#[inline(always)]
pub fn add<V: Lanes>(batch: &mut Batch, planes: &mut Planes, layout: &Moments, moments: &mut [f64]) {
    let whole = batch.pad::<V>();
    for first in (0..whole).step_by(V::WIDTH) {
        planes.run::<V>(batch, first, &mut Sum { layout, moments });
    }
    batch.len = 0;
}
