//! The example `batch`, as a newcomer runs it, and what it says of mistakes, caps and stops. What a
//! kill leaves is in `tests/batch/example.rs`.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use jogg_api::operations::CREATE_VIDEO_FROM_AVATAR;
use jogg_api_ext::simulator::{AcceleratedClock, Reply, Simulator};
use jogg_tests::{build_example, example, root};
use regex::Regex;
use tempfile::TempDir;

const HEADER: &str = "key,avatar,voice_id,script,seconds\n";

#[tokio::test(flavor = "multi_thread")]
async fn its_sample_is_made_into_videos_once() {
    build_example("batch");
    let sample = root().join("jogg-api-ext/examples/videos.csv");
    let folder = folder(&std::fs::read_to_string(sample).unwrap());
    let mut shown = String::new();
    for arguments in [&["--dry-run"][..], &[], &["--yes", "--at-once", "1"], &["--dry-run"], &[]] {
        run(&folder, arguments, &mut shown).await;
    }
    shown.push_str(&std::fs::read_to_string(folder.path().join("results/outcomes.jsonl")).unwrap());
    insta::assert_snapshot!(shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_names_all_mistakes_before_it_queues_anything() {
    build_example("batch");
    let folder = folder(
        "key,avatar,voice_id,script,audio_url,aspect_ratio,screen_style,caption,seconds\n\
         a,x,en,,,,,,\n\
         a b,1,,hi,,round,blue,maybe,-3\n\
         ,1,v,hi,ftp://x,,,,\n\
         A,1,v,hi,,,transparent,true,\n\
         c,1,v,,ftp://x,,,,\n\
         d,1,v,hi\n\
         C,1,v,\"on two\nlines\",,,,,0\n",
    );
    let mut shown = String::new();
    run(&folder, &["--yes"], &mut shown).await;
    assert!(!folder.path().join("simulated.db").exists(), "something was queued");
    for csv in ["key,avatr,voice_id,key\n", "", HEADER] {
        std::fs::write(folder.path().join("videos.csv"), csv).unwrap();
        run(&folder, &["--yes"], &mut shown).await;
    }
    // A row that is in the batch is not another one later.
    for script in ["Hello", "Hi"] {
        std::fs::write(folder.path().join("videos.csv"), format!("{HEADER}a,1,v,{script},\n"))
            .unwrap();
        run(&folder, &["--yes"], &mut shown).await;
    }
    run(&folder, &["--resolve", "a"], &mut shown).await;
    run(&folder, &["--cap", "-1"], &mut shown).await;
    insta::assert_snapshot!(shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cap_stops_it_and_people_decide_what_is_unknown() {
    build_example("batch");
    let clock = Arc::new(AcceleratedClock::new(100.0));
    let server = Simulator::builder().clock(clock).start().await.unwrap();
    let rows = ["a", "b", "c", "d", "e"].map(|key| format!("{key},81,v,Hello {key},\n"));
    let folder = folder(&format!("{HEADER}{}", rows.concat()));
    let always = ["--base-url", server.base_url(), "--yes", "--at-once", "1", "--interval", "0.05"];
    let reset = Reply::pass_through;
    for reply in [Reply::lost(), reset(), Reply::reset()] {
        server.reply_next(&CREATE_VIDEO_FROM_AVATAR, reply);
    }
    server.fail_next_job("the script is empty");
    let mut shown = String::new();
    for arguments in [
        &["--cap", "3.5"][..],
        &["--cap-per-day", "4"],
        // The first was executed; the third was not.
        &["--resolve", "a=video_000001", "--resolve", "c=not-executed"],
        // A job has failed, which was paid for.
        &["--resolve", "a=not-executed"],
        &["--resolve", "a=retry"],
        &["--resolve", "c=not-executed"],
    ] {
        run(&folder, &[&always[..], arguments].concat(), &mut shown).await;
    }
    assert_eq!(server.request_count(&CREATE_VIDEO_FROM_AVATAR), 7);
    shown.push_str(&std::fs::read_to_string(folder.path().join("results/outcomes.jsonl")).unwrap());
    insta::assert_snapshot!(shown);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_stops_it_cleanly_and_started_again_it_goes_on() {
    build_example("batch");
    for signal in ["INT", "TERM"] {
        let clock = Arc::new(AcceleratedClock::new(10.0));
        let builder = Simulator::builder().clock(clock).job_duration(Duration::from_secs(15));
        let server = builder.start().await.unwrap();
        let keys = ["a", "b", "c", "d", "e", "f"];
        for _ in keys {
            let delayed = Reply::pass_through().delay(Duration::from_secs(3));
            server.reply_next(&CREATE_VIDEO_FROM_AVATAR, delayed);
        }
        let rows = keys.map(|key| format!("{key},81,v,Hello {key},\n"));
        let folder = folder(&format!("{HEADER}{}", rows.concat()));
        let arguments = ["--base-url", server.base_url(), "--yes", "--at-once", "2"];
        let arguments = [&arguments[..], &["--interval", "0.05"]].concat();
        let mut command = command(&folder, &arguments);
        let stop = move || {
            let mut program =
                command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let mut log = String::new();
            for line in BufReader::new(program.stderr.take().unwrap()).lines() {
                let line = line.unwrap();
                if line.ends_with(": sent") && !log.contains(": sent") {
                    let process = program.id().to_string();
                    Command::new("kill").args(["-s", signal, &process]).status().unwrap();
                }
                let _ = writeln!(log, "{line}");
            }
            (program.wait_with_output().unwrap(), log)
        };
        let (output, log) = tokio::task::spawn_blocking(stop).await.unwrap();
        let text = log + &String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains("stopping: nothing more is sent"), "{text}");
        assert!(text.contains("stopped; started again, it goes on"), "{text}");
        // Those that were sent have started, the others wait: nothing is in doubt.
        let sent = server.request_count(&CREATE_VIDEO_FROM_AVATAR);
        assert!((1..=2).contains(&sent), "{sent}: {text}");
        let left = 6 - sent;
        assert!(text.contains(&format!("{left} queued, {sent} started; ")), "{text}");
        let mut shown = String::new();
        run(&folder, &["--yes"], &mut shown).await;
        assert!(shown.contains("error: videos are under way at a simulator that has"), "{shown}");
        run(&folder, &arguments, &mut shown).await;
        assert!(shown.contains("\n6 done; 6 credits spent"), "{shown}");
        assert_eq!(server.request_count(&CREATE_VIDEO_FROM_AVATAR), 6);
    }
}

fn folder(csv: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("videos.csv"), csv).unwrap();
    folder
}

/// Runs the example in a folder, and adds what it prints.
async fn run(folder: &TempDir, arguments: &[&str], shown: &mut String) {
    let mut command = command(folder, arguments);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    // Videos are done in any order.
    let is_done = |line: &&str| line.contains(": done, ");
    let mut done: Vec<_> = stdout.lines().filter(is_done).collect();
    done.sort_unstable();
    let mut done = done.into_iter();
    let arguments = arguments.iter().filter(|argument| !argument.contains("://"));
    let arguments = arguments.copied().collect::<Vec<_>>().join(" ");
    let _ = writeln!(shown, "$ batch videos.csv {arguments}");
    for line in stdout.lines() {
        let line = if is_done(&line) { done.next().unwrap() } else { line };
        let _ = writeln!(shown, "{line}");
    }
    // Before an error there is what happened when.
    if let Some(at) = stderr.find("error: ") {
        let _ = writeln!(shown, "{}", stderr[at..].trim_end());
    }
    let _ = writeln!(shown, "[{}]\n", output.status.code().unwrap());
    // The port of the server, and the day.
    let [port, day] = [r"127\.0\.0\.1:\d+", r"\d{4}-\d\d-\d\d"].map(|of| Regex::new(of).unwrap());
    *shown = day.replace_all(&port.replace_all(shown, "127.0.0.1"), "2026-03-31").into_owned();
}

fn command(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(example("batch"));
    command.current_dir(folder.path()).arg("videos.csv").args(arguments).stdin(Stdio::null());
    // A key that is exported alone changes nothing.
    command.env("JOGG_API_KEY", "a-real-key").env("JOGG_BASE_URL", "http://127.0.0.1:9");
    command
}
