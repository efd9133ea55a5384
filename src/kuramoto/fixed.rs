//! Steps of one length for models given by their slopes.

use super::combine::{add, advance};
use super::method::{Noise, Run, Stages};
use super::nodes::{self, BLOCK, Chunk, Cut, Nodes};
use super::record::Record;
use crate::array::ViewMut;
use crate::error::Result;
use crate::simd::{Kernel, Lanes, Level, Real, dispatch};
use crate::threads::Progress;

/// Advances `theta`, [1][1][node], in place. `done` counts the steps, and `theta` stands at the last that it counts, whatever
/// happened.
pub fn integrate<T: Real, N: Nodes<T>>(
    nodes: &mut N,
    theta: &mut ViewMut<'_, T, 3>,
    method: Stages,
    run: &Run,
    record: &mut Record<'_, T>,
    progress: &mut Progress,
    done: &mut usize,
) -> Result<()> {
    let level = Level::current()?;
    let cut = Cut::new(nodes.len());
    // Phases at the beginning of the step, and the sum so far of its increments.
    let mut own = cut.arrays("theta", if method.len() > 1 { 2 } else { 0 })?;
    while *done < run.steps {
        let noise = run.noise.map(|noise| noise.later(*done));
        for stage in 0..method.len() {
            nodes.prepare(&theta.as_view())?;
            let nodes = &*nodes;
            let work = |chunk: Chunk<'_, T>| {
                dispatch(level, Stage { nodes, block: cut.block, chunk, method, stage, dt: run.dt, noise, level });
                Ok(())
            };
            cut.for_each_chunk(theta.reborrow(), &mut own, work, Ok)?;
        }
        *done += 1;
        record.write_if_due(*done, &theta.as_view())?;
        progress.advance(1)?;
    }
    Ok(())
}

struct Stage<'a, 'b, T, N> {
    nodes: &'a N,
    block: usize,
    chunk: Chunk<'b, T>,
    method: Stages,
    stage: usize,
    dt: f64,
    noise: Option<Noise>,
    level: Level,
}

impl<T: Real, N: Nodes<T>> Kernel<T> for Stage<'_, '_, T, N> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let Self { nodes, block, mut chunk, method, stage, dt, noise, level } = self;
        let weight = T::from_f64(dt * method[stage].1);
        let mut phases = [T::default(); BLOCK];
        let mut slopes = [T::default(); BLOCK];
        let mut next = [T::default(); BLOCK];
        let (phases, slopes, next) = (&mut phases[..block], &mut slopes[..block], &mut next[..block]);
        for at in (0..chunk.len()).step_by(block) {
            let len = block.min(chunk.len() - at);
            chunk.phases.read_line([0, 0, at], &mut phases[..len]);
            nodes::slopes::<T, V>(nodes, chunk.first + at, phases, slopes);
            // Slopes are those of the phases before the noise; what they are added to has it.
            if stage == 0 && let Some(noise) = noise {
                noise.add(level, dt, 0, (chunk.first + at) as u64, 1, &mut phases[..len]);
            }
            if method.len() == 1 {
                advance::<T, V>(phases, weight, slopes, next);
            } else {
                let (base, sum) = chunk.own[2 * at..2 * (at + block)].split_at_mut(block);
                let is_last = stage + 1 == method.len();
                if stage == 0 {
                    base.copy_from_slice(phases);
                    advance::<T, V>(base, weight, slopes, sum);
                } else if is_last {
                    advance::<T, V>(sum, weight, slopes, next);
                } else {
                    add::<T, V>(weight, slopes, sum);
                }
                if !is_last {
                    advance::<T, V>(base, T::from_f64(dt * method[stage + 1].0), slopes, next);
                }
            }
            chunk.phases.write_line([0, 0, at], &next[..len]);
        }
    }
}
