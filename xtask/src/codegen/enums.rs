//! Writes enums as calls of the macros in `jogg-api/src/enumeration.rs`. typify's enums are closed,
//! so that a new value would fail the response. The output is text, since the formatter doesn't
//! format macro calls.

use std::fmt::Write as _;

use super::docs::{doc_lines, escaped};
use crate::document::{Document, Value};
use crate::spec;

/// Returns all enum components as macro calls.
pub(crate) fn render(document: &Document) -> Result<String, String> {
    let mut output = String::from(
        "use crate::enumeration::{closed_int_enum, closed_string_enum, open_int_enum, \
         open_string_enum};\n",
    );
    for (name, schema) in spec::schemas(document) {
        let Some(enumeration) = spec::enumeration(schema) else { continue };
        let integer = spec::text(enumeration.node, "type") == "integer";
        let macro_name = match (enumeration.open, integer) {
            (true, true) => "open_int_enum",
            (true, false) => "open_string_enum",
            (false, true) => "closed_int_enum",
            (false, false) => "closed_string_enum",
        };
        let _ = writeln!(output, "\n{macro_name}! {{");
        for line in doc_lines(&escaped(spec::text(schema, "description")), 4) {
            let _ = writeln!(output, "    ///{line}");
        }
        let _ = writeln!(output, "    pub enum {name} {{");
        for variant in variants(name, enumeration.node)? {
            let Variant { name, wire, description } = variant;
            match description {
                Some(description) => {
                    let lines = doc_lines(&escaped(description), 8);
                    lines.iter().for_each(|line| {
                        let _ = writeln!(output, "        ///{line}");
                    });
                }
                None => {
                    let shown = wire.trim_matches('"');
                    let _ = writeln!(output, "        /// `{shown}` on the wire.");
                }
            }
            let _ = writeln!(output, "        {name} = {wire},");
        }
        output.push_str("    }\n}\n");
    }
    Ok(output)
}

/// One value of an enum.
pub(crate) struct Variant<'d> {
    /// Its name in Rust.
    pub(crate) name: String,
    /// Its literal, in Rust as in JSON.
    pub(crate) wire: String,
    pub(crate) description: Option<&'d str>,
}

/// Returns the values of a node with `enum`, with their names: from `x-enum-varnames`, else from
/// the value.
pub(crate) fn variants<'d>(name: &str, schema: &'d Value) -> Result<Vec<Variant<'d>>, String> {
    let names = spec::texts(schema, "x-enum-varnames");
    let descriptions = spec::texts(schema, "x-enum-descriptions");
    let values = spec::list(schema, "enum").iter().enumerate();
    let variants = values.map(|(index, value)| {
        let given = names.get(index).map(|given| (*given).to_owned());
        let variant = given.or_else(|| value.as_str().map(spec::pascal_case));
        let variant =
            variant.ok_or_else(|| format!("{name}: {value} has no name; give x-enum-varnames"))?;
        let valid = variant.starts_with(|first: char| first.is_ascii_uppercase())
            && variant.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !valid || variant == "Unknown" || variant == "Self" {
            return Err(format!("{name}: `{variant}` cannot name {value}; give x-enum-varnames"));
        }
        let description = descriptions.get(index).copied();
        Ok(Variant { name: variant, wire: value.to_string(), description })
    });
    variants.collect()
}
