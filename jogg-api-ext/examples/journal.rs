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
use std::io::{ErrorKind, Read, Write};
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

/// A journal of whole lines. One that can't be kept so takes no more, and then nothing is sent.
struct Journal(Mutex<Lines>);

struct Lines {
    file: File,
    /// How long it is, in whole lines.
    length: u64,
    /// Whether it isn't known any more what of it is on disk.
    is_broken: bool,
}

impl Journal {
    /// Opens a journal. A line that was cut when its process died is taken away, as the next one
    /// would be appended to it; what it says is lost, so its request has not left.
    fn open(path: &Path) -> std::io::Result<Self> {
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        let end = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if end < text.len() {
            let cut = String::from_utf8_lossy(&text[end..]);
            say(&format!("the journal ended within a line, which is taken away: {cut}"));
            file.set_len(end as u64)?;
        }
        file.sync_all()?;
        // A file that was just created is lost if its folder isn't on disk.
        #[cfg(unix)]
        if let Some(folder) = path.canonicalize()?.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(Self(Mutex::new(Lines { file, length: end as u64, is_broken: false })))
    }

    /// Appends a line, and returns when it is on disk. A line that isn't written as a whole is
    /// taken away again.
    fn append(&self, order: &str, state: State, job: Option<&str>) -> std::io::Result<()> {
        let (order, job) = (order.to_owned(), job.map(str::to_owned));
        let mut line = serde_json::to_string(&Line { order, state, job })?;
        line.push('\n');
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.is_broken {
            return Err(std::io::Error::other("a write before has failed, so it is not trusted"));
        }
        if let Err(error) = lines.file.write_all(line.as_bytes()) {
            lines.is_broken = lines.file.set_len(lines.length).is_err();
            return Err(error);
        }
        lines.length += line.len() as u64;
        // After a failure, another try may succeed without what was lost.
        lines.file.sync_all().inspect_err(|_| lines.is_broken = true)
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
            say(&format!("{order}: not executed, which the journal lacks: {error}"));
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
            Some(State::Sending | State::Unknown) => say(&format!("{order}: may have been sent")),
            Some(State::Started | State::Refused) => {}
        }
    }
    // Whatever becomes of one, the others are paid for, too.
    let mut failed = 0;
    for task in tasks {
        let outcome = task.await.map_err(Box::<dyn Error>::from);
        if let Err(error) = outcome.and_then(|stored| Ok(stored?)) {
            say(&format!("error: {error}"));
            failed += 1;
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} orders are not in the journal as they ended").into()),
    }
}

/// Sends one order, and records what became of it.
async fn send(jogg: Jogg, journal: Arc<Journal>, order: String) -> Result<(), String> {
    let jogg = jogg.with_options(CallOptions::new().label(order.as_str()));
    let request = photo_avatars::AddMotion::new(
        "https://example.com/photo.png",
        &order,
        "en-US-ChristopherNeural",
        MotionModel::V2_0,
    );
    let stored = match jogg.photo_avatars().add_motion(request).await {
        Ok(job) => {
            // First of all: it is paid for, and the journal may be full.
            say(&format!("{order}: started {}", job.id()));
            journal.append(&order, State::Started, Some(job.id()))
        }
        Err(error) => {
            let state = match (error.may_have_executed(), error.is_retryable()) {
                (true, _) => State::Unknown,
                // By the journal, which could not be written.
                _ if error.kind() == jogg_api_ext::ErrorKind::Refused => State::NotExecuted,
                (false, true) => State::NotExecuted,
                (false, false) => State::Refused,
            };
            say(&format!("{order}: {error}"));
            journal.append(&order, state, error.job().map(|job| job.id.as_str()))
        }
    };
    stored.map_err(|error| format!("{order} can't be written to the journal: {error}"))
}

/// Prints a line, to where that is possible. Without a panic, as others are on their way.
fn say(line: &str) {
    let line = format!("{line}\n");
    if std::io::stdout().lock().write_all(line.as_bytes()).is_err() {
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }
}

/// Reads the last state of each order. Only the last line can be cut, by the death of its process;
/// any other that can't be read may be about an order that was sent, so that is an error.
fn states(journal: &Path) -> Result<BTreeMap<String, State>, Box<dyn Error>> {
    let text = match std::fs::read(journal) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let mut states = BTreeMap::new();
    for (index, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if line.ends_with(b"\n") {
            let line: Line = serde_json::from_slice(line).map_err(|error| {
                let number = index + 1;
                format!("line {number} of the journal can't be read: {error}; nothing was sent")
            })?;
            states.insert(line.order, line.state);
        }
    }
    Ok(states)
}

// It prints:
//
// order 3: started motion_000001
// order 2: started motion_000003
// order 1: started motion_000005
