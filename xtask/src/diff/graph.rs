//! The schemas of both sides as one graph, in which equal schemas are one node, however they are
//! written: what is equal is never compared.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::rc::Rc;
use std::sync::Arc;

use super::components::components;
use super::node::{ANY, Edge, Node};
use super::normal;
use crate::surface::{Schema, Step};

/// Targets above this are members of the cycle that is being added.
const MEMBER: usize = usize::MAX / 2;
/// The limit for the work on one cycle of references. What needs more isn't recognised as equal.
const MAX_ROUNDS: usize = 5_000_000;

/// What is known of schemas that were written out.
#[derive(Debug, Default)]
pub(super) struct Cache {
    /// The steps out of a schema, as reports write them.
    pub(super) steps: RefCell<HashMap<usize, Rc<[Step]>>>,
    /// Hashes of the lines of a schema.
    pub(super) lines: RefCell<HashMap<usize, Rc<BTreeSet<u64>>>>,
}

/// The schemas of both sides.
#[derive(Debug)]
pub(super) struct Graph {
    nodes: Vec<Rc<Node>>,
    known: HashMap<u128, usize>,
    pub(super) written: Cache,
}

impl Default for Graph {
    fn default() -> Self {
        let mut graph =
            Self { nodes: Vec::new(), known: HashMap::new(), written: Cache::default() };
        graph.add_node(Node::default());
        graph
    }
}

impl Graph {
    pub(super) fn node(&self, id: usize) -> Rc<Node> {
        Rc::clone(&self.nodes[id])
    }

    /// Adds a node whose places lead to others of this graph.
    pub(super) fn add_node(&mut self, node: Node) -> usize {
        let node = self.normal(node);
        let key = signature(&node, content_hash(&node), |to| to as u128);
        match self.known.get(&key) {
            Some(id) => *id,
            None => {
                self.nodes.push(Rc::new(node));
                self.known.insert(key, self.nodes.len() - 1);
                self.nodes.len() - 1
            }
        }
    }

    /// Adds the schemas of one side, and returns the node of each.
    pub(super) fn add(&mut self, schemas: &[Schema]) -> Vec<usize> {
        let mut ids = vec![MEMBER; schemas.len()];
        for component in components(schemas) {
            match component.as_slice() {
                [only] if !leads_to(&schemas[*only], *only) => {
                    ids[*only] = self.add_node(draft(&schemas[*only], |to| ids[to]));
                }
                members => self.add_cycle(schemas, members, &mut ids),
            }
        }
        ids
    }

    /// Adds schemas that lead to each other. They are divided into classes until no class has two
    /// that differ: first by their facts, then by the classes they lead to.
    fn add_cycle(&mut self, schemas: &[Schema], members: &[usize], ids: &mut [usize]) {
        for (index, member) in members.iter().enumerate() {
            ids[*member] = MEMBER + index;
        }
        let mut drafts: Vec<Node> = members
            .iter()
            .map(|member| self.normal(draft(&schemas[*member], |to| ids[to])))
            .collect();
        let keys = self.keys(&drafts);
        let mut classes: HashMap<u128, usize> = HashMap::new();
        let mut added = Vec::new();
        for (index, key) in keys.iter().enumerate() {
            classes.entry(*key).or_insert_with(|| match self.known.get(key) {
                Some(id) => *id,
                None => {
                    added.push((index, self.nodes.len()));
                    self.nodes.push(Rc::new(Node::default()));
                    self.known.insert(*key, self.nodes.len() - 1);
                    self.nodes.len() - 1
                }
            });
        }
        for (index, member) in members.iter().enumerate() {
            ids[*member] = classes[&keys[index]];
        }
        for (index, id) in added {
            let mut node = std::mem::take(&mut drafts[index]);
            for edge in &mut node.edges {
                if edge.to >= MEMBER {
                    edge.to = ids[members[edge.to - MEMBER]];
                }
            }
            let node = self.normal(node);
            // The same schema, written out a level deep, isn't part of the cycle.
            let key = signature(&node, content_hash(&node), |to| to as u128);
            self.known.entry(key).or_insert(id);
            self.nodes[id] = Rc::new(node);
        }
    }

    /// Returns a key for each member of a cycle, equal for equal schemas in equal cycles.
    fn keys(&self, drafts: &[Node]) -> Vec<u128> {
        let contents: Vec<u128> = drafts.iter().map(content_hash).collect();
        let mut keys = vec![0_u128; drafts.len()];
        let mut count = 0;
        let mut work = 0;
        loop {
            work += drafts.len();
            if work > MAX_ROUNDS {
                let unique = self.nodes.len();
                return (0..drafts.len()).map(|index| hash((unique, index))).collect();
            }
            let of = |to: usize| match to.checked_sub(MEMBER) {
                Some(member) => keys[member],
                None => to as u128,
            };
            let finer: Vec<u128> = drafts
                .iter()
                .enumerate()
                .map(|(index, draft)| hash((keys[index], signature(draft, contents[index], of))))
                .collect();
            let mut all = finer.clone();
            all.sort_unstable();
            all.dedup();
            keys = finer;
            if all.len() == count {
                // Two cycles may agree on a class and not on what it leads to.
                let whole = hash(&all);
                return keys.iter().map(|key| hash((*key, whole))).collect();
            }
            count = all.len();
        }
    }

    /// Returns a node in the form that is equal for equal schemas.
    fn normal(&self, node: Node) -> Node {
        let done = |to: usize| self.nodes.get(to).map(Rc::as_ref);
        normal::normal(node, done)
    }
}

/// Returns the steps out of a schema, with what they lead to.
fn draft(schema: &Schema, id: impl Fn(usize) -> usize) -> Node {
    let edge = |step, to| Edge { step, required: false, mapping: Box::default(), to };
    let children = schema.children.iter();
    let mut edges: Vec<Edge> =
        children.map(|(step, child)| edge(step.clone(), id(*child))).collect();
    for name in &schema.required {
        let step = Step::Property(Arc::clone(name));
        match schema.index(&step) {
            Some(index) => edges[index].required = true,
            None => edges.push(Edge { required: true, ..edge(step, ANY) }),
        }
    }
    for (group, alternatives) in schema.alternatives.iter().enumerate() {
        for (index, (mapping, branch)) in alternatives.branches.iter().enumerate() {
            let step = Step::Branch { keyword: alternatives.keyword.into(), group, index };
            edges.push(Edge { mapping: mapping.as_slice().into(), ..edge(step, id(*branch)) });
        }
    }
    Node { facts: Arc::clone(&schema.facts), edges }
}

fn leads_to(schema: &Schema, target: usize) -> bool {
    let branches = schema.alternatives.iter().flat_map(|alternatives| &alternatives.branches);
    schema.children.iter().any(|(_, child)| *child == target)
        || branches.into_iter().any(|(_, branch)| *branch == target)
}

/// Returns a number for what a node says itself, regardless of what it leads to.
fn content_hash(node: &Node) -> u128 {
    let steps = plain(node).map(|edge| (&edge.step, edge.required));
    hash((&node.facts, steps.collect::<Vec<_>>()))
}

/// Branches by what selects them, and what they lead to.
type Branches<'n> = Vec<(&'n [String], u128)>;

/// Returns a number that is equal for equal nodes. The order of branches doesn't count.
fn signature(node: &Node, content: u128, of: impl Fn(usize) -> u128) -> u128 {
    let targets: Vec<u128> = plain(node).map(|edge| of(edge.to)).collect();
    let mut groups: BTreeMap<(&str, usize), Branches<'_>> = BTreeMap::new();
    for edge in &node.edges {
        if let Step::Branch { keyword, group, .. } = &edge.step {
            let branch = (&*edge.mapping, of(edge.to));
            groups.entry((keyword, *group)).or_default().push(branch);
        }
    }
    let mut groups: Vec<_> = groups
        .into_iter()
        .map(|((keyword, _), mut branches)| {
            branches.sort_unstable();
            (keyword, branches)
        })
        .collect();
    groups.sort_unstable();
    groups.dedup();
    hash((content, targets, groups))
}

/// Returns the places of a node that aren't branches.
fn plain(node: &Node) -> impl Iterator<Item = &Edge> {
    node.edges.iter().filter(|edge| !matches!(edge.step, Step::Branch { .. }))
}

/// Two hashes of 64 bits: enough that different schemas don't meet.
fn hash(value: impl Hash) -> u128 {
    let [a, b] = [0_u8, 1].map(|seed| {
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        value.hash(&mut hasher);
        hasher.finish()
    });
    (u128::from(a) << 64) | u128::from(b)
}
