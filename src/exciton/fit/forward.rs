//! Mean spectra and their Jacobian, in one pass over the configurations.
//!
//! A parameter that works through the sticks has a column of moments of its own (`lines`): for each exciton a value and,
//! for parameters of the Hamiltonian, a derivative in energy (`coefficients`). Parameters of the spectra follow from the
//! sticks' own column.

use super::coefficients::Columns;
use super::line_sums::LineWork;
use super::lines::{self, BandLines, Cells, SIGMA_PER_FWHM, TERMS};
use super::parameters::{Parameter, Parameters, State};
use super::parts::{PART_TERMS, PARTS, Parts};
use super::variants::Variant;
use super::BANDS;
use super::pass::{Pass, joined};
use crate::array::View;
use crate::error::{Result, try_collect, try_vec};
use crate::exciton::options::{Normalization, Options};
use crate::exciton::way::Choice;
use crate::exciton::weights::Weights;
use crate::simd::{Aligned, Kernel, Lanes, Level, Pieces, dispatch};
use crate::threads::{Progress, Workspaces, for_each_chunk, ranges};
use std::any::Any;
use std::ops::Range;

/// What spectra are wanted of which configurations, and which quantities vary.
pub struct Problem<'a> {
    /// At least one; all have the same number of configurations.
    pub variants: &'a [Variant<'a>],
    pub weights: Option<View<'a, f64, 1>>,
    /// Ascending points of each spectrum; empty for one that is not wanted.
    pub points: [&'a [f64]; BANDS],
    pub parameters: &'a Parameters,
    pub options: &'a Options,
    /// Widths where none is a parameter.
    pub fwhm: [f64; BANDS],
}

impl Problem<'_> {
    pub fn n_conf(&self) -> usize {
        self.variants[0].system.n_conf()
    }

    /// Of all variants.
    pub fn configurations(&self) -> usize {
        self.n_conf().saturating_mul(self.variants.len())
    }

    /// Of all variants and configurations.
    pub fn sticks(&self) -> usize {
        let of = |variant: &Variant| self.n_conf().saturating_mul(variant.system.n());
        self.variants.iter().map(of).fold(0, usize::saturating_add)
    }

    pub fn wanted(&self) -> [bool; BANDS] {
        self.points.map(|points| !points.is_empty())
    }

    pub fn state(&self, values: &[f64]) -> Result<State> {
        self.parameters.state(values, self.variants, self.fwhm)
    }
}

/// Nanoseconds that a chunk of a pass takes at least: to hand one out takes some four thousand. A fit of a hundred configurations of eight sites has two, also for its
/// misfit alone, which takes 50 us with AVX-512.
const WORTH_A_CHUNK: f64 = 25e3;

/// Configurations to a chunk of a pass: as many chunks as a power of 2, since processors are, and none shorter than a thread is worth
/// or than `least` nanoseconds; multiples of `step`. Depends on the problem and the SIMD level alone.
fn chunk_size(n_conf: usize, nanoseconds: f64, least: f64, step: usize) -> usize {
    const LONGEST: f64 = 20e6;
    const MOST: usize = 32;
    const FEW: usize = 8;
    let all = n_conf as f64 * nanoseconds;
    let chunks = ((all / WORTH_A_CHUNK.max(least)) as usize).clamp(1, MOST);
    let mut chunks = (1 << chunks.ilog2()).max((all / LONGEST.max(least)) as usize);
    let size = |chunks: usize| n_conf.div_ceil(chunks).max(1).next_multiple_of(step);
    // Of few chunks the last should not be a small rest, with which two threads take longer than with half as many.
    while (2..=FEW).contains(&chunks) && size(chunks) * (2 * chunks - 1) > 2 * n_conf {
        chunks /= 2;
    }
    size(chunks)
}

/// Model spectra, and how they change: `[point][parameter]`, empty if not asked for.
pub struct Jacobian {
    pub spectra: [Vec<f64>; BANDS],
    pub rows: [Vec<f64>; BANDS],
}

/// Mean spectra at the given values, with or without their Jacobian.
pub fn jacobian(problem: &Problem, values: &[f64], with_rows: bool, progress: &mut Progress) -> Result<Jacobian> {
    Evaluator::new(problem)?.jacobian(values, with_rows, progress)
}

/// Evaluates one problem at several values. Keeps the tables of lines while widths and shifts stay.
pub struct Evaluator<'a> {
    pub problem: &'a Problem<'a>,
    pub level: Level,
    pub weights: Weights<'a>,
    tables: Option<Tables>,
    /// The widths and shifts that the tables are for; NaN before there are any.
    tables_for: ([f64; BANDS], [f64; BANDS]),
    /// Accumulators of chunks that were added up, to be used again: fresh memory would cost a page fault for every 4 KiB, which
    /// is as much as the work of a chunk.
    /// With each the range of it that may differ from 0.
    spare: Workspaces<(Aligned, Range<usize>)>,
    /// Workspaces of passes (`pass::Workspace`), whose types the SIMD level decides.
    pub passes: Workspaces<Box<dyn Any + Send>>,
}

struct Tables {
    cells: Cells,
    bands: [Option<BandLines>; BANDS],
    /// Which of the bands has the lines of each: the first of those for which all that they depend on is equal.
    lines_of: [usize; BANDS],
}

/// The moments of all configurations, and what the pass kept of them.
pub struct Moments {
    pub sums: [Aligned; BANDS],
    /// From the first cell that may have moments to the last. All others are 0.
    pub cells: Range<usize>,
    /// Energies and eigenvectors, variant by variant, group by group. Empty unless asked for.
    pub kept: Aligned,
}

impl<'a> Evaluator<'a> {
    pub fn new(problem: &'a Problem<'a>) -> Result<Self> {
        let weights = Weights::new(problem.weights, problem.n_conf())?;
        Ok(Self { problem, level: Level::current()?, weights, tables: None, tables_for: ([f64::NAN; BANDS], [f64::NAN; BANDS]), spare: Workspaces::default(), passes: Workspaces::default() })
    }

    pub fn jacobian(&mut self, values: &[f64], with_rows: bool, progress: &mut Progress) -> Result<Jacobian> {
        let problem = self.problem;
        let state = problem.state(values)?;
        let columns = if with_rows { Columns::new(problem.parameters)? } else { Columns::sticks_alone() };
        self.prepare(&state)?;
        let moments = self.moments(&state, &columns, None, false, progress)?;
        let mut jacobian = Jacobian { spectra: Default::default(), rows: Default::default() };
        for band in 0..BANDS {
            let spectra = self.band_spectra(&moments, &state, band, &columns)?;
            jacobian.spectra[band] = spectra.model(&state, band)?;
            if with_rows {
                jacobian.rows[band] = self.rows(&spectra, &state, &columns, band)?;
            }
        }
        self.give_back(moments);
        Ok(jacobian)
    }

    pub fn cells(&self) -> Cells {
        self.tables.as_ref().expect("prepared").cells
    }

    pub fn lines(&self, band: usize) -> Option<&BandLines> {
        let tables = self.tables.as_ref().expect("prepared");
        tables.bands[tables.lines_of[band]].as_ref()
    }

    /// Sees to it that the tables belong to this state's widths and shifts.
    pub fn prepare(&mut self, state: &State) -> Result<()> {
        let (fwhm, shift) = (state.fwhm, state.shift);
        if self.tables_for == (fwhm, shift) {
            return Ok(());
        }
        let points = self.problem.points;
        let cells = Cells::new(points, fwhm, shift)?;
        let mut bands = [const { None }; BANDS];
        let is_same = |a: usize, b: usize| points[a] == points[b] && fwhm[a] == fwhm[b] && shift[a] == shift[b];
        let lines_of = std::array::from_fn(|band| (0..band).find(|&other| is_same(band, other)).unwrap_or(band));
        for band in (0..BANDS).filter(|&band| lines_of[band] == band && !points[band].is_empty()) {
            let make = MakeLines { cells, points: points[band], fwhm: fwhm[band], shift: shift[band] };
            bands[band] = Some(dispatch(self.level, make)?);
        }
        self.tables = Some(Tables { cells, bands, lines_of });
        self.tables_for = (fwhm, shift);
        Ok(())
    }

    /// How a variant is solved, how many configurations it has, and nanoseconds for each.
    fn work_of(&self, columns: &Columns, variant: usize) -> (Choice, usize, f64) {
        let system = &self.problem.variants[variant].system;
        let n_conf = if system.n() == 0 { 0 } else { system.n_conf() };
        let choice = Choice::in_lanes(n_conf, system.n(), true, self.level);
        (choice, n_conf, choice.nanoseconds + system.n() as f64 * (20.0 + 3.0 * columns.len() as f64))
    }

    /// Chunks of a pass at most, as far as is known without cells.
    pub fn most_chunks(&self, columns: &Columns) -> usize {
        let of = |variant| {
            let (_, n_conf, nanoseconds) = self.work_of(columns, variant);
            (n_conf as f64 * nanoseconds / WORTH_A_CHUNK) as usize
        };
        (0..self.problem.variants.len()).map(of).max().unwrap_or(0)
    }

    /// Configurations of a variant to a chunk, and how they are solved.
    pub fn chunks(&self, columns: &Columns, parts: Option<&Parts>, variant: usize) -> (Choice, usize, usize) {
        let (choice, n_conf, nanoseconds) = self.work_of(columns, variant);
        // Clearing a chunk's moments and adding them to the others should be a tenth of its work: half a nanosecond a number, and half of
        // the cells have sticks as a rule.
        let bands = self.problem.wanted().iter().filter(|wanted| **wanted).count();
        let adding = 0.25 * bands as f64 * self.moments_len(columns, parts) as f64;
        // Where nothing is kept the last group may be one vector instead of a pair (`Pass`): chunks are more alike then.
        let step = if columns.len() > 1 { choice.group.min(self.level.lanes()) } else { choice.group };
        (choice, chunk_size(n_conf, nanoseconds, 10.0 * adding, step), n_conf)
    }

    /// Numbers that are kept of a variant.
    pub fn kept_of(&self, variant: usize) -> usize {
        let (choice, _, n_conf) = self.chunks(&Columns::sticks_alone(), None, variant);
        let n = self.problem.variants[variant].system.n();
        n_conf.next_multiple_of(choice.group).saturating_mul(n * (n + 1))
    }

    /// Numbers of moments of a band.
    pub fn moments_len(&self, columns: &Columns, parts: Option<&Parts>) -> usize {
        parts.map_or(self.cells().count.saturating_mul(columns.len() * TERMS), Parts::moments_len)
    }

    /// Moments of cells, by way of their parts where there are such; then the sticks' own column is the only one.
    pub fn moments(
        &self,
        state: &State,
        columns: &Columns,
        parts: Option<&Parts>,
        keep: bool,
        progress: &mut Progress,
    ) -> Result<Moments> {
        let mut sums = [const { Aligned::empty() }; BANDS];
        let mut cells: Range<usize> = 0..0;
        let per_cell = parts.map_or(columns.len() * TERMS, |_| PART_TERMS);
        // One piece of memory, which malloc hands out again in the next call without new pages.
        let variants = 0..if keep { self.problem.variants.len() } else { 0 };
        let numbers = variants.map(|variant| self.kept_of(variant)).fold(0, usize::saturating_add);
        let mut kept = Pieces::new("excitons", numbers)?;
        for variant in 0..self.problem.variants.len() {
            let (choice, size, n_conf) = self.chunks(columns, parts, variant);
            let n = self.problem.variants[variant].system.n();
            let mut pieces = kept.cut(if keep { self.kept_of(variant) } else { 0 }, size * n * (n + 1));
            for_each_chunk(
                ranges(n_conf, size).map(|range| (range, pieces.next())),
                |((_, len), _)| *len,
                progress,
                |((first, len), kept)| {
                    let pass = Pass { evaluator: self, variant, state, columns, parts, kept, way: choice.way, first, len };
                    dispatch(self.level, pass)
                },
                |(part, its_cells)| {
                    let range = its_cells.start * per_cell..its_cells.end * per_cell;
                    for (sum, part) in sums.iter_mut().zip(part) {
                        if sum.slice().is_empty() {
                            *sum = part;
                        } else {
                            let (totals, part_sums) = (&mut sum.slice_mut()[range.clone()], &part.slice()[range.clone()]);
                            totals.iter_mut().zip(part_sums).for_each(|(total, x)| *total += x);
                            self.spare.give((part, range.clone()));
                        }
                    }
                    cells = joined(cells.clone(), its_cells);
                    Ok(())
                },
            )?;
        }
        if let Some(parts) = parts {
            for sum in sums.iter_mut().filter(|sum| !sum.slice().is_empty()) {
                let mut of_cells = Aligned::zeros("moments", self.moments_len(columns, None))?;
                dispatch(self.level, Join { parts, of_parts: sum.slice(), of_cells: of_cells.slice_mut() });
                *sum = of_cells;
            }
            cells = cells.start / PARTS..cells.end.div_ceil(PARTS);
        }
        Ok(Moments { sums, cells, kept: kept.finish()? })
    }

    /// `len` zeros for moments.
    pub fn accumulator(&self, len: usize) -> Result<Aligned> {
        match self.spare.take().filter(|(numbers, _)| numbers.slice().len() == len) {
            Some((mut numbers, range)) => {
                numbers.slice_mut()[range].fill(0.0);
                Ok(numbers)
            }
            None => Aligned::zeros("moments", len),
        }
    }

    /// Memory of moments that were used.
    pub fn give_back(&self, moments: Moments) {
        let per_cell = |sum: &Aligned| sum.slice().len() / self.cells().count.max(1);
        for sum in moments.sums.into_iter().filter(|sum| !sum.slice().is_empty()) {
            let range = moments.cells.start * per_cell(&sum)..moments.cells.end * per_cell(&sum);
            self.spare.give((sum, range));
        }
    }

    /// The columns' spectra, without what turns them into the model.
    ///
    /// The sticks' own column is summed by itself, so that it has the same bits beside any others.
    pub fn band_spectra(&self, moments: &Moments, state: &State, band: usize, columns: &Columns) -> Result<BandSpectra> {
        let row = columns.sticks().next_multiple_of(self.level.lanes());
        let mut spectra =
            BandSpectra { values: Vec::new(), row, sticks: Vec::new(), coarse: Aligned::empty(), factors: self.factors(state, band)? };
        let Some(lines) = self.lines(band) else { return Ok(spectra) };
        let points = self.problem.points[band].len();
        spectra.values = try_vec("spectrum", points.saturating_mul(row), 0.0)?;
        spectra.sticks = try_vec("spectrum", points, 0.0)?;
        let mut work = LineWork::default();
        let (values, sticks) = (&mut spectra.values, &mut spectra.sticks);
        dispatch(self.level, Spectra { lines, moments, band, columns, row, work: &mut work, values, sticks })?;
        spectra.coarse = work.sticks;
        Ok(spectra)
    }

    /// What turns a sum of lines into the mean spectrum at each point: normalisation, mean, wavenumber.
    pub fn factors(&self, state: &State, band: usize) -> Result<Vec<f64>> {
        let options = self.problem.options;
        let points = self.problem.points[band];
        let height = match options.normalization {
            Normalization::Peak => 1.0,
            Normalization::Area => 1.0 / lines::area(state.fwhm[band]),
        };
        let mut factors = try_vec("spectrum", points.len(), height / self.weights.total)?;
        if options.frequency_prefactor {
            factors.iter_mut().zip(points).for_each(|(factor, x)| *factor *= x);
        }
        Ok(factors)
    }

    /// By point: how a sum of lines, `spectrum`, changes with their width and with their shift.
    pub fn changes(&self, lines: &BandLines, coarse: &[f64], state: &State, band: usize, spectrum: &[f64]) -> Result<[Vec<f64>; 2]> {
        let mut with_width = try_vec("spectrum", spectrum.len(), 0.0)?;
        let mut with_shift = try_vec("spectrum", spectrum.len(), 0.0)?;
        let points = self.problem.points[band];
        dispatch(self.level, Changes { lines, coarse, points, slopes: &mut with_shift, curvatures: &mut with_width });
        let sigma = state.fwhm[band] * SIGMA_PER_FWHM;
        for (change, value) in with_width.iter_mut().zip(spectrum) {
            // A Gaussian of area 1 obeys dg/dsigma = sigma g''; one of peak 1 has its area grow with sigma as well.
            let growth = match self.problem.options.normalization {
                Normalization::Peak => value / sigma,
                Normalization::Area => 0.0,
            };
            *change = SIGMA_PER_FWHM * (sigma * *change + growth);
        }
        Ok([with_width, with_shift])
    }

    /// The same of a whole model spectrum; empty where it is not wanted or no parameter is such a one.
    pub fn model_changes(&self, spectra: &BandSpectra, state: &State, band: usize) -> Result<[Vec<f64>; 2]> {
        let concerns = |parameter| matches!(parameter, Parameter::Fwhm(b) | Parameter::Shift(b) if b[band]);
        let Some(lines) = self.lines(band).filter(|_| self.problem.parameters.any(concerns)) else { return Ok(Default::default()) };
        let mut changes = self.changes(lines, &spectra.coarse, state, band, &spectra.sticks)?;
        for (change, factor) in changes.iter_mut().flat_map(|changes| changes.iter_mut().zip(&spectra.factors)) {
            *change *= factor * state.scale[band];
        }
        Ok(changes)
    }

    fn rows(&self, spectra: &BandSpectra, state: &State, columns: &Columns, band: usize) -> Result<Vec<f64>> {
        let list = self.problem.parameters.list();
        let points = self.problem.points[band].len();
        let mut rows = try_vec("jacobian", points.saturating_mul(list.len()), 0.0)?;
        let [with_width, with_shift] = self.model_changes(spectra, state, band)?;
        for (i, row) in rows.chunks_exact_mut(list.len().max(1)).enumerate() {
            let values = &spectra.values[i * spectra.row..(i + 1) * spectra.row];
            let factor = spectra.factors[i];
            for ((p, &parameter), slot) in list.iter().enumerate().zip(row) {
                *slot = match parameter {
                    Parameter::Fwhm(bands) => if bands[band] { with_width[i] } else { 0.0 },
                    Parameter::Shift(bands) => if bands[band] { with_shift[i] } else { 0.0 },
                    Parameter::Scale(bands) => if bands[band] { factor * spectra.sticks[i] } else { 0.0 },
                    Parameter::Offset(bands) => if bands[band] { 1.0 } else { 0.0 },
                    _ => factor * state.scale[band] * values[columns.of(p)],
                };
            }
        }
        Ok(rows)
    }
}

/// Spectra before `factors` (normalisation, mean, wavenumber) and the state's scale.
pub struct BandSpectra {
    /// Of the columns beside the sticks' own, [point][row].
    values: Vec<f64>,
    row: usize,
    /// Of the sticks' own column, at the points and on the coarse grid.
    pub sticks: Vec<f64>,
    coarse: Aligned,
    pub factors: Vec<f64>,
}

impl BandSpectra {
    /// The model spectrum.
    pub fn model(&self, state: &State, band: usize) -> Result<Vec<f64>> {
        let (scale, offset) = (state.scale[band], state.offset[band]);
        try_collect("spectrum", self.sticks.iter().zip(&self.factors).map(|(value, factor)| value * factor * scale + offset))
    }
}

struct Join<'a> {
    parts: &'a Parts,
    of_parts: &'a [f64],
    of_cells: &'a mut [f64],
}

impl Kernel for Join<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        self.parts.join::<V>(self.of_parts, self.of_cells);
    }
}

struct MakeLines<'a> {
    cells: Cells,
    points: &'a [f64],
    fwhm: f64,
    shift: f64,
}

impl Kernel for MakeLines<'_> {
    type Output = Result<BandLines>;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Self::Output {
        BandLines::new::<V>(self.cells, self.points, self.fwhm, self.shift)
    }
}

struct Spectra<'a> {
    lines: &'a BandLines,
    moments: &'a Moments,
    band: usize,
    columns: &'a Columns,
    row: usize,
    work: &'a mut LineWork,
    values: &'a mut [f64],
    sticks: &'a mut [f64],
}

impl Kernel for Spectra<'_> {
    type Output = Result<()>;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Result<()> {
        let Self { lines, moments, band, columns, row, work, values, sticks } = self;
        let (moments, cells) = (moments.sums[band].slice(), &moments.cells);
        lines.smooth_out::<V>(moments, cells, columns.len(), columns.sticks(), work)?;
        lines.at_points::<V>(&work.sticks, sticks);
        if row > 0 {
            lines.smooth_columns_out::<V>(moments, cells, columns.len(), columns.sticks(), row, work)?;
            lines.columns_at_points::<V>(row, values, work)?;
        }
        Ok(())
    }
}

struct Changes<'a> {
    lines: &'a BandLines,
    coarse: &'a [f64],
    points: &'a [f64],
    slopes: &'a mut [f64],
    curvatures: &'a mut [f64],
}

impl Kernel for Changes<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        self.lines.changes::<V>(self.coarse, self.points, self.slopes, self.curvatures);
    }
}
