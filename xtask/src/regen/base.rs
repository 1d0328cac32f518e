//! What is compared with: the spec and the generated code of an earlier revision.

use std::path::Path;

use crate::codegen;
use crate::diff::report::Report;
use crate::diff::source::{Source, git};
use crate::failure::Failure;
use crate::public_api::PublicApi;
use crate::text::quoted;
use crate::workspace::{SPEC, root, shown};

/// Returns the newest release, or else the last commit. `None` without git, or before the first
/// commit.
pub(super) fn newest_base() -> Result<Option<String>, Failure> {
    let tags = repository(&["tag", "--list", "v*", "--sort=-version:refname"])?;
    let newest = tags.and_then(|tags| tags.lines().next().map(str::to_owned));
    Ok(match newest {
        Some(tag) => Some(tag),
        None => {
            repository(&["rev-parse", "--verify", "--quiet", "HEAD"])?.map(|_| "HEAD".to_owned())
        }
    })
}

/// Compares the spec and the generated code with those of a revision.
pub(super) fn since(base: &str, now: &Source, folder: &Path) -> Result<Report, Failure> {
    let old = format!("{base}:{SPEC}");
    let command = format!("cargo xtask spec diff {} {}", quoted(&old), quoted(&now.name));
    let report = Source::read(&old).and_then(|old| Report::of(&old, now));
    let mut report = report.map_err(|failure| failure.stopping(&command))?;
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

/// Returns what git prints about this repository. `None` if it fails.
fn repository(arguments: &[&str]) -> Result<Option<String>, Failure> {
    let folder = root().display().to_string();
    let output = git(&[&["-C", folder.as_str()], arguments].concat())?;
    Ok(output.map(|text| String::from_utf8_lossy(&text).into_owned()))
}
