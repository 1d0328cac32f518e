//! `cargo xtask spec diff`, run as a maintainer or a workflow runs it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const OLD: &str = "openapi: 3.0.3\npaths: {/a: {get: {parameters: [{name: q, in: query}]}}}\n";
const SAME: &str = "{\"openapi\": \"3.0.3\", \"paths\": {\"/a\": {\"get\": {\"summary\": \"A\", \
                    \"parameters\": [{\"in\": \"query\", \"name\": \"q\"}]}}}}";
/// The server no longer reads `q`, which breaks code that sets it.
const LOOSER: &str = "openapi: 3.0.3\npaths: {/a: {get: {}}}\n";
/// The server needs a key, which changes no type.
const STRICTER: &str = "openapi: 3.0.3\npaths: {/a: {get: {security: [{Key: []}], parameters: \
                        [{name: q, in: query}]}}}\ncomponents: {securitySchemes: {Key: {type: \
                        apiKey, in: header, name: k}}}\n";

/// Creates a folder with a few specs.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("old.yaml", OLD),
        ("same.json", SAME),
        ("looser.yaml", LOOSER),
        ("stricter.yaml", STRICTER),
        ("empty.yaml", "openapi: 3.0.3\npaths: {}\n"),
        ("twice.yaml", "openapi: 3.0.3\npaths: {}\npaths: {}\n"),
        ("whole.surface", "# jogg surface 1\nGET /{} path 0 $ any\nGET /{} path 0 name a\n"),
        ("part.surface", "# jogg surface 1\nGET /{} path 0 $ any\n"),
        ("later.surface", "# jogg surface 2\n"),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn command(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap());
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for variable in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(variable);
    }
    command
}

fn diff(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = command(env!("CARGO_BIN_EXE_xtask"), folder);
    command.args(["spec", "diff"]).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
    let output = command("git", folder).args(identity).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Compares the exit code and parts of the output: reports on stdout, failures on stderr.
#[track_caller]
fn check_in(folder: &Path, arguments: &[&str], code: i32, expected: &[&str]) {
    let output = diff(folder, arguments);
    let text = match code {
        0 => &output.stdout,
        _ => &output.stderr,
    };
    let text = String::from_utf8_lossy(text);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    for part in expected {
        assert!(text.contains(part), "{arguments:?}: `{part}` is not in\n{text}");
    }
    if code == 3 {
        assert!(output.stdout.is_empty(), "{arguments:?} must not print a report");
        assert!(text.contains("nothing was compared"), "{arguments:?}: {text}");
    }
}

#[track_caller]
fn check(arguments: &[&str], code: i32, expected: &[&str]) {
    check_in(folder().path(), arguments, code, expected);
}

#[test]
fn changes_are_not_a_failure() {
    check(&["old.yaml", "same.json"], 0, &["0 changes in 0 operations", "1 text differs"]);
    check(&["old.yaml", "looser.yaml"], 0, &["wire risk   source break  parameter-removed"]);
    check(&["old.yaml", "empty.yaml"], 0, &["operation-removed"]);
}

#[test]
fn the_levels_to_fail_on_are_ordered() {
    let next = "see each above, and `cargo xtask spec rules`";
    // The change of `looser` is a risk on the wire and breaks code; that of `stricter` breaks the
    // wire alone.
    for (new, levels, code) in [
        ("same.json", "any", 0),
        ("same.json", "risk,wire-break,source-break", 0),
        ("looser.yaml", "any", 1),
        ("looser.yaml", "risk", 1),
        ("looser.yaml", "break", 1),
        ("looser.yaml", "wire-risk", 1),
        ("looser.yaml", "wire-loss", 0),
        ("looser.yaml", "wire-break", 0),
        ("looser.yaml", "source-break", 1),
        ("looser.yaml", "wire-break,source-break", 1),
        ("stricter.yaml", "loss", 1),
        ("stricter.yaml", "wire-loss", 1),
        ("stricter.yaml", "wire-break", 1),
        ("stricter.yaml", "source-break", 0),
    ] {
        let expected: &[&str] = if code == 1 { &[next] } else { &[] };
        check(&["old.yaml", new, "--fail-on", levels], code, expected);
    }
    // The report is printed too.
    let folder = folder();
    let output = diff(folder.path(), &["old.yaml", "looser.yaml", "--fail-on", "any"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("parameter-removed"));
}

#[test]
fn less_severe_changes_are_counted_and_not_shown() {
    let (all, none) = ("parameter-added", "not shown: 1 change below --min");
    check(&["looser.yaml", "old.yaml", "--min", "ok"], 0, &[all]);
    check(&["looser.yaml", "old.yaml"], 0, &[all]);
    check(&["stricter.yaml", "old.yaml", "--min", "risk"], 0, &[none]);
    // They still count.
    check(
        &["stricter.yaml", "old.yaml", "--min", "break", "--fail-on", "any"],
        1,
        &["of any kind"],
    );
}

#[test]
fn allowed_changes_do_not_fail() {
    let folder = folder();
    let arguments =
        ["old.yaml", "looser.yaml", "--fail-on", "source-break", "--allow", "allowed.toml"];
    check_in(folder.path(), &arguments, 3, &["allowed.toml: "]);
    let write = |text: &str| std::fs::write(folder.path().join("allowed.toml"), text).unwrap();
    write("");
    let output = diff(folder.path(), &arguments);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    let (_, stub) = message.split_once("to allow the first, add this with its reason:\n").unwrap();
    write(stub);
    check_in(folder.path(), &arguments, 3, &["allowed.toml:1: the entry has no reason"]);
    let entry = stub.replace("TODO", "Nobody sets it.");
    write(&entry);
    check_in(folder.path(), &arguments, 0, &["allowed: Nobody sets it."]);
    write(&entry.replace("query q", "query r"));
    let stale = "allowed.toml:1: parameter-removed at query r isn't a change";
    check_in(folder.path(), &arguments, 1, &[stale, "1 that break code"]);
    // A stale entry fails, whatever else is found.
    check_in(folder.path(), &[&arguments[..2], &arguments[4..]].concat(), 1, &[stale]);
}

#[test]
fn the_report_is_added_to_a_summary() {
    let folder = folder();
    let file = folder.path().join("summary.md");
    std::fs::write(&file, "Before.\n").unwrap();
    check_in(folder.path(), &["old.yaml", "looser.yaml", "--summary", "summary.md"], 0, &[]);
    let text = std::fs::read_to_string(file).unwrap();
    assert!(
        text.starts_with("Before.\n### API changes from `old.yaml` to `looser.yaml`"),
        "{text}"
    );
    let nowhere = ["old.yaml", "looser.yaml", "--summary", "none/summary.md"];
    check_in(folder.path(), &nowhere, 1, &["--summary none/summary.md: "]);
}

#[test]
fn unreadable_files_never_pass() {
    let surface = "fix it until `cargo xtask spec surface twice.yaml` works";
    check(&["old.yaml", "twice.yaml"], 3, &["twice.yaml:3:1: the key `paths`", surface]);
    check(&["later.surface", "old.yaml"], 3, &["the first line must be `# jogg surface 1`"]);
    check(&["none.yaml", "old.yaml"], 3, &["none.yaml: ", "`ls .` lists them"]);
    check(&["empty.yaml", "empty.yaml"], 3, &["has an operation", "cargo xtask spec surface"]);
    let again = "changed by hand again, with `cargo xtask spec surface SPEC`";
    check(
        &["whole.surface", "part.surface"],
        3,
        &["no rule is about `GET /{} path 0 name a`", again],
    );
    let address = "https://h/a.yaml";
    check(&[address, "old.yaml"], 3, &["from addresses", "`curl -fsSLO https://h/a.yaml`"]);
    check(&["-", "-"], 3, &["only one side can come from standard input"]);
    check(&["-", "old.yaml"], 3, &["stdin:1:1: the file is empty"]);
    check(&["old.yaml"], 2, &["<NEW>"]);
    check(&["old.yaml", "same.json", "--fail-on", "none"], 2, &["wire-break"]);
}

#[test]
fn one_side_comes_from_standard_input() {
    let folder = folder();
    let mut child = command(env!("CARGO_BIN_EXE_xtask"), folder.path())
        .args(["spec", "diff", "old.yaml", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(LOOSER.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["new"]["name"], "stdin");
    let change = &report["findings"][0];
    assert_eq!(change["operation"], "GET /a");
    assert_eq!(change["at"], "query q");
    assert_eq!(change["rule"], "parameter-removed");
    assert_eq!(report["bump"]["jogg-api"], "minor");
}

#[test]
fn a_closed_pipe_is_no_failure_and_hides_none() {
    let folder = folder();
    for (level, code) in [("wire-break", 0), ("source-break", 1)] {
        let mut child = command(env!("CARGO_BIN_EXE_xtask"), folder.path())
            .args(["spec", "diff", "old.yaml", "-", "--fail-on", level])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Before there is anything to print.
        drop(child.stdout.take());
        child.stdin.take().unwrap().write_all(LOOSER.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{message}");
        assert!(!message.contains("panicked"), "{message}");
    }
}

#[test]
fn a_committed_file_is_read_through_git() {
    let folder = folder();
    let folder = folder.path();
    git(folder, &["init", "--quiet", "--initial-branch=main"]);
    git(folder, &["add", "old.yaml"]);
    git(folder, &["commit", "--quiet", "--message", "Old"]);
    std::fs::write(folder.join("old.yaml"), LOOSER).unwrap();
    check_in(folder, &["HEAD:old.yaml", "old.yaml"], 0, &["parameter-removed"]);
    check_in(folder, &["main:old.yaml", ":old.yaml"], 0, &["0 changes"]);
    let github = ["--format", "github", "old.yaml", "HEAD:old.yaml"];
    check_in(folder, &github, 0, &["file=old.yaml,line="]);
    // An existing file of that name takes precedence.
    std::fs::write(folder.join("HEAD:old.yaml"), LOOSER).unwrap();
    check_in(folder, &["HEAD:old.yaml", "old.yaml"], 0, &["0 changes"]);

    let fetch = "run `git fetch origin main:refs/remotes/origin/main`";
    let unknown = "there is no revision `origin/main` in this repository";
    check_in(folder, &["origin/main:old.yaml", "old.yaml"], 3, &[unknown, fetch]);
    let list = "`git ls-tree -r --name-only --full-tree HEAD`";
    check_in(folder, &["HEAD:new.yaml", "old.yaml"], 3, &["no file `new.yaml` in `HEAD`", list]);
    check_in(folder, &[":new.yaml", "old.yaml"], 3, &["`git ls-files`"]);
    check_in(folder, &["--", "--x:old.yaml", "old.yaml"], 3, &["`--x` isn't a revision"]);
    git(folder, &["add", "twice.yaml"]);
    let show = "`git show :twice.yaml > spec.yaml`";
    check_in(folder, &["old.yaml", ":twice.yaml"], 3, &[":twice.yaml:3:1: the key", show]);
}

/// A spec whose parts are in other files.
const PARTS: &str = "openapi: 3.0.3\npaths: {/a: {$ref: './paths/a.yaml'}}\n";
const PATH: &str = "get: {parameters: [{$ref: '../parameters.yaml#/q'}]}\n";
const PARAMETERS: &str = "q: {name: q, in: query, schema: {type: string}}\n";

fn write_parts(folder: &Path, parameters: &str) {
    std::fs::create_dir_all(folder.join("api/paths")).unwrap();
    std::fs::write(folder.join("api/spec.yaml"), PARTS).unwrap();
    std::fs::write(folder.join("api/paths/a.yaml"), PATH).unwrap();
    std::fs::write(folder.join("api/parameters.yaml"), parameters).unwrap();
}

#[test]
fn files_beside_a_spec_are_read() {
    let [old, new] = [folder(), folder()];
    write_parts(old.path(), PARAMETERS);
    write_parts(new.path(), &PARAMETERS.replace("string", "integer"));
    let other = old.path().join("api/spec.yaml");
    let arguments = [other.to_str().unwrap(), "api/spec.yaml"];
    check_in(new.path(), &arguments, 0, &["type-narrowed", "compared 1 operation, 1 schema"]);

    // A file that is missing, or outside.
    std::fs::remove_file(new.path().join("api/parameters.yaml")).unwrap();
    let place = "paths/a.yaml:1:21: the reference \"../parameters.yaml#/q\" cannot be followed";
    let name = "--allow-unread '../parameters.yaml#/q'";
    check_in(new.path(), &arguments, 3, &[place, "parameters.yaml: ", name]);
    let allowed = [&arguments[..], &["--allow-unread", "../parameters.yaml#/q"]].concat();
    let expected = ["parameter-removed", "not compared, as allowed: ../parameters.yaml#/q"];
    check_in(new.path(), &allowed, 0, &expected);
    let escaping = PATH.replace("../", "../../");
    std::fs::write(new.path().join("api/paths/a.yaml"), escaping).unwrap();
    std::fs::write(new.path().join("parameters.yaml"), PARAMETERS).unwrap();
    check_in(new.path(), &arguments, 3, &["../parameters.yaml is outside of the repository"]);
    // Through a pipe nobody knows what is beside it.
    let mut child = command(env!("CARGO_BIN_EXE_xtask"), old.path())
        .args(["spec", "diff", "api/spec.yaml", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(PARTS.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("name the spec by its file"));
}

#[test]
fn operations_in_other_files_are_found_by_their_ids() {
    let [old, new] = [folder(), folder()];
    for (folder, path) in [(&old, "/a/old"), (&new, "/b")] {
        let spec = format!("openapi: 3.0.3\npaths: {{{path}: {{$ref: a.yaml}}}}\n");
        std::fs::write(folder.path().join("spec.yaml"), spec).unwrap();
        std::fs::write(folder.path().join("a.yaml"), "get: {operationId: get_a}\n").unwrap();
    }
    let other = old.path().join("spec.yaml");
    let arguments = [other.to_str().unwrap(), "spec.yaml"];
    check_in(new.path(), &arguments, 0, &["GET /b (get_a)", "operation-moved", "1 change in"]);
}

/// A spec whose discriminator stands for a schema that is in another file.
const MAPPED: &str = "openapi: 3.0.3
paths: {/a: {get: {responses: {'200': {content: {a/b: {schema: {$ref: '#/x'}}}}}}}}
x: {type: object, discriminator: {propertyName: k, mapping: {c: cat.yaml}}}
";

#[test]
fn what_a_discriminator_stands_for_is_read() {
    let [old, new] = [folder(), folder()];
    let cat = "type: object\nproperties: {c: {type: string}}\n";
    for (folder, cat) in [(&old, cat), (&new, &cat.replace("string", "integer"))] {
        std::fs::write(folder.path().join("mapped.yaml"), MAPPED).unwrap();
        std::fs::write(folder.path().join("cat.yaml"), cat).unwrap();
    }
    let other = old.path().join("mapped.yaml");
    let arguments = [other.to_str().unwrap(), "mapped.yaml"];
    check_in(new.path(), &arguments, 0, &["type-changed", "$<subtype \"c\">.c"]);
    std::fs::remove_file(new.path().join("cat.yaml")).unwrap();
    let place = "mapped.yaml:3:62: the reference \"cat.yaml\" cannot be followed";
    check_in(new.path(), &arguments, 3, &[place, "--allow-unread cat.yaml"]);
}

#[test]
fn files_beside_a_committed_spec_are_read_through_git() {
    let folder = folder();
    let folder = folder.path();
    write_parts(folder, PARAMETERS);
    git(folder, &["init", "--quiet", "--initial-branch=main"]);
    git(folder, &["add", "api"]);
    git(folder, &["commit", "--quiet", "--message", "Old"]);
    write_parts(folder, &PARAMETERS.replace("string", "integer"));
    check_in(folder, &["HEAD:api/spec.yaml", "api/spec.yaml"], 0, &["type-narrowed"]);
    check_in(folder, &["HEAD:api/spec.yaml", ":api/spec.yaml"], 0, &["0 changes"]);
    // From a folder within, with a path from there.
    std::fs::write(folder.join("api/paths/spec.yaml"), PARTS.replace("./paths", ".")).unwrap();
    git(folder, &["add", "api/paths/spec.yaml"]);
    git(folder, &["commit", "--quiet", "--message", "Another"]);
    let output = command(env!("CARGO_BIN_EXE_xtask"), folder)
        .current_dir(folder.join("api/paths"))
        .args(["spec", "diff", "HEAD:./spec.yaml", "spec.yaml"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("type-narrowed"), "{text}{}", String::from_utf8_lossy(&output.stderr));
    git(folder, &["rm", "--quiet", "--cached", "api/parameters.yaml"]);
    let missing = "there is no file :api/parameters.yaml";
    check_in(folder, &["HEAD:api/spec.yaml", ":api/spec.yaml"], 3, &[missing]);
}

#[test]
fn without_a_repository_there_are_no_revisions() {
    check(
        &["HEAD:old.yaml", "old.yaml"],
        3,
        &["the current folder isn't in a git repository", "name two files"],
    );
}

#[test]
fn the_rules_are_printed_as_a_table() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = command.args(["spec", "rules"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("| rule | direction | wire | source | why |\n|---|"), "{text}");
    assert!(text.contains("\n| operation-removed | both | break | break | "), "{text}");
}
