//! Checks names: what is distinct in the spec must be distinct and valid in Rust.

use std::collections::HashMap;

use super::findings::LintFindings;
use super::visit;
use crate::codegen::enums;
use crate::codegen::transform::{NO_DATA, SECRET, query_name};
use crate::document::{Document, Value};
use crate::spec;

/// Names that the generated modules use otherwise.
const RESERVED: [&str; 8] =
    [SECRET, NO_DATA, "Unknown", "Box", "Option", "Result", "String", "Vec"];

/// Checks that the values of enums have distinct names. Integers need `x-enum-varnames`.
pub(super) fn enums(document: &Document, findings: &mut LintFindings) {
    for (name, schema) in spec::schemas(document) {
        let Some((schema, pointer)) = visit::values(name, schema) else { continue };
        let Some(values) = schema.get("enum") else { continue };
        let count = spec::list(schema, "enum").len();
        if count == 0 {
            findings.add(format!("{pointer}/enum"), format!("`{name}` has no values; list them"));
        }
        for key in ["x-enum-varnames", "x-enum-descriptions"] {
            let texts = spec::texts(schema, key).len();
            if schema.get(key).is_some() && texts != count {
                findings.add(
                    format!("{pointer}/{key}"),
                    format!("`{name}` has {count} values but {texts} {key}; write one for each"),
                );
            }
        }
        let kind = spec::text(schema, "type");
        let same_kind = |value: &Value| match kind {
            "string" => value.is_string(),
            "integer" => value.as_i64().is_some(),
            _ => false,
        };
        if !values.as_array().is_some_and(|values| values.iter().all(same_kind)) {
            findings.add(
                format!("{pointer}/enum"),
                format!(
                    "`{name}` has values that aren't `type: {kind}`; use only strings or integers"
                ),
            );
        } else if kind == "integer" && schema.get("x-enum-varnames").is_none() {
            findings.add(
                pointer,
                format!("the numbers of `{name}` have no names; add x-enum-varnames"),
            );
        } else {
            variants(name, schema, &pointer, findings);
        }
    }
}

fn variants(name: &str, schema: &Value, pointer: &str, findings: &mut LintFindings) {
    let variants = match enums::variants(name, schema) {
        Ok(variants) => variants,
        Err(reason) => {
            findings.add(format!("{pointer}/enum"), reason);
            return;
        }
    };
    let mut values = Distinct::default();
    let mut names = Distinct::default();
    for (index, variant) in variants.into_iter().enumerate() {
        let place = format!("{pointer}/enum/{index}");
        if values.taken(variant.wire.clone(), &variant.wire).is_some() {
            findings.add(place, format!("{} is listed twice; remove one", variant.wire));
        } else if let Some(first) = names.taken(variant.name.clone(), &variant.wire) {
            findings.add(
                place,
                format!(
                    "{first} and {} are both `{}` in Rust; give them names with x-enum-varnames",
                    variant.wire, variant.name
                ),
            );
        }
    }
}

/// Checks that the properties of a component become distinct fields.
pub(super) fn properties(document: &Document, findings: &mut LintFindings) {
    for (name, schema) in spec::schemas(document) {
        let mut fields = Distinct::default();
        for (property, _, pointer) in visit::properties(schema, &visit::component_pointer(name)) {
            if let Some(first) = fields.taken(snake_case(property), property) {
                findings.add(
                    pointer,
                    format!("`{property}` and `{first}` are the same field in Rust; keep one"),
                );
            }
        }
    }
}

/// Checks that components become distinct types, also from those for query parameters.
pub(super) fn components(document: &Document, findings: &mut LintFindings) {
    let mut types = Distinct::default();
    for name in RESERVED {
        types.taken(letters(name), name);
    }
    for operation in spec::operations(document) {
        let parameters = operation.parameters(document);
        if parameters.iter().any(|parameter| parameter.location() == "query") {
            let name = query_name(&operation);
            types.taken(letters(&name), &name);
        }
    }
    for (name, _) in spec::schemas(document) {
        let pointer = visit::component_pointer(name);
        if !name.starts_with(|first: char| first.is_ascii_uppercase())
            || spec::pascal_case(name) != name
        {
            findings.add(
                &pointer,
                format!("`{name}` isn't a name for a type; write it like `VideoLength`"),
            );
        }
        if let Some(first) = types.taken(letters(name), name) {
            findings.add(
                pointer,
                format!("the type `{first}` already exists or is reserved; rename `{name}`"),
            );
        }
    }
}

/// Checks that operationIds become distinct types.
pub(super) fn operations(document: &Document, findings: &mut LintFindings) {
    let mut ids = Distinct::default();
    for operation in spec::operations(document) {
        let id = operation.id();
        let first = ids.taken(letters(id), id);
        if let Some(first) = first.filter(|first| first != id) {
            findings.add(
                format!("{}/operationId", operation.pointer),
                format!("`{id}` and `{first}` name the same types in Rust; rename one"),
            );
        }
    }
}

/// Names by the form in which they must be distinct.
#[derive(Debug, Default)]
struct Distinct(HashMap<String, String>);

impl Distinct {
    /// Returns the name that already has this form, if any.
    fn taken(&mut self, form: String, name: &str) -> Option<String> {
        let first = self.0.entry(form).or_default();
        match first.is_empty() {
            true => {
                name.clone_into(first);
                None
            }
            false => Some(first.clone()),
        }
    }
}

/// Returns the letters of a name. The generator splits words in its own way, so types must differ
/// by more than their case.
fn letters(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

/// Converts `fooBar` and `foo-bar` to `foo_bar`.
fn snake_case(name: &str) -> String {
    let mut output = String::new();
    let mut lower = false;
    for letter in name.chars() {
        if !letter.is_ascii_alphanumeric() {
            output.push('_');
        } else {
            if letter.is_ascii_uppercase() && lower {
                output.push('_');
            }
            output.push(letter.to_ascii_lowercase());
        }
        lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
    }
    output.trim_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;
    use super::snake_case;

    #[test]
    fn words_are_split_at_capitals_and_separators() {
        for (name, expected) in [
            ("foo_bar", "foo_bar"),
            ("fooBar", "foo_bar"),
            ("foo-bar", "foo_bar"),
            ("_foo", "foo"),
            ("URL", "url"),
            ("v2List", "v2_list"),
        ] {
            assert_eq!(snake_case(name), expected, "{name}");
        }
    }

    #[test]
    fn numbers_need_names() {
        check(
            &[("          x-enum-varnames: [Waiting, Ready]\n", "")],
            &[("- type: integer", "the numbers of `State` have no names; add x-enum-varnames")],
        );
        let names = "x-enum-varnames: [Waiting, Ready]";
        check(
            &[(names, "x-enum-varnames: [Waiting, Unknown]")],
            &[("enum: [0, 1]", "State: `Unknown` cannot name 1; give x-enum-varnames")],
        );
        check(
            &[(names, "x-enum-varnames: [Waiting, Waiting]")],
            &[("enum: [0, 1]", "0 and 1 are both `Waiting` in Rust")],
        );
        check(
            &[(names, "x-enum-varnames: [Waiting, Ready, Gone]")],
            &[(
                "x-enum-varnames: [Waiting, Ready, Gone]",
                "`State` has 2 values but 3 x-enum-varnames",
            )],
        );
        check(
            &[("            - It is there.\n", "")],
            &[("x-enum-descriptions:", "`State` has 2 values but 1 x-enum-descriptions")],
        );
    }

    #[test]
    fn values_are_distinct_and_of_one_type() {
        let kinds = "enum: [plain, fancy]";
        for (text, message) in [
            ("enum: [plain, plain]", "\"plain\" is listed twice"),
            (
                "enum: [very plain, very_plain]",
                "\"very plain\" and \"very_plain\" are both `VeryPlain`",
            ),
            ("enum: [plain, 1]", "`Kind` has values that aren't `type: string`"),
            ("enum: [plain, '1st']", "Kind: `1st` cannot name \"1st\""),
            ("enum: []", "`Kind` has no values"),
        ] {
            check(&[(kinds, text)], &[(text, message)]);
        }
        check(
            &[
                ("- type: string # Kind", "- type: number"),
                ("- type: string\n          enum", "- type: number\n          enum"),
            ],
            &[(kinds, "`Kind` has values that aren't `type: number`")],
        );
    }

    #[test]
    fn fields_are_distinct() {
        check(
            &[("upload_name: #", "signUrl: #"), ("sign_url:", "sign-url:")],
            &[("signUrl:", "`signUrl` and `sign-url` are the same field in Rust")],
        );
    }

    #[test]
    fn types_are_distinct() {
        let rename = |name: &str| format!("schemas/{name}' # options");
        for (name, message) in [
            ("Secret", "the type `Secret` already exists"),
            ("NoData", "the type `NoData` already exists"),
            ("Unknown", "the type `Unknown` already exists"),
            ("Option", "the type `Option` already exists"),
            ("ListThingsQuery", "the type `ListThingsQuery` already exists"),
            ("updateOptions", "`updateOptions` isn't a name for a type"),
            ("Update_Options", "`Update_Options` isn't a name for a type"),
        ] {
            let (line, target) = (format!("{name}:"), rename(name));
            check(
                &[
                    ("    UpdateOptions:", &format!("    {line}")),
                    ("schemas/UpdateOptions' # options", &target),
                ],
                &[(&line, message)],
            );
        }
        check(
            &[
                ("    UpdateOptions:", "    THING:"),
                ("schemas/UpdateOptions' # options", "schemas/THING' # options"),
            ],
            &[("Thing:", "the type `THING` already exists")],
        );
    }

    #[test]
    fn ids_are_distinct_after_casing() {
        check(
            &[
                ("operationId: update_thing", "operationId: get_t_hing"),
                ("schemas/UpdateThingRequest", "schemas/GetTHingRequest"),
                ("    UpdateThingRequest:", "    GetTHingRequest:"),
                ("schemas/UpdateThingResponse", "schemas/GetTHingResponse"),
                ("    UpdateThingResponse:", "    GetTHingResponse:"),
            ],
            &[
                ("operationId: get_t_hing", "`get_t_hing` and `get_thing` name the same types"),
                ("GetThingResponse:", "the type `GetTHingResponse` already exists"),
            ],
        );
    }
}
