//! Static disorder: members of an ensemble about one Hamiltonian.
//!
//! Member m has site energies `H_ii + sum_k F_ik z_k` and couplings `H_ij + s_ij z_ij` with independent standard normal
//! numbers z. The factor F stands for any correlation: the covariance of the site energies is `F F^T`, so independent
//! sites have their standard deviations on the diagonal of F, and a bath that all sites share is one more column.
//!
//! The numbers are those of stream m of `random` (the z_k first, then the pairs row by row), so member m is the same whatever
//! else is drawn, on any number of threads and in any language.

use super::range::LARGEST_ENERGY;
use crate::array::{View, ViewMut};
use crate::error::{Error, Number, Result, Status, try_vec};
use crate::random;
use crate::simd::Level;
use crate::threads::{Progress, for_each_chunk, ranges};

pub struct Disorder<'a> {
    /// [n_site][n_site] cm-1
    pub hamiltonian: View<'a, f64, 2>,
    pub spread: Spread<'a>,
}

/// How members differ from what they are about, and which members they are.
#[derive(Clone, Copy)]
pub struct Spread<'a> {
    /// [n_site][n_factor] cm-1
    pub site_factor: View<'a, f64, 2>,
    /// [n_site][n_site] cm-1, of which the lower triangle is used.
    pub coupling_sigma: Option<View<'a, f64, 2>>,
    pub seed: u64,
    /// Number of the first member.
    pub first: u64,
}

/// Writes members `first`, `first + 1`, ... to `members` [n_member][n_site][n_site].
pub fn disorder(about: &Disorder, members: ViewMut<f64, 3>) -> Result<()> {
    let [n_member, n, _] = members.dims();
    if n_member == 0 || n == 0 {
        return Ok(());
    }
    about.check(n)?;
    let level = Level::current()?;
    let spread = &about.spread;
    let (n_factor, len) = (spread.site_factor.dims()[1], spread.numbers());
    // About 100 us to a chunk.
    let size = (10_000 / (n * (n + n_factor) + 4 * (len - n_factor))).max(1);
    for_each_chunk(
        ranges(n_member, size).zip(members.chunks(size)),
        |_| 0,
        &mut Progress::none(),
        |((first, len_of_chunk), mut output)| {
            let mut numbers = try_vec("disorder", len, 0.0)?;
            for m in 0..len_of_chunk {
                spread.draw(level, first + m, &mut numbers);
                about.write(m, &numbers, &mut output);
            }
            Ok(())
        },
        Ok,
    )
}

impl Disorder<'_> {
    fn write(&self, m: usize, numbers: &[f64], output: &mut ViewMut<f64, 3>) {
        let n = self.hamiltonian.dims()[0];
        for i in 0..n {
            output.set([m, i, i], self.spread.moved(numbers, i, i, self.hamiltonian.at([i, i])));
            for j in 0..i {
                let coupling = self.spread.moved(numbers, i, j, self.hamiltonian.at([i, j]));
                output.set([m, i, j], coupling);
                output.set([m, j, i], coupling);
            }
        }
    }

    fn check(&self, n: usize) -> Result<()> {
        for i in 0..n {
            for j in 0..=i {
                let value = self.hamiltonian.at([i, j]);
                if !value.is_finite() {
                    return refuse("hamiltonian", i, j, value);
                }
            }
        }
        self.spread.check()
    }
}

fn refuse(name: &str, i: usize, j: usize, value: f64) -> Result<()> {
    let status = if value.is_finite() { Status::Argument } else { Status::Nonfinite };
    let message = format!("{name}: element ({i}, {j}) is {}; use numbers up to {} cm-1, and standard deviations of at least 0",
        Number(value),
        Number(LARGEST_ENERGY));
    Err(Error::new(status, message))
}

impl Spread<'_> {
    /// Random numbers of a member: of the factor's columns, then of the pairs row by row.
    pub fn numbers(&self) -> usize {
        let [n, n_factor] = self.site_factor.dims();
        n_factor + if self.coupling_sigma.is_some() { n * n.saturating_sub(1) / 2 } else { 0 }
    }

    /// Those of the `m`-th member from `first` on.
    pub fn draw(&self, level: Level, m: usize, numbers: &mut [f64]) {
        random::normals(level, self.seed, self.first.wrapping_add(m as u64), 0, 1, numbers);
    }

    /// Where the number of a pair stands among them; `j < i`.
    pub fn pair(&self, i: usize, j: usize) -> usize {
        self.site_factor.dims()[1] + i * (i - 1) / 2 + j
    }

    /// Element (i, j) of a member, `j <= i`, whose mean is `element`.
    pub fn moved(&self, numbers: &[f64], i: usize, j: usize, element: f64) -> f64 {
        if i != j {
            return self.coupling_sigma.map_or(element, |sigma| element + sigma.at([i, j]) * numbers[self.pair(i, j)]);
        }
        let mut energy = element;
        for (k, z) in numbers[..self.site_factor.dims()[1]].iter().enumerate() {
            energy += self.site_factor.at([i, k]) * z;
        }
        energy
    }

    pub fn check(&self) -> Result<()> {
        let [n, n_factor] = self.site_factor.dims();
        for i in 0..n {
            for j in 0..i {
                let sigma = self.coupling_sigma.map_or(0.0, |sigma| sigma.at([i, j]));
                if !(0.0..=LARGEST_ENERGY).contains(&sigma) {
                    return refuse("coupling_sigma", i, j, sigma);
                }
            }
            for k in 0..n_factor {
                let value = self.site_factor.at([i, k]);
                if !(value.abs() <= LARGEST_ENERGY) {
                    return refuse("site_factor", i, k, value);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const N: usize = 3;
    const HAMILTONIAN: [f64; 9] = [12_400.0, 50.0, -20.0, 50.0, 12_500.0, 30.0, -20.0, 30.0, 12_300.0];
    /// Two independent widths, and a bath that sites 0 and 2 share.
    const FACTOR: [f64; 12] = [80.0, 0.0, 0.0, 30.0, 0.0, 60.0, 0.0, 0.0, 0.0, 0.0, 0.0, -30.0];
    const SIGMA: [f64; 9] = [0.0, 9.0, 9.0, 4.0, 0.0, 9.0, 0.0, 7.0, 0.0];

    fn draw(n_member: usize, first: u64, with_couplings: bool) -> Vec<f64> {
        let mut members = vec![0.0; n_member * N * N];
        let about = Disorder {
            hamiltonian: View::from_slice("hamiltonian", &HAMILTONIAN, [N, N]),
            spread: Spread {
                site_factor: View::from_slice("site_factor", &FACTOR, [N, 4]),
                coupling_sigma: with_couplings.then(|| View::from_slice("coupling_sigma", &SIGMA, [N, N])),
                seed: 42,
                first,
            },
        };
        disorder(&about, ViewMut::from_slice("members", &mut members, [n_member, N, N])).unwrap();
        members
    }

    #[test]
    fn means_and_covariances_are_those_asked_for() {
        let count = 200_000;
        let members = draw(count, 0, true);
        // Elements 0, 4, 8 (sites) and 3, 6, 7 (couplings), as deviations.
        let elements = [0, 4, 8, 3, 6, 7];
        let deviation = |m: usize, e: usize| members[m * 9 + elements[e]] - HAMILTONIAN[elements[e]];
        let row = |site: usize| &FACTOR[site * 4..site * 4 + 4];
        for a in 0..6 {
            let mean: f64 = (0..count).map(|m| deviation(m, a)).sum::<f64>() / count as f64;
            assert!(mean.abs() < 1.0, "{a}: {mean}");
            for b in 0..=a {
                let found: f64 = (0..count).map(|m| deviation(m, a) * deviation(m, b)).sum::<f64>() / count as f64;
                let expected = match (a, b) {
                    (0..3, _) => row(a).iter().zip(row(b)).map(|(x, y)| x * y).sum(),
                    _ if a == b => SIGMA[elements[a]].powi(2),
                    _ => 0.0,
                };
                assert!((found - expected).abs() < 80.0, "{a} {b}: {found} {expected}");
            }
        }
        assert!(members.chunks(9).all(|h| h[1] == h[3] && h[2] == h[6] && h[5] == h[7] && h[6] == HAMILTONIAN[6]));
    }

    #[test]
    fn a_member_is_the_same_whatever_else_is_drawn() {
        let whole = draw(3000, 0, true);
        assert_eq!(draw(10, 2000, true), whole[2000 * 9..2010 * 9]);
        let before = crate::threads::set_local(2).unwrap();
        assert_eq!(draw(3000, 0, true), whole);
        crate::threads::set_local(before).unwrap();
        // Without disorder of the couplings the site energies are the same.
        let sites = draw(3000, 0, false);
        assert!(sites.chunks(9).zip(whole.chunks(9)).all(|(a, b)| a[0] == b[0] && a[8] == b[8] && a[3] == 50.0));
    }
}
