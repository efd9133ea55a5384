//! Every vector operation must be inlined into the kernel that uses it: one that is not becomes a call for each
//! instruction, which no result shows, only the time. Such an operation would have a symbol of its own.

use std::process::Command;

/// The library that cargo built beside this test.
fn library() -> std::path::PathBuf {
    std::env::current_exe().unwrap().with_file_name("libhotloop.so")
}

#[test]
#[cfg(target_arch = "x86_64")]
fn no_vector_operation_is_a_function_of_its_own() {
    let output = Command::new("nm").arg("--demangle").arg(library()).output().expect("nm (of binutils) runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let symbols = String::from_utf8_lossy(&output.stdout);
    assert!(symbols.contains("hotloop::simd::run_avx512"), "the library has lost its local symbols");
    const ROOMS: [&str; 6] = [
        "hotloop::simd::avx",
        "<hotloop::simd::avx",
        "<hotloop::simd::twice",
        "core::core_arch::x86::avx",
        "core::core_arch::x86::fma",
        "core::core_arch::x86::sse",
    ];
    // address, kind, name
    let names = symbols.lines().filter_map(|line| line.splitn(3, ' ').nth(2));
    let operations: Vec<_> = names.filter(|name| ROOMS.iter().any(|room| name.starts_with(room))).collect();
    assert!(operations.is_empty(), "not inlined:\n{}", operations.join("\n"));
}
