//! Disorder that is drawn as configurations are loaded.

use super::System;
use crate::error::{Result, try_vec};
use crate::exciton::disorder::Spread;
use crate::simd::{Lanes, Level};

/// Memory for the random numbers of a group's members; lanes last.
pub struct Draws {
    level: Level,
    of_one: Vec<f64>,
    in_lanes: Vec<f64>,
}

impl System<'_> {
    /// Memory for what `pack_matrices` draws in groups of `width`.
    pub fn draws(&self, width: usize) -> Result<Draws> {
        let len = self.spread.map_or(0, |spread| spread.numbers());
        Ok(Draws {
            level: Level::current()?,
            of_one: try_vec("disorder", len, 0.0)?,
            in_lanes: try_vec("disorder", len.saturating_mul(width), 0.0)?,
        })
    }

    /// Turns Hamiltonians in lanes into members: the sums of `Spread::moved`, term by term.
    #[inline(always)]
    pub(super) fn add_disorder<V: Lanes>(&self, spread: &Spread, first: usize, count: usize, draws: &mut Draws, matrix: &mut [V]) {
        let n = self.n();
        for lane in 0..V::WIDTH {
            spread.draw(draws.level, first + lane.min(count - 1), &mut draws.of_one);
            for (z, numbers) in draws.of_one.iter().zip(draws.in_lanes.chunks_exact_mut(V::WIDTH)) {
                numbers[lane] = *z;
            }
        }
        let n_factor = spread.site_factor.dims()[1];
        for (i, &site) in self.kept.iter().enumerate() {
            let mut energy = matrix[i * n + i];
            for (k, z) in draws.in_lanes.chunks_exact(V::WIDTH).take(n_factor).enumerate() {
                energy = energy + V::splat(spread.site_factor.at([site, k])) * V::load(z);
            }
            matrix[i * n + i] = energy;
            let Some(sigma) = &spread.coupling_sigma else { continue };
            for (j, &other) in self.kept[..i].iter().enumerate() {
                let z = V::load(&draws.in_lanes[spread.pair(site, other) * V::WIDTH..]);
                let change = V::splat(sigma.at([site, other])) * z;
                matrix[i * n + j] = matrix[i * n + j] + change;
                matrix[j * n + i] = matrix[j * n + i] + change;
            }
        }
    }
}
