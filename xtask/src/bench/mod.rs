//! `cargo xtask bench`: what the SDK costs beside hand-written code, measured in one run.

mod allocations;
mod build_cost;
mod check;
mod command;
mod files;
mod instructions;
mod machine;
mod memory;
mod profile;
mod programs;
mod results;
mod scale;
mod server;
mod time;
mod tools;

use clap::ValueEnum;

use self::instructions::Side;
use self::results::Section;
use crate::failure::Failure;
use crate::output::{print, say};

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to measure; everything if nothing is named
    #[arg(value_name = "PART", conflicts_with_all = ["profile", "check"])]
    parts: Vec<Part>,
    /// Write the tables into tests/bench/RESULTS.md, in place of those of the same parts
    #[arg(long, conflicts_with_all = ["case", "profile"])]
    write: bool,
    /// Count the instructions of this case only: `get`, `error`, `list`, `post`, `poll`, …
    #[arg(long, conflicts_with_all = ["profile", "check"])]
    case: Option<String>,
    /// Print where the instructions of this case go, beyond those of the hand-written code
    #[arg(long, value_name = "CASE")]
    profile: Option<String>,
    /// Whose instructions to print with `--profile`
    #[arg(long, value_name = "CRATE", default_value = "ext", requires = "profile")]
    side: Side,
    /// Measure what CI does, and compare it with tests/bench/recorded.json; with `--write`, record
    /// it there
    #[arg(long, conflicts_with = "profile")]
    check: bool,
}

/// What can be measured alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Instructions and allocations per call
    Calls,
    /// Time per call, one after the other and 64 at a time
    Time,
    /// Memory of waits that sleep, and of long lists
    Memory,
    /// Large transfers, beside curl
    Files,
    /// 1,000 calls at once, 100,000 jobs, a million items
    Scale,
    /// Builds of a small program, beside those of other SDKs
    Build,
    /// The time of `codegen --check`, and of the tests
    Tools,
}

impl Part {
    fn measure(self) -> Result<Section, Failure> {
        let (title, text) = match self {
            Self::Calls => ("Calls: instructions and allocations", calls()?),
            Self::Time => ("Calls: time", time::run()?),
            Self::Memory => ("Memory", memory::run()?),
            Self::Files => ("Transfers", files::run()?),
            Self::Scale => ("Scale", scale::run()?),
            Self::Build => ("Build cost", build_cost::run()?),
            Self::Tools => ("Tools", tools::run()?),
        };
        Ok(Section { title, machine: machine::describe(), text })
    }
}

/// Measures, and prints Markdown.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.check {
        return check::run(arguments.write);
    }
    if let Some(case) = &arguments.profile {
        let measured = instructions::measure(Some(case))?;
        return profile::print(&measured, case, arguments.side);
    }
    if let Some(case) = &arguments.case {
        let measured = instructions::measure(Some(case))?;
        say!("{}", machine::describe());
        print(format_args!("{}", instructions::table(&measured)?));
        return Ok(());
    }
    let parts = match arguments.parts.as_slice() {
        [] => Part::value_variants(),
        parts => parts,
    };
    for part in parts {
        let section = part.measure()?;
        say!("{section}");
        // One by one, so that what took long is kept if the next part fails.
        if arguments.write {
            results::write(&section)?;
        }
    }
    Ok(())
}

fn calls() -> Result<String, Failure> {
    let instructions = instructions::table(&instructions::measure(None)?)?;
    Ok(format!("{instructions}\n{}", allocations::run()?))
}
