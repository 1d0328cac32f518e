//! Jobs: how a job's id travels from the call that starts it to the one that reports on it.

use serde_json::Value;

use super::Findings;
use crate::document::Document;
use crate::spec::{self, Operation};

/// Deeper paths than any answer has, and the end of a schema that refers to itself.
const MAX_DEPTH: usize = 50;

/// Every path and name in `x-jogg-job` exists where it is said to be.
pub(super) fn jobs(document: &Document, findings: &mut Findings) {
    let operations = spec::operations(document);
    for operation in &operations {
        let Some(job) = operation.node.get("x-jogg-job") else { continue };
        let pointer = format!("{}/x-jogg-job", operation.pointer);
        let name = spec::text(job, "report");
        let Some(report) = operations.iter().find(|other| other.id() == name) else {
            findings.add(
                format!("{pointer}/report"),
                format!("there is no operation `{name}`; name the one that reports on the job"),
            );
            continue;
        };
        let mut keys: Vec<&str> = spec::members(Some(job)).map(|(key, _)| key).collect();
        keys.retain(|key| *key != "report");
        let rule = Rule { document, create: operation, report, pointer };
        match keys.as_slice() {
            ["id"] => rule.id(&job["id"], findings),
            ["match"] => rule.lookup(&job["match"], findings),
            _ => findings.add(
                rule.pointer,
                "x-jogg-job needs `report`, and either `id: {from, to}` or `match: {from, in}`; \
                 give it these keys",
            ),
        }
    }
}

struct Rule<'d> {
    document: &'d Document,
    create: &'d Operation<'d>,
    report: &'d Operation<'d>,
    pointer: String,
}

impl Rule<'_> {
    /// The id is a parameter of the report.
    fn id(&self, node: &Value, findings: &mut Findings) {
        self.answer_has(self.create, "id", "from", node, findings);
        let target = spec::text(node, "to");
        let (place, name) = target.split_once('.').unwrap_or_default();
        let parameters = self.report.parameters(self.document);
        let exists = parameters
            .iter()
            .any(|parameter| parameter.place() == place && parameter.name() == name);
        if !exists || !["path", "query"].contains(&place) {
            findings.add(
                format!("{}/id/to", self.pointer),
                format!(
                    "`{target}` is no parameter of `{}`; write query.NAME or path.NAME",
                    self.report.id()
                ),
            );
        }
    }

    /// The id is looked for in a list.
    fn lookup(&self, node: &Value, findings: &mut Findings) {
        self.answer_has(self.create, "match", "from", node, findings);
        self.answer_has(self.report, "match", "in", node, findings);
    }

    fn answer_has(
        &self,
        operation: &Operation<'_>,
        section: &str,
        key: &str,
        node: &Value,
        findings: &mut Findings,
    ) {
        let path = spec::text(node, key);
        let found = operation
            .response_schema()
            .and_then(|(schema, _)| field(self.document, schema, path, MAX_DEPTH));
        let scalar = |schema: &Value| ["string", "integer"].contains(&spec::text(schema, "type"));
        if !found.is_some_and(scalar) {
            findings.add(
                format!("{}/{section}/{key}", self.pointer),
                format!(
                    "`{path}` is no string or integer in the answer of `{}`; write the dotted path \
                     of the id, `[]` after a list",
                    operation.id()
                ),
            );
        }
    }
}

/// The schema at a dotted path such as `data.previews[].preview_id`.
fn field<'d>(
    document: &'d Document,
    schema: &'d Value,
    path: &str,
    depth: usize,
) -> Option<&'d Value> {
    let depth = depth.checked_sub(1)?;
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        return field(document, spec::resolve(document, target)?.0, path, depth);
    }
    let mut parts = spec::list(schema, "allOf").iter();
    if let Some(found) = parts.find_map(|part| field(document, part, path, depth)) {
        return Some(found);
    }
    if path.is_empty() {
        return Some(schema).filter(|schema| schema.get("type").is_some());
    }
    if let Some(rest) = path.strip_prefix("[]") {
        return field(document, schema.get("items")?, rest.trim_start_matches('.'), depth);
    }
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (name, rest) = path.split_at(end);
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    field(document, schema.get("properties")?.get(name)?, rest, depth)
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;

    const JOB: &str = "x-jogg-job: {report: get_thing, id: {from: data.thing_id, to: path.id}}";

    #[track_caller]
    fn check_job(job: &str, message: Option<&str>) {
        let line = format!("x-jogg-job: {job}");
        let findings: Vec<_> = message.iter().map(|message| (line.as_str(), *message)).collect();
        check(&[(JOB, &line)], &findings);
    }

    #[test]
    fn the_report_exists() {
        check_job(
            "{report: look_at_thing, id: {from: data.thing_id, to: path.id}}",
            Some("there is no operation `look_at_thing`"),
        );
    }

    #[test]
    fn the_id_is_where_it_is_said_to_be() {
        check_job("{report: list_things, id: {from: data.thing_id, to: query.kind}}", None);
        for (id, message) in [
            (
                "{from: data.id, to: path.id}",
                "`data.id` is no string or integer in the answer of `cr",
            ),
            ("{from: data, to: path.id}", "`data` is no string or integer in the answer"),
            ("{to: path.id}", "`` is no string or integer in the answer"),
            ("{from: data.thing_id, to: query.id}", "`query.id` is no parameter of `get_thing`"),
            ("{from: data.thing_id, to: id}", "`id` is no parameter of `get_thing`"),
        ] {
            check_job(&format!("{{report: get_thing, id: {id}}}"), Some(message));
        }
    }

    #[test]
    fn a_list_is_looked_through() {
        let rule = |from: &str, within: &str| {
            format!("{{report: list_things, match: {{from: '{from}', in: '{within}'}}}}")
        };
        check_job(&rule("data.thing_id", "data.things[].id"), None);
        check_job(&rule("data.thing_id", "data.things[].labels[]"), None);
        check_job(&rule("data.thing_id", "data.things.id"), Some("`data.things.id` is no string"));
        check_job(&rule("data.thing_id", "data.things[]"), Some("`data.things[]` is no string"));
        check_job(&rule("data.other", "data.things[].id"), Some("`data.other` is no string"));
    }

    #[test]
    fn the_rule_is_complete() {
        for job in ["{report: get_thing}", "{report: get_thing, by: data.thing_id}"] {
            check_job(job, Some("x-jogg-job needs `report`, and either `id: {from, to}` or"));
        }
    }
}
