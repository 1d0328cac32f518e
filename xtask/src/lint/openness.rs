//! Checks which components are sent and received: responses grow without notice, requests are
//! exact.

use super::findings::LintFindings;
use super::{references, visit};
use crate::document::{Document, pointer_token};
use crate::spec::{self, Side};

/// Checks that enums in responses are open. A new value in a closed one would fail the response.
pub(super) fn open_enums(document: &Document, findings: &mut LintFindings) {
    for name in spec::reachable(document, Side::Response) {
        let Some(schema) = spec::schema(document, &name) else { continue };
        if spec::enumeration(schema).is_some_and(|enumeration| !enumeration.open) {
            findings.add(
                visit::component_pointer(&name),
                format!(
                    "`{name}` is in responses, where new values appear; write `anyOf` of its \
                     values and their type alone"
                ),
            );
        }
    }
}

/// Checks that no object is both sent and received. Received types tolerate what sent ones must
/// not.
pub(super) fn sides(document: &Document, findings: &mut LintFindings) {
    let responses = spec::reachable(document, Side::Response);
    for name in spec::reachable(document, Side::Request).intersection(&responses) {
        let Some(schema) = spec::schema(document, name) else { continue };
        if schema.get("properties").is_some() {
            findings.add(
                visit::component_pointer(name),
                format!("`{name}` is both sent and received; split it into two components"),
            );
        }
    }
}

/// Checks that every component is used. An unused one is a leftover, or a reference is missing.
pub(super) fn unused(document: &Document, findings: &mut LintFindings) {
    let mut used = spec::reachable(document, Side::Request);
    used.append(&mut spec::reachable(document, Side::Response));
    for (name, _) in spec::schemas(document).filter(|(name, _)| !used.contains(*name)) {
        findings.add(
            visit::component_pointer(name),
            format!("no request and no response refers to `{name}`; use or remove it"),
        );
    }
    for (section, kind) in [("parameters", "parameter"), ("responses", "response")] {
        let section = format!("/components/{section}");
        for (name, _) in spec::members(document.value.pointer(&section)) {
            let pointer = format!("{section}/{}", pointer_token(name));
            if !references::is_referred(document, &format!("#{pointer}")) {
                findings.add(
                    pointer,
                    format!("no operation refers to the {kind} `{name}`; use or remove it"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;

    #[test]
    fn enums_in_responses_are_open() {
        check(
            &[
                ("      anyOf: # Kind\n        - type: string", "      type: string"),
                (
                    "          enum: [plain, fancy]\n        - type: string # Kind\n",
                    "      enum: [plain]\n",
                ),
            ],
            &[("Kind:", "`Kind` is in responses, where new values appear")],
        );
    }

    #[test]
    fn no_object_is_sent_and_received() {
        check(
            &[("$ref: '#/components/schemas/UpdateOptions'", "$ref: '#/components/schemas/Thing'")],
            &[
                ("UpdateOptions:", "no request and no response refers to `UpdateOptions`"),
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
            &[("Spare:", "no request and no response refers to `Spare`")],
        );
        check(
            &[(
                "  parameters:\n    ThingId:\n",
                "  parameters:\n    Spare: {name: s, in: query, description: Not used., \
                 schema: {type: string}}\n    ThingId:\n",
            )],
            &[("Spare:", "no operation refers to the parameter `Spare`")],
        );
        check(
            &[(
                "  responses:\n    Refusal:",
                "  responses:\n    Spare: {description: No.}\n    Refusal:",
            )],
            &[("Spare:", "no operation refers to the response `Spare`")],
        );
    }
}
