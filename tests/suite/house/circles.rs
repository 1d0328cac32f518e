//! No files import each other in a circle, but for pairs within a folder that are two halves of one
//! thing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;

use super::graph::Graph;

/// Two files of one folder that may import each other.
pub(super) struct Pair {
    pub(super) files: [&'static str; 2],
    pub(super) reason: &'static str,
}

/// Each circle that is not allowed, and each allowed pair that there is not.
pub(super) fn findings(graph: &Graph, allowed: &[Pair]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut used = BTreeSet::new();
    for circle in circles(graph) {
        match pair_of(graph, &circle, allowed) {
            Some(pair) => drop(used.insert(pair)),
            None => findings.push(describe(graph, &circle, allowed)),
        }
    }
    for (place, pair) in allowed.iter().enumerate() {
        let [first, second] = pair.files;
        if pair.reason.is_empty() {
            findings.push(format!("the pair {first} and {second} is allowed without a reason"));
        }
        let is_mutual =
            !graph.names(first, second).is_empty() && !graph.names(second, first).is_empty();
        if !is_mutual && !used.contains(&place) {
            findings.push(format!(
                "{first} and {second} no longer import each other: take the pair out of the table"
            ));
        }
    }
    findings
}

/// The allowed pair that a circle is.
fn pair_of(graph: &Graph, circle: &BTreeSet<&str>, allowed: &[Pair]) -> Option<usize> {
    let folders: BTreeSet<&str> = circle.iter().map(|file| graph.folder(file)).collect();
    let files = |pair: &Pair| BTreeSet::from(pair.files);
    match folders.len() {
        1 => allowed.iter().position(|pair| files(pair) == *circle),
        _ => None,
    }
}

/// The largest sets of files in which each leads to each.
fn circles(graph: &Graph) -> Vec<BTreeSet<&str>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        graph.imports.keys().map(|file| (file.as_str(), reached_from(graph, file))).collect();
    let circles: BTreeSet<BTreeSet<&str>> = reached
        .iter()
        .map(|(file, reached_from)| {
            let back = reached_from.iter().filter(|other| reached[**other].contains(file));
            back.copied().collect()
        })
        .collect();
    circles.into_iter().filter(|circle: &BTreeSet<&str>| circle.len() > 1).collect()
}

fn reached_from<'a>(graph: &'a Graph, file: &'a str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next = vec![file];
    while let Some(file) = next.pop() {
        for other in graph.imports[file].keys() {
            if reached.insert(other.as_str()) {
                next.push(other);
            }
        }
    }
    reached
}

/// The shortest way round through some of the files that is no allowed pair, then what else ties
/// them.
fn describe(graph: &Graph, circle: &BTreeSet<&str>, allowed: &[Pair]) -> String {
    let round = shortest(graph, circle, allowed);
    let edges = |from: &'_ str| {
        let to = graph.imports[from].keys().filter(|to| circle.contains(to.as_str()));
        to.map(move |to| (from.to_owned(), to.clone())).collect::<Vec<_>>()
    };
    let steps: BTreeSet<(String, String)> =
        round.windows(2).map(|step| (step[0].to_owned(), step[1].to_owned())).collect();
    let mut text = format!("{} files import each other in a circle:\n", circle.len());
    for step in round.windows(2) {
        line(&mut text, graph, step[0], step[1]);
    }
    let rest: Vec<_> = circle.iter().flat_map(|file| edges(file)).collect();
    let rest: Vec<_> = rest.iter().filter(|edge| !steps.contains(*edge)).collect();
    if !rest.is_empty() {
        text.push_str("and besides:\n");
        rest.iter().for_each(|(from, to)| line(&mut text, graph, from, to));
    }
    let folders: BTreeSet<&str> = circle.iter().map(|file| graph.folder(file)).collect();
    text.push_str(
        "To break it, move what one of these names stands for into the file that needs it or into \
         one below both, or hand it in as an argument. A re-export changes nothing.",
    );
    if circle.len() == 2 && folders.len() == 1 {
        text.push_str(" If the two are halves of one thing, allow the pair, with the reason.");
    }
    text
}

fn line(text: &mut String, graph: &Graph, from: &str, to: &str) {
    let _ = writeln!(text, "  {from} → {to}: {}", graph.names(from, to).join(", "));
}

/// The shortest circle within a set of files, ending where it begins. Only if there is no other, it
/// is an allowed pair.
fn shortest<'a>(graph: &'a Graph, within: &BTreeSet<&'a str>, allowed: &[Pair]) -> Vec<&'a str> {
    let is_allowed = |way: &[&str]| {
        let files: BTreeSet<&str> = way.iter().copied().collect();
        allowed.iter().any(|pair| BTreeSet::from(pair.files) == files)
    };
    let ways = within.iter().filter_map(|start| way_back(graph, within, start));
    ways.min_by_key(|way| (is_allowed(way), way.len())).unwrap_or_default()
}

fn way_back<'a>(
    graph: &'a Graph,
    within: &BTreeSet<&'a str>,
    start: &'a str,
) -> Option<Vec<&'a str>> {
    let mut came_from = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(file) = next.pop_front() {
        for other in graph.imports[file].keys().map(String::as_str) {
            if within.contains(other) && !came_from.contains_key(other) {
                came_from.insert(other, file);
                next.push_back(other);
            }
        }
    }
    let mut way = vec![start];
    loop {
        let before = *came_from.get(way.last()?)?;
        way.push(before);
        if before == start {
            break;
        }
    }
    way.reverse();
    Some(way)
}
