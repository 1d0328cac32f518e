//! The example `batch`, killed after each of its lines, and started again until it is done.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use jogg_api_ext::Jogg;
use jogg_api_ext::avatar_videos::CreateVideo;
use jogg_api_ext::batch::{Batch, BatchRequest, RequestState, Store};
use jogg_api_ext::jogg_api::operations::CREATE_VIDEO_FROM_AVATAR;
use jogg_api_ext::simulator::{AcceleratedClock, Reply, Simulator};
use jogg_tests::build_example;
use serde_json::Value;

use super::chaos::is_long;
use super::stores::POSTGRES;

const ROWS: [&str; 5] = ["ada", "grace", "edsger", "barbara", "tony"];

/// How many kills are tried at a time.
const AT_ONCE: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn it_survives_a_kill_after_each_of_its_lines_on_sqlite() {
    survives(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_survives_a_kill_after_each_of_its_lines_on_postgres() {
    match std::env::var(POSTGRES) {
        Ok(url) if is_long() => survives(Some(url)).await,
        _ => eprintln!("skipped: it needs {POSTGRES}, and time: JOGG_CHAOS=long"),
    }
}

async fn survives(postgres: Option<String>) {
    build_example("batch");
    let whole = Stage::new(postgres.clone()).await.run(None).await;
    // What others do at the same time makes a line more or less.
    let lines = 1..=whole.len();
    assert!(lines.contains(&15), "{whole:#?}");
    let unknown = stream::iter(lines.map(|line| killed_after(postgres.clone(), line)))
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    // Else nobody was killed while a request was out, and this is a test of nothing.
    assert!(unknown.iter().sum::<usize>() > 0, "{unknown:?}");
}

/// Kills the first run and the second after this many lines, and lets a third complete. Returns how
/// many rows are of unknown outcome then.
async fn killed_after(postgres: Option<String>, line: usize) -> usize {
    let stage = Stage::new(postgres).await;
    let mut doubtful = BTreeSet::new();
    for _ in 0..2 {
        stage.run(Some(line)).await;
        let is_sending = |request: &BatchRequest| request.state == RequestState::Sending;
        let requests = stage.requests().await.into_iter().filter(is_sending);
        doubtful.extend(requests.map(|request| request.key.to_string()));
    }
    let shown = stage.run(None).await;
    let seen = format!("killed after line {line}; then {shown:#?}");
    let requests = stage.requests().await;
    assert_eq!(requests.len(), ROWS.len(), "{seen}");
    let posts = stage.posts();
    let mut unknown = BTreeSet::new();
    for request in &requests {
        let (key, sent) = (&*request.key, posts.get(&*request.key).copied().unwrap_or(0));
        match request.state {
            RequestState::Done => assert_eq!(sent, 1, "{key}, {seen}"),
            RequestState::Unknown => {
                assert!(sent <= 1, "{key}, {seen}");
                let advice = format!("--resolve {key}=not-executed");
                assert!(shown.iter().any(|line| line.contains(&advice)), "{key}, {seen}");
                unknown.insert(key.to_owned());
            }
            state => panic!("{key} is {state}, {seen}"),
        }
    }
    assert_eq!(unknown, doubtful, "{seen}");
    stage.check_results(&requests, &seen).await;
    unknown.len()
}

/// A simulator, and a folder with what the example is run on.
struct Stage {
    simulator: Simulator,
    folder: tempfile::TempDir,
    store: String,
    batch: String,
}

impl Stage {
    async fn new(postgres: Option<String>) -> Self {
        let clock = Arc::new(AcceleratedClock::new(10.0));
        let builder = Simulator::builder().clock(clock).job_duration(Duration::from_secs(1));
        let simulator = builder.start().await.unwrap();
        // So that kills come between a request and its response, too.
        for _ in ROWS {
            let delayed = Reply::pass_through().delay(Duration::from_millis(300));
            simulator.reply_next(&CREATE_VIDEO_FROM_AVATAR, delayed);
        }
        let folder = tempfile::tempdir().unwrap();
        let rows = ROWS.map(|key| format!("{key},81,en-US-ChristopherNeural,Welcome {key}\n"));
        let csv = format!("key,avatar,voice_id,script\n{}", rows.concat());
        std::fs::write(folder.path().join("videos.csv"), csv).unwrap();
        let local = folder.path().join("batch.db").display().to_string();
        let batch = folder.path().file_name().unwrap().to_str().unwrap().to_owned();
        Self { simulator, store: postgres.unwrap_or(local), batch, folder }
    }

    /// Runs the example, kills it after this many lines, and returns what it has printed.
    async fn run(&self, kill_after: Option<usize>) -> Vec<String> {
        let (reader, writer) = std::io::pipe().unwrap();
        let mut command = Command::new(jogg_tests::example("batch"));
        command.arg(self.folder.path().join("videos.csv")).args(["--store", &self.store]);
        command.args(["--batch", &self.batch, "--base-url", self.simulator.base_url(), "--yes"]);
        command.args(["--at-once", "2", "--lease", "1", "--interval", "0.05", "--results"]);
        command.arg(self.results()).stdout(writer.try_clone().unwrap()).stderr(writer);
        let running = move || {
            let mut program = command.spawn().unwrap();
            // It has the other end of the pipe, too.
            drop(command);
            let mut lines = Vec::new();
            for line in BufReader::new(reader).lines() {
                lines.push(line.unwrap());
                if kill_after == Some(lines.len()) {
                    program.kill().unwrap();
                }
            }
            program.wait().unwrap();
            lines
        };
        tokio::task::spawn_blocking(running).await.unwrap()
    }

    fn results(&self) -> std::path::PathBuf {
        self.folder.path().join("results")
    }

    async fn batch(&self) -> Batch {
        Store::open(&self.store).await.unwrap().batch(format!("{} (simulated)", self.batch))
    }

    async fn requests(&self) -> Vec<BatchRequest> {
        self.batch().await.requests().try_collect().await.unwrap()
    }

    /// How many times each row was received.
    fn posts(&self) -> BTreeMap<String, usize> {
        let mut posts = BTreeMap::new();
        for request in self.simulator.requests() {
            if request.method == "POST" {
                let body: Value = serde_json::from_slice(&request.body).unwrap();
                let script = body["voice"]["script"].as_str().unwrap();
                *posts.entry(script.strip_prefix("Welcome ").unwrap().to_owned()).or_default() += 1;
            }
        }
        let all: usize = posts.values().sum();
        assert_eq!(all, self.simulator.request_count(&CREATE_VIDEO_FROM_AVATAR));
        posts
    }

    /// Each row has its line, each video its file, and nothing else is there but what a killed
    /// download has left under a hidden name.
    async fn check_results(&self, requests: &[BatchRequest], seen: &str) {
        let jogg = Jogg::builder("any-key").base_url(self.simulator.base_url()).build().unwrap();
        let (mut lines, mut files) = (Vec::new(), BTreeSet::from(["outcomes.jsonl".to_owned()]));
        let text = std::fs::read_to_string(self.results().join("outcomes.jsonl")).unwrap();
        assert!(text.ends_with('\n'), "{seen}");
        for line in text.lines() {
            let line: Value = serde_json::from_str(line).expect(seen);
            let text = |name: &str| line[name].as_str().map(str::to_owned);
            lines.push((text("key").unwrap(), text("state").unwrap(), text("file")));
        }
        let mut expected = Vec::new();
        for request in requests {
            let file =
                (request.state == RequestState::Done).then(|| format!("{}.mp4", request.key));
            if let Some(file) = &file {
                let url = request.result::<CreateVideo>().unwrap().url;
                let video = jogg.assets().download_bytes(url).await.unwrap();
                let saved = std::fs::read(self.results().join(file)).expect(seen);
                assert_eq!(saved, video, "{file}, {seen}");
                files.insert(file.clone());
            }
            expected.push((request.key.to_string(), request.state.to_string(), file));
        }
        assert_eq!(lines, expected, "{seen}");
        assert_eq!(visible(&self.results()), files, "{seen}");
    }
}

fn visible(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !name.starts_with('.')).collect()
}
