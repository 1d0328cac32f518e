//! Sets that may grow: an `anyOf` of the known values and their type alone.

use std::collections::BTreeSet;

use super::line::Fact;
use super::schema::{Alternatives, Schema};

/// Merges the branches of open sets into their schemas, as an enum that is `open`. Alternatives
/// would only say that any value of the type is possible.
pub(super) fn merge(schemas: &mut [Schema]) {
    for id in 0..schemas.len() {
        let [alternatives] = schemas[id].alternatives.as_slice() else { continue };
        let Some(known) = known_values(schemas, alternatives) else { continue };
        // A part that lists the values again closes the set.
        if schemas[id].facts.iter().any(|fact| fact.keyword == "enum") {
            continue;
        }
        let mut facts: BTreeSet<Fact> = schemas[known].facts.iter().cloned().collect();
        let schema = &mut schemas[id];
        facts.extend(schema.facts.iter().cloned());
        facts.insert(Fact::flag("open"));
        schema.facts = facts.into_iter().collect();
        schema.alternatives.clear();
    }
}

/// Returns the branch with the known values, if the other one is their type without any limit.
fn known_values(schemas: &[Schema], alternatives: &Alternatives) -> Option<usize> {
    let [(_, first), (_, second)] = alternatives.branches.as_slice() else { return None };
    let (first, second) = (*first, *second);
    let lists = |id: usize| schemas[id].facts.iter().any(|fact| fact.keyword == "enum");
    let (known, plain) = if lists(first) { (first, second) } else { (second, first) };
    let is_scalar = |schema: &Schema| {
        schema.children.is_empty() && schema.required.is_empty() && schema.alternatives.is_empty()
    };
    let (values, kind) = (&schemas[known], &schemas[plain]);
    let typed = kind.facts.len() == 1 && kind.facts.iter().all(|fact| fact.keyword == "type");
    let mut others = values.facts.iter().filter(|fact| fact.keyword != "enum");
    let same = typed && others.by_ref().eq(kind.facts.iter());
    let is_open = alternatives.keyword == "anyOf" && lists(known) && same;
    (is_open && is_scalar(values) && is_scalar(kind)).then_some(known)
}
