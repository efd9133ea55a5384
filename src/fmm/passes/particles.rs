//! Points in the tree's order, as the passes read them.
//!
//! Coordinates were multiplied by a power of two that makes the root's side about 1, which changes no digit. They are kept in double precision. In single
//! precision they are read relative to a box's centre: what is far from the origin keeps its digits, and so do differences within the box.

use crate::error::{Result, try_vec};
use crate::fmm::pairs::Points;
use crate::fmm::tree::{Cloud, Order, Place, Run};
use crate::simd::Real;
use crate::threads::{self, Progress};
use std::ops::Range;

/// Points for a task.
const CHUNK: usize = 16_384;

pub struct Particles {
    x: Vec<f64>,
    y: Vec<f64>,
    z: Vec<f64>,
}

impl Particles {
    pub fn in_order(cloud: &dyn Cloud, order: &Order, progress: &mut Progress) -> Result<Self> {
        let axis = || try_vec("points", order.len(), 0.0);
        let mut all = Self { x: axis()?, y: axis()?, z: axis()? };
        let pieces = all.x.chunks_mut(CHUNK).zip(all.y.chunks_mut(CHUNK)).zip(all.z.chunks_mut(CHUNK)).enumerate();
        let work = |(chunk, ((x, y), z)): (usize, ((&mut [f64], &mut [f64]), &mut [f64]))| {
            for place in 0..x.len() {
                [x[place], y[place], z[place]] = cloud.point(order.index(chunk * CHUNK + place));
            }
            Ok(())
        };
        threads::for_each_chunk(pieces, |_| 0, progress, work, |()| Ok(()))?;
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
    pub charges: Vec<T>,
}

impl<T: Real> Local<T> {
    pub fn points(&self) -> Points<'_, T> {
        Points { x: &self.x, y: &self.y, z: &self.z }
    }

    /// Points of a run relative to `origin`, and zeros to a multiple of `width`.
    pub fn set(&mut self, particles: &Particles, (first, count): Run, origin: Place, width: usize) {
        self.clear();
        self.append(particles, (first, count), origin);
        let padded = count.next_multiple_of(width as u32) as usize;
        for axis in [&mut self.x, &mut self.y, &mut self.z] {
            axis.resize(padded, T::default());
        }
    }

    pub fn clear(&mut self) {
        for array in [&mut self.x, &mut self.y, &mut self.z, &mut self.charges] {
            array.clear();
        }
    }

    pub fn append(&mut self, particles: &Particles, (first, count): Run, origin: Place) {
        let range = first as usize..(first + count) as usize;
        let all = [(&mut self.x, &particles.x), (&mut self.y, &particles.y), (&mut self.z, &particles.z)];
        for (axis, (own, coordinates)) in all.into_iter().enumerate() {
            let (high, low) = (origin.high[axis], origin.low[axis]);
            own.extend(coordinates[range.clone()].iter().map(|x| T::from_f64((x - high) - low)));
        }
    }
}

/// Near sources as the pair sums of a precision want them.
pub struct NearSources<'a, T> {
    pub points: Points<'a, T>,
    pub charges: &'a [T],
    pub runs: &'a [Range<usize>],
}

/// A precision of the passes.
pub trait Near: Real {
    /// Where the targets of a leaf and their near sources are counted from.
    fn origin(centre: Place) -> Place;

    /// The sources of `runs`, from `origin`.
    fn near<'a>(
        particles: &'a Particles,
        charges: &'a [Self],
        runs: &[Run],
        origin: Place,
        local: &'a mut Local<Self>,
        ranges: &'a mut Vec<Range<usize>>,
    ) -> NearSources<'a, Self>;
}

impl Near for f64 {
    /// Coordinates as they are: nothing is rounded, nothing is copied.
    fn origin(_centre: Place) -> Place {
        Place::default()
    }

    fn near<'a>(
        particles: &'a Particles,
        charges: &'a [f64],
        runs: &[Run],
        _origin: Place,
        _local: &'a mut Local<f64>,
        ranges: &'a mut Vec<Range<usize>>,
    ) -> NearSources<'a, f64> {
        ranges.clear();
        ranges.extend(runs.iter().map(|&(first, count)| first as usize..(first + count) as usize));
        NearSources { points: particles.points(), charges, runs: ranges }
    }
}

impl Near for f32 {
    /// The centre, rounded to f32: coordinates that came as f32 differ from it by numbers that f32 holds.
    fn origin(centre: Place) -> Place {
        Place { high: centre.high.map(|x| f64::from(x as f32)), low: [0.0; 3] }
    }

    fn near<'a>(
        particles: &'a Particles,
        charges: &'a [f32],
        runs: &[Run],
        origin: Place,
        local: &'a mut Local<f32>,
        ranges: &'a mut Vec<Range<usize>>,
    ) -> NearSources<'a, f32> {
        local.clear();
        for &(first, count) in runs {
            local.append(particles, (first, count), origin);
            local.charges.extend_from_slice(&charges[first as usize..(first + count) as usize]);
        }
        ranges.clear();
        ranges.push(0..local.charges.len());
        NearSources { points: local.points(), charges: &local.charges, runs: ranges }
    }
}
