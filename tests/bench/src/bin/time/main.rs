//! Measures time, against the benchmark's server: prints JSON, a line for each measurement.
//!
//! `time calls` or `time scale`.

mod calls;
mod scale;

use jogg_bench::install_tls;

fn main() {
    install_tls();
    match std::env::args().nth(1).as_deref() {
        Some("calls") => calls::measure(),
        Some("scale") => scale::measure(),
        _ => panic!("expected `calls` or `scale`"),
    }
}
