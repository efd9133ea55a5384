//! The whole sum for a few targets by Ewald's method alone, to say how good an evaluation is. Nothing here knows of trees or expansions.
//!
//! The part in waves goes through structure factors `sum_j q_j exp(i k y_j)`, which cost a term for each source and wave vector; the part in space is summed pair by pair
//! up to a distance. How the sum is split depends on the numbers of targets and sources, so that both cost about the same.

use super::ewald::{Ewald, REACH};
use crate::error::{Result, try_push, try_reserve, try_vec};
use crate::fmm::pairs::Points;
use crate::threads::{self, Progress};
use std::f64::consts::PI;

/// Sources for a task of structure factors, and targets for one of potentials.
const SOURCES: usize = 2048;
const TARGETS: usize = 4;
/// Points closer than that, in periods, are at one place (see `fmm::kernel`): the square.
const ONE_PLACE: f64 = 1.0 / (1u128 << 126) as f64;

/// Charges at points of a cell.
pub struct Charged<'a> {
    pub points: Points<'a, f64>,
    pub charges: &'a [f64],
}

/// Potentials without 1 / (4 pi) of charges at targets in a cell of this period; `screening` in the inverse unit of lengths.
pub fn sum(screening: f64, period: f64, sources: &Charged<'_>, targets: &[[f64; 3]], sums: &mut [f64], progress: &mut Progress) -> Result<()> {
    let ewald = Ewald { screening: screening * period, alpha: alpha_for(sources.charges.len(), targets.len()) };
    let waves = Waves::new(ewald)?;
    let factors = waves.structure_factors(period, sources, progress)?;
    let charge: f64 = sources.charges.iter().sum();
    let work = |(targets, sums): (&[[f64; 3]], &mut [f64])| {
        for (target, sum) in targets.iter().zip(sums) {
            let in_space = in_space(&ewald, period, sources, *target);
            *sum = (in_space + waves.potential(period, &factors, *target)? + ewald.uniform() * charge) / period;
        }
        Ok(())
    };
    threads::for_each_chunk(targets.chunks(TARGETS).zip(sums.chunks_mut(TARGETS)), |_| 0, progress, work, |()| Ok(()))
}

/// Pairs within `REACH / alpha` cost some 25 times as much as a term of a structure factor. At least 6, so that they are at most one period apart.
fn alpha_for(sources: usize, targets: usize) -> f64 {
    let (n, m) = (sources as f64, targets as f64);
    (1600.0 * n * m / (n + m).max(1.0)).powf(1.0 / 6.0).clamp(REACH, 16.0)
}

/// Half of the wave vectors, by lines along z: those of the other half are their negatives.
struct Waves {
    most: i32,
    /// (mx, my), and the first and last mz.
    lines: Vec<([i32; 2], [i32; 2])>,
    weights: Vec<f64>,
}

impl Waves {
    fn new(ewald: Ewald) -> Result<Self> {
        let most = ewald.most_waves();
        let (mut lines, mut weights) = (Vec::new(), Vec::new());
        for mx in 0..=most {
            for my in -most..=most {
                let left = most * most - mx * mx - my * my;
                let is_other_half = mx == 0 && my < 0;
                if left < 0 || is_other_half {
                    continue;
                }
                let last = f64::from(left).sqrt() as i32;
                let first = if mx == 0 && my == 0 { 1 } else { -last };
                try_push("waves", &mut lines, ([mx, my], [first, last]))?;
                try_reserve("waves", &mut weights, (last - first + 1).max(0) as usize)?;
                weights.extend((first..=last).map(|mz| 8.0 * PI * ewald.of_wave(f64::from(mx * mx + my * my + mz * mz))));
            }
        }
        Ok(Self { most, lines, weights })
    }

    /// `exp(2 pi i m x)` for m = -most .. most along each axis.
    fn phases(&self, period: f64, point: [f64; 3], to: &mut [Vec<(f64, f64)>; 3]) {
        for (x, phases) in point.into_iter().zip(to) {
            phases.clear();
            phases.extend((-self.most..=self.most).map(|m| {
                let (sine, cosine) = (2.0 * PI * (f64::from(m) * (x / period))).sin_cos();
                (cosine, sine)
            }));
        }
    }

    fn workspace(&self) -> Result<[Vec<(f64, f64)>; 3]> {
        let axis = || try_vec("sample of targets", (2 * self.most + 1) as usize, (0.0, 0.0));
        Ok([axis()?, axis()?, axis()?])
    }

    /// Calls with each wave's number and phase at a point.
    fn for_each(&self, phases: &[Vec<(f64, f64)>; 3], mut use_phase: impl FnMut(usize, (f64, f64))) {
        let mut wave = 0;
        for &([mx, my], [first, last]) in &self.lines {
            let (a, b) = (phases[0][(mx + self.most) as usize], phases[1][(my + self.most) as usize]);
            let (re, im) = (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0);
            for &(c, s) in &phases[2][(first + self.most) as usize..(last + self.most + 1) as usize] {
                use_phase(wave, (re * c - im * s, re * s + im * c));
                wave += 1;
            }
        }
    }

    fn structure_factors(&self, period: f64, sources: &Charged<'_>, progress: &mut Progress) -> Result<Vec<(f64, f64)>> {
        let mut all = try_vec("sample of targets", self.weights.len(), (0.0, 0.0))?;
        let points = sources.points;
        let work = |(first, count): (usize, usize)| {
            let mut factors = try_vec("sample of targets", self.weights.len(), (0.0, 0.0))?;
            let mut phases = self.workspace()?;
            for j in first..first + count {
                self.phases(period, [points.x[j], points.y[j], points.z[j]], &mut phases);
                let charge = sources.charges[j];
                self.for_each(&phases, |wave, (re, im)| {
                    let factor: &mut (f64, f64) = &mut factors[wave];
                    factor.0 += charge * re;
                    factor.1 += charge * im;
                });
            }
            Ok(factors)
        };
        let keep = |factors: Vec<(f64, f64)>| {
            all.iter_mut().zip(factors).for_each(|(total, own)| *total = (total.0 + own.0, total.1 + own.1));
            Ok(())
        };
        threads::for_each_chunk(threads::ranges(points.len(), SOURCES), |_| 0, progress, work, keep)?;
        Ok(all)
    }

    fn potential(&self, period: f64, factors: &[(f64, f64)], target: [f64; 3]) -> Result<f64> {
        let mut phases = self.workspace()?;
        self.phases(period, target, &mut phases);
        let mut sum = 0.0;
        self.for_each(&phases, |wave, (re, im)| sum += self.weights[wave] * (re * factors[wave].0 + im * factors[wave].1));
        Ok(sum)
    }
}

/// The part in space of one target, in periods.
fn in_space(ewald: &Ewald, period: f64, sources: &Charged<'_>, target: [f64; 3]) -> f64 {
    let points = sources.points;
    let reach = REACH / ewald.alpha;
    let mut sum = 0.0;
    for (j, charge) in sources.charges.iter().enumerate() {
        let source = [points.x[j], points.y[j], points.z[j]];
        // Along each axis the squares for three images, of which the nearest is the middle one.
        let squares: [[f64; 3]; 3] = std::array::from_fn(|axis| {
            let d = target[axis] - source[axis];
            let nearest = (d - period * (d / period).round()) / period;
            [nearest - 1.0, nearest, nearest + 1.0].map(|d| d * d)
        });
        for x2 in squares[0] {
            for y2 in squares[1] {
                for z2 in squares[2] {
                    let r2 = x2 + y2 + z2;
                    if r2 < ONE_PLACE {
                        sum += charge * ewald.in_space_without_kernel(0.0);
                    } else if r2 < reach * reach {
                        sum += charge * ewald.in_space(r2.sqrt());
                    }
                }
            }
        }
    }
    sum
}
