//! Checks of single configurations, and the messages of those that fail.

use super::super::range::{LARGEST_COMPONENT, LARGEST_ENERGY};
use super::{Changes, SYMMETRY_TOLERANCE, System};
use crate::error::{Error, Number, Result, Status, try_vec};
use crate::linalg::transposed;
use crate::simd::{Lanes, Level};

impl System<'_> {
    /// The message for a group whose Hamiltonians failed a check.
    #[cold]
    pub(super) fn diagnose_matrices(&self, first: usize, count: usize) -> Error {
        (first..first + count)
            .find_map(|c| self.check_matrix(c).err())
            .unwrap_or_else(|| Error::new(Status::Internal, "hamiltonians: a check failed that cannot be repeated"))
    }

    /// The message for a group whose dipoles or positions failed a check.
    #[cold]
    pub(super) fn diagnose_geometry(&self, first: usize, count: usize, changes: &Changes) -> Error {
        (first..first + count).find_map(|c| self.check_geometry(c).err()).unwrap_or_else(|| {
            if changes.dipoles.is_empty() && changes.positions.is_empty() {
                return Error::new(Status::Internal, "dipoles: a check failed that cannot be repeated");
            }
            let range = Number(LARGEST_COMPONENT);
            let text = format!(
                "values: they take dipoles or positions of a configuration in {first}..{} beyond {range}, where strengths overflow; use \
                 smaller scales and shifts",
                first + count
            );
            Error::new(Status::Argument, text)
        })
    }

    /// All checks of one configuration.
    #[inline(always)]
    pub fn check<V: Lanes>(&self, c: usize) -> Result<()> {
        if !self.is_clearly_symmetric::<V>(c) {
            self.check_matrix(c)?;
        }
        self.check_geometry(c)
    }

    /// Whether a Hamiltonian that lies gapless in memory passes its checks, exactly symmetric; a `false` says nothing.
    #[inline(always)]
    fn is_clearly_symmetric<V: Lanes>(&self, c: usize) -> bool {
        let n = self.n();
        let Some(matrix) = self.hamiltonians.contiguous(c).filter(|_| self.keeps_all()) else { return false };
        transposed::is_symmetric_and_finite::<V>(matrix, n)
            && (!self.needs.rotation
                || (0..n).all(|i| matrix[i * n + i] + self.energy_offset > 0.0) && are_all_within::<V>(matrix, LARGEST_ENERGY))
    }

    /// Whether dipoles and positions that lie gapless in memory pass their checks; a `false` says nothing. What all
    /// configurations share is looked at with the first.
    #[inline(always)]
    pub fn has_clearly_finite_geometry<V: Lanes>(&self, first: usize, count: usize) -> bool {
        if self.normalize_dipoles || !self.keeps_all() {
            return false;
        }
        let dipoles = self.dipoles.filter(|_| self.needs.dipoles);
        let positions = self.positions.filter(|_| self.needs.rotation);
        for vectors in [dipoles, positions].into_iter().flatten() {
            let looked_at = match (vectors.is_shared_along_first_axis(), first) {
                (true, 0) => 0..1,
                (true, _) => 0..0,
                (false, _) => first..first + count,
            };
            for c in looked_at {
                let Some(numbers) = vectors.contiguous(c) else { return false };
                if !are_all_within::<V>(numbers, LARGEST_COMPONENT) {
                    return false;
                }
            }
        }
        true
    }

    /// All checks of one Hamiltonian, element by element.
    fn check_matrix(&self, c: usize) -> Result<()> {
        let mut numbers = try_vec("disorder", self.spread.map_or(0, |spread| spread.numbers()), 0.0)?;
        if let Some(spread) = &self.spread {
            spread.draw(Level::current()?, c, &mut numbers);
        }
        let at = |i: usize, j: usize| {
            let (site, other) = (self.kept[i], self.kept[j]);
            let element = self.hamiltonians.at([c, site, other]);
            self.spread.map_or(element, |spread| spread.moved(&numbers, site.max(other), site.min(other), element))
        };
        let name = |i: usize, j: usize| format!("({}, {})", self.kept[i], self.kept[j]);
        let n = self.n();
        let mut largest: f64 = 0.0;
        for (i, j) in (0..n * n).map(|ij| (ij / n, ij % n)) {
            if !at(i, j).is_finite() {
                return Err(Error::new(
                    Status::Nonfinite,
                    format!(
                        "hamiltonians: element {} of configuration {c} is {}; leave this configuration out or repair \
                         it",
                        name(i, j),
                        at(i, j)
                    ),
                ));
            }
            largest = largest.max(at(i, j).abs());
        }
        for (i, j) in (0..n).flat_map(|i| (0..i).map(move |j| (i, j))) {
            let asymmetric = (at(i, j) - at(j, i)).abs() > SYMMETRY_TOLERANCE * largest;
            if asymmetric {
                return Err(Error::new(
                    Status::Argument,
                    format!(
                        "hamiltonians: configuration {c} is not symmetric: element {} is {} but {} is {}; pass \
                         (H + H^T) / 2 if the difference is rounding",
                        name(i, j),
                        Number(at(i, j)),
                        name(j, i),
                        Number(at(j, i))
                    ),
                ));
            }
        }
        if self.needs.rotation && largest > LARGEST_ENERGY {
            return Err(Error::new(
                Status::Argument,
                format!(
                    "hamiltonians: configuration {c} has an element of magnitude {}; rotational strengths overflow beyond {} cm-1",
                    Number(largest),
                    Number(LARGEST_ENERGY)
                ),
            ));
        }
        let not_absolute = |&i: &usize| at(i, i) + self.energy_offset <= 0.0;
        if self.needs.rotation
            && let Some(i) = (0..n).find(not_absolute)
        {
            return Err(Error::new(
                Status::Argument,
                format!(
                    "hamiltonians: site energy {} of configuration {c} is {} cm-1 with energy_offset {}; rotational \
                     strengths need absolute energies: set energy_offset to the reference that was taken off",
                    name(i, i),
                    Number(at(i, i) + self.energy_offset),
                    Number(self.energy_offset)
                ),
            ));
        }
        Ok(())
    }

    /// All checks of one set of dipoles and positions, element by element.
    fn check_geometry(&self, c: usize) -> Result<()> {
        let dipoles = self.dipoles.filter(|_| self.needs.dipoles);
        let positions = self.positions.filter(|_| self.needs.rotation);
        for vectors in [dipoles, positions].into_iter().flatten() {
            for (&site, x) in self.kept.iter().flat_map(|site| (0..3).map(move |x| (site, x))) {
                let value = vectors.at([c, site, x]);
                if !value.is_finite() {
                    return Err(Error::new(
                        Status::Nonfinite,
                        format!(
                            "{}: element ({site}, {x}) of configuration {c} is {value}; leave this configuration out \
                             or repair it",
                            vectors.name()
                        ),
                    ));
                }
                if value.abs() > LARGEST_COMPONENT {
                    return Err(Error::new(
                        Status::Argument,
                        format!(
                            "{}: element ({site}, {x}) of configuration {c} is {}; strengths overflow beyond {}: use a larger unit",
                            vectors.name(),
                            Number(value),
                            Number(LARGEST_COMPONENT)
                        ),
                    ));
                }
            }
        }
        if let Some(dipoles) = dipoles.filter(|_| self.normalize_dipoles) {
            let squares = self.kept.iter().flat_map(|&site| (0..3).map(move |x| dipoles.at([c, site, x]).powi(2)));
            let strength: f64 = squares.sum();
            if !(strength > 0.0 && strength.is_finite()) && self.n() > 0 {
                return Err(Error::new(
                    Status::Argument,
                    format!(
                        "dipoles: the squares of configuration {c} sum to {strength}, which normalize_dipoles cannot \
                         divide by"
                    ),
                ));
            }
        }
        Ok(())
    }
}

/// Whether no number is beyond `limit`; false for NaN.
#[inline(always)]
fn are_all_within<V: Lanes>(numbers: &[f64], limit: f64) -> bool {
    let most = V::splat(limit);
    let mut within = V::zero().less_equal(most);
    let mut at = 0;
    while at + V::WIDTH <= numbers.len() {
        within = within & V::load(&numbers[at..]).abs().less_equal(most);
        at += V::WIDTH;
    }
    V::all(within) && numbers[at..].iter().all(|x| x.abs() <= limit)
}
