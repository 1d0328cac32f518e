//! From pairs of schemas to the places that have them. Each change is listed at all its places, as
//! far as they are few; else at the first, with their number.

use std::collections::VecDeque;

use super::change::{Change, Elsewhere};
use super::components::strongly_connected;
use super::pairs::{Found, Pair, Pairs};
use super::rules::{self, Direction};
use crate::surface::{OperationName, Part, Place, Step};

/// A change with more places than this is listed once.
const MAX_LISTED: u64 = 1_024;
/// More than this many places are not listed one by one.
const MAX_ALL: u64 = 20_000;
/// Within a cycle, the work to find its places from where it is entered.
const MAX_WORK: u64 = 1_000_000;
/// A longer way to a place is cut at its beginning.
const MAX_STEPS: usize = 64;

/// A pair of schemas of a part of an operation.
pub(super) struct Root<'o> {
    pub(super) operation: &'o OperationName,
    pub(super) part: Part,
    pub(super) pair: usize,
}

/// Pairs that have changes, or lead to some.
struct Places<'p> {
    pairs: &'p [Pair],
    roots: &'p [Root<'p>],
    /// The component of each pair. Pairs of a component lead to each other.
    component: Vec<usize>,
    components: Vec<Vec<usize>>,
    /// Whether a pair has changes, or leads to some.
    changed: Vec<bool>,
}

/// Returns the changes that are in the schemas of operations. The roots are in the order of their
/// operations.
pub(super) fn changes(pairs: &Pairs, roots: &[Root<'_>]) -> Vec<Change> {
    let places = Places::new(&pairs.all, roots);
    let counts = places.counts();
    let listed = places.listed(&counts);
    let mut changes = places.list(&listed);
    changes.extend(places.sum_up(&listed, &counts));
    changes
}

/// Returns the first place where more alternatives differ than can be matched.
pub(super) fn unmatched(pairs: &Pairs, roots: &[Root<'_>]) -> Option<(String, usize)> {
    let wanted = (0..pairs.all.len()).find(|pair| pairs.all[*pair].unmatched.is_some())?;
    let places = Places::new(&pairs.all, roots);
    let (root, steps) = places.first(&places.ways(), wanted);
    let at = at(&roots[root], steps);
    Some((format!("{} {at}", roots[root].operation), pairs.all[wanted].unmatched.unwrap_or(0)))
}

impl<'p> Places<'p> {
    fn new(pairs: &'p [Pair], roots: &'p [Root<'p>]) -> Self {
        let components = strongly_connected(pairs.len(), |pair, index| {
            pairs[pair].within.get(index).map(|(_, to)| *to)
        });
        let mut component = vec![0; pairs.len()];
        let mut changed = vec![false; pairs.len()];
        // A component comes after those it leads to.
        for (index, members) in components.iter().enumerate() {
            let is_changed = members.iter().any(|member| {
                let Pair { found, within, unmatched, .. } = &pairs[*member];
                !found.is_empty()
                    || unmatched.is_some()
                    || within.iter().any(|(_, to)| changed[*to])
            });
            for member in members {
                component[*member] = index;
                changed[*member] = is_changed;
            }
        }
        Self { pairs, roots, component, components, changed }
    }

    /// Returns the number of places that lead into each component. Within it, each pair has one.
    fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0_u64; self.components.len()];
        for root in self.roots {
            counts[self.component[root.pair]] += 1;
        }
        for (index, members) in self.components.iter().enumerate().rev() {
            let count = counts[index];
            for (_, to) in members.iter().flat_map(|member| &self.pairs[*member].within) {
                let target = self.component[*to];
                if target != index {
                    counts[target] = counts[target].saturating_add(count);
                }
            }
        }
        counts
    }

    /// Returns whether the changes of each pair are listed at all their places.
    fn listed(&self, counts: &[u64]) -> Vec<bool> {
        let mut total = 0_u64;
        let mut listed = vec![false; self.pairs.len()];
        for (index, pair) in self.pairs.iter().enumerate() {
            let component = self.component[index];
            let count = counts[component];
            let work = count.saturating_mul(self.components[component].len() as u64);
            let places = count.saturating_mul(pair.found.len() as u64);
            if !pair.found.is_empty()
                && (1..=MAX_LISTED).contains(&count)
                && work <= MAX_WORK
                && total + places <= MAX_ALL
            {
                total += places;
                listed[index] = true;
            }
        }
        listed
    }

    /// Lists changes at all their places.
    fn list(&self, listed: &[bool]) -> Vec<Change> {
        // Whether a pair is on the way to one that is listed.
        let mut wanted = listed.to_vec();
        for members in &self.components {
            let leads = members.iter().any(|member| {
                wanted[*member] || self.pairs[*member].within.iter().any(|(_, to)| wanted[*to])
            });
            members.iter().for_each(|member| wanted[*member] = leads);
        }
        let mut changes = Vec::new();
        let mut seen = Seen::of(self.pairs.len());
        for root in self.roots.iter().filter(|root| wanted[root.pair]) {
            let mut trails = vec![Trail { before: None, step: None }];
            let mut queue = vec![(root.pair, 0)];
            while let Some((entry, trail)) = queue.pop() {
                for (pair, trail) in self.entered(entry, trail, &mut trails, &mut seen) {
                    if listed[pair] {
                        let steps = self.steps(&trails, trail);
                        let found = self.pairs[pair].found.iter();
                        changes.extend(
                            found.map(|found| change(&self.pairs[pair], found, root, &steps, None)),
                        );
                    }
                    for (index, (_, to)) in self.pairs[pair].within.iter().enumerate() {
                        if wanted[*to] && self.component[*to] != self.component[pair] {
                            trails.push(Trail { before: Some(trail), step: Some((pair, index)) });
                            queue.push((*to, trails.len() - 1));
                        }
                    }
                }
            }
        }
        changes
    }

    /// Returns the pairs of a component, with the shortest way to each from one of them.
    fn entered(
        &self,
        entry: usize,
        trail: usize,
        trails: &mut Vec<Trail>,
        seen: &mut Seen,
    ) -> Vec<(usize, usize)> {
        let component = self.component[entry];
        let mut entered = vec![(entry, trail)];
        if self.components[component].len() == 1 {
            return entered;
        }
        seen.round += 1;
        seen.insert(entry);
        let mut next = 0;
        while let Some((pair, trail)) = entered.get(next).copied() {
            next += 1;
            for (index, (_, to)) in self.pairs[pair].within.iter().enumerate() {
                if self.component[*to] == component && seen.insert(*to) {
                    trails.push(Trail { before: Some(trail), step: Some((pair, index)) });
                    entered.push((*to, trails.len() - 1));
                }
            }
        }
        entered
    }

    /// Returns the steps of a trail, without the first of very many.
    fn steps(&self, trails: &[Trail], trail: usize) -> Vec<Step> {
        let mut parts: Vec<&[Step]> = Vec::new();
        let mut next = Some(&trails[trail]);
        while let Some(Trail { before, step }) = next {
            if parts.len() == MAX_STEPS {
                return [vec![Step::Property("…".into())], joined(parts)].concat();
            }
            parts.extend(step.map(|(pair, index)| self.pairs[pair].within[index].0.as_slice()));
            next = before.map(|before| &trails[before]);
        }
        joined(parts)
    }

    /// Returns changes with many places at the first of them.
    fn sum_up(&self, listed: &[bool], counts: &[u64]) -> Vec<Change> {
        let others: Vec<usize> = (0..self.pairs.len())
            .filter(|pair| !listed[*pair] && !self.pairs[*pair].found.is_empty())
            .filter(|pair| counts[self.component[*pair]] > 0)
            .collect();
        if others.is_empty() {
            return Vec::new();
        }
        let (ways, operations) = (self.ways(), self.operations());
        let mut changes = Vec::new();
        for pair in others {
            let (root, steps) = self.first(&ways, pair);
            let component = self.component[pair];
            let elsewhere =
                Elsewhere { places: counts[component], operations: operations[component] };
            let root = &self.roots[root];
            let found = self.pairs[pair].found.iter();
            changes.extend(
                found.map(|found| change(&self.pairs[pair], found, root, &steps, Some(elsewhere))),
            );
        }
        changes
    }

    /// Returns how each pair is reached first: from a root, or by a step of another pair.
    fn ways(&self) -> Vec<Option<Way>> {
        let mut ways = vec![None; self.pairs.len()];
        let mut queue = VecDeque::new();
        for (index, root) in self.roots.iter().enumerate() {
            if ways[root.pair].is_none() {
                ways[root.pair] = Some(Way { root: index, from: None });
                queue.push_back(root.pair);
            }
        }
        while let Some(pair) = queue.pop_front() {
            let root = ways[pair].map_or(0, |way: Way| way.root);
            for (index, (_, to)) in self.pairs[pair].within.iter().enumerate() {
                if ways[*to].is_none() && self.changed[*to] {
                    ways[*to] = Some(Way { root, from: Some((pair, index)) });
                    queue.push_back(*to);
                }
            }
        }
        ways
    }

    /// Returns the root that a pair is reached from first, and the steps from there.
    fn first(&self, ways: &[Option<Way>], pair: usize) -> (usize, Vec<Step>) {
        let mut parts: Vec<&[Step]> = Vec::new();
        let mut pair = pair;
        let root = ways[pair].map_or(0, |way| way.root);
        while let Some((from, index)) = ways[pair].and_then(|way| way.from) {
            if parts.len() == MAX_STEPS {
                return (root, [vec![Step::Property("…".into())], joined(parts)].concat());
            }
            parts.push(&self.pairs[from].within[index].0);
            pair = from;
        }
        (root, joined(parts))
    }

    /// Returns how many operations lead to each component.
    fn operations(&self) -> Vec<usize> {
        let operations: Vec<&OperationName> =
            self.roots.iter().map(|root| root.operation).collect();
        let mut numbers = Vec::new();
        let mut count = 0;
        for (index, operation) in operations.iter().enumerate() {
            count += usize::from(index == 0 || operations[index - 1] != *operation);
            numbers.push(count - 1);
        }
        let words = count.div_ceil(64);
        let mut sets = vec![0_u64; words * self.components.len()];
        for (root, number) in self.roots.iter().zip(numbers) {
            sets[self.component[root.pair] * words + number / 64] |= 1 << (number % 64);
        }
        for (index, members) in self.components.iter().enumerate().rev() {
            for (_, to) in members.iter().flat_map(|member| &self.pairs[*member].within) {
                let target = self.component[*to];
                for word in 0..words {
                    sets[target * words + word] |= sets[index * words + word];
                }
            }
        }
        let counted =
            |set: &[u64]| set.iter().map(|word| word.count_ones() as usize).sum::<usize>();
        (0..self.components.len())
            .map(|index| counted(&sets[index * words..(index + 1) * words]))
            .collect()
    }
}

/// The pairs that were seen in this round. A set for each round would be filled thousands of times.
struct Seen {
    round: usize,
    last: Vec<usize>,
}

impl Seen {
    fn of(pairs: usize) -> Self {
        Self { round: 0, last: vec![0; pairs] }
    }

    /// Returns whether a pair is new.
    fn insert(&mut self, pair: usize) -> bool {
        std::mem::replace(&mut self.last[pair], self.round) != self.round
    }
}

/// A way to a place, by the trail to the place before.
struct Trail {
    before: Option<usize>,
    /// A pair, and the index of a step out of it. `None` at a root.
    step: Option<(usize, usize)>,
}

/// How a pair is reached.
#[derive(Clone, Copy)]
struct Way {
    root: usize,
    /// The pair before, and the index of the step. `None` at a root.
    from: Option<(usize, usize)>,
}

/// Joins steps that are listed from the last to the first.
fn joined(parts: Vec<&[Step]>) -> Vec<Step> {
    parts.into_iter().rev().flatten().cloned().collect()
}

fn change(
    pair: &Pair,
    found: &Found,
    root: &Root<'_>,
    steps: &[Step],
    elsewhere: Option<Elsewhere>,
) -> Change {
    let Found { rule, old, new, structure, steps: within, is_hidden } = found;
    let added = [rules::PROPERTY_ADDED.id, rules::REQUIRED_PROPERTY_ADDED.id].contains(&rule.id);
    // The envelope's result, which methods return.
    let is_result = added
        && matches!(root.part, Part::Response { .. })
        && pair.context.direction == Direction::Response
        && steps.is_empty()
        && *within == [Step::Property("data".into())];
    let rule = if is_result { &rules::RESULT_ADDED } else { *rule };
    Change {
        operation: Some(root.operation.clone()),
        direction: rule.direction().unwrap_or(pair.context.direction),
        at: at(root, [steps, within.as_slice()].concat()),
        rule,
        old: old.clone(),
        new: new.clone(),
        structure: structure.clone(),
        elsewhere,
        is_hidden: *is_hidden,
        is_header: matches!(root.part, Part::ResponseHeader { .. }),
    }
}

fn at(root: &Root<'_>, steps: Vec<Step>) -> String {
    Place { operation: None, part: root.part.clone(), schema: Some(steps) }.within()
}
