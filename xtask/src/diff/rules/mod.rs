//! The table of rules: what each kind of change means for users of the SDK.
//!
//! Every change is judged twice:
//!
//! - **wire**: what happens to a released SDK that calls the changed server?
//! - **source**: what happens to a program that uses the SDK, once that is regenerated?
//!
//! The verdicts follow from how the SDK is made. In responses every field is optional except the
//! ids of list items, enums keep unknown values, everything received stays available in the raw
//! JSON, and a part that doesn't have its type is skipped and reported. Requests are exact: structs
//! with `new(required fields)`, closed sets as enums, and neither bounds nor defaults. Structs and
//! enums are `#[non_exhaustive]`, so that code compiles with additions.

mod api;
mod rule;
mod schema;

use std::fmt::Write as _;

pub(super) use api::*;
pub(crate) use rule::{Direction, Effect, Rule, Verdict};
pub(super) use schema::*;

/// Returns all rules.
pub(crate) fn rules() -> impl Iterator<Item = &'static Rule> {
    API.iter().chain(SCHEMA).copied()
}

/// Returns the table in Markdown.
pub(super) fn markdown() -> String {
    let mut table = String::from(
        "| rule | direction | wire | source | why |\n\
         |---|---|---|---|---|\n",
    );
    for rule in rules() {
        for (direction, Effect { wire, source, why }) in rule.rows() {
            let _ = writeln!(table, "| {} | {direction} | {wire} | {source} | {why} |", rule.id);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_rule_has_its_own_name_and_an_explanation() {
        let mut names = BTreeSet::new();
        for rule in rules() {
            assert!(names.insert(rule.id), "`{}` is there twice", rule.id);
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
            assert!(rule.id.bytes().all(plain), "{}", rule.id);
            for (_, effect) in rule.rows() {
                assert!(effect.why.ends_with('.') && !effect.why.contains('|'), "{}", rule.id);
            }
        }
    }

    #[test]
    fn the_table_has_a_row_for_each_direction() {
        let table = markdown();
        let added = "| property-added | response | ok | ok | ";
        assert!(table.lines().any(|line| line.starts_with(added)), "{table}");
        let rows: usize = rules().map(|rule| rule.rows().len()).sum();
        assert_eq!(table.lines().count(), rows + 2);
    }
}
