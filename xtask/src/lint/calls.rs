//! Checks `x-jogg-call`: the method of jogg-api-ext that calls an operation.

use std::collections::BTreeMap;

use super::findings::LintFindings;
use crate::document::{Document, Value};
use crate::spec;

/// Checks that every operation says which method calls it, and that no two say the same.
pub(super) fn calls(document: &Document, findings: &mut LintFindings) {
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    for operation in spec::operations(document) {
        let pointer = format!("{}/{}", operation.pointer, spec::CALL);
        let call = operation.node.get(spec::CALL).and_then(Value::as_str).unwrap_or_default();
        if !is_call(call) {
            let found = match call {
                "" => format!("no {}", spec::CALL),
                call => format!("`{call}`"),
            };
            let title = operation.title();
            let message = format!(
                "{title} has {found}; write the method of jogg-api-ext, such as \
                 voices().list, or `{}` if no group has one",
                spec::NO_GROUP
            );
            findings.add(pointer, message);
        } else if call != spec::NO_GROUP
            && let Some(other) = known.insert(call, operation.id())
        {
            let message = format!("`{call}` already calls `{other}`; each operation has its own");
            findings.add(pointer, message);
        }
    }
}

/// Whether this is a method of a group, or says that there is none.
fn is_call(text: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || b"_0123456789".contains(&byte))
    };
    let method = text.split_once("().");
    text == spec::NO_GROUP || method.is_some_and(|(group, name)| is_name(group) && is_name(name))
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;

    #[test]
    fn every_operation_names_its_method() {
        let list = "x-jogg-call: things().list";
        check(&[(list, "x-jogg-call: call")], &[]);
        check(
            &[("      x-jogg-call: things().list\n", "")],
            &[("get:", "GET /things has no x-jogg-call; write the method")],
        );
        for wrong in ["things.list", "list", "things().list()", "().list", "Things().list"] {
            let line = format!("x-jogg-call: {wrong}");
            check(&[(list, &line)], &[(&line, &format!("GET /things has `{wrong}`; write"))]);
        }
        let line = "x-jogg-call: things().create";
        check(
            &[(list, "x-jogg-call: things().get"), ("x-jogg-call: things().thing_job", line)],
            &[(line, "`things().create` already calls `create_thing`")],
        );
    }
}
