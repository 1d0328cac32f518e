//! The rule table: what each kind of change means for those who have our SDK.
//!
//! Two questions are asked of every change:
//!
//! - **wire**: what happens to an SDK that is already released, against the changed server?
//! - **source**: what happens to a program written against the SDK, once that is regenerated?
//!
//! The answers follow from how the SDK is made: every field of an answer is optional, enums in
//! answers keep values they do not know, what an answer holds beyond its type stays reachable in
//! the raw JSON, and a part that does not have its type is left out and reported. Requests are
//! exact: structs with `new(required fields)`, closed sets as enums, no bounds or defaults of our
//! own. Structs and enums are `#[non_exhaustive]`, so additions compile.

mod api;
mod schema;

use std::fmt::{self, Write as _};

pub(super) use api::*;
pub(super) use schema::*;

/// What a change does to someone, from harmless to harmful.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// Nothing that worked stops working.
    Ok,
    /// Whether it goes on working depends on something the spec does not say.
    Risk,
    /// It goes on working, but something it gave is gone.
    Loss,
    /// Something that worked, or compiled, no longer does.
    Break,
}

/// Which way the changed thing travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    /// It is not part of a message, or of both.
    Both,
    Request,
    Response,
}

/// A kind of change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) id: &'static str,
    effects: Effects,
}

/// What a kind of change does, and why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) wire: Verdict,
    pub(crate) source: Verdict,
    pub(crate) why: &'static str,
}

#[derive(Debug, PartialEq, Eq)]
enum Effects {
    /// The change has one direction only.
    One(Direction, Effect),
    Each {
        request: Effect,
        response: Effect,
    },
}

impl Rule {
    /// What the change does in a direction.
    pub(crate) fn effect(&self, direction: Direction) -> &Effect {
        match (&self.effects, direction) {
            (Effects::One(_, effect), _) => effect,
            (Effects::Each { response, .. }, Direction::Response) => response,
            (Effects::Each { request, .. }, _) => request,
        }
    }

    /// The direction the change always has, where it has but one.
    pub(super) fn direction(&self) -> Option<Direction> {
        match &self.effects {
            Effects::One(direction, _) => Some(*direction),
            Effects::Each { .. } => None,
        }
    }

    fn rows(&self) -> Vec<(Direction, &Effect)> {
        match &self.effects {
            Effects::One(direction, effect) => vec![(*direction, effect)],
            Effects::Each { request, response } => {
                vec![(Direction::Request, request), (Direction::Response, response)]
            }
        }
    }
}

/// The whole table.
pub(crate) fn rules() -> impl Iterator<Item = &'static Rule> {
    API.iter().chain(SCHEMA).copied()
}

/// The whole table, as Markdown.
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

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Risk => "risk",
            Self::Loss => "loss",
            Self::Break => "break",
        })
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Both => "both",
            Self::Request => "request",
            Self::Response => "response",
        })
    }
}

/// Names the rules of a part of the table, and lists them.
macro_rules! table {
    ($all:ident: $($name:ident = $rule:expr;)*) => {
        $(pub(in crate::diff) static $name: $crate::diff::rules::Rule = $rule;)*
        pub(super) static $all: &[&$crate::diff::rules::Rule] = &[$(&$name),*];
    };
}
use table;

const fn effect(wire: Verdict, source: Verdict, why: &'static str) -> Effect {
    Effect { wire, source, why }
}

const fn whole(id: &'static str, effect: Effect) -> Rule {
    Rule { id, effects: Effects::One(Direction::Both, effect) }
}

const fn request(id: &'static str, effect: Effect) -> Rule {
    Rule { id, effects: Effects::One(Direction::Request, effect) }
}

const fn response(id: &'static str, effect: Effect) -> Rule {
    Rule { id, effects: Effects::One(Direction::Response, effect) }
}

const fn each(id: &'static str, request: Effect, response: Effect) -> Rule {
    Rule { id, effects: Effects::Each { request, response } }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_is_named_once_and_explained() {
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
