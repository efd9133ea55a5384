//! Models for which an integrator need only know slopes: anything may pull anything, so every stage of a step has to be
//! complete before the next begins.
//!
//! An evaluation has two parts. `prepare` looks at all phases and keeps what others need to know of them (sines and cosines,
//! sums); then the slopes of any nodes can be had block by block, and what an integrator does with them is done while they
//! are in the first-level cache. What it keeps of every node lies block by block as well: [block][array][node].

use crate::array::{View, ViewMut};
use crate::error::{Result, try_vec};
use crate::simd::{Kernel, Lanes, Level, Real, Task, dispatch};
use crate::threads::{Progress, for_each_chunk, ranges};
use std::marker::PhantomData;

/// A model whose nodes are numbered.
pub trait Nodes<T: Real>: Sync {
    fn len(&self) -> usize;
    /// Takes in all phases, in C order, for `slopes`.
    fn prepare(&mut self, phases: &View<'_, T, 3>) -> Result<()>;
    /// Slopes of nodes `first..`, whose own phases these are, `BLOCK` at most and whole vectors of them: what is behind the last
    /// node is padding. Called through `slopes`.
    fn slopes<V: Lanes<T>>(&self, first: usize, phases: &[T], slopes: &mut [T]);
}

/// `nodes.slopes`, compiled once for all that ask for them.
#[inline(always)]
pub fn slopes<T: Real, V: Lanes<T>>(nodes: &impl Nodes<T>, first: usize, phases: &[T], slopes: &mut [T]) {
    V::outlined(SlopesOfBlock { nodes, first, phases, slopes, vectors: PhantomData::<V> });
}

struct SlopesOfBlock<'a, T, V, N> {
    nodes: &'a N,
    first: usize,
    phases: &'a [T],
    slopes: &'a mut [T],
    vectors: PhantomData<V>,
}

impl<T: Real, V: Lanes<T>, N: Nodes<T>> Task for SlopesOfBlock<'_, T, V, N> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        self.nodes.slopes::<V>(self.first, self.phases, self.slopes);
    }
}

/// Nodes worked on at a time: a few arrays of them fit the first-level cache.
pub const BLOCK: usize = 1024;
/// The widest vector of any level, and what blocks are padded to.
const PADDING: usize = 32;
/// Blocks that a thread should have at least.
const BLOCKS_WORTH_A_CHUNK: usize = 4;

/// How nodes are cut: it depends on their number alone, so that sums over them do.
#[derive(Clone, Copy)]
pub struct Cut {
    nodes: usize,
    pub block: usize,
    blocks_of_a_chunk: usize,
}

/// Some blocks: the number of their first node, their phases, and their part of the integrator's arrays.
pub struct Chunk<'a, T> {
    pub first: usize,
    pub phases: ViewMut<'a, T, 3>,
    pub own: &'a mut [T],
}

impl Cut {
    pub fn new(nodes: usize) -> Self {
        let block = nodes.next_multiple_of(PADDING).clamp(PADDING, BLOCK);
        Self { nodes, block, blocks_of_a_chunk: nodes.div_ceil(block).div_ceil(64).max(BLOCKS_WORTH_A_CHUNK) }
    }

    /// Memory for so many arrays of numbers of every node.
    pub fn arrays<T: Real>(&self, what: &str, arrays: usize) -> Result<Vec<T>> {
        let numbers = self.nodes.div_ceil(self.block).saturating_mul(self.block).saturating_mul(arrays);
        try_vec(what, numbers, T::default())
    }

    /// Runs `work` on every chunk and passes the results to `fold` in order. `own` is from `arrays`.
    pub fn for_each_chunk<T: Real, R: Send>(
        &self,
        phases: ViewMut<'_, T, 3>,
        own: &mut [T],
        work: impl Fn(Chunk<'_, T>) -> Result<R> + Sync,
        fold: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        let size = self.blocks_of_a_chunk * self.block;
        let of_a_block = own.len() / self.nodes.div_ceil(self.block).max(1);
        let mut rest = own;
        let chunks = ranges(self.nodes, size).zip(phases.boxes([1, 1, size])?).map(|((first, len), phases)| {
            let (own, others) = std::mem::take(&mut rest).split_at_mut(len.div_ceil(self.block) * of_a_block);
            rest = others;
            Chunk { first, phases, own }
        });
        for_each_chunk(chunks, |_| 0, &mut Progress::none(), work, fold)
    }
}

impl<T: Real> Chunk<'_, T> {
    pub fn len(&self) -> usize {
        self.phases.dims()[2]
    }
}

/// `slopes = d theta / dt`, or added to it; both [1][1][node].
pub fn rhs<T: Real, N: Nodes<T>>(
    nodes: &mut N,
    theta: &View<'_, T, 3>,
    slopes: ViewMut<'_, T, 3>,
    accumulate: bool,
) -> Result<()> {
    if nodes.len() == 0 {
        return Ok(());
    }
    let level = Level::current()?;
    nodes.prepare(theta)?;
    let nodes = &*nodes;
    let cut = Cut::new(nodes.len());
    cut.for_each_chunk(
        slopes,
        &mut [],
        |slopes| {
            dispatch(level, SlopesOfChunk { nodes, theta, block: cut.block, slopes, accumulate });
            Ok(())
        },
        Ok,
    )
}

struct SlopesOfChunk<'a, 'b, T, N> {
    nodes: &'a N,
    theta: &'a View<'a, T, 3>,
    block: usize,
    /// Slopes in the place of phases.
    slopes: Chunk<'b, T>,
    accumulate: bool,
}

impl<T: Real, N: Nodes<T>> Kernel<T> for SlopesOfChunk<'_, '_, T, N> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let Self { nodes, theta, block, slopes: mut chunk, accumulate } = self;
        let mut phases = [T::default(); BLOCK];
        let mut slopes = [T::default(); BLOCK];
        for at in (0..chunk.len()).step_by(block) {
            let len = block.min(chunk.len() - at);
            theta.read_line([0, 0, chunk.first + at], &mut phases[..len]);
            self::slopes::<T, V>(nodes, chunk.first + at, &phases[..block], &mut slopes[..block]);
            if accumulate {
                chunk.phases.read_line([0, 0, at], &mut phases[..len]);
                for (slope, before) in slopes[..len].iter_mut().zip(&phases) {
                    *slope = *before + *slope;
                }
            }
            chunk.phases.write_line([0, 0, at], &slopes[..len]);
        }
    }
}
