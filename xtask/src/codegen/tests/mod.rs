//! The generated code as a whole.

mod endpoints;

use serde_json::Value;
use syn::visit_mut::{self, VisitMut};

use super::check::first_difference;
use super::*;

type Files = Vec<(&'static str, String)>;

/// Generates from the API's spec after an edit of its value.
fn generated(edit: impl FnOnce(&mut Value)) -> Result<Files, String> {
    let mut spec = spec::open(None).unwrap().value.to_json();
    edit(&mut spec);
    generate(&Document::parse("spec.json", spec.to_string()).unwrap())
}

/// Replaces the value at a pointer, which must exist.
fn set(spec: &mut Value, pointer: &str, value: Value) {
    *spec.pointer_mut(pointer).unwrap_or_else(|| panic!("the spec has no {pointer}")) = value;
}

fn file<'f>(files: &'f Files, name: &str) -> &'f str {
    let (_, content) = files.iter().find(|(other, _)| *other == name).unwrap();
    content
}

#[test]
fn the_same_spec_gives_the_same_bytes() {
    assert_eq!(generated(|_| {}).unwrap(), generated(|_| {}).unwrap());
}

#[test]
fn a_description_of_a_field_changes_the_types_only() {
    let before = generated(|_| {}).unwrap();
    let pointer = "/components/schemas/User/properties/email/description";
    let after = generated(|spec| set(spec, pointer, "Where mail goes.".into())).unwrap();
    let changed: Vec<&str> = before
        .iter()
        .zip(&after)
        .filter(|((name, before), (_, after))| first_difference(name, before, after).is_some())
        .map(|((name, _), _)| *name)
        .collect();
    assert_eq!(changed, ["spec.json", "types.rs"]);
}

#[test]
fn unsupported_specs_are_errors() {
    let job = "/paths/~1v2~1photo_avatar~1add_motion/post/x-jogg-job";
    for (pointer, value, part) in [
        // A type that is neither a struct nor one of our enums.
        ("/components/schemas/User/properties/email/type", "array", "User"),
        ("/paths/~1v2~1user~1whoami/get/operationId", "Who-Am-I", ""),
        (&format!("{job}/report"), "nobody", "names an unknown operation"),
        (&format!("{job}/id/to"), "body.motion_id", "x-jogg-job.id.to"),
        ("/components/schemas/MotionModel/x-enum-varnames/0", "1_0", "MotionModel"),
    ] {
        let error = generated(|spec| set(spec, pointer, value.into())).map(drop);
        let error = error.expect_err(pointer);
        assert!(error.contains(part), "{error}");
    }
}

/// A spec with lists whose items have ids of both types.
const LISTS: &str = "openapi: 3.0.3
info: {title: Lists, version: '1'}
paths:
  /things:
    get:
      operationId: list_things
      summary: List things
      description: Lists things.
      x-jogg-retry: read
      responses:
        '200':
          description: The things.
          content: {application/json: {schema: {$ref: '#/components/schemas/ListThingsResponse'}}}
components:
  schemas:
    Envelope: {type: object, description: Frame., properties: {}}
    ListThingsResponse:
      allOf:
        - $ref: '#/components/schemas/Envelope'
        - {type: object, properties: {data: {$ref: '#/components/schemas/ThingList'}}}
    ThingList:
      type: object
      description: Things.
      properties:
        named: {type: array, description: One kind., items: {$ref: '#/components/schemas/Named'}}
        numbered:
          {type: array, description: Another., items: {$ref: '#/components/schemas/Numbered'}}
    Named:
      type: object
      description: A named thing.
      required: [size]
      properties:
        name: {type: string, description: What it is called., x-jogg-id: true}
        size: {type: integer, description: How large it is.}
    Numbered:
      type: object
      description: A numbered thing.
      properties:
        number: {type: integer, description: Which one it is., x-jogg-id: true}
        label: {type: string, description: What is written on it.}
";

#[test]
fn ids_of_list_items_are_not_optional() {
    let files = generate(&Document::parse("lists.yaml", LISTS).unwrap()).unwrap();
    let types = file(&files, "types.rs");
    for field in [
        "    /// What it is called.\n    #[serde(deserialize_with = \"crate::lenient::id_text\")]\n    \
         pub name: String,\n",
        "    /// Which one it is.\n    #[serde(deserialize_with = \"crate::lenient::id_integer\")]\n    \
         pub number: i64,\n",
        // No other received field is required, whatever the spec says.
        "    pub size: Option<i64>,\n",
        "    pub label: Option<String>,\n",
    ] {
        assert!(types.contains(field), "{field}\nisn't in\n{types}");
    }
}

/// Fallible calls within the arguments of `format!`.
#[derive(Default)]
struct FormatCalls {
    all: usize,
    fallible: Vec<String>,
}

impl VisitMut for FormatCalls {
    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        if call.path.is_ident("format") {
            self.all += 1;
            let text = call.tokens.to_string();
            if text.contains('?') {
                self.fallible.push(text);
            }
        }
        visit_mut::visit_macro_mut(self, call);
    }
}

/// Returns the lines that begin an item or a member directly after the end of another.
fn crowded_lines(code: &str) -> Vec<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut crowded = Vec::new();
    let lines: Vec<&str> = code.lines().collect();
    for pair in lines.windows(2) {
        let [before, line] = pair else { continue };
        let is_import = |line: &str| line.starts_with("use ") || line.starts_with("};");
        let is_arm = line.contains("=> ");
        let ended = before.trim() == "}" || (before.ends_with(';') && indent(before) == 0);
        let follows = !line.is_empty() && indent(line) == indent(before);
        if ended && follows && !is_arm && !(is_import(before) && is_import(line)) {
            crowded.push(format!("{before}\n{line}"));
        }
    }
    crowded
}

#[test]
fn generated_code_reads_like_written_code() {
    let files = generated(|_| {}).unwrap();
    let mut calls = FormatCalls::default();
    for (name, code) in files.iter().filter(|(name, _)| name.ends_with(".rs")) {
        calls.visit_file_mut(&mut syn::parse_file(code).unwrap());
        assert_eq!(crowded_lines(code), [""; 0], "{name}");
        // Words are not broken, so a long one may be alone on its line.
        let too_long = |line: &&str| {
            line.chars().count() > 100 && line.trim_start().trim_start_matches("/// ").contains(' ')
        };
        let docs = code.lines().filter(|line| line.trim_start().starts_with("///"));
        assert_eq!(docs.filter(too_long).collect::<Vec<_>>(), [""; 0], "{name}");
    }
    assert!(calls.all > 0 && calls.fallible.is_empty(), "{}: {:?}", calls.all, calls.fallible);
    // Headers that all requests have are set once, where requests are sent.
    for name in ["client.rs", "endpoints.rs"] {
        let code = file(&files, name).to_ascii_lowercase();
        assert!(!code.contains("header") && !code.contains("accept,"), "{name}");
    }
}

#[test]
fn crowded_code_is_recognised() {
    let members = "    fn a() {\n    }\n    /// B.\n    fn b() {\n    }\n\n    fn c() {\n    }\n";
    assert_eq!(crowded_lines(members), ["    }\n    /// B."]);
    assert_eq!(crowded_lines("use a;\nuse b;\n\nstatic A: u8 = 1;\nstatic B: u8 = 2;\n").len(), 1);
    assert_eq!(crowded_lines("struct A {\n    a: u8,\n}\nstruct B;\n"), ["}\nstruct B;"]);
}
