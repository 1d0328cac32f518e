//! A service that makes a video for each order in a SQLite database, and learns by webhooks when
//! each is done. It may be killed at any time: no order is paid for twice, no result is lost.
//!
//! ```sh
//! cargo run -p jogg-api-ext --features cli --bin jogg-simulator &
//! cd tests/applications
//! JOGG_API_KEY=any cargo run -p webhook-service -- --base-url http://127.0.0.1:8787 --orders 3
//! ```
//!
//! - `store.rs`: the database, which is where all decisions are committed;
//! - `submit.rs`: sends what is queued, and writes ahead that it does;
//! - `receive.rs`: registers the endpoint, verifies events and stores them;
//! - `poll.rs`: polls jobs whose event doesn't come;
//! - `settle.rs`: searches for what was sent when the process died.

mod poll;
mod receive;
mod say;
mod settle;
mod store;
mod submit;

use std::env::VarError;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use jogg_api_ext::policy::SlidingWindow;
use jogg_api_ext::{Jogg, Secret};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::say::{say, warn};
use crate::store::{Error, NewOrder, Store, Times};
use crate::submit::Journal;

/// The variable with the secrets of an endpoint that was registered by hand, separated by commas.
const SECRET_VARIABLE: &str = "JOGG_WEBHOOK_SECRET";

/// Makes a video for each order in a database. The API key is in JOGG_API_KEY. Exits with 2 if it
/// is not known of some orders whether they were executed.
#[derive(Debug, Parser)]
struct Arguments {
    /// The URL of the API, if not the usual one or that in JOGG_BASE_URL
    #[arg(long)]
    base_url: Option<String>,
    /// Where to listen for webhooks
    #[arg(long, default_value = "127.0.0.1:8788")]
    listen: SocketAddr,
    /// The URL that the API sends webhooks to, ending with /hooks/jogg: an HTTPS address that leads
    /// to where this service listens. Without it, only an API on this machine can send any
    #[arg(long)]
    public_url: Option<String>,
    /// The database
    #[arg(long, default_value = "orders.db")]
    database: PathBuf,
    /// How many orders to add, "order 1" and so on, unless they are there
    #[arg(long, default_value_t = 0)]
    orders: u32,
    /// The template of the orders that are added
    #[arg(long, default_value_t = 512)]
    template: i64,
    /// How many orders are sent at a time
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    at_once: u16,
    /// How many POST requests are sent in a minute, at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Seconds between two polls of a job
    #[arg(long, default_value = "60", value_parser = seconds)]
    poll: Duration,
    /// Seconds from sending to the search for a job whose response was lost
    #[arg(long, default_value = "60", value_parser = seconds)]
    settle: Duration,
    /// End when all orders have
    #[arg(long)]
    until_done: bool,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|_| "must be a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if (0.01..=86_400.0).contains(&time.as_secs_f64()) => Ok(time),
        _ => Err("must be from 0.01 to 86400".to_owned()),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            warn(format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<ExitCode, Error> {
    let url = endpoint_url(&arguments)?;
    let times = Times { poll: arguments.poll, settle: arguments.settle };
    let store = Store::open(&arguments.database, times).map_err(|error| {
        let path = arguments.database.display();
        format!("the database {path}, which one process can use at a time: {error}")
    })?;
    store.add(new_orders(&arguments)).await?;

    let jogg = client(&arguments, &store)?;
    // From here on, deliveries wait; before, they would fail.
    let listener = TcpListener::bind(arguments.listen)
        .await
        .map_err(|error| format!("can't listen on {}: {error}", arguments.listen))?;
    let secrets = match std::env::var(SECRET_VARIABLE) {
        Ok(secrets) => secrets.split(',').map(Secret::from).collect(),
        Err(VarError::NotPresent) => receive::secrets(&jogg, &url).await.map_err(|error| {
            format!("no webhook endpoint for {url} (--public-url sets another): {error}")
        })?,
        Err(VarError::NotUnicode(_)) => Err(format!("{SECRET_VARIABLE} must be valid Unicode"))?,
    };
    let poll = Arc::new(Notify::new());
    let router = receive::router(secrets, store.clone(), Arc::clone(&poll))?;
    say(format!("listening on {}", listener.local_addr()?));

    // Each runs for ever, or ends with an error. Whatever ends the process, nothing is lost: what
    // is being sent then is settled after the next start.
    let is_over = until_over(&store, arguments.until_done);
    tokio::select! {
        served = async { axum::serve(listener, router).await } => served?,
        sent = submit::run(jogg.clone(), store.clone(), arguments.at_once.into()) => match sent? {},
        polled = poll::run(jogg.clone(), store.clone(), poll) => match polled? {},
        settled = settle::run(jogg.clone(), store.clone()) => match settled? {},
        is_over = is_over => is_over?,
        stopped = tokio::signal::ctrl_c() => stopped?,
    }
    report(&store).await
}

/// Returns a client that sends nothing paid without writing it to the database first.
fn client(arguments: &Arguments, store: &Store) -> Result<Jogg, Error> {
    let limit = SlidingWindow::new(arguments.limit as usize, Duration::from_secs(60));
    let journal = Journal::new(store);
    let mut builder = Jogg::builder_from_env()?
        .rate_limiter(Arc::new(limit))
        .before_send(journal.clone())
        .observer(journal);
    if let Some(base_url) = &arguments.base_url {
        builder = builder.base_url(base_url);
    }
    Ok(builder.build()?)
}

/// Returns the URL to register. A port that changes with each start would register an endpoint
/// each time, and an account can have 20.
fn endpoint_url(arguments: &Arguments) -> Result<String, Error> {
    match (&arguments.public_url, arguments.listen.port()) {
        (Some(url), _) if url.ends_with(receive::PATH) => Ok(url.clone()),
        (Some(url), _) => Err(format!("--public-url {url} must end with {}", receive::PATH).into()),
        (None, 0) => Err("--listen needs a port, or --public-url a URL that leads to it".into()),
        (None, _) => Ok(format!("http://{}{}", arguments.listen, receive::PATH)),
    }
}

fn new_orders(arguments: &Arguments) -> Vec<NewOrder> {
    let order = |number| NewOrder {
        id: format!("order {number}"),
        template_id: arguments.template,
        headline: format!("For customer {number}"),
    };
    (1..=arguments.orders).map(order).collect()
}

async fn until_over(store: &Store, is_wanted: bool) -> Result<(), Error> {
    while !is_wanted || !store.is_over().await? {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

async fn report(store: &Store) -> Result<ExitCode, Error> {
    let summary = store.summary().await?;
    let orders: Vec<_> =
        summary.orders.iter().map(|(state, count)| format!("{count} {state}")).collect();
    say(format!(
        "orders: {}; {} events, and {} duplicates of them",
        orders.join(", "),
        summary.events,
        summary.duplicates,
    ));
    let has_unknown = summary.orders.iter().any(|(state, _)| state == "unknown");
    Ok(if has_unknown { ExitCode::from(2) } else { ExitCode::SUCCESS })
}
