//! No public type shows a secret: each that shows anything has a line in `shown.rs`, where it is
//! made with planted ones. Which types there are is read from the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jogg_tests::spec::document;
use jogg_tests::{collect, root, secrets};
use syn::{Fields, Item, ItemImpl, Type};

use super::names::public;
use super::shown::shown;

/// Types that show what they hold, on purpose; so do the results of jobs, as their URLs and the
/// report are what was paid for.
const EXEMPT: [(&str, &[&str]); 6] = [
    ("what a caller wants to send", &["jogg_api::raw_request::RawRequest"]),
    (
        "a part of a request, as its caller made it",
        &[
            "jogg_api_ext::resources::avatar_videos::Speech",
            "jogg_api_ext::resources::product_avatars::Source",
            "jogg_api_ext::resources::products::MediaFile",
            "jogg_api_ext::resources::products::Source",
            "jogg_api_ext::resources::scripts::Source",
            "jogg_api_ext::resources::template_videos::TemplateValue",
        ],
    ),
    (
        "a part of a result, or the result of a job that another module polls",
        &[
            "jogg_api_ext::resources::preview_batch::Preview",
            "jogg_api_ext::resources::preview_batch::Previews",
            "jogg_api_ext::resources::product_images::Image",
        ],
    ),
    ("what somebody decides, with the id of a job", &["jogg_api_ext::batch::batch::Resolution"]),
    ("between parts of this crate alone", &["jogg_api_ext::batch::request::Started"]),
    ("what a test wants as the response", &["jogg_api_ext::simulator::wire::reply::Reply"]),
];

#[tokio::test]
async fn no_public_type_shows_a_secret() {
    let mut lines = BTreeMap::new();
    for line in shown().await {
        secrets::assert_hidden(&line.text, &line.name);
        *lines.entry(line.name).or_insert(false) |= line.display;
    }
    let mut missing = Vec::new();
    let mut unused: BTreeSet<&str> = EXEMPT.iter().flat_map(|(_, names)| *names).copied().collect();
    for (name, kind) in public_types() {
        let exempt = unused.remove(name.as_str());
        match lines.get(&name) {
            _ if exempt || kind.is_result || kind.is_plain || !(kind.debug || kind.display) => {}
            None => missing.push(format!("{name}: no line")),
            Some(false) if kind.display => missing.push(format!("{name}: no line with Display")),
            Some(_) => {}
        }
    }
    assert!(missing.is_empty(), "add these types to tests/suite/api/shown.rs: {missing:#?}");
    assert!(unused.is_empty(), "exempt, but not there: {unused:?}");
}

/// The received types are generated; their `Debug` is derived, and shows all but `Secret`s.
#[test]
fn what_the_spec_calls_secret_has_the_type_that_hides_it() {
    let fields = generated_fields();
    let mut secret = 0;
    for (schema, node) in document()["components"]["schemas"].as_object().unwrap() {
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
        let sounds_secret = words.iter().any(|word| name.ends_with(word));
        assert!(
            !sounds_secret || kind == "Secret",
            "{schema}.{name} sounds like a secret; is it one?"
        );
    }
}

/// What the sources say of a type.
#[derive(Default)]
struct Kind {
    debug: bool,
    display: bool,
    /// The types of its fields, or of all its variants' fields.
    fields: Vec<Type>,
    /// The result of a job.
    is_result: bool,
    /// Holds nothing that came from outside: no fields, numbers, times, tables of the spec.
    is_plain: bool,
}

type Kinds = BTreeMap<String, Kind>;

/// The public types of both crates, but the generated ones.
fn public_types() -> Kinds {
    let mut all = Kinds::new();
    for package in ["jogg-api", "jogg-api-ext"] {
        let source = root().join(package).join("src");
        let mut files = Vec::new();
        collect(&source, &mut files);
        files.retain(|file| {
            let first = file.strip_prefix(&source).unwrap().components().next();
            first.unwrap().as_os_str() != "generated"
        });
        let mut kinds = Kinds::new();
        for file in &files {
            let module = module(package, file.strip_prefix(&source).unwrap());
            let (mut declared, impls) = declared(&module, parse(file));
            add_impls(&module, &mut declared, &impls);
            kinds.extend(declared);
        }
        mark_plain(&mut kinds);
        all.extend(kinds);
    }
    all
}

/// The module a file is, such as `jogg_api_ext::jobs::raw`.
fn module(package: &str, file: &Path) -> String {
    let path = file.with_extension("").display().to_string().replace('/', "::");
    let path = path.strip_suffix("::mod").unwrap_or(&path);
    let package = package.replace('-', "_");
    match path {
        "lib" => package,
        path => format!("{package}::{path}"),
    }
}

fn parse(file: &Path) -> Vec<Item> {
    syn::parse_file(&std::fs::read_to_string(file).unwrap()).unwrap().items
}

/// The types with their fields, and all implementations of traits.
fn declared(module: &str, items: Vec<Item>) -> (Kinds, Vec<ItemImpl>) {
    let (mut kinds, mut impls) = (Kinds::new(), Vec::new());
    for item in items {
        let (name, attributes, fields): (_, _, Vec<Fields>) = match item {
            Item::Struct(item) if public(&item.vis) => (item.ident, item.attrs, vec![item.fields]),
            Item::Enum(item) if public(&item.vis) => {
                let fields = item.variants.into_iter().map(|variant| variant.fields);
                (item.ident, item.attrs, fields.collect())
            }
            Item::Impl(item) => {
                impls.push(item);
                continue;
            }
            _ => continue,
        };
        let mut derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
        let debug = derives.any(|derive| tokens(&derive.meta).contains("Debug"));
        let fields = fields.into_iter().flatten().map(|field| field.ty).collect();
        kinds.insert(format!("{module}::{name}"), Kind { debug, fields, ..Kind::default() });
    }
    (kinds, impls)
}

fn add_impls(module: &str, kinds: &mut Kinds, impls: &[ItemImpl]) {
    for ItemImpl { trait_, self_ty, .. } in impls {
        let of = trait_.as_ref().and_then(|(of, _)| of.segments.last());
        let kind = last(self_ty).and_then(|name| kinds.get_mut(&format!("{module}::{name}")));
        if let (Some(of), Some(kind)) = (of, kind) {
            kind.debug |= of.ident == "Debug";
            kind.display |= of.ident == "Display";
            kind.is_result |= of.ident == "JobResult";
        }
    }
}

/// A type is plain if all in it is; those found so make others plain.
fn mark_plain(kinds: &mut Kinds) {
    loop {
        let plain: BTreeSet<String> =
            kinds.iter().filter(|(_, kind)| kind.is_plain).map(|(name, _)| name.clone()).collect();
        let short = |name: &String| name.rsplit("::").next().unwrap_or_default().to_owned();
        let names: BTreeSet<String> = plain.iter().map(short).collect();
        for kind in kinds.values_mut() {
            kind.is_plain = kind.fields.iter().all(|field| is_plain(field, &names));
        }
        if kinds.values().filter(|kind| kind.is_plain).count() == plain.len() {
            return;
        }
    }
}

/// Numbers and times.
const PLAIN: &str = "Duration Instant SystemTime bool f64 i32 i64 u16 u32 u64 u8 usize";

/// Whether a field of this type holds nothing that came from outside, or what the caller sets in a
/// request, whose secret fields hide themselves.
fn is_plain(field: &Type, plain: &BTreeSet<String>) -> bool {
    if let Type::Reference(reference) = field {
        return reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static");
    }
    last(field).is_some_and(|name| {
        let request = name.ends_with("Request") || name.ends_with("Query");
        let received = name == "ReceivedRequest";
        PLAIN.split(' ').any(|plain| plain == name) || plain.contains(&name) || request && !received
    })
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
