//! Operators of plans in files.

use super::super::guard::{self, hl_status, refuse};
use super::plan::{hl_fmm_plan, reading};
use crate::error::{Result, Status};
use crate::fmm::load_operators;
use std::ffi::{CStr, OsStr, c_char};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Writes the operators of a plan to a file, from which hl_fmm_load_operators takes them in another process: reading those of
/// eps = 1e-9 takes a third of the time of making them, compressed matrices (HL_FMM_TRANSLATIONS_BLAS) a tenth. A plan whose points need no expansions has none; its file is valid and empty.
///
/// @param path  name of the file, as the system writes names, ended by 0. The file is written under another name in the same directory and renamed
///              when it is complete, so that another process sees the old one or the new one; a regular file of that name is replaced
///
/// Errors: HL_ERR_NULL, HL_ERR_ARGUMENT for an empty name, HL_ERR_BUSY, HL_ERR_IO if it cannot be written (a file that was there stays).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_fmm_save_operators(plan: *const hl_fmm_plan, path: *const c_char) -> hl_status {
    guard::status("hl_fmm_save_operators", || {
        // SAFETY: the caller's promise about its plan and name.
        let (plan, path) = unsafe { (reading(plan)?, path_of(path)?) };
        plan.save_operators(path)
    })
}

/// Keeps the operators of a file for later plans of the same kernel, order, precision and translations, as if plans with them had been made before: results
/// have the bits of the process that saved (another LAPACK makes other last digits). They go with hl_fmm_forget_operators, or when there are more than 24 sets: then the
/// oldest do. A file is trusted as the library is. Operators of a kernel that is not homogeneous (Yukawa's) serve
/// only plans whose root box has the size of the one they were made for.
///
/// @param path  name of a file that hl_fmm_save_operators wrote: with this version of the library and at the SIMD level that is in use (hl_config)
///
/// Errors: HL_ERR_NULL, HL_ERR_ARGUMENT for an empty name; HL_ERR_IO if the file cannot be read, is damaged or cut short, or comes from another
/// version or SIMD level; HL_ERR_ALLOC; HL_ERR_BUSY while another thread begins or ends the making of operators. After any of them nothing has changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_fmm_load_operators(path: *const c_char) -> hl_status {
    guard::status("hl_fmm_load_operators", || {
        // SAFETY: the caller's promise about its name.
        load_operators(unsafe { path_of(path)? })
    })
}

/// # Safety
/// `path` is NULL or ended by 0, and stays as long as it is used.
unsafe fn path_of<'a>(path: *const c_char) -> Result<&'a Path> {
    if path.is_null() {
        return refuse(Status::Null, "path: is NULL; pass the name of a file".into());
    }
    // SAFETY: the caller's promise.
    let name = unsafe { CStr::from_ptr(path) };
    if name.is_empty() {
        return refuse(Status::Argument, "path: is empty; pass the name of a file".into());
    }
    Ok(Path::new(OsStr::from_bytes(name.to_bytes())))
}
