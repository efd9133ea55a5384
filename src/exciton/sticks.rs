//! Excitons of all configurations, into the caller's arrays.

use super::solve::{Configuration, Solver};
use super::system::System;
use super::way::{Choice, Way};
use super::options::Options;
use crate::array::ViewMut;
use crate::error::Result;
use crate::linalg::transposed::{self, TILE};
use crate::simd::{Kernel, Lanes, Level, Task, dispatch};
use crate::threads::{Progress, for_each_chunk, ranges};
use std::marker::PhantomData;

/// Where the caller wants what; each optional. Excitons ascend in energy. With deleted pigments the tail of every
/// configuration is padded with zeros.
#[derive(Default)]
pub struct StickOutputs<'a> {
    /// [n_conf][n_site]
    pub energies: Option<ViewMut<'a, f64, 2>>,
    /// [n_conf][n_site]
    pub dipole_strengths: Option<ViewMut<'a, f64, 2>>,
    /// [n_conf][n_site]
    pub rotational_strengths: Option<ViewMut<'a, f64, 2>>,
    /// [n_conf][n_site][3]
    pub exciton_dipoles: Option<ViewMut<'a, f64, 3>>,
    /// [n_conf][n_site][n_site]: site, exciton
    pub eigenvectors: Option<ViewMut<'a, f64, 3>>,
}

/// Configurations to a chunk: some 32 chunks to share among threads, none so short that scheduling shows, none so long
/// that a caller waits for word of it; whole groups of `group` configurations, so that no lane stays empty but in the
/// last. Depends on the problem and the SIMD level alone; `nanoseconds` is one configuration.
pub(super) fn chunk_size(n_conf: usize, nanoseconds: f64, group: usize) -> usize {
    const SHORTEST: f64 = 100e3;
    const LONGEST: f64 = 20e6;
    let [shortest, longest] = [SHORTEST, LONGEST].map(|limit| ((limit / nanoseconds) as usize).max(1));
    n_conf.div_ceil(32).clamp(shortest, longest).next_multiple_of(group)
}

pub fn sticks(system: &System, options: &Options, outputs: StickOutputs, progress: &mut Progress) -> Result<()> {
    let level = Level::current()?;
    // Without sites there is nothing to check or to write, however many configurations there are.
    let n_conf = if system.hamiltonians.dims()[1] == 0 { 0 } else { system.n_conf() };
    let choice = Choice::new(n_conf, system.n(), system.needs.eigenvectors, level);
    let size = chunk_size(n_conf, choice.nanoseconds, choice.group);
    progress.begin(n_conf)?;
    // Everything is checked before anything is written. The first group is, wherever it is solved: a call with no more
    // than that needs no look ahead.
    let is_checked = n_conf > choice.group;
    if is_checked {
        for_each_chunk(
            ranges(n_conf, size),
            |_| 0,
            progress,
            |(first, len)| dispatch(level, CheckChunk { system, level, way: choice.way, first, len }),
            Ok,
        )?;
    }
    for_each_chunk(
        ranges(n_conf, size).zip(outputs.into_chunks(n_conf, size)),
        |((_, len), _)| *len,
        progress,
        |((first, len), outputs)| {
            dispatch(level, SolveChunk { system, level, way: choice.way, cd_scale: options.cd_scale, is_checked, first, len, outputs })
        },
        Ok,
    )?;
    progress.end()
}

impl<'a> StickOutputs<'a> {
    fn into_chunks(self, n_conf: usize, size: usize) -> impl ExactSizeIterator<Item = StickOutputs<'a>> {
        fn pieces<const N: usize>(
            whole: Option<ViewMut<'_, f64, N>>,
            size: usize,
        ) -> impl Iterator<Item = Option<ViewMut<'_, f64, N>>> {
            let mut pieces = whole.map(|whole| whole.chunks(size));
            std::iter::repeat_with(move || pieces.as_mut().and_then(Iterator::next))
        }
        let mut energies = pieces(self.energies, size);
        let mut dipole_strengths = pieces(self.dipole_strengths, size);
        let mut rotational_strengths = pieces(self.rotational_strengths, size);
        let mut exciton_dipoles = pieces(self.exciton_dipoles, size);
        let mut eigenvectors = pieces(self.eigenvectors, size);
        ranges(n_conf, size).map(move |_| StickOutputs {
            energies: energies.next().flatten(),
            dipole_strengths: dipole_strengths.next().flatten(),
            rotational_strengths: rotational_strengths.next().flatten(),
            exciton_dipoles: exciton_dipoles.next().flatten(),
            eigenvectors: eigenvectors.next().flatten(),
        })
    }

    #[inline(always)]
    fn write<V: Lanes>(&mut self, c: usize, configuration: Configuration, order: &[usize], kept: &[usize]) {
        let n = configuration.n();
        let write_values = |output: &mut Option<ViewMut<f64, 2>>, value: &dyn Fn(usize) -> f64| {
            if let Some(output) = output {
                for k in 0..output.dims()[1] {
                    output.set([c, k], if k < n { value(order[k]) } else { 0.0 });
                }
            }
        };
        write_values(&mut self.energies, &|k| configuration.energy(k));
        write_values(&mut self.dipole_strengths, &|k| configuration.dipole_strength(k));
        write_values(&mut self.rotational_strengths, &|k| configuration.rotational_strength(k));
        if let Some(output) = &mut self.exciton_dipoles {
            for k in 0..output.dims()[1] {
                let dipole = if k < n { configuration.exciton_dipole(order[k]) } else { [0.0; 3] };
                for (x, component) in dipole.into_iter().enumerate() {
                    output.set([c, k, x], component);
                }
            }
        }
        if let Some(output) = &mut self.eigenvectors {
            let n_site = output.dims()[1];
            if n < n_site {
                for site in 0..n_site {
                    for k in 0..n_site {
                        output.set([c, site, k], 0.0);
                    }
                }
            }
            if n > 0 && configuration.vector(0).is_some() {
                V::outlined(WriteVectors { output, c, configuration, order, kept, vectors: PhantomData::<V> });
                return;
            }
            for (i, &site) in kept.iter().enumerate() {
                for (k, &unsorted) in order.iter().enumerate() {
                    output.set([c, site, k], configuration.amplitude(unsorted, i));
                }
            }
        }
    }
}

/// Eigenvectors of a large system, which the eigensolver has exciton by exciton and the caller site by site.
struct WriteVectors<'w, 'a, V> {
    output: &'w mut ViewMut<'a, f64, 3>,
    c: usize,
    configuration: Configuration<'w>,
    order: &'w [usize],
    kept: &'w [usize],
    vectors: PhantomData<V>,
}

impl<V: Lanes> Task for WriteVectors<'_, '_, V> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { output, c, configuration, order, kept, .. } = self;
        let mut tile = [0.0; TILE * TILE];
        for (left, unsorted) in order.chunks(TILE).enumerate() {
            let mut rows: [&[f64]; TILE] = [&[]; TILE];
            for (row, &k) in rows.iter_mut().zip(unsorted) {
                *row = configuration.vector(k).unwrap_or(&[]);
            }
            for (top, sites) in kept.chunks(TILE).enumerate() {
                transposed::turn::<V>(&rows[..unsorted.len()], top * TILE, sites.len(), &mut tile);
                for (i, &site) in sites.iter().enumerate() {
                    output.write_line([c, site, left * TILE], &tile[i * TILE..i * TILE + unsorted.len()]);
                }
            }
        }
    }
}

struct CheckChunk<'a> {
    system: &'a System<'a>,
    level: Level,
    way: Way,
    first: usize,
    len: usize,
}

impl Kernel for CheckChunk<'_> {
    type Output = Result<()>;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Result<()> {
        if self.way == Way::Lapack {
            return (self.first..self.first + self.len).try_for_each(|c| self.system.check::<V>(c));
        }
        let mut solver = Solver::<V>::new(self.system, self.level, Way::Lanes, 1.0)?;
        let width = solver.width();
        for at in (0..self.len).step_by(width) {
            solver.check(self.first + at, width.min(self.len - at))?;
        }
        Ok(())
    }
}

struct SolveChunk<'a> {
    system: &'a System<'a>,
    level: Level,
    way: Way,
    cd_scale: f64,
    is_checked: bool,
    first: usize,
    len: usize,
    outputs: StickOutputs<'a>,
}

impl Kernel for SolveChunk<'_> {
    type Output = Result<()>;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Result<()> {
        match self.way {
            Way::Pairs => self.run_in::<V::Pair>(),
            Way::Lanes | Way::Lapack => self.run_in::<V>(),
        }
    }
}

impl SolveChunk<'_> {
    #[inline(always)]
    fn run_in<V: Lanes>(mut self) -> Result<()> {
        let mut solver = Solver::<V>::new(self.system, self.level, self.way, self.cd_scale)?;
        if self.is_checked {
            solver.trust();
        }
        let width = solver.width();
        let mut order = Vec::new();
        for at in (0..self.len).step_by(width) {
            let count = width.min(self.len - at);
            let excitons = solver.solve(self.first + at, count)?;
            for lane in 0..count {
                let configuration = excitons.of(lane);
                configuration.ascending(&mut order);
                self.outputs.write::<V>(at + lane, configuration, &order, &self.system.kept);
            }
        }
        Ok(())
    }
}
