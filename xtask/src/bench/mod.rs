//! `cargo xtask bench`: what the SDK costs beside hand-written code, measured in one run.

mod build_cost;
mod command;
mod files;
mod instructions;
mod machine;
mod profile;
mod server;

use self::instructions::Side;
use crate::failure::Failure;
use crate::output::{print, say};

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Measure only this case: `get`, `error`, `list`, `post`, `poll`, …
    #[arg(long, conflicts_with = "profile")]
    case: Option<String>,
    /// Print where the instructions of this case go, beyond those of the hand-written code
    #[arg(long, value_name = "CASE")]
    profile: Option<String>,
    /// Whose instructions to print with `--profile`
    #[arg(long, value_name = "CRATE", default_value = "ext", requires = "profile")]
    side: Side,
    /// Measure what a small program costs to build instead: CPU time, crates, size
    #[arg(long, conflicts_with_all = ["case", "profile"])]
    build: bool,
    /// Measure a download of 1 GiB and an upload of 99 MB instead, beside curl
    #[arg(long, conflicts_with_all = ["case", "profile", "build"])]
    files: bool,
}

/// Measures, and prints Markdown.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    say!("{}", machine::describe());
    if arguments.build {
        return build_cost::run();
    }
    if arguments.files {
        return files::run();
    }
    let case = arguments.profile.as_ref().or(arguments.case.as_ref());
    let measured = instructions::measure(case.map(String::as_str))?;
    match &arguments.profile {
        Some(case) => profile::print(&measured, case, arguments.side),
        None => {
            print(format_args!("{}", instructions::table(&measured)?));
            Ok(())
        }
    }
}
