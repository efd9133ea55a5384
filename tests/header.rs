//! include/hotloop.h is what cbindgen makes of src/capi. The build writes it into its own folder and never into the
//! source tree, so a change of the ABI must be copied here on purpose, where a review sees it.

#[test]
fn the_header_is_what_the_sources_say() {
    let generated = std::fs::read_to_string(env!("HOTLOOP_GENERATED_HEADER")).unwrap();
    let checked_in = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/include/hotloop.h")).unwrap();
    let differs = checked_in.lines().zip(generated.lines()).position(|(ours, theirs)| ours != theirs);
    assert!(
        checked_in == generated,
        "include/hotloop.h is stale from line {}: if the change is meant, run\n  cp {} include/hotloop.h",
        differs.map_or(checked_in.lines().count().min(generated.lines().count()), |line| line) + 1,
        env!("HOTLOOP_GENERATED_HEADER")
    );
}
