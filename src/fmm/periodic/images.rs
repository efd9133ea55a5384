//! The far images of the cell: from the charges on the root's upward equivalent surface to potentials on its downward check surface.
//!
//! An image two cells away is as far from the root as the nearest boxes that translations of a level reach, so both surfaces serve, and one matrix sums over all images.
//! Its elements depend on differences of grid points alone but for what `background` splits off: a table of p^3 sums. It is made for a cell of side 1; potentials in one of
//! side L are 1 / L times as large.

use super::background::{Background, Moments};
use super::ewald::FarImages;
use crate::error::{Result, try_vec};
use crate::fmm::octets::Packed;
use crate::fmm::pairs::Points;
use crate::fmm::passes::Charges;
use crate::fmm::surface::{INNER, Surface};
use crate::fmm::tree::Cube;
use crate::simd::Real;
use crate::threads::Progress;

pub struct Images<T: Real> {
    pub matrix: Packed<T>,
    pub background: Background,
}

impl<T: Real> Images<T> {
    /// For a screening in 1 / period, 0 for Laplace's kernel.
    pub fn new(screening: f64, surface: &Surface) -> Result<Self> {
        let p = surface.order;
        let far = FarImages::new(screening)?;
        let background = Background::new(screening, &far);
        let spacing = INNER / (p - 1) as f64;
        let mut sums = try_vec("operators", p * p * p, 0.0)?;
        let number = |[a, b, c]: [usize; 3]| (a * p + b) * p + c;
        for a in 0..p {
            for b in 0..=a {
                for c in 0..=b {
                    let sum = far.varying([a, b, c].map(|steps| spacing * steps as f64));
                    for place in [[a, b, c], [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]] {
                        sums[number(place)] = sum;
                    }
                }
            }
        }
        let place = |index: usize| surface.point(index).map(|x| 0.5 * INNER * x);
        let matrix = Packed::new(surface.len(), surface.len(), |i, j| {
            let steps = std::array::from_fn(|axis| surface.places[i][axis].abs_diff(surface.places[j][axis]));
            background.rest(&far, sums[number(steps)], place(i), place(j))
        })?;
        Ok(Self { matrix, background })
    }

    /// Moments of charges in the order of these points.
    pub fn moments(&self, cell: &Cube, points: Points<'_, f64>, charges: Charges<'_, T>, progress: &mut Progress) -> Result<Option<Moments>> {
        let charge = |place: usize| if charges.double.is_empty() { charges.own[place].to_f64() } else { charges.double[place] };
        Moments::of(self.background, cell, points, &charge, progress)
    }

    pub fn bytes(&self) -> usize {
        self.matrix.bytes()
    }
}
