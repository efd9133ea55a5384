//! Points in the tree's order, as the passes read them.
//!
//! Coordinates were multiplied by a power of two that makes the root's side about 1, which changes no digit. They are kept in double precision. For expansions
//! they are read relative to a box's centre: what is far from the origin keeps its digits.

use crate::error::{Error, Result, try_push, try_reserve};
use crate::fmm::pairs::Points;
use crate::fmm::tree::{BLOCK, Block, Cloud, Order, Place, Run};
use crate::simd::Real;
use crate::threads::{self, Progress};
use std::ops::Range;

pub struct Particles {
    x: Vec<f64>,
    y: Vec<f64>,
    z: Vec<f64>,
}

impl Particles {
    pub fn in_order(cloud: &dyn Cloud, order: &Order, progress: &mut Progress) -> Result<Self> {
        let mut all = Self { x: Vec::new(), y: Vec::new(), z: Vec::new() };
        let last = order.len().saturating_sub(1);
        let indices = |first: usize| std::array::from_fn(|i| order.index((first + i).min(last)) as u32);
        let block = |first: usize, _: usize, points: &mut Block| {
            // Points that are neighbours in the order are anywhere in the caller's memory: without this each is waited for.
            cloud.prefetch(&indices(first + BLOCK));
            cloud.read(&indices(first), points);
        };
        threads::append_in_blocks("points", [&mut all.x, &mut all.y, &mut all.z], order.len(), threads::grain(order.len()), progress, block)?;
        Ok(all)
    }

    pub fn points(&self) -> Points<'_, f64> {
        Points { x: &self.x, y: &self.y, z: &self.z }
    }

    pub fn bytes(&self) -> usize {
        3 * self.x.capacity() * size_of::<f64>()
    }
}

/// Coordinates of a few points, and what belongs to them.
#[derive(Default)]
pub struct Local<T> {
    x: Vec<T>,
    y: Vec<T>,
    z: Vec<T>,
    /// Of all vectors, one after another.
    pub charges: Vec<T>,
}

impl<T: Real> Local<T> {
    pub fn points(&self) -> Points<'_, T> {
        Points { x: &self.x, y: &self.y, z: &self.z }
    }

    /// Points of a run relative to `origin`, and zeros to a multiple of `width`.
    pub fn set(&mut self, particles: &Particles, (first, count): Run, origin: Place, width: usize) -> Result<()> {
        self.clear();
        let padded = (count as usize).next_multiple_of(width);
        self.reserve(padded)?;
        self.append(particles, (first, count), origin)?;
        for axis in [&mut self.x, &mut self.y, &mut self.z] {
            axis.resize(padded, T::default());
        }
        Ok(())
    }

    /// Makes room for so many more points.
    fn reserve(&mut self, more: usize) -> Result<()> {
        for array in [&mut self.x, &mut self.y, &mut self.z, &mut self.charges] {
            array.try_reserve(more).map_err(|_| Error::out_of_memory("points of a leaf", more * size_of::<T>()))?;
        }
        Ok(())
    }

    pub fn clear(&mut self) {
        for array in [&mut self.x, &mut self.y, &mut self.z, &mut self.charges] {
            array.clear();
        }
    }

    pub fn append(&mut self, particles: &Particles, (first, count): Run, origin: Place) -> Result<()> {
        self.reserve(count as usize)?;
        let range = first as usize..(first + count) as usize;
        let all = [(&mut self.x, &particles.x), (&mut self.y, &particles.y), (&mut self.z, &particles.z)];
        for (axis, (own, coordinates)) in all.into_iter().enumerate() {
            let (high, low) = (origin.high[axis], origin.low[axis]);
            own.extend(coordinates[range.clone()].iter().map(|x| T::from_f64((x - high) - low)));
        }
        Ok(())
    }
}

/// Near sources as the pair sums of a precision want them.
pub struct NearSources<'a, T> {
    pub points: Points<'a, T>,
    /// Of each vector.
    pub charges: Vec<&'a [T]>,
    pub runs: &'a [Range<usize>],
}

/// A precision of the passes.
pub trait Near: Real {
    /// Where the targets of a leaf and their near sources are counted from.
    fn origin(centre: Place, half_side: f64) -> Place;

    /// The sources of `runs`, from `origin`.
    fn near<'a>(
        particles: &'a Particles,
        charges: &[&'a [Self]],
        runs: &[Run],
        origin: Place,
        local: &'a mut Local<Self>,
        ranges: &'a mut Vec<Range<usize>>,
    ) -> Result<NearSources<'a, Self>>;
}

impl Near for f64 {
    /// Coordinates as they are: nothing is rounded, nothing is copied.
    fn origin(_centre: Place, _half_side: f64) -> Place {
        Place::default()
    }

    fn near<'a>(
        particles: &'a Particles,
        charges: &[&'a [f64]],
        runs: &[Run],
        _origin: Place,
        _local: &'a mut Local<f64>,
        ranges: &'a mut Vec<Range<usize>>,
    ) -> Result<NearSources<'a, f64>> {
        ranges.clear();
        try_reserve("sources near a leaf", ranges, runs.len())?;
        ranges.extend(runs.iter().map(|&(first, count)| first as usize..(first + count) as usize));
        Ok(NearSources { points: particles.points(), charges: charges.to_vec(), runs: ranges })
    }
}

impl Near for f32 {
    /// Coordinates came as f32. As they are they lose nothing. Far from 0, where those of a leaf differ in their last digits, f32 holds their differences from
    /// the centre exactly, since both are within a factor of two of each other (P. H. Sterbenz, Floating-Point Computation (1974)).
    fn origin(centre: Place, half_side: f64) -> Place {
        let is_far = |x: f64| x.abs() >= 8.0 * half_side;
        Place { high: centre.high.map(|x| if is_far(x) { f64::from(x as f32) } else { 0.0 }), low: [0.0; 3] }
    }

    fn near<'a>(
        particles: &'a Particles,
        charges: &[&'a [f32]],
        runs: &[Run],
        origin: Place,
        local: &'a mut Local<f32>,
        ranges: &'a mut Vec<Range<usize>>,
    ) -> Result<NearSources<'a, f32>> {
        local.clear();
        for &(first, count) in runs {
            local.append(particles, (first, count), origin)?;
        }
        let count = local.x.len();
        local.reserve(count * charges.len())?;
        for charges in charges {
            for &(first, count) in runs {
                local.charges.extend_from_slice(&charges[first as usize..(first + count) as usize]);
            }
        }
        ranges.clear();
        try_push("sources near a leaf", ranges, 0..count)?;
        let charges = local.charges.chunks_exact(count.max(1)).collect();
        Ok(NearSources { points: local.points(), charges, runs: ranges })
    }
}
