//! The types of progenitor's output, which are typify's: sent ones get a constructor and room for
//! unknown fields, received ones decoders that forgive.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Field, Fields, GenericArgument, Item, ItemStruct, PathArguments, Type, parse_quote};

use super::docs::rewrite_docs;
use super::facts::Facts;

/// The structs as ours. The error says which customisation did not land.
pub(super) fn rewrite_types(items: Vec<Item>, facts: &Facts) -> Result<TokenStream, String> {
    let mut structs = Vec::new();
    for item in items {
        match item {
            Item::Struct(item) => structs.push(item),
            // The one module is typify's error type, used only by types we replace.
            Item::Mod(module) if module.ident == "error" => {}
            Item::Impl(_) => {}
            other => {
                let text = quote!(#other).to_string();
                return Err(format!("a type is neither struct nor replaced enum: {text:.120}"));
            }
        }
    }
    let found: BTreeSet<String> = structs.iter().map(|item| item.ident.to_string()).collect();
    let expected: BTreeSet<String> =
        facts.requests.iter().map(|(name, _)| name).chain(&facts.responses).cloned().collect();
    if found != expected {
        let odd: Vec<_> = found.symmetric_difference(&expected).cloned().collect();
        return Err(format!("types that are not as the spec has them: {}", odd.join(", ")));
    }
    let mut output = TokenStream::new();
    for mut item in structs {
        let name = item.ident.to_string();
        rewrite_docs(&mut item.attrs, 0);
        let mut attributes = std::mem::take(&mut item.attrs);
        attributes.retain(|attribute| !attribute.path().is_ident("derive"));
        let request = facts.requests.iter().find(|(request, _)| *request == name);
        match request {
            Some(_) => {
                attributes
                    .push(parse_quote!(#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]));
                attributes.push(parse_quote! {
                    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
                });
            }
            None => attributes.push(parse_quote! {
                #[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
            }),
        }
        attributes.push(parse_quote!(#[non_exhaustive]));
        item.attrs = attributes;
        let Fields::Named(fields) = &mut item.fields else {
            return Err(format!("`{name}` has no named fields"));
        };
        for field in &mut fields.named {
            rewrite_docs(&mut field.attrs, 4);
            match request {
                Some(_) => show_range(&name, field, facts),
                None => decode_leniently(&name, field, &facts.responses)?,
            }
        }
        let constructor = request.map(|(_, required)| constructor(&item, required)).transpose()?;
        if request.is_some()
            && let Fields::Named(fields) = &mut item.fields
        {
            fields.named.push(extra_field());
        }
        output.extend(quote!(#item #constructor));
    }
    Ok(output)
}

/// Puts a field's range into its schema. The type has none: the server decides.
fn show_range(name: &str, field: &mut Field, facts: &Facts) {
    let range = match facts.ranges.get(&(name.to_owned(), wire_name(field))) {
        Some((Some(min), Some(max))) => quote!(min = #min, max = #max),
        Some((Some(min), None)) => quote!(min = #min),
        Some((None, Some(max))) => quote!(max = #max),
        _ => return,
    };
    field.attrs.push(parse_quote!(#[cfg_attr(feature = "schemars", schemars(range(#range)))]));
}

/// The field through which a caller sends what the spec does not know yet.
fn extra_field() -> Field {
    parse_quote! {
        /// Fields the spec does not know, sent as they are.
        #[serde(flatten)]
        #[cfg_attr(feature = "schemars", schemars(skip))]
        pub extra: ::serde_json::Map<String, ::serde_json::Value>
    }
}

/// `new` with the required fields, as the types are `#[non_exhaustive]`.
fn constructor(item: &ItemStruct, required: &[String]) -> Result<TokenStream, String> {
    let name = &item.ident;
    let mut arguments = Vec::new();
    let mut set = Vec::new();
    for wanted in required {
        let field = item.fields.iter().find(|field| wire_name(field) == *wanted);
        let field = field.ok_or_else(|| format!("`{name}` lost its required field `{wanted}`"))?;
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
    let (default, doc) = match required {
        [] => (
            Some(quote! {
                impl Default for #name {
                    fn default() -> Self {
                        Self::new()
                    }
                }
            }),
            " Starts with nothing set; all fields are optional.",
        ),
        _ => (None, " Starts with the fields the API requires; the others are not sent until set."),
    };
    let fields: Vec<String> = item.fields.iter().map(wire_name).collect();
    Ok(quote! {
        impl #name {
            /// The names of its fields on the wire.
            pub const FIELDS: &'static [&'static str] = &[#(#fields),*];

            #[doc = #doc]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#set,)* extra: Default::default() }
            }
        }
        #default
    })
}

/// The name a field has in JSON.
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

/// Gives a received field the decoder that forgives what this API is known to do to its type.
fn decode_leniently(
    owner: &str,
    field: &mut Field,
    structs: &BTreeSet<String>,
) -> Result<(), String> {
    let name = wire_name(field);
    let unknown = || format!("`{owner}.{name}` has a type without a lenient decoder");
    if let Some(decoder) = id_decoder(&field.ty) {
        field.attrs.push(parse_quote!(#[serde(deserialize_with = #decoder)]));
        return Ok(());
    }
    let (container, inner) = generic(&field.ty).ok_or_else(unknown)?;
    let leaf = last_segment(inner).ok_or_else(unknown)?;
    if leaf == "Value" {
        return Err(format!("`{owner}.{name}` has no type in the spec"));
    }
    let own = structs.contains(&leaf);
    let optional = container == "Option";
    let decoder = match (optional, leaf.as_str(), own) {
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
    field.attrs.push(if optional {
        parse_quote!(#[serde(default, deserialize_with = #decoder)])
    } else {
        parse_quote!(#[serde(deserialize_with = #decoder)])
    });
    Ok(())
}

/// The decoder of a list item's id, the one received field that is required.
fn id_decoder(ty: &Type) -> Option<&'static str> {
    match last_segment(ty)?.as_str() {
        "String" => Some("crate::lenient::id_text"),
        "i64" => Some("crate::lenient::id_integer"),
        _ => None,
    }
}

/// `Option<X>` and `Vec<X>` as name and argument.
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

/// The last name of a path without arguments.
fn last_segment(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last()?;
    segment.arguments.is_none().then(|| segment.ident.to_string())
}
