//! Checks operations: their identity, responses and bodies.

use std::collections::HashMap;

use serde_json::json;

use super::findings::LintFindings;
use super::visit;
use crate::document::{Document, Value, pointer_token};
use crate::spec;

/// The schema that frames every response.
const ENVELOPE: &str = "Envelope";
const MEDIA_TYPE: &str = "application/json";

/// Checks operationIds, which become methods, constants and types, and tags, summaries and
/// descriptions, which become documentation.
pub(super) fn identity(document: &Document, findings: &mut LintFindings) {
    let declared: Vec<&str> =
        spec::list(&document.value, "tags").iter().map(|tag| spec::text(tag, "name")).collect();
    let mut seen: HashMap<&str, String> = HashMap::new();
    for operation in spec::operations(document) {
        let (title, pointer) = (operation.title(), &operation.pointer);
        let id = operation.id();
        if !is_snake_case(id) {
            findings.add(
                format!("{pointer}/operationId"),
                format!("{title} has the operationId `{id}`; write it like `list_voices`"),
            );
        } else if let Some(first) = seen.insert(id, title.clone()) {
            findings.add(
                format!("{pointer}/operationId"),
                format!("`{id}` is already the operationId of {first}; choose another"),
            );
        }
        match spec::texts(operation.node, "tags").as_slice() {
            [tag] if declared.contains(tag) => {}
            [tag] => findings.add(
                format!("{pointer}/tags"),
                format!("the tag `{tag}` isn't declared; add it to the top-level `tags`"),
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

/// Checks that every response is the envelope, in a component named after the operation.
pub(super) fn responses(document: &Document, findings: &mut LintFindings) {
    for operation in spec::operations(document) {
        let pointer = format!("{}/responses", operation.pointer);
        let statuses: Vec<&str> =
            spec::members(operation.node.get("responses")).map(|(status, _)| status).collect();
        for status in &statuses {
            if !["200", "default"].contains(status) {
                findings.add(
                    format!("{pointer}/{}", pointer_token(status)),
                    format!(
                        "there is a `{status}` response; `default` stands for all but `200`, so \
                         remove it"
                    ),
                );
            }
        }
        if !statuses.contains(&"200") {
            findings.add(
                &pointer,
                "there is no `200` response; declare the response of a successful call",
            );
            continue;
        }
        let name = format!("{}Response", spec::pascal_case(operation.id()));
        let content = operation.node.pointer("/responses/200/content");
        let referred = check_content(&name, content, &format!("{pointer}/200"), findings);
        if referred && let Some(schema) = spec::schema(document, &name) {
            check_frame(&name, schema, findings);
        }
    }
}

/// Checks that every body is a JSON component named after the operation.
pub(super) fn bodies(document: &Document, findings: &mut LintFindings) {
    for operation in spec::operations(document) {
        let Some(request) = operation.node.get("requestBody") else { continue };
        let pointer = format!("{}/requestBody", operation.pointer);
        if request.get("required") != Some(&Value::Bool(true)) {
            findings.add(&pointer, "the request body is optional; add `required: true`");
        }
        let name = format!("{}Request", spec::pascal_case(operation.id()));
        check_content(&name, request.get("content"), &pointer, findings);
    }
}

/// Checks that the content is JSON only. Returns whether it refers to the component of that name.
fn check_content(
    name: &str,
    content: Option<&Value>,
    pointer: &str,
    findings: &mut LintFindings,
) -> bool {
    for (media_type, _) in spec::members(content) {
        if media_type != MEDIA_TYPE {
            findings.add(
                format!("{pointer}/content/{}", pointer_token(media_type)),
                format!("there is the media type `{media_type}`; use only `{MEDIA_TYPE}`"),
            );
        }
    }
    let schema = content.and_then(|content| content.get(MEDIA_TYPE)?.get("schema"));
    let expected = json!({"$ref": format!("#/components/schemas/{name}")});
    if schema.is_some_and(|schema| *schema == expected) {
        return true;
    }
    let pointer = match schema {
        Some(_) => format!("{pointer}/content/{}/schema", pointer_token(MEDIA_TYPE)),
        None => pointer.to_owned(),
    };
    findings.add(
        pointer,
        format!("the {MEDIA_TYPE} schema must be a `$ref` to the component `{name}`; write that"),
    );
    false
}

/// Checks that a response is `allOf: [Envelope]`, or
/// `allOf: [Envelope, {type: object, properties: {data: $ref}}]`.
fn check_frame(name: &str, schema: &Value, findings: &mut LintFindings) {
    let envelope = json!({"$ref": format!("#/components/schemas/{ENVELOPE}")});
    let parts = spec::list(schema, "allOf");
    let framed = parts.first().is_some_and(|part| *part == envelope);
    let filled = match &parts[parts.len().min(1)..] {
        [] => true,
        [only] => is_data(only),
        _ => false,
    };
    let keys = spec::members(Some(schema)).all(|(key, _)| ["allOf", "description"].contains(&key));
    if !(framed && filled && keys) {
        findings.add(
            visit::component_pointer(name),
            format!(
                "`{name}` must be `allOf` of `{ENVELOPE}` and, if there is data, of an object \
                 whose only property `data` is a `$ref`; write it in this form"
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

/// Whether an id matches `^[a-z][a-z0-9]*(_[a-z0-9]+)*$`.
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
                ("put:", "PUT /things/{id} has the operationId ``; write it like"),
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
                (
                    "operationId: list_things",
                    "`list_things` is already the operationId of GET /things",
                ),
                ("Thing:", "no request and no response refers to `Thing`"),
                ("DropThingResponse:", "no request and no response refers to `DropThingResponse`"),
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
            &[("tags: [Other] # update", "the tag `Other` isn't declared")],
        );
    }

    #[test]
    fn each_operation_is_described() {
        check(
            &[("summary: Get a thing", "summary: ''")],
            &[("summary: ''", "GET /things/{id} has no summary")],
        );
        check(
            &[("      description: Returns one thing.\n", "")],
            &[("get:", "GET /things/{id} has no description")],
        );
    }

    #[test]
    fn responses_are_200_and_default() {
        let status = "'200': # get_thing";
        check(
            &[(status, "'404': {description: Gone.}\n        '200': # get_thing")],
            &[(
                "'404': {description: Gone.}",
                "there is a `404` response; `default` stands for all but `200`",
            )],
        );
        check(
            &[(status, "'201':")],
            &[
                ("responses:", "there is no `200` response"),
                ("'201':", "there is a `201` response"),
            ],
        );
    }

    #[test]
    fn a_response_is_the_envelope() {
        let data =
            "            data:\n              $ref: '#/components/schemas/Thing' # of get_thing";
        let line = "GetThingResponse:";
        let wrong = "`GetThingResponse` must be `allOf` of `Envelope`";
        let array = "            data:\n              type: array\n              items:\n                \
                     $ref: '#/components/schemas/Thing'";
        check(&[(data, array)], &[(line, wrong)]);
        let more = format!("{data}\n            more: {{type: string, description: More.}}");
        check(&[(data, &more)], &[(line, wrong)]);
        check(
            &[(
                "description: Response of `get_thing`.",
                "type: object\n      description: Response.",
            )],
            &[(line, wrong)],
        );
    }

    #[test]
    fn bodies_are_named_after_the_operation() {
        check(
            &[("$ref: '#/components/schemas/UpdateThingRequest'", "{type: string}")],
            &[
                ("schema:", "the application/json schema must be a `$ref` to the component"),
                (
                    "UpdateThingRequest:",
                    "no request and no response refers to `UpdateThingRequest`",
                ),
                ("UpdateOptions:", "no request and no response refers to `UpdateOptions`"),
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
            &[("text/plain: {}", "there is the media type `text/plain`")],
        );
    }
}
