//! What is written down along a run.

use super::order_parameter::order_parameter;
use crate::array::{View, ViewMut};
use crate::error::{Result, try_vec};
use crate::simd::Real;

/// What is written down after every `every`-th step, each optional.
pub struct Record<'a, T> {
    pub every: usize,
    /// [frame][the lattice's extents]
    pub frames: Option<ViewMut<'a, T, 4>>,
    /// [frame]: r and psi
    pub order: [Option<ViewMut<'a, T, 1>>; 2],
}

impl<T: Real> Record<'_, T> {
    /// Steps that may be made after `done` before something has to be written.
    pub fn steps_to_next(&self, done: usize) -> usize {
        self.every - done % self.every
    }

    /// To be called after every step, or wherever `steps_to_next` ends.
    pub fn write_if_due(&mut self, done: usize, theta: &View<'_, T, 3>) -> Result<()> {
        if done % self.every == 0 { self.write(done / self.every - 1, theta) } else { Ok(()) }
    }

    fn write(&mut self, frame: usize, theta: &View<'_, T, 3>) -> Result<()> {
        if let Some(frames) = &mut self.frames {
            let [planes, rows, cells] = theta.dims();
            let mut line = try_vec("frames", cells.min(4096), T::default())?;
            for (plane, row) in (0..planes).flat_map(|plane| (0..rows).map(move |row| (plane, row))) {
                for from in (0..cells).step_by(4096) {
                    let piece = &mut line[..4096.min(cells - from)];
                    theta.read_line([plane, row, from], piece);
                    frames.write_line([frame, plane, row, from], piece);
                }
            }
        }
        if self.order.iter().any(Option::is_some) {
            let (r, psi) = order_parameter(theta)?;
            for (array, value) in self.order.iter_mut().zip([r, psi]) {
                if let Some(array) = array {
                    array.set([frame], T::from_f64(value));
                }
            }
        }
        Ok(())
    }
}
