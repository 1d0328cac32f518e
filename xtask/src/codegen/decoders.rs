//! Chooses the lenient decoders of received fields, from `jogg-api/src/lenient`.

use std::collections::BTreeSet;

use syn::{Attribute, GenericArgument, PathArguments, Type, parse_quote};

/// Returns the attribute with the decoder for a type, which tolerates what this API is known to
/// send. `structs` are the types of objects. The error completes a sentence about the field.
pub(super) fn decoder_attribute(
    ty: &Type,
    structs: &BTreeSet<String>,
) -> Result<Attribute, String> {
    if let Some(decoder) = id_decoder(ty) {
        return Ok(parse_quote!(#[serde(deserialize_with = #decoder)]));
    }
    let unknown = || "has a type without a decoder".to_owned();
    let (container, inner) = generic(ty).ok_or_else(unknown)?;
    let leaf = last_segment(inner).ok_or_else(unknown)?;
    if leaf == "Value" {
        return Err("has no type in the spec".to_owned());
    }
    let object = structs.contains(&leaf);
    let optional = container == "Option";
    let decoder = match (optional, leaf.as_str(), object) {
        (true, "String", _) => "text",
        (true, "i64", _) => "integer",
        (true, "f64", _) => "number",
        (true, "bool", _) => "boolean",
        (true, "Secret", _) => "secret",
        (true, _, true) => "object",
        (true, _, false) => "word",
        (false, "String", _) => "texts",
        (false, _, true) => "objects",
        (false, _, false) => "words",
    };
    let decoder = format!("crate::lenient::{decoder}");
    Ok(match optional {
        true => parse_quote!(#[serde(default, deserialize_with = #decoder)]),
        false => parse_quote!(#[serde(deserialize_with = #decoder)]),
    })
}

/// Returns the decoder for the id of a list item, the only received field that is required.
fn id_decoder(ty: &Type) -> Option<&'static str> {
    match last_segment(ty)?.as_str() {
        "String" => Some("crate::lenient::id_text"),
        "i64" => Some("crate::lenient::id_integer"),
        _ => None,
    }
}

/// Returns the name and argument of `Option<X>` and `Vec<X>`.
fn generic(ty: &Type) -> Option<(String, &Type)> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(inner))
            if segment.ident == "Option" || segment.ident == "Vec" =>
        {
            Some((segment.ident.to_string(), inner))
        }
        _ => None,
    }
}

/// Returns the last segment of a path without arguments.
fn last_segment(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last()?;
    segment.arguments.is_none().then(|| segment.ident.to_string())
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::*;

    #[track_caller]
    fn check_decoder(ty: Type, expected: Result<&str, &str>) {
        let structs = BTreeSet::from(["Inner".to_owned()]);
        let attribute = decoder_attribute(&ty, &structs)
            .map(|attribute| attribute.to_token_stream().to_string().replace(' ', ""));
        assert_eq!(attribute.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn every_received_field_has_a_decoder() {
        for (ty, decoder) in [
            (parse_quote!(Option<String>), "text"),
            (parse_quote!(Option<i64>), "integer"),
            (parse_quote!(Option<f64>), "number"),
            (parse_quote!(Option<bool>), "boolean"),
            (parse_quote!(Option<crate::Secret>), "secret"),
            (parse_quote!(Option<Inner>), "object"),
            (parse_quote!(Option<Kind>), "word"),
        ] {
            let attribute =
                format!("#[serde(default,deserialize_with=\"crate::lenient::{decoder}\")]");
            check_decoder(ty, Ok(&attribute));
        }
        for (ty, decoder) in [
            (parse_quote!(Vec<String>), "texts"),
            (parse_quote!(Vec<Inner>), "objects"),
            (parse_quote!(Vec<Kind>), "words"),
            // The ids of list items: without a default, so that an item without its id is skipped.
            (parse_quote!(String), "id_text"),
            (parse_quote!(i64), "id_integer"),
        ] {
            let attribute = format!("#[serde(deserialize_with=\"crate::lenient::{decoder}\")]");
            check_decoder(ty, Ok(&attribute));
        }
        let unknown = "has a type without a decoder";
        check_decoder(parse_quote!(f64), Err(unknown));
        check_decoder(parse_quote!(Box<Inner>), Err(unknown));
        let untyped = "has no type in the spec";
        check_decoder(parse_quote!(Option<serde_json::Value>), Err(untyped));
    }
}
