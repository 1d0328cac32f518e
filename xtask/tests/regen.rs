//! `cargo xtask regen`, on copies of the files.

use std::path::Path;
use std::process::Command;

const SPEC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/jogg.yaml");

/// Regenerates from an edited copy of the spec, compared with the committed one.
#[track_caller]
fn check(from: &str, to: &str, code: i32, expected: &[&str], unexpected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(SPEC).unwrap();
    assert!(text.contains(from), "the spec has no {from:?}");
    let spec = folder.path().join("jogg.yaml");
    std::fs::write(&spec, text.replacen(from, to, 1)).unwrap();
    let output = folder.path().join("generated");
    let ran = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .args(["regen", "--base", "HEAD", "--spec"])
        .arg(&spec)
        .arg("--output")
        .arg(&output)
        .output()
        .unwrap();
    let [stdout, stderr] = [&ran.stdout, &ran.stderr].map(|text| String::from_utf8_lossy(text));
    let printed = format!("{stdout}{stderr}");
    assert_eq!(ran.status.code(), Some(code), "{printed}");
    for part in expected {
        assert!(printed.contains(part), "`{part}` is not in\n{printed}");
    }
    assert!(!printed.contains(unexpected), "`{unexpected}` is in\n{printed}");
    assert_eq!(output.join("types.rs").exists(), code == 0);
}

#[test]
fn the_steps_run_in_order() {
    check(
        "enum: [female, male",
        "enum: [diverse, female, male",
        0,
        &[
            "== spec lint\n",
            "== codegen\nwrote ",
            "== pending snapshots\n",
            "== what changed since HEAD\n",
            "## Unreleased\n\nGenerated from `",
            "Reviewed against the vendor's spec of 2026-03-30, sha256 `644f134a",
            "Version bump: jogg-api ",
            "added `\"diverse\"`",
            "- The generated code:\n",
            "  - behavior  `enums::Gender::Diverse value`: added `\"diverse\"`",
            "== drift from the pinned upstream\ndrift: ",
            "== left to do by hand, in this order\n\n1. ",
            "enum-value-added",
            "run `cargo xtask spec accept --upstream openapi/upstream.surface",
        ],
        "error:",
    );
}

#[test]
fn regen_stops_at_the_first_step_that_fails() {
    let next = "regen stopped here: fix it until `cargo xtask spec lint ";
    check("operationId: whoami\n", "x-id: whoami\n", 1, &[next], "== codegen");
    check("paths:\n", "paths: [\n", 3, &[next], "== codegen");
}
