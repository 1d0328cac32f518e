//! `cargo xtask regen`: everything that follows a change of the spec, in order. Stops at the first
//! step that fails.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::diff::change::Change;
use crate::diff::render;
use crate::diff::report::{Bump, Report};
use crate::diff::source::{Source, git};
use crate::drift::pin::{PINNED, Pin};
use crate::failure::Failure;
use crate::output::{print, say};
use crate::public_api::PublicApi;
use crate::surface::nothing_beside;
use crate::text::{code, counted, quoted};
use crate::workspace::{SPEC, root, shown};
use crate::{codegen, lint, spec};

/// The folders with snapshots, from the root of the workspace.
const SNAPSHOTS: [&str; 4] = ["jogg-api", "jogg-api-ext", "tests", "xtask"];
/// How the names of pending snapshots end.
const PENDING: [&str; 2] = [".snap.new", ".pending-snap"];

/// The arguments of `regen`.
#[derive(Debug, clap::Args)]
pub(crate) struct RegenArguments {
    /// The spec to generate from [default: openapi/jogg.yaml]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// The folder to write the generated files to [default: jogg-api/src/generated]
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// The revision to compare with [default: the newest tag v*, or else HEAD]
    #[arg(long, value_name = "REV")]
    base: Option<String>,
}

/// Lints, generates, lists pending snapshots, compares spec and generated code with the base, and
/// prints a draft for the changelog.
pub(crate) fn run(arguments: &RegenArguments) -> Result<(), Failure> {
    let RegenArguments { spec, output, base } = arguments;
    say!("== spec lint");
    let file = spec.as_ref().map(|path| format!(" {}", quoted(&path.display().to_string())));
    let command = format!("cargo xtask spec lint{}", file.unwrap_or_default());
    lint::run(spec.clone()).map_err(|failure| stopped(failure, &command))?;

    say!("\n== codegen");
    let mut command = "cargo xtask codegen".to_owned();
    for (name, path) in [("spec", spec), ("output", output)] {
        if let Some(path) = path {
            let _ = write!(command, " --{name} {}", quoted(&path.display().to_string()));
        }
    }
    codegen::run(spec.clone(), output.clone(), false)
        .map_err(|failure| stopped(failure, &command))?;

    say!("\n== pending snapshots");
    print(format_args!("{}", pending_list(&pending(root()))));

    let now = current(spec.as_deref())?;
    let folder = output.clone().unwrap_or_else(|| root().join(codegen::GENERATED));
    let report = match base.clone().map_or_else(newest_base, |base| Ok(Some(base)))? {
        None => {
            say!("\n== nothing to compare with: this repository has no commit");
            None
        }
        Some(base) => {
            say!("\n== what changed since {base}");
            let report = since(&base, &now, &folder)?;
            print(format_args!("{}", render::text(&report)));
            Some(report)
        }
    };

    say!("\n== for CHANGELOG.md\n");
    let pin = Pin::read(&root().join(PINNED), PINNED)?;
    print(format_args!("{}", changelog(&now, pin.as_ref(), report.as_ref())));
    Ok(())
}

/// Compares the spec and the generated code with those of a revision.
fn since(base: &str, now: &Source, folder: &Path) -> Result<Report, Failure> {
    let old = format!("{base}:{SPEC}");
    let command = format!("cargo xtask spec diff {} {}", quoted(&old), quoted(&now.name));
    let report = Source::read(&old).and_then(|old| Report::of(&old, now));
    let mut report = report.map_err(|failure| stopped(failure, &command))?;
    // The files that were committed, not what today's generator makes of the old spec: a change of
    // the generator is a change for users as well.
    let (old, new) = (committed_api(base)?, written_api(folder)?);
    report.api = Some(old.changes_to(&new));
    Ok(report)
}

/// Reads the generated code of a revision.
fn committed_api(base: &str) -> Result<PublicApi, Failure> {
    let tree = format!("{base}:{}", codegen::GENERATED);
    let names = repository(&["ls-tree", "--name-only", &tree])?.unwrap_or_default();
    let mut files = Vec::new();
    for name in names.lines().filter(|name| *name != "mod.rs") {
        let text = repository(&["cat-file", "blob", &format!("{tree}/{name}")])?;
        files.push((name.to_owned(), text.unwrap_or_default()));
    }
    public_api(&tree, &files)
}

/// Reads the generated code in a folder.
fn written_api(folder: &Path) -> Result<PublicApi, Failure> {
    let unreadable =
        |error: std::io::Error| Failure::unreadable(format!("{}: {error}", shown(folder)));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rs") && name != "mod.rs" {
            files.push((name, std::fs::read_to_string(entry.path()).map_err(unreadable)?));
        }
    }
    public_api(&shown(folder), &files)
}

fn public_api(place: &str, files: &[(String, String)]) -> Result<PublicApi, Failure> {
    PublicApi::of(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
        .map_err(|reason| Failure::unreadable(format!("{place}/{reason}")))
}

/// Adds the command that shows the failure alone.
fn stopped(failure: Failure, command: &str) -> Failure {
    let Failure { message, exit } = failure;
    let message = format!(
        "{message}\nregen stopped here: fix it until `{command}` passes, then run regen again"
    );
    Failure { message, exit }
}

/// Lists the snapshots that wait for review, from the root.
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

fn pending_list(pending: &[String]) -> String {
    if pending.is_empty() {
        let test = "cargo test --workspace";
        return format!("none; run `{test}` to see which snapshots change\n");
    }
    let mut output = String::new();
    for file in pending {
        let _ = writeln!(output, "{file}");
    }
    let _ = writeln!(output, "review each with `cargo insta review`");
    output
}

/// Reads the spec that was generated from.
fn current(file: Option<&Path>) -> Result<Source, Failure> {
    let file = file.map(Path::to_path_buf);
    let document = spec::open(file)?;
    Source::of(document, &nothing_beside).map_err(Failure::unreadable)
}

/// Returns the newest release, or else the last commit. `None` without git, or before the first
/// commit.
fn newest_base() -> Result<Option<String>, Failure> {
    let tags = repository(&["tag", "--list", "v*", "--sort=-version:refname"])?;
    let newest = tags.and_then(|tags| tags.lines().next().map(str::to_owned));
    Ok(match newest {
        Some(tag) => Some(tag),
        None => {
            repository(&["rev-parse", "--verify", "--quiet", "HEAD"])?.map(|_| "HEAD".to_owned())
        }
    })
}

/// Returns what git prints about this repository. `None` if it fails.
fn repository(arguments: &[&str]) -> Result<Option<String>, Failure> {
    let folder = root().display().to_string();
    let output = git(&[&["-C", folder.as_str()], arguments].concat())?;
    Ok(output.map(|text| String::from_utf8_lossy(&text).into_owned()))
}

/// Returns a draft for the changelog, which a person rewrites.
fn changelog(now: &Source, pin: Option<&Pin>, report: Option<&Report>) -> String {
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
    let mut changes: BTreeMap<String, Vec<&Change>> = BTreeMap::new();
    for change in &report.changes {
        changes.entry(change.shared_fingerprint()).or_default().push(change);
    }
    // In the order of the report. A change that operations share is listed once.
    for first in &report.changes {
        let Some(sharing) = changes.remove(&first.shared_fingerprint()) else { continue };
        let effect = first.effect();
        let place = match sharing.len() {
            1 => code(&first.operation_name()),
            count => counted(count, "operation"),
        };
        let _ = writeln!(
            output,
            "- {place}: {} at {}: {} (wire {}, source {})",
            first.rule.id,
            code(&first.at),
            render::values(first, code),
            effect.wire,
            effect.source
        );
    }
    let mut lines = render::api_lines(report, code).into_iter().skip(1).peekable();
    if lines.peek().is_some() {
        output.push_str("- The generated code:\n");
    }
    for line in lines {
        let _ = writeln!(output, "  - {}", line.trim_start());
    }
    if report.bumps().iter().all(|(_, bump)| *bump == Bump::None) {
        output.push_str("- No change of the API.\n");
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pending_snapshots_are_listed_wherever_they_are() {
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
        assert!(pending_list(&pending).ends_with("review each with `cargo insta review`\n"));
        assert!(pending_list(&[]).contains("cargo test --workspace"));
    }

    const OLD: &str = "openapi: 3.0.3\npaths: {/a: {get: {parameters: [{name: q, in: query}]}}, \
                       /b: {get: {parameters: [{name: q, in: query}]}}}\n";
    const NEW: &str = "openapi: 3.0.3\npaths: {/a: {get: {}}, /b: {get: {}}}\n";

    #[test]
    fn the_changelog_has_hashes_date_bump_and_each_change_once() {
        let [old, new] = [OLD, NEW].map(|text| Source::parse("spec.yaml", text).unwrap());
        let hash = &new.document.as_ref().unwrap().sha256;
        let report = Report::of(&old, &new).unwrap();
        let pin = Pin::new("2026-03-30", Source::parse("up.yaml", OLD).unwrap()).unwrap();
        let text = changelog(&new, Some(&pin), Some(&report));
        for part in [
            &format!("Generated from `spec.yaml`, sha256 `{hash}`."),
            &format!("vendor's spec of 2026-03-30, sha256 `{}`.", pin.sha256),
            "Version bump: jogg-api minor, jogg-api-ext minor.",
            "- 2 operations: parameter-removed at `query q`: removed `any` (wire risk, source break)",
        ] {
            assert!(text.contains(part), "`{part}` is not in\n{text}");
        }
        assert_eq!(text.matches("\n- ").count(), 1, "{text}");
        assert!(changelog(&new, None, None).ends_with("First release.\n"));
        let same = Report::of(&new, &new).unwrap();
        assert!(changelog(&new, None, Some(&same)).ends_with("- No change of the API.\n"));
    }
}
