//! Reads the sides of a diff: from files, standard input, or git.

use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use super::calls::Calls;
use super::matching::Ids;
use super::prose::Texts;
use crate::document::{Document, decoded, reading};
use crate::failure::Failure;
use crate::spec;
use crate::surface::{Api, Bundle, ReadBeside, Surface, nothing_beside, read_beside};
use crate::text::quoted;

/// One side of a diff.
#[derive(Debug)]
pub(crate) struct Source {
    /// The name it was given on the command line.
    pub(crate) name: String,
    /// The file in the working tree that this is, or a version of it.
    pub(crate) file: Option<String>,
    /// What it says about the wire.
    pub(crate) api: Api,
    /// The operations by their ids, without ids that several have.
    pub(super) ids: Ids,
    /// Its prose. `None` for a printed surface.
    pub(super) texts: Option<Texts>,
    /// What its operations are called in code.
    pub(crate) calls: Calls,
    /// The spec. `None` for a printed surface.
    pub(crate) document: Option<Document>,
}

impl Source {
    /// Reads a file, standard input (`-`), or `REV:path` from the git repository of the current
    /// folder. An existing file with such a name takes precedence.
    pub(crate) fn read(name: &str) -> Result<Self, Failure> {
        let shown = if name == "-" { "stdin" } else { name };
        let source = match name.split_once(':') {
            _ if name == "-" => Self::parse(shown, standard_input()?)?,
            Some(("http" | "https", address)) if address.starts_with("//") => {
                return Err(Failure::nothing_compared(
                    &format!("{name}: nothing is read from addresses"),
                    &format!("download it with `curl -fsSLO {}`, and name the file", quoted(name)),
                ));
            }
            Some((revision, path)) if !Path::new(name).exists() => {
                let text = committed(revision, path)?;
                let beside = |other: &str| committed_beside(revision, path, other);
                let source = Self::parse_with(shown, text, &beside)?;
                Self { file: Some(path.to_owned()), ..source }
            }
            _ => {
                let beside = |other: &str| read_beside(Path::new(name), other);
                let source = Self::parse_with(shown, file(name)?, &beside)?;
                Self { file: Some(name.to_owned()), ..source }
            }
        };
        Ok(source)
    }

    /// Parses a spec or a printed surface, which has no files beside it.
    pub(crate) fn parse(name: &str, text: impl Into<String>) -> Result<Self, Failure> {
        Self::parse_with(name, text.into(), &nothing_beside)
    }

    fn parse_with(name: &str, text: String, beside: &ReadBeside<'_>) -> Result<Self, Failure> {
        let refused = |reason: String| Failure::nothing_compared(&reason, &next_step(name));
        if Surface::is_printed(&text) {
            let surface = Surface::parse(name, &text).map_err(refused)?;
            return Ok(Self {
                name: name.to_owned(),
                file: None,
                api: Api::of_surface(&surface),
                ids: Ids::new(),
                texts: None,
                calls: Calls::default(),
                document: None,
            });
        }
        let document = Document::parse(name, text).map_err(|error| refused(error.to_string()))?;
        Self::of(document, beside).map_err(refused)
    }

    /// Reads a parsed spec and the files beside it.
    pub(crate) fn of(document: Document, beside: &ReadBeside<'_>) -> Result<Self, String> {
        let bundle = Bundle::read(&document, beside);
        let api = Api::of(&bundle)?;
        let (texts, calls) = (Texts::of(&bundle), Calls::of(&bundle));
        drop(bundle);
        Ok(Self {
            name: document.name.clone(),
            file: None,
            api,
            ids: calls.ids(),
            texts: Some(texts),
            calls,
            document: Some(document),
        })
    }

    /// Returns the surface. Fails for a spec that is too large to be written out.
    pub(crate) fn surface(&self) -> Result<Surface, Failure> {
        Surface::of_api(&self.api).map_err(|reason| {
            Failure::nothing_compared(&format!("{}: {reason}", self.name), &next_step(&self.name))
        })
    }

    /// Returns the spec, if code is generated from it: it says how its operations are to be
    /// retried, which no other tool writes.
    pub(crate) fn generated_from(&self) -> Option<&Document> {
        let document = self.document.as_ref()?;
        let paths = spec::members(document.value.get("paths"));
        let mut nodes = paths.flat_map(|(_, item)| spec::METHODS.map(|method| item.get(method)));
        nodes
            .any(|node| node.is_some_and(|node| node.get(spec::RETRY).is_some()))
            .then_some(document)
    }
}

/// Returns what to do about a side that can't be parsed.
fn next_step(name: &str) -> String {
    let (print, saved) = match name.split_once(':') {
        _ if name == "stdin" => ("save what you pipe in to a file".to_owned(), "spec.yaml"),
        Some(_) if !Path::new(name).exists() => {
            (format!("`git show {} > spec.yaml`", quoted(name)), "spec.yaml")
        }
        _ => return format!("fix it until `cargo xtask spec surface {}` works", quoted(name)),
    };
    format!("{print}, then fix it until `cargo xtask spec surface {saved}` works")
}

fn standard_input() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    match read.map_err(|error| error.to_string()).and_then(|_| decoded(bytes)) {
        Ok(text) => Ok(text),
        Err(reason) => Err(Failure::nothing_compared(
            &format!("stdin: {reason}"),
            "pipe a spec or a printed surface into it, as in \
             `curl -fsS URL | cargo xtask spec diff openapi/jogg.yaml -`",
        )),
    }
}

fn file(name: &str) -> Result<String, Failure> {
    let content = std::fs::read(name).map_err(|error| reading(&error)).and_then(decoded);
    content.map_err(|error| {
        let folder = Path::new(name).parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.map_or_else(|| ".".to_owned(), |folder| folder.display().to_string());
        Failure::nothing_compared(
            &format!("{name}: {error}"),
            &format!("name an existing file; `ls {}` lists them", quoted(&folder)),
        )
    })
}

/// Reads a committed file. Without a revision it is the one in git's index.
fn committed(revision: &str, path: &str) -> Result<String, Failure> {
    if revision.starts_with('-') {
        return Err(Failure::nothing_compared(
            &format!("`{revision}` isn't a revision"),
            "name one that `git rev-parse --verify` accepts",
        ));
    }
    let known = format!("{revision}^{{commit}}");
    if !revision.is_empty() && git(&["rev-parse", "--verify", "--quiet", &known])?.is_none() {
        return Err(Failure::nothing_compared(
            &format!("there is no revision `{revision}` in this repository"),
            &format!("run `{}` and compare again", fetch_command(revision)),
        ));
    }
    let object = format!("{revision}:{path}");
    let Some(content) = git(&["cat-file", "blob", &object])? else {
        let list = match revision {
            "" => "git ls-files".to_owned(),
            _ => format!("git ls-tree -r --name-only --full-tree {}", quoted(revision)),
        };
        return Err(Failure::nothing_compared(
            &format!("there is no file `{path}` in `{revision}`"),
            &format!("`{list}` lists the files, with paths from the root of the repository"),
        ));
    };
    decoded(content).map_err(|reason| {
        Failure::nothing_compared(&format!("{object}: {reason}"), "name another file or revision")
    })
}

/// Reads a committed file beside another.
fn committed_beside(revision: &str, path: &str, other: &str) -> Result<String, String> {
    let mut steps: Vec<&str> = path.split('/').collect();
    steps.pop();
    for step in other.split('/') {
        match step {
            ".." => match steps.pop() {
                None => return Err(format!("{other} is outside of the repository")),
                // The path is one from the current folder.
                Some(".") => steps.push(".."),
                Some("..") => steps.extend(["..", ".."]),
                Some(_) => {}
            },
            step => steps.push(step),
        }
    }
    let object = format!("{revision}:{}", steps.join("/"));
    match git(&["cat-file", "blob", &object]) {
        Ok(Some(content)) => decoded(content).map_err(|reason| format!("{object}: {reason}")),
        Ok(None) => Err(format!("there is no file {object}")),
        Err(failure) => Err(failure.message),
    }
}

/// Returns what git prints, `None` if it fails.
pub(crate) fn git(arguments: &[&str]) -> Result<Option<Vec<u8>>, Failure> {
    match Command::new("git").args(arguments).output() {
        Ok(output) if output.status.success() => Ok(Some(output.stdout)),
        Ok(output) => match String::from_utf8_lossy(&output.stderr) {
            message if message.contains("not a git repository") => Err(Failure::nothing_compared(
                "the current folder isn't in a git repository",
                "`cd` into one, or name two files",
            )),
            _ => Ok(None),
        },
        Err(error) => Err(Failure::nothing_compared(
            &format!("git cannot be run: {error}"),
            "install it (`apt-get install git`), or name two files",
        )),
    }
}

/// Returns the command that fetches a missing revision.
fn fetch_command(revision: &str) -> String {
    let name = revision.split(['~', '^', '@']).next().unwrap_or(revision);
    let hash = name.len() >= 7 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let version = name.trim_start_matches('v').starts_with(|first: char| first.is_ascii_digit());
    match name.split_once('/') {
        // An ancestor of an existing commit: the clone is shallow.
        _ if name.len() < revision.len() || name == "HEAD" => "git fetch --unshallow".to_owned(),
        _ if hash => format!("git fetch origin {name}"),
        Some(("origin", branch)) => {
            let target = format!("{branch}:refs/remotes/origin/{branch}");
            format!("git fetch origin {}", quoted(&target))
        }
        _ if version => format!("git fetch origin tag {}", quoted(name)),
        _ => format!("git fetch origin {}", quoted(&format!("{name}:{name}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_fetch(revision: &str, expected: &str) {
        assert_eq!(fetch_command(revision), expected);
    }

    #[test]
    fn the_command_fetches_the_missing_revision() {
        check_fetch("origin/main", "git fetch origin main:refs/remotes/origin/main");
        check_fetch("v1.2.0", "git fetch origin tag v1.2.0");
        check_fetch("0123abcd", "git fetch origin 0123abcd");
        check_fetch("feature/a b", "git fetch origin 'feature/a b:feature/a b'");
        check_fetch("HEAD~3", "git fetch --unshallow");
        check_fetch("main~3", "git fetch --unshallow");
    }

    #[track_caller]
    fn check_parse(text: &str, is_spec: bool) {
        let source = Source::parse("x", text).unwrap();
        assert_eq!(source.document.is_some(), is_spec, "{text}");
        assert!(!source.api.lines.is_empty(), "{text}");
    }

    #[test]
    fn specs_and_surfaces_are_distinguished() {
        check_parse("openapi: 3.0.3\npaths: {/a: {get: {}}}\n", true);
        check_parse("# jogg surface 1\nGET /a declared\n", false);
    }

    #[track_caller]
    fn check_refused(text: &str, expected: &str) {
        let failure = Source::parse("spec.yaml", text).unwrap_err();
        assert_eq!(failure.exit, 3, "{text}");
        assert!(failure.message.contains(expected), "{}", failure.message);
        let next = "fix it until `cargo xtask spec surface spec.yaml` works";
        assert!(failure.message.contains(next), "{}", failure.message);
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_the_next_command() {
        check_refused("", "spec.yaml:1:1: the file is empty");
        check_refused("a: 1\na: 2\n", "the key `a` is here for the second time");
        check_refused("swagger: '2.0'\n", "this isn't an OpenAPI 3 document");
        check_refused("# jogg surface 0\n", "the first line must be `# jogg surface 1`");
        check_refused("# jogg surface 1\nGET\n", "spec.yaml:2:1:");
    }
    #[test]
    fn what_to_fix_is_where_it_came_from() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a:b.yaml");
        std::fs::write(&file, "a: [").unwrap();
        let file = file.to_str().unwrap();
        for (name, expected) in [
            (
                "stdin",
                "save what you pipe in to a file, then fix it until `cargo xtask spec \
                       surface spec.yaml` works",
            ),
            (
                "HEAD:a.yaml",
                "`git show HEAD:a.yaml > spec.yaml`, then fix it until `cargo xtask \
                             spec surface spec.yaml` works",
            ),
            (file, &format!(": fix it until `cargo xtask spec surface {}` works", quoted(file))),
        ] {
            let failure = Source::parse(name, "a: [").unwrap_err();
            assert!(failure.message.contains(expected), "{}", failure.message);
        }
    }
}
