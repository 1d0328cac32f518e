//! References, and what can't be read: it is named.

use super::*;

#[test]
fn references_are_followed_wherever_they_are() {
    let spec = |kind: &str| {
        parsed(&format!(
            "openapi: 3.0.3
paths:
  /a: {{get: {{$ref: '#/x-parts/get'}}}}
  /b: {{$ref: '#/x-parts/item'}}
  /c: {{get: {{parameters: {{$ref: '#/x-parts/parameters'}}, responses: {{$ref: '#/x-parts/responses'}}}}}}
  /d: {{get: {{responses: {{'200': {{content: {{$ref: '#/x-parts/content'}}}}}}}}}}
x-parts:
  get: {{parameters: {{$ref: '#/x-parts/parameters'}}}}
  item: {{get: {{responses: {{'200': {{headers: {{$ref: '#/x-parts/headers'}}}}}}}}}}
  parameters: [{{name: q, in: query, schema: {{type: {kind}}}}}]
  responses: {{'200': {{content: {{$ref: '#/x-parts/content'}}}}}}
  content: {{application/json: {{$ref: '#/x-parts/media'}}}}
  media: {{schema: {{type: object, properties: {{$ref: '#/x-parts/properties'}}}}}}
  properties: {{p: {{type: {kind}}}}}
  headers: {{X-H: {{$ref: '#/x-parts/header'}}}}
  header: {{schema: {{type: {kind}}}}}
"
        ))
    };
    let lines = changes(&spec("string"), &spec("integer"));
    let places: Vec<&str> = lines.iter().map(|line| line.split(" | ").next().unwrap()).collect();
    assert_eq!(places, ["GET /a", "GET /b", "GET /c", "GET /c", "GET /d"], "{lines:#?}");
    assert!(lines.iter().all(|line| line.contains("type-")), "{lines:#?}");
}

#[test]
fn what_is_not_read_is_named() {
    let of =
        |members: &str| parsed(&format!("openapi: 3.1.0\npaths: {{/a: {{get: {{{members}}}}}}}\n"));
    for (members, name, place) in [
        ("$ref: other.yaml", "other.yaml", "spec.yaml:2:20: the reference \"other.yaml\""),
        (
            "parameters: [{$ref: 'https://h/p.yaml'}]",
            "https://h/p.yaml",
            "only files beside the spec",
        ),
        ("responses: {'200': {$ref: '/etc/x.yaml'}}", "/etc/x.yaml", "only files beside the spec"),
        (
            "parameters: [{name: q, in: query, schema: {$ref: '#anchor'}}]",
            "#anchor",
            "use '#/…' to refer",
        ),
        (
            "parameters: [{name: q, in: query, schema: {$dynamicRef: '#node'}}]",
            "$dynamicRef",
            "spec.yaml:2:63: `$dynamicRef` isn't read",
        ),
    ] {
        let failure = Report::of(&of(members), &of("")).unwrap_err();
        assert_eq!(failure.exit, 3, "{members}");
        assert!(failure.message.contains(place), "{}", failure.message);
        assert!(!failure.message.contains("--allow-unread"), "{}", failure.message);
        let failure = Report::without(&of(members), &of(""), &[]).unwrap_err();
        assert!(failure.message.contains("--allow-unread "), "{}", failure.message);
        let allowed = [name.to_owned()];
        let report = Report::without(&of(members), &of(""), &allowed).unwrap();
        assert_eq!(report.compared.unread, allowed);
        assert!(!report.changes.is_empty(), "{members}");
        let failure = Report::without(&of(""), &of(""), &allowed).unwrap_err();
        assert!(failure.message.contains("was read"), "{}", failure.message);
    }
}

#[test]
fn a_method_that_is_not_read_is_named() {
    let of = |more: &str| {
        parsed(&format!("openapi: 3.2.0\npaths: {{/a: {{get: {{}}, x-note: {{}}{more}}}}}\n"))
    };
    for (more, name) in [
        (", query: {responses: {}}", "query"),
        (", additionalOperations: {COPY: {}}", "additionalOperations"),
    ] {
        let failure = Report::of(&of(more), &of("")).unwrap_err();
        assert_eq!(failure.exit, 3, "{more}");
        assert!(failure.message.contains(&format!("`{name}` isn't read")), "{}", failure.message);
    }
    assert!(Report::of(&of(""), &of("")).is_ok());
}

#[test]
fn a_difference_without_a_rule_is_named() {
    let of = |more: &str| {
        parsed(&format!(
            "# jogg surface 1\nPOST /x declared\nPOST /x request application/json $ type object\n\
             POST /x request application/json $.a type string\n{more}POST /x request declared\n\
             POST /x security []\n"
        ))
    };
    let (without, with) = (of(""), of("POST /x request application/json $.a open\n"));
    for (old, new) in [(&without, &with), (&with, &without)] {
        let failure = Report::of(old, new).unwrap_err();
        assert_eq!(failure.exit, 3);
        let expected = "no rule is about `open`, which is on one side only";
        assert!(failure.message.contains(expected), "{}", failure.message);
    }
}
