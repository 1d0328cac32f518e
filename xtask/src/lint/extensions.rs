//! Extensions: known, where they belong, and with values that the tables can hold.

use serde_json::{Map, Value};

use super::{Findings, walk};
use crate::document::Document;
use crate::spec::{self, Operation};

/// Where an extension has its effect; anywhere else it would be ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Operation,
    Enum,
    Schema,
}

const KNOWN: [(&str, Place); 8] = [
    ("x-enum-descriptions", Place::Enum),
    ("x-enum-varnames", Place::Enum),
    ("x-jogg-credits", Place::Operation),
    ("x-jogg-id", Place::Schema),
    ("x-jogg-job", Place::Operation),
    ("x-jogg-open", Place::Enum),
    ("x-jogg-retry", Place::Operation),
    ("x-jogg-secret", Place::Schema),
];

/// A misspelt extension would silently do nothing.
pub(super) fn known(document: &Document, findings: &mut Findings) {
    walk::objects(document, &mut |pointer, members| {
        for (key, value) in members.iter().filter(|(key, _)| key.starts_with("x-")) {
            let place = format!("{pointer}/{key}");
            let Some((_, expected)) = KNOWN.iter().find(|(name, _)| name == key) else {
                let names = KNOWN.map(|(name, _)| name).join(", ");
                findings.add(place, format!("`{key}` is unknown; known are {names}"));
                continue;
            };
            if !stands_at(*expected, members) {
                let owner = match expected {
                    Place::Operation => "an operation",
                    Place::Enum => "an enum",
                    Place::Schema => "a property",
                };
                findings.add(place, format!("`{key}` has no effect here; it belongs on {owner}"));
            } else if ["x-jogg-id", "x-jogg-open", "x-jogg-secret"].contains(&key.as_str())
                && *value != Value::Bool(true)
            {
                findings.add(place, format!("`{key}` is either `true` or left out; correct it"));
            }
        }
    });
}

fn stands_at(place: Place, members: &Map<String, Value>) -> bool {
    match place {
        Place::Operation => members.contains_key("responses"),
        Place::Enum => members.contains_key("enum"),
        Place::Schema => members.contains_key("type") && !members.contains_key("responses"),
    }
}

/// What may be sent again is decided per operation, and the method leaves little choice.
pub(super) fn retry(document: &Document, findings: &mut Findings) {
    for operation in spec::operations(document) {
        let allowed: &[&str] = match operation.method {
            "get" => &["read"],
            "put" | "delete" => &["idempotent"],
            "post" => &["upload-ticket", "at-most-once"],
            method => {
                let method = method.to_uppercase();
                findings.add(
                    &operation.pointer,
                    format!(
                        "nothing is decided about retrying {method}; use GET, POST, PUT or DELETE"
                    ),
                );
                continue;
            }
        };
        let class = operation.node.get("x-jogg-retry").and_then(Value::as_str);
        if !class.is_some_and(|class| allowed.contains(&class)) {
            let found = class.map_or("no x-jogg-retry".into(), |class| format!("`{class}`"));
            findings.add(
                format!("{}/x-jogg-retry", operation.pointer),
                format!("{} has {found}; write {}", operation.title(), allowed.join(" or ")),
            );
        }
    }
}

/// Only what costs has a price, in one of the forms that `Credits` can express.
pub(super) fn credits(document: &Document, findings: &mut Findings) {
    for operation in spec::operations(document) {
        let Some(credits) = operation.node.get("x-jogg-credits") else { continue };
        let pointer = format!("{}/x-jogg-credits", operation.pointer);
        if spec::text(operation.node, "x-jogg-retry") != "at-most-once" {
            findings.add(
                &pointer,
                format!("{} is not paid; remove its x-jogg-credits", operation.title()),
            );
        }
        if let Err(reason) = credits_form(document, &operation, credits) {
            findings.add(
                pointer,
                format!(
                    "{reason}; write {{as_of, amount}}, {{as_of, amount, per_second: true}}, \
                     {{as_of, amount, per_started_seconds}} or {{as_of, by, amounts}}"
                ),
            );
        }
    }
}

fn credits_form(
    document: &Document,
    operation: &Operation<'_>,
    node: &Value,
) -> Result<(), String> {
    let keys: Vec<&str> = spec::members(Some(node)).map(|(key, _)| key).collect();
    let forms: [&[&str]; 4] = [
        &["amount", "as_of"],
        &["amount", "as_of", "per_second"],
        &["amount", "as_of", "per_started_seconds"],
        &["amounts", "as_of", "by"],
    ];
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    if !forms.contains(&sorted.as_slice()) {
        return Err(format!("x-jogg-credits has the keys [{}]", keys.join(", ")));
    }
    if !is_month(spec::text(node, "as_of")) {
        return Err("`as_of` is no month like '2026-03'".to_owned());
    }
    let price = |value: &Value| value.as_f64().is_some_and(|amount| amount > 0.0);
    if node.get("amount").is_some_and(|amount| !price(amount)) {
        return Err("`amount` is no positive number".to_owned());
    }
    if node.get("per_second").is_some_and(|value| *value != Value::Bool(true)) {
        return Err("`per_second` is not `true`".to_owned());
    }
    let seconds = node.get("per_started_seconds");
    if seconds.is_some_and(|value| value.as_u64().is_none_or(|seconds| seconds == 0)) {
        return Err("`per_started_seconds` is no positive integer".to_owned());
    }
    match node.get("by") {
        Some(by) => amounts(document, operation, by.as_str().unwrap_or_default(), node, price),
        None => Ok(()),
    }
}

/// One amount for each value of the field that decides.
fn amounts(
    document: &Document,
    operation: &Operation<'_>,
    by: &str,
    node: &Value,
    price: impl Fn(&Value) -> bool,
) -> Result<(), String> {
    let request = operation.request_schema().and_then(|(schema, _)| spec::referred(schema));
    let field = request
        .and_then(|name| spec::schema(document, name)?.get("properties")?.get(by))
        .ok_or_else(|| format!("`by` names `{by}`, which is no property of the request"))?;
    let amounts: Vec<_> = spec::members(node.get("amounts")).collect();
    if amounts.is_empty() || !amounts.iter().all(|(_, amount)| price(amount)) {
        return Err("`amounts` does not map values to positive numbers".to_owned());
    }
    let Some(set) = spec::referred(field).and_then(|name| spec::schema(document, name)) else {
        return Ok(());
    };
    let known = spec::texts(set, "enum");
    match amounts.iter().find(|(value, _)| !known.contains(value)) {
        Some((value, _)) => Err(format!("`{value}` in `amounts` is no value of `{by}`")),
        None => Ok(()),
    }
}

fn is_month(text: &str) -> bool {
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    text.split_once('-').is_some_and(|(year, month)| {
        digits(year, 4) && digits(month, 2) && (1..=12).contains(&month.parse().unwrap_or(0))
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;

    #[test]
    fn unknown_extensions_are_typos() {
        check(
            &[("x-jogg-open: true # State", "x-jogg-open: true\n      x-jogg-opne: true")],
            &[("x-jogg-opne: true", "`x-jogg-opne` is unknown; known are x-enum-descriptions,")],
        );
        check(
            &[("info:\n", "info:\n  x-logo: none\n")],
            &[("x-logo: none", "`x-logo` is unknown")],
        );
    }

    #[test]
    fn extensions_stand_where_they_have_an_effect() {
        for (added, message) in [
            ("x-jogg-open: true", "`x-jogg-open` has no effect here; it belongs on an enum"),
            ("x-enum-varnames: [A]", "`x-enum-varnames` has no effect here"),
            ("x-jogg-retry: read", "`x-jogg-retry` has no effect here; it belongs on an operation"),
        ] {
            let edited = format!("description: A thing.\n      {added}");
            check(&[("description: A thing.", &edited)], &[(added, message)]);
        }
        check(
            &[("x-jogg-retry: idempotent", "x-jogg-retry: idempotent\n      x-jogg-secret: true")],
            &[(
                "x-jogg-secret: true",
                "`x-jogg-secret` has no effect here; it belongs on a property",
            )],
        );
        check(
            &[("x-jogg-open: true # State", "x-jogg-open: true\n      x-jogg-secret: 1")],
            &[("x-jogg-secret: 1", "`x-jogg-secret` is either `true` or left out")],
        );
    }

    #[test]
    fn each_method_has_its_retry_class() {
        for (class, edited, message) in [
            (
                "x-jogg-retry: idempotent",
                "x-jogg-retry: at-most-once",
                "PUT /things/{id} has `at-most-once`; write idempotent",
            ),
            (
                "x-jogg-retry: upload-ticket",
                "x-jogg-retry: read",
                "POST /tickets has `read`; write upload-ticket or at-most-once",
            ),
            (
                "x-jogg-retry: read # get",
                "x-jogg-retry: idempotent",
                "GET /things/{id} has `idempotent`; write read",
            ),
        ] {
            check(&[(class, edited)], &[(edited, message)]);
        }
        check(
            &[("      x-jogg-retry: idempotent\n", "")],
            &[("put:", "PUT /things/{id} has no x-jogg-retry; write idempotent")],
        );
        check(
            &[("    put:\n", "    patch:\n"), ("      x-jogg-retry: idempotent\n", "")],
            &[("patch:", "nothing is decided about retrying PATCH")],
        );
    }

    #[test]
    fn prices_have_a_known_form() {
        let price = "x-jogg-credits: {as_of: '2026-03', amount: 0.5}";
        for good in [
            "x-jogg-credits: {as_of: '2026-03', amount: 1, per_second: true}",
            "x-jogg-credits: {as_of: '2026-12', amount: 1, per_started_seconds: 20}",
            "x-jogg-credits: {as_of: '2026-03', by: kind, amounts: {plain: 1, fancy: 2}}",
            "x-jogg-credits: {as_of: '2026-03', by: label, amounts: {any: 1}}",
        ] {
            check(&[(price, good)], &[]);
        }
        for (bad, message) in [
            ("{amount: 1}", "x-jogg-credits has the keys [amount]"),
            (
                "{as_of: '2026-03', amount: 1, per_minute: 1}",
                "x-jogg-credits has the keys [amount, as",
            ),
            (
                "{as_of: '2026-03', amount: 1, per_second: true, per_started_seconds: 2}",
                "x-jogg-cred",
            ),
            ("{as_of: '2026', amount: 1}", "`as_of` is no month"),
            ("{as_of: '2026-13', amount: 1}", "`as_of` is no month"),
            ("{as_of: '2026-03', amount: one}", "`amount` is no positive number"),
            ("{as_of: '2026-03', amount: 0}", "`amount` is no positive number"),
            ("{as_of: '2026-03', amount: 1, per_second: false}", "`per_second` is not `true`"),
            (
                "{as_of: '2026-03', amount: 1, per_started_seconds: 0}",
                "`per_started_seconds` is no",
            ),
            ("{as_of: '2026-03', by: size, amounts: {plain: 1}}", "`by` names `size`, which is no"),
            ("{as_of: '2026-03', by: kind, amounts: {plain: x}}", "`amounts` does not map"),
            ("{as_of: '2026-03', by: kind, amounts: {}}", "`amounts` does not map"),
            (
                "{as_of: '2026-03', by: kind, amounts: {other: 1}}",
                "`other` in `amounts` is no value",
            ),
        ] {
            let line = format!("x-jogg-credits: {bad}");
            check(&[(price, &line)], &[(&line, message)]);
        }
    }

    #[test]
    fn only_paid_operations_have_a_price() {
        let line = "x-jogg-credits: {as_of: '2026-03', amount: 1}";
        check(
            &[("x-jogg-retry: idempotent", &format!("x-jogg-retry: idempotent\n      {line}"))],
            &[(line, "PUT /things/{id} is not paid; remove its x-jogg-credits")],
        );
    }
}
