//! What the rewrite of progenitor's output has to know about the spec.

use std::collections::{BTreeMap, BTreeSet};

use super::transform;
use crate::document::{Document, Map, Value};
use crate::spec::{self, Side};

/// The parts of the spec that the rewrite uses.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) operations: Vec<OperationFacts>,
    /// The types of requests, with their required fields in the order of the spec.
    pub(super) requests: Vec<(String, Vec<String>)>,
    /// The minimum and maximum of numbers in requests, by type and field.
    pub(super) ranges: BTreeMap<(String, String), (Option<i64>, Option<i64>)>,
    /// The types of responses.
    pub(super) responses: BTreeSet<String>,
}

/// One operation.
#[derive(Debug)]
pub(super) struct OperationFacts {
    pub(super) id: String,
    /// Method and path, such as `GET /v2/voices`.
    pub(super) title: String,
    /// The path template, such as `/v2/avatar_video/{id}`.
    pub(super) path: String,
    pub(super) summary: String,
    pub(super) description: String,
    /// The method of jogg-api-ext that calls it, such as `voices().list`.
    pub(super) call: Option<String>,
    /// The path parameters with their descriptions.
    pub(super) path_parameters: Vec<(String, String)>,
    /// The type of the query parameters, if there are any.
    pub(super) query: Option<String>,
}

impl Facts {
    pub(super) fn of(document: &Document) -> Self {
        let is_struct = |name: &String| {
            name != "Envelope"
                && !name.ends_with("Response")
                && spec::schema(document, name)
                    .is_some_and(|schema| spec::enumeration(schema).is_none())
        };
        let responses =
            spec::reachable(document, Side::Response).into_iter().filter(is_struct).collect();
        let mut facts = Self {
            operations: Vec::new(),
            requests: Vec::new(),
            ranges: BTreeMap::new(),
            responses,
        };
        for name in spec::reachable(document, Side::Request).into_iter().filter(is_struct) {
            facts.add_request(document, name);
        }
        for operation in spec::operations(document) {
            facts.add_operation(document, &operation);
        }
        facts
    }

    fn add_request(&mut self, document: &Document, name: String) {
        let schema = spec::schema(document, &name).unwrap_or(&Value::Null);
        let required = spec::texts(schema, "required").into_iter().map(str::to_owned).collect();
        let properties = schema.get("properties").and_then(Value::as_object);
        for (property, node) in properties.into_iter().flat_map(Map::iter) {
            self.add_range(&name, property, node);
        }
        self.requests.push((name, required));
    }

    fn add_operation(&mut self, document: &Document, operation: &spec::Operation<'_>) {
        let parameters = operation.parameters(document);
        let sent_in = |location: &'static str| {
            parameters.iter().filter(move |parameter| parameter.location() == location)
        };
        let has_query = sent_in("query").next().is_some();
        let query = has_query.then(|| transform::query_name(operation));
        if let Some(name) = &query {
            for parameter in sent_in("query") {
                if let Some(schema) = parameter.node.get("schema") {
                    self.add_range(name, parameter.name(), schema);
                }
            }
            let required = sent_in("query").filter(|parameter| parameter.required());
            let required = required.map(|parameter| parameter.name().to_owned()).collect();
            self.requests.push((name.clone(), required));
        }
        let described = |parameter: &spec::Parameter<'_>| {
            let description = spec::text(parameter.node, "description");
            (parameter.name().to_owned(), description.to_owned())
        };
        self.operations.push(OperationFacts {
            id: operation.id().to_owned(),
            title: operation.title(),
            path: operation.path.to_owned(),
            summary: spec::text(operation.node, "summary").to_owned(),
            description: spec::text(operation.node, "description").to_owned(),
            call: operation.call().map(str::to_owned),
            path_parameters: sent_in("path").map(described).collect(),
            query,
        });
    }

    /// Adds the range of a number, if its schema has bounds.
    fn add_range(&mut self, owner: &str, property: &str, schema: &Value) {
        let bound = |name| schema.get(name).and_then(Value::as_i64);
        let range = (bound("minimum"), bound("maximum"));
        if range != (None, None) {
            self.ranges.insert((owner.to_owned(), property.to_owned()), range);
        }
    }
}
