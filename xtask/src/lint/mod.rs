//! `cargo xtask spec lint`: the conventions that the generator, the tables, the tests and the docs
//! rely on, checked before any of them runs. Every check reports all it finds.

mod calls;
mod extensions;
mod findings;
mod ids;
mod jobs;
mod names;
mod openness;
mod operations;
mod parameters;
mod prose;
mod received;
mod references;
#[cfg(test)]
mod sample;
mod schemas;
mod secrets;
mod structure;
mod visit;

use std::path::PathBuf;

use crate::document::Document;
use crate::failure::Failure;
use crate::output::print;
use crate::spec;
use crate::text::counted;
use findings::{LintFinding, LintFindings};

/// Prints every finding, then their number. A spec without findings prints what was checked, so
/// that a run without operations doesn't pass for a good one.
pub(crate) fn run(file: Option<PathBuf>) -> Result<(), Failure> {
    let document = spec::open(file)?;
    let findings = lint(&document);
    let mut report = String::new();
    for finding in &findings {
        report.push_str(&format!("{}: {}\n", document.location(&finding.pointer), finding.message));
    }
    if findings.is_empty() {
        let operations = spec::operations(&document).len();
        let schemas = spec::schemas(&document).count();
        report = format!("spec lint: {operations} operations, {schemas} schemas, no findings\n");
    }
    print(format_args!("{report}"));
    match findings.len() {
        0 => Ok(()),
        count => {
            let findings = counted(count, "finding");
            Err(Failure::new(format!("spec lint: {findings} in {}", document.name)))
        }
    }
}

/// Checks one convention.
type Check = fn(&Document, &mut LintFindings);

const CHECKS: &[Check] = &[
    structure::version,
    structure::sections,
    operations::identity,
    operations::responses,
    operations::bodies,
    received::refusals,
    received::data,
    received::nullable,
    received::formats,
    references::references,
    schemas::components,
    schemas::inline,
    schemas::required,
    parameters::parameters,
    openness::open_enums,
    openness::sides,
    openness::unused,
    names::enums,
    names::properties,
    names::components,
    names::operations,
    secrets::secrets,
    ids::marked,
    ids::unmarked,
    calls::calls,
    extensions::known,
    extensions::retry,
    extensions::credits,
    jobs::jobs,
    prose::prose,
];

/// Returns all findings, in the order of the file.
fn lint(document: &Document) -> Vec<LintFinding> {
    let mut findings = LintFindings::default();
    for check in CHECKS {
        check(document, &mut findings);
    }
    if findings.0.is_empty() {
        structure::model(document, &mut findings);
    }
    let mut findings = findings.0;
    findings.sort_by_key(|finding| {
        let position = document.position(&finding.pointer);
        (position.line, position.column, finding.message.clone())
    });
    findings.dedup();
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_run(name: &str, text: &str, exit: u8, message: &str) {
        let file = format!("xtask-lint-{}-{name}.yaml", std::process::id());
        let path = std::env::temp_dir().join(file);
        std::fs::write(&path, text).unwrap();
        let outcome = run(Some(path.clone()));
        std::fs::remove_file(&path).unwrap();
        let failure = outcome.unwrap_err();
        assert_eq!(failure.exit, exit, "{}", failure.message);
        let expected = message.replace("FILE", &path.display().to_string());
        assert_eq!(failure.message, expected);
    }

    #[test]
    fn the_sample_has_no_findings() {
        sample::check(&[], &[]);
    }

    #[test]
    fn a_repeated_key_is_a_parse_error() {
        check_run(
            "twice",
            "openapi: 3.0.3\npaths: {}\npaths: {}\n",
            3,
            "FILE:3:1: the key `paths` is here for the second time (first on line 2); \
             remove one of the two",
        );
    }

    #[test]
    fn findings_are_counted_and_fail_the_task() {
        let one = sample::TEXT.replacen("summary: Get a thing", "summary: ''", 1);
        check_run("one", &one, 1, "spec lint: 1 finding in FILE");
        check_run("none", "openapi: 3.0.3\n", 1, "spec lint: 3 findings in FILE");
        check_run("list", "[1, 2]", 1, "spec lint: 4 findings in FILE");
    }

    #[test]
    fn a_missing_file_does_not_pass() {
        let failure = run(Some(PathBuf::from("no/such/spec.yaml"))).unwrap_err();
        assert_eq!(failure.exit, 3);
        assert!(failure.message.starts_with("no/such/spec.yaml: "), "{}", failure.message);
    }

    #[test]
    fn findings_are_in_the_order_of_the_file() {
        let text = sample::TEXT.replacen("description: A thing.", "description: ''", 1).replacen(
            "description: All things.",
            "description: ''",
            1,
        );
        let document = Document::parse("spec.yaml", &text).unwrap();
        let lines: Vec<u32> = lint(&document)
            .iter()
            .map(|finding| document.position(&finding.pointer).line)
            .collect();
        assert_eq!(lines.len(), 2);
        assert!(lines.is_sorted(), "{lines:?}");
    }
}
