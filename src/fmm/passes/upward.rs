//! Up the tree: multipoles of a level from sources in leaves and from the level below, and from them what their parents get.
//!
//! A leaf's sources give potentials on its upward check surface, from which two matrices make charges on the equivalent surface. Children's charges make
//! their parent's by one matrix for all eight, because a child is the mirror image of child 0: its numbers are read and written at mirrored places.

use super::vectors::Pairs;
use crate::fmm::pairs::Look;
use super::{Charges, Frame, GROUPS_PER_TASK, Level, Operator, Timings};
use super::particles::{Local, Near};
use crate::error::{Result, try_vec};
use crate::fmm::kernel::GreenFunction;
use crate::fmm::octets::{WIDTH, multiply};
use crate::simd::{Aligned, Kernel, Lanes, Real, dispatch};
use crate::threads::{self, Progress};

pub(super) fn pass<T: Near, K: GreenFunction>(
    frame: &Frame<T, K>,
    level: usize,
    expansions: &mut [Level<T>],
    charges: &[Charges<'_, T>],
    timings: &Timings,
    progress: &mut Progress,
) -> Result<()> {
    let (n, vectors) = (frame.surface.len(), charges.len());
    let (own, below) = expansions[level..].split_at_mut(1);
    let below = below.first();
    let multipoles = own[0].multipoles.slice_mut().chunks_mut(GROUPS_PER_TASK * vectors * n * WIDTH);
    let of_parents = own[0].of_parents.slice_mut().chunks_mut(GROUPS_PER_TASK * vectors * n);
    let first_group = frame.groups_of_level(level).start;
    let work = |(chunk, (multipoles, of_parents)): (usize, (&mut [T], &mut [T]))| {
        let first_group = first_group + chunk * GROUPS_PER_TASK;
        let mut task = Upward { frame, level, first_group, below, charges, timings, multipoles, of_parents };
        if task.any_sources() { task.run() } else { Ok(()) }
    };
    threads::for_each_chunk(multipoles.zip(of_parents).enumerate(), |_| 0, progress, work, |()| Ok(()))
}

struct Upward<'a, T: Near, K> {
    frame: &'a Frame<T, K>,
    level: usize,
    first_group: usize,
    below: Option<&'a Level<T>>,
    charges: &'a [Charges<'a, T>],
    timings: &'a Timings,
    /// [group][vector][n][8] and [group][vector][n] of this task.
    multipoles: &'a mut [T],
    of_parents: &'a mut [T],
}

impl<T: Near, K: GreenFunction> Upward<'_, T, K> {
    fn groups(&self) -> usize {
        self.of_parents.len() / (self.charges.len() * self.frame.surface.len())
    }

    fn box_of(&self, group: usize) -> usize {
        self.frame.group_boxes[self.first_group + group] as usize
    }

    fn any_sources(&self) -> bool {
        (0..self.groups()).any(|group| self.frame.tree.nodes[self.box_of(group)].has_sources())
    }

    fn run(&mut self) -> Result<()> {
        let (timings, level) = (self.timings, self.level);
        timings.time(Operator::ParticlesToMultipoles, || self.leaves())?;
        timings.time(Operator::MultipolesToMultipoles, || {
            self.copy_from_below();
            if level > self.frame.top() { self.to_parents() } else { Ok(()) }
        })
    }

    fn leaves(&mut self) -> Result<()> {
        let (frame, n, vectors) = (self.frame, self.frame.surface.len(), self.charges.len());
        let (operators, size) = frame.operators(self.level);
        let mut checks = Aligned::<T>::zeros("multipoles", self.multipoles.len())?;
        let shell = frame.shells(self.level).outer_targets();
        let mut potentials = try_vec("multipoles", vectors * shell.len(), 0.0)?;
        let mut local = Local::default();
        let mut is_any = false;
        for group in 0..self.groups() {
            for index in frame.tree.nodes[self.box_of(group)].children() {
                let node = &frame.tree.nodes[index];
                if !node.is_leaf() || !node.has_sources() {
                    continue;
                }
                is_any = true;
                let (first, count) = node.sources;
                local.set(&frame.sources, node.sources, frame.centre(index), 1)?;
                potentials.fill(0.0);
                let charges: Vec<&[T]> = self.charges.iter().map(|charges| &charges.own[first as usize..][..count as usize]).collect();
                let runs = &[0..count as usize];
                let pairs = Pairs { simd: frame.simd, kernel: frame.kernel, look: Look::AtClosest, targets: shell, sources: local.points(), runs };
                pairs.add_potentials(&charges, &mut potentials);
                let octant = node.octant();
                let checks = checks.slice_mut()[group * vectors * n * WIDTH..].chunks_exact_mut(n * WIDTH);
                for (checks, potentials) in checks.zip(potentials.chunks_exact(shell.len())) {
                    for (i, &potential) in potentials[..n].iter().enumerate() {
                        checks[i * WIDTH + octant] = T::from_f64(potential);
                    }
                }
            }
        }
        if !is_any {
            return Ok(());
        }
        let kept = operators.upward[0].rows();
        let mut middle = Aligned::zeros("multipoles", self.groups() * vectors * kept * WIDTH)?;
        dispatch(frame.simd, Product { matrix: &operators.upward[0], x: checks.slice(), y: middle.slice_mut() });
        dispatch(frame.simd, Product { matrix: &operators.upward[1], x: middle.slice(), y: self.multipoles });
        let size = T::from_f64(size);
        self.multipoles.iter_mut().for_each(|charge| *charge = *charge * size);
        if frame.keeps_charges() {
            self.keep_charges_of_leaves();
        }
        Ok(())
    }

    fn keep_charges_of_leaves(&mut self) {
        let (frame, n, vectors) = (self.frame, self.frame.surface.len(), self.charges.len());
        for group in 0..self.groups() {
            let leaves = frame.tree.nodes[self.box_of(group)].children().map(|index| &frame.tree.nodes[index]);
            for node in leaves.filter(|node| node.is_leaf() && node.has_sources()) {
                let (first, count) = node.sources;
                let own = self.multipoles[group * vectors * n * WIDTH..].chunks_exact_mut(n * WIDTH);
                for (own, charges) in own.zip(self.charges) {
                    let total = charges.own[first as usize..][..count as usize].iter().map(|q| q.to_f64()).sum();
                    set_total(own, node.octant(), WIDTH, total);
                }
            }
        }
    }

    /// Multipoles of boxes that have children, which the level below has made.
    fn copy_from_below(&mut self) {
        let (frame, n, vectors) = (self.frame, self.frame.surface.len(), self.charges.len());
        for group in 0..self.groups() {
            for index in frame.tree.nodes[self.box_of(group)].children() {
                let node = &frame.tree.nodes[index];
                if node.is_leaf() {
                    continue;
                }
                let below = self.below.expect("a box with children has a level below");
                let place = node.group as usize - frame.groups_of_level(self.level + 1).start;
                let charges = below.of_parents.slice()[place * vectors * n..][..vectors * n].chunks_exact(n);
                let own = self.multipoles[group * vectors * n * WIDTH..].chunks_exact_mut(n * WIDTH);
                for (own, charges) in own.zip(charges) {
                    for (i, &charge) in charges.iter().enumerate() {
                        own[i * WIDTH + node.octant()] = charge;
                    }
                }
            }
        }
    }

    fn to_parents(&mut self) -> Result<()> {
        let (frame, n) = (self.frame, self.frame.surface.len());
        let mirrored = &frame.surface.mirrored;
        let mut x = Aligned::zeros("multipoles", self.multipoles.len())?;
        for (x, own) in x.slice_mut().chunks_exact_mut(n * WIDTH).zip(self.multipoles.chunks_exact(n * WIDTH)) {
            for (octant, mirrored) in mirrored.iter().enumerate() {
                for (i, &place) in mirrored.iter().enumerate() {
                    x[i * WIDTH + octant] = own[place as usize * WIDTH + octant];
                }
            }
        }
        let mut y = Aligned::zeros("multipoles", self.multipoles.len())?;
        let (operators, _) = frame.operators(self.level - 1);
        dispatch(frame.simd, Product { matrix: &operators.to_parent, x: x.slice(), y: y.slice_mut() });
        for (y, parent) in y.slice().chunks_exact(n * WIDTH).zip(self.of_parents.chunks_exact_mut(n)) {
            for (octant, mirrored) in mirrored.iter().enumerate() {
                for (i, &place) in mirrored.iter().enumerate() {
                    parent[place as usize] = parent[place as usize] + y[i * WIDTH + octant];
                }
            }
        }
        if frame.keeps_charges() {
            for (own, parent) in self.multipoles.chunks_exact(n * WIDTH).zip(self.of_parents.chunks_exact_mut(n)) {
                set_total(parent, 0, 1, own.iter().map(|q| q.to_f64()).sum());
            }
        }
        Ok(())
    }
}

/// Shifts every so many-th number, from some place on, such that their sum is `total`.
///
/// The charges of a multipole give the right potentials at the points of the check surface, not the right total charge: it is wrong by the part of high moments that these
/// points do not tell from a charge. In open space other errors are as large. In a cell that repeats the images of a charge add up to 20 times what it gives one
/// period away, before the background takes that away again.
pub(super) fn set_total<T: Real>(numbers: &mut [T], first: usize, step: usize, total: f64) {
    let mut count = 0;
    let mut sum = 0.0;
    for number in numbers.iter().skip(first).step_by(step) {
        sum += number.to_f64();
        count += 1;
    }
    let shift = (total - sum) / f64::from(count);
    for number in numbers.iter_mut().skip(first).step_by(step) {
        *number = T::from_f64(number.to_f64() + shift);
    }
}

/// `octets::multiply` at the machine's level.
pub(super) struct Product<'a, T: Near> {
    pub matrix: &'a crate::fmm::octets::Packed<T>,
    pub x: &'a [T],
    pub y: &'a mut [T],
}

impl<T: Near> Kernel<T> for Product<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        multiply::<T, V>(self.matrix, self.x, self.y);
    }
}
