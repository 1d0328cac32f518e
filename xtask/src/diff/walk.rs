//! The state of a comparison outside of schemas: where it is, and which changes it has recorded.

use super::change::Change;
use super::pairs::{Context, FlagRules, Pairs};
use super::rules::{Direction, Rule};
use super::tree::{self, Place};
use crate::surface::{self, OperationName, Part};

/// A walk through one operation, or through what is said about the API as a whole.
#[derive(Debug)]
pub(super) struct Walk<'w> {
    operation: Option<&'w OperationName>,
    part: Part,
    pub(super) pairs: &'w mut Pairs,
    changes: Vec<Change>,
    schemas: Vec<(Part, usize)>,
}

impl<'w> Walk<'w> {
    pub(super) fn new(operation: Option<&'w OperationName>, pairs: &'w mut Pairs) -> Self {
        Self { operation, part: Part::Whole, pairs, changes: Vec::new(), schemas: Vec::new() }
    }

    /// Returns the changes, and the pairs of schemas by the part that they are of.
    pub(super) fn into_parts(self) -> (Vec<Change>, Vec<(Part, usize)>) {
        (self.changes, self.schemas)
    }

    /// Enters a part of the operation.
    pub(super) fn enter(&mut self, part: Part) {
        self.part = part;
    }

    pub(super) fn part(&self) -> &Part {
        &self.part
    }

    /// Whether the part is the body of a response that isn't a success.
    pub(super) fn is_in_error(&self) -> bool {
        matches!(&self.part, Part::Response { status, .. } if !status.starts_with('2'))
    }

    /// Compares two schemas of the part, later.
    pub(super) fn compare_schemas(&mut self, old: usize, new: usize) {
        let direction = self.direction();
        let context = Context {
            direction,
            is_in_body: direction == Direction::Request
                && !matches!(self.part, Part::Parameter { .. } | Part::ResponseHeader { .. }),
            is_required: false,
            is_hidden: false,
            is_text: matches!(
                self.part,
                Part::Parameter { media_type: None, .. }
                    | Part::ResponseHeader { media_type: None, .. }
            ),
        };
        if let Some(pair) = self.pairs.pair(old, new, context) {
            self.schemas.push((self.part.clone(), pair));
        }
    }

    /// Records that a value at the current place changed.
    pub(super) fn record(&mut self, rule: &'static Rule, old: Option<&str>, new: Option<&str>) {
        let at = self.at();
        self.record_at(rule, at, old, new);
    }

    /// Records that a value changed which has no place of its own in a surface.
    pub(super) fn record_at(
        &mut self,
        rule: &'static Rule,
        at: String,
        old: Option<&str>,
        new: Option<&str>,
    ) {
        let [old, new] = [old, new].map(|value| value.map(str::to_owned));
        self.push(rule, at, [old, new], [Vec::new(), Vec::new()]);
    }

    /// Records that everything at the current place was added, removed or replaced.
    pub(super) fn record_subtree(
        &mut self,
        rule: &'static Rule,
        old: Option<&Place>,
        new: Option<&Place>,
    ) {
        let sides =
            [old, new].map(|place| place.map(|place| self.pairs.graph.written_place(place)));
        let sides = sides.each_ref().map(Option::as_ref);
        let values = sides.map(|node| node.map(tree::Node::description));
        let at = self.at();
        self.push(
            rule,
            at,
            values,
            sides.map(|node| node.map(tree::Node::lines).unwrap_or_default()),
        );
    }

    /// Records that a keyword without a value appeared or disappeared.
    pub(super) fn record_flag(
        &mut self,
        keyword: &str,
        (added, removed): FlagRules,
        old: &Place,
        new: &Place,
    ) {
        match (old.has(keyword), new.has(keyword)) {
            (false, true) => self.record(added, None, Some(keyword)),
            (true, false) => self.record(removed, Some(keyword), None),
            _ => {}
        }
    }

    fn push(
        &mut self,
        rule: &'static Rule,
        at: String,
        [old, new]: [Option<String>; 2],
        structure: [Vec<String>; 2],
    ) {
        self.changes.push(Change {
            operation: self.operation.cloned(),
            direction: rule.direction().unwrap_or_else(|| self.direction()),
            at,
            rule,
            old,
            new,
            structure,
            elsewhere: None,
            is_hidden: false,
            is_header: matches!(self.part, Part::ResponseHeader { .. }),
        });
    }

    /// Returns which way the part travels. What the API calls receives its requests.
    fn direction(&self) -> Direction {
        let is_received = self.operation.is_some_and(OperationName::is_received);
        match &self.part {
            Part::Whole => Direction::Both,
            Part::Parameter { .. } | Part::Request { .. } if is_received => Direction::Response,
            Part::Parameter { .. } | Part::Request { .. } => Direction::Request,
            Part::Response { .. } | Part::ResponseHeader { .. } if is_received => {
                Direction::Request
            }
            Part::Response { .. } | Part::ResponseHeader { .. } => Direction::Response,
        }
    }

    fn at(&self) -> String {
        let place = surface::Place { operation: None, part: self.part.clone(), schema: None };
        match place.within() {
            place if place.is_empty() => "operation".to_owned(),
            place => place,
        }
    }
}
