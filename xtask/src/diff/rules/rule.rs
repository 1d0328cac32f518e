//! What a rule is made of.

use std::fmt;

/// What a change does to someone, from harmless to harmful.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// Everything that worked still works.
    Ok,
    /// Whether it still works depends on something the spec doesn't say.
    Risk,
    /// It still works, but gives less than before.
    Loss,
    /// Something that worked, or compiled, no longer does.
    Break,
}

/// Which way the changed thing travels.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    /// It belongs to no message, or to requests and responses.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) wire: Verdict,
    pub(crate) source: Verdict,
    pub(crate) why: &'static str,
}

#[derive(Debug, PartialEq, Eq)]
enum Effects {
    /// The change is only possible in this direction.
    One(Direction, Effect),
    Each {
        request: Effect,
        response: Effect,
    },
}

impl Rule {
    /// Returns what the change does in a direction.
    pub(crate) fn effect(&self, direction: Direction) -> &Effect {
        match (&self.effects, direction) {
            (Effects::One(_, effect), _) => effect,
            (Effects::Each { response, .. }, Direction::Response) => response,
            (Effects::Each { request, .. }, _) => request,
        }
    }

    /// Returns the direction of the change, if only one is possible.
    pub(in crate::diff) fn direction(&self) -> Option<Direction> {
        match &self.effects {
            Effects::One(direction, _) => Some(*direction),
            Effects::Each { .. } => None,
        }
    }

    pub(super) fn rows(&self) -> Vec<(Direction, &Effect)> {
        match &self.effects {
            Effects::One(direction, effect) => vec![(*direction, effect)],
            Effects::Each { request, response } => {
                vec![(Direction::Request, request), (Direction::Response, response)]
            }
        }
    }
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
pub(super) use table;

pub(super) const fn effect(wire: Verdict, source: Verdict, why: &'static str) -> Effect {
    Effect { wire, source, why }
}

/// A rule for changes that belong to no direction.
pub(super) const fn both(id: &'static str, effect: Effect) -> Rule {
    Rule { id, effects: Effects::One(Direction::Both, effect) }
}

/// A rule for changes of requests.
pub(super) const fn request(id: &'static str, effect: Effect) -> Rule {
    Rule { id, effects: Effects::One(Direction::Request, effect) }
}

/// A rule for changes of responses.
pub(super) const fn response(id: &'static str, effect: Effect) -> Rule {
    Rule { id, effects: Effects::One(Direction::Response, effect) }
}

/// A rule for changes that mean one thing in requests and another in responses.
pub(super) const fn each(id: &'static str, request: Effect, response: Effect) -> Rule {
    Rule { id, effects: Effects::Each { request, response } }
}
