//! The branches of `oneOf`, `anyOf` and `not`, and what selects them.

use super::bundle::Node;
use crate::document::Value;
use crate::spec;

/// Returns the discriminator's values that select a branch. Without a mapping it is the name of
/// the component, which is the only way for such a name to be on the wire.
pub(super) fn selecting_values(node: Node<'_>, discriminators: &[Node<'_>]) -> Vec<String> {
    let mut branch = node.value;
    // A reference may be wrapped to have a description.
    while let [only] = spec::list(branch, "allOf") {
        branch = only;
    }
    let target = spec::text(branch, "$ref");
    let Some((_, name)) = target.rsplit_once('/') else { return Vec::new() };
    let mut values: Vec<String> = discriminators
        .iter()
        .flat_map(|discriminator| spec::members(discriminator.value.get("mapping")))
        .filter(|(_, mapped)| [target, name].contains(&mapped.as_str().unwrap_or_default()))
        .map(|(value, _)| value.to_owned())
        .collect();
    if values.is_empty() && !discriminators.is_empty() {
        values.push(name.to_owned());
    }
    values.sort();
    values
}

/// Returns the branches of an alternative except `null`, and whether that was one.
pub(super) fn branches<'b>(node: Node<'b>, keyword: &str) -> (Vec<Node<'b>>, bool) {
    if keyword == "not" {
        return (node.get("not").into_iter().collect(), false);
    }
    let null = |branch: &Value| spec::text(branch, "type") == "null";
    let all = spec::list(node.value, keyword);
    let nullable = all.iter().any(null) && !all.iter().all(null);
    let nodes = node.list(keyword).filter(|branch| !(nullable && null(branch.value)));
    (nodes.collect(), nullable)
}

/// Whether `null` is one of the alternatives.
pub(super) fn has_null_branch(part: Node<'_>) -> bool {
    ["oneOf", "anyOf"].iter().any(|keyword| branches(part, keyword).1)
}
