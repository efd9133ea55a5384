//! Any graph: node i is pulled by those that its row of a sparse matrix (CSR) names.
//!
//! ```text
//! d theta_i / dt = omega_i + K_i sum_e w_e sin(theta_(j(e)) - theta_i - alpha)      e: the edges of row i
//! ```
//!
//! As on a lattice one sine and cosine of every node serve all edges to it. They lie side by side, so that an edge is one
//! access to memory: with more nodes than the caches hold, the time is that of fetching 16 bytes (8 in f32) from anywhere for
//! every edge (asked for a piece ahead), otherwise that of a few scalar instructions.

use super::law::{Coupling, Law};
use super::nodes::{BLOCK, Nodes};
use crate::array::View;
use crate::error::{Error, Result, Status, try_vec};
use crate::simd::{Kernel, Lanes, Level, Real, dispatch, prefetch, sine_of_difference};
use crate::threads::{Progress, for_each_chunk, ranges};

/// An integer type that callers keep indices in.
pub trait Index: Copy + Default + PartialOrd + Send + Sync + std::fmt::Display + 'static {
    fn to_i64(self) -> i64;
}

impl Index for i32 {
    fn to_i64(self) -> i64 {
        self.into()
    }
}

impl Index for i64 {
    fn to_i64(self) -> i64 {
        self
    }
}

/// A sparse matrix in compressed rows.
#[derive(Clone, Copy)]
pub struct Graph<'a, T, I> {
    /// Where the edges of every row begin, and where the last end.
    pub row_start: View<'a, I, 1>,
    /// The node that each edge leads to.
    pub neighbours: View<'a, I, 1>,
    /// [1][1][edge], or 1 for all.
    pub weights: Option<View<'a, T, 3>>,
}

/// Edges and nodes worked on at a time.
const PIECE: usize = 256;
/// From so many nodes on what is known of them (16 bytes each) does not fit a second-level cache.
const NODES_BEYOND_CACHES: usize = 1 << 16;
/// Edges or nodes, a nanosecond each, that a thread should have at least.
const WORTH_A_CHUNK: usize = 32_768;

impl<T: Real, I: Index> Graph<'_, T, I> {
    fn nodes(&self) -> usize {
        self.row_start.dims()[0] - 1
    }

    fn edges(&self) -> usize {
        self.neighbours.dims()[0]
    }

    /// Refuses what is not a graph, and names the first mistake.
    pub fn check(&self) -> Result<()> {
        let refuse = |message: String| Err(Error::new(Status::Argument, message));
        let (nodes, edges) = (self.nodes() as i64, self.edges() as i64);
        let first = self.row_start.at([0]).to_i64();
        if first != 0 {
            return refuse(format!("row_start: element [0] is {first}; the edges of the first row begin at 0 (indices count from 0)"));
        }
        let mut before = 0;
        let mut starts = [I::default(); PIECE];
        for from in (0..=self.nodes()).step_by(PIECE) {
            let starts = &mut starts[..PIECE.min(self.nodes() + 1 - from)];
            self.row_start.read_line([from], starts);
            for (at, start) in starts.iter().enumerate() {
                let (index, start) = (from + at, start.to_i64());
                if start < before || start > edges {
                    return refuse(format!(
                        "row_start: element [{index}] is {start}; it is at least the one before, {before}, and at most n_edges = {edges}"
                    ));
                }
                before = start;
            }
        }
        if before != edges {
            return refuse(format!("row_start: element [{nodes}] is {before}; the last row ends at n_edges = {edges}"));
        }
        for_each_chunk(
            ranges(self.edges(), self.edges().div_ceil(64).max(WORTH_A_CHUNK)),
            |_| 0,
            &mut Progress::none(),
            |(first, len)| self.check_neighbours(first, len),
            Ok,
        )
    }

    fn check_neighbours(&self, first: usize, len: usize) -> Result<()> {
        let nodes = self.nodes() as u64;
        let mut neighbours = [I::default(); PIECE];
        for from in (first..first + len).step_by(PIECE) {
            let neighbours = &mut neighbours[..PIECE.min(first + len - from)];
            self.neighbours.read_line([from], neighbours);
            // Without a branch for each; a negative index is a large unsigned one.
            let are_good = neighbours.iter().fold(true, |good, j| good & ((j.to_i64() as u64) < nodes));
            if !are_good {
                let at = neighbours.iter().position(|j| j.to_i64() as u64 >= nodes).expect("one is not good");
                return Err(Error::new(
                    Status::Argument,
                    format!(
                        "neighbours: element [{}] is {}; a node's number is from 0 to n_nodes - 1 = {}",
                        from + at,
                        neighbours[at],
                        nodes as i64 - 1
                    ),
                ));
            }
        }
        Ok(())
    }
}

pub struct Network<'a, T, I> {
    graph: Graph<'a, T, I>,
    omega: View<'a, T, 3>,
    strength: View<'a, T, 3>,
    coupling: Coupling<T>,
    /// What neighbours need to know of every node: its sine and cosine, or (for the direct laws) its phase.
    described: Vec<[T; 2]>,
}

impl<'a, T: Real, I: Index> Network<'a, T, I> {
    /// `omega` and `strength` are [1][1][node]; the graph has been checked.
    pub fn new(
        graph: Graph<'a, T, I>,
        omega: View<'a, T, 3>,
        strength: View<'a, T, 3>,
        coupling: Coupling<T>,
    ) -> Result<Self> {
        let described = try_vec("theta", graph.nodes(), [T::default(); 2])?;
        Ok(Self { graph, omega, strength, coupling, described })
    }

    /// Calls `visit` with the neighbours and weights of edges, piece by piece, and with the rows that have them: for each the
    /// number of the row behind `first` and its part of the piece.
    #[inline(always)]
    fn for_each_piece(&self, first: usize, rows: usize, mut visit: impl FnMut(&[I], &[T], Rows<'_>)) {
        let mut starts = [0usize; BLOCK + 1];
        for (at, start) in starts[..=rows].iter_mut().enumerate() {
            *start = self.graph.row_start.at([first + at]).to_i64() as usize;
        }
        let mut neighbours = [I::default(); PIECE];
        let mut weights = [T::from_f64(1.0); PIECE];
        let mut row = 0;
        for from in (starts[0]..starts[rows]).step_by(PIECE) {
            let len = PIECE.min(starts[rows] - from);
            self.graph.neighbours.read_line([from], &mut neighbours[..len]);
            if let Some(of_edges) = &self.graph.weights {
                of_edges.read_line([0, 0, from], &mut weights[..len]);
            }
            // All at once: the processor has many requests under way, while sums would have it wait for a few.
            if self.described.len() >= NODES_BEYOND_CACHES {
                for neighbour in &neighbours[..len] {
                    prefetch(self.described.as_ptr().wrapping_add(neighbour.to_i64() as usize));
                }
            }
            while starts[row + 1] <= from {
                row += 1;
            }
            visit(&neighbours[..len], &weights[..len], Rows { starts: &starts[..=rows], from, to: from + len, row });
        }
    }

    #[inline(always)]
    fn sine_slopes(&self, first: usize, sums: &mut [T]) {
        let mut cosines = [T::default(); BLOCK];
        self.for_each_piece(first, sums.len(), |neighbours, weights, rows| {
            rows.for_each(|row, from, to| {
                let (mut sine, mut cosine) = (sums[row], cosines[row]);
                for (neighbour, &weight) in neighbours[from..to].iter().zip(&weights[from..to]) {
                    let [s, c] = self.described[neighbour.to_i64() as usize];
                    sine = sine + weight * s;
                    cosine = cosine + weight * c;
                }
                (sums[row], cosines[row]) = (sine, cosine);
            });
        });
        let Coupling { cosine_of_lag, sine_of_lag, .. } = self.coupling;
        for (row, sum) in sums.iter_mut().enumerate() {
            let [sine, cosine] = self.described[first + row];
            let lagged_cosine = cosine * cosine_of_lag - sine * sine_of_lag;
            let lagged_sine = sine * cosine_of_lag + cosine * sine_of_lag;
            *sum = lagged_cosine * *sum - lagged_sine * cosines[row];
        }
    }

    #[inline(always)]
    fn direct_slopes<V: Lanes<T>>(&self, first: usize, phases: &[T], sums: &mut [T]) {
        let lag = self.coupling.lag;
        let is_sine = self.coupling.law == Law::DirectSine;
        let mut pulls = [T::default(); PIECE];
        self.for_each_piece(first, sums.len(), |neighbours, weights, rows| {
            rows.for_each(|row, from, to| {
                for (pull, neighbour) in pulls[from..to].iter_mut().zip(&neighbours[from..to]) {
                    *pull = self.described[neighbour.to_i64() as usize][0] - phases[row] - lag;
                }
            });
            if is_sine {
                sines::<T, V>(&mut pulls[..neighbours.len().next_multiple_of(V::WIDTH)]);
            }
            rows.for_each(|row, from, to| {
                let mut sum = sums[row];
                for (&pull, &weight) in pulls[from..to].iter().zip(&weights[from..to]) {
                    sum = sum + weight * pull;
                }
                sums[row] = sum;
            });
        });
    }
}

#[inline(always)]
fn sines<T: Real, V: Lanes<T>>(angles: &mut [T]) {
    for angle in angles.chunks_exact_mut(V::WIDTH) {
        sine_of_difference(V::load(angle)).store(angle);
    }
}

/// Rows, or parts of them, whose edges are in a piece.
#[derive(Clone, Copy)]
struct Rows<'a> {
    starts: &'a [usize],
    /// The piece's edges.
    from: usize,
    to: usize,
    /// The row of the first.
    row: usize,
}

impl Rows<'_> {
    #[inline(always)]
    fn for_each(&self, mut visit: impl FnMut(usize, usize, usize)) {
        let mut row = self.row;
        let mut at = self.from;
        while at < self.to {
            let end = self.starts[row + 1].min(self.to);
            visit(row, at - self.from, end - self.from);
            at = end;
            row += 1;
        }
    }
}

impl<T: Real, I: Index> Nodes<T> for Network<'_, T, I> {
    fn len(&self) -> usize {
        self.described.len()
    }

    fn prepare(&mut self, phases: &View<'_, T, 3>) -> Result<()> {
        let level = Level::current()?;
        let law = self.coupling.law;
        let size = self.described.len().div_ceil(64).max(WORTH_A_CHUNK);
        let chunks = ranges(self.described.len(), size).zip(self.described.chunks_mut(size));
        for_each_chunk(
            chunks,
            |_| 0,
            &mut Progress::none(),
            |((first, _), described)| {
                dispatch(level, Describe { phases, first, law, described });
                Ok(())
            },
            Ok,
        )
    }

    #[inline(always)]
    fn slopes<V: Lanes<T>>(&self, first: usize, phases: &[T], slopes: &mut [T]) {
        let len = slopes.len().min(self.len() - first);
        let slopes = &mut slopes[..len];
        slopes.fill(T::default());
        match self.coupling.law {
            Law::Sine => self.sine_slopes(first, slopes),
            Law::DirectSine | Law::Linear => self.direct_slopes::<V>(first, phases, slopes),
        }
        let (mut omega, mut strength) = ([T::default(); BLOCK], [T::default(); BLOCK]);
        self.omega.read_line([0, 0, first], &mut omega[..len]);
        self.strength.read_line([0, 0, first], &mut strength[..len]);
        for ((slope, omega), strength) in slopes.iter_mut().zip(omega).zip(strength) {
            *slope = omega + strength * *slope;
        }
    }
}

struct Describe<'a, T> {
    phases: &'a View<'a, T, 3>,
    first: usize,
    law: Law,
    described: &'a mut [[T; 2]],
}

impl<T: Real> Kernel<T> for Describe<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let Self { phases, first, law, described } = self;
        let (mut firsts, mut seconds) = ([T::default(); PIECE], [T::default(); PIECE]);
        for (number, piece) in described.chunks_mut(PIECE).enumerate() {
            phases.read_line([0, 0, first + number * PIECE], &mut firsts[..piece.len()]);
            if law == Law::Sine {
                for at in (0..piece.len()).step_by(V::WIDTH) {
                    let (sine, cosine) = V::load(&firsts[at..]).sin_cos();
                    sine.store(&mut firsts[at..]);
                    cosine.store(&mut seconds[at..]);
                }
            }
            for ((place, &one), &other) in piece.iter_mut().zip(&firsts).zip(&seconds) {
                *place = [one, other];
            }
        }
    }
}
