//! Paid requests with a journal that is written ahead: each is recorded before it leaves, so that
//! after a crash it is known which were never sent, and which may have been.
//!
//! ```sh
//! cargo run -p jogg-api-ext --features cli --bin jogg-simulator &
//! cargo run -p jogg-api-ext --example journal -- --orders 30   # kill it at any time
//! cargo run -p jogg-api-ext --example journal -- --orders 30   # sends what was never sent
//! ```
//!
//! Orders that may have been sent are only named: the page `outcome_unknown` of the documentation
//! says how to settle them.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Parser;
use jogg_api_ext::enums::MotionModel;
use jogg_api_ext::policy::{
    Attempt, AttemptOutcome, BeforeSend, BeforeSendResult, Observer, SlidingWindow,
};
use jogg_api_ext::{BoxFuture, CallOptions, Jogg, photo_avatars};
use serde::{Deserialize, Serialize};

#[derive(Debug, Parser)]
#[command(about = "Send orders that are paid for, each once, with a journal")]
struct Arguments {
    /// How many orders there are
    #[arg(long, default_value_t = 30)]
    orders: u32,
    /// The file of the journal
    #[arg(long, default_value = "journal.jsonl")]
    journal: PathBuf,
    /// The URL of the server
    #[arg(long, default_value = "http://127.0.0.1:8787")]
    base_url: String,
    /// How many requests are in flight at a time
    #[arg(long, default_value_t = 3)]
    at_once: usize,
    /// How many requests are sent in a window of time
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// The length of that window in seconds
    #[arg(long, default_value_t = 60.0)]
    window: f64,
}

/// A line of the journal, about one order.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Line {
    order: String,
    state: State,
    /// The id of its job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    job: Option<String>,
}

/// What is known of an order. Without a line, it was not sent.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// It is about to be sent, or has been.
    Sending,
    /// It was not executed, and may be sent.
    NotExecuted,
    /// Its job has started.
    Started,
    /// The server refused it.
    Refused,
    /// It was sent, and may have been executed.
    Unknown,
}

struct Journal(Mutex<File>);

impl Journal {
    fn open(path: &Path) -> std::io::Result<Self> {
        Ok(Self(Mutex::new(OpenOptions::new().create(true).append(true).open(path)?)))
    }

    /// Appends a line, and returns when it is on disk.
    fn append(&self, order: &str, state: State, job: Option<&str>) -> std::io::Result<()> {
        let (order, job) = (order.to_owned(), job.map(str::to_owned));
        let mut line = serde_json::to_string(&Line { order, state, job })?;
        line.push('\n');
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes())?;
        file.sync_all()
    }
}

/// What the client calls.
struct Recorder(Arc<Journal>);

impl BeforeSend for Recorder {
    fn before_send(&self, attempt: &Attempt) -> BoxFuture<BeforeSendResult> {
        let (journal, order) = (Arc::clone(&self.0), attempt.label.clone());
        Box::pin(async move {
            let order = order.ok_or("a paid request without an order")?;
            let append = move || journal.append(&order, State::Sending, None);
            Ok(tokio::task::spawn_blocking(append).await??)
        })
    }
}

impl Observer for Recorder {
    fn on_outcome(&self, attempt: &Attempt, outcome: &AttemptOutcome) {
        // A paid request that is retried was not executed.
        if let (Some(order), Some(_)) = (&attempt.label, outcome.retry_in)
            && let Err(error) = self.0.append(order, State::NotExecuted, None)
        {
            eprintln!("the journal can't be written: {error}");
        }
    }
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
    let states = states(&arguments.journal)?;
    let journal = Arc::new(Journal::open(&arguments.journal)?);
    let recorder = Arc::new(Recorder(Arc::clone(&journal)));
    let window = Duration::try_from_secs_f64(arguments.window)?;
    let jogg = Jogg::builder("any-key")
        .base_url(&arguments.base_url)
        .max_concurrent_calls(arguments.at_once)
        .rate_limiter(Arc::new(SlidingWindow::new(arguments.limit, window)))
        .before_send(recorder.clone())
        .observer(recorder)
        .build()?;
    let mut tasks = Vec::new();
    for number in 1..=arguments.orders {
        let order = format!("order {number}");
        match states.get(&order) {
            None | Some(State::NotExecuted) => {
                tasks.push(tokio::spawn(send(jogg.clone(), Arc::clone(&journal), order)));
            }
            Some(State::Sending | State::Unknown) => println!("{order}: may have been sent"),
            Some(State::Started | State::Refused) => {}
        }
    }
    for task in tasks {
        task.await??;
    }
    Ok(())
}

/// Sends one order, and records what became of it.
async fn send(jogg: Jogg, journal: Arc<Journal>, order: String) -> std::io::Result<()> {
    let jogg = jogg.with_options(CallOptions::new().label(order.as_str()));
    let request = photo_avatars::AddMotion::new(
        "https://example.com/photo.png",
        &order,
        "en-US-ChristopherNeural",
        MotionModel::V2_0,
    );
    match jogg.photo_avatars().add_motion(request).await {
        Ok(job) => {
            journal.append(&order, State::Started, Some(job.id()))?;
            println!("{order}: started {}", job.id());
        }
        Err(error) => {
            let state = match (error.may_have_executed(), error.is_retryable()) {
                (true, _) => State::Unknown,
                // By the journal, which could not be written.
                _ if error.kind() == jogg_api_ext::ErrorKind::Refused => State::NotExecuted,
                (false, true) => State::NotExecuted,
                (false, false) => State::Refused,
            };
            journal.append(&order, state, error.job().map(|job| job.id.as_str()))?;
            println!("{order}: {error}");
        }
    }
    Ok(())
}

/// Reads the last state of each order. A line that was cut when its process died is skipped: its
/// request had not left.
fn states(journal: &Path) -> Result<BTreeMap<String, State>, Box<dyn Error>> {
    let text = match std::fs::read_to_string(journal) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error.into()),
    };
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
    Ok(lines.map(|line| (line.order, line.state)).collect())
}
