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
//! recursion is 4 multiply-adds to 4 loads and a store; adding up costs about as much again, because lanes are pairs and
//! sums are not.

use super::batch::Batch;
use super::moments::{Moments, PADDING};
use crate::error::{Result, try_vec};
use crate::simd::{Lanes, Operation, map_lines};

/// What becomes of a plane of moments. Implementations mark `take` `#[inline(always)]`.
pub trait Sink<V> {
    /// Plane p in flat order, a vector of pairs for each place.
    fn take(&mut self, p: usize, plane: &[f64]);
}

/// Three planes [place][lane], each behind a vector of zeros, and what depends on r alone.
pub struct Planes {
    planes: [Vec<f64>; 3],
    /// r S_xz, r S_yz for every r.
    slopes: [Vec<f64>; 2],
}

impl Planes {
    pub fn new(layout: &Moments) -> Result<Self> {
        let size = (layout.plane(0).len() + 1) * PADDING;
        let plane = || try_vec("moments of pairs", size, 0.0);
        let slope = || try_vec("moments of pairs", (layout.degree + 1) * PADDING, 0.0);
        Ok(Self { planes: [plane()?, plane()?, plane()?], slopes: [slope()?, slope()?] })
    }

    /// All planes of the pairs `first..first + WIDTH`, one after the other.
    #[inline(always)]
    pub fn run<V: Lanes>(&mut self, layout: &Moments, batch: &Batch, first: usize, sink: &mut impl Sink<V>) {
        let mut c = [V::zero(); 3];
        for (c, array) in c.iter_mut().zip(&batch.centre) {
            *c = V::load(&array[first..]);
        }
        let mut s = [V::zero(); 6];
        for (s, array) in s.iter_mut().zip(&batch.covariance) {
            *s = V::load(&array[first..]);
        }
        let [xx, yy, zz, xy, xz, yz] = s;
        let degree = layout.degree;
        let mut r_times = [V::zero(), V::zero()];
        for r in 0..=degree {
            for (slopes, (times, s)) in self.slopes.iter_mut().zip(r_times.iter_mut().zip([xz, yz])) {
                times.store(&mut slopes[r * V::WIDTH..]);
                *times = *times + s;
            }
        }
        let [mut last, mut now, mut next] = std::mem::take(&mut self.planes);
        // Places of vectors in the planes: the first one is the vector of zeros.
        let start = V::WIDTH;
        first_line::<V>(&mut now[start..start + (degree + 1) * V::WIDTH], c[2], zz, batch.weights::<V>(first));
        let (mut below, mut at) = (start, start);
        for q in 0..degree {
            let end = at + (degree - q + 1) * V::WIDTH;
            let len = (degree - q) * V::WIDTH;
            let (done, rest) = now.split_at_mut(end);
            let step = Step { c: c[1], n_s: yy * V::splat(q as f64), m_s: V::zero(), slopes: &self.slopes[1] };
            step.line(done, at, &done[below..], &done[below..], &mut rest[..len]);
            (below, at) = (at, end);
        }
        for p in 0..=degree {
            // What a shorter plane has behind its end is of an earlier one: zeros, so that it adds nothing.
            let places = (degree - p + 1) * (degree - p + 2) / 2;
            let padded = layout.plane(p).len();
            now[start + places * V::WIDTH..start + padded * V::WIDTH].fill(0.0);
            sink.take(p, &now[start..start + padded * V::WIDTH]);
            if p == degree {
                break;
            }
            // Row q, row q - 1, row q of the plane before and of the next. Where there is none, any will do: its factor is 0.
            let (mut here, mut beside, mut below, mut into) = (start, start, start, start);
            for q in 0..degree - p {
                let len = (degree - p - q) * V::WIDTH;
                let below_line = if p == 0 { &now[here..] } else { &last[below..] };
                let step = Step {
                    c: c[0],
                    n_s: xx * V::splat(p as f64),
                    m_s: xy * V::splat(q as f64),
                    slopes: &self.slopes[0],
                };
                step.line(&now, here, below_line, &now[beside..], &mut next[into..into + len]);
                beside = here;
                here += len + V::WIDTH;
                below += len + 2 * V::WIDTH;
                into += len;
            }
            (last, now, next) = (now, next, last);
        }
        self.planes = [last, now, next];
    }
}

/// M(0, 0, r).
#[inline(always)]
fn first_line<V: Lanes>(line: &mut [f64], c: V, s: V, weight: V) {
    let (mut before, mut power, mut r_s) = (V::zero(), weight, V::zero());
    for place in line.chunks_exact_mut(V::WIDTH) {
        power.store(place);
        (before, power) = (power, c.mul_add(power, r_s * before));
        r_s = r_s + s;
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
    /// `into[r] = c here[r] + n_s below[r] + m_s beside[r] + slopes[r] here[r - 1]`, `here` being `plane` from `at` on. What is
    /// before the first element counts as 0, because slopes[0] is 0 and it is a number.
    #[inline(always)]
    fn line(&self, plane: &[f64], at: usize, below: &[f64], beside: &[f64], into: &mut [f64]) {
        let len = into.len();
        let before = &plane[at - V::WIDTH..at - V::WIDTH + len];
        let inputs = [&plane[at..at + len], before, &below[..len], &beside[..len], &self.slopes[..len]];
        map_lines::<f64, V, 0, 5, 1>([], inputs, [into], self);
    }
}

impl<V: Lanes> Operation<V, 0, 5, 1> for Step<'_, V> {
    #[inline(always)]
    fn apply(&self, _: [[[V; 2]; 2]; 0], [here, before, below, beside, slope]: [V; 5]) -> [V; 1] {
        let others = self.n_s.mul_add(below, self.m_s * beside);
        [self.c.mul_add(here, slope.mul_add(before, others))]
    }
}

/// Adds moments up over pairs, in flat order.
pub struct Sum<'a> {
    pub layout: &'a Moments,
    pub moments: &'a mut [f64],
}

impl<V: Lanes> Sink<V> for Sum<'_> {
    #[inline(always)]
    fn take(&mut self, p: usize, plane: &[f64]) {
        let moments = &mut self.moments[self.layout.plane(p)];
        let mut block = [V::zero(); PADDING];
        let mut arrays: [&[f64]; PADDING] = [&[]; PADDING];
        for (target, columns) in moments.chunks_exact_mut(V::WIDTH).zip(plane.chunks_exact(V::WIDTH * V::WIDTH)) {
            // Lanes are pairs; transposed, a vector is a pair and its lanes are places.
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
            (V::load(target) + block[0]).store(target);
        }
    }
}

/// Adds the batch's moments, in flat order.
#[inline(always)]
pub fn add<V: Lanes>(batch: &mut Batch, planes: &mut Planes, layout: &Moments, moments: &mut [f64]) {
    let whole = batch.pad::<V>();
    for first in (0..whole).step_by(V::WIDTH) {
        planes.run::<V>(layout, batch, first, &mut Sum { layout, moments });
    }
    batch.len = 0;
}
