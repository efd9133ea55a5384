//! Frames as they come through the C ABI.

use crate::anisoap::{Frames, PairList};
use crate::array::{Footprint, View, extent};
use crate::error::Result;

/// A pointer and its strides.
pub type Given<T> = (*const T, *const isize);

/// The arguments that describe frames, in the order of the prototypes.
pub struct FrameArguments {
    pub n_frames: isize,
    pub n_atoms: isize,
    pub offsets: Given<isize>,
    pub positions: Given<f64>,
    pub species: Given<i32>,
    pub quaternions: Given<f64>,
    pub rotations: Given<f64>,
    pub semiaxes: Given<f64>,
    pub cells: Given<f64>,
    pub periodic: Given<i32>,
}

impl FrameArguments {
    /// The frames with the caller's pairs, how many there are, how many atoms, and what their arrays occupy.
    ///
    /// # Safety
    /// The arrays are as documented.
    pub unsafe fn read<'a>(self, pairs: Option<PairList<'a>>) -> Result<(Frames<'a>, usize, usize, Vec<Footprint>)> {
        let (n_frames, n_atoms) = (extent("n_frames", self.n_frames)?, extent("n_atoms", self.n_atoms)?);
        let n_offsets = if n_frames == 0 { 0 } else { n_frames.saturating_add(1) };
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        let frames = unsafe {
            Frames {
                offsets: View::new("offsets", self.offsets.0, [n_offsets], self.offsets.1)?,
                positions: View::new("positions", self.positions.0, [n_atoms, 3], self.positions.1)?,
                species: View::new("species", self.species.0, [n_atoms], self.species.1)?,
                quaternions: optional("quaternions", self.quaternions, [n_atoms, 4])?,
                rotations: optional("rotations", self.rotations, [n_atoms, 3, 3])?,
                semiaxes: View::new("semiaxes", self.semiaxes.0, [n_atoms, 3], self.semiaxes.1)?,
                cells: optional("cells", self.cells, [n_frames, 3, 3])?,
                periodic: optional("periodic", self.periodic, [n_frames, 3])?,
                pairs,
            }
        };
        if frames.quaternions.is_some() && frames.rotations.is_some() {
            return super::super::guard::refuse(
                crate::error::Status::Argument,
                "rotations: given beside quaternions; pass one of them and NULL for the other".into(),
            );
        }
        let mut footprints =
            vec![frames.offsets.footprint(), frames.positions.footprint(), frames.species.footprint(), frames.semiaxes.footprint()];
        footprints.extend(frames.quaternions.iter().map(View::footprint));
        footprints.extend(frames.rotations.iter().map(View::footprint));
        footprints.extend(frames.cells.iter().map(View::footprint));
        footprints.extend(frames.periodic.iter().map(View::footprint));
        if let Some(pairs) = &frames.pairs {
            footprints.extend([pairs.first.footprint(), pairs.second.footprint()]);
            footprints.extend(pairs.shifts.iter().map(View::footprint));
            footprints.extend(pairs.vectors.iter().map(View::footprint));
        }
        Ok((frames, n_frames, n_atoms, footprints))
    }
}

/// An input that may be left out.
///
/// # Safety
/// As for `View::new`, unless NULL.
pub unsafe fn optional<'a, T: Copy, const N: usize>(
    name: &'static str,
    given: Given<T>,
    dims: [usize; N],
) -> Result<Option<View<'a, T, N>>> {
    if given.0.is_null() {
        return Ok(None);
    }
    // SAFETY: passed on.
    unsafe { View::new(name, given.0, dims, given.1).map(Some) }
}
