//! The options of the AniSOAP functions, and what they mean.

use super::super::guard::{self, hl_status, refuse};
use super::super::options::{self, Known};
use super::super::progress::hl_progress_fn;
use super::frames::optional;
use crate::anisoap::{Basis, ChannelOrder, Conditioning, MaxRadial, PairList, Sides, SpectrumPairs};
use crate::array::View;
use crate::error::{Result, Status};
use crate::threads::Progress;
use std::ffi::c_void;

/// r^(l + 2n) exp(-r^2 / 2 s^2), s = radial_gaussian_width.
pub const HL_RADIAL_BASIS_GTO: i32 = 0;
/// r^(l + 2n), normalised on [0, cutoff_radius].
pub const HL_RADIAL_BASIS_MONOMIAL: i32 = 1;

/// channel = n * n_species + t: the order of AniSOAP's values.
pub const HL_CHANNEL_ORDER_RADIAL_MAJOR: i32 = 0;
/// channel = t * (radial functions of l) + n: the order of AniSOAP's labels.
pub const HL_CHANNEL_ORDER_SPECIES_MAJOR: i32 = 1;

/// Every ordered pair of channels.
pub const HL_SPECTRUM_PAIRS_ALL: i32 = 0;
/// Channel a <= channel b, products of different ones times sqrt(2): the same scalar product of spectra.
pub const HL_SPECTRUM_PAIRS_HALF: i32 = 1;

/// (-1)^l, AniSOAP's convention.
pub const HL_SPECTRUM_SIGN_ALTERNATING: i32 = 0;
/// None.
pub const HL_SPECTRUM_SIGN_NONE: i32 = 1;

/// Orthonormal radial functions.
pub const HL_COEFFICIENTS_ORTHONORMAL: i32 = 0;
/// Radial functions as they are: no norms, no orthonormalisation (AniSOAP's normalize=False).
pub const HL_COEFFICIENTS_RAW: i32 = 1;

/// Every pair is there twice, from i and from j, as hl_neighbour_list_fill has them; a list in which one side is missing is refused.
/// (With pair_vectors, the numbers of pairs i, j and j, i are compared.)
pub const HL_PAIR_LIST_FULL: i32 = 0;
/// Every pair is there once and counts for both atoms.
pub const HL_PAIR_LIST_HALF: i32 = 1;
/// Pairs are as they are: second is a neighbour of first, and not the other way round unless the list says so. For programs whose
/// atoms are partly images or those of other processes.
pub const HL_PAIR_LIST_DIRECTED: i32 = 2;

/// Options of the AniSOAP functions. Always filled by hl_anisoap_options_init first; fields are only ever appended.
/// Those before `coefficients` describe a plan and are for hl_anisoap_plan_create; a computing function looks at `coefficients` and
/// those behind it alone.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct hl_anisoap_options {
    /// sizeof(hl_anisoap_options) of the caller's header.
    pub struct_size: usize,
    /// HL_RADIAL_BASIS_*; default GTO.
    pub radial_basis: i32,
    /// The largest n for every l, so that there are max_radial + 1 radial functions; default -1: all with l + 2n <=
    /// max_angular.
    pub max_radial: i32,
    /// [max_angular + 1] the largest n of each l; NULL for max_radial.
    pub max_radial_values: *const i32,
    pub max_radial_values_strides: *const isize,
    /// s, in the unit of positions. A GTO basis needs it; 0 (default) for monomials.
    pub radial_gaussian_width: f64,
    /// Eigenvalues of the overlap of radial functions up to this one are dropped; default 0.
    pub basis_rcond: f64,
    /// The largest error of orthonormalisation, from dropped functions or from rounding; default 1e-8.
    pub basis_tol: f64,
    /// 0 or 1; default 0. 1 leaves out what an atom contributes to its own coefficients.
    pub subtract_center_contribution: i32,
    /// HL_CHANNEL_ORDER_*; default radial-major.
    pub channel_order: i32,
    /// HL_SPECTRUM_PAIRS_*: which products a power spectrum has; default all.
    pub spectrum_pairs: i32,
    /// HL_SPECTRUM_SIGN_*; default alternating.
    pub spectrum_sign: i32,
    /// 0.
    pub reserved: i32,
    /// HL_COEFFICIENTS_*; default orthonormal.
    pub coefficients: i32,
    /// NULL for none. Counts atoms.
    pub progress: hl_progress_fn,
    pub progress_user: *mut c_void,
    /// -1 (default): neighbours are searched for. Otherwise the number of pairs in a list of the caller's that is used instead.
    /// Pairs at the cutoff or beyond it are left out, and so are those of an atom with itself in its own place (see
    /// subtract_center_contribution). The order of the list changes no bit; a pair that is there twice counts twice.
    pub n_pairs: isize,
    /// [n_pairs] numbers of atoms from 0, counted over all frames; both atoms of a pair are in one frame.
    pub pair_first: *const isize,
    pub pair_first_strides: *const isize,
    /// [n_pairs] the atom that is a neighbour of pair_first.
    pub pair_second: *const isize,
    pub pair_second_strides: *const isize,
    /// [n_pairs][3] S, the pair's vector being (x_second - x_first) + S H, H the cell; 0 in frames that are not periodic. NULL: 0 everywhere, or
    /// see pair_vectors.
    pub pair_shifts: *const i32,
    pub pair_shifts_strides: *const isize,
    /// [n_pairs][3] the vectors themselves, instead of shifts, from first to second. NULL: see pair_shifts.
    pub pair_vectors: *const f64,
    pub pair_vectors_strides: *const isize,
    /// HL_PAIR_LIST_*; default full.
    pub pair_list: i32,
    /// 0.
    pub reserved_pairs: i32,
}

impl hl_anisoap_options {
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        radial_basis: HL_RADIAL_BASIS_GTO,
        max_radial: -1,
        max_radial_values: std::ptr::null(),
        max_radial_values_strides: std::ptr::null(),
        radial_gaussian_width: 0.0,
        basis_rcond: 0.0,
        basis_tol: 1e-8,
        subtract_center_contribution: 0,
        channel_order: HL_CHANNEL_ORDER_RADIAL_MAJOR,
        spectrum_pairs: HL_SPECTRUM_PAIRS_ALL,
        spectrum_sign: HL_SPECTRUM_SIGN_ALTERNATING,
        reserved: 0,
        coefficients: HL_COEFFICIENTS_ORTHONORMAL,
        progress: None,
        progress_user: std::ptr::null_mut(),
        n_pairs: -1,
        pair_first: std::ptr::null(),
        pair_first_strides: std::ptr::null(),
        pair_second: std::ptr::null(),
        pair_second_strides: std::ptr::null(),
        pair_shifts: std::ptr::null(),
        pair_shifts_strides: std::ptr::null(),
        pair_vectors: std::ptr::null(),
        pair_vectors_strides: std::ptr::null(),
        pair_list: HL_PAIR_LIST_FULL,
        reserved_pairs: 0,
    };
}

/// Fills `options` with defaults: a GTO basis (whose width is still to be set), radial functions by degree, centres
/// included, AniSOAP's orders and signs, orthonormal coefficients. Writes at most struct_size bytes.
///
/// @param struct_size  sizeof(hl_anisoap_options)
///
/// Errors: HL_ERR_NULL; HL_ERR_OPTION if struct_size is too small for a size_t.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_anisoap_options_init(options: *mut hl_anisoap_options, struct_size: usize) -> hl_status {
    guard::status("hl_anisoap_options_init", || {
        // SAFETY: the caller has struct_size writable bytes there.
        unsafe { options::init(options, struct_size, hl_anisoap_options::DEFAULT) }
    })
}

/// What of the options a plan is made of.
pub(super) struct PlanChoices {
    pub basis: Basis,
    pub max_radial: MaxRadial,
    pub conditioning: Conditioning,
    pub subtract_center: bool,
    pub order: ChannelOrder,
    pub pairs: SpectrumPairs,
    pub alternating_sign: bool,
}

impl PlanChoices {
    /// # Safety
    /// `raw` is NULL or points to an options struct of the size that it says, with arrays as documented.
    pub unsafe fn new(raw: *const hl_anisoap_options, max_angular: usize) -> Result<Self> {
        // SAFETY: passed on.
        let raw = unsafe { read(raw)? };
        let basis = match options::choice("radial_basis", raw.radial_basis, "HL_RADIAL_BASIS_*", BASES)? {
            true => Basis::Gto { width: raw.radial_gaussian_width },
            false if raw.radial_gaussian_width != 0.0 => {
                return refuse(
                    Status::Option,
                    format!("radial_gaussian_width: is {}, but a monomial basis has no Gaussian; set it to 0", raw.radial_gaussian_width),
                );
            }
            false => Basis::Monomial,
        };
        let largest = |name: &str, n: i32| match usize::try_from(n) {
            Ok(n) => Ok(n),
            Err(_) => refuse(Status::Option, format!("{name}: is {n}; the largest n is at least 0")),
        };
        let max_radial = if !raw.max_radial_values.is_null() {
            if raw.max_radial != -1 {
                return refuse(
                    Status::Option,
                    format!("max_radial: is {} though max_radial_values is given; leave it at -1", raw.max_radial),
                );
            }
            // SAFETY: the caller's promise about the array.
            let view = unsafe {
                View::new("max_radial_values", raw.max_radial_values, [max_angular + 1], raw.max_radial_values_strides)?
            };
            let values = (0..=max_angular).map(|l| largest(&format!("max_radial_values: element {l}"), view.at([l])));
            MaxRadial::PerAngular(values.collect::<Result<_>>()?)
        } else if raw.max_radial == -1 {
            MaxRadial::ByDegree
        } else {
            MaxRadial::Common(largest("max_radial", raw.max_radial)?)
        };
        Ok(Self {
            basis,
            max_radial,
            conditioning: Conditioning { rcond: raw.basis_rcond, tolerance: raw.basis_tol },
            subtract_center: options::flag("subtract_center_contribution", raw.subtract_center_contribution)?,
            order: options::choice("channel_order", raw.channel_order, "HL_CHANNEL_ORDER_*", ORDERS)?,
            pairs: options::choice("spectrum_pairs", raw.spectrum_pairs, "HL_SPECTRUM_PAIRS_*", PAIRS)?,
            alternating_sign: options::choice("spectrum_sign", raw.spectrum_sign, "HL_SPECTRUM_SIGN_*", SIGNS)?,
        })
    }
}

/// What of the options a computation needs.
pub(super) struct CallChoices<'a> {
    pub is_raw: bool,
    pub pairs: Option<PairList<'a>>,
    pub progress: Progress,
}

impl CallChoices<'_> {
    /// # Safety
    /// `raw` is NULL or points to an options struct of the size that it says, with arrays as documented.
    pub unsafe fn new(raw: *const hl_anisoap_options) -> Result<Self> {
        // SAFETY: passed on.
        let raw = unsafe { read(raw)? };
        Ok(Self {
            is_raw: options::choice("coefficients", raw.coefficients, "HL_COEFFICIENTS_*", COEFFICIENTS)?,
            // SAFETY: the caller's promise about the arrays.
            pairs: unsafe { pairs(&raw)? },
            // SAFETY: the callback is called during this call only, on this thread.
            progress: unsafe { Progress::new(raw.progress, raw.progress_user) },
        })
    }
}

/// The caller's list of pairs, if there is one.
///
/// # Safety
/// The arrays are as documented.
unsafe fn pairs<'a>(raw: &hl_anisoap_options) -> Result<Option<PairList<'a>>> {
    let sides = options::choice("pair_list", raw.pair_list, "HL_PAIR_LIST_*", SIDES)?;
    if raw.n_pairs == -1 {
        return Ok(None);
    }
    let Ok(count) = usize::try_from(raw.n_pairs) else {
        return refuse(
            Status::Option,
            format!("n_pairs: is {}; it is the number of pairs, or -1 to have neighbours searched for", raw.n_pairs),
        );
    };
    if !raw.pair_shifts.is_null() && !raw.pair_vectors.is_null() {
        return refuse(Status::Option, "pair_vectors: given beside pair_shifts; pass one of them and NULL for the other".into());
    }
    // SAFETY: passed on.
    unsafe {
        Ok(Some(PairList {
            first: View::new("pair_first", raw.pair_first, [count], raw.pair_first_strides)?,
            second: View::new("pair_second", raw.pair_second, [count], raw.pair_second_strides)?,
            shifts: optional("pair_shifts", (raw.pair_shifts, raw.pair_shifts_strides), [count, 3])?,
            vectors: optional("pair_vectors", (raw.pair_vectors, raw.pair_vectors_strides), [count, 3])?,
            sides,
        }))
    }
}

/// # Safety
/// `raw` is NULL or points to an options struct of the size that it says.
unsafe fn read(raw: *const hl_anisoap_options) -> Result<hl_anisoap_options> {
    // SAFETY: passed on.
    let raw = unsafe { options::read(raw, hl_anisoap_options::DEFAULT)? };
    for (name, value) in [("reserved", raw.reserved), ("reserved_pairs", raw.reserved_pairs)] {
        if value != 0 {
            return refuse(Status::Option, format!("{name}: is {value}; it must be 0 (call hl_anisoap_options_init first)"));
        }
    }
    Ok(raw)
}

const BASES: [Known<bool>; 2] = [(HL_RADIAL_BASIS_GTO, true), (HL_RADIAL_BASIS_MONOMIAL, false)];
const ORDERS: [Known<ChannelOrder>; 2] =
    [(HL_CHANNEL_ORDER_RADIAL_MAJOR, ChannelOrder::RadialMajor), (HL_CHANNEL_ORDER_SPECIES_MAJOR, ChannelOrder::SpeciesMajor)];
const PAIRS: [Known<SpectrumPairs>; 2] = [(HL_SPECTRUM_PAIRS_ALL, SpectrumPairs::All), (HL_SPECTRUM_PAIRS_HALF, SpectrumPairs::Half)];
const SIGNS: [Known<bool>; 2] = [(HL_SPECTRUM_SIGN_ALTERNATING, true), (HL_SPECTRUM_SIGN_NONE, false)];
const COEFFICIENTS: [Known<bool>; 2] = [(HL_COEFFICIENTS_ORTHONORMAL, false), (HL_COEFFICIENTS_RAW, true)];
const SIDES: [Known<Sides>; 3] =
    [(HL_PAIR_LIST_FULL, Sides::Both), (HL_PAIR_LIST_HALF, Sides::Half), (HL_PAIR_LIST_DIRECTED, Sides::First)];
