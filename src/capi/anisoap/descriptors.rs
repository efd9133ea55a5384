//! Expansions and power spectra.

use super::frames::FrameArguments;
use super::options::{CallChoices, hl_anisoap_options};
use super::plan::{features, hl_anisoap_plan, plan_of};
use crate::anisoap::{self, SpectrumOutputs};
use crate::array::{ViewMut, disjoint};
use crate::capi::arrays::wanted;
use crate::capi::guard::{self, hl_status};

/// Expansion coefficients of every atom's neighbourhood.
///
/// Around atom i, neighbour j at r_j is the normalised Gaussian g_j with standard deviations `semiaxes` along the axes of
/// its body, and c_nlm = sum_j integral d^3x g_j(x) B(x) r^(2n) r^l Y_lm(x), x from atom i, summed over j of one species
/// and made orthonormal over n (see hl_anisoap_plan_create). Y_lm are real and orthonormal, m = -l .. l, without the
/// Condon-Shortley sign: for l = 1 they go as y, z, x. Neighbours are nearer than the cutoff, |r| < cutoff_radius, images of
/// the atom itself included, and the atom itself too unless subtract_center_contribution. A. Lin et al., arXiv:2403.19039 (2024).
///
/// @param n_frames      number of frames
/// @param n_atoms       atoms of all frames
/// @param offsets       [n_frames + 1] first atom of each frame, then n_atoms; frame f has atoms offsets[f] ..
///                      offsets[f + 1] - 1. Not read without frames
/// @param positions     [n_atoms][3] any unit of length, the same everywhere
/// @param species       [n_atoms] of those that the plan declares
/// @param quaternions   [n_atoms][4] (w, x, y, z) of any length but 0: the rotation that takes the body's axes to those of
///                      positions. NULL: see rotations
/// @param rotations     [n_atoms][3][3] the same as orthogonal matrices, instead of quaternions. NULL for both: the body's
///                      axes are those of positions
/// @param semiaxes      [n_atoms][3] standard deviations along the body's axes, positive; half of AniSOAP's c_diameter.
///                      Strides of 0 for one shape
/// @param cells         [n_frames][3][3] rows are lattice vectors, right-handed, of any skew and size; read for periodic
///                      frames only. NULL if there are none
/// @param periodic      [n_frames][3] 0 or 1, the same for all three axes of a frame; NULL with cells NULL: 0 everywhere
/// @param n_features    hl_anisoap_expansion_size(plan)
/// @param coefficients  [n_atoms][n_features] out; features as hl_anisoap_expansion_labels says. 0 where an atom has no
///                      neighbour of a species
/// @param options       NULL for defaults. Used: coefficients, progress, the caller's own list of pairs (n_pairs and what follows)
///
/// `coefficients` shares no element with an input. Errors: array errors; HL_ERR_ARGUMENT (a species that was not declared, a
/// semiaxis that is not positive, a quaternion of 0, a matrix that is no rotation, a cell without volume or left-handed, mixed
/// periodicity, offsets that do not fit, pairs that are not of one frame or lack their other side) and HL_ERR_NONFINITE name the element; HL_ERR_OPTION. After HL_ERR_CANCELLED or
/// a callback's own status some atoms have been written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_anisoap_expansion(
    plan: *const hl_anisoap_plan,
    n_frames: isize,
    n_atoms: isize,
    offsets: *const isize,
    offsets_strides: *const isize,
    positions: *const f64,
    positions_strides: *const isize,
    species: *const i32,
    species_strides: *const isize,
    quaternions: *const f64,
    quaternions_strides: *const isize,
    rotations: *const f64,
    rotations_strides: *const isize,
    semiaxes: *const f64,
    semiaxes_strides: *const isize,
    cells: *const f64,
    cells_strides: *const isize,
    periodic: *const i32,
    periodic_strides: *const isize,
    n_features: isize,
    coefficients: *mut f64,
    coefficients_strides: *const isize,
    options: *const hl_anisoap_options,
) -> hl_status {
    guard::status("hl_anisoap_expansion", || {
        // SAFETY: the caller's promise about its plan and arrays; everything that can be checked is checked inside.
        let (plan, is_raw, mut progress, (frames, _, n_atoms, inputs)) = unsafe {
            let frames = FrameArguments {
                n_frames,
                n_atoms,
                offsets: (offsets, offsets_strides),
                positions: (positions, positions_strides),
                species: (species, species_strides),
                quaternions: (quaternions, quaternions_strides),
                rotations: (rotations, rotations_strides),
                semiaxes: (semiaxes, semiaxes_strides),
                cells: (cells, cells_strides),
                periodic: (periodic, periodic_strides),
            };
            let plan = plan_of(plan)?;
            let CallChoices { is_raw, pairs, progress } = CallChoices::new(options)?;
            (plan, is_raw, progress, frames.read(pairs)?)
        };
        let n_features = features("n_features", n_features, plan.expansion_size())?;
        // SAFETY: as above.
        let coefficients =
            unsafe { ViewMut::new("coefficients", coefficients, [n_atoms, n_features], coefficients_strides)? };
        disjoint(&inputs, &[coefficients.footprint()])?;
        anisoap::expansion(plan, &frames, is_raw, coefficients, &mut progress)
    })
}

/// Power spectra: rotationally invariant products of the coefficients of hl_anisoap_expansion.
///
/// p(l; a, b) = sigma_l / sqrt(2l + 1) sum_m c_am c_bm with a, b channels (n, neighbour species) and sigma_l = (-1)^l (see
/// options): the Clebsch-Gordan product of c with itself to angular momentum 0, as AniSOAP has it.
///
/// @param spectra  [n_atoms][n_features] out, or NULL; features as hl_anisoap_power_spectrum_labels says
/// @param means    [n_frames][n_species][n_features] out, or NULL: means over the atoms of each species of each frame, 0 for a
///                 species that the frame does not have. (AniSOAP leaves atoms without neighbours out; here they count as 0)
/// @param n_features  hl_anisoap_power_spectrum_size(plan)
/// @param options  NULL for defaults. Used: as in hl_anisoap_expansion
///
/// Frames, rules and errors are as in hl_anisoap_expansion; after HL_ERR_CANCELLED or a callback's own status `means` hold sums of some
/// atoms' spectra. Outputs share no element with each other or with an input.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_anisoap_power_spectrum(
    plan: *const hl_anisoap_plan,
    n_frames: isize,
    n_atoms: isize,
    offsets: *const isize,
    offsets_strides: *const isize,
    positions: *const f64,
    positions_strides: *const isize,
    species: *const i32,
    species_strides: *const isize,
    quaternions: *const f64,
    quaternions_strides: *const isize,
    rotations: *const f64,
    rotations_strides: *const isize,
    semiaxes: *const f64,
    semiaxes_strides: *const isize,
    cells: *const f64,
    cells_strides: *const isize,
    periodic: *const i32,
    periodic_strides: *const isize,
    n_features: isize,
    spectra: *mut f64,
    spectra_strides: *const isize,
    means: *mut f64,
    means_strides: *const isize,
    options: *const hl_anisoap_options,
) -> hl_status {
    guard::status("hl_anisoap_power_spectrum", || {
        // SAFETY: the caller's promise about its plan and arrays; everything that can be checked is checked inside.
        let (plan, is_raw, mut progress, (frames, n_frames, n_atoms, inputs)) = unsafe {
            let frames = FrameArguments {
                n_frames,
                n_atoms,
                offsets: (offsets, offsets_strides),
                positions: (positions, positions_strides),
                species: (species, species_strides),
                quaternions: (quaternions, quaternions_strides),
                rotations: (rotations, rotations_strides),
                semiaxes: (semiaxes, semiaxes_strides),
                cells: (cells, cells_strides),
                periodic: (periodic, periodic_strides),
            };
            let plan = plan_of(plan)?;
            let CallChoices { is_raw, pairs, progress } = CallChoices::new(options)?;
            (plan, is_raw, progress, frames.read(pairs)?)
        };
        let n_features = features("n_features", n_features, plan.spectrum_size())?;
        let n_species = plan.species_count();
        // SAFETY: as above.
        let outputs = unsafe {
            SpectrumOutputs {
                per_atom: wanted("spectra", spectra, [n_atoms, n_features], spectra_strides)?,
                means: wanted("means", means, [n_frames, n_species, n_features], means_strides)?,
            }
        };
        let mut footprints: Vec<_> = outputs.per_atom.iter().map(ViewMut::footprint).collect();
        footprints.extend(outputs.means.iter().map(ViewMut::footprint));
        disjoint(&inputs, &footprints)?;
        anisoap::power_spectrum(plan, &frames, is_raw, outputs, &mut progress)
    })
}
