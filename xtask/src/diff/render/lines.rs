//! What several formats say of a change.

use super::super::change::Change;
use super::super::contents;
use super::super::report::Report;
use crate::public_api::{ApiChange, ApiEffect};
use crate::text::{counted, shortened};

/// At most this many names stand in a line for people.
pub(super) const NAMED: usize = 3;
/// At most this many properties of an added or removed object are named for people.
const LISTED: usize = 12;

/// Returns `old → new`, `added …` or `removed …`, with each value formatted by `format`. What an
/// added or removed object holds follows.
pub(crate) fn values(change: &Change, format: impl Fn(&str) -> String) -> String {
    let values = old_and_new(change.old.as_ref(), change.new.as_ref(), &format);
    let properties = contents::properties(change);
    if properties.is_empty() {
        return values;
    }
    let names = properties.iter().take(LISTED).map(|name| format(name));
    let names = names.collect::<Vec<_>>().join(", ");
    format!("{values}: {names}{}", more(properties.len(), LISTED))
}

/// Returns what changes in the generated code, with a title: each break and change of behavior, and
/// how many additions. Empty if nothing changes.
pub(crate) fn api_lines(report: &Report, format: impl Fn(&str) -> String) -> Vec<String> {
    let Some(changes) = report.api.as_ref().filter(|changes| !changes.is_empty()) else {
        return Vec::new();
    };
    let mut lines = vec!["the generated code".to_owned()];
    let added = |change: &&ApiChange| change.effect == ApiEffect::Addition;
    for change in changes.iter().filter(|change| !added(change)) {
        let ApiChange { item, old, new, effect } = change;
        let values = old_and_new(old.as_ref(), new.as_ref(), &format);
        lines.push(format!("  {:<8}  {}: {values}", effect.to_string(), format(item)));
    }
    let added: Vec<&ApiChange> = changes.iter().filter(added).collect();
    if !added.is_empty() {
        let names = added.iter().take(NAMED).map(|change| format(&change.item));
        let names = names.collect::<Vec<_>>().join(", ");
        let more = more(added.len(), NAMED);
        lines.push(format!("  {}: {names}{more}", counted(added.len(), "addition")));
    }
    lines
}

fn old_and_new(
    old: Option<&String>,
    new: Option<&String>,
    format: impl Fn(&str) -> String,
) -> String {
    let format = |value: &String| format(&shortened(value));
    match (old.map(&format), new.map(&format)) {
        (Some(old), Some(new)) => format!("{old} → {new}"),
        (Some(old), None) => format!("removed {old}"),
        (None, Some(new)) => format!("added {new}"),
        (None, None) => "changed".to_owned(),
    }
}

/// Returns ` and 3 more` for what a line doesn't name, if there is any.
pub(super) fn more(count: usize, named: usize) -> String {
    match count.saturating_sub(named) {
        0 => String::new(),
        more => format!(" and {more} more"),
    }
}
