//! The automation of the workspace. `cargo xtask --help` lists the tasks.

mod bench;
mod codegen;
mod diff;
mod document;
mod drift;
mod failure;
mod lint;
mod output;
mod public_api;
mod regen;
mod spec;
mod surface;
mod text;
mod workspace;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use diff::DiffArguments;
use drift::{AcceptArguments, DriftArguments};
use regen::RegenArguments;

#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", about = "The automation of the jogg workspace")]
struct CommandLine {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Measure the SDK beside hand-written code: instructions per call, builds, transfers of files
    Bench(bench::Arguments),
    /// Generate the low-level client from the spec
    Codegen {
        /// Compare with the files in the tree instead of writing them
        #[arg(long)]
        check: bool,
        /// The spec to generate from [default: openapi/jogg.yaml]
        #[arg(long, value_name = "FILE")]
        spec: Option<PathBuf>,
        /// The folder of the generated files [default: jogg-api/src/generated]
        #[arg(long, value_name = "FOLDER")]
        output: Option<PathBuf>,
    },
    /// Do what follows a change of the spec: lint, generate, compare, draft the changelog
    Regen(RegenArguments),
    /// Check, print or compare specs
    Spec {
        #[command(subcommand)]
        task: SpecTask,
    },
}

#[derive(Debug, Subcommand)]
enum SpecTask {
    /// List everything in a spec that breaks a convention of this project
    Lint {
        /// The spec to check [default: openapi/jogg.yaml]
        file: Option<PathBuf>,
    },
    /// Compare two specs: what changed, and what that means for released SDKs and code using them
    Diff(DiffArguments),
    /// Compare the vendor's spec with ours, except for intended differences
    Drift(DriftArguments),
    /// Add an entry to the ledger for each new difference, for people to write the reason
    Accept(AcceptArguments),
    /// Print the rules by which changes are judged, as a Markdown table
    Rules,
    /// Print the surface of a spec: what it says about the wire, as sorted lines
    Surface {
        /// A spec or a printed surface [default: openapi/jogg.yaml]
        file: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let outcome = match CommandLine::parse().task {
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Codegen { check, spec, output } => codegen::run(spec, output, check),
        Task::Regen(arguments) => regen::run(&arguments),
        Task::Spec { task: SpecTask::Lint { file } } => lint::run(file),
        Task::Spec { task: SpecTask::Diff(arguments) } => diff::run(&arguments),
        Task::Spec { task: SpecTask::Drift(arguments) } => drift::run(&arguments),
        Task::Spec { task: SpecTask::Accept(arguments) } => drift::accept(&arguments),
        Task::Spec { task: SpecTask::Rules } => {
            diff::print_rules();
            Ok(())
        }
        Task::Spec { task: SpecTask::Surface { file } } => surface::run(file),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(io::stderr(), "error: {}", failure.message);
            ExitCode::from(failure.exit)
        }
    }
}
