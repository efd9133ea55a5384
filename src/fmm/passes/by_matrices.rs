//! Across a level by matrices: multipoles of boxes to potentials on the check surfaces of those that are near but do not touch them.
//!
//! Multipoles of all boxes go into the basis of the matrices first, and potentials out of it at the end. Between them, for a block of targets, one vector from source to
//! target after another: a class's matrices stay in the caches while the pairs of boxes with that vector pass, gathered and turned. A task owns its
//! targets and adds what arrives in the order of the vectors. Bound by multiplications (`rows`); turning and adding are a tenth of them.

use super::particles::Near;
use super::upward::Product;
use super::{Frame, Level, Operator, Timings};
use crate::error::{Error, Result, try_vec};
use crate::fmm::kernel::GreenFunction;
use crate::fmm::octets::WIDTH;
use crate::fmm::operators::{Matrices, Turn, VECTORS};
use crate::fmm::rows::{Rows, multiply};
use crate::fmm::tree::NONE;
use crate::simd::{Aligned, Kernel, Lanes, claim, dispatch};
use crate::threads::{self, Progress};

/// Groups of targets of a task.
const GROUPS: usize = 32;
/// Pairs of boxes whose numbers are multiplied together.
const PAIRS: usize = 48;
const DIRECTIONS: usize = 27;

/// A pair of boxes' children: direction from target's parent to source's, and which children.
#[derive(Clone, Copy)]
struct Children {
    direction: usize,
    source: usize,
    target: usize,
}

pub(super) fn pass<T: Near, K: GreenFunction>(
    frame: &Frame<T, K>,
    level: usize,
    own: &mut Level<T>,
    matrices: &Matrices<T>,
    timings: &Timings,
    progress: &mut Progress,
) -> Result<()> {
    let (n, vectors, len) = (frame.surface.len(), own.vectors, matrices.padded);
    if len == 0 {
        return Ok(());
    }
    let first_group = frame.groups_of_level(level).start;
    let groups = frame.groups_of_level(level).len();
    // [group][vector][child][padded]
    let mut sources = Aligned::<T>::zeros("translations", groups * vectors * WIDTH * len)?;
    let multipoles = own.multipoles.slice().chunks(GROUPS * n * WIDTH);
    let work = |(multipoles, sources): (&[T], &mut [T])| {
        timings.time(Operator::MultipolesToLocals, || match &matrices.basis {
            None => {
                from_octets(multipoles, n, sources, len);
                Ok(())
            }
            Some([into, _]) => {
                let mut middle = Aligned::zeros("translations", sources.len())?;
                dispatch(frame.simd, Product { matrix: into, x: multipoles, y: middle.slice_mut() });
                from_octets(middle.slice(), len, sources, len);
                Ok(())
            }
        })
    };
    threads::for_each_chunk(multipoles.zip(sources.slice_mut().chunks_mut(GROUPS * WIDTH * len)), |_| 0, progress, work, |()| Ok(()))?;

    let mut masks = try_vec("translations", groups, (0u8, 0u8))?;
    for (place, masks) in masks.iter_mut().enumerate() {
        for child in frame.tree.nodes[frame.group_boxes[first_group + place] as usize].children().map(|child| &frame.tree.nodes[child]) {
            masks.0 |= u8::from(child.has_sources()) << child.octant();
            masks.1 |= u8::from(child.has_targets()) << child.octant();
        }
    }
    let of_vectors = children_of_vectors();
    let scale = T::from_f64(1.0 / frame.operators(level).1);
    let sources = sources.slice();
    let work = |(chunk, locals): (usize, &mut [T])| {
        let first = chunk * GROUPS;
        let count = locals.len() / (vectors * n * WIDTH);
        let targets = Targets { frame, level, first, count, vectors, masks: &masks, of_vectors: &of_vectors };
        timings.time(Operator::MultipolesToLocals, || targets.translate(matrices, sources, scale, locals))
    };
    let pieces = own.locals.slice_mut().chunks_mut(GROUPS * vectors * n * WIDTH).enumerate();
    threads::for_each_chunk(pieces, |_| 0, progress, work, |()| Ok(()))
}

/// Bytes that the pass of a level has beside expansions, on one thread.
pub(super) fn workspace_bytes<T: Near, K: GreenFunction>(frame: &Frame<T, K>, level: usize, vectors: usize, matrices: &Matrices<T>) -> usize {
    let groups = frame.groups_of_level(level).len() + 2 * GROUPS;
    (groups * vectors * WIDTH + 3 * PAIRS) * matrices.padded * size_of::<T>()
}

/// For each vector the pairs of children that it joins.
fn children_of_vectors() -> Vec<Vec<Children>> {
    let mut all = vec![Vec::new(); VECTORS];
    for direction in (0..DIRECTIONS).filter(|&direction| direction != crate::fmm::tree::OPPOSITE_OF_SELF) {
        for source in 0..WIDTH {
            for target in 0..WIDTH {
                all[vector(direction, source, target)].push(Children { direction, source, target });
            }
        }
    }
    all
}

/// Which vector goes from child `source` of a box's colleague in a direction to child `target` of the box itself: 7 places along each axis, x slowest.
fn vector(direction: usize, source: usize, target: usize) -> usize {
    let along = |axis: usize, weight: usize| {
        let towards = (direction / weight % 3) as i32 - 1;
        let bit = |octant: usize| (octant >> axis & 1) as i32;
        (bit(target) - bit(source) - 2 * towards + 3) as usize
    };
    (along(0, 1) * 7 + along(1, 3)) * 7 + along(2, 9)
}

/// [group][len][8] to [group][8][padded].
fn from_octets<T: Copy>(from: &[T], len: usize, to: &mut [T], padded: usize) {
    for (from, to) in from.chunks_exact(len * WIDTH).zip(to.chunks_exact_mut(padded * WIDTH)) {
        for (child, to) in to.chunks_exact_mut(padded).enumerate() {
            for (value, siblings) in to.iter_mut().zip(from.chunks_exact(WIDTH)) {
                *value = siblings[child];
            }
        }
    }
}

/// And back.
fn to_octets<T: Copy>(from: &[T], padded: usize, to: &mut [T], len: usize) {
    for (from, to) in from.chunks_exact(padded * WIDTH).zip(to.chunks_exact_mut(len * WIDTH)) {
        for (child, from) in from.chunks_exact(padded).enumerate() {
            for (value, siblings) in from.iter().zip(to.chunks_exact_mut(WIDTH)) {
                siblings[child] = *value;
            }
        }
    }
}

/// A task's targets.
struct Targets<'a, T: Near, K> {
    frame: &'a Frame<T, K>,
    level: usize,
    first: usize,
    count: usize,
    vectors: usize,
    /// For each group of the level: which children have sources, and targets.
    masks: &'a [(u8, u8)],
    of_vectors: &'a [Vec<Children>],
}

impl<T: Near, K: GreenFunction> Targets<'_, T, K> {
    fn translate(&self, matrices: &Matrices<T>, sources: &[T], scale: T, locals: &mut [T]) -> Result<()> {
        let (frame, n, len) = (self.frame, self.frame.surface.len(), matrices.padded);
        let first_group = frame.groups_of_level(self.level).start;
        let mut neighbours = try_vec("translations", self.count, [NONE; DIRECTIONS])?;
        for (place, own) in neighbours.iter_mut().enumerate() {
            *own = frame.neighbours(self.level, first_group + self.first + place);
        }
        let mut potentials = Aligned::<T>::zeros("translations", self.count * self.vectors * WIDTH * len)?;
        let most = 2 * len.max(matrices.classes.iter().flatten().map(Rows::rows).max().unwrap_or(0)) + len;
        let mut scratch = Aligned::<T>::zeros("translations", PAIRS * most)?;
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        let most = self.count * self.vectors * WIDTH;
        pairs.try_reserve_exact(most).map_err(|_| Error::out_of_memory("translations", most * 8))?;
        for (children, own) in self.of_vectors.iter().zip(&matrices.vectors) {
            let Some((class, turn)) = *own else { continue };
            pairs.clear();
            for (place, neighbours) in neighbours.iter().enumerate() {
                for &Children { direction, source, target } in children {
                    let neighbour = neighbours[direction];
                    if neighbour == NONE
                        || self.masks[neighbour as usize].0 >> source & 1 == 0
                        || self.masks[self.first + place].1 >> target & 1 == 0
                    {
                        continue;
                    }
                    for vector in 0..self.vectors {
                        let row = |group: usize, child: usize| ((group * self.vectors + vector) * WIDTH + child) as u32;
                        pairs.push((row(place, target), row(neighbour as usize, source)));
                    }
                }
            }
            for pairs in pairs.chunks(PAIRS) {
                let (factors, turn) = (&matrices.classes[usize::from(class)], &matrices.turns[usize::from(turn)]);
                dispatch(frame.simd, Translate { factors, turn, len, pairs, sources, potentials: potentials.slice_mut(), scratch: scratch.slice_mut() });
            }
        }
        let mut found = Aligned::<T>::zeros("translations", locals.len())?;
        match &matrices.basis {
            None => to_octets(potentials.slice(), len, found.slice_mut(), n),
            Some([_, out]) => {
                let mut middle = Aligned::zeros("translations", potentials.slice().len())?;
                to_octets(potentials.slice(), len, middle.slice_mut(), len);
                dispatch(frame.simd, Product { matrix: out, x: middle.slice(), y: found.slice_mut() });
            }
        }
        claim(locals);
        for (own, &found) in locals.iter_mut().zip(found.slice()) {
            *own = *own + found * scale;
        }
        Ok(())
    }
}

/// Some pairs of targets and sources that one vector joins.
struct Translate<'a, T: Near> {
    factors: &'a [Rows<T>],
    turn: &'a Turn<T>,
    len: usize,
    /// Rows of `potentials` and of `sources`.
    pairs: &'a [(u32, u32)],
    sources: &'a [T],
    potentials: &'a mut [T],
    scratch: &'a mut [T],
}

impl<T: Near> Kernel<T> for Translate<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let Self { factors, turn, len, pairs, sources, potentials, scratch } = self;
        let (mut x, rest) = scratch.split_at_mut(pairs.len() * len);
        let (mut y, mut next) = rest.split_at_mut(rest.len() / 2);
        for (x, &(_, source)) in x.chunks_exact_mut(len).zip(pairs) {
            let source = &sources[source as usize * len..][..len];
            match turn {
                Turn::Places(places) => {
                    for (x, &place) in x.iter_mut().zip(places) {
                        *x = source[place as usize];
                    }
                }
                Turn::Signs(signs) => {
                    for first in (0..len).step_by(WIDTH) {
                        (V::Octet::load(&source[first..]) * V::Octet::load(&signs[first..])).store(&mut x[first..]);
                    }
                }
            }
        }
        let mut stride = len;
        for factor in factors {
            let y_len = pairs.len() * factor.rows();
            multiply::<T, V>(factor, &x[..pairs.len() * stride], stride, &mut y[..y_len]);
            (x, y, next) = (y, next, x);
            stride = factor.rows();
        }
        let results = &*x;
        for (result, &(target, _)) in results.chunks_exact(stride).zip(pairs) {
            let own = &mut potentials[target as usize * len..][..len];
            match turn {
                Turn::Places(places) => {
                    for (&value, &place) in result.iter().zip(places) {
                        own[place as usize] = own[place as usize] + value;
                    }
                }
                Turn::Signs(signs) => {
                    for first in (0..len).step_by(WIDTH) {
                        let value = V::Octet::load(&result[first..]);
                        value.mul_add(V::Octet::load(&signs[first..]), V::Octet::load(&own[first..])).store(&mut own[first..]);
                    }
                }
            }
        }
    }
}
