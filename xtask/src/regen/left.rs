//! What is left to people after a change of the spec, with file and place.

use std::collections::BTreeSet;
use std::path::Path;

use crate::diff::change::Change;
use crate::diff::report::Report;
use crate::diff::source::Source;
use crate::document::Value;
use crate::spec::{self, Operation};
use crate::text::counted;

/// Where the groups are, from the root of the workspace.
const RESOURCES: &str = "jogg-api-ext/src/resources";
/// The group that has a folder.
const ASSETS: &str = "assets";
/// The sources that read responses.
const READERS: &str = "jogg-api-ext/src";
/// The rules of fields that a request may have now.
const ADDED: [&str; 5] = [
    "first-parameter-added",
    "parameter-added",
    "property-added",
    "required-parameter-added",
    "required-property-added",
];
/// At most this many places are named in a line.
const NAMED: usize = 3;

/// What the steps before have found.
pub(super) struct Left<'l> {
    pub(super) spec: &'l Source,
    /// What changed since the base, if there is one.
    pub(super) report: Option<&'l Report>,
    /// What the compiler says.
    pub(super) errors: &'l [String],
    /// Differences to upstream that the ledger doesn't explain.
    pub(super) drift: &'l [String],
    /// The snapshots that wait for a review.
    pub(super) pending: &'l [String],
}

impl Left<'_> {
    /// Returns what to do, in order. `root` is the root of the workspace.
    pub(super) fn items(&self, root: &Path) -> Vec<String> {
        let mut items: Vec<String> = self.errors.to_vec();
        items.extend(self.properties(root));
        items.extend(self.methods(root));
        items.extend(self.fields(root));
        items.extend(self.drift.iter().cloned());
        if !self.pending.is_empty() {
            let count = counted(self.pending.len(), "snapshot");
            items.push(format!("{count}, listed above: `cargo insta review`"));
        }
        items.push(
            "`cargo test --workspace --no-fail-fast`: its messages name cases that are missing"
                .to_owned(),
        );
        if self.report.is_some_and(|report| !report.changes.is_empty()) {
            items.push("CHANGELOG.md: rewrite the draft above for users".to_owned());
        }
        items
    }

    /// Names the removed properties of responses that sources read by their names on the wire.
    /// Where they read fields, the compiler says so.
    fn properties(&self, root: &Path) -> Vec<String> {
        let mut items = Vec::new();
        let mut names = BTreeSet::new();
        for change in self.changes(&["property-removed"]) {
            let Some(name) = property(change).filter(|_| change.at.starts_with("response")) else {
                continue;
            };
            if !names.insert(name.clone()) {
                continue;
            }
            let places = places(&root.join(READERS), root, &format!("\"{name}\""));
            if !places.is_empty() {
                let more = places.len().saturating_sub(NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let named = places.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
                let operation = change.operation_name();
                items.push(format!(
                    "{named}{more}: `{name}` is no longer in the response of {operation}; read \
                     what it is called now"
                ));
            }
        }
        items
    }

    /// Names the operations that no method of a group calls.
    fn methods(&self, root: &Path) -> Vec<String> {
        let Some(document) = &self.spec.document else { return Vec::new() };
        let all = spec::operations(document);
        let mut items = Vec::new();
        for operation in &all {
            let place = document.location(&format!("{}/{}", operation.pointer, spec::CALL));
            let id = operation.id();
            let Some((group, method)) = operation.call().and_then(|call| call.split_once("()."))
            else {
                let file = neighbor(operation, &all)
                    .map_or_else(|| format!("a new group in {RESOURCES}/"), |group| file(&group));
                items.push(format!(
                    "`{id}` is wrapped by no group: add a method to {file}, and its name to {place}"
                ));
                continue;
            };
            let path = file(group);
            let text = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
            let is_there = [format!("fn {method}("), format!("fn {method}<")];
            if !is_there.iter().any(|start| text.contains(start)) {
                items.push(format!("`{id}`: {path} has no method `{method}`, which {place} names"));
            }
        }
        items
    }

    /// Names the fields that were added to requests, and that no builder sets yet.
    fn fields(&self, root: &Path) -> Vec<String> {
        let mut items = Vec::new();
        for change in self.changes(&ADDED) {
            let is_sent = change.at.starts_with("request") || change.at.starts_with("query");
            let call =
                self.report.and_then(|report| report.calls.get(change.operation.as_ref()).method);
            let (Some(name), Some(call), true) = (property(change), call, is_sent) else {
                continue;
            };
            let path = file(call.split("().").next().unwrap_or_default());
            let text = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
            if !text
                .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .any(|word| word == name)
            {
                items.push(format!(
                    "{path}: add a line for `{name}` to the `request!` block of `{call}`, and send \
                     it in tests/suite/wire/ and in tests/src/bin/smoke/"
                ));
            }
        }
        items
    }

    fn changes<'c>(&'c self, rules: &[&str]) -> Vec<&'c Change> {
        let changes = self.report.map(|report| report.changes.as_slice()).unwrap_or_default();
        changes.iter().filter(|change| rules.contains(&change.rule.id)).collect()
    }
}

/// Returns the name at the end of a place: of the property, or of the parameter.
fn property(change: &Change) -> Option<String> {
    let at = change.at.strip_suffix(" $").unwrap_or(&change.at);
    let name = at.rsplit(['.', ' ']).next()?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    (!name.is_empty() && name.bytes().all(is_name)).then(|| name.to_owned())
}

/// Returns the group of another operation with the same tag.
fn neighbor(operation: &Operation<'_>, all: &[Operation<'_>]) -> Option<String> {
    let tag = |operation: &Operation<'_>| {
        spec::list(operation.node, "tags").first().and_then(Value::as_str).map(str::to_owned)
    };
    let mut neighbors = all.iter().filter(|other| tag(other) == tag(operation));
    neighbors.find_map(|other| Some(other.call()?.split_once("().")?.0.to_owned()))
}

/// Returns the file of a group.
fn file(group: &str) -> String {
    match group {
        ASSETS => "jogg-api-ext/src/assets/group.rs".to_owned(),
        group => format!("{RESOURCES}/{group}.rs"),
    }
}

/// Returns where sources have a text: `file:line`, from the root.
fn places(folder: &Path, root: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(places(&path, root, text));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let content = std::fs::read_to_string(&path).unwrap_or_default();
            let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            let lines = content.lines().enumerate().filter(|(_, line)| line.contains(text));
            found.extend(lines.map(|(number, _)| format!("{shown}:{}", number + 1)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATHS: &str = "{
      /a: {get: {operationId: list_a, tags: [A], x-jogg-call: a().list, PARAMETERS
        responses: {'200': {content: {application/json: {schema: {properties: {WORD: {}}}}}}}}},
      /a/new: {post: {operationId: create_a, tags: [A], x-jogg-call: call}},
      /b: {get: {operationId: list_b, tags: [B], x-jogg-call: call}},
      /c: {get: {operationId: list_c, tags: [C], x-jogg-call: a().c}}}";

    fn spec(parameters: &str, word: &str) -> Source {
        let paths = PATHS.replace("PARAMETERS", parameters).replace("WORD", word);
        Source::parse("spec.yaml", format!("openapi: 3.0.3\npaths: {paths}\n")).unwrap()
    }

    #[test]
    fn each_thing_to_do_has_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let group = folder.path().join(RESOURCES);
        std::fs::create_dir_all(&group).unwrap();
        let text = "pub fn list(&self) {}\nsize: i64,\nlet word = raw.get(\"word\");\n";
        std::fs::write(group.join("a.rs"), text).unwrap();
        let parameters = "parameters: [{name: size, in: query}, {name: kind, in: query}],";
        let (old, new) = (spec("", "word"), spec(parameters, "text"));
        let report = Report::of(&old, &new).unwrap();
        let left = Left {
            spec: &new,
            report: Some(&report),
            errors: &["a.rs:1:1: no".to_owned()],
            drift: &["openapi/drift.toml:3: no reason".to_owned()],
            pending: &["a.snap.new".to_owned()],
        };
        let file = "jogg-api-ext/src/resources/a.rs";
        assert_eq!(
            left.items(folder.path()),
            [
                "a.rs:1:1: no".to_owned(),
                format!(
                    "{file}:3: `word` is no longer in the response of GET /a; read what it is \
                     called now"
                ),
                format!(
                    "`create_a` is wrapped by no group: add a method to {file}, and its name to \
                     spec.yaml:5:57"
                ),
                "`list_b` is wrapped by no group: add a method to a new group in \
                 jogg-api-ext/src/resources/, and its name to spec.yaml:6:50"
                    .to_owned(),
                format!("`list_c`: {file} has no method `c`, which spec.yaml:7:50 names"),
                format!(
                    "{file}: add a line for `kind` to the `request!` block of `a().list`, and send \
                     it in tests/suite/wire/ and in tests/src/bin/smoke/"
                ),
                "openapi/drift.toml:3: no reason".to_owned(),
                "1 snapshot, listed above: `cargo insta review`".to_owned(),
                "`cargo test --workspace --no-fail-fast`: its messages name cases that are missing"
                    .to_owned(),
                "CHANGELOG.md: rewrite the draft above for users".to_owned(),
            ]
        );
    }
}
