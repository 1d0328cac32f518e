//! `cargo xtask spec lint`: what the generator, the tables, the tests and the docs rely on, checked
//! before any of them runs. Every rule collects; none stops at its first finding.

mod extensions;
mod jobs;
mod names;
mod openness;
mod operations;
mod parameters;
mod prose;
mod references;
#[cfg(test)]
mod sample;
mod schemas;
mod secrets;
mod structure;
mod walk;

use std::io::Write as _;
use std::path::PathBuf;

use crate::document::Document;
use crate::failure::Failure;
use crate::spec;

/// Prints every finding, then their count. A spec without findings is counted too, so that a run
/// that looked at nothing does not pass for a good one.
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
    // Whoever closed the pipe has seen enough.
    let _ = std::io::stdout().lock().write_all(report.as_bytes());
    match findings.len() {
        0 => Ok(()),
        1 => Err(Failure::new(format!("spec lint: 1 finding in {}", document.name))),
        count => Err(Failure::new(format!("spec lint: {count} findings in {}", document.name))),
    }
}

/// Something in the spec that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    /// JSON pointer of the node to mend.
    pointer: String,
    message: String,
}

/// What the rules have found so far.
#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.0.push(Finding { pointer: pointer.into(), message: message.into() });
    }
}

type Rule = fn(&Document, &mut Findings);

const RULES: &[Rule] = &[
    structure::version,
    structure::sections,
    operations::identity,
    operations::answers,
    operations::bodies,
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
    extensions::known,
    extensions::retry,
    extensions::credits,
    jobs::jobs,
    prose::prose,
];

/// All findings, in the order of the file.
fn lint(document: &Document) -> Vec<Finding> {
    let mut findings = Findings::default();
    for rule in RULES {
        rule(document, &mut findings);
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
    use std::path::Path;

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
    fn the_spec_of_the_api_has_no_findings() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/jogg.yaml");
        let document = Document::read(&path).unwrap();
        let findings = lint(&document);
        let lines: Vec<String> = findings
            .iter()
            .map(|finding| format!("{}: {}", document.location(&finding.pointer), finding.message))
            .collect();
        assert!(lines.is_empty(), "{} findings\n{}", lines.len(), lines.join("\n"));
    }

    #[test]
    fn the_sample_has_no_findings() {
        sample::check(&[], &[]);
    }

    #[test]
    fn a_key_that_stands_twice_is_a_parse_error() {
        check_run(
            "twice",
            "openapi: 3.0.3\npaths: {}\npaths: {}\n",
            3,
            "FILE:3:1: the key `paths` stands here a second time (first on line 2); \
             remove one of the two",
        );
    }

    #[test]
    fn findings_are_counted_and_fail_the_task() {
        let one = sample::TEXT.replacen("summary: Read a thing", "summary: ''", 1);
        check_run("one", &one, 1, "spec lint: 1 finding in FILE");
        check_run("none", "openapi: 3.0.3\n", 1, "spec lint: 3 findings in FILE");
        check_run("list", "[1, 2]", 1, "spec lint: 4 findings in FILE");
    }

    #[test]
    fn a_missing_file_is_not_nothing_found() {
        let failure = run(Some(PathBuf::from("no/such/spec.yaml"))).unwrap_err();
        assert_eq!(failure.exit, 3);
        assert!(failure.message.starts_with("no/such/spec.yaml: "), "{}", failure.message);
    }

    #[test]
    fn findings_stand_in_the_order_of_the_file() {
        let text = sample::TEXT.replacen("description: A thing.", "description: ''", 1).replacen(
            "description: All things.",
            "description: ''",
            1,
        );
        let document = Document::parse("spec.yaml", &text).unwrap();
        let lines: Vec<usize> = lint(&document)
            .iter()
            .map(|finding| document.position(&finding.pointer).line)
            .collect();
        assert_eq!(lines.len(), 2);
        assert!(lines.is_sorted(), "{lines:?}");
    }
}
