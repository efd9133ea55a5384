//! The root of a cell that repeats: from its multipole to potentials on its check surface, by one matrix for all images that are more than a cell away.
//!
//! A root without children has its multipole from its sources, and its targets get charges at once. Its expansions are the first of a group of eight.

use super::particles::{Local, Near};
use super::upward::{Product, SumPotentials, set_total};
use super::{Frame, Level, Operator, Timings};
use crate::error::{Result, try_vec};
use crate::fmm::kernel::GreenFunction;
use crate::fmm::octets::{Packed, WIDTH};
use crate::fmm::periodic::Images;
use crate::simd::{Aligned, Real, dispatch};

pub(super) fn pass<T: Near, K: GreenFunction>(
    frame: &Frame<T, K>,
    images: &Images<T>,
    expansions: &mut [Level<T>],
    charges: &[T],
    timings: &Timings,
) -> Result<()> {
    let root = &frame.tree.nodes[0];
    if !root.has_sources() || !root.has_targets() {
        return Ok(());
    }
    let (own, below) = expansions.split_at_mut(1);
    let (operators, size) = frame.operators(0);
    if let Some(below) = below.first() {
        let multipole = own[0].multipoles.slice_mut().chunks_exact_mut(WIDTH);
        multipole.zip(below.of_parents.slice()).for_each(|(own, &charge)| own[0] = charge);
    } else {
        timings.time(Operator::ParticlesToMultipoles, || {
            let checks = potentials_of_sources(frame, charges)?;
            charges_on_surface(frame, &operators.upward, &checks, size, own[0].multipoles.slice_mut())?;
            if frame.keeps_charges() {
                set_total(own[0].multipoles.slice_mut(), 0, WIDTH, charges.iter().map(|q| q.to_f64()).sum());
            }
            Ok(())
        })?;
    }
    let locals = timings.time(Operator::MultipolesToLocals, || {
        let mut locals = product(frame, &images.matrix, own[0].multipoles.slice())?;
        scale(locals.slice_mut(), 1.0 / frame.tree.cube.side);
        Ok(locals)
    })?;
    if root.is_leaf() {
        timings.time(Operator::LocalsToLocals, || charges_on_surface(frame, &operators.downward, &locals, size, own[0].locals.slice_mut()))
    } else {
        own[0].locals = locals;
        Ok(())
    }
}

/// On the root's upward check surface.
fn potentials_of_sources<T: Near, K: GreenFunction>(frame: &Frame<T, K>, charges: &[T]) -> Result<Aligned<T>> {
    let n = frame.surface.len();
    let shell = frame.shells(0).outer_targets();
    let mut potentials = try_vec("multipoles", shell.len(), 0.0)?;
    let mut local = Local::default();
    local.set(&frame.sources, frame.tree.nodes[0].sources, frame.centre(0), 1)?;
    dispatch(frame.simd, SumPotentials { kernel: frame.kernel, targets: shell, sources: local.points(), charges, potentials: &mut potentials });
    let mut checks = Aligned::zeros("multipoles", n * WIDTH)?;
    checks.slice_mut().chunks_exact_mut(WIDTH).zip(&potentials).for_each(|(check, &potential)| check[0] = T::from_f64(potential));
    Ok(checks)
}

/// Charges that give the potentials on a check surface.
fn charges_on_surface<T: Near, K: GreenFunction>(
    frame: &Frame<T, K>,
    factors: &[Packed<T>; 2],
    checks: &Aligned<T>,
    size: f64,
    charges: &mut [T],
) -> Result<()> {
    let middle = product(frame, &factors[0], checks.slice())?;
    dispatch(frame.simd, Product { matrix: &factors[1], x: middle.slice(), y: charges });
    scale(charges, size);
    Ok(())
}

fn product<T: Near, K: GreenFunction>(frame: &Frame<T, K>, matrix: &Packed<T>, x: &[T]) -> Result<Aligned<T>> {
    let mut y = Aligned::zeros("local expansions", matrix.rows() * WIDTH)?;
    dispatch(frame.simd, Product { matrix, x, y: y.slice_mut() });
    Ok(y)
}

fn scale<T: Real>(numbers: &mut [T], factor: f64) {
    let factor = T::from_f64(factor);
    numbers.iter_mut().for_each(|x| *x = *x * factor);
}
