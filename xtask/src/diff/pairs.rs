//! Pairs of schemas that are to be compared, each once however many places have it, and what was
//! found in each.

use std::collections::HashMap;

use super::graph::Graph;
use super::node::{Edge, Node};
use super::rules::{Direction, Rule};
use super::tree;
use crate::surface::{Fact, Step};

/// All pairs. They lead to each other as the schemas do.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    pub(super) graph: Graph,
    pub(super) all: Vec<Pair>,
    known: HashMap<(usize, usize, Context), usize>,
    /// A keyword that differs without a rule about it.
    pub(super) unexplained: Option<String>,
}

/// Two schemas at the same place.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) old: usize,
    pub(super) new: usize,
    pub(super) context: Context,
    pub(super) found: Vec<Found>,
    /// The pairs within, with the steps to them.
    pub(super) within: Vec<(Vec<Step>, usize)>,
    /// How many alternatives couldn't be matched, if there were too many.
    pub(super) unmatched: Option<usize>,
}

/// What a schema is used for. The same change may mean something else in another use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Context {
    pub(super) direction: Direction,
    /// Whether it is in the body of a request.
    pub(super) is_in_body: bool,
    /// Whether it is of a property that is required on both sides.
    pub(super) is_required: bool,
    /// Whether it is in a property that is never sent this way.
    pub(super) is_hidden: bool,
    /// Whether it is written as a text, whatever its type is.
    pub(super) is_text: bool,
}

/// A change of a schema.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The steps from the schema to the place.
    pub(super) steps: Vec<Step>,
    pub(super) rule: &'static Rule,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
    pub(super) structure: [Vec<String>; 2],
    /// Whether it is about a property that is never sent this way.
    pub(super) is_hidden: bool,
}

/// The rules for a keyword without a value: for its appearance, and for its disappearance.
pub(super) type FlagRules = (&'static Rule, &'static Rule);

impl Pairs {
    /// Returns the pair of two schemas, `None` if they are equal.
    pub(super) fn pair(&mut self, old: usize, new: usize, context: Context) -> Option<usize> {
        if old == new {
            return None;
        }
        let next = self.all.len();
        let id = *self.known.entry((old, new, context)).or_insert(next);
        if id == next {
            let (found, within) = (Vec::new(), Vec::new());
            self.all.push(Pair { old, new, context, found, within, unmatched: None });
        }
        Some(id)
    }
}

/// A comparison of one pair.
pub(super) struct Comparing<'p> {
    pub(super) pairs: &'p mut Pairs,
    pub(super) context: Context,
    pub(super) found: Vec<Found>,
    pub(super) within: Vec<(Vec<Step>, usize)>,
    pub(super) unmatched: Option<usize>,
    steps: Vec<Step>,
    is_hidden: bool,
}

impl<'p> Comparing<'p> {
    pub(super) fn new(pairs: &'p mut Pairs, context: Context) -> Self {
        let (found, within, steps) = (Vec::new(), Vec::new(), Vec::new());
        let is_hidden = context.is_hidden;
        Self { pairs, context, found, within, unmatched: None, steps, is_hidden }
    }

    pub(super) fn graph(&self) -> &Graph {
        &self.pairs.graph
    }

    /// Runs `compare` one step deeper in the schema.
    pub(super) fn in_step(&mut self, step: &Step, compare: impl FnOnce(&mut Self)) {
        self.steps.push(step.clone());
        compare(self);
        self.steps.pop();
    }

    /// Runs `compare` in a property that is never sent this way, if it `is_hidden`.
    pub(super) fn in_hidden(&mut self, is_hidden: bool, compare: impl FnOnce(&mut Self)) {
        let was_hidden = self.is_hidden;
        self.is_hidden |= is_hidden;
        compare(self);
        self.is_hidden = was_hidden;
    }

    /// Compares two schemas at the current place, later.
    pub(super) fn compare_within(&mut self, old: usize, new: usize, is_required: bool) {
        let is_required = is_required && self.context.is_in_body;
        let context = Context { is_required, is_hidden: self.is_hidden, ..self.context };
        if let Some(pair) = self.pairs.pair(old, new, context) {
            self.within.push((self.steps.clone(), pair));
        }
    }

    /// Records that a value at the current place changed.
    pub(super) fn record(&mut self, rule: &'static Rule, old: Option<&str>, new: Option<&str>) {
        let [old, new] = [old, new].map(|value| value.map(str::to_owned));
        self.push(rule, [old, new], [Vec::new(), Vec::new()]);
    }

    /// Records that everything at the current place was added, removed or replaced.
    pub(super) fn record_written(
        &mut self,
        rule: &'static Rule,
        old: Option<&tree::Node>,
        new: Option<&tree::Node>,
    ) {
        let sides = [old, new];
        let values = sides.map(|node| node.map(tree::Node::description));
        self.push(rule, values, sides.map(|node| node.map(tree::Node::lines).unwrap_or_default()));
    }

    fn push(
        &mut self,
        rule: &'static Rule,
        [old, new]: [Option<String>; 2],
        structure: [Vec<String>; 2],
    ) {
        let (steps, is_hidden) = (self.steps.clone(), self.is_hidden);
        self.found.push(Found { steps, rule, old, new, structure, is_hidden });
    }

    /// Records that what is at a place was added, removed or replaced.
    pub(super) fn record_edges(
        &mut self,
        rule: &'static Rule,
        old: Option<&Edge>,
        new: Option<&Edge>,
    ) {
        let [old, new] =
            [old, new].map(|edge| edge.map(|edge| self.pairs.graph.written_edge(edge)));
        self.record_written(rule, old.as_ref(), new.as_ref());
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

    /// Notes keywords that differ although nothing was recorded.
    pub(super) fn check_explained(&mut self, old: &Node, new: &Node) {
        if !self.found.is_empty() || old.facts == new.facts {
            return;
        }
        let differs = |fact: &&Fact| !old.facts.contains(fact) || !new.facts.contains(fact);
        let fact = old.facts.iter().chain(&*new.facts).find(differs);
        let text = fact.map(|fact| format!("{} {}", fact.keyword, fact.value));
        self.pairs.unexplained =
            self.pairs.unexplained.take().or(text.map(|text| text.trim_end().to_owned()));
    }
}
