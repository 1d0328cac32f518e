//! The automation of the workspace: `cargo xtask --help` lists it.

mod bench;
mod codegen;
mod diff;
mod document;
mod drift;
mod lint;
mod regen;
mod spec;
mod surface;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use document::DocumentError;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The automation of the jogg workspace")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Measure the SDK beside hand-written code: instructions per call, cost of a build
    Bench(bench::Arguments),
    /// Generate the low-level client from the spec
    Codegen {
        /// Compare with the files in the tree, change nothing
        #[arg(long)]
        check: bool,
        /// The spec to generate from [default: openapi/jogg.yaml]
        #[arg(long, value_name = "FILE")]
        spec: Option<PathBuf>,
        /// The folder of the generated files [default: jogg-api/src/generated]
        #[arg(long, value_name = "FOLDER")]
        output: Option<PathBuf>,
    },
    /// Do all that follows a change of the spec: lint, generate, compare, note for the changelog
    Regen(regen::Arguments),
    /// Check, show or compare specs
    Spec {
        #[command(subcommand)]
        task: SpecTask,
    },
}

#[derive(Debug, Subcommand)]
enum SpecTask {
    /// List everything in a spec that breaks a rule of this project
    Lint {
        /// The spec to check [default: openapi/jogg.yaml]
        file: Option<PathBuf>,
    },
    /// Compare two specs: what changed, and what that does to released SDKs and to code using them
    Diff(diff::Arguments),
    /// Compare the vendor's spec with ours, but for the differences that are meant
    Drift(drift::Arguments),
    /// Note the differences that are not acknowledged yet, so that reasons can be written
    Accept(drift::AcceptArguments),
    /// Print the rules by which changes are judged, as a Markdown table
    Rules,
    /// Print what a spec says of the wire as flat, sorted facts
    Surface {
        /// A spec or a printed surface [default: openapi/jogg.yaml]
        file: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
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
            eprintln!("error: {}", failure.message);
            ExitCode::from(failure.exit)
        }
    }
}

/// Why a task ends without success.
#[derive(Debug)]
struct Failure {
    message: String,
    exit: u8,
}

impl Failure {
    /// Something found is not as it should be: exit code 1.
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit: 1 }
    }

    /// A file could not be read or parsed, which must never pass for "nothing found": exit code 3.
    fn from_document(error: DocumentError) -> Self {
        Self { message: error.to_string(), exit: 3 }
    }
}

/// The root of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
