//! Parameters: the template of a path and what is declared for it agree.

use super::Findings;
use crate::document::Document;
use crate::spec::{self, Operation};

/// Both ways: nothing in the template is undeclared, and nothing declared is missing from it.
pub(super) fn parameters(document: &Document, findings: &mut Findings) {
    for operation in spec::operations(document) {
        let template = template(operation.path);
        let parameters = operation.parameters(document);
        for name in &template {
            let declared = parameters
                .iter()
                .any(|parameter| parameter.place() == "path" && parameter.name() == *name);
            if !declared {
                findings.add(
                    &operation.pointer,
                    format!(
                        "{{{name}}} stands in the path of {} but is no parameter; declare it with \
                         `in: path`",
                        operation.title()
                    ),
                );
            }
        }
        for parameter in &parameters {
            check_place(&operation, parameter, &template, findings);
        }
    }
}

fn check_place(
    operation: &Operation<'_>,
    parameter: &spec::Parameter<'_>,
    template: &[&str],
    findings: &mut Findings,
) {
    let name = parameter.name();
    match parameter.place() {
        "path" if !template.contains(&name) => findings.add(
            &parameter.pointer,
            format!("`{name}` is not in the path of {}; put {{{name}}} there", operation.title()),
        ),
        "path" if !parameter.required() => findings.add(
            &parameter.pointer,
            format!("the path parameter `{name}` is optional; add `required: true`"),
        ),
        "path" | "query" => {}
        place => findings.add(
            &parameter.pointer,
            format!(
                "the parameter `{name}` is in `{place}`; only `path` and `query` are generated"
            ),
        ),
    }
}

/// The names in braces, in order.
fn template(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;

    #[test]
    fn template_and_parameters_agree() {
        check(
            &[(
                "      parameters:\n        - $ref: '#/components/parameters/ThingId' # update\n",
                "",
            )],
            &[("put:", "{id} stands in the path of PUT /things/{id} but is no parameter")],
        );
        check(
            &[(
                "      parameters:\n        - $ref: '#/components/parameters/ThingId' # update\n",
                "      parameters:\n        - $ref: '#/components/parameters/ThingId'\n        - name: other\n\
                 \x20         in: path\n          required: true\n          description: Another.\n          schema: {type: string}\n",
            )],
            &[("- name: other", "`other` is not in the path of PUT /things/{id}")],
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
            &[("- name: kind", "the parameter `kind` is in `header`")],
        );
    }
}
