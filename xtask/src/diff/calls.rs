//! What people call the operations of a report: the method of the SDK, or else the `operationId`.

use std::collections::BTreeMap;

use crate::document::Document;
use crate::spec;
use crate::surface::{OperationName, template};

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
    /// Reads the names from a spec.
    pub(crate) fn of(document: &Document) -> Self {
        let calls = spec::operations(document).into_iter().map(|operation| {
            let (path, _) = template(operation.path);
            let name =
                OperationName { method: operation.method.to_uppercase().into(), path: path.into() };
            let id = Some(operation.id()).filter(|id| !id.is_empty()).map(str::to_owned);
            (name, Call { method: operation.call().map(str::to_owned), id })
        });
        Self(calls.collect())
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

    #[test]
    fn the_method_comes_before_the_id_and_the_newer_side_before_the_older() {
        let [old, new] = [
            "{'/a/{x}': {get: {operationId: get_a}}, /b: {get: {operationId: old_b}}, /c: {get: {}}}",
            "{'/a/{y}': {get: {operationId: get_a, x-jogg-call: a().get}}, \
              /d: {get: {operationId: get_d, x-jogg-call: call}}}",
        ]
        .map(|paths| Document::parse("spec", format!("openapi: 3.0.3\npaths: {paths}")).unwrap());
        let calls = Calls::of(&old).followed_by(&Calls::of(&new));
        for (path, expected) in
            [("/a/{}", Some("a().get")), ("/b", Some("old_b")), ("/c", None), ("/d", Some("get_d"))]
        {
            let operation = OperationName { method: "GET".into(), path: path.into() };
            assert_eq!(calls.shown(Some(&operation)).as_deref(), expected, "{path}");
        }
        assert_eq!(calls.shown(None), None);
    }
}
