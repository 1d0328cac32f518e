//! The parts of an OpenAPI document: its operations, its components, and what refers to what.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::document::{Document, DocumentError, Value, pointer_token};
use crate::workspace::{SPEC, root};

/// The HTTP methods a path item can have, in the order the tables list them.
pub(crate) const METHODS: [&str; 8] =
    ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

/// The extension that says how an operation may be retried. Every operation of our specs has it.
pub(crate) const RETRY: &str = "x-jogg-retry";
/// The extension that names the method of jogg-api-ext that calls an operation.
pub(crate) const CALL: &str = "x-jogg-call";
/// What it says of an operation without a method, which `Jogg::call` executes.
pub(crate) const NO_GROUP: &str = "call";
const SCHEMAS: &str = "#/components/schemas/";
const RESPONSES: &str = "#/components/responses/";

/// One operation of a document.
#[derive(Clone, Debug)]
pub(crate) struct Operation<'d> {
    pub(crate) path: &'d str,
    pub(crate) method: &'static str,
    pub(crate) node: &'d Value,
    /// JSON pointer of the operation.
    pub(crate) pointer: String,
    path_item: &'d Value,
    path_pointer: String,
}

/// One parameter of an operation, after its `$ref` was followed.
#[derive(Clone, Debug)]
pub(crate) struct Parameter<'d> {
    pub(crate) node: &'d Value,
    pub(crate) pointer: String,
}

/// The values of an enum component.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Enumeration<'d> {
    /// The schema with `type`, `enum`, and the names of the values.
    pub(crate) node: &'d Value,
    /// Whether other values of the type may appear.
    pub(crate) open: bool,
}

/// The side of the wire that refers to a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Request,
    Response,
}

impl<'d> Operation<'d> {
    /// Returns the `operationId`. It is empty if the document has none.
    pub(crate) fn id(&self) -> &'d str {
        text(self.node, "operationId")
    }

    /// Returns method and path, such as `POST /v2/product`.
    pub(crate) fn title(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// Returns the method of a group that calls the operation, such as `voices().list`.
    pub(crate) fn call(&self) -> Option<&'d str> {
        Some(text(self.node, CALL)).filter(|call| !call.is_empty() && *call != NO_GROUP)
    }

    /// Returns the schema of the JSON request body.
    pub(crate) fn request_schema(&self) -> Option<&'d Value> {
        self.node.pointer("/requestBody/content/application~1json/schema")
    }

    /// Returns the schema of the JSON response with status 200, or else of the range it is in.
    pub(crate) fn response_schema(&self) -> Option<&'d Value> {
        ["200", "2XX"].iter().find_map(|status| {
            self.node.pointer(&format!("/responses/{status}/content/application~1json/schema"))
        })
    }

    /// Returns the parameters of the operation and of its path item, after references were
    /// followed.
    pub(crate) fn parameters(&self, document: &'d Document) -> Vec<Parameter<'d>> {
        let mut parameters: Vec<Parameter<'d>> = Vec::new();
        let sources = [(self.node, &self.pointer), (self.path_item, &self.path_pointer)];
        for (node, pointer) in sources {
            for (index, entry) in list(node, "parameters").iter().enumerate() {
                let (node, pointer) = match text(entry, "$ref") {
                    "" => (entry, format!("{pointer}/parameters/{index}")),
                    target => match resolve(document, target) {
                        Some(found) => found,
                        None => continue,
                    },
                };
                let same = |other: &Parameter<'_>| {
                    text(other.node, "name") == text(node, "name")
                        && text(other.node, "in") == text(node, "in")
                };
                if !parameters.iter().any(same) {
                    parameters.push(Parameter { node, pointer });
                }
            }
        }
        parameters
    }
}

impl<'d> Parameter<'d> {
    pub(crate) fn name(&self) -> &'d str {
        text(self.node, "name")
    }

    /// Returns where the parameter is sent: `path`, `query`, `header` or `cookie`.
    pub(crate) fn location(&self) -> &'d str {
        text(self.node, "in")
    }

    pub(crate) fn required(&self) -> bool {
        self.node.get("required").and_then(Value::as_bool).unwrap_or(false)
    }
}

/// Reads a file. Without one it is the API's own spec.
pub(crate) fn open(file: Option<PathBuf>) -> Result<Document, DocumentError> {
    match file {
        Some(path) => Document::read(&path),
        None => {
            let mut document = Document::read(&root().join(SPEC))?;
            SPEC.clone_into(&mut document.name);
            Ok(document)
        }
    }
}

/// Returns the target of a `$ref` within the document, with its pointer.
pub(crate) fn resolve<'d>(document: &'d Document, target: &str) -> Option<(&'d Value, String)> {
    let pointer = percent_decoded(target.strip_prefix('#')?)?;
    document.value.pointer(&pointer).map(|node| (node, pointer))
}

/// Returns all operations, by path in the order of the document, then by method.
pub(crate) fn operations(document: &Document) -> Vec<Operation<'_>> {
    let mut operations = Vec::new();
    for (path, item) in members(document.value.get("paths")) {
        let path_pointer = format!("/paths/{}", pointer_token(path));
        for method in METHODS {
            if let Some(node) = item.get(method) {
                operations.push(Operation {
                    path,
                    method,
                    node,
                    pointer: format!("{path_pointer}/{method}"),
                    path_item: item,
                    path_pointer: path_pointer.clone(),
                });
            }
        }
    }
    operations
}

/// Returns the named schemas.
pub(crate) fn schemas(document: &Document) -> impl Iterator<Item = (&str, &Value)> {
    members(document.value.pointer("/components/schemas"))
}

/// Returns a named schema.
pub(crate) fn schema<'d>(document: &'d Document, name: &str) -> Option<&'d Value> {
    document.value.pointer("/components/schemas")?.get(name)
}

/// Returns the enum of a schema. One whose values may grow is an `anyOf` of the known values and
/// their type alone, a form that every generator understands.
pub(crate) fn enumeration(schema: &Value) -> Option<Enumeration<'_>> {
    if schema.get("enum").is_some() {
        return Some(Enumeration { node: schema, open: false });
    }
    let [known, any] = list(schema, "anyOf") else { return None };
    known.get("enum")?;
    let is_plain = any.as_object().is_some_and(|members| members.len() == 1);
    let same = is_plain && any.get("type").is_some() && any.get("type") == known.get("type");
    same.then_some(Enumeration { node: known, open: true })
}

/// Returns the component that a schema refers to: by `$ref`, or by an `allOf` with a single `$ref`,
/// which is how a reference can have a description.
pub(crate) fn referred(schema: &Value) -> Option<&str> {
    let node = match schema.get("allOf").and_then(Value::as_array) {
        Some([only]) => only,
        _ => schema,
    };
    component_name(text(node, "$ref"))
}

/// Returns the component that a `$ref` leads to.
pub(crate) fn component_name(target: &str) -> Option<&str> {
    target.strip_prefix(SCHEMAS)
}

/// Returns the component of a response's `data`, from the second part of its `allOf`.
pub(crate) fn data_component<'d>(
    document: &'d Document,
    operation: &Operation<'d>,
) -> Option<&'d str> {
    let component = schema(document, referred(operation.response_schema()?)?)?;
    let parts = component.get("allOf")?.as_array()?;
    parts.iter().find_map(|part| referred(part.pointer("/properties/data")?))
}

/// Returns the named schemas that requests or responses use, directly or through others.
pub(crate) fn reachable(document: &Document, side: Side) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for operation in operations(document) {
        match side {
            Side::Request => {
                if let Some(body) = operation.node.get("requestBody") {
                    collect(document, body, &mut found);
                }
                for parameter in operation.parameters(document) {
                    collect(document, parameter.node, &mut found);
                }
            }
            Side::Response => {
                if let Some(responses) = operation.node.get("responses") {
                    collect(document, responses, &mut found);
                }
            }
        }
    }
    found
}

fn collect(document: &Document, node: &Value, found: &mut BTreeSet<String>) {
    if text(node, "$ref").starts_with(RESPONSES)
        && let Some((target, _)) = resolve(document, text(node, "$ref"))
    {
        collect(document, target, found);
    }
    if let Some(name) = component_name(text(node, "$ref"))
        && found.insert(name.to_owned())
        && let Some(target) = schema(document, name)
    {
        collect(document, target, found);
    }
    match node {
        Value::Array(items) => items.iter().for_each(|item| collect(document, item, found)),
        Value::Object(map) => map.values().for_each(|value| collect(document, value, found)),
        _ => {}
    }
}

/// Decodes the pointer in a reference, which is a URI.
pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// Returns a string member. It is empty if there is none.
pub(crate) fn text<'v>(node: &'v Value, key: &str) -> &'v str {
    node.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the strings of a list member.
pub(crate) fn texts<'v>(node: &'v Value, key: &str) -> Vec<&'v str> {
    list(node, key).iter().filter_map(Value::as_str).collect()
}

/// Returns a list member. It is empty if there is none.
pub(crate) fn list<'v>(node: &'v Value, key: &str) -> &'v [Value] {
    node.get(key).and_then(Value::as_array).unwrap_or_default()
}

/// Returns the members of an object. Anything else has none.
pub(crate) fn members(node: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    node.and_then(Value::as_object).into_iter().flat_map(|map| map.iter())
}

/// Converts `add_photo_avatar_motion` and `young adult` to `AddPhotoAvatarMotion` and `YoungAdult`.
pub(crate) fn pascal_case(words: &str) -> String {
    let mut name = String::new();
    let mut start = true;
    for letter in words.chars() {
        if !letter.is_ascii_alphanumeric() {
            start = true;
        } else if std::mem::take(&mut start) {
            name.extend(letter.to_uppercase());
        } else {
            name.push(letter);
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_resolve(target: &str, expected: Option<&str>) {
        let text = "paths: {'/x/{id}': {get: {summary: Read}}}\n";
        let document = Document::parse("spec.yaml", text).unwrap();
        let found = resolve(&document, target).map(|(_, pointer)| pointer);
        assert_eq!(found.as_deref(), expected, "{target}");
    }

    #[test]
    fn references_are_uris() {
        let expected = Some("/paths/~1x~1{id}/get");
        check_resolve("#/paths/~1x~1{id}/get", expected);
        check_resolve("#/paths/~1x~1%7Bid%7d/get", expected);
        check_resolve("#", Some(""));
        for target in ["", "é", "/paths", "#/path", "#/paths/%7", "#/paths/%zz", "#%ff", "a.yaml#"]
        {
            check_resolve(target, None);
        }
    }
}
