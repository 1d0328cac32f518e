//! No public type shows a secret: each that shows anything has a line in `shown.rs`, where it is
//! made with planted ones. Which types there are is read from the sources.

use std::collections::{BTreeMap, BTreeSet};

use jogg_api::SPEC;
use jogg_tests::secrets;
use serde_json::Value;
use syn::{Fields, Item, ItemImpl, Type};

use crate::names::{collect, public};
use crate::shown::shown;
use crate::xtask::root;

/// Types that show what they hold, on purpose.
const EXEMPT: [(&str, &str); 3] = [
    ("jogg_api::Arguments", "what a caller wants to send"),
    ("jogg_api_ext::Motion", "a result: its URLs and the report are what was paid for"),
    ("jogg_api_ext::Reply", "what a test wants to be answered"),
];

#[tokio::test]
async fn no_public_type_shows_a_secret() {
    let mut lines = BTreeMap::new();
    for line in shown().await {
        secrets::assert_hidden(&line.text, &line.name);
        *lines.entry(line.name).or_insert(false) |= line.display;
    }
    let mut missing = Vec::new();
    let mut unused: BTreeSet<&str> = EXEMPT.iter().map(|(name, _)| *name).collect();
    for (name, kind) in public_types() {
        let exempt = unused.remove(name.as_str());
        match lines.get(&name) {
            _ if exempt || kind.is_plain || !(kind.debug || kind.display) => {}
            None => missing.push(format!("{name}: no line")),
            Some(false) if kind.display => missing.push(format!("{name}: no line with Display")),
            Some(_) => {}
        }
    }
    assert!(missing.is_empty(), "add these types to tests/suite/shown.rs: {missing:#?}");
    assert!(unused.is_empty(), "exempt, but not there: {unused:?}");
}

/// The received types are generated; their `Debug` is derived, and shows all but `Secret`s.
#[test]
fn what_the_spec_calls_secret_has_the_type_that_hides_it() {
    let fields = generated_fields();
    let spec: Value = serde_json::from_str(SPEC).unwrap();
    let mut secret = 0;
    for (schema, node) in spec["components"]["schemas"].as_object().unwrap() {
        for (name, property) in node["properties"].as_object().into_iter().flatten() {
            if property["x-jogg-secret"] == true {
                let kind = &fields[&(schema.clone(), name.clone())];
                assert_eq!(kind, "Secret", "{schema}.{name}");
                secret += 1;
            }
        }
    }
    assert!(secret > 0);
    for ((schema, name), kind) in fields {
        let words = ["api_key", "password", "secret", "sign_url", "token"];
        let tells = words.iter().any(|word| name.ends_with(word));
        assert!(!tells || kind == "Secret", "{schema}.{name} sounds like a secret; is it one?");
    }
}

/// What the sources say of a type.
#[derive(Default)]
struct Kind {
    debug: bool,
    display: bool,
    /// Holds nothing that came from outside: no fields, numbers, times, tables of the spec.
    is_plain: bool,
}

/// The public types of both crates, but the generated ones.
fn public_types() -> BTreeMap<String, Kind> {
    let mut kinds = BTreeMap::new();
    for package in ["jogg-api", "jogg-api-ext"] {
        let source = root().join(package).join("src");
        let mut files = Vec::new();
        collect(&source, &mut files);
        files.retain(|file| {
            let inside = file.strip_prefix(&source).unwrap();
            !inside
                .components()
                .any(|part| part.as_os_str() == "generated" || part.as_os_str() == "tests")
        });
        let items: Vec<Item> = files.iter().flat_map(|file| parse(file)).collect();
        kinds.extend(kinds_of(&package.replace('-', "_"), &items));
    }
    kinds
}

fn parse(file: &std::path::Path) -> Vec<Item> {
    syn::parse_file(&std::fs::read_to_string(file).unwrap()).unwrap().items
}

fn kinds_of(package: &str, items: &[Item]) -> BTreeMap<String, Kind> {
    let mut types: BTreeMap<String, Vec<&Type>> = BTreeMap::new();
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    for item in items {
        let (name, attributes, fields) = match item {
            Item::Struct(item) if public(&item.vis) => {
                (&item.ident, &item.attrs, vec![&item.fields])
            }
            Item::Enum(item) if public(&item.vis) => {
                let fields = item.variants.iter().map(|variant| &variant.fields).collect();
                (&item.ident, &item.attrs, fields)
            }
            _ => continue,
        };
        let derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
        let debug = derives.into_iter().any(|attribute| tokens(&attribute.meta).contains("Debug"));
        kinds.insert(name.to_string(), Kind { debug, ..Kind::default() });
        types.insert(
            name.to_string(),
            fields.into_iter().flat_map(Fields::iter).map(|field| &field.ty).collect(),
        );
    }
    for item in items {
        let Item::Impl(ItemImpl { trait_: Some((of, _)), self_ty, .. }) = item else {
            continue;
        };
        let name = last(self_ty).unwrap_or_default();
        let Some(kind) = kinds.get_mut(&name) else { continue };
        let of = of.segments.last().unwrap();
        kind.debug |= of.ident == "Debug";
        kind.display |= of.ident == "Display";
    }
    // A type is plain if all in it is; those found so make others plain.
    let mut plain = BTreeSet::new();
    while let Some(name) = types.iter().find_map(|(name, fields)| {
        let all = !plain.contains(name) && fields.iter().all(|field| is_plain(field, &plain));
        all.then(|| name.clone())
    }) {
        plain.insert(name);
    }
    kinds.iter_mut().for_each(|(name, kind)| kind.is_plain = plain.contains(name));
    kinds.into_iter().map(|(name, kind)| (format!("{package}::{name}"), kind)).collect()
}

/// Whether a field of this type holds nothing that came from outside, or what the caller sets in a
/// request, whose secret fields hide themselves.
fn is_plain(field: &Type, plain: &BTreeSet<String>) -> bool {
    const NUMBERS: [&str; 14] = [
        "Duration",
        "Instant",
        "SystemTime",
        "bool",
        "f64",
        "i32",
        "i64",
        "u16",
        "u32",
        "u64",
        "u8",
        "usize",
        "ErrorKind",
        "RetryClass",
    ];
    match field {
        Type::Reference(reference) => {
            reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static")
        }
        _ => last(field).is_some_and(|name| {
            let request =
                name.ends_with("Request") && name != "ReceivedRequest" || name.ends_with("Query");
            request || NUMBERS.contains(&name.as_str()) || plain.contains(&name)
        }),
    }
}

/// The name of a type, or of what is optional in it.
fn last(of: &Type) -> Option<String> {
    let Type::Path(path) = of else { return None };
    let last = path.path.segments.last()?;
    match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) if last.ident == "Option" => {
            match arguments.args.first()? {
                syn::GenericArgument::Type(inner) => self::last(inner),
                _ => None,
            }
        }
        _ => Some(last.ident.to_string()),
    }
}

fn tokens(of: &impl quote::ToTokens) -> String {
    of.to_token_stream().to_string()
}

/// The types of the generated structs' fields, by struct and field.
fn generated_fields() -> BTreeMap<(String, String), String> {
    let mut fields = BTreeMap::new();
    for item in parse(&root().join("jogg-api/src/generated/types.rs")) {
        let Item::Struct(item) = item else { continue };
        for field in &item.fields {
            let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
            let kind = last(&field.ty).unwrap_or_default();
            fields.insert((item.ident.to_string(), name), kind);
        }
    }
    fields
}
