//! Generates the C header into OUT_DIR (never into the source tree: a test compares it with include/hotloop.h)
//! and gives the shared library its SONAME.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=src/capi");
    println!("cargo::rerun-if-changed=cbindgen.toml");

    let crate_dir = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let header = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("hotloop.h");
    header_of(&crate_dir).write_to_file(&header);
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

/// The header of src/capi alone: left to itself cbindgen would also publish constants and enums of the rest of the crate.
fn header_of(crate_dir: &str) -> cbindgen::Bindings {
    let config = cbindgen::Config::from_file(PathBuf::from(crate_dir).join("cbindgen.toml")).expect("cbindgen.toml is right");
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in sources(&PathBuf::from(crate_dir).join("src/capi/mod.rs")) {
        builder = builder.with_src(source);
    }
    builder.generate().expect("cbindgen understands src/capi")
}

/// The files of a module, itself a `mod.rs`, in the order in which it declares them.
fn sources(module: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(module).expect("src/capi is readable");
    let names = text.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    let folder = module.parent().expect("mod.rs is in a folder");
    names
        .flat_map(|name| {
            let nested = folder.join(name).join("mod.rs");
            if nested.exists() { sources(&nested) } else { vec![folder.join(name).with_extension("rs")] }
        })
        .collect()
}

/// HL_ABI_VERSION in src/capi/version.rs is the one place where the number is written.
fn abi_version(crate_dir: &str) -> u32 {
    let path = PathBuf::from(crate_dir).join("src/capi/version.rs");
    let text = fs::read_to_string(&path).expect("src/capi/version.rs is readable");
    text.lines()
        .find_map(|line| line.strip_prefix("pub const HL_ABI_VERSION: i32 = ")?.strip_suffix(';')?.parse().ok())
        .expect("src/capi/version.rs defines HL_ABI_VERSION")
}
