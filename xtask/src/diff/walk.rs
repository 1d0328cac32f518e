//! The state of a comparison: where it is, and which changes it has recorded.

use super::change::Change;
use super::rules::{Direction, Rule};
use super::tree::Node;
use crate::surface::{OperationName, Part, Place, Step};

/// A walk through one operation, or through what is said about the API as a whole.
#[derive(Debug)]
pub(super) struct Walk<'w> {
    operation: Option<&'w OperationName>,
    part: Part,
    steps: Option<Vec<Step>>,
    changes: Vec<Change>,
}

/// The rules for a keyword without a value: for its appearance, and for its disappearance.
pub(super) type FlagRules = (&'static Rule, &'static Rule);

impl<'w> Walk<'w> {
    pub(super) fn new(operation: Option<&'w OperationName>) -> Self {
        Self { operation, part: Part::Whole, steps: None, changes: Vec::new() }
    }

    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes
    }

    /// Enters a part of the operation.
    pub(super) fn enter(&mut self, part: Part) {
        self.part = part;
        self.steps = None;
    }

    /// Whether the current place is in the body of a request.
    pub(super) fn is_in_request(&self) -> bool {
        matches!(self.part, Part::Request { .. })
    }

    /// Whether the current place is a member of the body of a response.
    pub(super) fn is_at_top_of_response(&self) -> bool {
        matches!(self.part, Part::Response { .. })
            && self.steps.as_ref().is_some_and(|steps| steps.len() == 1)
    }

    /// Runs `compare` in the schema of the part.
    pub(super) fn in_schema(&mut self, compare: impl FnOnce(&mut Self)) {
        let steps = self.steps.replace(Vec::new());
        compare(self);
        self.steps = steps;
    }

    /// Runs `compare` one step deeper in the schema.
    pub(super) fn in_step(&mut self, step: &Step, compare: impl FnOnce(&mut Self)) {
        let steps = self.steps.get_or_insert_default();
        steps.push(step.clone());
        compare(self);
        if let Some(steps) = &mut self.steps {
            steps.pop();
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
        old: Option<&Node>,
        new: Option<&Node>,
    ) {
        let sides = [old, new];
        let at = self.at();
        let values = sides.map(|node| node.map(Node::description));
        self.push(rule, at, values, sides.map(|node| node.map(Node::lines).unwrap_or_default()));
    }

    /// Records that a keyword without a value appeared or disappeared.
    pub(super) fn record_flag(
        &mut self,
        keyword: &str,
        (added, removed): FlagRules,
        old: &Node,
        new: &Node,
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
        let direction = rule.direction().unwrap_or(match &self.part {
            Part::Whole => Direction::Both,
            Part::Parameter { .. } | Part::Request { .. } => Direction::Request,
            Part::Response { .. } | Part::ResponseHeader { .. } => Direction::Response,
        });
        let operation = self.operation.cloned();
        self.changes.push(Change { operation, direction, at, rule, old, new, structure });
    }

    fn at(&self) -> String {
        let (part, schema) = (self.part.clone(), self.steps.clone());
        let place = Place { operation: None, part, schema }.within();
        match place.is_empty() {
            true => "operation".to_owned(),
            false => place,
        }
    }
}
