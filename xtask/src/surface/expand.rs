//! Writes the graph of schemas out as trees, cut where they begin to repeat themselves.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use super::line::{Fact, Step, Steps};
use super::schema::{Alternatives, Schema};

/// The limit for nesting: deeper than a real spec, and shallow enough for the stack.
const MAX_DEPTH: usize = 200;

/// Writes schemas out, with a budget for the whole document.
pub(super) struct Expansion<'s> {
    schemas: &'s [Schema],
    /// Schemas of the same class admit the same trees.
    classes: Vec<usize>,
    budget: usize,
    limit: usize,
}

/// Something in the tree below a schema, with the steps to it from the last to the first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Leaf {
    steps: Vec<Step>,
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    Fact(Fact),
    /// The schema is the same as this many steps above.
    Returns(usize),
}

impl<'s> Expansion<'s> {
    /// Prepares to write out at most `limit` schemas, since small ones can combine without end.
    pub(super) fn new(schemas: &'s [Schema], limit: usize) -> Result<Self, String> {
        let expansion = Self { schemas, classes: Vec::new(), budget: limit, limit };
        match classes(schemas) {
            Some(classes) => Ok(Self { classes, ..expansion }),
            None => Err(expansion.too_large()),
        }
    }

    /// Returns the facts of a schema and of everything below it.
    pub(super) fn facts(&mut self, root: usize) -> Result<Vec<(Vec<Step>, Fact)>, String> {
        let leaves = self.expand(root, &mut Vec::new())?;
        let facts = leaves.into_iter().map(|leaf| {
            let steps: Vec<Step> = leaf.steps.into_iter().rev().collect();
            let fact = match leaf.content {
                Content::Fact(fact) => fact,
                Content::Returns(up) => {
                    let place = Steps(&steps[..steps.len().saturating_sub(up)]).to_string();
                    Fact { keyword: "returns".to_owned(), value: place }
                }
            };
            (steps, fact)
        });
        Ok(facts.collect())
    }

    fn expand(&mut self, id: usize, above: &mut Vec<usize>) -> Result<Vec<Leaf>, String> {
        let schemas = self.schemas;
        let schema = &schemas[id];
        let class = self.classes[id];
        if let Some(index) = above.iter().position(|other| *other == class) {
            return Ok(vec![here(Content::Returns(above.len() - index))]);
        }
        self.budget = self.budget.checked_sub(1).ok_or_else(|| self.too_large())?;
        if above.len() == MAX_DEPTH {
            return Err(self.too_large());
        }
        above.push(class);
        let mut leaves: Vec<Leaf> =
            schema.facts.iter().map(|fact| here(Content::Fact(fact.clone()))).collect();
        for (step, child) in &schema.children {
            let below = self.expand(*child, above)?;
            // A list or map of anything is the same as one without a schema for its elements.
            if matches!(step, Step::Property(_)) || below != [here(any())] {
                leaves.extend(under(step, below));
            }
        }
        for name in &schema.required {
            let step = Step::Property(name.clone());
            let unknown = schema.child(&step).is_none();
            let facts = [Content::Fact(Fact::flag("required")), any()].into_iter();
            let facts = facts.take(if unknown { 2 } else { 1 }).map(here).collect();
            leaves.extend(under(&step, facts));
        }
        leaves.extend(self.alternatives(schema, above)?);
        above.pop();
        if leaves.is_empty() {
            leaves.push(here(any()));
        }
        Ok(leaves)
    }

    /// Returns the branches in an order that depends on nothing but their content.
    fn alternatives(
        &mut self,
        schema: &Schema,
        above: &mut Vec<usize>,
    ) -> Result<Vec<Leaf>, String> {
        let mut groups = BTreeSet::new();
        for alternatives in &schema.alternatives {
            let mut branches = Vec::new();
            for (values, branch) in &alternatives.branches {
                let mut below = self.expand(*branch, above)?;
                below.sort();
                branches.push((values.clone(), below));
            }
            branches.sort();
            groups.insert((alternatives.keyword, branches));
        }
        let mut leaves = Vec::new();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for (keyword, branches) in groups {
            let count = counts.entry(keyword).or_default();
            let group = *count;
            *count += 1;
            for (index, (values, below)) in branches.into_iter().enumerate() {
                let step = Step::Branch { keyword: keyword.into(), group, index };
                let values = values.into_iter();
                let mapping = values.map(|value| here(Content::Fact(Fact::json("mapping", value))));
                leaves.extend(under(&step, below));
                leaves.extend(under(&step, mapping.collect()));
            }
        }
        Ok(leaves)
    }

    fn too_large(&self) -> String {
        format!(
            "written out, the schemas are nested more than {MAX_DEPTH} deep or are more than {}; \
             simplify the spec",
            self.limit
        )
    }
}

fn any() -> Content {
    Content::Fact(Fact::flag("any"))
}

fn here(content: Content) -> Leaf {
    Leaf { steps: Vec::new(), content }
}

fn under(step: &Step, leaves: Vec<Leaf>) -> impl Iterator<Item = Leaf> {
    leaves.into_iter().map(|mut leaf| {
        leaf.steps.push(step.clone());
        leaf
    })
}

/// Divides the schemas into classes until no class has two that differ: first by their own facts,
/// then by the classes of their children. `None` if that goes too deep.
fn classes(schemas: &[Schema]) -> Option<Vec<usize>> {
    let (mut classes, mut count) = numbered(schemas.iter().map(|schema| {
        let steps: Vec<&Step> = schema.children.iter().map(|(step, _)| step).collect();
        (&schema.facts, &schema.required, steps)
    }));
    for _ in 0..2 * MAX_DEPTH {
        let (finer, finer_count) = numbered(schemas.iter().enumerate().map(|(id, schema)| {
            let children: Vec<usize> =
                schema.children.iter().map(|(_, child)| classes[*child]).collect();
            (classes[id], children, alternatives(schema, &classes))
        }));
        if finer_count == count {
            return Some(classes);
        }
        (classes, count) = (finer, finer_count);
    }
    None
}

/// Branches by their classes, with the values that select them.
type Branches<'n> = Vec<(&'n [String], usize)>;

/// Returns the alternatives of a schema, regardless of their order.
fn alternatives<'n>(
    schema: &'n Schema,
    classes: &[usize],
) -> BTreeSet<(&'static str, Branches<'n>)> {
    let class = |(values, branch): &'n (Vec<String>, usize)| (values.as_slice(), classes[*branch]);
    let branches = |alternatives: &'n Alternatives| {
        let mut branches: Branches<'n> = alternatives.branches.iter().map(class).collect();
        branches.sort_unstable();
        (alternatives.keyword, branches)
    };
    schema.alternatives.iter().map(branches).collect()
}

/// Gives equal things equal numbers. The second result counts the numbers.
fn numbered<T: Eq + Hash>(things: impl Iterator<Item = T>) -> (Vec<usize>, usize) {
    let mut numbers = HashMap::new();
    let mut number = |thing| {
        let next = numbers.len();
        *numbers.entry(thing).or_insert(next)
    };
    let list = things.map(&mut number).collect();
    (list, numbers.len())
}
