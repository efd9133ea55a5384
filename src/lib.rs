//! hotloop: scientific hot loops on buffers that the caller owns, behind one C ABI.
//!
//! The map. Data flows one way: binding -> `capi` (check, view) -> family (compute) -> the caller's buffer.
//!
//! * `capi`     `extern "C"` shells; the only place that sees the caller's raw pointers
//! * `array`    from (pointer, dimensions, strides) to checked views
//! * `error`    statuses and messages
//! * `threads`  whose threads, how many; progress and cancellation
//! * `load`     what is installed once, when the library is loaded
//! * `simd`     vectors chosen at run time, elementary functions on them
//! * `random`   numbers that are functions of where they are wanted
//! * `linalg`   symmetric eigenproblems: many small ones at once, or one large one through LAPACK
//! * `exciton`  absorption and circular dichroism spectra
//! * `kuramoto` phase oscillators
//! * `anisoap`  descriptors of ellipsoidal neighbours
//! * `fmm`      sums of Green's functions over pairs of points
//! * `neighbours` who is within a cutoff, in open space or in any cell
//! * `units`    wavenumbers and wavelengths, debye and atomic units

pub mod anisoap;
pub mod array;
pub mod capi;
pub mod error;
pub mod exciton;
pub mod fmm;
pub mod kuramoto;
pub mod linalg;
mod load;
pub mod neighbours;
pub mod random;
pub mod simd;
pub mod threads;
pub mod units;
