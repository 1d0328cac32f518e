//! Checks `x-jogg-job`: how the id of a job gets from the operation that starts it to the one that
//! reports on it.

use super::findings::LintFindings;
use crate::document::{Document, Value};
use crate::spec::{self, Operation};

/// The limit for paths: deeper than any response, and the end of recursive schemas.
const MAX_DEPTH: usize = 50;

/// Checks that every path and name in `x-jogg-job` exists.
pub(super) fn jobs(document: &Document, findings: &mut LintFindings) {
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
        let link = JobLink { document, create: operation, report, pointer };
        match keys.as_slice() {
            ["id"] => link.check_id(&job["id"], findings),
            ["match"] => link.check_lookup(&job["match"], findings),
            _ => findings.add(
                link.pointer,
                "x-jogg-job needs `report`, and either `id: {from, to}` or `match: {from, in}`; \
                 give it these keys",
            ),
        }
    }
}

/// The `x-jogg-job` of an operation.
struct JobLink<'d> {
    document: &'d Document,
    create: &'d Operation<'d>,
    report: &'d Operation<'d>,
    pointer: String,
}

impl JobLink<'_> {
    /// Checks an id that is a parameter of the report.
    fn check_id(&self, node: &Value, findings: &mut LintFindings) {
        self.check_path(self.create, "id", "from", node, findings);
        let target = spec::text(node, "to");
        let (place, name) = target.split_once('.').unwrap_or_default();
        let parameters = self.report.parameters(self.document);
        let exists = parameters
            .iter()
            .any(|parameter| parameter.location() == place && parameter.name() == name);
        if !exists || !["path", "query"].contains(&place) {
            findings.add(
                format!("{}/id/to", self.pointer),
                format!(
                    "`{target}` isn't a parameter of `{}`; write query.NAME or path.NAME",
                    self.report.id()
                ),
            );
        }
    }

    /// Checks an id that is searched for in a list.
    fn check_lookup(&self, node: &Value, findings: &mut LintFindings) {
        self.check_path(self.create, "match", "from", node, findings);
        self.check_path(self.report, "match", "in", node, findings);
    }

    fn check_path(
        &self,
        operation: &Operation<'_>,
        section: &str,
        key: &str,
        node: &Value,
        findings: &mut LintFindings,
    ) {
        let path = spec::text(node, key);
        let found = operation
            .response_schema()
            .and_then(|schema| property(self.document, schema, path, MAX_DEPTH));
        let scalar = |schema: &Value| ["string", "integer"].contains(&spec::text(schema, "type"));
        if !found.is_some_and(scalar) {
            findings.add(
                format!("{}/{section}/{key}", self.pointer),
                format!(
                    "`{path}` isn't a string or integer in the response of `{}`; write the dotted \
                     path of the id, with `[]` after a list",
                    operation.id()
                ),
            );
        }
    }
}

/// Returns the schema at a dotted path such as `data.previews[].preview_id`.
fn property<'d>(
    document: &'d Document,
    schema: &'d Value,
    path: &str,
    depth: usize,
) -> Option<&'d Value> {
    let depth = depth.checked_sub(1)?;
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        return property(document, spec::resolve(document, target)?.0, path, depth);
    }
    let mut parts = spec::list(schema, "allOf").iter();
    if let Some(found) = parts.find_map(|part| property(document, part, path, depth)) {
        return Some(found);
    }
    if path.is_empty() {
        return Some(schema).filter(|schema| schema.get("type").is_some());
    }
    if let Some(rest) = path.strip_prefix("[]") {
        return property(document, schema.get("items")?, rest.trim_start_matches('.'), depth);
    }
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (name, rest) = path.split_at(end);
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    property(document, schema.get("properties")?.get(name)?, rest, depth)
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;

    const JOB: &str = "x-jogg-job: {report: get_thing, id: {from: data.thing_id, to: path.id}}";

    #[track_caller]
    fn check_job(job: &str, message: Option<&str>) {
        let line = format!("x-jogg-job: {job}");
        let findings: Vec<_> = message.iter().map(|message| (line.as_str(), *message)).collect();
        // A price of several jobs says what counts them.
        let price = "      x-jogg-credits: {as_of: '2026-03', amount: 0.5}\n";
        check(&[(price, ""), (JOB, &line)], &findings);
    }

    #[test]
    fn the_report_exists() {
        check_job(
            "{report: read_thing, id: {from: data.thing_id, to: path.id}}",
            Some("there is no operation `read_thing`"),
        );
    }

    #[test]
    fn the_paths_of_the_id_exist() {
        check_job("{report: list_things, id: {from: data.thing_id, to: query.kind}}", None);
        for (id, message) in [
            (
                "{from: data.id, to: path.id}",
                "`data.id` isn't a string or integer in the response of `cr",
            ),
            ("{from: data, to: path.id}", "`data` isn't a string or integer in the response"),
            ("{to: path.id}", "`` isn't a string or integer in the response"),
            ("{from: data.thing_id, to: query.id}", "`query.id` isn't a parameter of `get_thing`"),
            ("{from: data.thing_id, to: id}", "`id` isn't a parameter of `get_thing`"),
        ] {
            check_job(&format!("{{report: get_thing, id: {id}}}"), Some(message));
        }
    }

    #[test]
    fn the_id_is_searched_for_in_a_list() {
        let job = |from: &str, within: &str| {
            format!("{{report: list_things, match: {{from: '{from}', in: '{within}'}}}}")
        };
        check_job(&job("data.thing_id", "data.things[].id"), None);
        check_job(&job("data.thing_id", "data.things[].labels[]"), None);
        check_job(&job("data.thing_id", "data.things.id"), Some("`data.things.id` isn't a string"));
        check_job(&job("data.thing_id", "data.things[]"), Some("`data.things[]` isn't a string"));
        check_job(&job("data.other", "data.things[].id"), Some("`data.other` isn't a string"));
    }

    #[test]
    fn the_keys_are_complete() {
        for job in ["{report: get_thing}", "{report: get_thing, by: data.thing_id}"] {
            check_job(job, Some("x-jogg-job needs `report`, and either `id: {from, to}` or"));
        }
    }
}
