//! Gradients of expansions and power spectra.

use super::frames::{FrameArguments, Given, optional};
use super::options::{CallChoices, hl_anisoap_options};
use super::plan::{features, hl_anisoap_plan, plan_of};
use crate::anisoap::{self, Cotangent, GradientOutputs};
use crate::array::{Footprint, View, ViewMut, disjoint};
use crate::capi::arrays::wanted;
use crate::capi::guard::{self, hl_status};
use crate::error::Result;

/// Gradients of a function F of the coefficients of hl_anisoap_expansion, given its derivative by each of them: a
/// vector-Jacobian product, what a force or a step of learning needs. No array of derivatives of coefficients is made.
///
/// @param cotangent             [n_atoms][n_features] dF / d coefficients
/// @param position_gradients    [n_atoms][3] out, or NULL: dF / d positions (a force is its negative)
/// @param strain_gradients      [n_frames][3][3] out, or NULL: dF / d e at e = 0 where positions and cell vectors r become
///                              r_a + sum_b e_ab r_b and bodies keep shape and orientation
/// @param rotation_gradients    [n_atoms][3] out, or NULL: dF / d omega, the body of an atom turned by the small vector omega
///                              in the axes of positions
/// @param quaternion_gradients  [n_atoms][4] out, or NULL: dF / d quaternions as they were given, whose length changes nothing
/// @param n_features            hl_anisoap_expansion_size(plan)
/// @param options               NULL for defaults. Used: as in hl_anisoap_expansion
///
/// Frames, rules and errors are as in hl_anisoap_expansion; HL_ERR_NONFINITE names an element of the cotangent, or an atom
/// whose gradient overflows; HL_ERR_NULL
/// for quaternion_gradients without quaternions. Outputs share no element with each other or with an input, and are
/// written only if all went well.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_anisoap_expansion_vjp(
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
    cotangent: *const f64,
    cotangent_strides: *const isize,
    position_gradients: *mut f64,
    position_gradients_strides: *const isize,
    strain_gradients: *mut f64,
    strain_gradients_strides: *const isize,
    rotation_gradients: *mut f64,
    rotation_gradients_strides: *const isize,
    quaternion_gradients: *mut f64,
    quaternion_gradients_strides: *const isize,
    options: *const hl_anisoap_options,
) -> hl_status {
    guard::status("hl_anisoap_expansion_vjp", || {
        // SAFETY: the caller's promise about its plan and arrays; everything that can be checked is checked inside.
        unsafe {
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
            let outputs = GradientArguments {
                positions: (position_gradients, position_gradients_strides),
                strains: (strain_gradients, strain_gradients_strides),
                rotations: (rotation_gradients, rotation_gradients_strides),
                quaternions: (quaternion_gradients, quaternion_gradients_strides),
            };
            gradients(plan, frames, n_features, Asked::Expansion((cotangent, cotangent_strides)), outputs, options)
        }
    })
}

/// Gradients of a function F of the spectra and means of hl_anisoap_power_spectrum, given its derivatives by them.
///
/// @param spectra_cotangent  [n_atoms][n_features] dF / d spectra, or NULL for 0
/// @param means_cotangent    [n_frames][n_species][n_features] dF / d means, or NULL for 0
/// @param n_features         hl_anisoap_power_spectrum_size(plan)
///
/// Everything else is as in hl_anisoap_expansion_vjp.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_anisoap_power_spectrum_vjp(
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
    spectra_cotangent: *const f64,
    spectra_cotangent_strides: *const isize,
    means_cotangent: *const f64,
    means_cotangent_strides: *const isize,
    position_gradients: *mut f64,
    position_gradients_strides: *const isize,
    strain_gradients: *mut f64,
    strain_gradients_strides: *const isize,
    rotation_gradients: *mut f64,
    rotation_gradients_strides: *const isize,
    quaternion_gradients: *mut f64,
    quaternion_gradients_strides: *const isize,
    options: *const hl_anisoap_options,
) -> hl_status {
    guard::status("hl_anisoap_power_spectrum_vjp", || {
        // SAFETY: the caller's promise about its plan and arrays; everything that can be checked is checked inside.
        unsafe {
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
            let outputs = GradientArguments {
                positions: (position_gradients, position_gradients_strides),
                strains: (strain_gradients, strain_gradients_strides),
                rotations: (rotation_gradients, rotation_gradients_strides),
                quaternions: (quaternion_gradients, quaternion_gradients_strides),
            };
            let asked =
                Asked::Spectrum((spectra_cotangent, spectra_cotangent_strides), (means_cotangent, means_cotangent_strides));
            gradients(plan, frames, n_features, asked, outputs, options)
        }
    })
}

/// The caller's cotangents.
enum Asked {
    Expansion(Given<f64>),
    Spectrum(Given<f64>, Given<f64>),
}

struct GradientArguments {
    positions: (*mut f64, *const isize),
    strains: (*mut f64, *const isize),
    rotations: (*mut f64, *const isize),
    quaternions: (*mut f64, *const isize),
}

impl GradientArguments {
    /// # Safety
    /// The arrays are as documented.
    unsafe fn read<'a>(self, n_frames: usize, n_atoms: usize) -> Result<(GradientOutputs<'a>, Vec<Footprint>)> {
        let Self { positions, strains, rotations, quaternions } = self;
        // SAFETY: passed on.
        let outputs = unsafe {
            GradientOutputs {
                positions: wanted("position_gradients", positions.0, [n_atoms, 3], positions.1)?,
                strains: wanted("strain_gradients", strains.0, [n_frames, 3, 3], strains.1)?,
                rotations: wanted("rotation_gradients", rotations.0, [n_atoms, 3], rotations.1)?,
                quaternions: wanted("quaternion_gradients", quaternions.0, [n_atoms, 4], quaternions.1)?,
            }
        };
        let flat = [&outputs.positions, &outputs.rotations, &outputs.quaternions];
        let mut footprints: Vec<_> = flat.into_iter().flatten().map(ViewMut::footprint).collect();
        footprints.extend(outputs.strains.iter().map(ViewMut::footprint));
        Ok((outputs, footprints))
    }
}

/// # Safety
/// The plan and the arrays are as documented.
unsafe fn gradients(
    plan: *const hl_anisoap_plan,
    frames: FrameArguments,
    n_features: isize,
    asked: Asked,
    outputs: GradientArguments,
    options: *const hl_anisoap_options,
) -> Result<()> {
    // SAFETY: passed on.
    let (plan, is_raw, mut progress, (frames, n_frames, n_atoms, mut inputs)) = unsafe {
        let plan = plan_of(plan)?;
        let CallChoices { is_raw, pairs, progress } = CallChoices::new(options)?;
        (plan, is_raw, progress, frames.read(pairs)?)
    };
    // SAFETY: passed on.
    let cotangent = unsafe {
        match asked {
            Asked::Expansion((pointer, strides)) => {
                let n_features = features("n_features", n_features, plan.expansion_size())?;
                Cotangent::Expansion(View::new("cotangent", pointer, [n_atoms, n_features], strides)?)
            }
            Asked::Spectrum(spectra, means) => {
                let n_features = features("n_features", n_features, plan.spectrum_size())?;
                Cotangent::Spectrum {
                    per_atom: optional("spectra_cotangent", spectra, [n_atoms, n_features])?,
                    means: optional("means_cotangent", means, [n_frames, plan.species_count(), n_features])?,
                }
            }
        }
    };
    match &cotangent {
        Cotangent::Expansion(view) => inputs.push(view.footprint()),
        Cotangent::Spectrum { per_atom, means } => {
            inputs.extend(per_atom.iter().map(View::footprint));
            inputs.extend(means.iter().map(View::footprint));
        }
    }
    // SAFETY: passed on.
    let (outputs, footprints) = unsafe { outputs.read(n_frames, n_atoms)? };
    disjoint(&inputs, &footprints)?;
    anisoap::gradients(plan, &frames, is_raw, &cotangent, outputs, &mut progress)
}
