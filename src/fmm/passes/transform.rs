//! From charges on the surfaces of eight siblings to a slice of their transforms, and from a slice back to potentials.
//!
//! All eight go through together, one to a lane. The array [p][p][p] is zero but for its faces and the transform has N = 2 p - 1 points a side, so plain
//! sums along one axis after another are cheap: the products of translations take ten times as long. Frequencies k and N - k share their sums of
//! cosines and sines. Bound by multiplications and the first-level cache, in about equal parts.

use crate::error::{Result, try_collect};
use crate::fmm::octets::WIDTH;
use crate::fmm::operators::Lattice;
use crate::simd::{Aligned, Lanes, Real};

/// Numbers of eight siblings at one frequency: real parts, then imaginary parts.
pub const COMPLEX: usize = 2 * WIDTH;

/// Where the points of a surface lie in the array [p][p][p].
pub struct Columns {
    pub order: usize,
    /// For each (x, y): the first point of its column along z. On the array's sides all p are points, inside only the two ends.
    first: Vec<usize>,
}

impl Columns {
    pub fn new(order: usize) -> Result<Self> {
        let mut next = 0;
        let first = (0..order * order).map(|column| {
            let own = next;
            next += if is_side(order, column) { order } else { 2 };
            own
        });
        Ok(Self { order, first: try_collect("surface", first)? })
    }
}

fn is_side(order: usize, column: usize) -> bool {
    let is_end = |c: usize| c == 0 || c == order - 1;
    is_end(column / order) || is_end(column % order)
}

/// Workspace of one task.
pub struct Scratch<T: Real> {
    /// [x][y] and [x][ky], complex.
    columns: Aligned<T>,
    rows: Aligned<T>,
}

impl<T: Real> Scratch<T> {
    pub fn new(order: usize) -> Result<Self> {
        Ok(Self {
            columns: Aligned::zeros("transforms", order * order * COMPLEX)?,
            rows: Aligned::zeros("transforms", order * (2 * order - 1) * COMPLEX)?,
        })
    }
}

/// A complex number of each sibling.
#[derive(Clone, Copy)]
struct Complex<O>(O, O);

#[inline(always)]
fn load<T: Real, O: Lanes<T>>(from: &[T], place: usize) -> Complex<O> {
    let from = &from[place * COMPLEX..][..COMPLEX];
    Complex(O::load(from), O::load(&from[WIDTH..]))
}

#[inline(always)]
fn store<T: Real, O: Lanes<T>>(value: Complex<O>, to: &mut [T], place: usize) {
    let to = &mut to[place * COMPLEX..][..COMPLEX];
    value.0.store(to);
    value.1.store(&mut to[WIDTH..]);
}

/// Sums over a line of products with cosines and sines of frequency k, which serve k and -k.
#[derive(Clone, Copy)]
struct Sums<O> {
    re_cos: O,
    re_sin: O,
    im_cos: O,
    im_sin: O,
}

impl<O> Sums<O> {
    #[inline(always)]
    fn along<T: Real>(line: &[T], first: usize, step: usize, count: usize, cosines: &[T], sines: &[T]) -> Self
    where
        O: Lanes<T>,
    {
        let mut sums = Sums { re_cos: O::zero(), re_sin: O::zero(), im_cos: O::zero(), im_sin: O::zero() };
        for j in 0..count {
            let x: Complex<O> = load(line, first + j * step);
            let (c, s) = (O::splat(cosines[j]), O::splat(sines[j]));
            sums.re_cos = x.0.mul_add(c, sums.re_cos);
            sums.re_sin = x.0.mul_add(s, sums.re_sin);
            sums.im_cos = x.1.mul_add(c, sums.im_cos);
            sums.im_sin = x.1.mul_add(s, sums.im_sin);
        }
        sums
    }

    /// sum_j x_j exp(-2 pi i j k / N).
    #[inline(always)]
    fn forward<T: Real>(self) -> Complex<O>
    where
        O: Lanes<T>,
    {
        Complex(self.re_cos + self.im_sin, self.im_cos - self.re_sin)
    }

    /// sum_j x_j exp(+2 pi i j k / N), which is the forward sum for -k.
    #[inline(always)]
    fn backward<T: Real>(self) -> Complex<O>
    where
        O: Lanes<T>,
    {
        Complex(self.re_cos - self.im_sin, self.im_cos + self.re_sin)
    }
}

/// Transforms charges [n][8] to frequencies of slice `kz`: number f goes to `place(f)` of `to`, counted in complex octets.
#[inline(always)]
pub fn forward<T: Real, O: Lanes<T>>(
    lattice: &Lattice<T>,
    columns: &Columns,
    kz: usize,
    charges: &[T],
    scratch: &mut Scratch<T>,
    to: &mut [T],
    (first, step): (usize, usize),
) {
    let (p, n) = (columns.order, lattice.points);
    let table = |k: usize| (&lattice.cosines[k * n..][..n], &lattice.sines[k * n..][..n]);
    let (cosines, sines) = table(kz);
    for column in 0..p * p {
        let points = &charges[columns.first[column] * WIDTH..];
        let (mut re, mut im) = (O::zero(), O::zero());
        let (count, stride) = if is_side(p, column) { (p, 1) } else { (2, p - 1) };
        for j in 0..count {
            let x = O::load(&points[j * WIDTH..]);
            re = x.mul_add(O::splat(cosines[j * stride]), re);
            im = x.neg_mul_add(O::splat(sines[j * stride]), im);
        }
        store(Complex(re, im), scratch.columns.slice_mut(), column);
    }
    let rows = lattice.slices[kz].rows;
    for x in 0..p {
        for ky in 0..p {
            let (cosines, sines) = table(ky);
            let sums = Sums::<O>::along(scratch.columns.slice(), x * p, 1, p, cosines, sines);
            store(sums.forward(), scratch.rows.slice_mut(), x * n + ky);
            if ky > 0 && rows > p {
                store(sums.backward(), scratch.rows.slice_mut(), x * n + n - ky);
            }
        }
    }
    for ky in 0..rows {
        for kx in 0..p {
            let (cosines, sines) = table(kx);
            let sums = Sums::<O>::along(scratch.rows.slice(), ky, n, p, cosines, sines);
            store(sums.forward(), to, first + (ky * n + kx) * step);
            if kx > 0 {
                store(sums.backward(), to, first + (ky * n + n - kx) * step);
            }
        }
    }
}

/// Adds to potentials [n][8] what slice `kz` gives, times `scale`: frequency f is at `first + f step` of `from`, counted in complex octets.
#[inline(always)]
pub fn backward<T: Real, O: Lanes<T>>(
    lattice: &Lattice<T>,
    columns: &Columns,
    kz: usize,
    from: &[T],
    (first, step): (usize, usize),
    scratch: &mut Scratch<T>,
    scale: T,
    potentials: &mut [T],
) {
    let (p, n) = (columns.order, lattice.points);
    let table = |k: usize| (&lattice.cosines[k * n..][..n], &lattice.sines[k * n..][..n]);
    let rows = lattice.slices[kz].rows;
    for ky in 0..rows {
        for x in 0..p {
            let (cosines, sines) = table(x);
            let sums = Sums::<O>::along(from, first + ky * n * step, step, n, cosines, sines);
            store(sums.backward(), scratch.rows.slice_mut(), x * n + ky);
        }
    }
    let (cosines_z, sines_z) = table(kz);
    let scale = O::splat(scale);
    for column in 0..p * p {
        let (x, y) = (column / p, column % p);
        let (cosines, sines) = table(y);
        let sum = Sums::<O>::along(scratch.rows.slice(), x * n, 1, rows, cosines, sines).backward();
        let (re, im) = (sum.0 * scale, sum.1 * scale);
        let points = &mut potentials[columns.first[column] * WIDTH..];
        let (count, stride) = if is_side(p, column) { (p, 1) } else { (2, p - 1) };
        for j in 0..count {
            let potential = O::load(&points[j * WIDTH..]);
            let potential = re.mul_add(O::splat(cosines_z[j * stride]), potential);
            im.neg_mul_add(O::splat(sines_z[j * stride]), potential).store(&mut points[j * WIDTH..]);
        }
    }
}
