//! The scripts of the workflows and of the action, run as GitHub runs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder that the scripts run in.
struct Job {
    folder: TempDir,
}

/// The result of a script.
struct Ran {
    code: i32,
    printed: String,
    /// What became of GITHUB_OUTPUT and GITHUB_STEP_SUMMARY.
    output: String,
    summary: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

impl Job {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds a program of this name, which comes before others.
    fn program(&self, name: &str, script: &str) {
        fs::create_dir_all(self.path("bin")).unwrap();
        let path = self.path(&format!("bin/{name}"));
        fs::write(&path, format!("#!/usr/bin/env bash\n{script}\n")).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }

    fn run_in(&self, folder: &Path, script: &str, variables: &[(&str, &str)]) -> Ran {
        let path = std::env::var("PATH").unwrap_or_default();
        let (output, summary) = (self.path("output"), self.path("summary"));
        for file in [&output, &summary] {
            fs::write(file, "").unwrap();
        }
        let ran = Command::new("bash")
            .arg(root().join(".github").join(script))
            .current_dir(folder)
            .stdin(Stdio::null())
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("GITHUB_OUTPUT", &output)
            .env("GITHUB_STEP_SUMMARY", &summary)
            .env("DIFFER", env!("CARGO_BIN_EXE_xtask"))
            .env("XTASK", env!("CARGO_BIN_EXE_xtask"))
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let [stdout, stderr] =
            [ran.stdout, ran.stderr].map(|text| String::from_utf8(text).unwrap());
        Ran {
            code: ran.status.code().unwrap_or(-1),
            printed: stdout + &stderr,
            output: fs::read_to_string(output).unwrap(),
            summary: fs::read_to_string(summary).unwrap(),
        }
    }

    fn run(&self, script: &str, variables: &[(&str, &str)]) -> Ran {
        self.run_in(self.folder.path(), script, variables)
    }
}

fn git(arguments: &[&str]) -> String {
    let output = Command::new("git").current_dir(root()).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Compares each version of the spec in this repository's history with the one before.
#[test]
fn the_action_compares_the_history_of_this_repository() {
    let commits = git(&["log", "-n", "12", "--format=%h", "--", "openapi/jogg.yaml"]);
    let commits: Vec<&str> = commits.lines().collect();
    // A shallow clone has one.
    for pair in commits.windows(2) {
        let side = |commit| format!("{commit}:openapi/jogg.yaml");
        let (old, new) = (side(pair[1]), side(pair[0]));
        let ran = Job::new().run_in(
            &root(),
            "actions/spec-diff/compare",
            &[("OLD", &old), ("NEW", &new)],
        );
        assert_eq!(ran.code, 0, "{old} → {new}: {}", ran.printed);
        assert!(ran.summary.starts_with(&format!("### API changes from `{old}` to `{new}`\n")));
        let annotations = ran.printed.lines().filter(|line| {
            ["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start))
        });
        assert!(annotations.clone().count() <= 10, "{}", ran.printed);
        for line in annotations.filter(|line| line.starts_with("::error ")) {
            assert!(line.contains("(wire break, "), "{line}");
        }
    }
    assert!(!commits.is_empty());
}

const OLD: &str = "openapi: 3.0.3
paths:
  /a:
    get:
      operationId: get_a
      responses:
        '200':
          content:
            application/json:
              schema:
                properties:
                  name: {type: string}
                  size: {type: integer}
";

#[test]
fn the_inputs_of_the_action_reach_the_differ() {
    let job = Job::new();
    fs::write(job.path("old.yaml"), OLD).unwrap();
    let new = OLD.replace("                  name: {type: string}\n", "");
    fs::write(job.path("new.yaml"), new.replace("/a:", "/a:\n    post: {responses: {}}")).unwrap();
    let entry = "[[allow]]\nrule = \"property-removed\"\noperations = \"any\"\nat = \"*\"\n";
    fs::write(job.path("allowed.toml"), format!("{entry}reason = 'Never filled.'\n")).unwrap();
    let sides = [("OLD", "old.yaml"), ("NEW", "new.yaml")];
    let run =
        |more: &[(&str, &str)]| job.run("actions/spec-diff/compare", &[&sides, more].concat());

    let ran = run(&[]);
    assert_eq!(ran.code, 0, "{}", ran.printed);
    // A loss on the wire is no error, and stands at what is left of the response.
    let place = "::warning file=new.yaml,line=";
    assert!(ran.printed.starts_with(place), "{}", ran.printed);
    assert!(ran.printed.contains("title=GET /a (get_a)%3A property-removed::"), "{}", ran.printed);
    assert!(
        ran.printed.contains("\n::notice file=new.yaml,line=4,title=POST /a"),
        "{}",
        ran.printed
    );
    assert!(ran.summary.contains("<summary>1 harmless change</summary>"), "{}", ran.summary);

    assert_eq!(run(&[("SUMMARY", "false")]).summary, "");
    assert!(!run(&[("MIN", "risk")]).printed.contains("POST /a"));
    for (level, code) in [("wire-break", 0), ("wire-loss", 1), ("loss", 1), ("nothing", 2)] {
        assert_eq!(run(&[("FAIL_ON", level)]).code, code, "{level}");
    }
    let allowed = run(&[("FAIL_ON", "wire-loss"), ("ALLOW", "allowed.toml")]);
    assert_eq!(allowed.code, 0, "{}", allowed.printed);
    assert!(allowed.summary.contains("Allowed: Never filled."), "{}", allowed.summary);

    let parts = OLD.replace("{type: integer}", "{$ref: 'a b.yaml'}");
    fs::write(job.path("new.yaml"), parts.replace("{type: string}", "{$ref: c.yaml}")).unwrap();
    assert_eq!(run(&[("ALLOW_UNREAD", "c.yaml")]).code, 3);
    let unread = run(&[("ALLOW_UNREAD", "a b.yaml\nc.yaml\n")]);
    assert_eq!(unread.code, 0, "{}", unread.printed);
    assert!(unread.summary.contains("as allowed: a b.yaml, c.yaml"), "{}", unread.summary);
}

#[test]
fn the_watch_says_what_it_found() {
    let job = Job::new();
    // With copies of spec, ledger and pin, in which every difference has its entry: what isn't
    // acknowledged yet fails another test.
    let names = ["jogg.yaml", "drift.toml", "upstream.surface"];
    for name in names {
        fs::copy(root().join("openapi").join(name), job.path(name)).unwrap();
    }
    let files = "--spec jogg.yaml --ledger drift.toml --pinned upstream.surface";
    let differ = env!("CARGO_BIN_EXE_xtask");
    job.program("differ", &format!("exec {differ} \"$@\" {files}"));
    let accept = Command::new(job.path("bin/differ"))
        .current_dir(job.folder.path())
        .args(["spec", "accept", "--upstream", "upstream.surface", "--prune"])
        .output()
        .unwrap();
    assert!(accept.status.success(), "{}", String::from_utf8_lossy(&accept.stderr));
    let ledger = fs::read_to_string(job.path("drift.toml")).unwrap();
    fs::write(job.path("drift.toml"), ledger.replace("\"TODO\"", "'Intended.'")).unwrap();
    let variables = [("XTASK", "differ")];
    let text = fs::read_to_string(job.path("upstream.surface")).unwrap();
    fs::write(job.path("upstream.yaml"), &text).unwrap();
    let ran = job.run("upstream/compare", &variables);
    assert_eq!((ran.code, ran.output.as_str()), (0, "drift=false\n"), "{}", ran.printed);

    fs::write(job.path("upstream.yaml"), text + "POST /v2/zoom declared\n").unwrap();
    let ran = job.run("upstream/compare", &variables);
    assert_eq!((ran.code, ran.output.as_str()), (0, "drift=true\n"), "{}", ran.printed);
    assert!(ran.summary.contains("`POST /v2/zoom`"), "{}", ran.summary);

    fs::write(job.path("upstream.yaml"), "<html>Not found</html>").unwrap();
    let ran = job.run("upstream/compare", &variables);
    assert_eq!((ran.code, ran.output.as_str()), (3, ""), "{}", ran.printed);
    assert!(ran.printed.contains("::error::the specs could not be compared"), "{}", ran.printed);
}

#[test]
fn the_third_run_that_fetches_nothing_fails() {
    let step = [
        ("STEP", "Nothing was fetched"),
        ("GITHUB_REPOSITORY", "o/r"),
        ("GITHUB_REF_NAME", "main"),
        ("SPEC_URL", "https://a.example/spec.yaml"),
    ];
    // What the step of the two runs before has as its conclusion.
    for (last, before, code) in [
        ("success", "success", 1),
        ("failure", "success", 1),
        ("success", "skipped", 0),
        ("skipped", "success", 0),
        ("", "", 0),
    ] {
        let job = Job::new();
        let runs = if last.is_empty() { "" } else { "echo 2; echo 1" };
        let script = format!(
            "case \"$2\" in *workflows/upstream.yml*) {runs};; */2/*) echo {last};; \
             */1/*) echo {before};; esac"
        );
        job.program("gh", &script.replace(") ;;", ") :;;"));
        let ran = job.run("upstream/unfetched", &step);
        assert_eq!(ran.code, code, "{last}, {before}: {}", ran.printed);
        let expected = if code == 1 { "::error::" } else { "::warning::" };
        assert!(ran.printed.starts_with(expected), "{}", ran.printed);
    }
}

#[test]
fn a_failed_fetch_is_no_spec() {
    for (script, there) in [("echo x > upstream.yaml", "true"), ("exit 22", "false")] {
        let job = Job::new();
        job.program("curl", script);
        let ran = job.run("upstream/fetch", &[("SPEC_URL", "https://a.example/spec.yaml")]);
        assert_eq!((ran.code, ran.output), (0, format!("there={there}\n")), "{}", ran.printed);
    }
}

#[test]
fn there_is_one_issue() {
    for (open, expected) in [("", "issue create --title T"), ("7", "issue edit 7 ")] {
        let job = Job::new();
        job.program("gh", &format!("echo \"$@\" >> calls; [ \"$2\" != list ] || echo {open}"));
        // More than an issue holds.
        fs::write(job.path("drift.md"), "one line\n".repeat(10_000)).unwrap();
        let ran = job.run("upstream/report", &[("TITLE", "T")]);
        assert_eq!(ran.code, 0, "{}", ran.printed);
        let calls = fs::read_to_string(job.path("calls")).unwrap();
        assert!(calls.contains(expected), "{calls}");
        let size = fs::metadata(job.path("issue.md")).unwrap().len();
        assert!((59_000..=60_000).contains(&size), "{size}");
    }
}

/// Nothing is released with a version, a changelog or an address that isn't ready.
#[test]
fn a_release_is_refused_while_something_is_missing() {
    let script = root().join(".ci/release");
    let output = Command::new("bash").arg(&script).arg("9.9.9").output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    for problem in [
        "Cargo.toml: the version of the workspace is not 9.9.9",
        "Cargo.toml: jogg-api-ext must require exactly `=9.9.9` of jogg-api",
        "CHANGELOG.md: no section `## 9.9.9`",
    ] {
        assert!(errors.contains(problem), "{problem}: {errors}");
    }
    let output = Command::new("bash").arg(&script).output().unwrap();
    assert!(!output.status.success());
}
