//! The root of a cell that repeats: from its multipole to potentials on its check surface, by one matrix for all images that are more than a cell away.
//!
//! A root without children has its multipole from its sources, and its targets get charges at once. Its expansions are the first of a group of eight.

use super::particles::{Local, Near};
use super::upward::{Product, set_total};
use super::vectors::Pairs;
use crate::fmm::pairs::Look;
use super::{Charges, Frame, Level, Operator, Timings};
use crate::error::{Result, try_vec};
use crate::fmm::kernel::GreenFunction;
use crate::fmm::octets::{Packed, WIDTH};
use crate::fmm::periodic::Images;
use crate::simd::{Aligned, Real, dispatch};

pub(super) fn pass<T: Near, K: GreenFunction>(
    frame: &Frame<T, K>,
    images: &Images<T>,
    expansions: &mut [Level<T>],
    charges: &[Charges<'_, T>],
    timings: &Timings,
) -> Result<()> {
    let root = &frame.tree.nodes[0];
    if !root.has_sources() || !root.has_targets() {
        return Ok(());
    }
    let n = frame.surface.len();
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
                for (own, charges) in own[0].multipoles.slice_mut().chunks_exact_mut(n * WIDTH).zip(charges) {
                    set_total(own, 0, WIDTH, charges.own.iter().map(|q| q.to_f64()).sum());
                }
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
fn potentials_of_sources<T: Near, K: GreenFunction>(frame: &Frame<T, K>, charges: &[Charges<'_, T>]) -> Result<Aligned<T>> {
    let (n, vectors) = (frame.surface.len(), charges.len());
    let shell = frame.shells(0).outer_targets();
    let mut potentials = try_vec("multipoles", vectors * shell.len(), 0.0)?;
    let mut local = Local::default();
    local.set(&frame.sources, frame.tree.nodes[0].sources, frame.centre(0), 1)?;
    let own: Vec<&[T]> = charges.iter().map(|charges| charges.own).collect();
    let runs = &[0..local.points().len()];
    Pairs { simd: frame.simd, kernel: frame.kernel, look: Look::AtClosest, targets: shell, sources: local.points(), runs }.add_potentials(&own, &mut potentials);
    let mut checks = Aligned::zeros("multipoles", vectors * n * WIDTH)?;
    for (checks, potentials) in checks.slice_mut().chunks_exact_mut(n * WIDTH).zip(potentials.chunks_exact(shell.len())) {
        checks.chunks_exact_mut(WIDTH).zip(potentials).for_each(|(check, &potential)| check[0] = T::from_f64(potential));
    }
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
    let mut y = Aligned::zeros("local expansions", x.len() / matrix.columns().max(1) * matrix.rows())?;
    dispatch(frame.simd, Product { matrix, x, y: y.slice_mut() });
    Ok(y)
}

fn scale<T: Real>(numbers: &mut [T], factor: f64) {
    let factor = T::from_f64(factor);
    numbers.iter_mut().for_each(|x| *x = *x * factor);
}
