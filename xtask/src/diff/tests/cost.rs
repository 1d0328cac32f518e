//! What a diff costs: the number of comparisons grows with the specs, not with their schemas
//! written out.

use serde_json::json;

use super::super::render;
use super::*;

/// A spec of `count` components, each of which refers to others as `of` says.
fn referring(count: usize, of: impl Fn(usize) -> Vec<usize>, leaf: &str) -> Source {
    let component = |index: usize| {
        let leaf = if index == count / 2 { leaf } else { "string" };
        let mut properties = serde_json::Map::new();
        properties.insert(format!("leaf{index}"), json!({"type": leaf}));
        for (place, target) in of(index).into_iter().enumerate() {
            let target = format!("#/components/schemas/N{target}");
            properties.insert(format!("to{place}"), json!({"$ref": target}));
        }
        (format!("N{index}"), json!({"type": "object", "properties": properties}))
    };
    let schemas: Value = (0..count).map(component).collect();
    source(received(&json!({"$ref": "#/components/schemas/N0"}), &schemas))
}

/// A spec with a schema in its response.
fn received(schema: &Value, schemas: &Value) -> Value {
    let content = json!({"application/json": {"schema": schema}});
    json!({
        "openapi": "3.0.3",
        "paths": {"/a": {"get": {"responses": {"200": {"content": content}}}}},
        "components": {"schemas": schemas},
    })
}

fn report(count: usize, of: impl Fn(usize) -> Vec<usize>) -> Report {
    let old = referring(count, &of, "string");
    Report::of(&old, &referring(count, &of, "integer")).unwrap()
}

#[test]
fn schemas_that_refer_to_each_other_are_compared_once() {
    for count in [2, 9, 40] {
        let report = report(count, |_| (0..count).collect());
        let lines: Vec<String> = report.changes.iter().map(line).collect();
        let place = format!("$.to{0}.leaf{0}", count / 2);
        let expected = format!(
            "GET /a | response 200 application/json {place} | response type-changed | string → \
             integer | loss break"
        );
        assert_eq!(lines, [expected]);
        // Each component, and the property that changed.
        assert_eq!(report.work, count + 1);
    }
}

#[test]
fn what_is_shared_is_compared_once() {
    // Each refers to the next twice: 2^n places.
    let two = |count: usize| report(count, move |index| vec![(index + 1).min(count - 1); 2]);
    assert_eq!(two(20).changes.len(), 1_024);
    let report = two(200);
    let [change] = report.changes.as_slice() else { panic!("{:?}", report.changes) };
    let elsewhere = change.elsewhere.unwrap();
    assert_eq!((elsewhere.places, elsewhere.operations), (u64::MAX, 1));
    let shown = render::values(change, str::to_owned);
    assert_eq!(shown, "string → integer (first of countless places in 1 operation)");
    assert_eq!(two(200).work - two(100).work, 50);
}

#[test]
fn a_deep_chain_is_no_recursion() {
    let report = report(5_000, |index| vec![(index + 1) % 5_000]);
    assert_eq!(report.changes.len(), 1);
    assert!(report.changes[0].at.starts_with("response 200 application/json $.\"…\".to0"));
}

#[test]
fn too_many_alternatives_are_not_matched() {
    let of = |count: usize, kind: &str| {
        let branches: Vec<String> = (0..count)
            .map(|index| {
                format!(
                    "{{type: object, properties: {{a{index}: {{type: {kind}}}, b: {{}}, c: {{}}}}}}"
                )
            })
            .collect();
        let schema = format!("{{oneOf: [{}]}}", branches.join(", "));
        parsed(&format!(
            "openapi: 3.0.3\npaths: {{/a: {{get: {{parameters: [{{name: q, in: query, schema: \
             {schema}}}]}}}}}}\n"
        ))
    };
    let report = |count| Report::of(&of(count, "string"), &of(count, "integer"));
    assert_eq!(report(64).unwrap().changes.len(), 64);
    let failure = report(65).unwrap_err();
    assert_eq!(failure.exit, 3);
    let expected = "GET /a query q $: 65 alternatives differ, too many to match";
    assert!(failure.message.starts_with(expected), "{}", failure.message);
    let allowed = ["alternatives".to_owned()];
    let report = Report::without(&of(65, "string"), &of(65, "integer"), &allowed).unwrap();
    assert_eq!((report.changes.len(), report.compared.unread), (130, allowed.to_vec()));
}

/// Returns what is written out of a chain that is added, in which each schema leads to the next
/// `width` times.
fn added_chain(length: usize, width: usize) -> Vec<String> {
    let component = |index: usize| {
        let target = json!({"$ref": format!("#/components/schemas/N{}", index + 1)});
        let properties: Value = match index + 1 == length {
            true => json!({"end": {"type": "string"}}),
            false => (0..width).map(|place| (format!("to{place}"), target.clone())).collect(),
        };
        (format!("N{index}"), json!({"type": "object", "properties": properties}))
    };
    let schemas: Value = (0..length).map(component).collect();
    let [old, new] = [json!({}), json!({"a": {"$ref": "#/components/schemas/N0"}})]
        .map(|members| json!({"type": "object", "properties": members}))
        .map(|schema| source(received(&schema, &schemas)));
    let report = Report::of(&old, &new).unwrap();
    let [change] = report.changes.as_slice() else { panic!("{:?}", report.changes) };
    assert_eq!(change.rule.id, "property-added");
    change.structure[1].clone()
}

#[test]
fn what_was_added_is_written_out_up_to_a_limit() {
    let is_cut = |lines: &[String]| lines.iter().any(|line| line.trim_end().ends_with(" …"));
    assert!(!is_cut(&added_chain(50, 1)));
    // Too deep, and too much.
    let deep = added_chain(150, 1);
    assert!(is_cut(&deep) && deep.len() == 101, "{} lines", deep.len());
    let wide = added_chain(30, 2);
    assert!(is_cut(&wide) && wide.len() < 3_000, "{} lines", wide.len());
}
