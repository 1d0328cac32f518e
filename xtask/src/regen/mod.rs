//! `cargo xtask regen`: everything that follows a change of the spec, in order, and what is left to
//! people. Stops at the first step that fails, other than the compiler: its errors are a part of
//! what is left.
//!
//! `base` is what is compared with, `compile` runs the compiler, `left` is what is left to do,
//! `snapshots` and `changelog` are what their names say.

mod base;
mod changelog;
mod compile;
mod left;
mod snapshots;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::diff::render;
use crate::diff::source::Source;
use crate::drift::pin::{PINNED, Pin};
use crate::failure::Failure;
use crate::output::{print, say};
use crate::surface::Surface;
use crate::text::quoted;
use crate::workspace::root;
use crate::{codegen, drift, lint, spec};
use left::Left;

/// The arguments of `regen`.
#[derive(Debug, clap::Args)]
pub(crate) struct RegenArguments {
    /// The spec to generate from [default: openapi/jogg.yaml]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// The folder to write the generated files to [default: jogg-api/src/generated]. The workspace
    /// is compiled with the default only
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// The revision to compare with [default: the newest tag v*, or else HEAD]
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Don't compile the workspace
    #[arg(long)]
    no_check: bool,
}

/// Lints, generates, compares with upstream and with the base, compiles, drafts the changelog, and
/// lists what is left to do.
pub(crate) fn run(arguments: &RegenArguments) -> Result<(), Failure> {
    let RegenArguments { spec, output, base, no_check } = arguments;
    generate(spec.as_ref(), output.as_ref())?;

    say!("\n== drift from the pinned upstream");
    let (summary, drift) = drift::with_pinned(spec.clone())?;
    say!("{summary}");

    let errors = match (no_check, output) {
        (true, _) | (_, Some(_)) => None,
        (false, None) => Some(compile::check()?),
    };

    say!("\n== pending snapshots");
    let pending = snapshots::pending(root());
    print(format_args!("{}", snapshots::list(&pending)));

    let now = current(spec.as_deref())?;
    let folder = output.clone().unwrap_or_else(|| root().join(codegen::GENERATED));
    let report = match base.clone().map_or_else(base::newest_base, |base| Ok(Some(base)))? {
        None => {
            say!("\n== nothing to compare with: this repository has no commit");
            None
        }
        Some(base) => {
            say!("\n== what changed since {base}");
            let report = base::since(&base, &now, &folder)?;
            print(format_args!("{}", render::text(&report)));
            Some(report)
        }
    };

    say!("\n== for CHANGELOG.md\n");
    let pin = Pin::read(&root().join(PINNED), PINNED)?;
    print(format_args!("{}", changelog::changelog(&now, pin.as_ref(), report.as_ref())));

    say!("\n== left to do by hand, in this order\n");
    let left = Left {
        spec: &now,
        report: report.as_ref(),
        errors: errors.as_deref().unwrap_or_default(),
        drift: &drift,
        pending: &pending,
    };
    for (number, item) in left.items(root()).iter().enumerate() {
        say!("{}. {item}", number + 1);
    }
    match errors.is_some_and(|errors| !errors.is_empty()) {
        true => Err(Failure::new("the workspace doesn't compile; see what is left to do")),
        false => Ok(()),
    }
}

/// Lints the spec, and writes the generated files.
fn generate(spec: Option<&PathBuf>, output: Option<&PathBuf>) -> Result<(), Failure> {
    say!("== spec lint");
    let file = spec.map(|path| format!(" {}", quoted(&path.display().to_string())));
    let command = format!("cargo xtask spec lint{}", file.unwrap_or_default());
    lint::run(spec.cloned()).map_err(|failure| failure.stopping(&command))?;

    say!("\n== codegen");
    let mut command = "cargo xtask codegen".to_owned();
    for (name, path) in [("spec", spec), ("output", output)] {
        if let Some(path) = path {
            let _ = write!(command, " --{name} {}", quoted(&path.display().to_string()));
        }
    }
    codegen::run(spec.cloned(), output.cloned(), false)
        .map_err(|failure| failure.stopping(&command))
}

/// Reads the spec that was generated from.
fn current(file: Option<&Path>) -> Result<Source, Failure> {
    let file = file.map(Path::to_path_buf);
    let document = spec::open(file)?;
    let surface = Surface::of(&document).map_err(Failure::unreadable)?;
    Ok(Source { name: document.name.clone(), file: None, surface, document: Some(document) })
}
