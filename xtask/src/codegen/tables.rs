//! Writes the tables of operations, error codes and jobs.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::Ident;

use super::docs::{doc_attributes, escaped};
use super::enums;
use crate::document::{Document, Value};
use crate::spec::{self, Operation};

/// Returns `operations.rs`: a static for each operation, and the list of all.
pub(super) fn operations(document: &Document) -> Result<TokenStream, String> {
    let all = spec::operations(document);
    let mut statics = TokenStream::new();
    for operation in &all {
        let (name, id, path) = (constant(operation), operation.id(), operation.path);
        let method = operation.method.to_uppercase();
        let tag = spec::texts(operation.node, "tags").first().copied().unwrap_or_default();
        let summary = spec::text(operation.node, "summary");
        let retry = spec::pascal_case(spec::text(operation.node, spec::RETRY));
        let retry = format_ident!("{retry}");
        let credits = match operation.node.get("x-jogg-credits") {
            Some(credits) => {
                let credits = self::credits(operation, credits)?;
                quote!(Some(#credits))
            }
            None => quote!(None),
        };
        let list = match list_field(document, operation) {
            Some(field) => quote!(Some(#field)),
            None => quote!(None),
        };
        let docs = doc_attributes(&format!("`{}`: {}", operation.title(), escaped(summary)), 0);
        statics.extend(quote! {
            #(#docs)*
            pub static #name: Operation = Operation {
                id: #id,
                method: #method,
                path: #path,
                tag: #tag,
                summary: #summary,
                retry: RetryClass::#retry,
                credits: #credits,
                list: #list,
            };
        });
    }
    let names = all.iter().map(constant);
    Ok(quote! {
        use crate::operation::{Credits, Operation, Price, RetryClass};

        #statics

        /// All operations of the API.
        pub static OPERATIONS: &[&Operation] = &[#(&#names),*];
    })
}

/// Returns the only list in the `data` of an operation that lists something.
fn list_field<'d>(document: &'d Document, operation: &Operation<'d>) -> Option<&'d str> {
    let data = spec::data_component(document, operation)?;
    let data = spec::schema(document, data).filter(|_| operation.id().starts_with("list_"))?;
    let mut lists = spec::members(data.get("properties"))
        .filter(|(_, property)| spec::text(property, "type") == "array");
    lists.next().filter(|_| lists.next().is_none()).map(|(name, _)| name)
}

/// Returns what a call costs from one of the forms of `x-jogg-credits`.
fn credits(operation: &Operation<'_>, node: &Value) -> Result<TokenStream, String> {
    let price = price(node)
        .ok_or_else(|| format!("{}: x-jogg-credits has an unknown form", operation.id()))?;
    let as_of = spec::text(node, "as_of");
    let for_each = match node.get("for_each").and_then(Value::as_str) {
        Some(field) => quote!(Some(#field)),
        None => quote!(None),
    };
    Ok(quote!(Credits { as_of: #as_of, price: #price, for_each: #for_each }))
}

fn price(node: &Value) -> Option<TokenStream> {
    if let Some(field) = node.get("by").and_then(Value::as_str) {
        let mut amounts = Vec::new();
        for (value, amount) in spec::members(node.get("amounts")) {
            let amount = decimal(amount)?;
            amounts.push(quote!((#value, #amount)));
        }
        return Some(quote!(Price::ByField { field: #field, amounts: &[#(#amounts),*] }));
    }
    let amount = node.get("amount").and_then(decimal)?;
    if let Some(seconds) = node.get("per_started_seconds").and_then(Value::as_u64) {
        let seconds = Literal::u64_unsuffixed(seconds);
        return Some(quote!(Price::PerStarted { amount: #amount, seconds: #seconds }));
    }
    Some(match node.get("per_second") {
        Some(_) => quote!(Price::PerSecond { amount: #amount }),
        None => quote!(Price::Fixed { amount: #amount }),
    })
}

fn decimal(value: &Value) -> Option<Literal> {
    value.as_f64().filter(|number| number.is_finite()).map(Literal::f64_unsuffixed)
}

/// Returns `codes.rs`: the error codes with their meaning.
pub(super) fn codes(document: &Document) -> TokenStream {
    let enumeration = spec::schema(document, "ErrorCode").and_then(spec::enumeration);
    let node = enumeration.map_or(&Value::Null, |enumeration| enumeration.node);
    let variants = enums::variants("ErrorCode", node).unwrap_or_default();
    let rows = variants.iter().filter_map(|variant| {
        let number = Literal::i64_unsuffixed(variant.wire.parse().ok()?);
        let name = format_ident!("{}", variant.name);
        let description = variant.description.unwrap_or_default();
        Some(quote! {
            Code { number: #number, name: ErrorCode::#name, description: #description }
        })
    });
    quote! {
        use crate::enums::ErrorCode;
        use crate::operation::Code;

        /// The codes that the API is known to send.
        pub static CODES: &[Code] = &[#(#rows),*];
    }
}

/// Returns `jobs.rs`: which operations start jobs, and which report on them.
pub(super) fn jobs(document: &Document) -> Result<TokenStream, String> {
    let all = spec::operations(document);
    let mut rows = Vec::new();
    for operation in &all {
        let Some(job) = operation.node.get("x-jogg-job") else { continue };
        let report = all.iter().find(|other| other.id() == spec::text(job, "report"));
        let report = report.ok_or_else(|| {
            format!("{}: x-jogg-job.report names an unknown operation", operation.id())
        })?;
        let (create, report) = (constant(operation), constant(report));
        let link = link(operation, job)?;
        rows.push(quote! {
            JobRule { create: &operations::#create, report: &operations::#report, link: #link }
        });
    }
    Ok(quote! {
        use crate::operation::{IdPlace, JobLink, JobRule};
        use crate::operations;

        /// The operations that start jobs, each with the operation that reports on the job.
        pub static JOBS: &[JobRule] = &[#(#rows),*];
    })
}

fn link(operation: &Operation<'_>, job: &Value) -> Result<TokenStream, String> {
    if let Some(lookup) = job.get("match") {
        let (from, within) = (spec::text(lookup, "from"), spec::text(lookup, "in"));
        return Ok(quote!(JobLink::Lookup { from: #from, within: #within }));
    }
    let id = job.get("id").unwrap_or(&Value::Null);
    let (from, to) = (spec::text(id, "from"), spec::text(id, "to"));
    let place = match to.split_once('.') {
        Some(("query", name)) => quote!(IdPlace::Query(#name)),
        Some(("path", name)) => quote!(IdPlace::Path(#name)),
        _ => return Err(format!("{}: x-jogg-job.id.to must be query.* or path.*", operation.id())),
    };
    Ok(quote!(JobLink::Id { from: #from, to: #place }))
}

fn constant(operation: &Operation<'_>) -> Ident {
    format_ident!("{}", operation.id().to_uppercase())
}
