//! Jobs that outlive the process: each is stored as soon as it is started, and a later run resumes
//! those that aren't done.
//!
//! ```sh
//! cargo run -p jogg-api-ext --features cli --bin jogg-simulator -- --speed 30 &
//! cargo run -p jogg-api-ext --example resume_jobs -- --start 3   # stop it at any time
//! cargo run -p jogg-api-ext --example resume_jobs                # resumes
//! ```
//!
//! A job whose process dies between the API's response and the write isn't stored: see the page
//! `outcome_unknown` of the documentation.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use jogg_api_ext::enums::MotionModel;
use jogg_api_ext::jobs::WaitOptions;
use jogg_api_ext::{JobRecord, Jogg, Motion, photo_avatars};
use serde::{Deserialize, Serialize};

#[derive(Debug, Parser)]
#[command(about = "Start motion jobs, and wait for all that are not done")]
struct Arguments {
    /// How many jobs to start before waiting
    #[arg(long, default_value_t = 0)]
    start: u32,
    /// The file to store jobs in
    #[arg(long, default_value = "jobs.jsonl")]
    store: PathBuf,
    /// The URL of the server
    #[arg(long, default_value = "http://127.0.0.1:8787")]
    base_url: String,
    /// Seconds between two polls
    #[arg(long, default_value_t = 1.0)]
    interval: f64,
}

/// A line of the store.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Started(JobRecord),
    Done(String),
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let jogg = Jogg::builder("any-key").base_url(&arguments.base_url).build()?;
    for number in 1..=arguments.start {
        let request = photo_avatars::AddMotion::new(
            "https://example.com/photo.png",
            format!("Avatar {number}"),
            "en-US-ChristopherNeural",
            MotionModel::V2_0,
        );
        let job = jogg.photo_avatars().add_motion(request).await?;
        append(&arguments.store, &Line::Started(job.record().clone()))?;
        println!("started {}", job.id());
    }
    let interval = Duration::try_from_secs_f64(arguments.interval)?;
    for record in open_jobs(&arguments.store)? {
        let job = jogg.resume::<Motion>(record)?;
        let id = job.id().to_owned();
        let options = WaitOptions::default().initial_delay(Duration::ZERO).interval(interval);
        let motion = job.wait_with(options).await?;
        append(&arguments.store, &Line::Done(id.clone()))?;
        println!("done {id} {}", motion.preview_url);
    }
    Ok(())
}

/// Appends a line, and returns when it is on disk.
fn append(store: &Path, line: &Line) -> Result<(), Box<dyn Error>> {
    let mut text = serde_json::to_string(line)?;
    text.push('\n');
    let mut file = OpenOptions::new().create(true).append(true).open(store)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(())
}

/// Reads the jobs that were started and aren't done. A line that was cut when its process died is
/// reported and skipped.
fn open_jobs(store: &Path) -> Result<Vec<JobRecord>, Box<dyn Error>> {
    let text = match std::fs::read_to_string(store) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error.into()),
    };
    let (mut started, mut done) = (Vec::new(), BTreeSet::new());
    for (number, line) in text.lines().enumerate() {
        match serde_json::from_str(line) {
            Ok(Line::Started(record)) => started.push(record),
            Ok(Line::Done(id)) => drop(done.insert(id)),
            Err(error) => eprintln!("{}:{}: {error}", store.display(), number + 1),
        }
    }
    started.retain(|record: &JobRecord| !done.contains(&record.id));
    Ok(started)
}

// It prints:
//
// started motion_000001
// started motion_000003
// started motion_000005
// done motion_000001 http://127.0.0.1:8787/files/motion_000001/motion.mp4
// done motion_000003 http://127.0.0.1:8787/files/motion_000003/motion.mp4
// done motion_000005 http://127.0.0.1:8787/files/motion_000005/motion.mp4
