//! What people call the operations of a report: the method of the SDK, or else the `operationId`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::matching::Ids;
use crate::spec::{CALL, METHODS, NO_GROUP};
use crate::surface::{Bundle, Node, OperationName, template};

/// The names of operations in code.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls(BTreeMap<OperationName, Call>);

/// The names of one operation in code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Call {
    /// The method of the SDK, if the spec says so: `voices().list`.
    pub(crate) method: Option<String>,
    /// The `operationId`, if there is one.
    pub(crate) id: Option<String>,
}

impl Calls {
    /// Reads the names from a spec, wherever its operations are written.
    pub(crate) fn of(bundle: &Bundle<'_>) -> Self {
        let follow = |node| bundle.follow(node).ok();
        let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let mut calls = BTreeMap::new();
        let paths = bundle.root().get("paths").and_then(follow);
        for (path, item) in paths.into_iter().flat_map(Node::members) {
            let (path, _) = template(path);
            let path: Arc<str> = path.into();
            let Some(item) = follow(item) else { continue };
            for method in METHODS {
                let Some(node) = item.get(method).and_then(follow) else { continue };
                let name =
                    OperationName { method: method.to_uppercase().into(), path: Arc::clone(&path) };
                let method = said(node.text(CALL)).filter(|call| call != NO_GROUP);
                calls.insert(name, Call { method, id: said(node.text("operationId")) });
            }
        }
        Self(calls)
    }

    /// Returns the operations by their ids, without ids that several have.
    pub(super) fn ids(&self) -> Ids {
        let mut ids = BTreeMap::new();
        for (name, call) in &self.0 {
            if let Some(id) = &call.id {
                let several = ids.contains_key(id);
                ids.insert(id.clone(), Some(name).filter(|_| !several));
            }
        }
        ids.into_iter().filter_map(|(id, name)| Some((id, name?.clone()))).collect()
    }

    /// Returns the names of both sides, of which the newer takes precedence.
    pub(crate) fn followed_by(&self, newer: &Self) -> Self {
        let both = self.0.iter().chain(&newer.0);
        Self(both.map(|(name, call)| (name.clone(), call.clone())).collect())
    }

    /// Returns the names of an operation. Both are missing for the API as a whole.
    pub(crate) fn get(&self, operation: Option<&OperationName>) -> Call {
        operation.and_then(|operation| self.0.get(operation)).cloned().unwrap_or_default()
    }

    /// Returns the name to show beside an operation.
    pub(crate) fn shown(&self, operation: Option<&OperationName>) -> Option<String> {
        let Call { method, id } = self.get(operation);
        method.or(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::surface::nothing_beside;

    #[test]
    fn the_method_comes_before_the_id_and_the_newer_side_before_the_older() {
        let [old, new] = [
            "{'/a/{x}': {get: {operationId: get_a}}, /b: {get: {operationId: old_b}}, /c: {get: {}}}",
            "{'/a/{y}': {get: {operationId: get_a, x-jogg-call: a().get}}, \
              /d: {get: {operationId: get_d, x-jogg-call: call}}}",
        ]
        .map(|paths| {
            let text = format!("openapi: 3.0.3\npaths: {paths}");
            let document = Document::parse("spec", text).unwrap();
            Calls::of(&Bundle::read(&document, &nothing_beside))
        });
        let calls = old.followed_by(&new);
        for (path, expected) in
            [("/a/{}", Some("a().get")), ("/b", Some("old_b")), ("/c", None), ("/d", Some("get_d"))]
        {
            let operation = OperationName { method: "GET".into(), path: path.into() };
            assert_eq!(calls.shown(Some(&operation)).as_deref(), expected, "{path}");
        }
        assert_eq!(calls.shown(None), None);
    }
}
