//! Generates the C header into OUT_DIR (never into the source tree: a test compares it with include/hotloop.h)
//! and gives the shared library its SONAME.

use std::{env, fs, path::PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=src/capi");
    println!("cargo::rerun-if-changed=cbindgen.toml");

    let crate_dir = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let header = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("hotloop.h");
    cbindgen::generate(&crate_dir).expect("cbindgen understands src/capi").write_to_file(&header);
    println!("cargo::rustc-env=HOTLOOP_GENERATED_HEADER={}", header.display());

    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        let soname = format!("libhotloop.so.{}", abi_version(&crate_dir));
        // nodelete: rayon's worker threads and the fork handler must outlive a dlclose by the host.
        // defs: an OpenBLAS symbol that is missing fails here, not in the user's program.
        for argument in [format!("-soname,{soname}"), "-z,nodelete".into(), "-z,defs".into()] {
            println!("cargo::rustc-cdylib-link-arg=-Wl,{argument}");
        }
    }
}

/// HL_ABI_VERSION in src/capi/version.rs is the one place where the number is written.
fn abi_version(crate_dir: &str) -> u32 {
    let path = PathBuf::from(crate_dir).join("src/capi/version.rs");
    let text = fs::read_to_string(&path).expect("src/capi/version.rs is readable");
    text.lines()
        .find_map(|line| line.strip_prefix("pub const HL_ABI_VERSION: i32 = ")?.strip_suffix(';')?.parse().ok())
        .expect("src/capi/version.rs defines HL_ABI_VERSION")
}
