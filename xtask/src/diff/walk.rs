//! The state of a comparison: where it is, and what it has found.

use super::finding::Finding;
use super::rules::{Direction, Rule};
use super::tree::Node;
use crate::surface::{Operation, Part, Place, Step};

/// A walk through one operation, or through the API's own facts.
#[derive(Debug)]
pub(super) struct Walk<'w> {
    operation: Option<&'w Operation>,
    part: Part,
    steps: Option<Vec<Step>>,
    findings: Vec<Finding>,
}

impl<'w> Walk<'w> {
    pub(super) fn new(operation: Option<&'w Operation>) -> Self {
        Self { operation, part: Part::Whole, steps: None, findings: Vec::new() }
    }

    pub(super) fn findings(self) -> Vec<Finding> {
        self.findings
    }

    /// Goes to a part of the operation.
    pub(super) fn part(&mut self, part: Part) {
        self.part = part;
        self.steps = None;
    }

    /// Looks at a schema of the part.
    pub(super) fn in_schema(&mut self, look: impl FnOnce(&mut Self)) {
        let steps = self.steps.replace(Vec::new());
        look(self);
        self.steps = steps;
    }

    /// Looks at something within the schema.
    pub(super) fn in_step(&mut self, step: &Step, look: impl FnOnce(&mut Self)) {
        let steps = self.steps.get_or_insert_default();
        steps.push(step.clone());
        look(self);
        if let Some(steps) = &mut self.steps {
            steps.pop();
        }
    }

    /// Something here has another value.
    pub(super) fn found(&mut self, rule: &'static Rule, old: Option<&str>, new: Option<&str>) {
        let at = self.at();
        self.found_at(rule, at, old, new);
    }

    /// Something that has no place of its own in the part has another value.
    pub(super) fn found_at(
        &mut self,
        rule: &'static Rule,
        at: String,
        old: Option<&str>,
        new: Option<&str>,
    ) {
        let [old, new] = [old, new].map(|value| value.map(str::to_owned));
        self.push(rule, at, [old, new], [Vec::new(), Vec::new()]);
    }

    /// Everything here was added, was removed, or is something else now.
    pub(super) fn found_subtree(
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
        self.findings.push(Finding { operation, direction, at, rule, old, new, structure });
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
