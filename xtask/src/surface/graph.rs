//! Reads the lines of a surface as what a spec says, with its schemas as a graph without sharing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Surface;
use super::api::Api;
use super::line::{Fact, Place, Step, Steps};
use super::schema::{Alternatives, Schema};

/// The branches of one `oneOf`, `anyOf` or `not`.
type Branches = Vec<(Vec<String>, usize)>;

/// A schema that is written out.
#[derive(Default)]
struct Tree<'s> {
    facts: BTreeSet<&'s Fact>,
    children: BTreeMap<&'s Step, Self>,
}

impl Api {
    /// Returns what a surface says.
    pub(crate) fn of_surface(surface: &Surface) -> Self {
        let mut api = Self::default();
        let mut trees: BTreeMap<Place, Tree<'_>> = BTreeMap::new();
        for line in &surface.lines {
            let Some(steps) = &line.place.schema else {
                api.lines.insert(line.clone());
                continue;
            };
            let mut tree = trees.entry(Place { schema: None, ..line.place.clone() }).or_default();
            for step in steps {
                tree = tree.children.entry(step).or_default();
            }
            tree.facts.insert(&line.fact);
        }
        for (place, tree) in trees {
            let mut above = BTreeMap::new();
            let root = add(&tree, &mut Vec::new(), &mut above, &mut api.schemas);
            api.roots.push((place, root));
        }
        api
    }
}

/// Adds a schema. `above` has those that it is within, by their places.
fn add(
    tree: &Tree<'_>,
    steps: &mut Vec<Step>,
    above: &mut BTreeMap<String, usize>,
    schemas: &mut Vec<Schema>,
) -> usize {
    // It is the same as one above.
    if let Some(fact) = tree.facts.iter().find(|fact| fact.keyword == "returns")
        && let Some(schema) = above.get(&fact.value)
    {
        return *schema;
    }
    let id = schemas.len();
    let place = Steps(steps).to_string();
    above.insert(place.clone(), id);
    let of_branch = matches!(steps.last(), Some(Step::Branch { .. }));
    let facts: Arc<[Fact]> = tree
        .facts
        .iter()
        .filter(|fact| !["any", "required"].contains(&fact.keyword.as_str()))
        .filter(|fact| !of_branch || fact.keyword != "mapping")
        .map(|fact| (*fact).clone())
        .collect();
    schemas.push(Schema {
        facts,
        required: Box::default(),
        children: Box::default(),
        alternatives: Vec::new(),
    });
    let (mut required, mut children) = (Vec::new(), Vec::new());
    let mut groups: BTreeMap<(&str, usize), Branches> = BTreeMap::new();
    for (step, child) in &tree.children {
        steps.push((*step).clone());
        let target = add(child, steps, above, schemas);
        steps.pop();
        match step {
            Step::Branch { keyword, group, .. } => {
                let mapping = child.facts.iter().filter(|fact| fact.keyword == "mapping");
                let mapping = mapping.filter_map(|fact| serde_json::from_str(&fact.value).ok());
                groups.entry((keyword, *group)).or_default().push((mapping.collect(), target));
            }
            step => {
                if let Step::Property(name) = step
                    && child.facts.iter().any(|fact| fact.keyword == "required")
                {
                    required.push(name.clone());
                }
                children.push(((*step).clone(), target));
            }
        }
    }
    above.remove(&place);
    let schema = &mut schemas[id];
    schema.required = required.into();
    schema.children = children.into();
    let alternatives = groups.into_iter().map(|((keyword, _), branches)| {
        let known = ["oneOf", "anyOf", "not"].into_iter().find(|known| *known == keyword);
        Alternatives { keyword: known.unwrap_or("oneOf"), branches }
    });
    schema.alternatives = alternatives.collect();
    id
}
