//! The program `jogg-simulator`.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use jogg_api::codec::Codec;
use jogg_api::operations as op;
use jogg_api::{Client, Operation};
use jogg_api_ext::jobs::WaitOptions;
use jogg_api_ext::{Error, Jogg};
use jogg_tests::requests::add_motion;
use jogg_tests::{cargo, root, sample, soon};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

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
    base_url: String,
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
        let base_url = line.split(' ').nth(2).unwrap().trim_end_matches('.').to_owned();
        let client = Client::builder("any").base_url(&base_url).build().unwrap();
        Self { child, _stdout: stdout, base_url, client }
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
        {"operation": "whoami", "fault": "lost"},
        {"operation": "whoami", "fault": "error", "code": 18025}
    ]"#;
    std::fs::write(&faults, list).unwrap();
    let faults = faults.display().to_string();
    let running = Running::new(&["--credits", "0.3", "--post-limit", "2", "--fault", &faults]);
    for status in [503, 503, 0] {
        assert_eq!(running.call(&op::WHOAMI).await.unwrap_err(), (status, 0));
    }
    assert_eq!(running.call(&op::WHOAMI).await.unwrap_err(), (200, 18025));
    running.call(&op::WHOAMI).await.unwrap();
    let script = || running.call(&op::CREATE_AI_SCRIPT);
    script().await.unwrap();
    let quota = running.call(&op::GET_REMAINING_QUOTA).await.unwrap();
    assert_eq!(quota["remaining_quota"], 0.1);
    assert_eq!(script().await.unwrap_err(), (200, 18020));
    assert_eq!(script().await.unwrap_err(), (429, 429));
}

#[tokio::test]
async fn its_arguments_set_what_becomes_of_jobs() {
    let reasons = ["--fail-job", "no face", "--fail-job", "too dark"];
    let running = Running::new(&[&["--job-duration", "0.2"][..], &reasons].concat());
    let jogg = Jogg::builder("any").base_url(&running.base_url).build().unwrap();
    let soon = Duration::from_millis(100);
    let options = WaitOptions::default().initial_delay(soon).interval(soon);
    for reason in [Some("no face"), Some("too dark"), None] {
        let job = jogg.photo_avatars().add_motion(add_motion()).await.unwrap();
        let outcome = job.wait_with(options.clone().deadline(Duration::from_secs(20))).await;
        assert_eq!(outcome.err().as_ref().and_then(Error::server_message), reason);
    }
}

/// Reads a request, and responds with 200.
async fn received(listener: &TcpListener) -> String {
    let (mut socket, _) = soon(listener.accept()).await.unwrap();
    let (mut request, mut chunk) = (Vec::new(), [0; 4096]);
    while !request.ends_with(b"}") {
        let length = soon(socket.read(&mut chunk)).await.unwrap();
        assert!(length > 0, "{}", text(&request));
        request.extend_from_slice(&chunk[..length]);
    }
    let response = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    socket.write_all(response).await.unwrap();
    text(&request)
}

/// Its clock runs, so that the job ends without anybody waiting for it.
#[tokio::test]
async fn its_arguments_set_what_goes_wrong_with_webhooks() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (operation, mut request) =
        (&op::CREATE_VIDEO_FROM_AVATAR, sample::request(&op::CREATE_VIDEO_FROM_AVATAR));
    request.body["webhook_url"] = url.into();
    let arguments = ["--speed", "1000", "--duplicate-deliveries", "1"];
    let running = Running::new(&[&arguments[..], &["--live-dialect"]].concat());
    Codec::of(operation.id).unwrap().call(&running.client, &request).await.unwrap();
    let (first, second) = (received(&listener).await, received(&listener).await);
    assert_eq!(first, second);
    assert!(first.contains("generated_avatar_video_success") && !first.contains("event_id"));
}

#[test]
fn help_version_and_mistakes_have_their_exit_codes() {
    let run = |arguments: &[&str]| program().args(arguments).output().unwrap();
    let version = run(&["--version"]);
    let expected = format!("jogg-simulator {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!((version.status.code(), text(&version.stdout)), (Some(0), expected));
    let help = run(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    for part in [
        "--credits",
        "--post-limit",
        "--fault <FILE>",
        "--fail-job <MESSAGE>",
        "--job-duration <S>",
        "--lose-deliveries <P>",
        "--version",
        "at_bytes",
    ] {
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
