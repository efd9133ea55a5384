//! Pulls of a centre's neighbours: what each adds to the gradients.

use super::polynomials::{POLYNOMIALS, Products, STRIDE, differentiate};
use crate::anisoap::batch::Batch;
use crate::anisoap::centre::Centre;
use crate::anisoap::frames::System;
use crate::anisoap::plan::Plan;
use crate::anisoap::shape::apply;
use crate::anisoap::tilted::Planes;
use crate::error::{Error, Result, try_vec};
use crate::simd::{Lanes, Task};
use std::marker::PhantomData;

/// What a chunk of centres has found.
pub struct Found {
    pub pairs: Vec<Pull>,
    pub strains: Vec<(usize, [[f64; 3]; 3])>,
}

/// A contribution to the gradients of an atom.
pub struct Pull {
    pub atom: usize,
    pub force: [f64; 3],
    pub torque: [f64; 3],
}

/// Workspace for one centre at a time.
pub struct Backward<'a> {
    pub plan: &'a Plan,
    pub system: &'a System<'a>,
    is_raw: bool,
    pub centre: Centre<'a>,
    batch: Batch,
    /// Neighbour and r of each pair of the batch.
    members: Vec<(usize, [f64; 3])>,
    planes: Planes,
    /// d F / d features of the expansion.
    pub row: Vec<f64>,
    raw: Vec<f64>,
    cylindrical: Vec<f64>,
    polynomial: Vec<f64>,
    /// [flat place][polynomial]
    polynomials: Vec<f64>,
    pub found: Found,
}

impl<'a> Backward<'a> {
    pub fn new(plan: &'a Plan, system: &'a System<'a>, is_raw: bool) -> Result<Self> {
        let harmonics = &plan.harmonics;
        Ok(Self {
            plan,
            system,
            is_raw,
            centre: Centre::new(plan, system, is_raw)?,
            batch: Batch::new(),
            members: Vec::new(),
            planes: Planes::new(&harmonics.moments)?,
            row: try_vec("cotangent", plan.expansion_size(), 0.0)?,
            raw: try_vec("cotangent", harmonics.raw.size, 0.0)?,
            cylindrical: try_vec("cylindrical moments", harmonics.cylindrical_size, 0.0)?,
            polynomial: try_vec("polynomial", harmonics.moments.size, 0.0)?,
            polynomials: try_vec("polynomials", harmonics.moments.flat_size() * STRIDE, 0.0)?,
            found: Found { pairs: Vec::new(), strains: Vec::new() },
        })
    }

    /// Pulls of all neighbours of an atom; `row` and the centre's neighbours are those of the atom.
    #[inline(always)]
    pub fn pull_all<V: Lanes>(&mut self, atom: usize) -> Result<()> {
        V::outlined(Pulls::<V> { backward: self, atom, lanes: PhantomData })
    }

    /// Cotangents of raw coefficients of the t-th species: the transpose of `Centre::place`.
    #[inline(always)]
    fn unplace(&mut self, t: usize) -> bool {
        let Self { plan, raw, row, is_raw, .. } = self;
        let layout = &plan.harmonics.raw;
        raw.fill(0.0);
        let mut has_any = false;
        for (l, &count) in layout.counts.iter().enumerate() {
            let (start, channels) = (plan.expansion_start(l), plan.channels(l));
            for n in 0..count {
                let features = start + plan.channel(l, n, t);
                for m in 0..2 * l + 1 {
                    let cotangent = row[features + m * channels];
                    if cotangent == 0.0 {
                        continue;
                    }
                    has_any = true;
                    if *is_raw {
                        raw[layout.row(l, n) + m] = cotangent;
                    } else {
                        for k in 0..count {
                            raw[layout.row(l, k) + m] += plan.transforms[l][k * count + n] * cotangent;
                        }
                    }
                }
            }
        }
        has_any
    }

    /// Pulls of all neighbours of one species on one centre.
    #[inline(always)]
    fn pull<V: Lanes>(&mut self, t: usize, total: &mut [f64; 3], strain: &mut [[f64; 3]; 3]) {
        self.plan.harmonics.polynomial::<V>(&self.raw, &mut self.cylindrical, &mut self.polynomial);
        differentiate(&self.plan.harmonics.moments, &self.polynomial, &mut self.polynomials);
        let found = std::mem::take(&mut self.centre.found);
        for neighbour in found.iter().filter(|neighbour| self.system.species[neighbour.index] as usize == t) {
            self.batch.push(&self.system.shapes[neighbour.index], neighbour.vector, self.plan.inverse_square_width);
            self.members.push((neighbour.index, neighbour.vector));
            if self.batch.is_full() {
                self.flush::<V>(total, strain);
            }
        }
        if self.batch.len > 0 {
            self.flush::<V>(total, strain);
        }
        self.centre.found = found;
    }

    #[inline(always)]
    fn flush<V: Lanes>(&mut self, total: &mut [f64; 3], strain: &mut [[f64; 3]; 3]) {
        let whole = self.batch.pad::<V>();
        for first in (0..whole).step_by(V::WIDTH) {
            let mut products = Products::<V>::new(&self.plan.harmonics.moments, &self.polynomials);
            self.planes.run::<V>(&self.plan.harmonics.moments, &self.batch, first, &mut products);
            let mut sums = [[0.0; 32]; POLYNOMIALS];
            for (lanes, sum) in sums.iter_mut().zip(products.sums) {
                sum.store(lanes);
            }
            for (lane, &(j, r)) in self.members.iter().skip(first).take(V::WIDTH).enumerate() {
                let shape = &self.system.shapes[j];
                let w = self.plan.inverse_square_width;
                let (c, _) = shape.centre(r, w);
                let [value, gx, gy, gz, lx, ly, lz] = sums.each_ref().map(|lanes| lanes[lane]);
                let mut force = apply(&shape.contraction, [gx, gy, gz]);
                for k in 0..3 {
                    force[k] -= w * c[k] * value;
                }
                let torque = [
                    lx - (r[1] * force[2] - r[2] * force[1]),
                    ly - (r[2] * force[0] - r[0] * force[2]),
                    lz - (r[0] * force[1] - r[1] * force[0]),
                ];
                for a in 0..3 {
                    total[a] += force[a];
                    for b in 0..3 {
                        strain[a][b] += force[a] * r[b];
                    }
                }
                self.found.pairs.push(Pull { atom: j, force, torque });
            }
        }
        self.batch.len = 0;
        self.members.clear();
    }
}

/// In a function of its own: both kinds of cotangents come here.
struct Pulls<'b, 'a, V> {
    backward: &'b mut Backward<'a>,
    atom: usize,
    lanes: PhantomData<V>,
}

impl<V: Lanes> Task for Pulls<'_, '_, V> {
    type Output = Result<()>;
    #[inline(always)]
    fn run(self) -> Result<()> {
        let Self { backward, atom, .. } = self;
        let Found { pairs, strains } = &mut backward.found;
        let more = backward.centre.found.len() + 1;
        pairs.try_reserve(more).map_err(|_| Error::out_of_memory("gradients of pairs", more * size_of::<Pull>()))?;
        strains.try_reserve(1).map_err(|_| Error::out_of_memory("strain gradients", size_of::<[[f64; 3]; 3]>()))?;
        let mut total = [0.0; 3];
        let mut strain = [[0.0; 3]; 3];
        for t in 0..backward.plan.species_count() {
            if backward.unplace(t) {
                backward.pull::<V>(t, &mut total, &mut strain);
            }
        }
        backward.found.pairs.push(Pull { atom, force: total.map(|x| -x), torque: [0.0; 3] });
        let frame = backward.system.frame_of(atom);
        match backward.found.strains.last_mut() {
            Some((last, sum)) if *last == frame => {
                for (sum, row) in sum.iter_mut().zip(strain) {
                    sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
                }
            }
            _ => backward.found.strains.push((frame, strain)),
        }
        Ok(())
    }
}
