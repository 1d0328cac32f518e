//! Tags are compared only by the MAC's verification, whose time tells nothing.

use regex::Regex;

use super::sources::{hand_written, root};

/// What returns a tag, so that somebody could compare it.
const RETURNS_A_TAG: [&str; 4] =
    ["finalize", "finalize_reset", "verify_truncated_left", "verify_truncated_right"];

#[test]
fn tags_are_compared_only_by_the_verification_of_the_mac() {
    let lint = std::fs::read_to_string(root().join("clippy.toml")).unwrap();
    for name in RETURNS_A_TAG {
        assert!(lint.contains(&format!("\"digest::mac::Mac::{name}\"")), "clippy.toml: {name}");
    }
    let call = Regex::new(r"\bsign\(").unwrap();
    for (file, text) in hand_written("jogg-api-ext/src", "rs") {
        let is_signature = file.ends_with("webhooks/signature.rs");
        let is_simulator = file.contains("simulator/");
        // One in `sign`, which is not called but by the simulator.
        let allowed = usize::from(is_signature);
        assert_eq!(text.matches(".finalize").count(), allowed, "{file}");
        assert_eq!(text.matches(".verify_slice(").count(), allowed, "{file}");
        assert_eq!(text.matches("disallowed_methods").count(), allowed, "{file}");
        assert_eq!(text.contains("use hmac::"), is_signature, "{file}");
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let calls = code.filter(|line| call.is_match(line) && !line.contains("fn sign(")).count();
        assert!(calls == 0 || is_simulator, "{file} calls `sign`: verify instead");
    }
}
