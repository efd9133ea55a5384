//! From the multipoles of boxes to local expansions of others of the same level: the ways there are.
//!
//! A translation is a matrix for each vector t from source to target, in boxes: potentials at the target's check surface of charges on the source's
//! equivalent surface. 316 vectors lead from a box to what does not touch it while the parents do. Whatever way, it carries the same numbers.

use super::Lattice;
use super::compression;
use super::matrices::Matrices;
use crate::error::Result;
use crate::fmm::kernel::GreenFunction;
use crate::fmm::surface::Surface;
use crate::simd::{Level, Real};

/// How multipoles are carried between boxes of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Translations {
    /// Convolutions in Fourier space, exact to rounding.
    Fourier,
    /// Matrices of low rank in a basis that all vectors share, to a third of the error of the order.
    Compressed,
    /// Whole matrices: a reference for the others, several times slower.
    Dense,
}

pub enum Across<T: Real> {
    Lattice(Lattice<T>),
    Matrices(Matrices<T>),
}

impl<T: Real> Across<T> {
    /// `threshold`: singular values of compressed matrices below that part of the largest are left out.
    pub fn new(way: Translations, kernel: impl GreenFunction, surface: &Surface, half_side: f64, threshold: f64, level: Level) -> Result<Self> {
        Ok(match way {
            Translations::Fourier => Self::Lattice(Lattice::new(kernel, surface, half_side)?),
            Translations::Compressed => Self::Matrices(compression::compressed(kernel, surface, half_side, threshold, level)?),
            Translations::Dense => Self::Matrices(Matrices::dense(kernel, surface, half_side)?),
        })
    }

    pub fn way(&self) -> Translations {
        match self {
            Self::Lattice(_) => Translations::Fourier,
            Self::Matrices(matrices) if matrices.basis.is_some() => Translations::Compressed,
            Self::Matrices(_) => Translations::Dense,
        }
    }

    pub fn bytes(&self) -> usize {
        match self {
            Self::Lattice(lattice) => lattice.bytes(),
            Self::Matrices(matrices) => matrices.bytes(),
        }
    }
}
