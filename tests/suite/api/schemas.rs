//! The schemas for tool calls are those of the spec, field by field: types, required fields, closed
//! sets closed and open ones open, ranges, descriptions.

use std::collections::BTreeSet;

use jogg_api::operations::OPERATIONS;
use jogg_tests::spec::{self, resolved};
use serde_json::{Value, json};

use crate::wire::table::cases;

/// Compares a schema with the spec's.
struct Comparison {
    /// The whole schema, in which its references lead.
    root: Value,
    differences: Vec<String>,
}

impl Comparison {
    fn of(spec: &Value, schema: Value) -> Vec<String> {
        let mut comparison = Self { root: schema.clone(), differences: Vec::new() };
        comparison.object("", &resolved(spec), &schema);
        comparison.differences
    }

    fn same(&mut self, path: &str, what: &str, spec: &Value, schema: &Value) {
        if spec != schema {
            let difference = format!("{path}: {what} is {schema}, but {spec} in the spec");
            self.differences.push(difference);
        }
    }

    /// What a reference of the schema leads to, and whether it also takes null, as an optional
    /// field does, which is not sent then.
    fn target(&self, schema: &Value) -> (Value, bool) {
        if let Some(pointer) = schema["$ref"].as_str().and_then(|target| target.strip_prefix('#')) {
            let mut target = self.root.pointer(pointer).cloned().unwrap_or_default();
            // What stands beside a reference counts.
            if let Some(description) = schema.get("description") {
                target["description"] = description.clone();
            }
            return (target, false);
        }
        if let Some([one, null]) = schema["anyOf"].as_array().map(Vec::as_slice) {
            let (mut target, _) = self.target(one);
            target["description"] = schema["description"].clone();
            return (target, *null == json!({"type": "null"}));
        }
        let mut target = schema.clone();
        if let Some([one, null]) = schema["type"].as_array().map(Vec::as_slice) {
            let nullable = null == "null";
            target["type"] = one.clone();
            return (target, nullable);
        }
        (target, false)
    }

    fn object(&mut self, path: &str, spec: &Value, schema: &Value) {
        self.same(path, "type", &json!("object"), &schema["type"]);
        // What a tool call may not have; programs have `extra`.
        self.same(path, "additionalProperties", &json!(false), &schema["additionalProperties"]);
        let names = |of: &Value| -> BTreeSet<String> {
            of["properties"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, _)| name.clone())
                .collect()
        };
        let required = |of: &Value| -> BTreeSet<String> {
            let names = of["required"].as_array().into_iter().flatten();
            names.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        self.same(path, "properties", &json!(names(spec)), &json!(names(schema)));
        self.same(path, "required", &json!(required(spec)), &json!(required(schema)));
        for (name, property) in spec["properties"].as_object().into_iter().flatten() {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let (target, nullable) = self.target(&schema["properties"][name]);
            if nullable && required(spec).contains(name) {
                self.differences.push(format!("{path} is required, but takes null"));
            }
            self.value(&path, &resolved(property), &target);
            let described = words(&target["description"]);
            self.same(&path, "description", &words(&property["description"]), &described);
        }
    }

    fn value(&mut self, path: &str, spec: &Value, schema: &Value) {
        match spec["type"].as_str() {
            Some("object") => self.object(path, spec, schema),
            Some("array") => {
                self.same(path, "type", &spec["type"], &schema["type"]);
                let (items, _) = self.target(&schema["items"]);
                self.value(&format!("{path}[]"), &resolved(&spec["items"]), &items);
            }
            _ => self.scalar(path, spec, schema),
        }
    }

    fn scalar(&mut self, path: &str, spec: &Value, schema: &Value) {
        self.same(path, "type", &spec["type"], &schema["type"]);
        let (set, no_set) =
            if spec::is_open(spec) { ("examples", "enum") } else { ("enum", "examples") };
        self.same(path, set, &spec["enum"], &schema[set]);
        self.same(path, no_set, &Value::Null, &schema[no_set]);
        for bound in ["minimum", "maximum"] {
            self.same(path, bound, &spec[bound], &schema[bound]);
        }
    }
}

/// A text as its words: line breaks are no difference.
fn words(text: &Value) -> Value {
    json!(text.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn the_schema_of_every_request_type_is_the_spec_s() {
    let mut compared = BTreeSet::new();
    for case in cases() {
        let Some(builder) = &case.builder else { continue };
        if compared.insert(case.operation.id) {
            let spec = spec::body(case.operation).or_else(|| spec::query(case.operation));
            let tool = (builder.tool)();
            assert_eq!(tool.name, case.operation.id);
            let differences = Comparison::of(&spec.unwrap(), tool.input_schema);
            assert!(differences.is_empty(), "{}: {differences:#?}", case.operation.id);
        }
    }
    let takes_a_request = |operation: &&&jogg_api::Operation| {
        spec::body(operation).or_else(|| spec::query(operation)).is_some()
    };
    let has_method = |operation: &&&jogg_api::Operation| spec::call(operation) != spec::NO_GROUP;
    let all = OPERATIONS.iter().filter(has_method).filter(takes_a_request);
    let all = all.map(|operation| operation.id);
    let missing: Vec<_> = all.filter(|id| !compared.contains(id)).collect();
    // An upload describes its file itself, and a job knows its id.
    let others = [
        "create_asset_upload",
        "get_photo_avatar_motion",
        "get_photo_generation",
        "get_product_avatar_motion",
    ];
    assert_eq!(missing.into_iter().collect::<BTreeSet<_>>(), others.into());
}

/// The comparison finds each kind of difference.
#[test]
fn a_schema_that_differs_is_found() {
    let spec = json!({"type": "object", "required": ["size"], "properties": {
        "size": {"type": "integer", "minimum": 1, "description": "How big."},
        "shape": {"type": "string", "enum": ["round"], "description": "Its outline."},
        "tags": {"type": "array", "description": "Words.", "items":
            {"anyOf": [{"type": "string", "enum": ["new"]}, {"type": "string"}]}},
    }});
    let good = json!({"type": "object", "required": ["size"], "additionalProperties": false,
        "properties": {
        "size": {"type": "integer", "minimum": 1, "description": "How big."},
        "shape": {"anyOf": [{"$ref": "#/$defs/Shape"}, {"type": "null"}],
            "description": "Its\noutline."},
        "tags": {"type": "array", "description": "Words.",
            "items": {"type": "string", "examples": ["new"]}},
    }, "$defs": {"Shape": {"type": "string", "enum": ["round"]}}});
    assert_eq!(Comparison::of(&spec, good.clone()), [""; 0]);
    for (pointer, value) in [
        ("/additionalProperties", json!(null)),
        ("/required", json!([])),
        ("/required", json!(["size", "tags"])),
        ("/properties/more", json!({"type": "string"})),
        ("/properties/size/type", json!(["integer", "null"])),
        ("/properties/size/type", json!("string")),
        ("/properties/size/minimum", json!(0)),
        ("/properties/size/maximum", json!(9)),
        ("/properties/size/description", json!("How small.")),
        ("/$defs/Shape/enum", json!(["round", "flat"])),
        ("/properties/tags/items/enum", json!(["new"])),
        ("/properties/tags/items/examples", json!([])),
        ("/properties/tags/type", json!("object")),
    ] {
        let mut bad = good.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        bad.pointer_mut(parent).unwrap()[name] = value;
        assert_eq!(Comparison::of(&spec, bad).len(), 1, "{pointer}");
    }
}
