//! Coefficients of all atoms into the caller's array.

use super::centre::Centre;
use super::frames::{Frames, System};
use super::plan::Plan;
use crate::array::ViewMut;
use crate::error::Result;
use crate::simd::{Kernel, Lanes, Level, dispatch};
use crate::threads::{Progress, for_each_chunk};

/// Atoms worked on together: enough to make their workspace cheap, few enough to share out.
pub fn chunk_of(atoms: usize) -> usize {
    (atoms / 64).clamp(16, 256)
}

/// `coefficients` is [atoms][features].
pub fn expansion(
    plan: &Plan,
    frames: &Frames<'_>,
    is_raw: bool,
    coefficients: ViewMut<'_, f64, 2>,
    progress: &mut Progress,
) -> Result<()> {
    let level = Level::current()?;
    let system = System::new(plan, frames)?;
    let chunk = chunk_of(system.atoms());
    progress.begin(system.atoms())?;
    for_each_chunk(
        coefficients.chunks(chunk).enumerate(),
        |(_, rows)| rows.dims()[0],
        progress,
        |(number, rows)| {
            let centre = Centre::new(plan, &system, is_raw)?;
            dispatch(level, Expand { centre, first: number * chunk, rows })
        },
        Ok,
    )?;
    progress.end()
}

struct Expand<'a, 'r> {
    centre: Centre<'a>,
    first: usize,
    rows: ViewMut<'r, f64, 2>,
}

impl Kernel for Expand<'_, '_> {
    type Output = Result<()>;
    #[inline(always)]
    fn run<V: Lanes>(mut self) -> Result<()> {
        for i in 0..self.rows.dims()[0] {
            self.centre.expand::<V>(self.first + i)?;
            self.rows.write_line([i, 0], self.centre.coefficients());
        }
        Ok(())
    }
}
