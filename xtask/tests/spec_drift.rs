//! `cargo xtask spec drift`, run as a maintainer or a workflow runs them, on the
//! committed files and on copies of them.

mod copies;

use std::io::Write as _;
use std::process::Stdio;

use copies::{Copies, check, outcome, xtask};

#[test]
fn the_pinned_upstream_has_only_acknowledged_differences() {
    let expected = [", 0 not; 0 problems in all", "that was pinned on "];
    Copies::new().check("upstream.surface", 0, &expected);
}

#[test]
fn entries_without_a_difference_are_stale() {
    // The request id is acknowledged for every operation.
    let name = "rid";
    let copies = Copies::new();
    let spec = copies.read("jogg.yaml");
    let start = spec.find(&format!("        {name}:\n")).expect("the envelope has a request id");
    let length = spec[start + 9..].find(&format!("\n        {name}")).unwrap_or(0);
    assert_eq!(length, 0, "there is one request id");
    let rest = &spec[start + 9..];
    let is_next = |line: &str| !line.starts_with("         ");
    let lines = rest.split_inclusive('\n').skip(1);
    let taken: usize = lines.take_while(|line| !is_next(line)).map(str::len).sum();
    let first = rest.find('\n').unwrap() + 1;
    copies.write("jogg.yaml", &format!("{}{}", &spec[..start], &rest[first + taken..]));
    let next = "run `cargo xtask spec accept --upstream upstream.surface --spec jogg.yaml --ledger \
                drift.toml --pinned upstream.surface --prune`";
    copies.check(
        "upstream.surface",
        1,
        &["Stale", &format!("$.{name}: our spec has string"), next],
    );

    // One value of an enum: the others are another difference.
    let copies = Copies::new();
    copies.replace("jogg.yaml", "            - in_progress\n", "");
    let expected = ["Stale", "Not acknowledged", "acknowledges another difference there"];
    copies.check("upstream.surface", 1, &expected);

    // One operation of a list.
    let copies = Copies::new();
    copies.replace(
        "drift.toml",
        "[\"POST /v2/endpoint\",",
        "[\"GET /v2/voices\", \"POST /v2/endpoint\",",
    );
    copies.check("upstream.surface", 1, &["Stale", "GET /v2/voices", "1 problem in all"]);
}

#[test]
fn a_policy_covers_its_rule_where_it_says() {
    let copies = Copies::new();
    let name = "GET /v2/user/whoami response 200 application/json $.data.username format";
    let status = "PUT /v2/endpoint/{} request application/json $.status format";
    let upstream = copies.read("upstream.surface");
    for (line, code, expected) in [
        // It is covered, and still something to review.
        (format!("{name} uri\n"), 1, "0 problems in all"),
        (format!("{name} email\n"), 1, "upstream has email"),
        (format!("{status} uri\n"), 1, "format-removed request application/json $.status"),
    ] {
        copies.write("more.surface", &format!("{upstream}{line}"));
        copies.check("more.surface", code, &[expected]);
    }
    // One without a difference is stale, and can be removed.
    copies.replace("drift.toml", "at = \"response default\"", "at = \"response 418\"");
    copies.check("upstream.surface", 1, &["Stale", "error-status-added response default"]);
    let pruned = copies.run("accept", "upstream.surface", &["--prune"]);
    check(&pruned, 0, &["1 stale entry removed", "1 stub added"]);
}

#[test]
fn additions_to_upstream_are_not_acknowledged() {
    let field = "GET /v2/voices response 200 application/json $.data.voices[].pitch type string\n";
    let copies = Copies::new();
    copies.write("new.surface", &(copies.read("upstream.surface") + field));
    copies.check(
        "new.surface",
        1,
        &[
            "Not acknowledged (1)",
            "GET /v2/voices (voices().list)",
            "property-removed response 200 application/json $.data.voices[].pitch: upstream has string",
            "run `cargo xtask spec accept --upstream new.surface",
            "upstream has 1 change since the state pinned on 2026-03-30",
            "`cargo xtask spec diff upstream.surface new.surface`",
        ],
    );
    // Another value of an enum whose values are acknowledged.
    let copies = Copies::new();
    let value =
        "GET /v2/template_videos response 200 application/json $.data.data[].status enum \"new\"\n";
    copies.write("new.surface", &(copies.read("upstream.surface") + value));
    copies.check("new.surface", 1, &["Not acknowledged (1)", "upstream has \"new\""]);
    // An operation.
    let operation = "GET /v2/new declared\n";
    copies.write("new.surface", &(copies.read("upstream.surface") + operation));
    copies.check("new.surface", 1, &["operation-removed operation", "GET /v2/new"]);
}

#[test]
fn entries_need_a_reason() {
    for reason in ["\"TODO\"", "\"todo: later\"", "\"\"", "\"\"\"\n  \"\"\""] {
        let copies = Copies::new();
        let ledger = copies.read("drift.toml");
        let start = ledger.find("reason = \"\"\"").unwrap();
        let end = start + 12 + ledger[start + 12..].find("\"\"\"").unwrap() + 3;
        let ledger = format!("{}reason = {reason}{}", &ledger[..start], &ledger[end..]);
        copies.write("drift.toml", &ledger);
        copies.check(
            "upstream.surface",
            1,
            &["Without a reason (1)", "write the reason in drift.toml"],
        );
    }
}

#[test]
fn entries_agree_with_their_fingerprint_and_are_unique() {
    let copies = Copies::new();
    copies.replace("drift.toml", "\"0 10104 10105", "\"1 10104 10105");
    let expected =
        ["Entry and fingerprint disagree (1)", "the entry says", "its fingerprint stands for"];
    copies.check("upstream.surface", 1, &expected);

    let copies = Copies::new();
    let ledger = copies.read("drift.toml");
    let last = ledger.rfind("[[change]]").unwrap();
    copies.write("drift.toml", &format!("{ledger}\n{}", &ledger[last..]));
    copies.check("upstream.surface", 1, &["Acknowledged twice (1)"]);
}

#[test]
fn unreadable_files_never_pass() {
    let copies = Copies::new();
    copies.write("page.html", "<!DOCTYPE html>\n<title>Not found</title>\n");
    copies.write("twice.yaml", "openapi: 3.0.3\npaths: {}\npaths: {}\n");
    copies.write("empty.yaml", "openapi: 3.0.3\npaths: {}\n");
    copies.write("other.yaml", "openapi: 3.0.3\npaths: {/pets: {get: {}}}\n");
    copies.check("page.html", 3, &["page.html"]);
    copies.check("twice.yaml", 3, &["twice.yaml:3:1: the key `paths`"]);
    copies.check("none.yaml", 3, &["none.yaml: "]);
    copies.check("empty.yaml", 3, &["have no operation in common"]);
    copies.check("other.yaml", 3, &["have no operation in common"]);
    for (from, to, expected) in [
        ("[[change]]", "[[change", "drift.toml:"),
        ("[[change]]\n", "[[change]]\nwhy = 1\n", "unknown field `why`"),
        (
            "operations = \"all\"",
            "operations = \"some\"",
            "`operations` must be \"all\", \"any\" or",
        ),
        ("operations = \"all\"", "operations = []", "`operations` must be \"all\", \"any\" or"),
        ("operations = \"all\"", "operations = \"any\"", "remove its `fingerprint`"),
        ("operations = \"any\"", "operations = \"all\"", "`fingerprint` must be sixteen"),
        ("fingerprint = \"", "fingerprint = \"x", "`fingerprint` must be sixteen"),
        ("[[change]]", "[[ change ]]", "each entry must begin with `[[change]]`"),
    ] {
        let copies = Copies::new();
        copies.replace("drift.toml", from, to);
        copies.check("upstream.surface", 3, &["drift.toml:", expected]);
    }
    std::fs::remove_file(copies.path("drift.toml")).unwrap();
    let next = "`cargo xtask spec accept --upstream upstream.surface";
    copies.check("upstream.surface", 3, &["drift.toml: there is no such file", next]);
    let copies = Copies::new();
    copies.replace("upstream.surface", "# date 2026-03-30\n", "");
    copies.check("jogg.yaml", 3, &["the lines `# date YYYY-MM-DD` and `# sha256 …` are missing"]);
}

#[test]
fn all_formats_have_the_same_content() {
    let copies = Copies::new();
    let field = "GET /v2/voices response 200 application/json $.data.voices[].pitch type string\n";
    copies.write("new.surface", &(copies.read("upstream.surface") + field));
    let json = copies.run("drift", "new.surface", &["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json.code, 1);
    assert_eq!(report["unacknowledged"][0]["operations"][0], "GET /v2/voices");
    assert_eq!(report["unacknowledged"][0]["upstream"][0], "string");
    assert_eq!(report["stale"], serde_json::json!([]));
    assert_eq!(report["pinned"]["changes"]["findings"][0]["rule"], "property-added");
    let markdown = copies.run("drift", "new.surface", &["--format", "markdown"]);
    check(
        &markdown,
        1,
        &[
            "### Drift of `new.surface` from `jogg.yaml`",
            "#### Not acknowledged (1)",
            "- `GET /v2/voices` (`voices().list`)\n",
        ],
    );
    let github = copies.run("drift", "new.surface", &["--format", "github"]);
    check(
        &github,
        1,
        &[
            "::error file=jogg.yaml,line=",
            "title=Not acknowledged::GET /v2/voices (voices().list)%0A",
        ],
    );
    copies.replace("drift.toml", "\"0 10104 10105", "\"1 10104 10105");
    let github = copies.run("drift", "upstream.surface", &["--format", "github"]);
    check(&github, 1, &["::error file=drift.toml,line="]);
}

#[test]
fn upstream_comes_from_standard_input() {
    let copies = Copies::new();
    let mut child = xtask("drift", "-", copies.folder.path())
        .args(["--ledger", "drift.toml"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = copies.read("upstream.surface");
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    check(&outcome(child.wait_with_output().unwrap()), 0, &["between stdin and openapi/jogg.yaml"]);
}
