//! `cargo xtask spec drift` and `spec accept`, run as a maintainer or a workflow runs them, on the
//! committed files and on copies of them.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder with copies of the committed files, to be edited.
struct Copies {
    folder: TempDir,
}

/// The result of a run.
struct Outcome {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Copies {
    fn new() -> Self {
        let copies = Self { folder: tempfile::tempdir().unwrap() };
        for name in ["jogg.yaml", "drift.toml", "upstream.surface"] {
            std::fs::copy(committed(name), copies.path(name)).unwrap();
        }
        copies
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Replaces the first occurrence of a text in a file.
    #[track_caller]
    fn replace(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, &text.replacen(from, to, 1));
    }

    fn run(&self, task: &str, upstream: &str, more: &[&str]) -> Outcome {
        let mut command = xtask(task, upstream, self.folder.path());
        for (name, file) in
            [("--spec", "jogg.yaml"), ("--ledger", "drift.toml"), ("--pinned", "upstream.surface")]
        {
            command.args([name, file]);
        }
        outcome(command.args(more).output().unwrap())
    }

    /// Runs drift, and compares its exit code and parts of its output.
    #[track_caller]
    fn check(&self, upstream: &str, code: i32, expected: &[&str]) {
        check(&self.run("drift", upstream, &[]), code, expected);
    }
}

fn committed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi").join(name)
}

fn xtask(task: &str, upstream: &str, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.current_dir(folder).stdin(Stdio::null());
    command.args(["spec", task, "--upstream", upstream]);
    command
}

fn outcome(output: Output) -> Outcome {
    Outcome {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[track_caller]
fn check(outcome: &Outcome, code: i32, expected: &[&str]) {
    let Outcome { stdout, stderr, .. } = outcome;
    let text = format!("{stdout}{stderr}");
    assert_eq!(outcome.code, code, "{text}");
    for part in expected {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    if code == 3 {
        assert!(stdout.is_empty(), "a failure must not print a report: {stdout}");
        assert!(stderr.contains("nothing was compared"), "{stderr}");
    }
}

#[test]
fn every_difference_to_the_pinned_upstream_is_acknowledged() {
    let upstream = committed("upstream.surface").display().to_string();
    let output = xtask("drift", &upstream, Path::new(".")).output().unwrap();
    check(&outcome(output), 0, &[", 0 not; 0 problems in all", "that was pinned on "]);
    // The copies pass too, so that what fails below fails for its edit.
    Copies::new().check("upstream.surface", 0, &["0 problems in all"]);
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
        (format!("{name} uri\n"), 0, "0 problems in all"),
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
            "GET /v2/voices",
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

const UPSTREAM: &str = "openapi: 3.0.3\npaths: {/a: {get: {parameters: [{name: p, in: query}, {name: \
                        q, in: query}]}}, /b: {get: {parameters: [{name: q, in: query}]}}}\n";
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

#[test]
fn accept_writes_stubs_that_need_reasons() {
    let copies = small();
    check(
        &copies.run("accept", "upstream.yaml", &[]),
        0,
        &["2 stubs added", "replace TODO by a reason"],
    );
    copies.check("upstream.yaml", 1, &["Without a reason (2)", "upstream was never pinned"]);
    let ledger = copies.read("drift.toml");
    assert!(ledger.contains("operations = \"all\""), "{ledger}");
    assert!(ledger.contains("operations = [\"GET /a\"]"), "{ledger}");
    copies.write("drift.toml", &ledger.replace("\"TODO\"", "'Intended.'"));
    copies.check("upstream.yaml", 0, &["3 acknowledged by 2 entries"]);
    // Existing entries are not changed.
    let ledger = copies.read("drift.toml").replace("rule =", "# Kept.\nrule  =");
    copies.write("drift.toml", &ledger);
    check(&copies.run("accept", "upstream.yaml", &[]), 0, &["0 stubs added"]);
    assert_eq!(copies.read("drift.toml"), ledger);
    copies.replace("upstream.yaml", "/b: {get: {", "/b: {get: {deprecated: true, ");
    check(&copies.run("accept", "upstream.yaml", &[]), 0, &["1 stub added"]);
    let longer = copies.read("drift.toml");
    assert!(longer.starts_with(&ledger) && longer.contains("\"TODO\""), "{longer}");
}

#[test]
fn stale_entries_are_removed_on_request_only() {
    let copies = small();
    copies.run("accept", "upstream.yaml", &[]);
    let ledger = copies.read("drift.toml").replace("\"TODO\"", "'Intended.'");
    let ledger = ledger.replace("[[change]]", "# A comment stays.\n[[change]]");
    copies.write("drift.toml", &ledger);
    copies.write("upstream.yaml", &UPSTREAM.replace("{name: p, in: query}, ", ""));
    let next = "`cargo xtask spec accept --upstream upstream.yaml";
    check(&copies.run("accept", "upstream.yaml", &[]), 0, &["1 stale entry kept", next]);
    assert_eq!(copies.read("drift.toml"), ledger);
    check(&copies.run("accept", "upstream.yaml", &["--prune"]), 0, &["1 stale entry removed"]);
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
    copies.check("upstream.yaml", 0, &["1 acknowledged by 1 entry"]);
}

#[test]
fn a_pin_has_a_date_and_a_hash() {
    let copies = small();
    let pin = ["--pin", "2026-04-01"];
    check(
        &copies.run("accept", "upstream.yaml", &pin),
        0,
        &["upstream.surface: pinned 2026-04-01"],
    );
    let surface = copies.read("upstream.surface");
    assert!(surface.contains("\n# date 2026-04-01\n# sha256 "), "{surface}");
    copies.check("upstream.yaml", 1, &["upstream is the text that was pinned on 2026-04-01"]);
    copies.check("upstream.surface", 1, &["upstream has the surface that was pinned"]);
    copies.write("upstream.yaml", &format!("{UPSTREAM}# Limits.\n"));
    copies.check("upstream.yaml", 1, &["but another text: prose may state limits"]);
    // A surface doesn't have the hash of the vendor's text.
    check(&copies.run("accept", "upstream.surface", &pin), 3, &["is a surface"]);
    check(&copies.run("accept", "upstream.yaml", &["--pin", "today"]), 2, &["YYYY-MM-DD"]);
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
            "- `GET /v2/voices`\n",
        ],
    );
    let github = copies.run("drift", "new.surface", &["--format", "github"]);
    check(
        &github,
        1,
        &["::error file=jogg.yaml,line=", "title=Not acknowledged::GET /v2/voices%0A"],
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
