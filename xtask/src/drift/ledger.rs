//! `openapi/drift.toml`: the intended differences between upstream and our spec, each with a
//! reason. People edit the text too, so entries are added and removed, and the rest is unchanged.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::difference::Difference;
use crate::failure::Failure;

/// The beginning of a new ledger.
const PREAMBLE: &str =
    "# The intended differences between the vendor's published spec and jogg.yaml.\n";
/// The first line of each entry.
const ENTRY: &str = "[[change]]";
/// Stands for a reason that isn't written yet.
const UNFINISHED: &str = "TODO";

/// The ledger, with its text.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) entries: Vec<Entry>,
}

/// One acknowledged difference.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The number of its first line.
    pub(crate) line: usize,
    pub(crate) difference: Difference,
    pub(crate) operations: Operations,
    pub(crate) reason: String,
    /// Where the entry and its operations are in the text.
    place: Range<usize>,
    operations_place: Range<usize>,
}

/// The operations that have the difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operations {
    /// Every operation on both sides, including future ones.
    All,
    /// Those that have the difference, and there may be more: the entry is a policy, whose place
    /// may end with `*`.
    Any,
    Listed(BTreeSet<String>),
}

impl Ledger {
    /// Creates a ledger without entries.
    pub(crate) fn empty(name: &str) -> Self {
        Self { name: name.to_owned(), text: PREAMBLE.to_owned(), entries: Vec::new() }
    }

    /// Parses a ledger. The error names the line that is wrong.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, Failure> {
        let refused = |offset: usize, reason: &str| {
            let before = text.get(..offset).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            Failure::unreadable(format!(
                "{name}:{line}: {reason}\nnothing was compared: fix the entry; one that \
                     `cargo xtask spec accept` wrote shows the form"
            ))
        };
        let file: File = toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            refused(offset, error.message())
        })?;
        let places = places(text);
        if places.len() != file.change.len() {
            let reason = format!("each entry must begin with `{ENTRY}` on a line of its own");
            return Err(refused(0, &reason));
        }
        let mut entries = Vec::new();
        for (row, place) in file.change.into_iter().zip(places) {
            let start = place.start;
            entries.push(Entry::of(row, place, text).map_err(|reason| refused(start, &reason))?);
        }
        Ok(Self { name: name.to_owned(), text: text.to_owned(), entries })
    }

    /// Returns the text with stubs at its end.
    pub(crate) fn with_stubs(&self, stubs: &[(Difference, Operations)]) -> String {
        let mut text = self.text.clone();
        for (difference, operations) in stubs {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text.push('\n');
            text.push_str(&stub(difference, operations));
        }
        text
    }

    /// Returns the text with the remaining operations of stale entries, and without entries that
    /// have none left.
    pub(crate) fn without(&self, stale: &[(&Entry, Operations)]) -> String {
        let mut cuts: Vec<(Range<usize>, String)> = Vec::new();
        for (entry, left) in stale {
            cuts.push(match left {
                Operations::Listed(left) if left.is_empty() => (entry.place.clone(), String::new()),
                left => (entry.operations_place.clone(), left.value()),
            });
        }
        cuts.sort_by_key(|(place, _)| place.start);
        let mut text = self.text.clone();
        for (place, instead) in cuts.into_iter().rev() {
            text.replace_range(place, &instead);
        }
        text
    }
}

impl Entry {
    /// Whether the entry has a reason.
    pub(crate) fn has_reason(&self) -> bool {
        let reason = self.reason.trim();
        !reason.is_empty() && !reason.to_uppercase().starts_with(UNFINISHED)
    }

    /// Whether a policy covers a difference: by its rule, its place, and the values that it gives.
    pub(crate) fn covers(&self, difference: &Difference) -> bool {
        let Difference { at, rule, upstream, ours, .. } = &self.difference;
        let is_there = match at.strip_suffix('*') {
            Some(start) => difference.at.starts_with(start),
            None => difference.at == *at,
        };
        let has = |values: &[String], wanted: &[String]| wanted.is_empty() || wanted == values;
        is_there
            && *rule == difference.rule
            && has(&difference.upstream, upstream)
            && has(&difference.ours, ours)
    }

    /// Returns its operations. `common` are those on both sides, which "all" stands for.
    pub(crate) fn expanded<'e>(&'e self, common: &'e BTreeSet<String>) -> &'e BTreeSet<String> {
        match &self.operations {
            Operations::All | Operations::Any => common,
            Operations::Listed(operations) => operations,
        }
    }

    fn of(row: Row, place: Range<usize>, text: &str) -> Result<Self, String> {
        let operations_place = row.operations.span();
        let operations = match row.operations.into_inner() {
            OneOrMore::One(word) if word == "all" => Operations::All,
            OneOrMore::One(word) if word == "any" => Operations::Any,
            OneOrMore::More(list) if !list.is_empty() => {
                let count = list.len();
                let set: BTreeSet<String> = list.into_iter().collect();
                if set.len() < count {
                    return Err("an operation is listed twice; remove one".to_owned());
                }
                Operations::Listed(set)
            }
            _ => {
                let form =
                    "`operations` must be \"all\", \"any\" or a list such as [\"GET /v2/x\"]";
                return Err(form.to_owned());
            }
        };
        check_fingerprint(&row.fingerprint, &operations)?;
        let difference = Difference {
            at: row.at,
            rule: row.rule,
            upstream: row.upstream.map(OneOrMore::list).unwrap_or_default(),
            ours: row.ours.map(OneOrMore::list).unwrap_or_default(),
            fingerprint: row.fingerprint,
        };
        let line = text.get(..place.start).unwrap_or_default().matches('\n').count() + 1;
        let reason = row.reason.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Self { line, difference, operations, reason, place, operations_place })
    }
}

impl Operations {
    /// Returns "all" if these are all common operations, else the list.
    pub(crate) fn of(operations: BTreeSet<String>, common: &BTreeSet<String>) -> Self {
        match operations.len() > 1 && operations == *common {
            true => Self::All,
            false => Self::Listed(operations),
        }
    }

    fn value(&self) -> String {
        match self {
            Self::All => "\"all\"".to_owned(),
            Self::Any => "\"any\"".to_owned(),
            Self::Listed(operations) => list(operations),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    change: Vec<Row>,
}

/// An entry in TOML.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    at: String,
    rule: String,
    upstream: Option<OneOrMore>,
    ours: Option<OneOrMore>,
    operations: Spanned<OneOrMore>,
    #[serde(default)]
    fingerprint: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn list(self) -> Vec<String> {
        match self {
            Self::One(value) => vec![value],
            Self::More(values) => values,
        }
    }
}

/// Checks that an entry says exactly which difference it is about, unless it is a policy.
fn check_fingerprint(fingerprint: &str, operations: &Operations) -> Result<(), String> {
    let digits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    match operations {
        Operations::Any if fingerprint.is_empty() => Ok(()),
        Operations::Any => Err("an entry for \"any\" operations is about many differences; \
                                remove its `fingerprint`"
            .to_owned()),
        _ if fingerprint.len() == 16 && fingerprint.bytes().all(digits) => Ok(()),
        _ => Err("`fingerprint` must be sixteen hexadecimal digits".to_owned()),
    }
}

/// Returns where each entry is: from its first to its last line, without comments and blank lines
/// after it.
fn places(text: &str) -> Vec<Range<usize>> {
    let mut places: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let words = line.trim();
        if words == ENTRY {
            places.push(start..end);
        } else if let Some(place) = places.last_mut()
            && !words.is_empty()
            && !words.starts_with('#')
        {
            place.end = end;
        }
        start = end;
    }
    places
}

/// Returns an entry whose reason is still to be written.
fn stub(difference: &Difference, operations: &Operations) -> String {
    let string = |value: &str| Value::from(value).to_string();
    let mut lines = vec![
        ENTRY.to_owned(),
        format!("at = {}", string(&difference.at)),
        format!("rule = {}", string(&difference.rule)),
    ];
    for (name, values) in [("upstream", &difference.upstream), ("ours", &difference.ours)] {
        match values.as_slice() {
            [] => {}
            [value] => lines.push(format!("{name} = {}", string(value))),
            values => lines.push(format!("{name} = {}", list(values))),
        }
    }
    lines.push(format!("operations = {}", operations.value()));
    lines.push(format!("fingerprint = {}", string(&difference.fingerprint)));
    lines.push(format!("reason = {}\n", string(UNFINISHED)));
    lines.join("\n")
}

/// Returns a list of strings, on one line if it is short.
fn list<'v>(values: impl IntoIterator<Item = &'v String>) -> String {
    let values: Vec<String> =
        values.into_iter().map(|value| Value::from(value.as_str()).to_string()).collect();
    let line = format!("[{}]", values.join(", "));
    match line.len() <= 80 {
        true => line,
        false => format!("[\n    {},\n]", values.join(",\n    ")),
    }
}
