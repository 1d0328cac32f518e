//! Checks parameters: those in a path and those declared for it must agree.

use super::findings::LintFindings;
use crate::document::Document;
use crate::spec::{self, Operation};

/// Checks that all parameters in the path are declared, and all declared ones can be generated.
pub(super) fn parameters(document: &Document, findings: &mut LintFindings) {
    for operation in spec::operations(document) {
        let template = template(operation.path);
        let parameters = operation.parameters(document);
        for name in &template {
            let declared = parameters
                .iter()
                .any(|parameter| parameter.location() == "path" && parameter.name() == *name);
            if !declared {
                findings.add(
                    &operation.pointer,
                    format!(
                        "{{{name}}} is in the path of {} but isn't declared; add a parameter with \
                         `in: path`",
                        operation.title()
                    ),
                );
            }
        }
        for parameter in &parameters {
            check_location(&operation, parameter, &template, findings);
        }
    }
}

fn check_location(
    operation: &Operation<'_>,
    parameter: &spec::Parameter<'_>,
    template: &[&str],
    findings: &mut LintFindings,
) {
    let name = parameter.name();
    match parameter.location() {
        "path" if !template.contains(&name) => findings.add(
            &parameter.pointer,
            format!("`{name}` isn't in the path of {}; add {{{name}}} there", operation.title()),
        ),
        "path" if !parameter.required() => findings.add(
            &parameter.pointer,
            format!("the path parameter `{name}` is optional; add `required: true`"),
        ),
        "path" | "query" => {}
        location => findings.add(
            &parameter.pointer,
            format!(
                "the parameter `{name}` is in `{location}`, which can't be generated; use `path` or \
                 `query`"
            ),
        ),
    }
}

/// Returns the names in braces.
fn template(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;

    #[test]
    fn path_and_parameters_agree() {
        check(
            &[(
                "      parameters:\n        - $ref: '#/components/parameters/ThingId' # update\n",
                "",
            )],
            &[("put:", "{id} is in the path of PUT /things/{id} but isn't declared")],
        );
        check(
            &[(
                "      parameters:\n        - $ref: '#/components/parameters/ThingId' # update\n",
                "      parameters:\n        - $ref: '#/components/parameters/ThingId'\n        - name: other\n\
                 \x20         in: path\n          required: true\n          description: Another.\n          schema: {type: string}\n",
            )],
            &[("- name: other", "`other` isn't in the path of PUT /things/{id}")],
        );
    }

    #[test]
    fn path_parameters_are_required() {
        check(
            &[("      required: true # of ThingId\n", "")],
            &[("ThingId:", "the path parameter `id` is optional")],
        );
    }

    #[test]
    fn headers_are_not_generated() {
        check(
            &[("in: query # kind", "in: header")],
            &[("- name: kind", "the parameter `kind` is in `header`, which can't be generated")],
        );
    }
}
