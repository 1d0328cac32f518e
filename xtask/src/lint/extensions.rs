//! Checks extensions: they must be known, in the right place, and have a value that the tables
//! support.

use super::findings::LintFindings;
use super::visit;
use crate::document::{Document, Map, Value};
use crate::spec::{self, Operation};

/// What an extension belongs to. It is ignored anywhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Operation,
    Enum,
    /// A property of a component.
    Property,
    /// A property or a parameter.
    Value,
}

const KNOWN: [(&str, Owner); 8] = [
    ("x-enum-descriptions", Owner::Enum),
    ("x-enum-varnames", Owner::Enum),
    (spec::CALL, Owner::Operation),
    ("x-jogg-credits", Owner::Operation),
    ("x-jogg-id", Owner::Property),
    ("x-jogg-job", Owner::Operation),
    (spec::RETRY, Owner::Operation),
    ("x-jogg-secret", Owner::Value),
];

/// Checks that every extension is known. A misspelt one would be ignored.
pub(super) fn known(document: &Document, findings: &mut LintFindings) {
    visit::objects(document, &mut |pointer, members| {
        for (key, value) in members.iter().filter(|(key, _)| key.starts_with("x-")) {
            let place = format!("{pointer}/{key}");
            let Some((_, owner)) = KNOWN.iter().find(|(name, _)| *name == key) else {
                let names = KNOWN.map(|(name, _)| name).join(", ");
                findings.add(place, format!("`{key}` is unknown; use one of {names}"));
                continue;
            };
            if !is_owner(*owner, pointer, members) {
                let owner = match owner {
                    Owner::Operation => "an operation",
                    Owner::Enum => "an enum",
                    Owner::Property => "a property of a component",
                    Owner::Value => "a property or a parameter's schema",
                };
                findings.add(place, format!("`{key}` has no effect here; it belongs on {owner}"));
            } else if ["x-jogg-id", "x-jogg-secret"].contains(&key) && *value != Value::Bool(true) {
                findings.add(place, format!("`{key}` must be `true`; correct or remove it"));
            }
        }
    });
}

fn is_owner(owner: Owner, pointer: &str, members: &Map) -> bool {
    match owner {
        Owner::Operation => members.contains_key("responses"),
        Owner::Enum => members.contains_key("enum"),
        Owner::Property => {
            let steps: Vec<&str> = pointer.split('/').collect();
            matches!(steps.as_slice(), ["", "components", "schemas", _, "properties", _])
        }
        Owner::Value => members.contains_key("type") && !members.contains_key("responses"),
    }
}

/// Checks that every operation has a retry class that its method allows.
pub(super) fn retry(document: &Document, findings: &mut LintFindings) {
    for operation in spec::operations(document) {
        let allowed: &[&str] = match operation.method {
            "get" => &["read"],
            "put" | "delete" => &["idempotent"],
            "post" => &["upload-ticket", "at-most-once"],
            method => {
                let method = method.to_uppercase();
                findings.add(
                    &operation.pointer,
                    format!("there is no retry class for {method}; use GET, POST, PUT or DELETE"),
                );
                continue;
            }
        };
        let class = operation.node.get(spec::RETRY).and_then(Value::as_str);
        if !class.is_some_and(|class| allowed.contains(&class)) {
            let found = class.map_or("no x-jogg-retry".into(), |class| format!("`{class}`"));
            findings.add(
                format!("{}/x-jogg-retry", operation.pointer),
                format!("{} has {found}; write {}", operation.title(), allowed.join(" or ")),
            );
        }
    }
}

/// Checks that only paid operations have a price, in a form that `Credits` supports.
pub(super) fn credits(document: &Document, findings: &mut LintFindings) {
    for operation in spec::operations(document) {
        let Some(credits) = operation.node.get("x-jogg-credits") else { continue };
        let pointer = format!("{}/x-jogg-credits", operation.pointer);
        if spec::text(operation.node, spec::RETRY) != "at-most-once" {
            findings.add(
                &pointer,
                format!("{} isn't paid; remove its x-jogg-credits", operation.title()),
            );
        }
        if let Err(reason) = credits_form(document, &operation, credits) {
            findings.add(
                pointer,
                format!(
                    "{reason}; write {{as_of, amount}}, {{as_of, amount, per_second: true}}, \
                     {{as_of, amount, per_started_seconds}} or {{as_of, by, amounts}}, and \
                     `for_each` where the request says how many results there are"
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
    let mut sorted: Vec<_> = keys.iter().copied().filter(|key| *key != "for_each").collect();
    sorted.sort_unstable();
    if !forms.contains(&sorted.as_slice()) {
        return Err(format!("x-jogg-credits has the keys [{}]", keys.join(", ")));
    }
    if !is_month(spec::text(node, "as_of")) {
        return Err("`as_of` isn't a month like '2026-03'".to_owned());
    }
    let price = |value: &Value| value.as_f64().is_some_and(|amount| amount > 0.0);
    if node.get("amount").is_some_and(|amount| !price(amount)) {
        return Err("`amount` isn't a positive number".to_owned());
    }
    if node.get("per_second").is_some_and(|value| *value != Value::Bool(true)) {
        return Err("`per_second` isn't `true`".to_owned());
    }
    let seconds = node.get("per_started_seconds");
    if seconds.is_some_and(|value| value.as_u64().is_none_or(|seconds| seconds == 0)) {
        return Err("`per_started_seconds` isn't a positive integer".to_owned());
    }
    check_for_each(document, operation, node)?;
    match node.get("by") {
        Some(by) => {
            check_amounts(document, operation, by.as_str().unwrap_or_default(), node, price)
        }
        None => Ok(()),
    }
}

/// Checks which property of the request says how many results are paid for.
fn check_for_each(
    document: &Document,
    operation: &Operation<'_>,
    node: &Value,
) -> Result<(), String> {
    let Some(field) = node.get("for_each") else {
        // Such a job is found among several, each of which is paid for.
        let several =
            operation.node.get("x-jogg-job").is_some_and(|job| job.get("match").is_some());
        return if several { Err("a call starts several jobs".to_owned()) } else { Ok(()) };
    };
    let field = field.as_str().unwrap_or_default();
    let property = request_property(document, operation, field)
        .ok_or_else(|| format!("`for_each` is `{field}`, which isn't a property of the request"))?;
    let counts = |node: &Value| ["array", "integer"].contains(&spec::text(node, "type"));
    let set = spec::referred(property).and_then(|name| spec::schema(document, name));
    if counts(property) || set.and_then(spec::enumeration).is_some_and(|set| counts(set.node)) {
        return Ok(());
    }
    Err(format!("`for_each` is `{field}`, which is neither a list nor an integer"))
}

fn request_property<'d>(
    document: &'d Document,
    operation: &Operation<'_>,
    name: &str,
) -> Option<&'d Value> {
    let request = operation.request_schema().and_then(spec::referred)?;
    spec::schema(document, request)?.get("properties")?.get(name)
}

/// Checks a price that depends on a property of the request.
fn check_amounts(
    document: &Document,
    operation: &Operation<'_>,
    by: &str,
    node: &Value,
    price: impl Fn(&Value) -> bool,
) -> Result<(), String> {
    let property = request_property(document, operation, by)
        .ok_or_else(|| format!("`by` is `{by}`, which isn't a property of the request"))?;
    let amounts: Vec<_> = spec::members(node.get("amounts")).collect();
    if amounts.is_empty() || !amounts.iter().all(|(_, amount)| price(amount)) {
        return Err("`amounts` doesn't map values to positive numbers".to_owned());
    }
    let Some(set) = spec::referred(property).and_then(|name| spec::schema(document, name)) else {
        return Ok(());
    };
    let known = spec::enumeration(set).map(|set| spec::texts(set.node, "enum")).unwrap_or_default();
    match amounts.iter().find(|(value, _)| !known.contains(value)) {
        Some((value, _)) => Err(format!("`{value}` in `amounts` isn't a value of `{by}`")),
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
            &[("x-jogg-retry: read # get", "x-jogg-retry: read\n      x-jogg-rety: read")],
            &[("x-jogg-rety: read", "`x-jogg-rety` is unknown; use one of x-enum-descriptions,")],
        );
        check(
            &[("info:\n", "info:\n  x-logo: none\n")],
            &[("x-logo: none", "`x-logo` is unknown")],
        );
    }

    #[test]
    fn extensions_are_where_they_have_an_effect() {
        for (added, message) in [
            ("x-enum-descriptions: [A]", "`x-enum-descriptions` has no effect here"),
            ("x-enum-varnames: [A]", "`x-enum-varnames` has no effect here; it belongs on an enum"),
            ("x-jogg-retry: read", "`x-jogg-retry` has no effect here; it belongs on an operation"),
        ] {
            let edited = format!("description: A thing.\n      {added}");
            check(&[("description: A thing.", &edited)], &[(added, message)]);
        }
        check(
            &[("x-jogg-retry: idempotent", "x-jogg-retry: idempotent\n      x-jogg-secret: true")],
            &[(
                "x-jogg-secret: true",
                "`x-jogg-secret` has no effect here; it belongs on a property or",
            )],
        );
        check(
            &[("enum: [0, 1]", "enum: [0, 1]\n          x-jogg-secret: 1")],
            &[("x-jogg-secret: 1", "`x-jogg-secret` must be `true`; correct or remove it")],
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
            &[("patch:", "there is no retry class for PATCH")],
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
            ("{as_of: '2026', amount: 1}", "`as_of` isn't a month"),
            ("{as_of: '2026-13', amount: 1}", "`as_of` isn't a month"),
            ("{as_of: '2026-03', amount: one}", "`amount` isn't a positive number"),
            ("{as_of: '2026-03', amount: 0}", "`amount` isn't a positive number"),
            ("{as_of: '2026-03', amount: 1, per_second: false}", "`per_second` isn't `true`"),
            (
                "{as_of: '2026-03', amount: 1, per_started_seconds: 0}",
                "`per_started_seconds` isn't",
            ),
            ("{as_of: '2026-03', by: size, amounts: {plain: 1}}", "`by` is `size`, which isn't"),
            ("{as_of: '2026-03', by: kind, amounts: {plain: x}}", "`amounts` doesn't map"),
            ("{as_of: '2026-03', by: kind, amounts: {}}", "`amounts` doesn't map"),
            (
                "{as_of: '2026-03', by: kind, amounts: {other: 1}}",
                "`other` in `amounts` isn't a value",
            ),
        ] {
            let line = format!("x-jogg-credits: {bad}");
            check(&[(price, &line)], &[(&line, message)]);
        }
    }

    #[test]
    fn a_price_for_each_result_names_what_counts_them() {
        let price = "x-jogg-credits: {as_of: '2026-03', amount: 0.5}";
        let line = "x-jogg-credits: {as_of: '2026-03', amount: 0.5, for_each: label}";
        let label = "          type: string # label\n";
        for counted in [
            "          type: integer\n",
            "          type: array\n          items:\n            type: string\n",
            "          allOf:\n            - $ref: '#/components/schemas/State'\n",
        ] {
            check(&[(price, line), (label, counted)], &[]);
        }
        check(&[(price, line)], &[(line, "`for_each` is `label`, which is neither a list nor")]);
        let missing = line.replace("label", "labels");
        check(
            &[(price, &missing)],
            &[(&missing, "`for_each` is `labels`, which isn't a property")],
        );
        let job = "x-jogg-job: {report: get_thing, id: {from: data.thing_id, to: path.id}}";
        let several = "x-jogg-job: {report: list_things, \
                       match: {from: 'data.thing_id', in: 'data.things[].id'}}";
        check(&[(job, several)], &[(price, "a call starts several jobs; write")]);
    }

    #[test]
    fn only_paid_operations_have_a_price() {
        let line = "x-jogg-credits: {as_of: '2026-03', amount: 1}";
        check(
            &[("x-jogg-retry: idempotent", &format!("x-jogg-retry: idempotent\n      {line}"))],
            &[(line, "PUT /things/{id} isn't paid; remove its x-jogg-credits")],
        );
    }
}
