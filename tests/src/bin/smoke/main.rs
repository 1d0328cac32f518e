//! `smoke --base-url URL [--api-key KEY] [--include-paid]`: calls every operation with full
//! requests through the public API of `jogg-api-ext`, and prints whether the server accepted each
//! and whether its response could be read.
//!
//! Exit code 0 if all that was called passed, 1 if not, 2 for wrong arguments.

mod avatars;
mod found;
mod judge;
mod lists;
mod owned;
mod run;
mod table;
mod videos;

use std::process::ExitCode;

use clap::Parser;
use jogg_api_ext::{API_KEY_VARIABLE, Jogg};

use crate::run::Run;
use crate::table::Table;

#[derive(Parser)]
#[command(about = "Call every operation of the API against a server")]
struct Arguments {
    /// The server, such as `https://api.jogg.ai`
    #[arg(long)]
    base_url: String,
    /// The key; JOGG_API_KEY unless set, which other users of the machine do not see
    #[arg(long)]
    api_key: Option<String>,
    /// Also call what takes credits or creates something. A product and what the jobs make stay
    /// behind; the API cannot remove them
    #[arg(long)]
    include_paid: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Some(key) = arguments.api_key.or_else(|| std::env::var(API_KEY_VARIABLE).ok()) else {
        return refuse(&format!("no key: give --api-key, or set {API_KEY_VARIABLE}"));
    };
    let jogg = match Jogg::builder(key).base_url(arguments.base_url).build() {
        Ok(jogg) => jogg,
        Err(error) => return refuse(&error.to_string()),
    };
    let table = Table::new(jogg.api().clone());
    let mut run = Run::new(jogg, arguments.include_paid, table);
    run.everything().await;
    match run.finish() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn refuse(reason: &str) -> ExitCode {
    eprintln!("error: {reason}");
    ExitCode::from(2)
}
