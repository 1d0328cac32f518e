//! References: each leads somewhere, to the right kind of thing, and carries nothing else.

use serde_json::Value;

use super::{Findings, walk};
use crate::document::Document;
use crate::spec;

/// All references of the document, used or not.
pub(super) fn references(document: &Document, findings: &mut Findings) {
    walk::objects(document, &mut |pointer, members| {
        let Some(reference) = members.get("$ref") else { return };
        let place = format!("{pointer}/$ref");
        let Some(target) = reference.as_str() else {
            findings.add(place, "a `$ref` must be a string like '#/components/schemas/Voice'");
            return;
        };
        let section = section(pointer);
        if !target.starts_with(&format!("#/components/{section}/")) {
            findings.add(
                place,
                format!("`{target}` cannot stand here; refer to '#/components/{section}/…'"),
            );
        } else if spec::resolve(document, target).is_none() {
            findings
                .add(place, format!("`{target}` does not exist; define it or correct the name"));
        }
        for sibling in members.keys().filter(|key| *key != "$ref") {
            findings.add(
                format!("{pointer}/{sibling}"),
                format!(
                    "`{sibling}` beside a `$ref` is ignored; write `allOf: [{{$ref: …}}]` instead \
                     of the `$ref`"
                ),
            );
        }
    });
    discriminators(document, findings);
}

/// A discriminator's mapping holds references that are plain strings.
fn discriminators(document: &Document, findings: &mut Findings) {
    walk::objects(document, &mut |pointer, members| {
        let mapping = members.get("discriminator").and_then(|node| node.get("mapping"));
        for (value, target) in spec::members(mapping) {
            let target = target.as_str().unwrap_or_default();
            if spec::resolve(document, target).is_none() {
                findings.add(
                    format!("{pointer}/discriminator/mapping/{value}"),
                    format!("`{target}` does not exist; define it or correct the name"),
                );
            }
        }
    });
}

/// Which components may stand at a place.
fn section(pointer: &str) -> &'static str {
    let mut steps = pointer.rsplit('/');
    let index = steps.next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    match steps.next() {
        Some("parameters") if index => "parameters",
        _ => "schemas",
    }
}

/// Whether anything in the document refers to a target.
pub(super) fn is_referred(document: &Document, target: &str) -> bool {
    let mut found = false;
    walk::objects(document, &mut |_, members| {
        found |= members.get("$ref").and_then(Value::as_str) == Some(target);
    });
    found
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;

    #[test]
    fn every_reference_leads_somewhere() {
        check(
            &[(
                "$ref: '#/components/schemas/Kind' # of a thing",
                "$ref: '#/components/schemas/Sort'",
            )],
            &[(
                "- $ref: '#/components/schemas/Sort'",
                "`#/components/schemas/Sort` does not exist",
            )],
        );
        check(
            &[(
                "- $ref: '#/components/parameters/ThingId' # get",
                "- $ref: '#/components/parameters/Id'",
            )],
            &[
                ("x-jogg-job:", "`path.id` is no parameter of `get_thing`"),
                ("get:", "{id} stands in the path of GET /things/{id} but is no parameter"),
                ("- $ref: '#/components/parameters/Id'", "`#/components/parameters/Id` does not"),
            ],
        );
    }

    #[test]
    fn a_reference_leads_to_the_right_kind() {
        check(
            &[(
                "$ref: '#/components/schemas/Kind' # of a thing",
                "$ref: '#/components/parameters/ThingId'",
            )],
            &[(
                "- $ref: '#/components/parameters/ThingId'",
                "`#/components/parameters/ThingId` cannot stand here; refer to '#/components/schemas",
            )],
        );
        check(
            &[("$ref: '#/components/schemas/Kind' # of a thing", "$ref: 7")],
            &[("- $ref: 7", "a `$ref` must be a string")],
        );
    }

    #[test]
    fn siblings_of_a_reference_are_refused() {
        check(
            &[(
                "$ref: '#/components/schemas/Kind' # of a thing",
                "$ref: '#/components/schemas/Kind'\n              nullable: true",
            )],
            &[("nullable: true", "`nullable` beside a `$ref` is ignored; write `allOf:")],
        );
    }

    #[test]
    fn a_mapping_leads_somewhere() {
        check(
            &[(
                "      description: A thing.\n",
                "      description: A thing.\n      discriminator:\n        propertyName: name\n\
                 \x20       mapping: {a: '#/components/schemas/Sort'}\n",
            )],
            &[(
                "mapping: {a: '#/components/schemas/Sort'}",
                "`#/components/schemas/Sort` does not",
            )],
        );
    }
}
