//! Operations: who they are, what they answer, what they take.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{Findings, walk};
use crate::document::{Document, pointer_token};
use crate::spec::{self, Operation};

/// The schema that frames every answer.
const ENVELOPE: &str = "Envelope";
const MEDIA_TYPE: &str = "application/json";

/// Ids become names of methods, constants and types; tags become sections of the docs.
pub(super) fn identity(document: &Document, findings: &mut Findings) {
    let declared: Vec<&str> =
        spec::list(&document.value, "tags").iter().map(|tag| spec::text(tag, "name")).collect();
    let mut seen: HashMap<&str, String> = HashMap::new();
    for operation in spec::operations(document) {
        let (title, pointer) = (operation.title(), &operation.pointer);
        let id = operation.id();
        if !is_snake_case(id) {
            findings.add(
                format!("{pointer}/operationId"),
                format!("{title} has the operationId `{id}`; name it like `list_voices`"),
            );
        } else if let Some(first) = seen.insert(id, title.clone()) {
            findings.add(
                format!("{pointer}/operationId"),
                format!("`{id}` is the operationId of {first} already; choose another"),
            );
        }
        match spec::texts(operation.node, "tags").as_slice() {
            [tag] if declared.contains(tag) => {}
            [tag] => findings.add(
                format!("{pointer}/tags"),
                format!("the tag `{tag}` is not declared; add it to the top-level `tags`"),
            ),
            tags => findings.add(
                format!("{pointer}/tags"),
                format!("{title} has {} tags; give it exactly one", tags.len()),
            ),
        }
        for key in ["summary", "description"] {
            if spec::text(operation.node, key).trim().is_empty() {
                findings
                    .add(format!("{pointer}/{key}"), format!("{title} has no {key}; write one"));
            }
        }
    }
}

/// Every answer is the envelope, by a component named after the operation.
pub(super) fn answers(document: &Document, findings: &mut Findings) {
    for operation in spec::operations(document) {
        let pointer = format!("{}/responses", operation.pointer);
        let statuses: Vec<&str> =
            spec::members(operation.node.get("responses")).map(|(status, _)| status).collect();
        for status in &statuses {
            if *status != "200" {
                findings.add(
                    format!("{pointer}/{}", pointer_token(status)),
                    format!("a `{status}` response; declare only `200`, the generator takes one"),
                );
            }
        }
        if !statuses.contains(&"200") {
            findings.add(&pointer, "there is no `200` response; declare what success looks like");
            continue;
        }
        let name = format!("{}Response", spec::pascal_case(operation.id()));
        let content = operation.node.pointer("/responses/200/content");
        let referred = body(&name, content, &format!("{pointer}/200"), findings);
        if referred && let Some(schema) = spec::schema(document, &name) {
            frame(&name, schema, findings);
        }
    }
}

/// A body is one JSON component named after the operation.
pub(super) fn bodies(document: &Document, findings: &mut Findings) {
    for operation in spec::operations(document) {
        let Some(request) = operation.node.get("requestBody") else { continue };
        let pointer = format!("{}/requestBody", operation.pointer);
        if request.get("required") != Some(&Value::Bool(true)) {
            findings.add(&pointer, "the request body is optional; add `required: true`");
        }
        body(&request_name(&operation), request.get("content"), &pointer, findings);
    }
}

fn request_name(operation: &Operation<'_>) -> String {
    format!("{}Request", spec::pascal_case(operation.id()))
}

/// Whether the content is JSON alone, with a reference to the component of that name.
fn body(name: &str, content: Option<&Value>, pointer: &str, findings: &mut Findings) -> bool {
    for (media_type, _) in spec::members(content) {
        if media_type != MEDIA_TYPE {
            findings.add(
                format!("{pointer}/content/{}", pointer_token(media_type)),
                format!("the media type `{media_type}`; use `{MEDIA_TYPE}` alone"),
            );
        }
    }
    let schema = content.and_then(|content| content.get(MEDIA_TYPE)?.get("schema"));
    let expected = json!({"$ref": format!("#/components/schemas/{name}")});
    if schema == Some(&expected) {
        return true;
    }
    let pointer = match schema {
        Some(_) => format!("{pointer}/content/{}/schema", pointer_token(MEDIA_TYPE)),
        None => pointer.to_owned(),
    };
    findings.add(
        pointer,
        format!("the {MEDIA_TYPE} schema must be a `$ref` to the component `{name}`; make it one"),
    );
    false
}

/// `allOf: [Envelope]`, or `allOf: [Envelope, {type: object, properties: {data: $ref}}]`.
fn frame(name: &str, schema: &Value, findings: &mut Findings) {
    let envelope = json!({"$ref": format!("#/components/schemas/{ENVELOPE}")});
    let parts = spec::list(schema, "allOf");
    let framed = parts.first() == Some(&envelope);
    let filled = match &parts[parts.len().min(1)..] {
        [] => true,
        [only] => is_data(only),
        _ => false,
    };
    let keys = spec::members(Some(schema)).all(|(key, _)| ["allOf", "description"].contains(&key));
    if !(framed && filled && keys) {
        findings.add(
            walk::component_pointer(name),
            format!(
                "`{name}` must be `allOf` of `{ENVELOPE}` and, if there is data, of an object with \
                 the one property `data`, a `$ref`; bring it into this form"
            ),
        );
    }
}

fn is_data(part: &Value) -> bool {
    let target = part.pointer("/properties/data/$ref").and_then(Value::as_str);
    target.is_some_and(|target| {
        *part == json!({"type": "object", "properties": {"data": {"$ref": target}}})
    })
}

/// `^[a-z][a-z0-9]*(_[a-z0-9]+)*$`
fn is_snake_case(id: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    id.starts_with(|first: char| first.is_ascii_lowercase()) && id.split('_').all(word)
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;
    use super::is_snake_case;

    #[test]
    fn ids_are_snake_case() {
        for (id, expected) in [
            ("whoami", true),
            ("list_voices", true),
            ("get_v2_list", true),
            ("", false),
            ("listVoices", false),
            ("_list", false),
            ("list__voices", false),
            ("list_", false),
            ("2_list", false),
            ("list-voices", false),
        ] {
            assert_eq!(is_snake_case(id), expected, "{id}");
        }
        check(
            &[("      operationId: update_thing\n", "")],
            &[
                ("put:", "PUT /things/{id} has the operationId ``; name it like"),
                ("schema:", "the application/json schema must be a `$ref` to the component"),
                ("schema:", "the application/json schema must be a `$ref` to the component"),
            ],
        );
    }

    #[test]
    fn ids_are_unique() {
        check(
            &[
                ("operationId: get_thing\n", "operationId: list_things\n"),
                ("schemas/GetThingResponse", "schemas/ListThingsResponse"),
                ("    GetThingResponse:", "    DropThingResponse:"),
                ("report: get_thing,", "report: list_things,"),
                ("to: path.id", "to: query.kind"),
            ],
            &[
                ("operationId: list_things", "`list_things` is the operationId of GET /things"),
                ("DropThingResponse:", "nothing refers to `DropThingResponse`"),
            ],
        );
    }

    #[test]
    fn each_operation_has_one_declared_tag() {
        check(
            &[("tags: [Things] # update", "tags: [Things, Other] # update")],
            &[("tags: [Things, Other] # update", "PUT /things/{id} has 2 tags")],
        );
        check(
            &[("tags: [Things] # update", "tags: [Other] # update")],
            &[("tags: [Other] # update", "the tag `Other` is not declared")],
        );
    }

    #[test]
    fn each_operation_is_described() {
        check(
            &[("summary: Read a thing", "summary: ''")],
            &[("summary: ''", "GET /things/{id} has no summary")],
        );
        check(
            &[("      description: Looks at one thing.\n", "")],
            &[("get:", "GET /things/{id} has no description")],
        );
    }

    #[test]
    fn the_only_answer_is_200() {
        let status = "'200': # get_thing";
        check(
            &[(status, "'404': {description: Gone.}\n        '200': # get_thing")],
            &[("'404': {description: Gone.}", "a `404` response; declare only `200`")],
        );
        check(
            &[(status, "'201':")],
            &[("responses:", "there is no `200` response"), ("'201':", "a `201` response")],
        );
    }

    #[test]
    fn an_answer_is_the_envelope() {
        let data = "            data:\n              $ref: '#/components/schemas/Thing'";
        let line = "GetThingResponse:";
        let wrong = "`GetThingResponse` must be `allOf` of `Envelope`";
        let array = "            data:\n              type: array\n              items:\n                \
                     $ref: '#/components/schemas/Thing'";
        check(&[(data, array)], &[(line, wrong)]);
        let more = format!("{data}\n            more: {{type: string, description: More.}}");
        check(&[(data, &more)], &[(line, wrong)]);
        check(
            &[("description: Answer of `get_thing`.", "type: object\n      description: Answer.")],
            &[(line, wrong)],
        );
    }

    #[test]
    fn bodies_are_named_after_the_operation() {
        check(
            &[("$ref: '#/components/schemas/UpdateThingRequest'", "{type: string}")],
            &[
                ("schema:", "the application/json schema must be a `$ref` to the component"),
                ("UpdateThingRequest:", "nothing refers to `UpdateThingRequest`"),
                ("UpdateOptions:", "nothing refers to `UpdateOptions`"),
            ],
        );
        check(
            &[("        required: true # update\n", "")],
            &[("requestBody:", "the request body is optional")],
        );
        check(
            &[(
                "          application/json: # update",
                "          text/plain: {}\n          application/json: # update",
            )],
            &[("text/plain: {}", "the media type `text/plain`")],
        );
    }
}
