//! The tables: operations, error codes, jobs, and the codecs of each operation's types.

use std::fmt::Write as _;

use serde_json::Value;

use super::enums;
use crate::document::Document;
use crate::spec::{self, Operation};

/// `operations.rs`: one static per operation and the list of all.
pub(crate) fn operations(document: &Document) -> Result<String, String> {
    let mut output = String::from("use crate::operation::{Credits, Operation, RetryClass};\n");
    let all = spec::operations(document);
    for operation in &all {
        let summary = spec::text(operation.node, "summary");
        let credits = match operation.node.get("x-jogg-credits") {
            Some(credits) => format!("Some({})", self::credits(operation, credits)?),
            None => "None".to_owned(),
        };
        let _ = write!(
            output,
            "\n/// `{}`: {}\npub static {}: Operation = Operation {{\n    \
             id: {:?},\n    method: {:?},\n    path: {:?},\n    tag: {:?},\n    \
             summary: {:?},\n    retry: RetryClass::{},\n    credits: {},\n}};\n",
            operation.title(),
            super::doc_lines(summary).join(" ").trim(),
            constant(operation),
            operation.id(),
            operation.method.to_uppercase(),
            operation.path,
            spec::texts(operation.node, "tags").first().unwrap_or(&""),
            summary,
            spec::pascal_case(spec::text(operation.node, "x-jogg-retry")),
            credits,
        );
    }
    output
        .push_str("\n/// Every operation of the API.\npub static OPERATIONS: &[&Operation] = &[\n");
    for operation in &all {
        let _ = writeln!(output, "    &{},", constant(operation));
    }
    output.push_str("];\n");
    Ok(output)
}

/// `x-jogg-credits` in one of its three forms.
fn credits(operation: &Operation<'_>, node: &Value) -> Result<String, String> {
    let wrong = || format!("{}: x-jogg-credits has none of its known forms", operation.id());
    let as_of = spec::text(node, "as_of");
    if let Some(field) = node.get("by").and_then(Value::as_str) {
        let mut amounts = String::new();
        for (value, amount) in spec::members(node.get("amounts")) {
            let amount = amount.as_f64().ok_or_else(wrong)?;
            let _ = write!(amounts, "({value:?}, {amount:?}), ");
        }
        let amounts = amounts.trim_end_matches(", ");
        return Ok(format!(
            "Credits::ByField {{ as_of: {as_of:?}, field: {field:?}, amounts: &[{amounts}] }}"
        ));
    }
    let amount = node.get("amount").and_then(Value::as_f64).ok_or_else(wrong)?;
    if let Some(seconds) = node.get("per_started_seconds").and_then(Value::as_u64) {
        return Ok(format!(
            "Credits::PerStarted {{ as_of: {as_of:?}, amount: {amount:?}, seconds: {seconds} }}"
        ));
    }
    match node.get("per_second") {
        Some(_) => Ok(format!("Credits::PerSecond {{ as_of: {as_of:?}, amount: {amount:?} }}")),
        None => Ok(format!("Credits::PerCall {{ as_of: {as_of:?}, amount: {amount:?} }}")),
    }
}

/// `codes.rs`: the error codes with what they mean.
pub(crate) fn codes(document: &Document) -> String {
    let mut output = String::from(
        "use crate::enums::ErrorCode;\nuse crate::operation::Code;\n\n\
         /// Every code the API is known to answer with.\npub static CODES: &[Code] = &[\n",
    );
    let schema = spec::schema(document, "ErrorCode").unwrap_or(&Value::Null);
    for variant in enums::variants("ErrorCode", schema).unwrap_or_default() {
        let _ = writeln!(
            output,
            "    Code {{\n        number: {},\n        name: ErrorCode::{},\n        \
             description: {:?},\n    }},",
            variant.wire,
            variant.name,
            variant.description.unwrap_or_default(),
        );
    }
    output.push_str("];\n");
    output
}

/// `jobs.rs`: which operation starts a job, and which reports on it.
pub(crate) fn jobs(document: &Document) -> Result<String, String> {
    let mut output = String::from(
        "use crate::operation::{IdPlace, JobLink, JobRule};\nuse crate::operations;\n\n\
         /// Every operation that starts a job, with the operation that reports on it.\n\
         pub static JOBS: &[JobRule] = &[\n",
    );
    let all = spec::operations(document);
    for operation in &all {
        let Some(job) = operation.node.get("x-jogg-job") else { continue };
        let report = all.iter().find(|other| other.id() == spec::text(job, "report"));
        let report = report.ok_or_else(|| format!("{}: unknown report", operation.id()))?;
        let _ = writeln!(
            output,
            "    JobRule {{\n        create: &operations::{},\n        \
             report: &operations::{},\n        link: {},\n    }},",
            constant(operation),
            constant(report),
            link(operation, job)?,
        );
    }
    output.push_str("];\n");
    Ok(output)
}

fn link(operation: &Operation<'_>, job: &Value) -> Result<String, String> {
    if let Some(lookup) = job.get("match") {
        let (from, within) = (spec::text(lookup, "from"), spec::text(lookup, "in"));
        return Ok(format!("JobLink::Lookup {{ from: {from:?}, within: {within:?} }}"));
    }
    let id = job.get("id").unwrap_or(&Value::Null);
    let (from, to) = (spec::text(id, "from"), spec::text(id, "to"));
    let place = match to.split_once('.') {
        Some(("query", name)) => format!("IdPlace::Query({name:?})"),
        Some(("path", name)) => format!("IdPlace::Path({name:?})"),
        _ => return Err(format!("{}: x-jogg-job.id.to is not query.* or path.*", operation.id())),
    };
    Ok(format!("JobLink::Id {{ from: {from:?}, to: {place} }}"))
}

/// `codecs.rs`: how to check a request body, decode an answer, and make a call, knowing only the
/// operation.
pub(crate) fn codecs(document: &Document) -> String {
    let mut output = String::from(
        "use crate::codec::{Codec, answer, body, untyped};\n\
         use crate::{NoData, operations, types};\n\n\
         /// The codec of every operation.\npub static CODECS: &[Codec] = &[\n",
    );
    for operation in spec::operations(document) {
        let request = operation.request_schema().and_then(|(schema, _)| spec::referred(schema));
        let body = request.map_or("None".to_owned(), |name| format!("Some(body::<types::{name}>)"));
        let data = match spec::data_component(document, &operation) {
            Some(name) => format!("types::{name}"),
            None => "NoData".to_owned(),
        };
        let _ = writeln!(
            output,
            "    Codec {{\n        operation: &operations::{},\n        body: {body},\n        \
             answer: answer::<{data}>,\n{}    }},",
            constant(&operation),
            call(document, &operation),
        );
    }
    output.push_str("];\n");
    output
}

/// A call with its arguments taken by name. The order is that of the generated method: path,
/// query, body.
fn call(document: &Document, operation: &Operation<'_>) -> String {
    let parameters = operation.parameters(document);
    let constant = constant(operation);
    let (mut taken, mut passed) = (String::new(), Vec::new());
    let mut take = |name: &str, how: String| {
        let _ = writeln!(taken, "                let {name} = arguments.{how}?;");
    };
    for parameter in parameters.iter().filter(|parameter| parameter.place() == "path") {
        let name = parameter.name();
        let integer = parameter.node.pointer("/schema/type").is_some_and(|kind| kind == "integer");
        let how = if integer { "integer" } else { "text" };
        take(name, format!("{how}(&operations::{constant}, {name:?})"));
        passed.push(if integer { name.to_owned() } else { format!("&{name}") });
    }
    if parameters.iter().any(|parameter| parameter.place() == "query") {
        take("query", format!("query(&operations::{constant})"));
        passed.push("&query".to_owned());
    }
    if operation.request_schema().is_some() {
        take("body", format!("body(&operations::{constant})"));
        passed.push("&body".to_owned());
    }
    let arguments = if passed.is_empty() { "_" } else { "arguments" };
    format!(
        "        call: |client, {arguments}| {{\n            Box::pin(async move {{\n{taken}                \
         client.{}({}).await.map(untyped)\n            }})\n        }},\n",
        operation.id(),
        passed.join(", "),
    )
}

fn constant(operation: &Operation<'_>) -> String {
    operation.id().to_uppercase()
}
