//! From the graph of schemas to lines: a tree, cut where it begins to repeat itself.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use super::line::{Fact, Step, Steps};
use super::schema::{Alternatives, Node, Schemas};
use crate::document::Document;

/// Deeper than any sane spec, and shallow enough for the stack.
const MAX_DEPTH: usize = 200;

/// Writes schemas out, within a budget for the whole document.
pub(super) struct Expansion<'s> {
    document: &'s Document,
    nodes: &'s [Node],
    /// Nodes with the same class admit the same trees.
    classes: Vec<usize>,
    budget: usize,
    limit: usize,
}

/// A fact in the tree below some node, its steps from the last to the first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    steps: Vec<Step>,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Fact(Fact),
    /// The same schema as so many steps above.
    Returns(usize),
}

impl<'s> Expansion<'s> {
    /// At most `limit` schemas are written out, since small ones can combine without end.
    pub(super) fn new(
        document: &'s Document,
        schemas: &'s Schemas<'_>,
        limit: usize,
    ) -> Result<Self, String> {
        let nodes = schemas.nodes.as_slice();
        let expansion = Self { document, nodes, classes: Vec::new(), budget: limit, limit };
        match classes(nodes) {
            Some(classes) => Ok(Self { classes, ..expansion }),
            None => Err(expansion.too_large("/paths")),
        }
    }

    /// The facts of a schema and of everything below it.
    pub(super) fn facts(&mut self, root: usize) -> Result<Vec<(Vec<Step>, Fact)>, String> {
        let entries = self.expand(root, &mut Vec::new())?;
        let facts = entries.into_iter().map(|entry| {
            let steps: Vec<Step> = entry.steps.into_iter().rev().collect();
            let fact = match entry.what {
                What::Fact(fact) => fact,
                What::Returns(up) => {
                    let place = Steps(&steps[..steps.len().saturating_sub(up)]).to_string();
                    Fact { keyword: "returns".to_owned(), value: place }
                }
            };
            (steps, fact)
        });
        Ok(facts.collect())
    }

    fn expand(&mut self, id: usize, above: &mut Vec<usize>) -> Result<Vec<Entry>, String> {
        let nodes = self.nodes;
        let node = &nodes[id];
        let class = self.classes[id];
        if let Some(index) = above.iter().position(|other| *other == class) {
            return Ok(vec![here(What::Returns(above.len() - index))]);
        }
        self.budget = self.budget.checked_sub(1).ok_or_else(|| self.too_large(&node.pointer))?;
        if above.len() == MAX_DEPTH {
            return Err(self.too_large(&node.pointer));
        }
        above.push(class);
        let mut entries: Vec<Entry> =
            node.facts.iter().map(|fact| here(What::Fact(fact.clone()))).collect();
        for (step, child) in &node.children {
            let below = self.expand(*child, above)?;
            // A list or map of anything is the same as one that does not say.
            if matches!(step, Step::Property(_)) || below != [here(any())] {
                entries.extend(under(step, below));
            }
        }
        for name in &node.required {
            let step = Step::Property(name.clone());
            let unknown = !node.children.contains_key(&step);
            let facts = [What::Fact(Fact::flag("required")), any()].into_iter();
            let facts = facts.take(if unknown { 2 } else { 1 }).map(here).collect();
            entries.extend(under(&step, facts));
        }
        entries.extend(self.alternatives(node, above)?);
        above.pop();
        if entries.is_empty() {
            entries.push(here(any()));
        }
        Ok(entries)
    }

    /// Branches in an order that depends on nothing but themselves.
    fn alternatives(&mut self, node: &Node, above: &mut Vec<usize>) -> Result<Vec<Entry>, String> {
        let mut groups = BTreeSet::new();
        for alternatives in &node.alternatives {
            let mut branches = Vec::new();
            for (values, branch) in &alternatives.branches {
                let mut below = self.expand(*branch, above)?;
                below.sort();
                branches.push((values.clone(), below));
            }
            branches.sort();
            groups.insert((alternatives.keyword, branches));
        }
        let mut entries = Vec::new();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for (keyword, branches) in groups {
            let count = counts.entry(keyword).or_default();
            let group = *count;
            *count += 1;
            for (index, (values, below)) in branches.into_iter().enumerate() {
                let step = Step::Branch { keyword: keyword.to_owned(), group, index };
                let values = values.into_iter();
                let chosen =
                    values.map(|value| here(What::Fact(Fact::json("mapping", &value.into()))));
                entries.extend(under(&step, below));
                entries.extend(under(&step, chosen.collect()));
            }
        }
        Ok(entries)
    }

    fn too_large(&self, pointer: &str) -> String {
        format!(
            "{}: written out, the schemas are nested more than {MAX_DEPTH} deep or are more than \
             {}; simplify the spec",
            self.document.location(pointer),
            self.limit
        )
    }
}

fn any() -> What {
    What::Fact(Fact::flag("any"))
}

fn here(what: What) -> Entry {
    Entry { steps: Vec::new(), what }
}

fn under(step: &Step, entries: Vec<Entry>) -> impl Iterator<Item = Entry> {
    entries.into_iter().map(|mut entry| {
        entry.steps.push(step.clone());
        entry
    })
}

/// Parts the nodes into classes until no class holds two that differ: first by what they say, then
/// by the classes of what they lead to. None when that would have to look too deep.
fn classes(nodes: &[Node]) -> Option<Vec<usize>> {
    let (mut classes, mut count) = numbered(nodes.iter().map(|node| {
        let steps: Vec<&Step> = node.children.keys().collect();
        (&node.facts, &node.required, steps)
    }));
    for _ in 0..2 * MAX_DEPTH {
        let (finer, finer_count) = numbered(nodes.iter().enumerate().map(|(id, node)| {
            let children: Vec<usize> =
                node.children.values().map(|child| classes[*child]).collect();
            (classes[id], children, alternatives(node, &classes))
        }));
        if finer_count == count {
            return Some(classes);
        }
        (classes, count) = (finer, finer_count);
    }
    None
}

/// Branches by their classes, with the values that choose them.
type Branches<'n> = Vec<(&'n [String], usize)>;

/// The alternatives of a node, in no order.
fn alternatives<'n>(node: &'n Node, classes: &[usize]) -> BTreeSet<(&'static str, Branches<'n>)> {
    let class = |(values, branch): &'n (Vec<String>, usize)| (values.as_slice(), classes[*branch]);
    let branches = |alternatives: &'n Alternatives| {
        let mut branches: Branches<'n> = alternatives.branches.iter().map(class).collect();
        branches.sort_unstable();
        (alternatives.keyword, branches)
    };
    node.alternatives.iter().map(branches).collect()
}

/// Equal things get equal numbers. The second result counts them.
fn numbered<T: Eq + Hash>(things: impl Iterator<Item = T>) -> (Vec<usize>, usize) {
    let mut numbers = HashMap::new();
    let mut number = |thing| {
        let next = numbers.len();
        *numbers.entry(thing).or_insert(next)
    };
    let list = things.map(&mut number).collect();
    (list, numbers.len())
}
