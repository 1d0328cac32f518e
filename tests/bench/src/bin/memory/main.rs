//! Counts allocations and measures memory, against the benchmark's server: prints JSON, a line for
//! each measurement.
//!
//! `memory calls`, `memory waits FORM` or `memory lists`.

mod calls;
mod lists;
mod waits;

use jogg_bench::{SERVER_VARIABLE, install_tls, variable};

fn main() {
    install_tls();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["calls"] => calls::measure(),
        ["waits", form] => waits::measure(form),
        ["lists"] => lists::measure(),
        _ => panic!("expected `calls`, `waits FORM` or `lists`"),
    }
}

/// A part of what the server serves.
fn base_url(part: &str) -> String {
    format!("{}/{part}", variable::<String>(SERVER_VARIABLE))
}
