//! The paths of servers, which all paths of operations are relative to. What moves from one to the
//! other changes no address.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::tree::Tree;
use crate::surface::OperationName;

/// The path of the servers on each side.
#[derive(Debug, Default)]
pub(super) struct Bases {
    /// `None` unless a part of it moved to the paths of operations, or from there.
    moved: Option<[String; 2]>,
}

impl Bases {
    pub(super) fn of(old: &Tree, new: &Tree) -> Self {
        let (Some(from), Some(to)) = (base(old), base(new)) else { return Self::default() };
        if from == to {
            return Self::default();
        }
        let bases = Self { moved: Some([from, to]) };
        let found = |name: &OperationName| new.operations.contains_key(name);
        let (same, kept) = old.operations.keys().fold((0, 0), |(same, kept), name| {
            (same + usize::from(found(&bases.expected(name))), kept + usize::from(found(name)))
        });
        if same > kept { bases } else { Self::default() }
    }

    /// Returns the name that an operation has on the new side if its address is the same.
    pub(super) fn expected(&self, old: &OperationName) -> OperationName {
        let path = self.moved.as_ref().and_then(|[from, to]| {
            let whole = format!("{from}{}", old.path);
            Some(whole.strip_prefix(to.as_str())?.to_owned()).filter(|path| path.starts_with('/'))
        });
        OperationName {
            method: old.method.clone(),
            path: path.map_or_else(|| Arc::clone(&old.path), Arc::from),
        }
    }

    /// Returns the addresses of an operation on both sides, as far as they differ. Methods are
    /// named if they do.
    pub(super) fn changed(&self, old: &OperationName, new: &OperationName) -> Option<[String; 2]> {
        let [from, to] = self.moved.as_ref().map_or(["", ""], |[from, to]| [from, to]);
        let paths = [format!("{from}{}", old.path), format!("{to}{}", new.path)];
        if old.method != new.method {
            let [from, to] = paths;
            return Some([format!("{} {from}", old.method), format!("{} {to}", new.method)]);
        }
        (paths[0] != paths[1]).then_some(paths)
    }

    /// Returns servers of both sides, without what moved to paths.
    pub(super) fn servers(&self, sides: [BTreeSet<&str>; 2]) -> [BTreeSet<String>; 2] {
        let mut bases = self.moved.iter().flatten();
        sides.map(|servers| {
            let base = bases.next().map_or("", String::as_str);
            let without = |server: &&str| match base.is_empty() || !server.ends_with('"') {
                true => (*server).to_owned(),
                false => {
                    let url = server.trim_end_matches('"').trim_end_matches('/');
                    format!("{}\"", url.strip_suffix(base).unwrap_or(url))
                }
            };
            let whole = |server: String| match self.moved.is_some() {
                true => server.replace("/\"", "\""),
                false => server,
            };
            servers.iter().map(without).map(whole).collect()
        })
    }
}

/// Returns the path that all servers of a side have. `None` if they differ.
fn base(tree: &Tree) -> Option<String> {
    let bases: BTreeSet<Option<String>> = tree.api.values("server").into_iter().map(path).collect();
    match bases.len() {
        0 => Some(String::new()),
        1 => bases.into_iter().next().flatten(),
        _ => None,
    }
}

/// Returns the path of a server. `None` if it has variables.
fn path(server: &str) -> Option<String> {
    let url: String = serde_json::from_str(server).ok()?;
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let path = match url.contains("://") {
        true => rest.find('/').map_or("", |start| &rest[start..]),
        false => rest,
    };
    (!url.contains(['{', '?', '#'])).then(|| path.trim_end_matches('/').to_owned())
}
