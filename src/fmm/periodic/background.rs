//! What images beyond the nearest give that no expansion can carry, from moments of the sources straight to targets.
//!
//! An expansion is a set of charges that gives the same potential outside as the sources do, so it carries functions that solve the kernel's equation. The far
//! images of one charge at y do so at x in open space; in a periodic cell of Laplace's kernel they bring their background along, whose potential is quadratic. With both
//! x and y from the cell's centre, in periods,
//!
//! ```text
//! far images(x - y) = c + (2 pi / 3) (x^2 + y^2) + rest(x, y)
//! ```
//!
//! where the rest solves Laplace's equation in x and in y, as an expansion has it, and vanishes at the centre. With a screening kappa that is small the uniform
//! part, about 4 pi / kappa^2, is so large that its error would drown the rest; it solves the equation, but is split off as well:
//!
//! ```text
//! far images(x - y) = c i(kappa x) i(kappa y) + rest(x, y),       i(z) = sinh(z) / z
//! ```
//!
//! Moments are sums in double precision over the sources themselves, so a neutral system has a charge of 0 here.

use super::ewald::FarImages;
use crate::error::Result;
use crate::fmm::pairs::Points;
use crate::fmm::tree::Cube;
use crate::threads::{self, Progress};
use std::f64::consts::PI;

/// Sources for a task.
const CHUNK: usize = 16_384;
/// Largest screening, in 1 / period, with which the uniform part is split off: beyond, it is not larger than others, and i(z) grows.
const SMALL: f64 = 2.0;

/// The part that is split off, in periods: the sum at the centre, and how much of it is not the uniform part (their difference would have lost that).
#[derive(Clone, Copy, Debug)]
pub enum Background {
    None,
    Quadratic { constant: f64, varying: f64 },
    Screened { constant: f64, varying: f64, screening: f64 },
}

impl Background {
    pub fn new(screening: f64, far: &FarImages) -> Self {
        let varying = far.varying([0.0; 3]);
        let constant = varying + far.uniform();
        if screening == 0.0 {
            Self::Quadratic { constant, varying }
        } else if screening <= SMALL {
            Self::Screened { constant, varying, screening }
        } else {
            Self::None
        }
    }

    /// `rest(x, y)` for x and y from the centre; `sum` is what varies of the far images at x - y.
    pub fn rest(&self, far: &FarImages, sum: f64, x: [f64; 3], y: [f64; 3]) -> f64 {
        match *self {
            Self::None => sum + far.uniform(),
            Self::Quadratic { varying, .. } => (sum - varying) - 2.0 * PI / 3.0 * (square(x) + square(y)),
            Self::Screened { constant, varying, screening } => {
                let (a, b) = (growth(screening * screening * square(x)), growth(screening * screening * square(y)));
                // i(x) i(y) - 1, so that the uniform part is only multiplied with what is small.
                let product = a + b + a * b;
                (sum - varying) - constant * product
            }
        }
    }
}

fn square(x: [f64; 3]) -> f64 {
    x.iter().map(|x| x * x).sum()
}

/// `sinh(z) / z - 1` for z^2, up to z = 2.
fn growth(z2: f64) -> f64 {
    let mut sum = 0.0;
    for k in (1..13).rev() {
        sum = z2 / f64::from(2 * k * (2 * k + 1)) * (1.0 + sum);
    }
    sum
}

/// `(z cosh(z) - sinh(z)) / z^3` for z^2: the slope of `sinh(z) / z`, divided by z.
fn slope(z2: f64) -> f64 {
    let mut sum = 0.0;
    for k in (1..13).rev() {
        let k = f64::from(k);
        sum = z2 / (2.0 * k * (2.0 * k + 3.0)) * (1.0 + sum);
    }
    (1.0 + sum) / 3.0
}

/// Moments of some sources, from which the background's potential follows anywhere in the cell.
#[derive(Clone, Copy, Debug)]
pub struct Moments {
    background: Background,
    centre: [f64; 3],
    period: f64,
    charge: f64,
    /// sum q y^2, or sum q (i(kappa y) - 1).
    second: f64,
}

impl Moments {
    /// Of charges at points in a cell; None if nothing was split off.
    pub fn of(
        background: Background,
        cell: &Cube,
        points: Points<'_, f64>,
        charge: &(dyn Fn(usize) -> f64 + Sync),
        progress: &mut Progress,
    ) -> Result<Option<Self>> {
        let place = cell.centre([0; 3], 0);
        let mut moments = Self { background, centre: place.high, period: cell.side, charge: 0.0, second: 0.0 };
        if matches!(background, Background::None) {
            return Ok(None);
        }
        let one = moments;
        let work = |(first, count): (usize, usize)| {
            let mut sums = (0.0, 0.0);
            for place in first..first + count {
                let y2 = square(one.from_centre([points.x[place], points.y[place], points.z[place]]));
                let (q, weight) = match background {
                    Background::Screened { screening, .. } => (charge(place), growth(screening * screening * y2)),
                    _ => (charge(place), y2),
                };
                sums.0 += q;
                sums.1 += q * weight;
            }
            Ok(sums)
        };
        let keep = |sums: (f64, f64)| {
            moments.charge += sums.0;
            moments.second += sums.1;
            Ok(())
        };
        threads::for_each_chunk(threads::ranges(points.len(), CHUNK), |_| 0, progress, work, keep)?;
        Ok(Some(moments))
    }

    fn from_centre(&self, x: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|axis| (x[axis] - self.centre[axis]) / self.period)
    }

    /// Potential at a point, and the three components of the gradient.
    pub fn at(&self, x: [f64; 3]) -> [f64; 4] {
        let x = self.from_centre(x);
        let x2 = square(x);
        let (potential, over_x) = match self.background {
            Background::None => (0.0, 0.0),
            Background::Quadratic { constant, .. } => {
                let curvature = 2.0 * PI / 3.0;
                (constant * self.charge + curvature * (self.charge * x2 + self.second), 2.0 * curvature * self.charge)
            }
            Background::Screened { constant, screening, .. } => {
                let (z2, sum) = (screening * screening * x2, self.charge + self.second);
                (constant * (1.0 + growth(z2)) * sum, constant * screening * screening * slope(z2) * sum)
            }
        };
        let (potential, over_x) = (potential / self.period, over_x / (self.period * self.period));
        [potential, over_x * x[0], over_x * x[1], over_x * x[2]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_and_slope_are_those_of_the_closed_forms() {
        for i in 1..200 {
            let z = 0.01 * f64::from(i);
            assert!((growth(z * z) - (z.sinh() / z - 1.0)).abs() < 4e-16 * z.cosh() / z, "{z}");
            let expected = (z * z.cosh() - z.sinh()) / z.powi(3);
            assert!((slope(z * z) - expected).abs() < 4e-16 / z.powi(3) + 1e-15, "{z}: {} {expected}", slope(z * z));
        }
    }

    /// The mean over the corners of a small cube minus the value, over h^2 / 2: the Laplacian to O(h^2).
    fn laplacian(f: impl Fn([f64; 3]) -> f64, x: [f64; 3], h: f64) -> f64 {
        let mut sum = -6.0 * f(x);
        for axis in 0..3 {
            for side in [-h, h] {
                let mut beside = x;
                beside[axis] += side;
                sum += f(beside);
            }
        }
        sum / (h * h)
    }

    #[test]
    fn what_is_left_for_expansions_solves_the_kernel_s_equation() {
        let y = [0.2, -0.4, 0.1];
        for screening in [0.0, 0.1, 1.5, 3.0] {
            let far = FarImages::new(screening).unwrap();
            let background = Background::new(screening, &far);
            let rest = |x: [f64; 3], y: [f64; 3]| background.rest(&far, far.varying(std::array::from_fn(|axis| x[axis] - y[axis])), x, y);
            for x in [[0.0; 3], [0.3, 0.1, -0.45], [0.5, -0.5, 0.5]] {
                // Differences have an error of h^2 times fourth derivatives, which are of the order of 1.
                let (along_x, along_y) = (laplacian(|x| rest(x, y), x, 0.01), laplacian(|y| rest(x, y), y, 0.01));
                let expected = screening * screening * rest(x, y);
                assert!((along_x - expected).abs() < 5e-3 && (along_y - expected).abs() < 5e-3, "{screening} {x:?}: {along_x} {along_y} {expected}");
            }
            if screening <= SMALL {
                assert!(rest([0.0; 3], [0.0; 3]).abs() < 1e-13);
            }
        }
    }
}
