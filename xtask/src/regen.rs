//! `cargo xtask regen`: everything that follows a change of the spec, in order, up to the first step
//! that fails.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::diff::finding::Finding;
use crate::diff::render;
use crate::diff::report::Report;
use crate::diff::source::{Source, git};
use crate::drift::PINNED;
use crate::drift::pin::Pin;
use crate::failure::Failure;
use crate::text::{code, counted, quoted};
use crate::workspace::root;
use crate::{codegen, lint, spec};

/// Where snapshots wait for review, from the root of the workspace.
const SNAPSHOTS: [&str; 4] = ["jogg-api", "jogg-api-ext", "tests", "xtask"];
/// How insta calls what waits.
const PENDING: [&str; 2] = [".snap.new", ".pending-snap"];

/// What to regenerate from, and what to compare with.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The spec to generate from [default: openapi/jogg.yaml]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// The folder of the generated files [default: jogg-api/src/generated]
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// The spec that was released last, as a file or `REV:path` [default: that of the newest tag v*]
    #[arg(long, value_name = "SPEC")]
    released: Option<String>,
}

/// Lints, generates, lists what waits for review, compares with the last release, and prints what
/// the changelog is to say.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { spec, output, released } = arguments;
    println!("== spec lint");
    let file = spec.as_ref().map(|path| format!(" {}", quoted(&path.display().to_string())));
    let command = format!("cargo xtask spec lint{}", file.unwrap_or_default());
    lint::run(spec.clone()).map_err(|failure| stopped(failure, &command))?;

    println!("\n== codegen");
    let mut command = "cargo xtask codegen".to_owned();
    for (name, path) in [("spec", spec), ("output", output)] {
        if let Some(path) = path {
            let _ = write!(command, " --{name} {}", quoted(&path.display().to_string()));
        }
    }
    codegen::run(spec.clone(), output.clone(), false)
        .map_err(|failure| stopped(failure, &command))?;

    println!("\n== pending snapshots");
    print!("{}", pending_words(&pending(root())));

    println!("\n== diff against the last release");
    let now = current(spec.as_deref())?;
    let report = match released.clone().or_else(newest_release) {
        None => {
            println!(
                "there is no release yet: git has no tag `v*` here, and --released names none"
            );
            None
        }
        Some(name) => {
            let command = format!("cargo xtask spec diff {} {}", quoted(&name), quoted(&now.name));
            let report = Source::read(&name).and_then(|old| Report::of(&old, &now));
            let report = report.map_err(|failure| stopped(failure, &command))?;
            print!("{}", render::text(&report));
            Some(report)
        }
    };

    println!("\n== for CHANGELOG.md\n");
    print!("{}", stub(&now, pinned()?.as_ref(), report.as_ref()));
    Ok(())
}

/// A failure with the command that shows it alone.
fn stopped(failure: Failure, command: &str) -> Failure {
    let Failure { message, exit } = failure;
    let message = format!(
        "{message}\nregen stopped here: mend it until `{command}` passes, then run it again"
    );
    Failure { message, exit }
}

/// The snapshots that nobody has looked at yet, from the root.
fn pending(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = SNAPSHOTS.iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            // A link may lead back up.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && name != "target" {
                folders.push(path);
            } else if PENDING.iter().any(|ending| name.ends_with(ending)) {
                found.push(path.strip_prefix(root).unwrap_or(&path).display().to_string());
            }
        }
    }
    found.sort();
    found
}

fn pending_words(pending: &[String]) -> String {
    if pending.is_empty() {
        let test = "cargo test --workspace";
        return format!("none; those that this changes appear once `{test}` has run\n");
    }
    let mut output = String::new();
    for file in pending {
        let _ = writeln!(output, "{file}");
    }
    let _ = writeln!(output, "look at each with `cargo insta review`");
    output
}

/// The spec that was generated from.
fn current(file: Option<&Path>) -> Result<Source, Failure> {
    let file = file.map(Path::to_path_buf);
    let document = spec::open(file)?;
    let surface = crate::surface::Surface::of(&document).map_err(Failure::unreadable)?;
    Ok(Source { name: document.name.clone(), file: None, surface, document: Some(document) })
}

/// The spec as the newest release has it, none before the first.
fn newest_release() -> Option<String> {
    let folder = root().display().to_string();
    // Without git, or outside of a repository, no release is known either.
    let tags = git(&["-C", &folder, "tag", "--list", "v*", "--sort=-version:refname"]).ok()??;
    let tag = String::from_utf8_lossy(&tags).lines().next()?.to_owned();
    Some(format!("{tag}:openapi/jogg.yaml"))
}

/// The vendor's spec as it was reviewed last, if it ever was.
fn pinned() -> Result<Option<Pin>, Failure> {
    match std::fs::read_to_string(root().join(PINNED)) {
        Ok(text) => Pin::parse(PINNED, &text).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(Failure::nothing_compared(&format!("{PINNED}: {error}"), "make it readable"))
        }
    }
}

/// What the changelog is to say, for a person to put in words.
fn stub(now: &Source, pin: Option<&Pin>, report: Option<&Report>) -> String {
    let mut output = "## Unreleased\n\n".to_owned();
    if let Some(document) = &now.document {
        let _ = writeln!(output, "Generated from `{}`, sha256 `{}`.", now.name, document.sha256);
    }
    if let Some(Pin { date, sha256, .. }) = pin {
        let _ =
            writeln!(output, "Reviewed against the vendor's spec of {date}, sha256 `{sha256}`.");
    }
    let Some(report) = report else {
        output.push_str("\nFirst release.\n");
        return output;
    };
    let bumps = report.bumps().map(|(name, bump)| format!("{name} {}", bump.name()));
    let _ = writeln!(output, "Version bump: {}.\n", bumps.join(", "));
    let mut changes: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        changes.entry(finding.change_fingerprint()).or_default().push(finding);
    }
    // In the order of the report, each change where it is found first.
    for first in &report.findings {
        let Some(sharing) = changes.remove(&first.change_fingerprint()) else { continue };
        let effect = first.effect();
        let place = match sharing.len() {
            1 => code(&first.operation()),
            count => counted(count, "operation"),
        };
        let _ = writeln!(
            output,
            "- {place}: {} at {}: {} (wire {}, source {})",
            first.rule.id,
            code(&first.at),
            render::change(first, code),
            effect.wire,
            effect.source
        );
    }
    if report.findings.is_empty() {
        output.push_str("- No change of the API.\n");
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_that_wait_are_listed_wherever_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for (file, text) in [
            ("tests/suite/snapshots/a.snap.new", ""),
            ("tests/suite/snapshots/a.snap", ""),
            ("xtask/src/.mod.rs.pending-snap", ""),
            ("xtask/target/b.snap.new", ""),
        ] {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let pending = pending(root);
        assert_eq!(pending, ["tests/suite/snapshots/a.snap.new", "xtask/src/.mod.rs.pending-snap"]);
        assert!(pending_words(&pending).ends_with("look at each with `cargo insta review`\n"));
        assert!(pending_words(&[]).contains("cargo test --workspace"));
    }

    const OLD: &str = "openapi: 3.0.3\npaths: {/a: {get: {parameters: [{name: q, in: query}]}}, \
                       /b: {get: {parameters: [{name: q, in: query}]}}}\n";
    const NEW: &str = "openapi: 3.0.3\npaths: {/a: {get: {}}, /b: {get: {}}}\n";

    #[test]
    fn the_changelog_names_hashes_date_bump_and_each_change_once() {
        let [old, new] = [OLD, NEW].map(|text| Source::parse("spec.yaml", text).unwrap());
        let hash = &new.document.as_ref().unwrap().sha256;
        let report = Report::of(&old, &new).unwrap();
        let pin = Pin::new("2026-03-30", Source::parse("up.yaml", OLD).unwrap()).unwrap();
        let text = stub(&new, Some(&pin), Some(&report));
        for part in [
            &format!("Generated from `spec.yaml`, sha256 `{hash}`."),
            &format!("vendor's spec of 2026-03-30, sha256 `{}`.", pin.sha256),
            "Version bump: jogg-api minor, jogg-api-ext minor.",
            "- 2 operations: parameter-removed at `query q`: removed `any` (wire risk, source break)",
        ] {
            assert!(text.contains(part), "`{part}` is not in\n{text}");
        }
        assert_eq!(text.matches("\n- ").count(), 1, "{text}");
        assert!(stub(&new, None, None).ends_with("First release.\n"));
        let same = Report::of(&new, &new).unwrap();
        assert!(stub(&new, None, Some(&same)).ends_with("- No change of the API.\n"));
    }
}
