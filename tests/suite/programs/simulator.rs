//! The program `jogg-simulator`.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use jogg_api::codec::Codec;
use jogg_api::operations as op;
use jogg_api::{Client, Operation};
use jogg_tests::{cargo, root, sample};
use serde_json::Value;

/// The program, which is built once.
fn program() -> Command {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let path = PROGRAM.get_or_init(|| {
        let build = ["build", "--quiet", "-p", "jogg-api-ext", "--features", "cli"];
        let output = cargo(&[&build[..], &["--bin", "jogg-simulator"]].concat(), &[]);
        assert_eq!(output.code, 0, "{}", output.stderr);
        let beside = PathBuf::from(env!("CARGO_BIN_EXE_smoke"));
        beside.with_file_name(format!("jogg-simulator{}", std::env::consts::EXE_SUFFIX))
    });
    let mut command = Command::new(path);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A running program, which ends with the test.
struct Running {
    child: Child,
    /// Kept open, as the program prints more than is read.
    _stdout: BufReader<ChildStdout>,
    client: Client,
}

impl Running {
    fn new(arguments: &[&str]) -> Self {
        let mut command = program();
        command.args(["--port", "0"]).args(arguments).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let base_url = line.split(' ').nth(2).unwrap().trim_end_matches('.');
        let client = Client::builder("any").base_url(base_url).build().unwrap();
        Self { child, _stdout: stdout, client }
    }

    /// Calls an operation with what it requires. Returns `data`, or the status and the code.
    async fn call(&self, operation: &Operation) -> Result<Value, (u16, i64)> {
        let request = sample::request(operation);
        let response = Codec::of(operation.id).unwrap().call(&self.client, &request).await;
        response.map(|response| response.data.unwrap_or_default()).map_err(|error| {
            let status = error.status().map_or(0, |status| status.as_u16());
            (status, error.code().unwrap_or_default())
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn its_arguments_set_credits_limit_and_faults() {
    let folder = tempfile::tempdir().unwrap();
    let faults = folder.path().join("faults.json");
    let list = r#"[
        {"operation": "whoami", "fault": "reply", "times": 2, "status": 503, "body": "busy"},
        {"operation": "whoami", "fault": "reset"}
    ]"#;
    std::fs::write(&faults, list).unwrap();
    let faults = faults.display().to_string();
    let running = Running::new(&["--credits", "0.3", "--post-limit", "2", "--fault", &faults]);
    for status in [503, 503, 0] {
        assert_eq!(running.call(&op::WHOAMI).await.unwrap_err(), (status, 0));
    }
    running.call(&op::WHOAMI).await.unwrap();
    let script = || running.call(&op::CREATE_AI_SCRIPT);
    script().await.unwrap();
    let quota = running.call(&op::GET_REMAINING_QUOTA).await.unwrap();
    assert_eq!(quota["remaining_quota"], 0.1);
    assert_eq!(script().await.unwrap_err(), (200, 18020));
    assert_eq!(script().await.unwrap_err(), (429, 429));
}

#[test]
fn help_version_and_mistakes_have_their_exit_codes() {
    let run = |arguments: &[&str]| program().args(arguments).output().unwrap();
    let version = run(&["--version"]);
    let expected = format!("jogg-simulator {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!((version.status.code(), text(&version.stdout)), (Some(0), expected));
    let help = run(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    for part in ["--credits", "--post-limit", "--fault <FILE>", "--version", "at_bytes"] {
        assert!(text(&help.stdout).contains(part), "{part}: {}", text(&help.stdout));
    }
    for (arguments, reason) in [
        (&["--fault", "no/such/file"][..], "jogg-simulator: no/such/file: "),
        (&["--fault", "Cargo.toml"], "jogg-simulator: Cargo.toml: the file must be a JSON list"),
        (&["--speed", "0"], "must be a positive number"),
        (&["--fast"], "--fast"),
    ] {
        let output = run(arguments);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()));
        assert!(text(&output.stderr).contains(reason), "{}", text(&output.stderr));
    }
}

/// Neither arguments that are no text nor a full disk make it panic.
#[cfg(target_os = "linux")]
#[test]
fn odd_arguments_and_a_full_disk_are_errors() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    let odd = OsStr::from_bytes(b"\xff\xfe");
    let check = |command: &mut Command, code: i32, reason: &str| {
        let output = command.output().unwrap();
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{errors}");
        assert!(errors.contains(reason) && !errors.contains("panicked"), "{errors}");
    };
    check(program().arg(odd), 2, "error: ");
    check(program().arg("--port").arg(odd), 2, "error: ");
    check(program().arg("--fault").arg(odd), 2, "jogg-simulator: ");
    for arguments in [&["--help"][..], &["--version"], &["--port", "0"]] {
        let reason = "jogg-simulator: standard output: ";
        check(program().args(arguments).stdout(full()), 1, reason);
    }
    // Nothing can be said then, but the exit code stays.
    check(program().arg("--fast").stderr(full()), 2, "");
}
