//! Option structs across versions.
//!
//! Every options struct begins with `struct_size`, the size that the caller was compiled with. A shorter one (an older
//! caller) is completed with defaults; a longer one (a newer caller) is fine as long as what this library does not know
//! is zero.

use super::guard::refuse;
use crate::error::{Result, Status};
use std::ptr;

/// A number of the C ABI and what it stands for.
pub type Known<T> = (i32, T);

/// Writes `defaults` to `options`, at most `struct_size` bytes.
///
/// # Safety
/// `options` is NULL or has `struct_size` writable bytes. `T` is `repr(C)` and starts with its size.
pub unsafe fn init<T: Copy>(options: *mut T, struct_size: usize, defaults: T) -> Result<()> {
    if options.is_null() {
        return refuse(Status::Null, "options: is NULL; pass the address of a struct".into());
    }
    check_size(struct_size)?;
    let own = size_of::<T>();
    // SAFETY: both have that many bytes; what a longer struct has beyond ours is zeroed, which is what `read` wants of
    // a part that it does not know.
    unsafe {
        ptr::copy_nonoverlapping(ptr::from_ref(&defaults).cast::<u8>(), options.cast::<u8>(), struct_size.min(own));
        if struct_size > own {
            ptr::write_bytes(options.cast::<u8>().add(own), 0, struct_size - own);
        }
        options.cast::<usize>().write_unaligned(struct_size);
    }
    Ok(())
}

/// The caller's options, completed with `defaults`; NULL is all defaults.
///
/// # Safety
/// `options` is NULL or points to as many readable bytes as its first field says. `T` as for `init`.
pub unsafe fn read<T: Copy>(options: *const T, defaults: T) -> Result<T> {
    if options.is_null() {
        return Ok(defaults);
    }
    if !options.is_aligned() {
        return refuse(Status::Alignment, format!("options: address {options:p} is not aligned to its struct"));
    }
    // SAFETY: the first field is there whatever the version.
    let struct_size = unsafe { options.cast::<usize>().read() };
    check_size(struct_size)?;
    let own = size_of::<T>();
    let mut full = defaults;
    // SAFETY: the caller has struct_size bytes, `full` has `own`.
    unsafe {
        ptr::copy_nonoverlapping(options.cast::<u8>(), ptr::from_mut(&mut full).cast::<u8>(), struct_size.min(own));
        for offset in own..struct_size {
            if options.cast::<u8>().add(offset).read() != 0 {
                return refuse(
                    Status::Option,
                    format!(
                        "struct_size: is {struct_size} and byte {offset} is set, which this library (size {own}) does \
                         not know; use the header of this library's version"
                    ),
                );
            }
        }
    }
    Ok(full)
}

/// No version of any options struct is larger than this; a larger number is uninitialised memory.
const LARGEST_STRUCT: usize = 4096;

fn check_size(struct_size: usize) -> Result<()> {
    if !(size_of::<usize>()..=LARGEST_STRUCT).contains(&struct_size) {
        return refuse(
            Status::Option,
            format!("struct_size: is {struct_size}; it is the size of the struct as the caller has it, which options_init functions set and sizeof says"),
        );
    }
    Ok(())
}

/// What a number stands for.
pub fn choice<T: Copy, const N: usize>(name: &str, value: i32, constants: &str, known: [Known<T>; N]) -> Result<T> {
    match known.into_iter().find(|(number, _)| *number == value) {
        Some((_, meaning)) => Ok(meaning),
        None => refuse(Status::Option, format!("{name}: {value} is unknown; use one of {constants}")),
    }
}

/// 0 or 1.
pub fn flag(name: &str, value: i32) -> Result<bool> {
    match value {
        0 | 1 => Ok(value == 1),
        _ => refuse(Status::Option, format!("{name}: is {value}; it is 0 or 1")),
    }
}
