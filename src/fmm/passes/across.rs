//! Across a level: multipoles of boxes to potentials on the check surfaces of those that are near but do not touch them.
//!
//! A slice of frequencies at a time: transforms of all groups of siblings (`transform`), for each frequency products between each group and those next
//! to it (`products`), and transforms back.
//!
//! Vectors of charges are more of the same: what is a group here is one of a group's vectors, and its neighbours are those of the same vector.

use super::particles::Near;
use super::products::{DIRECTIONS, Neighbours, Products, Workspace};
use super::transform::{COMPLEX, Scratch, backward, forward};
use super::{Frame, Level, Operator, Timings};
use crate::error::Result;
use crate::fmm::kernel::GreenFunction;
use crate::fmm::octets::WIDTH;
use crate::fmm::operators::Lattice;
use crate::fmm::tree::NONE;
use crate::simd::{Aligned, Kernel, Lanes, claim, dispatch};
use crate::threads::{self, Progress, Workspaces};

/// Groups whose transforms one task makes; they lie together, by frequency.
const GROUPS: usize = 32;

pub(super) fn pass<T: Near, K: GreenFunction>(
    frame: &Frame<T, K>,
    level: usize,
    own: &mut Level<T>,
    lattice: &Lattice<T>,
    timings: &Timings,
    progress: &mut Progress,
) -> Result<()> {
    let n = frame.surface.len();
    let groups = frame.groups_of_level(level);
    let (_, size) = frame.operators(level);
    let (vectors, count) = (own.vectors, groups.len() * own.vectors);
    let neighbours = Neighbours::new(count, |place| {
        let (group, vector) = (groups.start + place / vectors, place % vectors);
        let has_targets = frame.tree.nodes[frame.group_boxes[group] as usize].has_targets();
        let of_group = if has_targets { frame.neighbours(level, group) } else { [NONE; DIRECTIONS] };
        of_group.map(|neighbour| if neighbour == NONE { NONE } else { neighbour * vectors as u32 + vector as u32 })
    })?;
    let workspaces = Workspaces::default();
    let chunks = count.div_ceil(GROUPS);
    let most = lattice.points * lattice.points;
    let mut charges = Aligned::<T>::zeros("transforms", chunks * most * GROUPS * COMPLEX)?;
    let mut potentials = Aligned::<T>::zeros("transforms", most * count * COMPLEX)?;
    for kz in 0..lattice.slices.len() {
        let frequencies = lattice.slices[kz].rows * lattice.points;
        let multipoles = &own.multipoles.slice();
        let work = |(chunk, to): (usize, &mut [T])| {
            let mut scratch = Scratch::new(frame.surface.order)?;
            let first = chunk * GROUPS;
            for place in first..count.min(first + GROUPS) {
                let charges = &multipoles[place * n * WIDTH..][..n * WIDTH];
                dispatch(frame.simd, Forward { lattice, columns: &frame.columns, kz, charges, scratch: &mut scratch, to, place: place - first });
            }
            Ok(())
        };
        let work = |chunk: (usize, &mut [T])| timings.time(Operator::MultipolesToLocals, || work(chunk));
        let each = frequencies * GROUPS * COMPLEX;
        let pieces = charges.slice_mut()[..chunks * each].chunks_mut(each.max(1)).enumerate();
        threads::for_each_chunk(pieces, |_| 0, progress, work, |()| Ok(()))?;

        let transformed = charges.slice();
        let work = |(frequency, potentials): (usize, &mut [T])| {
            let charges = |group: usize| -> &[T] { &transformed[((group / GROUPS * frequencies + frequency) * GROUPS + group % GROUPS) * COMPLEX..] };
            let new = || Workspace::new(count, frame.target_width);
            workspaces.with(new, |workspace| {
                dispatch(frame.simd, Products { lattice, kz, frequency, neighbours: &neighbours, charges, groups: count, workspace, potentials });
            })
        };
        let work = |piece: (usize, &mut [T])| timings.time(Operator::MultipolesToLocals, || work(piece));
        let each = count * COMPLEX;
        let pieces = potentials.slice_mut()[..frequencies * each].chunks_mut(each.max(1)).enumerate();
        threads::for_each_chunk(pieces, |_| 0, progress, work, |()| Ok(()))?;

        let spectra = potentials.slice();
        let scale = T::from_f64(1.0 / size);
        let work = |(chunk, locals): (usize, &mut [T])| {
            let mut scratch = Scratch::new(frame.surface.order)?;
            let first = chunk * GROUPS;
            if kz == 0 && (first..count.min(first + GROUPS)).any(|place| !neighbours.of(place).is_empty()) {
                claim(locals);
            }
            for (place, potentials) in locals.chunks_exact_mut(n * WIDTH).enumerate() {
                let from = (chunk * GROUPS + place, count);
                if !neighbours.of(from.0).is_empty() {
                    dispatch(frame.simd, Backward { lattice, columns: &frame.columns, kz, spectra, from, scratch: &mut scratch, scale, potentials });
                }
            }
            Ok(())
        };
        let work = |chunk: (usize, &mut [T])| timings.time(Operator::MultipolesToLocals, || work(chunk));
        let pieces = own.locals.slice_mut().chunks_mut(GROUPS * n * WIDTH).enumerate();
        threads::for_each_chunk(pieces, |_| 0, progress, work, |()| Ok(()))?;
    }
    Ok(())
}

/// Bytes that the pass of a level has beside expansions.
pub(super) fn workspace_bytes<T: Near, K: GreenFunction>(frame: &Frame<T, K>, level: usize, vectors: usize) -> usize {
    let groups = frame.groups_of_level(level).len() * vectors;
    let points = 2 * frame.surface.order - 1;
    (groups.div_ceil(GROUPS) * GROUPS + groups) * points * points * COMPLEX * size_of::<T>() + groups * (DIRECTIONS - 1) * 8 + Workspace::<T>::bytes(groups, frame.target_width)
}

struct Forward<'a, T: Near> {
    lattice: &'a Lattice<T>,
    columns: &'a super::transform::Columns,
    kz: usize,
    charges: &'a [T],
    scratch: &'a mut Scratch<T>,
    to: &'a mut [T],
    place: usize,
}

impl<T: Near> Kernel<T> for Forward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        forward::<T, V::Octet>(self.lattice, self.columns, self.kz, self.charges, self.scratch, self.to, (self.place, GROUPS));
    }
}

struct Backward<'a, T: Near> {
    lattice: &'a Lattice<T>,
    columns: &'a super::transform::Columns,
    kz: usize,
    spectra: &'a [T],
    from: (usize, usize),
    scratch: &'a mut Scratch<T>,
    scale: T,
    potentials: &'a mut [T],
}

impl<T: Near> Kernel<T> for Backward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        backward::<T, V::Octet>(self.lattice, self.columns, self.kz, self.spectra, self.from, self.scratch, self.scale, self.potentials);
    }
}
