//! Down the tree: potentials on the check surfaces of a level's boxes, from coarse leaves next to their parents and from their parents' own.
//!
//! What a parent has on its check surface is carried to those of its children by the transpose of the matrix that takes children's charges to it. Leaves
//! get charges on their equivalent surfaces from the sum of all.

use super::particles::{Local, Near};
use super::upward::Product;
use super::vectors::Pairs;
use crate::fmm::pairs::Look;
use super::{Charges, Frame, GROUPS_PER_TASK, Level, Operator, Timings};
use crate::error::{Result, try_vec};
use crate::fmm::kernel::GreenFunction;
use crate::fmm::octets::WIDTH;
use crate::fmm::tree::ITSELF;
use crate::simd::{Aligned, dispatch};
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
    let (above, own) = expansions.split_at_mut(level);
    let above = above[level - 1].locals.slice();
    let locals = own[0].locals.slice_mut().chunks_mut(GROUPS_PER_TASK * vectors * n * WIDTH);
    let first_group = frame.groups_of_level(level).start;
    let work = |(chunk, locals): (usize, &mut [T])| {
        let first_group = first_group + chunk * GROUPS_PER_TASK;
        let mut task = Downward { frame, level, first_group, charges, locals };
        if !task.any_targets() {
            return Ok(());
        }
        timings.time(Operator::ParticlesToLocals, || task.coarser_leaves())?;
        timings.time(Operator::LocalsToLocals, || {
            if level > frame.top() {
                task.from_parents(above)?;
            }
            task.charges_of_leaves()
        })
    };
    threads::for_each_chunk(locals.enumerate(), |_| 0, progress, work, |()| Ok(()))
}

struct Downward<'a, T: Near, K> {
    frame: &'a Frame<T, K>,
    level: usize,
    first_group: usize,
    charges: &'a [Charges<'a, T>],
    /// [group][vector][n][8] of this task.
    locals: &'a mut [T],
}

impl<T: Near, K: GreenFunction> Downward<'_, T, K> {
    fn groups(&self) -> usize {
        self.locals.len() / (self.charges.len() * self.frame.surface.len() * WIDTH)
    }

    fn box_of(&self, group: usize) -> usize {
        self.frame.group_boxes[self.first_group + group] as usize
    }

    fn any_targets(&self) -> bool {
        (0..self.groups()).any(|group| self.frame.tree.nodes[self.box_of(group)].has_targets())
    }

    fn coarser_leaves(&mut self) -> Result<()> {
        let (frame, n, vectors) = (self.frame, self.frame.surface.len(), self.charges.len());
        let shell = frame.shells(self.level).inner_targets();
        let mut potentials = try_vec("local expansions", vectors * shell.len(), 0.0)?;
        let mut local = Local::default();
        for group in 0..self.groups() {
            for index in frame.tree.nodes[self.box_of(group)].children() {
                let coarser = frame.lists.coarser.row(index).iter().map(|&leaf| (ITSELF, leaf));
                let images = frame.lists.images.as_ref().map_or(&[][..], |images| images.coarser.row(index)).iter().copied();
                let mut coarser = coarser.chain(images).peekable();
                if coarser.peek().is_none() {
                    continue;
                }
                potentials.fill(0.0);
                for (image, leaf) in coarser {
                    let sources = frame.tree.nodes[leaf as usize].sources;
                    // An image of the leaf as seen from here is the leaf as seen from the opposite image of this box.
                    let centre = frame.centre(index).moved(frame.tree.cube.displacement(image).map(|x| -x));
                    local.set(&frame.sources, sources, centre, 1)?;
                    let charges: Vec<&[T]> = self.charges.iter().map(|charges| &charges.own[sources.0 as usize..][..sources.1 as usize]).collect();
                    let runs = &[0..sources.1 as usize];
                    let pairs = Pairs { simd: frame.simd, kernel: frame.kernel, look: Look::AtClosest, targets: shell, sources: local.points(), runs };
                    pairs.add_potentials(&charges, &mut potentials);
                }
                let octant = frame.tree.nodes[index].octant();
                let own = self.locals[group * vectors * n * WIDTH..].chunks_exact_mut(n * WIDTH);
                for (own, potentials) in own.zip(potentials.chunks_exact(shell.len())) {
                    for (i, &potential) in potentials[..n].iter().enumerate() {
                        own[i * WIDTH + octant] = own[i * WIDTH + octant] + T::from_f64(potential);
                    }
                }
            }
        }
        Ok(())
    }

    fn from_parents(&mut self, above: &[T]) -> Result<()> {
        let (frame, n, vectors) = (self.frame, self.frame.surface.len(), self.charges.len());
        let mirrored = &frame.surface.mirrored;
        let mut x = Aligned::zeros("local expansions", self.locals.len())?;
        for group in 0..self.groups() {
            let (_, place, parent_octant) = frame.place(self.box_of(group));
            let parents = above[place * vectors * n * WIDTH..].chunks_exact(n * WIDTH);
            let x = x.slice_mut()[group * vectors * n * WIDTH..][..vectors * n * WIDTH].chunks_exact_mut(n * WIDTH);
            for (x, parent) in x.zip(parents) {
                for (octant, mirrored) in mirrored.iter().enumerate() {
                    for (i, &from) in mirrored.iter().enumerate() {
                        x[i * WIDTH + octant] = parent[from as usize * WIDTH + parent_octant];
                    }
                }
            }
        }
        let mut y = Aligned::zeros("local expansions", self.locals.len())?;
        let (operators, _) = frame.operators(self.level - 1);
        dispatch(frame.simd, Product { matrix: &operators.from_parent, x: x.slice(), y: y.slice_mut() });
        for (y, own) in y.slice().chunks_exact(n * WIDTH).zip(self.locals.chunks_exact_mut(n * WIDTH)) {
            for (octant, mirrored) in mirrored.iter().enumerate() {
                for (i, &to) in mirrored.iter().enumerate() {
                    let own = &mut own[to as usize * WIDTH + octant];
                    *own = *own + y[i * WIDTH + octant];
                }
            }
        }
        Ok(())
    }

    fn charges_of_leaves(&mut self) -> Result<()> {
        let (frame, n, vectors) = (self.frame, self.frame.surface.len(), self.charges.len());
        let (operators, size) = frame.operators(self.level);
        let kept = operators.downward[0].rows();
        let mut middle = Aligned::zeros("local expansions", vectors * kept * WIDTH)?;
        let mut charges = Aligned::zeros("local expansions", vectors * n * WIDTH)?;
        let size = T::from_f64(size);
        for group in 0..self.groups() {
            let children = frame.tree.nodes[self.box_of(group)].children();
            let octants = children.map(|index| &frame.tree.nodes[index]).filter(|node| node.is_leaf() && node.has_targets());
            let octants = octants.map(|node| node.octant());
            if octants.clone().next().is_none() {
                continue;
            }
            let own = &mut self.locals[group * vectors * n * WIDTH..][..vectors * n * WIDTH];
            dispatch(frame.simd, Product { matrix: &operators.downward[0], x: own, y: middle.slice_mut() });
            dispatch(frame.simd, Product { matrix: &operators.downward[1], x: middle.slice(), y: charges.slice_mut() });
            for octant in octants {
                for i in 0..vectors * n {
                    own[i * WIDTH + octant] = charges.slice()[i * WIDTH + octant] * size;
                }
            }
        }
        Ok(())
    }
}
