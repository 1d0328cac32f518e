//! What couldn't be compared, and what was: neither may pass for "nothing changed".

use std::collections::BTreeSet;

use super::source::Source;
use crate::failure::Failure;
use crate::surface::Unread;
use crate::text::{counted, quoted};

/// More than this many are counted instead of named.
const NAMED: usize = 10;

/// The name under which alternatives that are too many to match can be allowed.
pub(super) const ALTERNATIVES: &str = "alternatives";

/// How much was compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Operations on both sides.
    pub(crate) operations: usize,
    /// Schemas that differ from each other, of the side that has more.
    pub(crate) schemas: usize,
    /// What was allowed to remain unread.
    pub(crate) unread: Vec<String>,
}

impl Counts {
    /// Returns `compared 47 operations, 312 schemas`.
    pub(crate) fn line(&self) -> String {
        let Self { operations, schemas, unread } = self;
        let mut line = format!(
            "compared {}, {}",
            counted(*operations, "operation"),
            counted(*schemas, "schema")
        );
        if !unread.is_empty() {
            line.push_str(&format!("; not compared, as allowed: {}", unread.join(", ")));
        }
        line
    }
}

/// Returns the names of what is unread, and fails if it isn't `allowed`, which only the caller of
/// `spec diff` can do.
pub(super) fn check(
    sides: [&Source; 2],
    unmatched: Option<&(String, usize)>,
    allowed: Option<&[String]>,
) -> Result<Vec<String>, Failure> {
    let mut unread: BTreeSet<Unread> =
        sides.into_iter().flat_map(|side| &side.api.unread).cloned().collect();
    if let Some((place, count)) = unmatched {
        let message = format!("{place}: {count} alternatives differ, too many to match");
        unread.insert(Unread { name: ALTERNATIVES.to_owned(), message });
    }
    let can_allow = allowed.is_some();
    let allowed = allowed.unwrap_or_default();
    let names: BTreeSet<&str> = unread.iter().map(|unread| unread.name.as_str()).collect();
    if let Some(unused) = allowed.iter().find(|name| !names.contains(name.as_str())) {
        return Err(Failure::nothing_compared(
            &format!("everything that `--allow-unread {unused}` is about was read"),
            "leave that option out",
        ));
    }
    let refused: Vec<&Unread> =
        unread.iter().filter(|unread| !allowed.contains(&unread.name)).collect();
    if let Some(first) = refused.first() {
        let mut lines: Vec<&str> =
            refused.iter().take(NAMED).map(|unread| unread.message.as_str()).collect();
        let more = format!("and {} more", refused.len().saturating_sub(NAMED));
        if refused.len() > NAMED {
            lines.push(&more);
        }
        let option = format!(", or go on without it: `--allow-unread {}`", quoted(&first.name));
        let hint = format!("correct each{}", if can_allow { &option } else { "" });
        return Err(Failure::nothing_compared(&lines.join("\n"), &hint));
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}
