//! Writes schemas out as far as reports need it: to describe what was added or removed, to tell
//! branches apart, and to see how alike two of them are.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::rc::Rc;

use super::graph::Graph;
use super::node::Edge;
use super::tree::{CUT, Key, Node, Place};
use crate::surface::{Fact, Step, Steps};

/// At most this many schemas are written out to describe one.
const MAX_DESCRIBED: usize = 1_000;
/// At most this many schemas are written out to compare two branches.
const MAX_ALIKE: usize = 300;
/// How deep schemas are written out.
const MAX_DEPTH: usize = 100;

/// Something in a schema that is written out: the steps to it from the last to the first, whether
/// it returns to a place above, and what it says.
type Leaf = (Vec<Step>, bool, Fact);

impl Graph {
    /// Writes a schema out.
    pub(super) fn written(&self, id: usize) -> Node {
        Writing::new(self, MAX_DESCRIBED).node(id)
    }

    /// Writes out what is at a place of a schema.
    pub(super) fn written_edge(&self, edge: &Edge) -> Node {
        let mut writing = Writing::new(self, MAX_DESCRIBED);
        let node = writing.node(edge.to);
        with_edge(node, edge)
    }

    /// Writes out a place of an operation.
    pub(super) fn written_place(&self, place: &Place) -> Node {
        let mut writing = Writing::new(self, MAX_DESCRIBED);
        writing.place(place)
    }

    /// Returns the steps out of a schema. Branches are numbered by what selects them, then by
    /// their content, as in a surface.
    pub(super) fn steps(&self, id: usize) -> Rc<[Step]> {
        if let Some(steps) = self.written.steps.borrow().get(&id) {
            return Rc::clone(steps);
        }
        let node = self.node(id);
        let steps: Rc<[Step]> = node.edges.iter().map(|edge| edge.step.clone()).collect();
        // A branch may lead back here.
        self.written.steps.borrow_mut().insert(id, Rc::clone(&steps));
        if !node.edges.iter().any(|edge| matches!(edge.step, Step::Branch { .. })) {
            return steps;
        }
        let numbered = self.numbered(&node.edges);
        self.written.steps.borrow_mut().insert(id, Rc::clone(&numbered));
        numbered
    }

    fn numbered(&self, edges: &[Edge]) -> Rc<[Step]> {
        type Branches<'e> = Vec<(&'e [String], Vec<Leaf>, usize)>;
        let mut groups: BTreeMap<(&str, usize), Branches<'_>> = BTreeMap::new();
        for (place, edge) in edges.iter().enumerate() {
            if let Step::Branch { keyword, group, .. } = &edge.step {
                let leaves = leaves(&Writing::new(self, MAX_ALIKE).node(edge.to));
                let branch = (&*edge.mapping, leaves, place);
                groups.entry((keyword, *group)).or_default().push(branch);
            }
        }
        let mut groups: Vec<(&str, Branches<'_>)> = groups
            .into_iter()
            .map(|((keyword, _), mut branches)| {
                branches.sort();
                (keyword, branches)
            })
            .collect();
        let content = |branches: &Branches<'_>, others: &Branches<'_>| -> Ordering {
            let [a, b] = [branches, others]
                .map(|branches| branches.iter().map(|(mapping, leaves, _)| (*mapping, leaves)));
            a.cmp(b)
        };
        groups.sort_by(|a, b| a.0.cmp(b.0).then_with(|| content(&a.1, &b.1)));
        let mut steps: Vec<Step> = edges.iter().map(|edge| edge.step.clone()).collect();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for (keyword, branches) in groups {
            let count = counts.entry(keyword).or_default();
            for (index, (_, _, place)) in branches.into_iter().enumerate() {
                let keyword = keyword.into();
                steps[place] = Step::Branch { keyword, group: *count, index };
            }
            *count += 1;
        }
        steps.into()
    }

    /// Returns how alike two schemas are: the share of all that they say that both say.
    pub(super) fn similarity(&self, a: usize, b: usize) -> f64 {
        shared(&self.lines(a), &self.lines(b))
    }

    fn lines(&self, id: usize) -> Rc<BTreeSet<u64>> {
        if let Some(lines) = self.written.lines.borrow().get(&id) {
            return Rc::clone(lines);
        }
        let lines = Rc::new(hashes(&Writing::new(self, MAX_ALIKE).node(id)));
        self.written.lines.borrow_mut().insert(id, Rc::clone(&lines));
        lines
    }

    /// Returns hashes of the lines of a place of an operation.
    pub(super) fn place_lines(&self, place: &Place) -> BTreeSet<u64> {
        hashes(&self.written_place(place))
    }
}

/// Returns the share of all lines that both sets have.
pub(super) fn shared(a: &BTreeSet<u64>, b: &BTreeSet<u64>) -> f64 {
    let shared = a.intersection(b).count();
    let all = a.len() + b.len() - shared;
    #[expect(clippy::cast_precision_loss, reason = "a share of few lines")]
    match all {
        0 => 1.0,
        _ => shared as f64 / all as f64,
    }
}

fn hashes(node: &Node) -> BTreeSet<u64> {
    let hash = |line: String| {
        let mut hasher = DefaultHasher::new();
        line.hash(&mut hasher);
        hasher.finish()
    };
    node.lines().into_iter().map(hash).collect()
}

/// A schema that is being written out, with a budget.
struct Writing<'g> {
    graph: &'g Graph,
    budget: usize,
    /// The schemas that this is within, and the steps from the first.
    above: Vec<usize>,
    steps: Vec<Step>,
}

impl<'g> Writing<'g> {
    fn new(graph: &'g Graph, budget: usize) -> Self {
        Self { graph, budget, above: Vec::new(), steps: Vec::new() }
    }

    fn node(&mut self, id: usize) -> Node {
        let mut written = Node::default();
        if let Some(up) = self.above.iter().position(|other| *other == id) {
            let value = Steps(&self.steps[..up]).to_string();
            written.facts.insert(Fact { keyword: "returns".to_owned(), value });
            return written;
        }
        if self.budget == 0 || self.above.len() == MAX_DEPTH {
            written.facts.insert(Fact::flag(CUT));
            return written;
        }
        self.budget -= 1;
        let node = self.graph.node(id);
        written.facts.extend(node.facts.iter().cloned());
        self.above.push(id);
        let steps = self.graph.steps(id);
        for (edge, step) in node.edges.iter().zip(steps.iter()) {
            self.steps.push(step.clone());
            let child = self.node(edge.to);
            self.steps.pop();
            written.children.insert(Key::Step(step.clone()), with_edge(child, edge));
        }
        self.above.pop();
        if written.facts.is_empty() && written.children.is_empty() {
            written.facts.insert(Fact::flag("any"));
        }
        written
    }

    fn place(&mut self, place: &Place) -> Node {
        let facts = place.facts.iter().cloned().collect();
        let mut written = Node { facts, children: BTreeMap::new() };
        for (key, child) in &place.children {
            written.children.insert(key.clone(), self.place(child));
        }
        if let Some(id) = place.schema {
            written.children.insert(Key::Schema, self.node(id));
        }
        written
    }
}

fn with_edge(mut node: Node, edge: &Edge) -> Node {
    if edge.required {
        node.facts.insert(Fact::flag("required"));
    }
    let mapping = edge.mapping.iter().map(|value| Fact::json("mapping", value));
    node.facts.extend(mapping);
    node
}

fn leaves(node: &Node) -> Vec<Leaf> {
    fn collect(node: &Node, steps: &mut Vec<Step>, leaves: &mut Vec<Leaf>) {
        for fact in &node.facts {
            let reversed = steps.iter().rev().cloned().collect();
            leaves.push((reversed, fact.keyword == "returns", fact.clone()));
        }
        for (key, child) in &node.children {
            let Key::Step(step) = key else { continue };
            steps.push(step.clone());
            collect(child, steps, leaves);
            steps.pop();
        }
    }
    let mut leaves = Vec::new();
    collect(node, &mut Vec::new(), &mut leaves);
    leaves.sort();
    leaves
}
