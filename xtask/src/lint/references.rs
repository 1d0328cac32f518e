//! Checks references: each must lead to a component of the right kind, and stand alone.

use super::findings::LintFindings;
use super::visit;
use crate::document::{Document, Value};
use crate::spec;

/// Checks all references of the document, used or not.
pub(super) fn references(document: &Document, findings: &mut LintFindings) {
    visit::objects(document, &mut |pointer, members| {
        let Some(reference) = members.get("$ref") else { return };
        let place = format!("{pointer}/$ref");
        let Some(target) = reference.as_str() else {
            findings.add(
                place,
                "a `$ref` must be a string; write it like '#/components/schemas/Voice'",
            );
            return;
        };
        let section = section(pointer);
        if !target.starts_with(&format!("#/components/{section}/")) {
            findings.add(
                place,
                format!("`{target}` can't be used here; refer to '#/components/{section}/…'"),
            );
        } else if spec::resolve(document, target).is_none() {
            findings.add(place, format!("`{target}` doesn't exist; define it or correct the name"));
        }
        for sibling in members.keys().filter(|key| *key != "$ref") {
            findings.add(
                format!("{pointer}/{sibling}"),
                format!(
                    "`{sibling}` beside a `$ref` is ignored; replace the `$ref` by \
                     `allOf: [{{$ref: …}}]`"
                ),
            );
        }
    });
}

/// Returns which components can be referred to at a place.
fn section(pointer: &str) -> &'static str {
    let mut steps = pointer.rsplit('/');
    let index = steps.next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    match steps.next() {
        Some("parameters") if index => "parameters",
        Some("responses") => "responses",
        _ => "schemas",
    }
}

/// Whether anything in the document refers to a target.
pub(super) fn is_referred(document: &Document, target: &str) -> bool {
    let mut found = false;
    visit::objects(document, &mut |_, members| {
        found |= members.get("$ref").and_then(Value::as_str) == Some(target);
    });
    found
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;

    #[test]
    fn every_reference_has_a_target() {
        check(
            &[(
                "$ref: '#/components/schemas/Kind' # of a thing",
                "$ref: '#/components/schemas/Sort'",
            )],
            &[("- $ref: '#/components/schemas/Sort'", "`#/components/schemas/Sort` doesn't exist")],
        );
        check(
            &[(
                "- $ref: '#/components/parameters/ThingId' # get",
                "- $ref: '#/components/parameters/Id'",
            )],
            &[
                ("x-jogg-job:", "`path.id` isn't a parameter of `get_thing`"),
                ("get:", "{id} is in the path of GET /things/{id} but isn't declared"),
                ("- $ref: '#/components/parameters/Id'", "`#/components/parameters/Id` doesn't"),
            ],
        );
    }

    #[test]
    fn a_reference_has_a_target_of_the_right_kind() {
        check(
            &[(
                "$ref: '#/components/schemas/Kind' # of a thing",
                "$ref: '#/components/parameters/ThingId'",
            )],
            &[(
                "- $ref: '#/components/parameters/ThingId'",
                "`#/components/parameters/ThingId` can't be used here; refer to '#/components/schemas",
            )],
        );
        check(
            &[("$ref: '#/components/schemas/Kind' # of a thing", "$ref: 7")],
            &[("- $ref: 7", "a `$ref` must be a string")],
        );
    }

    #[test]
    fn a_reference_has_no_siblings() {
        check(
            &[(
                "$ref: '#/components/schemas/Kind' # of a thing",
                "$ref: '#/components/schemas/Kind'\n              nullable: true",
            )],
            &[("nullable: true", "`nullable` beside a `$ref` is ignored; replace the `$ref` by")],
        );
    }
}
