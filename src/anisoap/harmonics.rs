//! From Cartesian moments to expectations of `r^(2n) r^l Y_lm`, with coefficients that are exact before one rounding.
//!
//! In cylindrical terms, with `A_m + i B_m = (x + i y)^m` and `rho^2 = x^2 + y^2`,
//!
//! ```text
//! r^(2n) r^l Y_l(+-m) = {A_m, B_m} sum_s f_s rho^(2s) z^(l - m + 2n - 2s)
//! f_s = N_lm sum_k (-1)^k 2^-l C(l, k) C(2l - 2k, l) (l - 2k)! / (l - 2k - m)! C(k + n, s)
//! rho^(2s) {A_m, B_m} = sum_q e_q x^(m + 2s - q) y^q           q even for A, odd for B
//! ```
//!
//! Y is real and orthonormal without the Condon-Shortley sign: `N_lm = sqrt((2l+1)/(4 pi) (2 - delta_m0) (l-m)!/(l+m)!)`.
//! First step: cylindrical moments `G_{m,s}[z^t]` are combinations of rows of Cartesian moments, vectors along t. Second
//! step: all radial functions with the same `d = l - m + 2n` share the terms `G_{m,s}[z^(d - 2s)]`, and lie side by side in
//! a vector. Backwards (the transpose) the same tables make a polynomial of a cotangent of the coefficients.

use super::moments::{Moments, PADDING, padded};
use super::radial::{LARGEST_ANGULAR, LARGEST_DEGREE};
use crate::simd::Lanes;

/// Places of raw coefficients of one centre and one neighbour species: [l][n][m], rows over m padded.
#[derive(Clone, Debug)]
pub struct RawLayout {
    /// Radial functions of each l.
    pub counts: Vec<usize>,
    offsets: Vec<usize>,
    pub size: usize,
}

impl RawLayout {
    fn new(counts: &[usize]) -> Self {
        let mut size = 0;
        let offsets = counts
            .iter()
            .enumerate()
            .map(|(l, count)| {
                let offset = size;
                size += count * padded(2 * l + 1);
                offset
            })
            .collect();
        Self { counts: counts.to_vec(), offsets, size }
    }

    /// First element of row (l, n): m = -l.
    #[inline(always)]
    pub fn row(&self, l: usize, n: usize) -> usize {
        self.offsets[l] + n * padded(2 * l + 1)
    }
}

/// `G[target..] = sum_k factor_k M[source_k..]`, so many elements.
#[derive(Clone, Debug)]
struct RowCombination {
    target: usize,
    len: usize,
    first_term: usize,
    end_term: usize,
}

/// Up to a vector's worth of radial functions with one m and one d.
#[derive(Clone, Debug)]
struct RadialBlock {
    /// A alone (m = 0), or A and B.
    parts: usize,
    /// Places in G, [term s][part].
    first_term: usize,
    terms: usize,
    /// `factors[first_factor + s * PADDING + lane]`.
    first_factor: usize,
    /// Raw places, [part][lane].
    first_place: usize,
    lanes: usize,
}

#[derive(Clone, Debug)]
pub struct Harmonics {
    pub moments: Moments,
    pub raw: RawLayout,
    combinations: Vec<RowCombination>,
    row_terms: Vec<(usize, f64)>,
    blocks: Vec<RadialBlock>,
    sources: Vec<usize>,
    factors: Vec<f64>,
    places: Vec<usize>,
    /// Elements of G.
    pub cylindrical_size: usize,
}

impl Harmonics {
    /// `counts[l]` radial functions for each l. All degrees l + 2n are at most `LARGEST_DEGREE`.
    pub fn new(counts: &[usize]) -> Self {
        let largest = counts.len() - 1;
        let degree = (0..=largest).map(|l| l + 2 * (counts[l] - 1)).max().expect("l = 0 is always there");
        assert!(largest <= LARGEST_ANGULAR && degree <= LARGEST_DEGREE);
        let mut tables = Self {
            moments: Moments::new(degree),
            raw: RawLayout::new(counts),
            combinations: Vec::new(),
            row_terms: Vec::new(),
            blocks: Vec::new(),
            sources: Vec::new(),
            factors: Vec::new(),
            places: Vec::new(),
            cylindrical_size: 0,
        };
        for m in 0..=largest {
            let rows: Vec<Vec<usize>> = (0..if m == 0 { 1 } else { 2 }).map(|part| tables.add_combinations(m, part)).collect();
            tables.add_blocks(m, &rows);
        }
        tables
    }

    /// Rows `G_{m,s}` of one part; their places.
    fn add_combinations(&mut self, m: usize, part: usize) -> Vec<usize> {
        let degree = self.moments.degree;
        let mut rows = Vec::new();
        for s in 0..=(degree - m) / 2 {
            let target = self.cylindrical_size;
            let len = padded(degree - m - 2 * s + 1);
            self.cylindrical_size += len;
            rows.push(target);
            let first_term = self.row_terms.len();
            for q in 0..=m + 2 * s {
                let factor = planar(m, part, s, q);
                if factor != 0 {
                    self.row_terms.push((self.moments.row(m + 2 * s - q, q), factor as f64));
                }
            }
            self.combinations.push(RowCombination { target, len, first_term, end_term: self.row_terms.len() });
        }
        rows
    }

    /// The second step for one m; `rows` by part.
    fn add_blocks(&mut self, m: usize, rows: &[Vec<usize>]) {
        let counts = self.raw.counts.clone();
        let largest = counts.len() - 1;
        for d in 0..=self.moments.degree - m {
            let members: Vec<(usize, usize)> = (0..=d / 2)
                .map(|n| (d + m - 2 * n, n))
                .filter(|&(l, n)| l >= m && l <= largest && n < counts[l])
                .collect();
            let terms = d / 2 + 1;
            let first_term = self.sources.len();
            if !members.is_empty() {
                self.sources.extend((0..terms).flat_map(|s| rows.iter().map(move |rows| rows[s] + d - 2 * s)));
            }
            for members in members.chunks(PADDING) {
                let (first_place, first_factor) = (self.places.len(), self.factors.len());
                self.places.extend(members.iter().map(|&(l, n)| self.raw.row(l, n) + l + m));
                if rows.len() == 2 {
                    self.places.extend(members.iter().map(|&(l, n)| self.raw.row(l, n) + l - m));
                }
                for s in 0..terms {
                    let factor = |lane| members.get(lane).map_or(0.0, |&(l, n)| axial(l, m, n, s));
                    self.factors.extend((0..PADDING).map(factor));
                }
                self.blocks.push(RadialBlock {
                    parts: rows.len(),
                    first_term,
                    terms,
                    first_factor,
                    first_place,
                    lanes: members.len(),
                });
            }
        }
    }

    /// Raw coefficients of moments; `cylindrical` is scratch.
    #[inline(always)]
    pub fn contract<V: Lanes>(&self, moments: &[f64], cylindrical: &mut [f64], raw: &mut [f64]) {
        for row in &self.combinations {
            let terms = &self.row_terms[row.first_term..row.end_term];
            let target = &mut cylindrical[row.target..row.target + row.len];
            // Several vectors side by side: one sum alone would wait for itself.
            let (mut at, vectors) = (0, row.len / V::WIDTH);
            while at < vectors {
                match vectors - at {
                    1 => combine::<V, 1>(terms, moments, &mut at, target),
                    2 | 4 => combine::<V, 2>(terms, moments, &mut at, target),
                    _ => combine::<V, 3>(terms, moments, &mut at, target),
                }
            }
        }
        for block in &self.blocks {
            match (block.parts, block.lanes.div_ceil(V::WIDTH)) {
                (1, 1) => self.add_terms::<V, 1, 1>(block, cylindrical, raw),
                (1, _) => self.add_terms::<V, 1, 2>(block, cylindrical, raw),
                (_, 1) => self.add_terms::<V, 2, 1>(block, cylindrical, raw),
                (_, _) => self.add_terms::<V, 2, 2>(block, cylindrical, raw),
            }
        }
    }

    /// The second step for one block; `VECTORS` hold its lanes.
    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    fn add_terms<V: Lanes, const PARTS: usize, const VECTORS: usize>(&self, block: &RadialBlock, cylindrical: &[f64], raw: &mut [f64]) {
        let sources = &self.sources[block.first_term..block.first_term + PARTS * block.terms];
        let factors = &self.factors[block.first_factor..block.first_factor + block.terms * PADDING];
        let mut sums = [[V::zero(); VECTORS]; PARTS];
        for (sources, factors) in sources.chunks_exact(PARTS).zip(factors.chunks_exact(PADDING)) {
            for part in 0..PARTS {
                let term = V::splat(cylindrical[sources[part]]);
                for v in 0..VECTORS {
                    sums[part][v] = term.mul_add(V::load(&factors[v * V::WIDTH..]), sums[part][v]);
                }
            }
        }
        let places = &self.places[block.first_place..block.first_place + PARTS * block.lanes];
        for (sums, places) in sums.iter().zip(places.chunks_exact(block.lanes)) {
            let mut lanes = [0.0; 2 * PADDING];
            for (sum, lanes) in sums.iter().zip(lanes.chunks_exact_mut(V::WIDTH)) {
                sum.store(lanes);
            }
            for (&place, &value) in places.iter().zip(&lanes) {
                raw[place] = value;
            }
        }
    }

    /// The transpose: coefficients of the polynomial `sum_nlm raw_nlm r^(2n) r^l Y_lm`, in the places of moments.
    #[inline(always)]
    pub fn polynomial<V: Lanes>(&self, raw: &[f64], cylindrical: &mut [f64], polynomial: &mut [f64]) {
        cylindrical.fill(0.0);
        polynomial.fill(0.0);
        for block in &self.blocks {
            let sources = &self.sources[block.first_term..block.first_term + block.parts * block.terms];
            let factors = &self.factors[block.first_factor..block.first_factor + block.terms * PADDING];
            let places = &self.places[block.first_place..block.first_place + block.parts * block.lanes];
            for (part, places) in places.chunks_exact(block.lanes).enumerate() {
                let mut lanes = [0.0; PADDING];
                for (lane, &place) in lanes.iter_mut().zip(places) {
                    *lane = raw[place];
                }
                for (sources, factors) in sources.chunks_exact(block.parts).zip(factors.chunks_exact(PADDING)) {
                    let mut sum = V::zero();
                    for (lanes, factors) in lanes.chunks_exact(V::WIDTH).zip(factors.chunks_exact(V::WIDTH)) {
                        sum = V::load(lanes).mul_add(V::load(factors), sum);
                    }
                    cylindrical[sources[part]] += sum.sum();
                }
            }
        }
        for row in &self.combinations {
            for &(source, factor) in &self.row_terms[row.first_term..row.end_term] {
                for at in (0..row.len).step_by(V::WIDTH) {
                    let target = &mut polynomial[source + at..source + at + V::WIDTH];
                    V::splat(factor).mul_add(V::load(&cylindrical[row.target + at..]), V::load(target)).store(target);
                }
            }
        }
    }
}

/// So many vectors of a row from vector `at` on, which is moved behind them.
#[inline(always)]
#[allow(clippy::needless_range_loop)]
fn combine<V: Lanes, const VECTORS: usize>(terms: &[(usize, f64)], moments: &[f64], at: &mut usize, target: &mut [f64]) {
    let first = *at * V::WIDTH;
    let len = VECTORS * V::WIDTH;
    let mut sums = [V::zero(); VECTORS];
    for &(source, factor) in terms {
        let factor = V::splat(factor);
        let from = &moments[source + first..source + first + len];
        // An iterator over both is not always inlined, and this is where the time goes.
        for v in 0..VECTORS {
            sums[v] = factor.mul_add(V::load(&from[v * V::WIDTH..]), sums[v]);
        }
    }
    for (sum, target) in sums.iter().zip(target[first..first + len].chunks_exact_mut(V::WIDTH)) {
        sum.store(target);
    }
    *at += VECTORS;
}

fn binomial(n: usize, k: usize) -> i128 {
    if k > n {
        return 0;
    }
    (0..k.min(n - k)).fold(1, |product, i| product * (n - i) as i128 / (i + 1) as i128)
}

/// The coefficient of `x^(m + 2s - q) y^q` in `(x^2 + y^2)^s` times the real (part 0) or imaginary part of `(x + i y)^m`.
fn planar(m: usize, part: usize, s: usize, q: usize) -> i128 {
    if q % 2 != part {
        return 0;
    }
    // y^(2k) of the first factor and y^(q - 2k) of the second, whose sign is i^(q - 2k) without i for the imaginary part.
    (0..=s.min(q / 2))
        .map(|k| {
            let power = q - 2 * k;
            let sign = if power / 2 % 2 == 0 { 1 } else { -1 };
            sign * binomial(s, k) * binomial(m, power)
        })
        .sum()
}

/// f_s.
fn axial(l: usize, m: usize, n: usize, s: usize) -> f64 {
    // (l - 2k)! / (l - 2k - m)! = m! C(l - 2k, m): the integers stay below 2^127, and m! goes to the norm.
    let sum: i128 = (0..=(l - m) / 2)
        .map(|k| {
            let sign = if k % 2 == 0 { 1 } else { -1 };
            sign * binomial(l, k) * binomial(2 * l - 2 * k, l) * binomial(l - 2 * k, m) * binomial(k + n, s)
        })
        .sum();
    // m!^2 (l - m)! / (l + m)! = prod_{k <= m} k^2 / ((l - m + 2k - 1)(l - m + 2k))
    let ratio = (1..=m).fold(1.0, |product, k| {
        product * (k * k) as f64 / (((l - m + 2 * k - 1) * (l - m + 2 * k)) as f64)
    });
    let twice = if m == 0 { 1.0 } else { 2.0 };
    let norm = ((2 * l + 1) as f64 * twice * ratio / (4.0 * std::f64::consts::PI)).sqrt();
    sum as f64 * norm * 0.5f64.powi(l as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Kernel, Level, dispatch};

    struct Contract<'a>(&'a Harmonics, &'a [f64]);
    impl Kernel for Contract<'_> {
        type Output = Vec<f64>;
        #[inline(always)]
        fn run<V: Lanes>(self) -> Vec<f64> {
            let mut raw = vec![f64::NAN; self.0.raw.size];
            self.0.contract::<V>(self.1, &mut vec![f64::NAN; self.0.cylindrical_size], &mut raw);
            raw
        }
    }

    struct Transpose<'a>(&'a Harmonics, &'a [f64]);
    impl Kernel for Transpose<'_> {
        type Output = Vec<f64>;
        #[inline(always)]
        fn run<V: Lanes>(self) -> Vec<f64> {
            let mut polynomial = vec![f64::NAN; self.0.moments.size];
            self.0.polynomial::<V>(self.1, &mut vec![f64::NAN; self.0.cylindrical_size], &mut polynomial);
            polynomial
        }
    }

    /// The moments of a point: powers of its coordinates.
    fn powers(harmonics: &Harmonics, [x, y, z]: [f64; 3]) -> Vec<f64> {
        let moments = &harmonics.moments;
        let mut values = vec![0.0; moments.size];
        for p in 0..=moments.degree {
            for q in 0..=moments.degree - p {
                for r in 0..=moments.degree - p - q {
                    values[moments.row(p, q) + r] = x.powi(p as i32) * y.powi(q as i32) * z.powi(r as i32);
                }
            }
        }
        values
    }

    #[test]
    fn low_harmonics_are_the_textbook_s() {
        let harmonics = Harmonics::new(&[2, 1, 1]);
        let [x, y, z] = [0.3, -0.7, 0.45];
        let (pi, r2) = (std::f64::consts::PI, x * x + y * y + z * z);
        for level in Level::available() {
            let raw = dispatch(level, Contract(&harmonics, &powers(&harmonics, [x, y, z])));
            let s = (1.0 / (4.0 * pi)).sqrt();
            assert!((raw[harmonics.raw.row(0, 0)] - s).abs() < 1e-16);
            assert!((raw[harmonics.raw.row(0, 1)] - s * r2).abs() < 1e-16);
            let p = (3.0 / (4.0 * pi)).sqrt();
            for (m, expected) in [y, z, x].into_iter().enumerate() {
                assert!((raw[harmonics.raw.row(1, 0) + m] - p * expected).abs() < 1e-16);
            }
            let d = (15.0 / (4.0 * pi)).sqrt();
            let expected = [
                d * x * y, d * y * z, (5.0 / (16.0 * pi)).sqrt() * (2.0 * z * z - x * x - y * y), d * x * z,
                d / 2.0 * (x * x - y * y),
            ];
            for (m, expected) in expected.into_iter().enumerate() {
                assert!((raw[harmonics.raw.row(2, 0) + m] - expected).abs() < 1e-16);
            }
        }
    }

    #[test]
    fn squares_of_one_l_add_up_to_unsoeld_s_theorem() {
        // sum_m |r^2n r^l Y_lm|^2 = r^(4n + 2l) (2l + 1) / (4 pi), with more radial functions than a vector has lanes.
        let counts = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
        let harmonics = Harmonics::new(&counts);
        let point = [0.61, -0.52, 0.59];
        let r2: f64 = point.iter().map(|x| x * x).sum();
        for level in Level::available() {
            let raw = dispatch(level, Contract(&harmonics, &powers(&harmonics, point)));
            for l in 0..counts.len() {
                for n in 0..counts[l] {
                    let row = &raw[harmonics.raw.row(l, n)..][..2 * l + 1];
                    let sum: f64 = row.iter().map(|c| c * c).sum();
                    let expected = r2.powi((2 * n + l) as i32) * (2 * l + 1) as f64 / (4.0 * std::f64::consts::PI);
                    assert!((sum / expected - 1.0).abs() < 1e-11, "l = {l}, n = {n}: {sum} {expected}");
                }
            }
        }
    }

    #[test]
    fn the_transpose_is_the_transpose() {
        let harmonics = Harmonics::new(&[3, 3, 2, 4]);
        let moments = powers(&harmonics, [0.8, -0.3, 0.5]);
        for level in Level::available() {
            let raw = dispatch(level, Contract(&harmonics, &moments));
            let mut cotangent = vec![0.0; raw.len()];
            let mut expected = 0.0;
            for l in 0..4usize {
                for n in 0..harmonics.raw.counts[l] {
                    for m in 0..2 * l + 1 {
                        let at = harmonics.raw.row(l, n) + m;
                        cotangent[at] = ((at * 37) % 11) as f64 - 5.0;
                        expected += cotangent[at] * raw[at];
                    }
                }
            }
            let polynomial = dispatch(level, Transpose(&harmonics, &cotangent));
            let value: f64 = polynomial.iter().zip(&moments).map(|(a, b)| a * b).sum();
            assert!((value - expected).abs() < 1e-12 * expected.abs());
        }
    }
}
