//! A CSV file of avatar videos as a durable batch: each row is paid for once, whatever happens to
//! this program. Stop it with ctrl-C, or kill it; started again, it goes on.
//!
//! It runs against a simulator in this process, without key or network. What is under way there
//! ends with the process, so that to go on after a stop takes a simulator that outlives it:
//!
//! ```sh
//! cargo run -p jogg-api-ext --features batch,simulator --example batch -- \
//!     jogg-api-ext/examples/videos.csv
//!
//! cargo run -p jogg-api-ext --features cli --bin jogg-simulator &
//! cargo run -p jogg-api-ext --features batch,simulator --example batch -- \
//!     jogg-api-ext/examples/videos.csv --base-url http://127.0.0.1:8787
//! ```
//!
//! `--live` uses the real API, with the key in `JOGG_API_KEY`.

mod progress;
mod results;
mod rows;
#[path = "../support/mod.rs"]
mod support;

use std::collections::HashMap;
use std::error::Error;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use jogg_api_ext::Jogg;
use jogg_api_ext::batch::{
    Batch, BatchRequest, Cost, Entry, ReachedCap, Resolution, RunEnd, RunReport, SharedWindow,
    SpendCap, Store,
};
use jogg_api_ext::jobs::WaitOptions;
use jogg_api_ext::simulator::Simulator;

use self::progress::Progress;
use self::rows::Row;

#[derive(Debug, Parser)]
#[command(about = "Make a video for each row of a CSV file, and pay for each once")]
#[command(after_help = rows::HELP)]
struct Arguments {
    /// The CSV file, with the names of the columns in its first line
    file: PathBuf,
    /// Where it is noted what became of each row: a SQLite file, or a URL that begins with
    /// postgres:// [default: batch.db, or simulated.db without --live]
    #[arg(long)]
    store: Option<String>,
    /// The name of the batch in the store [default: the name of the CSV file]
    #[arg(long)]
    batch: Option<String>,
    /// The folder for the videos and for outcomes.jsonl
    #[arg(long, default_value = "results")]
    results: PathBuf,
    /// Stop sending when the batch would cost more than this many credits, by estimates
    #[arg(long, value_name = "CREDITS", value_parser = credits, allow_negative_numbers = true)]
    cap: Option<f64>,
    /// Stop sending when all batches of the store would cost more than this on a day (UTC)
    #[arg(long, value_name = "CREDITS", value_parser = credits, allow_negative_numbers = true)]
    cap_per_day: Option<f64>,
    /// Check the file, print the estimate, and end
    #[arg(long)]
    dry_run: bool,
    /// Decide about a row whose outcome isn't known: the id of its job, or `not-executed`, which
    /// sends it; or, if paying twice is fine or it has failed, `retry`
    #[arg(long, value_name = "KEY=JOB_ID", value_parser = resolution, conflicts_with = "dry_run")]
    resolve: Vec<(String, Resolution)>,
    /// Do not ask before sending
    #[arg(long)]
    yes: bool,
    /// Use the real API, with the key in JOGG_API_KEY; this costs credits
    #[arg(long, conflicts_with = "base_url")]
    live: bool,
    /// Use the simulator at this URL, and not one in this process
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// How many requests are in flight at a time
    #[arg(long, default_value_t = 4)]
    at_once: usize,
    /// After how many seconds without a sign of life others take over what this process was doing
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    lease: u64,
    /// Seconds between two polls of a job [default: growing, from 5 to 30]
    #[arg(long, value_name = "SECONDS")]
    interval: Option<f64>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Without a panic if nobody reads it.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether all rows are done.
async fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let progress = Progress::new();
    // Before anything else: a row that is wrong costs nothing yet.
    let rows = rows::read(&arguments.file).map_err(all)?;
    let Some(store) = arguments.open().await? else {
        let cost = Cost::of(rows.iter().map(|row| &row.entry));
        say_cost(&progress, rows.len(), 0, cost, Cost::default());
        return Ok(true);
    };
    let batch = arguments.batch(&store)?;
    let (jogg, simulator) = arguments.client(&store, &progress).await?;
    if simulator.is_some() {
        let counts = batch.counts().await?;
        if counts.sending + counts.started > 0 {
            return Err("videos are under way at a simulator that has ended with its process; \
                        start over with another --store"
                .into());
        }
    }
    for (key, resolution) in &arguments.resolve {
        batch.resolve(key, resolution.clone()).await?;
        progress.say(&format!("{key}: resolved"));
    }
    let known = batch.requests().try_collect().await?;
    let new = new(&arguments.file, &rows, &known)?;
    let queued = batch.cost().await?;
    let (count, cost) = (new.len(), Cost::of(new));
    say_cost(&progress, rows.len(), rows.len() - count, cost, queued);
    if arguments.dry_run {
        return Ok(true);
    }
    if cost.requests + queued.requests > 0 && !arguments.yes {
        confirm()?;
    }
    std::fs::create_dir_all(&arguments.results)?;
    batch.queue_all(rows.into_iter().map(|row| row.entry)).await?;
    let watch = tokio::spawn(progress.clone().watch(batch.clone()));
    let report = arguments.run_batch(&batch, &jogg, &progress).await;
    watch.abort();
    progress.end();
    let outcomes = results::write_outcomes(&arguments.results, &batch).await?;
    progress.say(&format!("outcomes in {}", outcomes.display()));
    conclude(&batch, &report?, &progress).await
}

impl Arguments {
    /// Opens the store; `None` for a dry run before the first run, which creates no file.
    async fn open(&self) -> Result<Option<Store>, Box<dyn Error>> {
        let default = if self.live { "batch.db" } else { "simulated.db" };
        let location = self.store.as_deref().unwrap_or(default);
        if self.dry_run && !location.contains("://") && !Path::new(location).exists() {
            return Ok(None);
        }
        Ok(Some(Store::open(location).await?))
    }

    fn batch(&self, store: &Store) -> Result<Batch, Box<dyn Error>> {
        let of_file = || self.file.file_stem()?.to_str().map(str::to_owned);
        let name = self.batch.clone().or_else(of_file);
        let name = name.ok_or("the name of the file isn't Unicode: set --batch")?;
        // What was only simulated isn't done.
        let name = if self.live { name } else { format!("{name} (simulated)") };
        let mut cap = SpendCap::new();
        if let Some(credits) = self.cap {
            cap = cap.per_batch(credits);
        }
        if let Some(credits) = self.cap_per_day {
            cap = cap.per_day(credits);
        }
        Ok(store.batch(name).spend_cap(cap))
    }

    /// Returns the client, and the simulator if it is in this process. A key in the environment
    /// alone spends nothing.
    async fn client(
        &self,
        store: &Store,
        progress: &Progress,
    ) -> Result<(Jogg, Option<Simulator>), Box<dyn Error>> {
        // One limit for all processes that use this store with this server.
        let window = SharedWindow::new(store, self.base_url.as_deref().unwrap_or("live"));
        let window = Arc::new(window.lease(Duration::from_secs(self.lease)));
        let (builder, simulator) = match &self.base_url {
            _ if self.live => (Jogg::builder_from_env()?.rate_limiter(window), None),
            Some(url) => (Jogg::builder("any-key").base_url(url).rate_limiter(window), None),
            None => {
                // Its time goes faster than that of the store, so its limit isn't there.
                let (builder, simulator) = support::simulator().await?;
                (builder, Some(simulator))
            }
        };
        Ok((builder.observer(Arc::new(progress.clone())).build()?, simulator))
    }

    async fn run_batch(
        &self,
        batch: &Batch,
        jogg: &Jogg,
        progress: &Progress,
    ) -> Result<RunReport, Box<dyn Error>> {
        let taken = (self.results.clone(), jogg.clone(), progress.clone());
        let taken = Arc::new(taken);
        let mut run = batch
            .run(jogg)
            .max_concurrent_calls(self.at_once)
            .lease(Duration::from_secs(self.lease))
            .settle(move |request| {
                let taken = Arc::clone(&taken);
                async move { results::take(&taken.0, &taken.1, &taken.2, request).await }
            })
            .stop_when(stopped(progress.clone()));
        if let Some(seconds) = self.interval {
            let interval = Duration::try_from_secs_f64(seconds)?;
            let options = WaitOptions::default().initial_delay(interval);
            run = run.wait_options(options.interval(interval).max_interval(interval));
        }
        Ok(run.await?)
    }
}

/// Returns what isn't in the batch. A key that is known with another request is a mistake in the
/// file.
fn new<'r>(
    file: &Path,
    rows: &'r [Row],
    known: &[BatchRequest],
) -> Result<Vec<&'r Entry>, Box<dyn Error>> {
    let known: HashMap<&str, _> = known.iter().map(|request| (&*request.key, request)).collect();
    let (mut new, mut problems) = (Vec::new(), Vec::new());
    for row in rows {
        match known.get(row.key.as_str()) {
            None => new.push(&row.entry),
            Some(request) if request.body == row.body => {}
            Some(_) => problems.push(format!(
                "{}:{}: column `key`: `{}` is in the batch with another request; use another key",
                file.display(),
                row.line,
                row.key
            )),
        }
    }
    if problems.is_empty() { Ok(new) } else { Err(all(problems)) }
}

fn say_cost(progress: &Progress, rows: usize, known: usize, new: Cost, queued: Cost) {
    progress.say(&format!("{rows} rows, {known} of them known; by estimates, to be sent are:"));
    progress.say(&format!("    {new}, new"));
    if queued.requests > 0 {
        progress.say(&format!("    {queued}, queued before"));
    }
}

fn all(problems: Vec<String>) -> Box<dyn Error> {
    let count = problems.len();
    format!("nothing was queued\n{}\n{count} to fix", problems.join("\n")).into()
}

fn confirm() -> Result<(), Box<dyn Error>> {
    if !std::io::stdin().is_terminal() {
        return Err("nobody can confirm this without a terminal; add --yes".into());
    }
    print!("send them? [y/N] ");
    std::io::stdout().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    match line.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err("not confirmed; nothing was sent".into()),
    }
}

/// Waits until somebody stops the program. The second time, it ends at once.
async fn stopped(progress: Progress) {
    signal().await;
    progress.say("stopping: nothing more is sent; waiting for responses that are on their way");
    tokio::spawn(async {
        signal().await;
        std::process::exit(130);
    });
}

async fn signal() {
    #[cfg(unix)]
    let terminated = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}

/// Says how the run has ended, and what is left to people.
async fn conclude(
    batch: &Batch,
    report: &RunReport,
    progress: &Progress,
) -> Result<bool, Box<dyn Error>> {
    for request in batch.unknown().await? {
        let (key, advice) = (&request.key, request.where_it_shows());
        let reason = request.failure.as_ref().map_or("", |failure| &failure.message);
        progress.say(&format!("{key}: unknown: {reason}"));
        // That of a lost response says it already.
        if !reason.contains(advice) {
            progress.say(&format!("    {advice};"));
        }
        progress.say(&format!("    then --resolve {key}=JOB_ID, or --resolve {key}=not-executed"));
    }
    let end = match &report.end {
        RunEnd::Completed => String::new(),
        RunEnd::Stopped => "stopped; started again, it goes on".to_owned(),
        RunEnd::SpendCap(reached @ ReachedCap::Day { .. }) => {
            format!("{reached}; tomorrow, or with a higher cap, it goes on")
        }
        RunEnd::SpendCap(reached) => format!("{reached}; with a higher cap, it goes on"),
        other => other.to_string(),
    };
    if !end.is_empty() {
        progress.say(&end);
    }
    if report.unsettled > 0 {
        progress.say(&format!("{} were not saved; started again, they are", report.unsettled));
    }
    let spent = batch.spent().await?.batch;
    progress.say(&format!("{}; {spent} credits spent, by estimates", report.counts));
    Ok(report.counts.done == report.counts.total() && report.unsettled == 0)
}

fn credits(text: &str) -> Result<f64, &'static str> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    number.ok_or("must be 0 or a positive number")
}

fn resolution(text: &str) -> Result<(String, Resolution), &'static str> {
    match text.rsplit_once('=') {
        Some((key, "not-executed")) => Ok((key.to_owned(), Resolution::NotExecuted)),
        Some((key, "retry")) => Ok((key.to_owned(), Resolution::Retry)),
        Some((key, id)) if !id.is_empty() => Ok((key.to_owned(), Resolution::Started(id.into()))),
        _ => Err("must be KEY=JOB_ID, KEY=not-executed or KEY=retry"),
    }
}

// It prints:
//
// 5 rows, 0 of them known; by estimates, to be sent are:
//     6 credits for 5 requests, new
// send them? [y/N] y
// ada: done, 49 bytes in results/ada.mp4
// grace: done, 49 bytes in results/grace.mp4
// edsger: done, 49 bytes in results/edsger.mp4
// barbara: done, 49 bytes in results/barbara.mp4
// tony: done, 49 bytes in results/tony.mp4
// outcomes in results/outcomes.jsonl
// 5 done; 6 credits spent, by estimates
