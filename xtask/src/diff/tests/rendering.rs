//! The formats of a report.

use super::super::levels::Severity;
use super::super::render;
use super::*;

const OLD: &str = "openapi: 3.0.3
info: {title: Sample, version: '1'}
paths:
  /a:
    get:
      operationId: get_a
      x-jogg-call: things().get
      summary: One
      parameters:
        - {name: 'x|`y', in: query, schema: {type: string, enum: ['1%', '2']}}
      responses:
        '200':
          description: Found
          content:
            application/json:
              schema:
                properties:
                  size: {type: integer}
                  name: {type: string}
  /b: {get: {operationId: get_b, responses: {'200': {description: Found}}}}
  /c: {get: {responses: {'200': {description: Found}}}}
  /d: {get: {responses: {'200': {description: Found}}}}
";

fn report() -> (Report, Source) {
    let changed = OLD
        .replace("enum: ['1%', '2']", "enum: ['2']")
        .replace("summary: One", "summary: Another")
        .replace("  /d: {get", "  /e: {put")
        .replace("                  size: {type: integer}\n", "")
        .replace(
            "                  name: {type: string}\n",
            "                  name: {type: string}\n                  maker: {type: object, \
             properties: {id: {type: string}, sites: {type: array, items: {properties: {url: \
             {type: string}}}}}}\n",
        )
        .replace("/b: {get: {", "/b: {get: {deprecated: true, ")
        .replace("/c: {get: {", "/c: {get: {deprecated: true, ")
        .replace("    get:\n", "    get:\n      deprecated: true\n");
    let [old, new] = [("old.yaml", OLD), ("a,b:c.yaml", &changed)].map(|(name, text)| {
        let source = Source::parse(name, text).unwrap();
        Source { file: Some(name.to_owned()), ..source }
    });
    (Report::of(&old, &new).unwrap(), new)
}

#[test]
fn a_report_has_four_formats() {
    let (report, new) = report();
    insta::assert_snapshot!("text", render::text(&report));
    insta::assert_snapshot!("markdown", render::markdown(&report));
    let json = serde_json::to_string_pretty(&render::json(&report)).unwrap();
    insta::assert_snapshot!("json", json);
    insta::assert_snapshot!("github", render::github(&report, &new, None));
    // Standard input isn't a file that annotations can refer to.
    let piped = render::github(&report, &Source { file: None, ..new }, None);
    assert!(piped.starts_with("::error title=") && !piped.contains("line="), "{piped}");
}

#[test]
fn a_report_shows_only_what_is_severe_enough_and_why_it_is_allowed() {
    let (mut report, new) = report();
    report.min = Severity::Break;
    let removed = |change: &&Change| change.rule.id == "operation-removed";
    let removed = report.changes.iter().find(removed).unwrap().fingerprint();
    report.allowed.insert(removed, "Nobody used *it*.".to_owned());
    insta::assert_snapshot!("severe_text", render::text(&report));
    insta::assert_snapshot!("severe_markdown", render::markdown(&report));
    let github = render::github(&report, &new, None);
    assert_eq!(github.matches("\n::").count() + 1, 3, "{github}");
    let json = serde_json::to_value(render::json(&report)).unwrap();
    assert_eq!(json["hidden"], 5, "{json:#}");
    let reasons = json["findings"].as_array().unwrap().iter().map(|finding| &finding["allowed"]);
    assert_eq!(reasons.filter(|reason| **reason == "Nobody used *it*.").count(), 1);
}

#[test]
fn prose_that_does_not_differ_is_the_same() {
    let report = Report::of(&parsed(OLD), &parsed(OLD)).unwrap();
    let text = render::text(&report);
    assert!(text.lines().any(|line| line == "prose: the same"), "{text}");
}

#[test]
fn what_has_no_annotation_is_elsewhere() {
    let spec = |more: &str| {
        let path = |at| format!("/a{at:02}: {{get: {{{more} responses: {{}}}}}}");
        let paths = (0..13).map(path).collect::<Vec<_>>().join(", ");
        let text = format!("openapi: 3.0.3\npaths: {{{paths}}}\n");
        text.replacen("deprecated: true,", "", 1)
    };
    let (old, new) = (parsed(&spec("")), parsed(&spec("deprecated: true,")));
    let report = Report::of(&old, &new).unwrap();
    let output = render::github(&report, &new, Some("the job's summary"));
    assert_eq!(output.matches("::warning ").count(), 10, "{output}");
    let more = "\n2 more operations without an annotation: see the job's summary\n";
    assert!(output.contains(more), "{output}");
}

#[test]
fn long_values_are_cut_for_people_only() {
    let values: Vec<String> = (0..99).map(|value| format!("\"vé{value}\"")).collect();
    let enumerated = format!("schema: {{type: string, enum: [{}]}}", values.join(", "));
    let new = OLD.replace("schema: {type: string, enum: ['1%', '2']}", &enumerated);
    assert_ne!(new, OLD);
    let old = OLD.replace(", enum: ['1%', '2']", "");
    let (old, new) = (parsed(&old), parsed(&new));
    let report = Report::of(&old, &new).unwrap();
    for text in
        [render::text(&report), render::markdown(&report), render::github(&report, &new, None)]
    {
        assert!(text.contains("vé19") && !text.contains("vé98"), "{text}");
        assert!(text.contains('…'), "{text}");
    }
    assert!(serde_json::to_string(&render::json(&report)).unwrap().contains("vé98"));
}

#[track_caller]
fn check_bump(edit: &str, expected: &str) {
    let mut spec = jogg().clone();
    apply(&mut spec, edit);
    let report = Report::of(&source(jogg().clone()), &source(spec)).unwrap();
    let bumps = report.bumps().map(|(name, bump)| format!("{name} {}", bump.name()));
    assert_eq!(bumps, [format!("jogg-api {expected}"), format!("jogg-api-ext {expected}")]);
}

#[test]
fn a_source_break_needs_a_minor_version() {
    check_bump("set /info/title = \"Other\"", "none");
    check_bump("set #User/properties/plan = {\"type\": \"string\"}", "patch");
    // It breaks the wire only: the regenerated code is the same.
    check_bump("set #CreateAssetUploadRequest/properties/filename/minLength = 3", "patch");
    check_bump("remove #User/properties/email", "minor");
}
