//! A schema as a node of a graph.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::surface::{Fact, Step};

/// The schema that admits anything.
pub(super) const ANY: usize = 0;
/// A schema. Its keywords are those of all its parts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Node {
    /// Sorted.
    pub(super) facts: Arc<[Fact]>,
    /// Sorted by their steps. Branches are in an order without a meaning.
    pub(super) edges: Vec<Edge>,
}

/// A place in a schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) step: Step,
    /// Whether the property must be there.
    pub(super) required: bool,
    /// The discriminator's values that select the branch.
    pub(super) mapping: Box<[String]>,
    pub(super) to: usize,
}

impl Node {
    pub(super) fn has(&self, keyword: &str) -> bool {
        Fact::values(&*self.facts, keyword).next().is_some()
    }

    /// Returns the values of a keyword.
    pub(super) fn values<'n>(&'n self, keyword: &str) -> BTreeSet<&'n str> {
        Fact::values(&*self.facts, keyword).collect()
    }

    /// Returns the place after a step, if it isn't a branch.
    pub(super) fn edge(&self, step: &Step) -> Option<&Edge> {
        let index = self.edges.binary_search_by(|edge| edge.step.cmp(step)).ok()?;
        Some(&self.edges[index])
    }
}
