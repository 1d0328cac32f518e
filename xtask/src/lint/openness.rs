//! What is sent and what is received: answers grow without notice, requests are exact.

use serde_json::Value;

use super::{Findings, references, walk};
use crate::document::{Document, pointer_token};
use crate::spec::{self, Side};

/// One new word in a closed set would fail a whole answer.
pub(super) fn open_enums(document: &Document, findings: &mut Findings) {
    for name in spec::reachable(document, Side::Response) {
        let Some(schema) = spec::schema(document, &name) else { continue };
        if schema.get("enum").is_some() && schema.get("x-jogg-open") != Some(&Value::Bool(true)) {
            findings.add(
                walk::component_pointer(&name),
                format!(
                    "`{name}` comes in answers, where new values appear; add `x-jogg-open: true`"
                ),
            );
        }
    }
}

/// Received types forgive what sent ones must not, so no object can be both.
pub(super) fn sides(document: &Document, findings: &mut Findings) {
    let answers = spec::reachable(document, Side::Response);
    for name in spec::reachable(document, Side::Request).intersection(&answers) {
        let Some(schema) = spec::schema(document, name) else { continue };
        if schema.get("enum").is_none() && schema.get("properties").is_some() {
            findings.add(
                walk::component_pointer(name),
                format!("`{name}` is both sent and received; make it two components"),
            );
        }
    }
}

/// A component that nothing uses is a leftover, or a reference that was forgotten.
pub(super) fn unused(document: &Document, findings: &mut Findings) {
    let mut used = spec::reachable(document, Side::Request);
    used.append(&mut spec::reachable(document, Side::Response));
    for (name, _) in spec::schemas(document).filter(|(name, _)| !used.contains(*name)) {
        findings.add(
            walk::component_pointer(name),
            format!(
                "nothing refers to `{name}`, neither a request nor an answer; use or remove it"
            ),
        );
    }
    for (name, _) in spec::members(document.value.pointer("/components/parameters")) {
        let pointer = format!("/components/parameters/{}", pointer_token(name));
        if !references::is_referred(document, &format!("#{pointer}")) {
            findings.add(pointer, format!("nothing refers to the parameter `{name}`; remove it"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;

    #[test]
    fn enums_in_answers_are_open() {
        check(
            &[("      x-jogg-open: true # Kind\n", "")],
            &[("Kind:", "`Kind` comes in answers, where new values appear")],
        );
        check(
            &[("      x-jogg-open: true # State\n", "")],
            &[("State:", "`State` comes in answers")],
        );
    }

    #[test]
    fn no_object_is_sent_and_received() {
        check(
            &[("$ref: '#/components/schemas/UpdateOptions'", "$ref: '#/components/schemas/Thing'")],
            &[
                ("UpdateOptions:", "nothing refers to `UpdateOptions`"),
                ("Thing:", "`Thing` is both sent and received"),
            ],
        );
    }

    #[test]
    fn every_component_is_used() {
        check(
            &[(
                "    Thing:\n",
                "    Spare:\n      type: string\n      description: Not used.\n    Thing:\n",
            )],
            &[("Spare:", "nothing refers to `Spare`")],
        );
        check(
            &[(
                "  parameters:\n    ThingId:\n",
                "  parameters:\n    Spare: {name: s, in: query, description: Not used., \
                 schema: {type: string}}\n    ThingId:\n",
            )],
            &[("Spare:", "nothing refers to the parameter `Spare`")],
        );
    }
}
