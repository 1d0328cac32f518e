//! Nothing is reported for the same wire, however it is written.

use serde_json::json;

use super::super::prose::Prose;
use super::*;
use crate::surface::tests::variants;

#[track_caller]
fn check_silent(name: &str, new: &Source) -> Option<Prose> {
    let report = Report::of(&source(jogg().clone()), new).unwrap();
    let lines: Vec<String> = report.changes.iter().map(line).collect();
    assert!(lines.is_empty(), "{name}: {lines:#?}");
    assert_eq!(report.operations[0], report.operations[1], "{name}");
    report.prose
}

#[track_caller]
fn check_edits(edits: &[&str]) {
    let mut spec = jogg().clone();
    edits.iter().for_each(|edit| apply(&mut spec, edit));
    assert_ne!(spec, *jogg(), "{edits:?} edit nothing");
    check_silent(edits[0], &source(spec));
}

/// Removes or replaces all prose.
fn with_prose(node: &Value, prose: &impl Fn(&Value) -> Option<Value>) -> Value {
    match node {
        Value::Object(members) => {
            let members = members.iter().filter_map(|(key, value)| {
                let text = ["description", "summary"].contains(&key.as_str()) && value.is_string();
                let value = match text || key == "example" {
                    true => prose(value)?,
                    false => with_prose(value, prose),
                };
                Some((key.clone(), value))
            });
            members.collect()
        }
        Value::Array(items) => items.iter().map(|item| with_prose(item, prose)).collect(),
        _ => node.clone(),
    }
}

#[test]
fn identical_specs_are_silent() {
    let prose = check_silent("identical", &source(jogg().clone()));
    assert_eq!(prose, Some(Prose::default()));
}

#[test]
fn another_way_to_write_it_is_the_same() {
    type Variant = fn(&Value) -> Value;
    let variants: [(&str, Variant); 5] = [
        ("hoisted", variants::hoisted),
        ("inlined", variants::inlined),
        ("split", variants::split),
        ("renamed", variants::renamed),
        ("reordered", variants::reordered),
    ];
    for (name, variant) in variants {
        let spec = variant(jogg());
        assert_ne!(spec, *jogg(), "{name}");
        check_silent(name, &source(spec));
    }
    let spec = variants::reordered(&variants::split(&variants::inlined(jogg())));
    check_silent("inlined, split and reordered", &source(spec));
}

#[test]
fn hoisting_and_renaming_keep_the_prose() {
    for (name, spec) in
        [("hoisted", variants::hoisted(jogg())), ("renamed", variants::renamed(jogg()))]
    {
        assert_eq!(check_silent(name, &source(spec)), Some(Prose::default()), "{name}");
    }
}

#[test]
fn prose_alone_is_silent_and_counted() {
    let none = |_: &Value| None;
    let shouted = |text: &Value| Some(json!(text.to_string().to_uppercase()));
    for (name, spec) in [
        ("without prose", with_prose(jogg(), &none)),
        ("other prose", with_prose(jogg(), &shouted)),
    ] {
        let prose = check_silent(name, &source(spec)).unwrap();
        assert_eq!(prose.operations.len(), spec::operations(&spec_document()).len(), "{name}");
        assert!(prose.differences > 100, "{name}: {prose:?}");
    }
}

fn spec_document() -> Document {
    spec::open(None).unwrap()
}

#[test]
fn another_form_of_file_is_the_same() {
    let surface = source(jogg().clone()).surface().unwrap().to_string();
    assert_eq!(check_silent("printed surface", &parsed(&surface)), None);
    check_silent("JSON", &parsed(&jogg().to_string()));
    let text = std::fs::read_to_string(crate::workspace::root().join("openapi/jogg.yaml")).unwrap();
    check_silent("line ends", &parsed(&text.replace('\n', "\r\n")));
}

#[test]
fn edits_that_leave_the_wire_alone_are_silent() {
    for edits in [
        &["set get /v2/events|/operationId = \"events\""][..],
        &["set get /v2/events|/tags = [\"Other\"]"],
        &["set get /v2/events|/x-jogg-retry = \"at-most-once\""],
        &["set #Unused = {\"type\": \"string\"}"],
        &["set /info/version = \"3\"", "set /info/title = \"Other\""],
        &["set post /v2/product|/callbacks = {\"done\": {}}"],
        &["set get /v2/voices|/responses/200/links = {\"next\": {}}"],
        // Explicit defaults.
        &["set get /v2/events|/security = [{\"ApiKeyAuth\": []}]"],
        &["set get /v2/events|/deprecated = false"],
        &["set get /v2/voices|/parameters/5/style = \"form\""],
        &["set get /v2/voices|/parameters/5/explode = true"],
        &["set get /v2/voices|/parameters/5/required = false"],
        &["set #User/properties/email/nullable = false"],
        &["set #User/properties/email/minLength = 0"],
        &["set #User/additionalProperties = true"],
        &["set #User/required = []"],
        &["set #CreateAssetUploadRequest/properties/file_size/minimum = 1.0"],
        &["push #CreateAssetUploadRequest/required = \"filename\""],
        // A single alternative or part.
        &["set #User/properties/email = {\"oneOf\": [{\"type\": \"string\"}]}"],
        &["set #User/properties/email = {\"allOf\": [{\"type\": \"string\"}, {}]}"],
        &[
            "rename #User = \"Account\"",
            "set #WhoamiResponse/allOf/1/properties/data/$ref = \
           \"#/components/schemas/Account\"",
        ],
        // A parameter of the path is a parameter of each of its operations.
        &[
            "remove get /v2/photo_avatar/photo|/parameters",
            "set /paths/~1v2~1photo_avatar~1photo/parameters = [{\"name\": \"photo_id\", \
             \"in\": \"query\", \"required\": true, \"schema\": {\"type\": \"string\"}}]",
        ],
        &["rename post /v2/product|/requestBody/content/application~1json = \"Application/JSON\""],
    ] {
        check_edits(edits);
    }
}
