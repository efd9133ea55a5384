//! The coefficients of one centre: its neighbours' moments, summed by species, contracted once.

use super::aligned::{self, Axes};
use super::batch::Batch;
use super::frames::System;
use super::pair_list::Ranked;
use super::plan::Plan;
use super::tilted::{self, Planes};
use crate::error::{Error, Result, try_vec};
use crate::neighbours::Neighbour;
use crate::simd::{Lanes, Task};
use std::marker::PhantomData;

/// Numbers behind a row of coefficients, so that two vectors may be loaded from its last element on.
const MARGIN: usize = 16;

/// Workspace for one centre at a time.
pub struct Centre<'a> {
    plan: &'a Plan,
    system: &'a System<'a>,
    /// Radial functions as they are, instead of orthonormal ones.
    is_raw: bool,
    pub found: Vec<Neighbour>,
    /// Of a list, on the way into the search's order.
    ranked: Vec<Ranked>,
    aligned: Batch,
    tilted: Batch,
    axes: Axes,
    planes: Planes,
    /// Of tilted neighbours, in flat order.
    flat: Vec<f64>,
    moments: Vec<f64>,
    cylindrical: Vec<f64>,
    raw: Vec<f64>,
    /// Features of the expansion, and a margin of zeros.
    row: Vec<f64>,
}

impl<'a> Centre<'a> {
    pub fn new(plan: &'a Plan, system: &'a System<'a>, is_raw: bool) -> Result<Self> {
        let harmonics = &plan.harmonics;
        Ok(Self {
            plan,
            system,
            is_raw,
            found: Vec::new(),
            ranked: Vec::new(),
            aligned: Batch::new(),
            tilted: Batch::new(),
            axes: Axes::new(harmonics.moments.degree)?,
            planes: Planes::new(&harmonics.moments)?,
            flat: try_vec("moments", harmonics.moments.flat_size(), 0.0)?,
            moments: try_vec("moments", harmonics.moments.size, 0.0)?,
            cylindrical: try_vec("cylindrical moments", harmonics.cylindrical_size, 0.0)?,
            raw: try_vec("coefficients", harmonics.raw.size, 0.0)?,
            row: try_vec("coefficients", plan.expansion_size() + MARGIN, 0.0)?,
        })
    }

    /// Finds the neighbours of an atom and computes its coefficients.
    #[inline(always)]
    pub fn expand<V: Lanes>(&mut self, atom: usize) -> Result<()> {
        V::outlined(Expand::<V> { centre: self, atom, lanes: PhantomData })
    }

    /// What `expand` computed.
    pub fn coefficients(&self) -> &[f64] {
        &self.row[..self.plan.expansion_size()]
    }

    /// The same with at least two vectors' width of zeros behind.
    pub fn padded_coefficients(&self) -> &[f64] {
        &self.row
    }

    /// Neighbours of `atom` into `found`, by the atoms' own numbers; from the caller's list if there is one.
    #[inline(always)]
    pub fn search(&mut self, atom: usize) -> Result<()> {
        let system = self.system;
        let frame = system.frame_of(atom);
        let (start, end) = (system.starts[frame], system.starts[frame + 1]);
        self.found.clear();
        let with_self = !self.plan.hypers.subtract_center;
        match &system.listed {
            None => system.bins[frame].search(&system.positions[start..end], atom - start, with_self, &mut self.found)?,
            Some(listed) => {
                listed.around(system, frame, atom, with_self, self.plan.hypers.cutoff, &mut self.ranked)?;
                let more = self.ranked.len();
                self.found.try_reserve(more).map_err(|_| Error::out_of_memory("neighbours", more * size_of::<Neighbour>()))?;
                self.found.extend(self.ranked.iter().map(|&(_, _, neighbour)| neighbour));
            }
        }
        for neighbour in &mut self.found {
            neighbour.index += start;
        }
        Ok(())
    }

    /// Moments of the neighbours of one species; whether there are any.
    #[inline(always)]
    fn sum_moments<V: Lanes>(&mut self, species: u32) -> bool {
        let Self { plan, system, found, aligned, tilted, axes, planes, flat, moments, .. } = self;
        let layout = &plan.harmonics.moments;
        let width = plan.inverse_square_width;
        moments.fill(0.0);
        let (mut has_any, mut has_tilted) = (false, false);
        for neighbour in found.iter().filter(|neighbour| system.species[neighbour.index] == species) {
            has_any = true;
            let shape = &system.shapes[neighbour.index];
            if shape.is_aligned {
                aligned.push(shape, neighbour.vector, width);
                if aligned.is_full() {
                    aligned::add::<V>(aligned, axes, layout, moments);
                }
            } else {
                if !has_tilted {
                    flat.fill(0.0);
                    has_tilted = true;
                }
                tilted.push(shape, neighbour.vector, width);
                if tilted.is_full() {
                    tilted::add::<V>(tilted, planes, layout, flat);
                }
            }
        }
        if aligned.len > 0 {
            aligned::add::<V>(aligned, axes, layout, moments);
        }
        if tilted.len > 0 {
            tilted::add::<V>(tilted, planes, layout, flat);
        }
        if has_tilted {
            layout.add_flat(flat, moments);
        }
        has_any
    }

    /// Raw coefficients of the t-th species into their features: `c_m = sum_n W_nm raw_n` for each l.
    #[inline(always)]
    fn place<V: Lanes>(&mut self, t: usize) {
        for l in 0..self.plan.counts().len() {
            let (mut at, vectors) = (0, (2 * l + 1).div_ceil(V::WIDTH));
            while at < vectors {
                match vectors - at {
                    1 => self.place_vectors::<V, 1>(t, l, &mut at),
                    2 | 4 => self.place_vectors::<V, 2>(t, l, &mut at),
                    _ => self.place_vectors::<V, 3>(t, l, &mut at),
                }
            }
        }
    }

    /// So many vectors over m from vector `at` on, which is moved behind them.
    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    fn place_vectors<V: Lanes, const VECTORS: usize>(&mut self, t: usize, l: usize, at: &mut usize) {
        let Self { plan, raw, row, is_raw, .. } = self;
        let layout = &plan.harmonics.raw;
        let (count, channels, transform) = (layout.counts[l], plan.channels(l), &plan.transforms[l]);
        let first = *at * V::WIDTH;
        let len = VECTORS * V::WIDTH;
        for n in 0..count {
            let mut sums = [V::zero(); VECTORS];
            for (k, weights) in transform.chunks_exact(count).enumerate() {
                let weight = if *is_raw { if k == n { 1.0 } else { continue } } else { weights[n] };
                let from = &raw[layout.row(l, k) + first..][..len];
                for v in 0..VECTORS {
                    sums[v] = V::splat(weight).mul_add(V::load(&from[v * V::WIDTH..]), sums[v]);
                }
            }
            let mut lanes = [0.0; 64];
            for (sum, lanes) in sums.iter().zip(lanes.chunks_exact_mut(V::WIDTH)) {
                sum.store(lanes);
            }
            let features = &mut row[plan.expansion_start(l) + plan.channel(l, n, t) + first * channels..];
            for (feature, value) in features.iter_mut().step_by(channels).zip(lanes).take((2 * l + 1 - first).min(len)) {
                *feature = value;
            }
        }
        *at += VECTORS;
    }

    #[inline(always)]
    fn clear(&mut self, t: usize) {
        let plan = self.plan;
        for l in 0..plan.counts().len() {
            for n in 0..plan.counts()[l] {
                let first = plan.expansion_start(l) + plan.channel(l, n, t);
                for m in 0..2 * l + 1 {
                    self.row[first + m * plan.channels(l)] = 0.0;
                }
            }
        }
    }
}

/// In a function of its own: every kernel begins with it.
struct Expand<'c, 'a, V> {
    centre: &'c mut Centre<'a>,
    atom: usize,
    lanes: PhantomData<V>,
}

impl<V: Lanes> Task for Expand<'_, '_, V> {
    type Output = Result<()>;
    #[inline(always)]
    fn run(self) -> Result<()> {
        let centre = self.centre;
        centre.search(self.atom)?;
        for t in 0..centre.plan.species_count() {
            if centre.sum_moments::<V>(t as u32) {
                let Centre { plan, moments, cylindrical, raw, .. } = centre;
                plan.harmonics.contract::<V>(moments, cylindrical, raw);
                centre.place::<V>(t);
            } else {
                centre.clear(t);
            }
        }
        Ok(())
    }
}
