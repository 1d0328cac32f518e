//! Counts the prose that differs. It isn't on the wire, but this API states limits in it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::texts::{PlacedTexts, TEXTS, VALUES};
use crate::document::{Document, Value};
use crate::spec::METHODS;
use crate::surface::{Bundle, Node, OperationName, References, template};

/// Maps whose keys are names instead of keywords.
const NAMED: [&str; 3] = ["headers", "properties", "responses"];

/// How much prose differs between two specs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prose {
    /// How many descriptions, summaries, titles and examples differ. Shared ones count once.
    pub(crate) differences: usize,
    /// The operations they belong to, with their new paths.
    pub(crate) operations: Vec<OperationName>,
    /// Where they are, each with its line in the new spec, unless it is gone from there.
    pub(crate) places: Vec<(String, Option<u32>)>,
}

/// The prose of a spec, by the places that have texts: operations, and what references
/// lead to. Texts are known by their hashes.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    units: Vec<Unit>,
    operations: BTreeMap<OperationName, usize>,
    /// The sections about the API as a whole.
    sections: Option<usize>,
}

#[derive(Debug, Default)]
struct Unit {
    /// The reference that leads here. Empty for operations.
    name: String,
    texts: BTreeSet<u64>,
    leads_to: Vec<usize>,
}

impl Texts {
    pub(super) fn of(bundle: &Bundle<'_>) -> Self {
        let mut texts = Self::default();
        let mut known = HashMap::new();
        let mut queue = Vec::new();
        let mut references = References::new(bundle);
        let root = bundle.root();
        let follow = |node| bundle.follow(node).ok();
        let paths = root.get("paths").and_then(follow);
        for (path, item) in paths.into_iter().flat_map(Node::members) {
            let Some(item) = follow(item) else { continue };
            for method in METHODS {
                let Some(node) = item.get(method) else { continue };
                let mut nodes = vec![node];
                nodes.extend(item.get("parameters"));
                let (path, _) = template(path);
                let name =
                    OperationName { method: method.to_uppercase().into(), path: path.into() };
                texts.operations.insert(name, texts.units.len());
                queue.push((texts.units.len(), nodes));
                texts.units.push(Unit::default());
            }
        }
        let sections = ["info", "tags", "servers"];
        let sections = sections.iter().filter_map(|section| root.get(section)).collect();
        texts.sections = Some(texts.units.len());
        queue.push((texts.units.len(), sections));
        texts.units.push(Unit::default());
        while let Some((unit, nodes)) = queue.pop() {
            let mut targets = Vec::new();
            let own = &mut texts.units[unit].texts;
            nodes.iter().for_each(|node| collect(*node, &mut targets, own));
            for (from, target) in targets {
                let Ok(node) = references.resolve(from, target) else { continue };
                let to = *known.entry(node.address()).or_insert_with(|| {
                    queue.push((texts.units.len(), vec![node]));
                    texts.units.push(Unit { name: target.to_owned(), ..Unit::default() });
                    texts.units.len() - 1
                });
                texts.units[unit].leads_to.push(to);
            }
        }
        texts.units.shrink_to_fit();
        texts
    }

    /// Returns all that a unit leads to, and itself.
    fn reached(&self, roots: &[usize]) -> Vec<usize> {
        let mut seen = vec![false; self.units.len()];
        let mut queue = roots.to_vec();
        let mut reached = Vec::new();
        while let Some(unit) = queue.pop() {
            if !std::mem::replace(&mut seen[unit], true) {
                reached.push(unit);
                queue.extend(&self.units[unit].leads_to);
            }
        }
        reached
    }

    fn texts_of(&self, units: &[usize]) -> BTreeSet<u64> {
        units.iter().flat_map(|unit| &self.units[*unit].texts).copied().collect()
    }

    /// Returns whether each unit leads to one of those that are `changed`.
    fn leading_to(&self, changed: &[bool]) -> Vec<bool> {
        let mut before = vec![Vec::new(); self.units.len()];
        for (unit, Unit { leads_to, .. }) in self.units.iter().enumerate() {
            leads_to.iter().for_each(|to| before[*to].push(unit));
        }
        let mut leading = changed.to_vec();
        let mut queue: Vec<usize> = (0..changed.len()).filter(|unit| changed[*unit]).collect();
        while let Some(unit) = queue.pop() {
            for from in &before[unit] {
                if !std::mem::replace(&mut leading[*from], true) {
                    queue.push(*from);
                }
            }
        }
        leading
    }
}

/// Two units that stand for each other.
type Counterparts = (usize, usize);

/// How many units are searched in all for a text that moved.
const MAX_SEARCHED: usize = 500_000;

/// Counts the prose that differs: in operations on both sides, and in the API's own sections.
pub(super) fn compare(
    old: &Texts,
    new: &Texts,
    pairs: &[(&OperationName, &OperationName)],
) -> Prose {
    let operations: Vec<(&OperationName, Counterparts)> = pairs
        .iter()
        .filter_map(|(from, to)| {
            Some((*to, (*old.operations.get(*from)?, *new.operations.get(*to)?)))
        })
        .collect();
    let mut roots: Vec<Counterparts> = operations.iter().map(|(_, units)| *units).collect();
    roots.extend(old.sections.zip(new.sections));
    let reached = [
        old.reached(&roots.iter().map(|(from, _)| *from).collect::<Vec<_>>()),
        new.reached(&roots.iter().map(|(_, to)| *to).collect::<Vec<_>>()),
    ];
    let named: HashMap<&str, usize> = reached[1]
        .iter()
        .map(|unit| (new.units[*unit].name.as_str(), *unit))
        .filter(|(name, _)| !name.is_empty())
        .collect();
    let mut counterparts = roots.clone();
    counterparts.extend(reached[0].iter().filter_map(|unit| {
        named.get(old.units[*unit].name.as_str()).map(|counterpart| (*unit, *counterpart))
    }));
    let all = [old.texts_of(&reached[0]), new.texts_of(&reached[1])];
    let (mut was_changed, mut is_changed) =
        (vec![false; old.units.len()], vec![false; new.units.len()]);
    // Without a counterpart, it has changed if one of its texts is on this side only.
    let sides = [(old, &mut was_changed, 0), (new, &mut is_changed, 1)];
    for (texts, changed, side) in sides {
        for unit in &reached[side] {
            let own = &texts.units[*unit].texts;
            changed[*unit] = own.iter().any(|text| !all[1 - side].contains(text));
        }
    }
    let mut budget = MAX_SEARCHED;
    let mut differing = [BTreeSet::new(), BTreeSet::new()];
    for (from, to) in counterparts {
        let [removed, added] = moved_texts((old, from), (new, to), &mut budget);
        was_changed[from] |= !removed.is_empty();
        is_changed[to] |= !added.is_empty();
        differing[0].extend(removed);
        differing[1].extend(added);
    }
    differing[0].extend(all[0].difference(&all[1]));
    differing[1].extend(all[1].difference(&all[0]));
    let (was, is) = (old.leading_to(&was_changed), new.leading_to(&is_changed));
    let operations: BTreeSet<OperationName> = operations
        .into_iter()
        .filter(|(_, (from, to))| was[*from] || is[*to])
        .map(|(name, _)| name.clone())
        .collect();
    Prose {
        differences: differing[0].len().max(differing[1].len()),
        operations: operations.into_iter().collect(),
        places: Vec::new(),
    }
}

/// Returns where the prose differs. The prose of what is new or gone is a part of that change.
pub(super) fn places(old: &Document, new: &Document) -> Vec<(String, Option<u32>)> {
    let [olds, news] = [old, new].map(PlacedTexts::of);
    let is_on_both_sides = |place: &String| {
        let pointer = news.pointer(place).or_else(|| olds.pointer(place)).unwrap_or_default();
        let owner = pointer.rsplit_once('/').map_or("", |(owner, _)| owner);
        [old, new].iter().all(|side| side.value.pointer(owner).is_some())
    };
    let changed = olds.changed_to(&news).into_iter().filter(is_on_both_sides);
    changed.map(|place| (place.clone(), news.line(&place, new))).collect()
}

/// Returns the texts of two units that the other side doesn't have there, nor in what it leads to.
fn moved_texts(
    (old, from): (&Texts, usize),
    (new, to): (&Texts, usize),
    budget: &mut usize,
) -> [Vec<u64>; 2] {
    let (a, b) = (&old.units[from].texts, &new.units[to].texts);
    let mut only: [Vec<u64>; 2] =
        [a.difference(b).copied().collect(), b.difference(a).copied().collect()];
    for (only, (texts, unit)) in only.iter_mut().zip([(new, to), (old, from)]) {
        if !only.is_empty() && *budget > 0 {
            let reached = texts.reached(&[unit]);
            *budget = budget.saturating_sub(texts.units.len());
            let others = texts.texts_of(&reached);
            only.retain(|text| !others.contains(text));
        }
    }
    only
}

fn collect<'b>(node: Node<'b>, targets: &mut Vec<(Node<'b>, &'b str)>, texts: &mut BTreeSet<u64>) {
    node.items().for_each(|item| collect(item, targets, texts));
    for (key, member) in node.members() {
        let value = member.value;
        let known = |list: &[&'static str]| list.iter().copied().find(|keyword| *keyword == key);
        match (key, value) {
            ("$ref", Value::String(target)) => targets.push((node, target)),
            ("default" | "enum", _) => {}
            (key, Value::Object(_)) if NAMED.contains(&key) => {
                member.members().for_each(|(_, node)| collect(node, targets, texts));
            }
            _ => match (known(&TEXTS), known(&VALUES), value) {
                (Some(keyword), _, Value::String(text)) => {
                    texts.insert(hash(keyword, text.trim()));
                }
                (_, Some(keyword), _) => {
                    texts.insert(hash(keyword, &value.to_string()));
                }
                _ => collect(member, targets, texts),
            },
        }
    }
}

fn hash(keyword: &str, text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (keyword, text).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surface::nothing_beside;

    const SPEC: &str = "openapi: 3.0.3
info: {title: A, version: '1', description: All}
paths:
  /a/{id}:
    parameters: [{name: id, in: path, required: true, description: Id, schema: {type: string}}]
    get:
      summary: Read
      responses: {'200': {$ref: '#/components/responses/Found'}}
  /b: {get: {summary: Other, responses: {'200': {$ref: '#/components/responses/Found'}}}}
components:
  responses:
    Found:
      description: Found
      content:
        application/json:
          schema:
            type: object
            properties:
              description: {type: string, example: x, enum: [x, y]}
              default: {type: string, description: Usual}
              example: {type: string}
              values: {type: object, default: {description: Stored}}
              next: {$ref: '#/components/responses/Found/content/application~1json/schema'}
";

    #[track_caller]
    fn check(from: &str, to: &str, differences: usize, operations: usize) {
        let new = SPEC.replace(from, to);
        assert!(from.is_empty() || new != SPEC, "`{from}` is not in the spec");
        let [old, new] = [SPEC, &new].map(|text| Document::parse("spec.yaml", text).unwrap());
        let places = places(&old, &new);
        let [old, new] =
            [old, new].map(|document| Texts::of(&Bundle::read(&document, &nothing_beside)));
        let keys: Vec<OperationName> = old.operations.keys().cloned().collect();
        let pairs: Vec<_> = keys.iter().map(|key| (key, key)).collect();
        let prose = compare(&old, &new, &pairs);
        assert_eq!((prose.differences, prose.operations.len()), (differences, operations), "{to}");
        assert_eq!(places.len(), differences, "{to}: {places:?}");
    }

    #[test]
    fn prose_is_counted_where_it_is_used() {
        check("", "", 0, 0);
        check("summary: Read", "summary: Read it", 1, 1);
        check("description: Found", "description: Found it", 1, 2);
        check("description: Id", "description: An id", 1, 1);
        check("example: x", "example: y", 1, 2);
        check("description: All", "description: Everything", 1, 0);
        check("      summary: Read\n", "", 1, 1);
        // The name of a property isn't a keyword, and the values of an enum aren't prose.
        check("description: {type: string", "description: {type: integer", 0, 0);
        check("example: {type: string", "example: {type: integer", 0, 0);
        check("description: Usual", "description: Common", 1, 2);
        check("enum: [x, y]", "enum: [x, z]", 0, 0);
        check("description: Stored", "description: Kept", 0, 0);
    }
}
