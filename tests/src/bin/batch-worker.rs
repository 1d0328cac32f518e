//! A process that runs a batch, for tests that kill it.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use jogg_api_ext::Jogg;
use jogg_api_ext::batch::{SharedWindow, SpendCap, Store};
use jogg_api_ext::jobs::WaitOptions;

#[derive(Parser)]
struct Arguments {
    #[arg(long)]
    store: String,
    #[arg(long)]
    batch: String,
    #[arg(long)]
    base_url: String,
    /// The name of the shared limit
    #[arg(long)]
    window: Option<String>,
    /// The seconds of its window, in which 20 requests are sent
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    #[arg(long)]
    cap: Option<f64>,
    #[arg(long, default_value_t = 4)]
    at_once: usize,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let store = Store::open(&arguments.store).await?;
    let lease = Duration::from_secs(3);
    let mut jogg = Jogg::builder("any-key").base_url(&arguments.base_url).without_rate_limiter();
    if let Some(name) = arguments.window {
        let window = Duration::try_from_secs_f64(arguments.seconds)?;
        let limit = SharedWindow::new(&store, name).limit(20, window).lease(lease);
        jogg = jogg.rate_limiter(Arc::new(limit));
    }
    let jogg = jogg.build()?;
    let mut batch = store.batch(arguments.batch);
    if let Some(cap) = arguments.cap {
        batch = batch.spend_cap(SpendCap::new().per_batch(cap));
    }
    let interval = Duration::from_millis(200);
    let options = WaitOptions::default().initial_delay(interval).interval(interval);
    let run = batch
        .run(&jogg)
        .max_concurrent_calls(arguments.at_once)
        .lease(lease)
        .wait_options(options.max_interval(interval))
        .settle(|request| async move {
            let mut stdout = std::io::stdout().lock();
            writeln!(stdout, "{} {}", request.key, request.state)?;
            Ok(stdout.flush()?)
        });
    let report = run.await?;
    println!("end {:?}: {}", report.end, report.counts);
    Ok(())
}
