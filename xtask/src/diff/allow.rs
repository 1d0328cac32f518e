//! `--allow FILE`: the changes between two specs that are meant, each with its reason. They are
//! reported as allowed, and don't fail the run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use super::change::Change;
use super::rules;
use crate::failure::Failure;

/// Stands for a reason that isn't written yet.
const UNFINISHED: &str = "TODO";

/// What an entry is like.
const EXAMPLE: &str = "[[allow]]
rule = \"property-removed\"
at = \"response 200 application/json $.name\"
operations = [\"GET /pets\"]
reason = \"No client reads it.\"";

/// The changes that a file allows.
#[derive(Debug)]
pub(crate) struct Allowed {
    name: String,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// The number of its first line.
    line: usize,
    row: Row,
}

/// An entry in TOML.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    rule: String,
    /// The place, as reports write it. It may end with `*`.
    at: String,
    operations: Operations,
    /// The values, as reports in JSON have them. Any, if they are missing.
    old: Option<String>,
    new: Option<String>,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Operations {
    Word(String),
    List(BTreeSet<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    allow: Vec<Spanned<Row>>,
}

impl Allowed {
    /// Reads a file. Fails for one that is missing, malformed, or has an entry without a reason.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::nothing_compared(&format!("{name}: {error}"), "name the file of `[[allow]]`s")
        })?;
        Self::parse(&name, &text)
    }

    fn parse(name: &str, text: &str) -> Result<Self, Failure> {
        let line = |offset: usize| text.get(..offset).unwrap_or_default().matches('\n').count() + 1;
        let refused = |offset: usize, reason: &str| {
            let next = format!("correct the entry; one has the form\n{EXAMPLE}");
            Failure::nothing_compared(&format!("{name}:{}: {reason}", line(offset)), &next)
        };
        let file: File = toml::from_str(text)
            .map_err(|error| refused(error.span().map_or(0, |span| span.start), error.message()))?;
        let mut entries = Vec::new();
        for row in file.allow {
            let start = row.span().start;
            let row = row.into_inner();
            row.check().map_err(|reason| refused(start, &reason))?;
            entries.push(Entry { line: line(start), row });
        }
        Ok(Self { name: name.to_owned(), entries })
    }

    /// Returns the reasons of the changes that are allowed, by their fingerprints, and a message
    /// for each entry that allows nothing.
    pub(super) fn apply(&self, changes: &[Change]) -> (BTreeMap<String, String>, Vec<String>) {
        let (mut reasons, mut stale) = (BTreeMap::new(), Vec::new());
        for Entry { line, row } in &self.entries {
            let mut missing = match &row.operations {
                Operations::Word(_) => BTreeSet::new(),
                Operations::List(operations) => operations.clone(),
            };
            let mut found = false;
            for change in changes.iter().filter(|change| row.covers(change)) {
                found = true;
                missing.remove(&change.operation_name());
                let reason = row.reason.split_whitespace().collect::<Vec<_>>().join(" ");
                reasons.insert(change.fingerprint(), reason);
            }
            let missing = missing.into_iter().collect::<Vec<_>>().join(", ");
            let place = format!("{}:{line}: {} at {}", self.name, row.rule, row.at);
            match (found, missing.as_str()) {
                (true, "") => {}
                (true, missing) => stale.push(format!("{place} isn't a change of {missing}")),
                (false, _) => stale.push(format!("{place} isn't a change")),
            }
        }
        (reasons, stale)
    }

    /// Returns an entry for a change, whose reason is still to be written.
    pub(super) fn stub(change: &Change) -> String {
        let string = |value: &str| Value::from(value).to_string();
        let mut lines = vec![
            "[[allow]]".to_owned(),
            format!("rule = {}", string(change.rule.id)),
            format!("at = {}", string(&change.at)),
            format!("operations = [{}]", string(&change.operation_name())),
        ];
        for (name, value) in [("old", &change.old), ("new", &change.new)] {
            lines.extend(value.as_ref().map(|value| format!("{name} = {}", string(value))));
        }
        lines.push(format!("reason = \"{UNFINISHED}\""));
        lines.join("\n")
    }
}

impl Row {
    fn check(&self) -> Result<(), String> {
        if !rules::rules().any(|rule| rule.id == self.rule) {
            let reason = "isn't a rule; `cargo xtask spec rules` lists them";
            return Err(format!("`{}` {reason}", self.rule));
        }
        match &self.operations {
            Operations::Word(word) if word == "any" => {}
            Operations::List(list) if !list.is_empty() => {}
            _ => {
                let form = "`operations` must be \"any\" or a list such as [\"GET /a\"]";
                return Err(form.to_owned());
            }
        }
        let reason = self.reason.trim();
        match reason.is_empty() || reason.to_uppercase().starts_with(UNFINISHED) {
            true => Err("the entry has no reason; write why the change is meant".to_owned()),
            false => Ok(()),
        }
    }

    fn covers(&self, change: &Change) -> bool {
        let at = match self.at.strip_suffix('*') {
            Some(start) => change.at.starts_with(start),
            None => change.at == self.at,
        };
        let operation = match &self.operations {
            Operations::Word(_) => true,
            Operations::List(operations) => operations.contains(&change.operation_name()),
        };
        let has =
            |wanted: &Option<String>, value: &Option<String>| wanted.is_none() || wanted == value;
        at && operation
            && self.rule == change.rule.id
            && has(&self.old, &change.old)
            && has(&self.new, &change.new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::report::Report;
    use crate::diff::source::Source;

    const OLD: &str = "{/a: {get: {parameters: [{name: p, in: query}, {name: q, in: query}]}}, \
                       /b: {get: {parameters: [{name: q, in: query}]}}}";

    fn changes() -> Vec<Change> {
        let [old, new] = [OLD, "{/a: {get: {}}, /b: {get: {}}}"]
            .map(|paths| Source::parse("spec", format!("openapi: 3.0.3\npaths: {paths}")).unwrap());
        Report::of(&old, &new).unwrap().changes
    }

    fn entry(at: &str, operations: &str, more: &str) -> String {
        let start = "[[allow]]\nrule = \"parameter-removed\"\nreason = \"Never read.\"";
        format!("{start}\nat = \"{at}\"\noperations = {operations}\n{more}\n")
    }

    /// Compares how many of the three changes are allowed, and what the stale entries are.
    #[track_caller]
    fn check(text: &str, count: usize, expected: &[&str]) {
        let (reasons, stale) = Allowed::parse("a.toml", text).unwrap().apply(&changes());
        assert_eq!(reasons.len(), count, "{text}");
        assert!(reasons.values().all(|reason| reason == "Never read."));
        assert_eq!(stale, expected, "{text}");
    }

    #[test]
    fn entries_allow_what_they_name() {
        check("", 0, &[]);
        check(&entry("query q", "\"any\"", ""), 2, &[]);
        check(&entry("query q", "[\"GET /a\"]", ""), 1, &[]);
        check(&entry("query *", "\"any\"", ""), 3, &[]);
        check(&entry("*", "[\"GET /a\", \"GET /b\"]", "old = \"any\""), 3, &[]);
    }

    #[test]
    fn an_entry_without_a_change_is_stale() {
        let stale = "a.toml:1: parameter-removed at query";
        check(&entry("query r", "\"any\"", ""), 0, &[&format!("{stale} r isn't a change")]);
        check(
            &entry("query q", "\"any\"", "old = \"text\""),
            0,
            &[&format!("{stale} q isn't a change")],
        );
        let both = entry("query p", "[\"GET /a\", \"GET /b\"]", "");
        check(&both, 1, &[&format!("{stale} p isn't a change of GET /b")]);
        let second = both.clone() + &entry("query", "\"any\"", "");
        let second = second.replace("GET /b", "GET /a");
        assert!(
            Allowed::parse("a.toml", &second).unwrap().apply(&changes()).1[0]
                .starts_with("a.toml:7:")
        );
    }

    #[track_caller]
    fn check_refused(text: &str, expected: &str) {
        let failure = Allowed::parse("a.toml", text).unwrap_err();
        assert_eq!(failure.exit, 3);
        assert!(failure.message.contains(expected), "{}", failure.message);
    }

    #[test]
    fn every_entry_has_a_reason_and_a_known_form() {
        let good = entry("query q", "\"any\"", "");
        let none = "a.toml:1: the entry has no reason";
        for reason in ["", "  ", "TODO", "todo: later"] {
            check_refused(&good.replace("Never read.", reason), none);
        }
        check_refused(&good.replace("reason = \"Never read.\"\n", ""), "missing field `reason`");
        check_refused(&good.replace("-removed", "-gone"), "`parameter-gone` isn't a rule; `cargo");
        check_refused(
            &good.replace("\"any\"", "\"all\""),
            "`operations` must be \"any\" or a list",
        );
        check_refused(&good.replace("\"any\"", "[]"), "`operations` must be \"any\" or a list");
        check_refused(&(good.clone() + "why = 1\n"), "unknown field `why`");
        check_refused("[[allow", "a.toml:1: ");
        let (reasons, _) = Allowed::parse("a.toml", EXAMPLE).unwrap().apply(&changes());
        assert!(reasons.is_empty());
    }

    #[test]
    fn a_stub_allows_its_change_once_it_has_a_reason() {
        for change in &changes() {
            let stub = Allowed::stub(change);
            check_refused(&stub, "the entry has no reason");
            check(&stub.replace("TODO", "Never read."), 1, &[]);
        }
    }
}
