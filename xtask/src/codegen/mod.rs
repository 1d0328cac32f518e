//! `cargo xtask codegen`: generates a part of `jogg-api` from `openapi/jogg.yaml`.
//!
//! The order of the modules: `transform` prepares the spec for progenitor, and `rewrite` splits
//! what it generates. `facts` is what that needs of the spec. `types`, `decoders` and `endpoints`
//! rewrite the parts, `enums` and `tables` write what progenitor doesn't. `docs`, `layout` and
//! `preamble` format, and `check` compares. `guide` writes the table of operations in the guides.

mod check;
mod decoders;
mod docs;
mod endpoints;
pub(crate) mod enums;
mod facts;
mod guide;
mod layout;
mod preamble;
mod rewrite;
mod tables;
pub(crate) mod transform;
mod types;

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use progenitor_impl::{CrateVers, GenerationSettings, Generator, TypeImpl};

use crate::document::Document;
use crate::failure::Failure;
use crate::output::{self, say};
use crate::spec;
use crate::workspace::{root, shown};
use check::compare;
use facts::Facts;
use layout::pretty;
use preamble::preamble;

/// The folder of the generated files, from the root of the workspace.
pub(crate) const GENERATED: &str = "jogg-api/src/generated";

/// Writes the generated files, or with `check` compares them with those in the folder.
pub(crate) fn run(
    spec: Option<PathBuf>,
    output: Option<PathBuf>,
    check: bool,
) -> Result<(), Failure> {
    let document = spec::open(spec)?;
    let files = generate(&document).map_err(Failure::new)?;
    // Elsewhere, there are no guides.
    let is_elsewhere = output.is_some();
    let folder = output.unwrap_or_else(|| root().join(GENERATED));
    match check {
        true => compare(&folder, &files),
        false => write(&folder, &files),
    }?;
    if is_elsewhere { Ok(()) } else { guide::run(&document, check) }
}

/// Returns the generated files by name. The same spec always gives the same bytes.
pub(crate) fn generate(document: &Document) -> Result<Vec<(&'static str, String)>, String> {
    let preamble = preamble(document);
    let api = serde_json::from_value(transform::transform(document)).map_err(|error| {
        format!("{}: this isn't an OpenAPI 3.0 document: {error}", document.name)
    })?;
    let unsupported =
        |reason: &str| format!("{}: progenitor doesn't support the spec: {reason}", document.name);
    // It panics at what it has not implemented.
    let generate = AssertUnwindSafe(|| Generator::new(&settings(document)).generate_tokens(&api));
    let tokens = std::panic::catch_unwind(generate)
        .map_err(|panic| unsupported(panic_message(&*panic)))?
        .map_err(|error| unsupported(&error.to_string()))?;
    let rewritten = rewrite::rewrite(tokens, &Facts::of(document))?;
    let code = |tokens| Ok::<_, String>(format!("{preamble}\n{}", pretty(tokens)?));
    Ok(vec![
        ("client.rs", code(rewritten.client)?),
        ("codecs.rs", code(rewritten.codecs)?),
        ("codes.rs", code(tables::codes(document))?),
        ("endpoints.rs", code(rewritten.endpoints)?),
        ("enums.rs", format!("{preamble}\n{}", enums::render(document)?)),
        ("jobs.rs", code(tables::jobs(document)?)?),
        ("operations.rs", code(tables::operations(document)?)?),
        ("spec.json", spec_json(document)?),
        ("types.rs", code(rewritten.types)?),
    ])
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panics")
}

fn settings(document: &Document) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings.with_crate("jogg-api", CrateVers::Any, None);
    let no_impls = || std::iter::empty::<TypeImpl>();
    for (name, schema) in spec::schemas(document) {
        if spec::enumeration(schema).is_some() {
            settings.with_replacement(name, format!("::jogg_api::enums::{name}"), no_impls());
        }
    }
    for name in [transform::SECRET, transform::NO_DATA] {
        settings.with_replacement(name, format!("::jogg_api::{name}"), no_impls());
    }
    settings
}

fn spec_json(document: &Document) -> Result<String, String> {
    let mut text =
        serde_json::to_string_pretty(&document.value).map_err(|error| error.to_string())?;
    text.push('\n');
    Ok(text)
}

fn write(folder: &Path, files: &[(&'static str, String)]) -> Result<(), Failure> {
    let failure = |error: std::io::Error| Failure::new(format!("{}: {error}", shown(folder)));
    std::fs::create_dir_all(folder).map_err(failure)?;
    let mut changed = 0;
    for (name, content) in files {
        let path = folder.join(name);
        if std::fs::read_to_string(&path).ok().as_ref() != Some(content) {
            output::write(&path, content).map_err(failure)?;
            changed += 1;
            say!("wrote {}", shown(&path));
        }
    }
    if changed == 0 {
        say!("codegen: {} files are up to date", files.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
