//! What the options of the Kuramoto functions mean.

use super::super::arrays::wanted;
use super::super::guard::refuse;
use super::super::options::{self, Known};
use super::options::*;
use crate::array::{Footprint, View, ViewMut};
use crate::error::{Number, Result, Status};
use crate::kuramoto::{Boundary, Coupling, EULER, Faces, HEUN, Lattice, Law, Method, Noise, RK4, Stages, Tolerance};
use crate::simd::Real;
use crate::threads::Progress;

/// The caller's options as values, with what their arrays occupy.
pub(super) struct Given<'a, T> {
    pub lattice: Lattice,
    pub coupling: Coupling<T>,
    pub faces: Faces<'a, T>,
    pub method: Method,
    pub noise: Option<Noise>,
    pub next_step: Option<ViewMut<'a, f64, 1>>,
    pub accumulate: bool,
    pub refuses_nonfinite: bool,
    pub progress: Progress,
    pub footprints: Vec<Footprint>,
}

impl<T: Real> Given<'_, T> {
    /// For models without a lattice: boundaries and halos are not looked at.
    ///
    /// # Safety
    /// As for `new`, without halos.
    pub unsafe fn of_nodes(raw: *const hl_kuramoto_options) -> Result<Self> {
        // SAFETY: passed on; with no axes no halo is read.
        unsafe { Self::new(raw, 0, [1; 3]) }
    }

    /// # Safety
    /// `raw` is NULL or points to an options struct of the size that it says, whose arrays are as documented for a lattice
    /// of the last `rank` of these extents.
    pub unsafe fn new(raw: *const hl_kuramoto_options, rank: usize, extents: [usize; 3]) -> Result<Self> {
        // SAFETY: passed on.
        let raw = unsafe { options::read(raw, hl_kuramoto_options::DEFAULT)? };
        if raw.reserved != 0 {
            return refuse(
                Status::Option,
                format!("reserved: is {}; it must be 0 (call hl_kuramoto_options_init first)", raw.reserved),
            );
        }
        let largest = T::LARGEST_ANGLE.to_f64();
        if !(raw.lag.abs() <= largest) {
            return refuse(Status::Option, format!("lag: is {}; it is a number of radians of at most {largest}", Number(raw.lag)));
        }
        let law = options::choice("law", raw.law, "HL_COUPLING_*", LAWS)?;
        let mut boundaries = [Boundary::ZeroFlux; 3];
        let mut faces: Faces<'_, T> = Default::default();
        let mut footprints = Vec::new();
        for axis in 0..rank {
            let place = 3 - rank + axis;
            boundaries[place] = options::choice(BOUNDARY[axis], raw.boundary[axis], "HL_BOUNDARY_*", BOUNDARIES)?;
            let sides = [
                (HALO_BELOW[axis], raw.halo_below[axis], raw.halo_below_strides[axis]),
                (HALO_ABOVE[axis], raw.halo_above[axis], raw.halo_above_strides[axis]),
            ];
            for (side, (name, pointer, strides)) in sides.into_iter().enumerate() {
                if boundaries[place] != Boundary::Halo {
                    if !pointer.is_null() {
                        return refuse(
                            Status::Option,
                            format!("{name}: given but {} is not HL_BOUNDARY_HALO; set it, or {name} to NULL", BOUNDARY[axis]),
                        );
                    }
                    continue;
                }
                // Nobody looks beyond the edges of a lattice without cells, however long they are.
                if extents.contains(&0) {
                    continue;
                }
                let other: Vec<usize> = (0..3).filter(|&other| other != place).collect();
                let dims = [extents[other[0]], extents[other[1]]];
                // The face's own axes are the last rank - 1 of the two.
                let mut padded = [0isize; 2];
                if !strides.is_null() {
                    for k in 0..rank - 1 {
                        // SAFETY: the caller vouches for rank - 1 numbers.
                        padded[3 - rank + k] = unsafe { strides.add(k).read_unaligned() };
                    }
                }
                let strides = if strides.is_null() { strides } else { padded.as_ptr() };
                // SAFETY: the caller's promise about its arrays.
                let view = unsafe { View::new(name, pointer.cast::<T>(), dims, strides)? };
                footprints.push(view.footprint());
                faces[place][side] = Some(view);
            }
        }
        let method = match options::choice("method", raw.method, "HL_METHOD_*", METHODS)? {
            Some(stages) => Method::Fixed(stages),
            None => Method::Adaptive(tolerance(&raw)?),
        };
        Ok(Self {
            lattice: Lattice { extents, boundaries },
            coupling: Coupling::new(law, raw.lag),
            faces,
            method,
            noise: noise(&raw, method)?,
            // SAFETY: the caller's promise.
            next_step: unsafe { next_step(&raw, method)? },
            accumulate: options::flag("accumulate", raw.accumulate)?,
            refuses_nonfinite: options::choice("nonfinite", raw.nonfinite, "HL_NONFINITE_*", NONFINITE)?,
            // SAFETY: the callback is called during this call only, on this thread.
            progress: unsafe { Progress::new(raw.progress, raw.progress_user) },
            footprints,
        })
    }
}

fn tolerance(raw: &hl_kuramoto_options) -> Result<Tolerance> {
    for (name, value) in [("rtol", raw.rtol), ("atol", raw.atol)] {
        if !(value >= 0.0 && value.is_finite()) {
            return refuse(Status::Option, format!("{name}: is {value}; a tolerance is at least 0 and finite"));
        }
    }
    if raw.rtol == 0.0 && raw.atol == 0.0 {
        return refuse(Status::Option, "atol: is 0, and so is rtol; no step is without error, so set one of them".into());
    }
    Ok(Tolerance { relative: raw.rtol, absolute: raw.atol })
}

fn noise(raw: &hl_kuramoto_options, method: Method) -> Result<Option<Noise>> {
    if !(raw.noise >= 0.0 && raw.noise.is_finite()) {
        return refuse(Status::Option, format!("noise: is {}; it is at least 0 and finite", raw.noise));
    }
    if raw.noise == 0.0 {
        return Ok(None);
    }
    if method != Method::Fixed(EULER) && method != Method::Fixed(HEUN) {
        return refuse(
            Status::Option,
            format!("noise: is {}, which Euler's and Heun's methods alone can integrate; set method, or noise to 0", raw.noise),
        );
    }
    Ok(Some(Noise {
        amplitude: raw.noise,
        seed: raw.noise_seed as u64,
        first_step: raw.first_step as u64,
        first_cell: raw.first_cell as u64,
    }))
}

/// # Safety
/// `next_step` is NULL or points to a number.
unsafe fn next_step<'a>(raw: &hl_kuramoto_options, method: Method) -> Result<Option<ViewMut<'a, f64, 1>>> {
    if matches!(method, Method::Fixed(_)) {
        return Ok(None);
    }
    // SAFETY: passed on.
    let place = unsafe { wanted("next_step", raw.next_step, [1], std::ptr::null())? };
    if let Some(place) = &place {
        let length = place.at([0]);
        if !(length >= 0.0 && length.is_finite()) {
            return refuse(Status::Option, format!("next_step: is {length}; a step is positive and finite, or 0 if not known"));
        }
    }
    Ok(place)
}

const BOUNDARY: [&str; 3] = ["boundary[0]", "boundary[1]", "boundary[2]"];
const HALO_BELOW: [&str; 3] = ["halo_below[0]", "halo_below[1]", "halo_below[2]"];
const HALO_ABOVE: [&str; 3] = ["halo_above[0]", "halo_above[1]", "halo_above[2]"];

const LAWS: [Known<Law>; 3] = [
    (HL_COUPLING_SINE, Law::Sine),
    (HL_COUPLING_DIRECT_SINE, Law::DirectSine),
    (HL_COUPLING_LINEAR, Law::Linear),
];
const BOUNDARIES: [Known<Boundary>; 3] = [
    (HL_BOUNDARY_ZERO_FLUX, Boundary::ZeroFlux),
    (HL_BOUNDARY_PERIODIC, Boundary::Periodic),
    (HL_BOUNDARY_HALO, Boundary::Halo),
];
/// None for the adaptive method.
const METHODS: [Known<Option<Stages>>; 4] = [
    (HL_METHOD_EULER, Some(EULER)),
    (HL_METHOD_HEUN, Some(HEUN)),
    (HL_METHOD_RK4, Some(RK4)),
    (HL_METHOD_DORMAND_PRINCE, None),
];
const NONFINITE: [Known<bool>; 2] = [(HL_NONFINITE_REFUSE, true), (HL_NONFINITE_PROPAGATE, false)];
