//! Translations of one level as convolutions on a lattice, in Fourier space.
//!
//! The inner surfaces of all boxes of a level have their points on one lattice, of spacing h = 2 INNER r / (p - 1). So the potentials at points i of
//! a target's surface of charges at points j of a source's, c_i = sum_j k(i - j) q_j with k(d) = G(|2 r t + h d|), t the target's place minus the source's
//! in boxes, are a convolution of two arrays [p][p][p]: a product of transforms of N = 2 p - 1 points a side. Only half of the frequencies
//! are needed, because everything is real. They go by slices of one frequency along z, so that transforms of all boxes of a level are never held at once.
//!
//! Between the children of two boxes of which one is next to the other there are 8 x 8 translations, with t = child - child - 2 (direction): for each frequency
//! one complex matrix for each of 26 directions, zero where children touch. `Slice::symbols` holds what these matrices are made of.

use crate::error::{Result, try_collect, try_push, try_vec};
use crate::fmm::kernel::GreenFunction;
use crate::fmm::surface::{INNER, Surface};
use crate::simd::{Aligned, Real};

/// Vectors t along an axis: -3 .. 3.
pub const ACROSS: usize = 7;
/// All of them.
pub const VECTORS: usize = ACROSS * ACROSS * ACROSS;
const FARTHEST: usize = 3;

/// By direction: which of VECTORS lies between children of a box and of its colleague there, by the differences of their places in their parents, target minus
/// source: along each axis 0, 1, 2 stand for 0, -1, 1, x fastest.
pub static VECTORS_BETWEEN: [[u16; 27]; 27] = vectors_between();

const fn vectors_between() -> [[u16; 27]; 27] {
    const STRIDES: [i32; 3] = [(ACROSS * ACROSS) as i32, ACROSS as i32, 1];
    const DIFFERENCES: [i32; 3] = [0, -1, 1];
    let mut vectors = [[0; 27]; 27];
    let mut place = 0;
    while place < 27 * 27 {
        let (mut direction, mut difference) = (place / 27, place % 27);
        let (mut vector, mut axis) = (0, 0);
        while axis < 3 {
            let towards = (direction % 3) as i32 - 1;
            vector += (DIFFERENCES[difference % 3] - 2 * towards + FARTHEST as i32) * STRIDES[axis];
            (direction, difference, axis) = (direction / 3, difference / 3, axis + 1);
        }
        vectors[place / 27][place % 27] = vector as u16;
        place += 1;
    }
    vectors
}

pub struct Lattice<T: Real> {
    /// Points a side of the transforms, 2 p - 1.
    pub points: usize,
    /// cos and sin of 2 pi k j / N at k N + j.
    pub cosines: Vec<T>,
    pub sines: Vec<T>,
    /// By frequency along z, 0 .. p.
    pub slices: Vec<Slice<T>>,
}

/// Frequencies (kx, ky) of one kz, at ky N + kx.
pub struct Slice<T: Real> {
    /// How many ky: all N, or p for kz = 0, where those of -ky follow.
    pub rows: usize,
    /// For each frequency, the real parts of the kernel's transform for all VECTORS, then the imaginary parts. What the inverse transform is divided
    /// by, and twice for frequencies that stand for their negatives too, is in them.
    pub symbols: Aligned<T>,
}

impl<T: Real> Slice<T> {
    pub fn symbols_of(&self, frequency: usize) -> (&[T], &[T]) {
        self.symbols.slice()[frequency * 2 * VECTORS..][..2 * VECTORS].split_at(VECTORS)
    }
}

impl<T: Real> Lattice<T> {
    pub fn new(kernel: impl GreenFunction, surface: &Surface, half_side: f64) -> Result<Self> {
        let (p, n) = (surface.order, 2 * surface.order - 1);
        let angle = |place: usize| 2.0 * std::f64::consts::PI * ((place / n * (place % n)) % n) as f64 / n as f64;
        let cosines = try_collect("operators", (0..n * n).map(|place| angle(place).cos()))?;
        let sines = try_collect("operators", (0..n * n).map(|place| angle(place).sin()))?;
        let mut slices = Vec::new();
        for kz in 0..p {
            let rows = if kz == 0 { p } else { n };
            try_push("operators", &mut slices, Slice { rows, symbols: Aligned::zeros("operators", rows * n * 2 * VECTORS)? })?;
        }
        let mut lattice = Self {
            points: n,
            cosines: try_collect("operators", cosines.iter().map(|&x| T::from_f64(x)))?,
            sines: try_collect("operators", sines.iter().map(|&x| T::from_f64(x)))?,
            slices,
        };
        let spacing = 2.0 * INNER * half_side / (p - 1) as f64;
        let mut spectrum = Spectrum::new(p, n, &cosines, &sines)?;
        for t in 0..(FARTHEST + 1).pow(3) {
            let t = [t / 16, t / 4 % 4, t % 4];
            if t.iter().all(|&t| t < 2) {
                continue;
            }
            spectrum.of(|d: [i64; 3]| {
                kernel.value((0..3).map(|axis| (2.0 * half_side * t[axis] as f64 + spacing * d[axis] as f64).powi(2)).sum())
            });
            lattice.keep(t, &spectrum);
        }
        Ok(lattice)
    }

    pub fn bytes(&self) -> usize {
        self.slices.iter().map(|slice| slice.symbols.slice().len() * size_of::<T>()).sum::<usize>()
            + 2 * self.cosines.len() * size_of::<T>()
    }

    /// Writes the transform for the vector `t` and its mirror images: a kernel that depends on distance alone has, for a mirrored vector, the transform at
    /// the mirrored frequency.
    fn keep(&mut self, t: [usize; 3], spectrum: &Spectrum) {
        let n = self.points;
        let mirrored = |k: usize, is_mirrored: bool| if is_mirrored { (n - k) % n } else { k };
        for mirror in 0..8 {
            let is_mirrored: [bool; 3] = std::array::from_fn(|axis| mirror >> axis & 1 == 1);
            if (0..3).any(|axis| is_mirrored[axis] && t[axis] == 0) {
                continue;
            }
            let place = |axis: usize| if is_mirrored[axis] { FARTHEST - t[axis] } else { FARTHEST + t[axis] };
            let vector = (place(0) * ACROSS + place(1)) * ACROSS + place(2);
            for (kz, slice) in self.slices.iter_mut().enumerate() {
                for ky in 0..slice.rows {
                    for kx in 0..n {
                        // A mirrored kz is not there: its value is the conjugate of that at the negative of all three.
                        let (re, im) = spectrum.at(
                            mirrored(kx, is_mirrored[0] != is_mirrored[2]),
                            mirrored(ky, is_mirrored[1] != is_mirrored[2]),
                            kz,
                        );
                        let im = if is_mirrored[2] { -im } else { im };
                        let stands_for_two = kz > 0 || ky > 0;
                        let factor = if stands_for_two { 2.0 } else { 1.0 } / (n * n * n) as f64;
                        let symbols = &mut slice.symbols.slice_mut()[(ky * n + kx) * 2 * VECTORS..];
                        symbols[vector] = T::from_f64(factor * re);
                        symbols[VECTORS + vector] = T::from_f64(factor * im);
                    }
                }
            }
        }
    }
}

/// A discrete Fourier transform of real numbers [N][N][N], half of it along z, by one axis after another.
struct Spectrum<'a> {
    p: usize,
    n: usize,
    cosines: &'a [f64],
    sines: &'a [f64],
    values: Vec<f64>,
    along_z: Vec<(f64, f64)>,
    along_y: Vec<(f64, f64)>,
    /// [kz][ky][kx]
    whole: Vec<(f64, f64)>,
}

impl<'a> Spectrum<'a> {
    fn new(p: usize, n: usize, cosines: &'a [f64], sines: &'a [f64]) -> Result<Self> {
        let complex = || try_vec("operators", n * n * p, (0.0, 0.0));
        let values = try_vec("operators", n * n * n, 0.0)?;
        Ok(Self { p, n, cosines, sines, values, along_z: complex()?, along_y: complex()?, whole: complex()? })
    }

    fn at(&self, kx: usize, ky: usize, kz: usize) -> (f64, f64) {
        self.whole[(kz * self.n + ky) * self.n + kx]
    }

    /// Of a function of displacements -(p - 1) .. p - 1.
    fn of(&mut self, f: impl Fn([i64; 3]) -> f64) {
        let (p, n) = (self.p, self.n);
        let signed = |place: usize| if place < p { place as i64 } else { place as i64 - n as i64 };
        for (place, value) in self.values.iter_mut().enumerate() {
            *value = f([signed(place / (n * n)), signed(place / n % n), signed(place % n)]);
        }
        // [x][y][kz], then [kz][x][ky], then [kz][ky][kx].
        for (line, values) in self.values.chunks_exact(n).enumerate() {
            for kz in 0..p {
                let (cosines, sines) = (&self.cosines[kz * n..][..n], &self.sines[kz * n..][..n]);
                let re = values.iter().zip(cosines).map(|(value, c)| value * c).sum();
                let im = values.iter().zip(sines).map(|(value, s)| -value * s).sum();
                self.along_z[line * p + kz] = (re, im);
            }
        }
        for kz in 0..p {
            for x in 0..n {
                for ky in 0..n {
                    let line = (0..n).map(|y| self.along_z[(x * n + y) * p + kz]);
                    self.along_y[(kz * n + x) * n + ky] = self.term(line, ky);
                }
            }
            for ky in 0..n {
                for kx in 0..n {
                    let line = (0..n).map(|x| self.along_y[(kz * n + x) * n + ky]);
                    self.whole[(kz * n + ky) * n + kx] = self.term(line, kx);
                }
            }
        }
    }

    fn term(&self, line: impl Iterator<Item = (f64, f64)>, k: usize) -> (f64, f64) {
        let (cosines, sines) = (&self.cosines[k * self.n..][..self.n], &self.sines[k * self.n..][..self.n]);
        let mut sum = (0.0, 0.0);
        for ((re, im), (c, s)) in line.zip(cosines.iter().zip(sines)) {
            sum.0 += re * c + im * s;
            sum.1 += im * c - re * s;
        }
        sum
    }
}
