//! The examples of jogg-api-ext, run as a newcomer runs them.

use std::path::Path;
use std::process::{Command, Stdio};

use jogg_api::operations::ADD_PHOTO_AVATAR_MOTION;
use jogg_api_ext::simulator::{AcceleratedClock, Simulator};
use jogg_tests::{Output, build_example, cargo, example as built, root, soon};

fn example(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let run = ["run", "--quiet", "-p", "jogg-api-ext", "--features", "simulator"];
    let run = [&run[..], &["--example", "photo_avatar_motion", "--"], arguments].concat();
    cargo(&run, variables)
}

fn preview(folder: &Path) -> String {
    folder.join("preview.mp4").display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_runs_and_an_exported_key_alone_spends_nothing() {
    let elsewhere = Simulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let output = example(
        &["--output", &preview(folder.path())],
        &[("JOGG_API_KEY", "a-real-key"), ("JOGG_BASE_URL", elsewhere.base_url())],
    );
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(std::fs::metadata(folder.path().join("preview.mp4")).unwrap().len() > 0);
    assert!(elsewhere.requests().is_empty(), "the exported key was used");
    let shown = output.stdout.replace(&preview(folder.path()), "preview.mp4");
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, block) = readme.split_once("--example photo_avatar_motion\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    assert_eq!(without_ports(&shown), without_ports(block), "what the README shows");
    let source = root().join("jogg-api-ext/examples/photo_avatar_motion.rs");
    let source = promised(&std::fs::read_to_string(source).unwrap());
    assert_eq!(without_ports(&shown), without_ports(&source), "what the example shows");
}

/// The ports of the simulator differ between runs.
fn without_ports(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + "127.0.0.1" + part.trim_start_matches(|digit: char| digit.is_ascii_digit())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn live_asks_before_it_spends() {
    let server = Simulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let variables = [("JOGG_API_KEY", "a-real-key"), ("JOGG_BASE_URL", server.base_url())];
    // Standard input is empty here, which confirms nothing.
    let output = example(&["--live", "--output", &preview(folder.path())], &variables);
    assert_eq!(output.code, 1);
    assert!(output.stdout.contains("with model 2.0 costs 2 credits"), "{}", output.stdout);
    assert_eq!(output.stderr, "error: not confirmed; nothing was sent\n");
    assert!(server.requests().is_empty());
    let output = example(&["--live"], &[]);
    assert_eq!(output.code, 1);
    assert_eq!(
        output.stderr,
        "error: JOGG_API_KEY is not set; set it to a key from the JoggAI dashboard\n"
    );
    let key = [("JOGG_API_KEY", "invalid"), ("JOGG_BASE_URL", server.base_url())];
    let output = example(&["--live", "--yes"], &key);
    assert_eq!(output.code, 1);
    assert!(output.stderr.starts_with("error: create_asset_upload: error code 10105"));
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
}

#[test]
fn a_missing_file_is_one_clear_line() {
    let output = example(&["no-such.png"], &[]);
    assert_eq!(output.code, 1);
    assert!(output.stderr.starts_with("error: `no-such.png` can't be read"), "{}", output.stderr);
    assert_eq!(output.stderr.lines().count(), 1);
    let output = example(&["--model", "9.0"], &[]);
    assert_eq!(output.code, 2);
    assert!(output.stderr.contains("`9.0` is not a valid MotionModel"), "{}", output.stderr);
}

const WITH_ARGUMENTS: [&str; 3] = ["journal", "photo_avatar_motion", "resume_jobs"];

/// What an example says that it prints: the comment at its end.
fn promised(source: &str) -> String {
    let (_, comment) = source.rsplit_once("// It prints:\n//\n").expect("what it prints");
    comment
        .lines()
        .map(|line| line.trim_start_matches("//").trim_start().to_owned() + "\n")
        .collect()
}

/// Every workflow, as its example runs it: it begins with what it shows, and ends with what it
/// prints. Those that take arguments have tests of their own.
#[test]
fn every_example_does_what_it_says() {
    let folder = root().join("jogg-api-ext/examples");
    let source = |name: &str| std::fs::read_to_string(folder.join(format!("{name}.rs"))).unwrap();
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| {
            Some(entry.unwrap().file_name().to_str()?.strip_suffix(".rs")?.to_owned())
        })
        .collect();
    for name in &names {
        let source = source(name);
        assert!(
            source.starts_with("//! ") && source.contains("--example"),
            "{name}: what it shows"
        );
        assert!(!promised(&source).is_empty(), "{name}");
    }
    names.retain(|name| !WITH_ARGUMENTS.contains(&name.as_str()));
    names.sort();
    let features = "axum,batch,blocking,schemars,simulator";
    let build = ["build", "--quiet", "-p", "jogg-api-ext", "--features", features];
    assert_eq!(cargo(&[&build[..], &["--examples"]].concat(), &[]).code, 0);
    for name in names {
        let output = Command::new(built(&name)).output().unwrap();
        let (text, errors) = (output.stdout, String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{name}: {errors}");
        let text = String::from_utf8(text).unwrap();
        assert_eq!(
            text,
            promised(&source(&name)),
            "{name}: the comment at its end is what it prints"
        );
    }
}

/// A process is killed between starting jobs and waiting for them; the next one loses none.
#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_were_stored_survive_a_kill() {
    let clock = std::sync::Arc::new(AcceleratedClock::new(100.0));
    let server = Simulator::builder().clock(clock).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("jobs.jsonl").display().to_string();
    let program = build_example("resume_jobs");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(["--store", &store, "--base-url", server.base_url()]);
        command.args(["--interval", "0.05"]).args(arguments).stdout(Stdio::piped());
        command
    };
    let mut killed = run(&["--start", "3"]).spawn().unwrap();
    let stored = || std::fs::read_to_string(&store).unwrap_or_default();
    let started = async {
        while stored().matches("{\"started\":").count() < 3 {
            assert_eq!(killed.try_wait().unwrap(), None, "it ended before it had started its jobs");
            tokio::task::yield_now().await;
        }
    };
    soon(started).await;
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(!stored().contains("{\"done\":"), "it was not killed in time: {}", stored());
    let output = tokio::task::spawn_blocking({
        let mut command = run(&[]);
        move || command.output().unwrap()
    });
    let output = output.await.unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().filter(|line| line.starts_with("done motion_")).count(), 3, "{text}");
    assert_eq!(stored().matches("{\"done\":").count(), 3);
    // Nothing was started twice.
    assert_eq!(server.request_count(&ADD_PHOTO_AVATAR_MOTION), 3);
}
