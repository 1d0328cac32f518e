//! Keywords of OpenAPI 3.1 that hold schemas, apart from those of all versions.

use std::collections::BTreeMap;

use super::bundle::Node;
use super::line::Step;
use crate::document::{Map, Value};

/// Keywords with a schema.
const SINGLE: [&str; 9] = [
    "additionalItems",
    "contains",
    "contentSchema",
    "else",
    "if",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// Keywords with a map of schemas.
const MAPS: [&str; 3] = ["dependencies", "dependentSchemas", "patternProperties"];
/// Keywords with a list of schemas, one for each position.
const LISTS: [&str; 1] = ["prefixItems"];

/// Whether a step into a schema is written with this keyword.
pub(super) fn is_step(keyword: &str) -> bool {
    keyword == "subtype" || holds_schemas(keyword)
}

/// Whether what a keyword says is in other schemas.
pub(super) fn holds_schemas(keyword: &str) -> bool {
    SINGLE.contains(&keyword) || MAPS.contains(&keyword) || LISTS.contains(&keyword)
}

/// Adds the schemas of these keywords by the steps to them.
pub(super) fn collect<'b>(
    keywords: impl Iterator<Item = (&'b str, Node<'b>)>,
    places: &mut Vec<(Step, Node<'b>)>,
) {
    let mut add = |keyword: &str, name: &str, node: Node<'b>| {
        let step = Step::Sub { keyword: keyword.into(), name: name.into() };
        places.push((step, node));
    };
    for (keyword, node) in keywords {
        if SINGLE.contains(&keyword) {
            add(keyword, "", node);
        } else if MAPS.contains(&keyword) {
            // A list of names is no schema: those properties must be there too.
            let schemas = node.members().filter(|(_, node)| !node.value.is_array());
            schemas.for_each(|(name, node)| add(keyword, name, node));
        } else if LISTS.contains(&keyword) || keyword == "items" {
            add_items(node, &mut add);
        }
    }
}

fn add_items<'b>(list: Node<'b>, add: &mut impl FnMut(&str, &str, Node<'b>)) {
    for (index, node) in list.items().enumerate() {
        add("prefixItems", &index.to_string(), node);
    }
}

/// Returns the names that a property's presence requires, of a keyword that may hold schemas too.
pub(super) fn required_beside(value: &Value) -> BTreeMap<&str, &Value> {
    let members = value.as_object().into_iter().flat_map(Map::iter);
    members.filter(|(_, value)| value.is_array()).collect()
}
