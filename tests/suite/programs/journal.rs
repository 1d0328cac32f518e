//! The example `journal`: killed while requests are out, and run twice with one key.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use jogg_api::operations::ADD_PHOTO_AVATAR_MOTION;
use jogg_api_ext::clock::SystemClock;
use jogg_api_ext::simulator::{Reply, Simulator};
use jogg_tests::limited::Limited;
use jogg_tests::{build_example, example, soon, until};
use serde_json::Value;

const ORDERS: usize = 30;

fn run(journal: &Path, base_url: &str, arguments: &[&str]) -> Child {
    let mut command = Command::new(example("journal"));
    command.arg("--journal").arg(journal).args(["--base-url", base_url]).args(arguments);
    command.stdout(Stdio::piped()).spawn().unwrap()
}

/// The last state of each order in a journal.
fn states(journal: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(journal).unwrap_or_default();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    lines.map(|line| (text(&line["order"]), text(&line["state"]))).collect()
}

/// The orders that the server has received, as often as it has.
fn received(server: &Simulator) -> Vec<String> {
    let requests = server.requests();
    let bodies = requests.iter().map(|request| serde_json::from_slice::<Value>(&request.body));
    let mut orders: Vec<_> =
        bodies.map(|body| body.unwrap()["name"].as_str().unwrap().to_owned()).collect();
    orders.sort();
    orders
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_journal_tells_after_a_kill_what_was_never_sent() {
    build_example("journal");
    for signal in ["KILL", "TERM"] {
        let server = Simulator::builder().post_limit(None).credits(1e9).start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal.jsonl");
        for _ in 0..3 {
            server.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::never());
        }
        let orders = ORDERS.to_string();
        let arguments = ["--orders", &orders, "--at-once", "3", "--limit", "1000"];
        let mut program = run(&journal, server.base_url(), &arguments);
        let three_are_out = async {
            while server.request_count(&ADD_PHOTO_AVATAR_MOTION) < 3 {
                assert_eq!(program.try_wait().unwrap(), None, "it ended");
                tokio::task::yield_now().await;
            }
        };
        soon(three_are_out).await;
        let process = program.id().to_string();
        let kill = Command::new("kill").args(["-s", signal, &process]).status().unwrap();
        assert!(kill.success());
        assert!(!program.wait().unwrap().success());
        // The journal and the server agree on the three, and the others were not sent.
        let states = states(&journal);
        let sent: Vec<_> = states.keys().cloned().collect();
        assert_eq!((sent.len(), &sent), (3, &received(&server)), "{signal}");
        assert!(states.values().all(|state| state == "sending"), "{signal}: {states:?}");
        // The next run sends those, and names the three.
        let output = run(&journal, server.base_url(), &arguments).wait_with_output().unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        for order in &sent {
            assert!(text.contains(&format!("{order}: may have been sent\n")), "{text}");
        }
        assert_eq!(text.matches(": started ").count(), ORDERS - 3, "{text}");
        let received = received(&server);
        assert_eq!(received.len(), ORDERS, "{signal}");
        assert_eq!(received.iter().collect::<BTreeSet<_>>().len(), ORDERS, "an order went twice");
    }
}

/// Appends to a journal, as a process does that dies while it writes.
fn append(journal: &Path, text: &str) {
    let file = std::fs::OpenOptions::new().create(true).append(true).open(journal);
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

/// Runs with one order that the server never responds to, and kills the program once it is out.
async fn run_until_it_is_killed(journal: &Path, server: &Simulator) {
    let before = server.request_count(&ADD_PHOTO_AVATAR_MOTION);
    server.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::never());
    let mut program = run(journal, server.base_url(), &["--orders", "1"]);
    until(|| server.request_count(&ADD_PHOTO_AVATAR_MOTION) > before).await;
    program.kill().unwrap();
    program.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_was_cut_hides_none_that_follows() {
    build_example("journal");
    let line = r#"{"order":"order 9","state":"sending"}"#;
    // In the middle, in a character, and before its end alone.
    for cut in [&line[..30], &line[..line.len() - 1], line, "\u{0}\u{0}"] {
        let server = Simulator::builder().post_limit(None).start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal.jsonl");
        append(&journal, cut);
        run_until_it_is_killed(&journal, &server).await;
        let arguments = ["--orders", "1"];
        let output = run(&journal, server.base_url(), &arguments).wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text, "order 1: may have been sent\n", "after {cut:?}");
        assert_eq!(received(&server), ["order 1"], "after {cut:?}");
        assert!(output.status.success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_with_a_line_that_is_damaged_sends_nothing() {
    build_example("journal");
    let server = Simulator::builder().post_limit(None).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.jsonl");
    let cut = r#"{"order":"order 9","state":"sen"#;
    append(&journal, &format!("{cut}{{\"order\":\"order 1\",\"state\":\"sending\"}}\n"));
    let output = run(&journal, server.base_url(), &["--orders", "1"]).wait_with_output().unwrap();
    assert!(!output.status.success());
    assert_eq!(received(&server), [""; 0]);
}

/// Runs on a disk that is full after 1024 bytes of a file, of which the journal leaves so many.
#[cfg(unix)]
fn run_on_a_full_disk(
    journal: &Path,
    left: usize,
    base_url: &str,
    orders: &str,
) -> std::process::Output {
    let line = r#"{"order":"other","state":"refused"}"#;
    let filler = 1024 - left - line.len() - 1;
    append(journal, &format!("{line}{}\n", " ".repeat(filler)));
    let mut command = Command::new("sh");
    // Blocks of 512 bytes; beyond, a write fails once the signal is ignored.
    command.args(["-c", "trap '' XFSZ; ulimit -f 2; exec \"$@\"", "sh"]).arg(example("journal"));
    command.arg("--journal").arg(journal).args(["--base-url", base_url, "--orders", orders]);
    command.args(["--at-once", "2"]).stderr(Stdio::piped()).output().unwrap()
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_nothing_is_sent_and_no_part_of_a_line_stays() {
    build_example("journal");
    let server = Simulator::builder().post_limit(None).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.jsonl");
    let output = run_on_a_full_disk(&journal, 20, server.base_url(), "2");
    assert!(!output.status.success());
    assert_eq!(received(&server), [""; 0]);
    assert_eq!(std::fs::read(&journal).unwrap().len(), 1024 - 20, "a part of a line has stayed");
    // Once there is room, all goes on.
    run_until_it_is_killed(&journal, &server).await;
    assert_eq!(states(&journal)["order 1"], "sending");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_for_is_printed_although_the_disk_is_full() {
    build_example("journal");
    let server = Simulator::builder().post_limit(None).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.jsonl");
    // Room for two lines of 38 bytes, and for none that has an id.
    let output = run_on_a_full_disk(&journal, 2 * 38 + 10, server.base_url(), "2");
    assert!(!output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches(": started m").count(), 2, "{text}");
    assert_eq!(text.matches("can't be written to the journal").count(), 2, "{text}");
    let output = run(&journal, server.base_url(), &["--orders", "2"]).wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches(": may have been sent").count(), 2, "{text}");
    assert_eq!(received(&server), ["order 1", "order 2"]);
}

/// Each process keeps the limit of the key alone, so that together they exceed it.
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_of_one_key_all_succeed() {
    build_example("journal");
    let clock = Arc::new(SystemClock::new());
    let (url, counts) = Limited::start(clock, 20, Duration::from_secs(3)).await;
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--orders", "80", "--at-once", "80", "--limit", "20", "--window", "3"];
    let journals = ["one", "other"].map(|name| folder.path().join(name));
    let programs = journals.each_ref().map(|journal| run(journal, &url, &arguments));
    for program in programs {
        let output = tokio::task::spawn_blocking(|| program.wait_with_output().unwrap());
        let output = output.await.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success());
        assert_eq!(text.matches(": started m").count(), 80, "{text}");
    }
    for journal in journals {
        assert!(states(&journal).values().all(|state| state == "started"));
    }
    let counts = counts.lock().unwrap();
    assert_eq!(counts.served, 160);
    assert!(counts.refused > 0, "the two never met");
}
