//! `cargo xtask spec accept`, and what `spec drift` says until it has pinned what was reviewed.

mod copies;

use copies::{Copies, check};

const UPSTREAM: &str = "openapi: 3.0.3\npaths: {/a: {get: {parameters: [{name: p, in: query}, \
                        {name: q, in: query}]}}, /b: {get: {summary: B, parameters: [{name: \
                        q, in: query}]}}}\n";
const OURS: &str = "openapi: 3.0.3\npaths: {/a: {get: {}}, /b: {get: {}}}\n";

/// Creates a folder with two small specs, without a ledger and a pin.
fn small() -> Copies {
    let copies = Copies::new();
    for name in ["drift.toml", "upstream.surface"] {
        std::fs::remove_file(copies.path(name)).unwrap();
    }
    copies.write("upstream.yaml", UPSTREAM);
    copies.write("jogg.yaml", OURS);
    copies
}

/// Creates a folder with two small specs, whose differences are acknowledged, and a pin.
fn reviewed() -> Copies {
    let copies = small();
    copies.run("accept", "upstream.yaml", &[]);
    let ledger = copies.read("drift.toml").replace("\"TODO\"", "'Intended.'");
    copies.write("drift.toml", &ledger);
    copies.pin("2026-04-01");
    copies
}

#[test]
fn accept_writes_stubs_that_need_reasons() {
    let copies = small();
    check(
        &copies.run("accept", "upstream.yaml", &[]),
        0,
        &["2 stubs added", "replace TODO by a reason"],
    );
    let ledger = copies.read("drift.toml");
    assert!(ledger.contains("operations = \"all\""), "{ledger}");
    assert!(ledger.contains("operations = [\"GET /a\"]"), "{ledger}");
    // Nothing passes, and nothing can be pinned, before the reasons are written.
    let pin = ["--pin", "2026-04-01"];
    let refused = "upstream.surface: not pinned, because of 2 problems; `cargo xtask spec drift ";
    check(&copies.run("accept", "upstream.yaml", &pin), 1, &[refused]);
    let next = "--pinned upstream.surface --pin YYYY-MM-DD`";
    copies.check("upstream.yaml", 3, &["upstream.surface: there is no such file", next]);
    copies.write("drift.toml", &ledger.replace("\"TODO\"", "'Intended.'"));
    copies.pin("2026-04-01");
    copies.check("upstream.yaml", 0, &["3 acknowledged by 2 entries"]);
    copies.write("drift.toml", &ledger);
    copies.check("upstream.yaml", 1, &["Without a reason (2)"]);
    check(&copies.run("accept", "upstream.yaml", &pin), 1, &[refused]);
    copies.write("drift.toml", &ledger.replace("\"TODO\"", "'Intended.'"));
    // Existing entries are not changed.
    let ledger = copies.read("drift.toml").replace("rule =", "# Kept.\nrule  =");
    copies.write("drift.toml", &ledger);
    check(&copies.run("accept", "upstream.yaml", &[]), 0, &["0 stubs added"]);
    assert_eq!(copies.read("drift.toml"), ledger);
    copies.replace("upstream.yaml", "/b: {get: {", "/b: {get: {deprecated: true, ");
    // A stub is no reason to pin what it is about.
    let refused = "not pinned, because of 1 problem";
    check(&copies.run("accept", "upstream.yaml", &pin), 1, &["1 stub added", refused]);
    let longer = copies.read("drift.toml");
    assert!(longer.starts_with(&ledger) && longer.contains("\"TODO\""), "{longer}");
}

#[test]
fn stale_entries_are_removed_on_request_only() {
    let copies = reviewed();
    let ledger = copies.read("drift.toml").replace("[[change]]", "# A comment stays.\n[[change]]");
    copies.write("drift.toml", &ledger);
    copies.write("upstream.yaml", &UPSTREAM.replace("{name: p, in: query}, ", ""));
    let next = "`cargo xtask spec accept --upstream upstream.yaml";
    check(&copies.run("accept", "upstream.yaml", &[]), 0, &["1 stale entry kept", next]);
    assert_eq!(copies.read("drift.toml"), ledger);
    let pin = ["--pin", "2026-04-02"];
    check(&copies.run("accept", "upstream.yaml", &pin), 1, &["not pinned, because of 1 problem"]);
    let prune = [&pin[..], &["--prune"]].concat();
    check(&copies.run("accept", "upstream.yaml", &prune), 0, &["1 stale entry removed", "pinned"]);
    copies.check("upstream.yaml", 0, &["2 acknowledged by 1 entry"]);
    assert_eq!(copies.read("drift.toml").matches("# A comment stays.").count(), 2);

    // An entry for all operations keeps those that remain.
    copies.write(
        "upstream.yaml",
        &UPSTREAM.replace("{name: p, in: query}, {name: q, in: query}", ""),
    );
    copies.check("upstream.yaml", 1, &["Stale", "GET /a"]);
    copies.run("accept", "upstream.yaml", &["--prune"]);
    assert!(copies.read("drift.toml").contains("operations = [\"GET /b\"]"));
    copies.pin("2026-04-03");
    copies.check("upstream.yaml", 0, &["1 acknowledged by 1 entry"]);
}

#[test]
fn a_pin_has_a_date_and_a_hash() {
    let copies = reviewed();
    let surface = copies.read("upstream.surface");
    assert!(surface.contains("\n# date 2026-04-01\n# sha256 "), "{surface}");
    copies.check("upstream.yaml", 0, &["upstream is the text that was pinned on 2026-04-01"]);
    copies.check("upstream.surface", 0, &["upstream has the surface that was pinned"]);
    // A surface doesn't have the hash of the vendor's text.
    check(
        &copies.run("accept", "upstream.surface", &["--pin", "2026-04-01"]),
        3,
        &["is a surface"],
    );
    for (date, reason) in [
        ("today", "there is no such day; write the date as YYYY-MM-DD"),
        ("2026-02-30", "there is no such day"),
        ("9999-12-31", "the day is in the future"),
    ] {
        check(&copies.run("accept", "upstream.yaml", &["--pin", date]), 2, &[reason]);
    }
    assert_eq!(copies.read("upstream.surface"), surface);
}

/// Limits hide in prose, so that a change of it is something to do.
#[test]
fn changed_prose_is_named_by_its_places_and_not_its_words() {
    let copies = reviewed();
    copies.write("upstream.yaml", &format!("{UPSTREAM}# A comment.\n"));
    copies.check("upstream.yaml", 1, &["in another layout; run `cargo xtask spec accept "]);

    let described = UPSTREAM.replacen("/a: {get: {", "/a: {get: {description: At most 5., ", 1);
    copies.write("upstream.yaml", &described);
    copies.check(
        "upstream.yaml",
        1,
        &[
            "but other texts in 1 place: prose may state limits",
            "\n  GET /a description, line 2\n",
            "error: drift: upstream isn't what was pinned",
        ],
    );
    copies.pin("2026-04-02");
    assert!(!copies.read("upstream.surface").contains("At most"));
    copies.check("upstream.yaml", 0, &["upstream is the text that was pinned on 2026-04-02"]);
    copies.write(
        "upstream.yaml",
        &described.replace("5.", "6.").replace("/b: {get: {", "/b: {get: {deprecated: true, "),
    );
    let markdown = copies.run("drift", "upstream.yaml", &["--format", "markdown"]);
    let places = [
        "1 change since the state pinned",
        "other texts in 1 place",
        "- `GET /a description`, line 2",
    ];
    check(&markdown, 1, &places);
    assert!(!markdown.stdout.contains("At most"), "{}", markdown.stdout);
    let json = copies.run("drift", "upstream.yaml", &["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let places = serde_json::json!([{"at": "GET /a description", "line": 2}]);
    assert_eq!(report["pinned"]["texts"], places);
    let github = copies.run("drift", "upstream.yaml", &["--format", "github"]);
    check(&github, 1, &["::warning title=Not pinned::", "%0AGET /a description, line 2"]);

    // A pin of before there were hashes of texts.
    copies.write("upstream.yaml", &described.replace("5.", "6."));
    let pin = copies.read("upstream.surface");
    let lines: Vec<&str> = pin.lines().filter(|line| !line.starts_with("# text ")).collect();
    copies.write("upstream.surface", &lines.join("\n"));
    copies.check("upstream.yaml", 1, &["but another text: prose may state limits"]);
}
