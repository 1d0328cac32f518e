//! Compares the operations of two specs, and what is said about the API as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Change;
use super::matching::Matches;
use super::message;
use super::pairs::Pairs;
use super::places::{self, Root};
use super::rules::{self, Rule};
use super::schema;
use super::tree::{Place, Tree};
use super::walk::Walk;
use crate::surface::OperationName;

/// The result of a comparison.
pub(super) struct Compared {
    pub(super) changes: Vec<Change>,
    /// The first place where more alternatives differ than can be matched, with their number.
    pub(super) unmatched: Option<(String, usize)>,
}

/// Compares everything.
pub(super) fn compare(
    old: &Tree,
    new: &Tree,
    matches: &Matches<'_>,
    pairs: &mut Pairs,
) -> Compared {
    let mut walk = Walk::new(None, pairs);
    let servers = matches.bases.servers([old.api.values("server"), new.api.values("server")]);
    compare_servers(&mut walk, &servers);
    let servers_of_api = servers;
    compare_schemes(&mut walk, &old.api, &new.api);
    let security = security(old, new, matches);
    let everywhere = match security.values().next() {
        Some(change) if security.len() > 1 && security.values().all(|other| other == change) => {
            record_security(&mut walk, change);
            true
        }
        _ => false,
    };
    let (mut all, _) = walk.into_parts();
    let mut roots = Vec::new();
    for (from, to) in &matches.both {
        let (old, new) = (&old.operations[*from], &new.operations[*to]);
        let mut walk = Walk::new(Some(to), pairs);
        if let Some([from, to]) = matches.bases.changed(from, to) {
            walk.record(&rules::OPERATION_MOVED, Some(&from), Some(&to));
        }
        if let Some(changes) = security.get(to).filter(|_| !everywhere) {
            record_security(&mut walk, changes);
        }
        compare_servers(&mut walk, &effective_servers(matches, [old, new], &servers_of_api));
        let deprecated = (&rules::OPERATION_DEPRECATED, &rules::OPERATION_REINSTATED);
        walk.record_flag("deprecated", deprecated, old, new);
        compare_unread(&mut walk, old, new);
        message::compare(&mut walk, old, new);
        let (changes, schemas) = walk.into_parts();
        all.extend(changes);
        roots.extend(schemas.into_iter().map(|(part, pair)| Root { operation: to, part, pair }));
    }
    for operation in &matches.removed {
        let mut walk = Walk::new(Some(operation), pairs);
        let place = &old.operations[*operation];
        walk.record_subtree(&rules::OPERATION_REMOVED, Some(place), None);
        all.extend(walk.into_parts().0);
    }
    for operation in &matches.added {
        let mut walk = Walk::new(Some(operation), pairs);
        let place = &new.operations[*operation];
        walk.record_subtree(&rules::OPERATION_ADDED, None, Some(place));
        all.extend(walk.into_parts().0);
    }
    schema::compare_all(pairs);
    roots.sort_by(|a, b| a.operation.cmp(b.operation));
    all.extend(places::changes(pairs, &roots));
    Compared { changes: all, unmatched: places::unmatched(pairs, &roots) }
}

/// Compares references that weren't followed, as texts.
fn compare_unread(walk: &mut Walk<'_>, old: &Place, new: &Place) {
    let (old, new) = (unread(old), unread(new));
    for old in old.difference(&new) {
        walk.record(&rules::REFERENCE_CHANGED, Some(old), None);
    }
    for new in new.difference(&old) {
        walk.record(&rules::REFERENCE_CHANGED, None, Some(new));
    }
}

fn unread(place: &Place) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = place.values("$ref").into_iter().map(str::to_owned).collect();
    for (key, child) in &place.children {
        found.extend(unread(child).into_iter().map(|found| format!("{} {found}", key.name())));
    }
    found
}

/// Returns the first fact about a place that one side has and the other doesn't, for operations on
/// both sides.
pub(super) fn first_difference(old: &Tree, new: &Tree, matches: &Matches<'_>) -> Option<String> {
    matches.both.iter().find_map(|(from, to)| {
        let found = differing_fact(&old.operations[*from], &new.operations[*to])?;
        Some(format!("{to} {found}"))
    })
}

fn differing_fact(old: &Place, new: &Place) -> Option<String> {
    let [a, b] = [old, new].map(|place| place.facts.iter().collect::<BTreeSet<_>>());
    if let Some(fact) = a.symmetric_difference(&b).next() {
        return Some(format!("{} {}", fact.keyword, fact.value).trim_end().to_owned());
    }
    let nothing = Place::default();
    old.keys(new).into_iter().find_map(|key| {
        let [old, new] = [old, new].map(|place| place.child(key).unwrap_or(&nothing));
        let found = differing_fact(old, new)?;
        Some(format!("{} {found}", key.name()))
    })
}

/// A change of the ways to authenticate, yet without the operation.
#[derive(PartialEq, Eq)]
struct SecurityChange {
    rule: &'static Rule,
    old: Option<String>,
    new: Option<String>,
}

fn record_security(walk: &mut Walk<'_>, changes: &[SecurityChange]) {
    for SecurityChange { rule, old, new } in changes {
        walk.record_at(rule, "security".to_owned(), old.as_deref(), new.as_deref());
    }
}

fn compare_servers(walk: &mut Walk<'_>, [old, new]: &[BTreeSet<String>; 2]) {
    let removed: Vec<&str> = old.difference(new).map(String::as_str).collect();
    let added: Vec<&str> = new.difference(old).map(String::as_str).collect();
    let at = || "server".to_owned();
    if let ([removed], [added]) = (removed.as_slice(), added.as_slice()) {
        walk.record_at(&rules::SERVER_CHANGED, at(), Some(removed), Some(added));
        return;
    }
    removed.iter().for_each(|url| walk.record_at(&rules::SERVER_REMOVED, at(), Some(url), None));
    added.iter().for_each(|url| walk.record_at(&rules::SERVER_ADDED, at(), None, Some(url)));
}

/// Returns the servers of an operation: its own, or else those of the API. Empty where they are the
/// latter on both sides.
fn effective_servers(
    matches: &Matches<'_>,
    places: [&Place; 2],
    [old, new]: &[BTreeSet<String>; 2],
) -> [BTreeSet<String>; 2] {
    let [from, to] = matches.bases.servers(places.map(|place| place.values("server")));
    match (from.is_empty(), to.is_empty()) {
        (true, false) => [old.clone(), to],
        (false, true) => [from, new.clone()],
        _ => [from, to],
    }
}

/// Compares the security schemes. Schemes of the same kind are the same scheme.
fn compare_schemes(walk: &mut Walk<'_>, old: &Place, new: &Place) {
    let (old, new) = (old.values("scheme"), new.values("scheme"));
    let mut removed: BTreeSet<&str> = old.difference(&new).copied().collect();
    let mut added: BTreeSet<&str> = new.difference(&old).copied().collect();
    let kind = |scheme: &str| {
        scheme.split([' ', '"']).find(|word| !word.is_empty()).unwrap_or_default().to_owned()
    };
    let at = || "scheme".to_owned();
    for scheme in removed.clone() {
        if let Some(now) = added.iter().copied().find(|now| kind(now) == kind(scheme)) {
            walk.record_at(&rules::SCHEME_CHANGED, at(), Some(scheme), Some(now));
            removed.remove(scheme);
            added.remove(now);
        }
    }
    if let (Some(old), Some(new), 1, 1) =
        (removed.first(), added.first(), removed.len(), added.len())
    {
        walk.record_at(&rules::SCHEME_CHANGED, at(), Some(old), Some(new));
        return;
    }
    removed.iter().for_each(|old| walk.record_at(&rules::SCHEME_REMOVED, at(), Some(old), None));
    added.iter().for_each(|new| walk.record_at(&rules::SCHEME_ADDED, at(), None, Some(new)));
}

/// Returns how each operation's security changed. The list is empty where it didn't.
fn security<'t>(
    old: &Tree,
    new: &Tree,
    matches: &Matches<'t>,
) -> BTreeMap<&'t OperationName, Vec<SecurityChange>> {
    let changes = matches.both.iter().map(|(from, to)| {
        let old = old.operations[*from].values("security");
        let new = new.operations[*to].values("security");
        (*to, security_changes(&old, &new))
    });
    changes.collect()
}

fn security_changes(old: &BTreeSet<&str>, new: &BTreeSet<&str>) -> Vec<SecurityChange> {
    let open = |ways: &BTreeSet<&str>| ways.iter().all(|way| *way == "[]");
    if old == new {
        return Vec::new();
    }
    // What satisfied one that is gone may satisfy another.
    let satisfies = |old: &&str| new.iter().any(|new| suffices(old, new));
    let changed = match (open(old), open(new)) {
        (true, _) => Some(&rules::SECURITY_ADDED),
        (_, true) => Some(&rules::SECURITY_REMOVED),
        _ if old.iter().all(satisfies) => Some(&rules::SECURITY_LOOSENED),
        _ if !old.iter().any(satisfies) => Some(&rules::SECURITY_CHANGED),
        _ => None,
    };
    if let Some(rule) = changed.filter(|_| old.is_disjoint(new)) {
        let list = |ways: &BTreeSet<&str>| ways.iter().copied().collect::<Vec<_>>().join(" or ");
        return vec![SecurityChange { rule, old: Some(list(old)), new: Some(list(new)) }];
    }
    let removed = old.difference(new).map(|way| SecurityChange {
        rule: match satisfies(way) {
            true => &rules::SECURITY_LOOSENED,
            false => &rules::SECURITY_ALTERNATIVE_REMOVED,
        },
        old: Some((*way).to_owned()),
        new: None,
    });
    let added = new.difference(old).map(|way| SecurityChange {
        rule: &rules::SECURITY_ALTERNATIVE_ADDED,
        old: None,
        new: Some((*way).to_owned()),
    });
    removed.chain(added).collect()
}

/// Whether a client that authenticates in one way may call what another is needed for: that needs
/// no scheme and no scope which the client doesn't have.
fn suffices(old: &str, new: &str) -> bool {
    let (old, new) = (schemes(old), schemes(new));
    let has = |(scheme, scopes): &(String, BTreeSet<String>)| {
        old.iter().any(|(other, others)| other == scheme && scopes.is_subset(others))
    };
    new.iter().all(has)
}

/// Returns the schemes that a way to authenticate consists of, with the scopes of each.
fn schemes(way: &str) -> Vec<(String, BTreeSet<String>)> {
    let schemes: Vec<String> = serde_json::from_str(way).unwrap_or_default();
    let schemes = schemes.iter().map(|scheme| {
        // How many words name a scheme, as a surface writes it.
        let count = match scheme.split(' ').next() {
            Some("apiKey") => 3,
            Some("http" | "openIdConnect" | "undefined") => 2,
            _ => 1,
        };
        let words: Vec<&str> = scheme.split(' ').collect();
        let (name, scopes) = words.split_at(count.min(words.len()));
        (name.join(" "), scopes.iter().map(|&scope| scope.to_owned()).collect())
    });
    schemes.collect()
}
