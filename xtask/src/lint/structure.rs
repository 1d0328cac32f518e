//! Checks the top level of the document.

use super::findings::LintFindings;
use crate::document::{Document, Value};
use crate::spec;

/// Checks the version. The generator reads OpenAPI 3.0.
pub(super) fn version(document: &Document, findings: &mut LintFindings) {
    let version = spec::text(&document.value, "openapi");
    let patch = version.strip_prefix("3.0.").unwrap_or_default();
    if patch.is_empty() || !patch.bytes().all(|byte| byte.is_ascii_digit()) {
        findings.add("/openapi", "the generator reads OpenAPI 3.0; set `openapi: 3.0.3`");
    }
}

/// Checks that there are operations and schemas. Without them every other check would pass.
pub(super) fn sections(document: &Document, findings: &mut LintFindings) {
    if !document.value.get("paths").is_some_and(Value::is_object) {
        findings.add("/paths", "there are no `paths`; add the map of paths");
    }
    if !document.value.pointer("/components/schemas").is_some_and(Value::is_object) {
        findings.add("/components", "there are no `components.schemas`; add the named schemas");
    }
    if spec::operations(document).is_empty() {
        findings.add("/paths", "there is no operation; name the right file, or add one");
    }
}

/// Checks that the document can be read as OpenAPI. It covers what no other check does.
pub(super) fn model(document: &Document, findings: &mut LintFindings) {
    let model = serde_json::from_value::<openapiv3::OpenAPI>(document.value.to_json());
    if let Err(error) = model {
        findings.add("", format!("this isn't an OpenAPI 3.0 document: {error}; correct that part"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{check, check_document};

    #[test]
    fn only_openapi_3_0_is_read() {
        for version in ["3.1.0", "3.0.x", "3.0.", "3.0", "2.0"] {
            let line = format!("openapi: {version}");
            check(&[("openapi: 3.0.3", &line)], &[(&line, "the generator reads OpenAPI 3.0")]);
        }
    }

    #[test]
    fn an_empty_document_does_not_pass() {
        check_document(
            "openapi: 3.0.3\npaths: {}\ncomponents: {}\n",
            &[
                ("paths: {}", "there is no operation"),
                ("components: {}", "there are no `components.schemas`"),
            ],
        );
        check_document(
            "openapi: 3.0.3\ncomponents: {schemas: {}}\n",
            &[
                ("openapi: 3.0.3", "there are no `paths`"),
                ("openapi: 3.0.3", "there is no operation"),
            ],
        );
    }

    #[test]
    fn other_documents_do_not_pass() {
        check(
            &[("version: \"1\"", "version: [1]")],
            &[("openapi: 3.0.3", "this isn't an OpenAPI 3.0 document: ")],
        );
    }
}
