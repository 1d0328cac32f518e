//! Rewrites the types of progenitor's output, which are typify's: those of requests get a
//! constructor and a place for unknown fields, those of responses get lenient decoders.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Field, Fields, Item, ItemStruct, Type, parse_quote};

use super::decoders::decoder_attribute;
use super::docs::rewrite_docs;
use super::facts::Facts;

/// Returns `types.rs`. The error names the type or field that isn't as expected.
pub(super) fn rewrite_types(items: Vec<Item>, facts: &Facts) -> Result<TokenStream, String> {
    let mut output = quote! {
        use serde::{Deserialize, Serialize};

        pub use crate::enums::*;
    };
    for mut item in structs(items, facts)? {
        let name = item.ident.to_string();
        let Fields::Named(fields) = &mut item.fields else {
            return Err(format!("`{name}` has no named fields"));
        };
        rewrite_docs(&mut item.attrs, 0);
        for field in &mut fields.named {
            rewrite_docs(&mut field.attrs, 4);
        }
        item.attrs.retain(|attribute| !attribute.path().is_ident("derive"));
        let request = facts.requests.iter().find(|(request, _)| *request == name);
        output.extend(match request {
            Some((_, required)) => request_type(item, required, facts)?,
            None => response_type(item, facts)?,
        });
    }
    Ok(output)
}

/// Returns the structs, which must be the types of the spec.
fn structs(items: Vec<Item>, facts: &Facts) -> Result<Vec<ItemStruct>, String> {
    let mut structs = Vec::new();
    for item in items {
        match item {
            Item::Struct(item) => structs.push(item),
            // The only module is typify's error type, used only by types that are replaced.
            Item::Mod(module) if module.ident == "error" => {}
            Item::Impl(_) => {}
            other => {
                let text = quote!(#other).to_string();
                return Err(format!("a type is neither a struct nor a replaced enum: {text:.120}"));
            }
        }
    }
    let found: BTreeSet<String> = structs.iter().map(|item| item.ident.to_string()).collect();
    let expected: BTreeSet<String> =
        facts.requests.iter().map(|(name, _)| name).chain(&facts.responses).cloned().collect();
    if found != expected {
        let odd: Vec<_> = found.symmetric_difference(&expected).cloned().collect();
        return Err(format!(
            "these types aren't both in the spec and generated: {}",
            odd.join(", ")
        ));
    }
    Ok(structs)
}

fn request_type(
    mut item: ItemStruct,
    required: &[String],
    facts: &Facts,
) -> Result<TokenStream, String> {
    item.attrs.extend([
        parse_quote!(#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]),
        parse_quote!(#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]),
        // What isn't known goes into `extra`, which is for people who read other documents: a
        // language model has only the schema.
        parse_quote!(#[cfg_attr(
            feature = "schemars",
            schemars(extend("additionalProperties" = false))
        )]),
        parse_quote!(#[non_exhaustive]),
    ]);
    let name = item.ident.to_string();
    for field in &mut item.fields {
        add_range(&name, field, facts);
    }
    let constructor = constructor(&item, required)?;
    if let Fields::Named(fields) = &mut item.fields {
        fields.named.push(extra_field());
    }
    Ok(quote!(#item #constructor))
}

fn response_type(mut item: ItemStruct, facts: &Facts) -> Result<TokenStream, String> {
    item.attrs.extend([
        parse_quote!(#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]),
        parse_quote!(#[non_exhaustive]),
    ]);
    let owner = &item.ident;
    for field in &mut item.fields {
        let name = wire_name(field);
        let attribute = decoder_attribute(&field.ty, &facts.responses)
            .map_err(|reason| format!("`{owner}.{name}` {reason}"))?;
        field.attrs.push(attribute);
    }
    Ok(quote!(#item))
}

/// Adds a field's range to its JSON schema. Its type has none, as the server checks it.
fn add_range(name: &str, field: &mut Field, facts: &Facts) {
    let range = match facts.ranges.get(&(name.to_owned(), wire_name(field))) {
        Some((Some(min), Some(max))) => quote!(min = #min, max = #max),
        Some((Some(min), None)) => quote!(min = #min),
        Some((None, Some(max))) => quote!(max = #max),
        _ => return,
    };
    field.attrs.push(parse_quote!(#[cfg_attr(feature = "schemars", schemars(range(#range)))]));
}

/// Returns the field for what the spec doesn't have yet.
fn extra_field() -> Field {
    parse_quote! {
        /// Additional fields to send that the spec doesn't have.
        #[serde(flatten)]
        #[cfg_attr(feature = "schemars", schemars(skip))]
        pub extra: ::serde_json::Map<String, ::serde_json::Value>
    }
}

/// Returns `new` with the required fields, as the types are `#[non_exhaustive]`.
fn constructor(item: &ItemStruct, required: &[String]) -> Result<TokenStream, String> {
    let name = &item.ident;
    let mut arguments = Vec::new();
    let mut set = Vec::new();
    for wanted in required {
        let field = item.fields.iter().find(|field| wire_name(field) == *wanted);
        let field =
            field.ok_or_else(|| format!("`{name}` has no field `{wanted}`, which is required"))?;
        let (ident, ty) = (&field.ident, &field.ty);
        if matches!(ty, Type::Path(path) if path.path.is_ident("String")) {
            arguments.push(quote!(#ident: impl Into<String>));
            set.push(quote!(#ident: #ident.into()));
        } else {
            arguments.push(quote!(#ident: #ty));
            set.push(quote!(#ident));
        }
    }
    for field in &item.fields {
        if !required.contains(&wire_name(field)) {
            let ident = &field.ident;
            set.push(quote!(#ident: Default::default()));
        }
    }
    let (default, docs) = match required {
        [] => (
            Some(quote! {
                impl Default for #name {
                    fn default() -> Self {
                        Self::new()
                    }
                }
            }),
            " Creates an empty value. All fields are optional.",
        ),
        _ => (
            None,
            " Creates the value with its required fields. Optional fields are not sent until set.",
        ),
    };
    let fields: Vec<String> = item.fields.iter().map(wire_name).collect();
    Ok(quote! {
        impl #name {
            /// The names of the fields on the wire.
            pub const FIELDS: &'static [&'static str] = &[#(#fields),*];

            #[doc = #docs]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#set,)* extra: Default::default() }
            }
        }
        #default
    })
}

/// Returns the name of a field in JSON.
fn wire_name(field: &Field) -> String {
    for attribute in &field.attrs {
        let mut renamed = None;
        if attribute.path().is_ident("serde") {
            // Other serde options are skipped: only `rename` matters here.
            let _ = attribute.parse_nested_meta(|meta| {
                if let Ok(value) = meta.value() {
                    let literal: syn::LitStr = value.parse()?;
                    if meta.path.is_ident("rename") {
                        renamed = Some(literal.value());
                    }
                }
                Ok(())
            });
        }
        if let Some(renamed) = renamed {
            return renamed;
        }
    }
    field.ident.as_ref().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::codegen::layout::pretty;

    fn facts(requests: &[(&str, &[&str])], responses: &[&str]) -> Facts {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let request = |(name, required): &(&str, &[&str])| ((*name).to_owned(), owned(required));
        Facts {
            operations: Vec::new(),
            requests: requests.iter().map(request).collect(),
            ranges: BTreeMap::new(),
            responses: responses.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn request_types_have_a_constructor_and_response_types_do_not() {
        let items = vec![
            parse_quote! {
                #[doc = "A thing to make."]
                #[derive(Clone)]
                pub struct NewThing {
                    #[serde(rename = "type")]
                    pub type_: Kind,
                    pub count: Option<i64>,
                }
            },
            parse_quote! {
                #[doc = "A thing."]
                pub struct Thing {
                    pub id: String,
                }
            },
        ];
        let mut facts = facts(&[("NewThing", &["type"])], &["Thing"]);
        let range = (Some(1), None);
        facts.ranges.insert(("NewThing".to_owned(), "count".to_owned()), range);
        let code = pretty(rewrite_types(items, &facts).unwrap()).unwrap();
        let (_, types) = code.split_once("pub use crate::enums::*;\n\n").unwrap();
        let expected = r#"/// A thing to make.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
#[cfg_attr(feature = "schemars", schemars(extend("additionalProperties" = false)))]
#[non_exhaustive]
pub struct NewThing {
    #[serde(rename = "type")]
    pub type_: Kind,
    #[cfg_attr(feature = "schemars", schemars(range(min = 1i64)))]
    pub count: Option<i64>,
    /// Additional fields to send that the spec doesn't have.
    #[serde(flatten)]
    #[cfg_attr(feature = "schemars", schemars(skip))]
    pub extra: ::serde_json::Map<String, ::serde_json::Value>,
}

impl NewThing {
    /// The names of the fields on the wire.
    pub const FIELDS: &'static [&'static str] = &["type", "count"];

    /// Creates the value with its required fields. Optional fields are not sent until set.
    pub fn new(type_: Kind) -> Self {
        Self {
            type_,
            count: Default::default(),
            extra: Default::default(),
        }
    }
}

/// A thing.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Thing {
    #[serde(deserialize_with = "crate::lenient::id_text")]
    pub id: String,
}
"#;
        assert_eq!(types, expected);
    }

    #[test]
    fn types_that_differ_from_the_spec_are_errors() {
        let thing: Item = parse_quote!(
            pub struct Thing {
                pub id: String,
            }
        );
        for (items, facts, message) in [
            (vec![thing.clone()], facts(&[], &[]), "Thing"),
            (vec![], facts(&[], &["Thing"]), "Thing"),
            (vec![thing], facts(&[("Thing", &["name"])], &[]), "`Thing` has no field `name`"),
            (
                vec![parse_quote!(
                    pub enum Kind {
                        A,
                    }
                )],
                facts(&[], &[]),
                "neither a struct",
            ),
            (
                vec![parse_quote!(
                    pub struct Thing(String);
                )],
                facts(&[], &["Thing"]),
                "no named",
            ),
        ] {
            let error = rewrite_types(items, &facts).map(drop).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}
