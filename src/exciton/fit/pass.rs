//! One chunk of configurations on the way forward: diagonalised in lanes, added to moments one after the other.

use super::{ABSORPTION, BANDS, CD, LD};
use super::coefficients::{Coefficients, Columns};
use super::forward::Evaluator;
use super::group::Group;
use super::lines::{TERMS, whole};
use super::parts::{PART_TERMS, Parts};
use super::parameters::State;
use super::powers::Powers;
use crate::error::{Result, try_box, try_reserve, try_vec};
use crate::exciton::way::Way;
use crate::simd::{Aligned, Kernel, Lanes, Piece};
use std::any::Any;
use std::ops::Range;

/// One chunk of configurations.
pub struct Pass<'a> {
    pub evaluator: &'a Evaluator<'a>,
    /// Number of the variant.
    pub variant: usize,
    pub state: &'a State,
    pub columns: &'a Columns,
    /// Moments are those of parts, of the sticks alone.
    pub parts: Option<&'a Parts>,
    /// Where energies and eigenvectors go, group by group, if they are wanted as well.
    pub kept: Option<Piece<'a>>,
    pub way: Way,
    pub first: usize,
    pub len: usize,
}

impl Kernel for Pass<'_> {
    /// Moments of the bands, and cells (or parts) that may have some.
    type Output = Result<([Aligned; BANDS], Range<usize>)>;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Self::Output {
        let wanted = self.evaluator.problem.wanted();
        let len = self.evaluator.moments_len(self.columns, self.parts);
        let fresh = |band: usize| if wanted[band] { self.evaluator.accumulator(len) } else { Ok(Aligned::empty()) };
        let mut sums = [fresh(0)?, fresh(1)?, fresh(2)?];
        let mut kept = self.kept;
        let pass = Self { kept: None, ..self };
        let mut in_pairs = if matches!(pass.way, Way::Pairs) { pass.len } else { 0 };
        // A last group of one vector would take a pair's time; where groups are kept all are alike.
        let rest = in_pairs % V::Pair::WIDTH;
        if kept.is_none() && rest <= V::WIDTH {
            in_pairs -= rest;
        }
        let cells = pass.add::<V, V::Pair>(0..in_pairs, &mut kept, &mut sums)?;
        let others = pass.add::<V, V>(in_pairs..pass.len, &mut kept, &mut sums)?;
        Ok((sums, joined(cells, others)))
    }
}

/// From the first to the last of both.
pub fn joined(one: Range<usize>, other: Range<usize>) -> Range<usize> {
    match (one.is_empty(), other.is_empty()) {
        (true, _) => other,
        (_, true) => one,
        _ => one.start.min(other.start)..one.end.max(other.end),
    }
}

impl Pass<'_> {
    /// Some of the chunk's configurations: solves in vectors `S`, adds up in vectors `V`, in the order of the configurations. Returns the cells
    /// (or parts) that may have moments.
    #[inline(always)]
    fn add<V: Lanes, S: Lanes>(&self, configurations: Range<usize>, kept: &mut Option<Piece<'_>>, sums: &mut [Aligned; BANDS]) -> Result<Range<usize>> {
        if configurations.is_empty() {
            return Ok(0..0);
        }
        let problem = self.evaluator.problem;
        let variant = &problem.variants[self.variant];
        let cells = self.parts.map_or(self.evaluator.cells(), |parts| parts.cells);
        let (system, n) = (&variant.system, variant.system.n());
        let moved = &self.state.variants[self.variant];
        let changes = moved.changes();
        let wanted = problem.wanted();
        // A single column stays in the first-level cache.
        let is_alone = self.columns.len() == 1;
        let mut workspace = self.workspace::<S>(cells.count)?;
        let Workspace { group, coefficients, by_cell, .. } = workspace.downcast_mut::<Workspace<S>>().expect("made for these vectors");
        let powers = Powers::<V>::new();
        let adder = Adder { powers: &powers, columns: self.columns, per_half: cells.per_half(), wanted };
        for at in configurations.clone().step_by(S::WIDTH) {
            let first = self.first + at;
            let count = S::WIDTH.min(configurations.end - at);
            group.solve(system, &changes, first, count)?;
            if let Some(kept) = kept {
                kept.push(&group.energies);
                kept.push(&group.vectors()[..n * n]);
            }
            coefficients.fill(problem, self.variant, self.state, self.columns, &cells, group, first, count, wanted);
            if self.parts.is_some() {
                let mut weights = [0.0; 32];
                for (lane, weight) in weights[..count].iter_mut().enumerate() {
                    *weight = self.evaluator.weights.of(first + lane) * moved.weight;
                }
                add_to_parts::<V, S>(&powers, coefficients, &weights[..count], sums);
                continue;
            }
            if is_alone {
                for lane in 0..count {
                    let weight = self.evaluator.weights.of(first + lane) * moved.weight;
                    for k in 0..n {
                        if let Some((cell, t)) = coefficients.place(k, lane) {
                            adder.add::<S, 1>(coefficients, cell, [Stick { k, lane, t, weight }], sums);
                        }
                    }
                }
                continue;
            }
            // The last first, so that a cell gets its own in the order that they have without this.
            for lane in (0..count).rev() {
                let weight = self.evaluator.weights.of(first + lane) * moved.weight;
                for k in (0..n).rev() {
                    if let Some((cell, t)) = coefficients.place(k, lane) {
                        by_cell.push(cell, Stick { k, lane, t, weight });
                    }
                }
            }
            while let Some((cell, mut sticks)) = by_cell.next_cell() {
                while let Some(one) = by_cell.next_stick(&mut sticks) {
                    match by_cell.next_stick(&mut sticks) {
                        Some(other) => adder.add::<S, 2>(coefficients, cell, [one, other], sums),
                        None => adder.add::<S, 1>(coefficients, cell, [one], sums),
                    }
                }
            }
        }
        let occupied = coefficients.occupied();
        self.evaluator.passes.give(workspace);
        Ok(occupied)
    }

    /// What an earlier pass over the same variant, columns and number of cells has left, or a new one.
    #[inline(always)]
    fn workspace<S: Lanes>(&self, cell_count: usize) -> Result<Box<dyn Any + Send>> {
        let suits = |left: &Box<dyn Any + Send>| {
            let workspace = left.downcast_ref::<Workspace<S>>();
            workspace.is_some_and(|own| own.variant == self.variant && own.coefficients.is_for(self.columns, cell_count))
        };
        if let Some(mut left) = self.evaluator.passes.take_one(suits) {
            let workspace = left.downcast_mut::<Workspace<S>>().expect("suits");
            workspace.group.forget();
            workspace.coefficients.forget();
            return Ok(left);
        }
        // One that does not suit makes room: there are never more of a kind than passes at a time.
        drop(self.evaluator.passes.take_one(|left| left.is::<Workspace<S>>()));
        let variant = &self.evaluator.problem.variants[self.variant];
        let n = variant.system.n();
        let cells = if self.columns.len() == 1 { 0 } else { cell_count };
        let workspace = Workspace {
            variant: self.variant,
            group: Group::<S>::new(&variant.system)?,
            coefficients: Coefficients::<S>::new(variant, self.columns, cell_count)?,
            by_cell: ByCell::new(cells, n * S::WIDTH)?,
        };
        Ok(try_box("excitons", workspace)?)
    }
}

/// What a pass works in, and leaves to later ones over the same variant: to clear new memory would take a tenth of a short pass.
struct Workspace<S> {
    variant: usize,
    group: Group<S>,
    coefficients: Coefficients<S>,
    by_cell: ByCell,
}

/// Adds the sticks of a group, alone, to moments of parts [part][PART_TERMS]. Some thirty operations a stick with two bands, of which
/// several sticks' are under way.
#[inline(always)]
fn add_to_parts<V: Lanes, S: Lanes>(
    powers: &Powers<V>,
    coefficients: &Coefficients<S>,
    weights: &[f64],
    moments: &mut [Aligned; BANDS],
) {
    let (cells, places) = coefficients.places();
    let len = cells.len();
    let places = &places[..len];
    let [a, b, c] = moments;
    let mut bands = [
        (a.slice_mut(), &coefficients.sole_values(ABSORPTION)[..len]),
        (b.slice_mut(), &coefficients.sole_values(CD)[..len]),
        (c.slice_mut(), &coefficients.sole_values(LD)[..len]),
    ];
    for (lane, weight) in weights.iter().enumerate() {
        for at in (lane..len).step_by(S::WIDTH) {
            // Beyond the last part there is none, and no moments.
            let part = whole(cells[at]) * PART_TERMS;
            let powers = powers.short(places[at]);
            for (moments, values) in &mut bands {
                let Some(moments) = moments.get_mut(part..part + PART_TERMS) else { continue };
                let value = V::splat(values[at] * weight);
                for v in 0..PART_TERMS / V::WIDTH {
                    let slot = &mut moments[v * V::WIDTH..(v + 1) * V::WIDTH];
                    powers[v].mul_add(value, V::load(slot)).store(slot);
                }
            }
        }
    }
}

/// Adds sticks to moments.
struct Adder<'a, V: Lanes> {
    powers: &'a Powers<V>,
    columns: &'a Columns,
    per_half: f64,
    wanted: [bool; BANDS],
}

impl<V: Lanes> Adder<'_, V> {
    /// Adds sticks of one cell. Bound by loads and stores of the moments, which two sticks share.
    #[inline(always)]
    fn add<S: Lanes, const N: usize>(&self, coefficients: &Coefficients<S>, cell: usize, sticks: [Stick; N], moments: &mut [Aligned; BANDS]) {
        let mut values = [[V::zero(); 4]; N];
        let mut slopes = [[V::zero(); 4]; N];
        for i in 0..N {
            values[i] = self.powers.values(sticks[i].t, sticks[i].weight);
            if !self.columns.hamiltonian().is_empty() {
                slopes[i] = self.powers.slopes(sticks[i].t, sticks[i].weight * self.per_half);
            }
        }
        // Written out: a loop over bands is not unrolled, and takes a tenth longer.
        if self.wanted[ABSORPTION] {
            self.add_to_band(coefficients, &values, &slopes, ABSORPTION, cell, &sticks, moments[ABSORPTION].slice_mut());
        }
        if self.wanted[CD] {
            self.add_to_band(coefficients, &values, &slopes, CD, cell, &sticks, moments[CD].slice_mut());
        }
        if self.wanted[LD] {
            self.add_to_band(coefficients, &values, &slopes, LD, cell, &sticks, moments[LD].slice_mut());
        }
    }

    /// The same in one band.
    #[inline(always)]
    #[allow(clippy::too_many_arguments)]
    fn add_to_band<S: Lanes, const N: usize>(
        &self,
        coefficients: &Coefficients<S>,
        values: &[[V; 4]; N],
        slopes: &[[V; 4]; N],
        band: usize,
        cell: usize,
        sticks: &[Stick; N],
        moments: &mut [f64],
    ) {
        let columns = self.columns.len();
        let row = &mut moments[cell * columns * TERMS..(cell + 1) * columns * TERMS];
        let (of_hamiltonian, others) = row.split_at_mut(self.columns.hamiltonian().len() * TERMS);
        let mut its_values: [&[f64]; N] = [&[]; N];
        let mut its_slopes: [&[f64]; N] = [&[]; N];
        for i in 0..N {
            its_values[i] = coefficients.values_of(band, sticks[i].k, sticks[i].lane);
            its_slopes[i] = coefficients.slopes_of(band, sticks[i].k, sticks[i].lane);
        }
        for (column, slot) in of_hamiltonian.chunks_exact_mut(TERMS).enumerate() {
            let mut value = [V::zero(); N];
            let mut slope = [V::zero(); N];
            for i in 0..N {
                value[i] = V::splat(its_values[i][column * S::WIDTH]);
                slope[i] = V::splat(its_slopes[i][column * S::WIDTH]);
            }
            for part in 0..TERMS / V::WIDTH {
                let place = &mut slot[part * V::WIDTH..(part + 1) * V::WIDTH];
                let mut sum = V::load(place);
                for i in 0..N {
                    sum = values[i][part].mul_add(value[i], sum);
                    sum = slopes[i][part].mul_add(slope[i], sum);
                }
                sum.store(place);
            }
        }
        let before = self.columns.hamiltonian().len();
        for (column, slot) in others.chunks_exact_mut(TERMS).enumerate() {
            for part in 0..TERMS / V::WIDTH {
                let place = &mut slot[part * V::WIDTH..(part + 1) * V::WIDTH];
                let mut sum = V::load(place);
                for i in 0..N {
                    sum = values[i][part].mul_add(V::splat(its_values[i][(before + column) * S::WIDTH]), sum);
                }
                sum.store(place);
            }
        }
    }
}

/// A stick of a group: exciton `k` of the configuration in a lane.
#[derive(Clone, Copy)]
struct Stick {
    k: usize,
    lane: usize,
    t: f64,
    weight: f64,
}

/// The sticks of a group, cell by cell. Rows of moments outgrow the first-level cache: taken stick after stick, most of the time was
/// the way of a cell's rows to the second level and back.
struct ByCell {
    /// By cell: its stick that came last.
    last: Vec<u32>,
    /// Cells that have sticks.
    touched: Vec<u32>,
    /// Each with the one that came before it in its cell.
    sticks: Vec<(Stick, u32)>,
}

const NONE: u32 = u32::MAX;

impl ByCell {
    /// For so many cells and, at a time, sticks.
    fn new(cells: usize, sticks: usize) -> Result<Self> {
        let mut by_cell = Self { last: try_vec("moments", cells, NONE)?, touched: Vec::new(), sticks: Vec::new() };
        try_reserve("moments", &mut by_cell.touched, sticks)?;
        try_reserve("moments", &mut by_cell.sticks, sticks)?;
        Ok(by_cell)
    }

    #[inline(always)]
    fn push(&mut self, cell: usize, stick: Stick) {
        let before = std::mem::replace(&mut self.last[cell], self.sticks.len() as u32);
        if before == NONE {
            self.touched.push(cell as u32);
        }
        self.sticks.push((stick, before));
    }

    /// A cell and its last stick; forgets all sticks when there are no more.
    #[inline(always)]
    fn next_cell(&mut self) -> Option<(usize, u32)> {
        let Some(cell) = self.touched.pop() else {
            self.sticks.clear();
            return None;
        };
        Some((cell as usize, std::mem::replace(&mut self.last[cell as usize], NONE)))
    }

    /// The stick `at`, which becomes the one before it.
    #[inline(always)]
    fn next_stick(&self, at: &mut u32) -> Option<Stick> {
        let &(stick, before) = self.sticks.get(*at as usize)?;
        *at = before;
        Some(stick)
    }
}
