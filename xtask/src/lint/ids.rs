//! Checks `x-jogg-id`, which marks the property that identifies a list item. Its generated type
//! isn't optional, and an item without it is skipped.

use std::collections::{BTreeMap, BTreeSet};

use super::findings::LintFindings;
use super::visit;
use crate::document::{Document, Value};
use crate::spec::{self, Side};

/// Checks the marked properties: a string or integer, one for each component, and only in list
/// items.
pub(super) fn marked(document: &Document, findings: &mut LintFindings) {
    let list_items = list_items(document);
    for (name, schema) in spec::schemas(document) {
        let properties = visit::properties(schema, &visit::component_pointer(name));
        let marked: Vec<_> = properties.filter(|(_, node, _)| is_marked(node)).collect();
        for (property, node, pointer) in &marked {
            if !is_id(node) {
                findings.add(
                    format!("{pointer}/x-jogg-id"),
                    format!(
                        "`{property}` of `{name}` isn't a string or integer; move x-jogg-id \
                         to a property that is"
                    ),
                );
            }
        }
        if let [(first, ..), (second, _, pointer), ..] = marked.as_slice() {
            findings.add(
                format!("{pointer}/x-jogg-id"),
                format!("`{first}` and `{second}` of `{name}` have x-jogg-id; keep one"),
            );
        }
        if let Some((_, _, pointer)) = marked.first()
            && !list_items.contains(name)
        {
            findings.add(
                format!("{pointer}/x-jogg-id"),
                format!(
                    "`{name}` isn't used only for the items of lists in responses; give list items \
                     a component of their own, and move x-jogg-id there"
                ),
            );
        }
    }
}

/// Checks that the items of every `list_` operation have a marked property, if one of their
/// properties is named like an id. Lists within other responses needn't be identified.
pub(super) fn unmarked(document: &Document, findings: &mut LintFindings) {
    let list_items = list_items(document);
    let lists = spec::operations(document);
    for operation in lists.iter().filter(|operation| operation.id().starts_with("list_")) {
        let data = spec::data_component(document, operation);
        let data = data.and_then(|name| spec::schema(document, name)).unwrap_or(&Value::Null);
        let items = spec::members(data.get("properties")).filter_map(|(_, node)| node.get("items"));
        for item in items.filter_map(spec::referred) {
            let schema = spec::schema(document, item).unwrap_or(&Value::Null);
            let properties = || visit::properties(schema, &visit::component_pointer(item));
            if properties().any(|(_, node, _)| is_marked(node)) {
                continue;
            }
            let mut named = properties()
                .filter(|(name, node, _)| (*name == "id" || name.ends_with("_id")) && is_id(node));
            let Some((property, _, pointer)) = named.next() else { continue };
            let fix = match list_items.contains(item) {
                true => "add `x-jogg-id: true` to it, or to the property that does",
                false => "give list items a component of their own, with `x-jogg-id: true` there",
            };
            findings.add(
                pointer,
                format!("`{property}` of `{item}` seems to be what identifies a list item; {fix}"),
            );
        }
    }
}

fn is_marked(node: &Value) -> bool {
    node.get("x-jogg-id") == Some(&Value::Bool(true))
}

fn is_id(node: &Value) -> bool {
    ["string", "integer"].contains(&spec::text(node, "type"))
}

/// Returns the components that are used only for the items of lists in responses. Another check
/// ensures that none of them is sent too.
fn list_items(document: &Document) -> BTreeSet<String> {
    let mut references: BTreeMap<&str, usize> = BTreeMap::new();
    let mut items: BTreeMap<&str, usize> = BTreeMap::new();
    visit::objects(document, &mut |_, members| {
        let target = members.get("$ref").and_then(Value::as_str);
        if let Some(name) = target.and_then(spec::component_name) {
            *references.entry(name).or_default() += 1;
        }
        if let Some(name) = members.get("items").and_then(spec::referred) {
            *items.entry(name).or_default() += 1;
        }
    });
    let mut names = spec::reachable(document, Side::Response);
    names.retain(|name| references.get(name.as_str()) == items.get(name.as_str()));
    names
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;

    const MARKED: &str =
        "          type: string # id of a listed thing\n          x-jogg-id: true\n";
    const NAME: &str = "          type: string # name of a listed thing\n";

    #[test]
    fn ids_are_strings_or_integers() {
        let integer = MARKED.replace("string", "integer");
        check(&[(MARKED, &integer)], &[]);
        let message = "`id` of `ListedThing` isn't a string or integer; move x-jogg-id";
        for kind in
            ["type: number", "type: boolean", "type: array\n          items: {type: string}"]
        {
            let edited = format!("          {kind}\n          x-jogg-id: true\n");
            check(&[(MARKED, &edited)], &[("x-jogg-id: true", message)]);
        }
        let reference = "          x-jogg-id: true\n          allOf:\n            \
                         - $ref: '#/components/schemas/Kind'\n";
        check(&[(MARKED, reference)], &[("x-jogg-id: true", message)]);
    }

    #[test]
    fn a_component_has_one_id() {
        check(
            &[(NAME, &format!("{NAME}          x-jogg-id: true # second\n"))],
            &[("x-jogg-id: true # second", "`id` and `name` of `ListedThing` have x-jogg-id")],
        );
    }

    #[test]
    fn only_list_items_have_ids() {
        let message = "isn't used only for the items of lists in responses; give list items";
        // The data of a response.
        check(
            &[(
                "          type: string # id of a thing\n",
                "          type: string\n          x-jogg-id: true # second\n",
            )],
            &[("x-jogg-id: true # second", &format!("`Thing` {message}"))],
        );
        // A property beside the list.
        check(
            &[(
                "            $ref: '#/components/schemas/ListedThing'\n",
                "            $ref: '#/components/schemas/ListedThing'\n        items:\n          \
                 description: The first one.\n          allOf:\n            \
                 - $ref: '#/components/schemas/ListedThing'\n",
            )],
            &[("x-jogg-id: true", &format!("`ListedThing` {message}"))],
        );
        // The items of a list that is sent.
        check(
            &[
                (
                    "        fast:\n          type: boolean\n",
                    "        fast:\n          type: array\n          items:\n            \
                 $ref: '#/components/schemas/Step'\n",
                ),
                (
                    "    Thing:\n",
                    "    Step:\n      type: object\n      description: One of several.\n      properties:\n        \
                 id:\n          type: string\n          x-jogg-id: true # step\n          \
                 description: Which one.\n    Thing:\n",
                ),
            ],
            &[("x-jogg-id: true # step", &format!("`Step` {message}"))],
        );
    }

    #[test]
    fn ids_are_marked_where_they_have_an_effect() {
        let message = "`x-jogg-id` has no effect here; it belongs on a property of a component";
        check(
            &[("type: string # of ThingId", "type: string\n        x-jogg-id: true # parameter")],
            &[("x-jogg-id: true # parameter", message)],
        );
        check(
            &[("type: object # Thing", "type: object\n      x-jogg-id: true # component")],
            &[("x-jogg-id: true # component", message)],
        );
    }

    #[test]
    fn the_items_of_list_operations_are_identified() {
        let unmarked = MARKED.replace("          x-jogg-id: true\n", "");
        check(
            &[(MARKED, &unmarked)],
            &[(
                "id:",
                "`id` of `ListedThing` seems to be what identifies a list item; add `x-jogg-id",
            )],
        );
        // Another property identifies the item, or none does.
        let marked_name = format!("{NAME}          x-jogg-id: true # second\n");
        check(&[(MARKED, &unmarked), (NAME, &marked_name)], &[]);
        check(&[(MARKED, &unmarked), ("        id: # of a listed thing", "        number:")], &[]);
        // A component that is used otherwise has to be split.
        check(
            &[
                (MARKED, &unmarked),
                (
                    "              $ref: '#/components/schemas/Thing' # of get_thing",
                    "              $ref: '#/components/schemas/ListedThing'",
                ),
                ("    Thing:\n", "    Ignored:\n"),
            ],
            &[
                ("Ignored:", "no request and no response refers to `Ignored`"),
                ("ListedThing:", "`ListedThing` is the `data` of `get_thing`, which is null"),
                (
                    "id: # of a listed thing",
                    "`id` of `ListedThing` seems to be what identifies a list item; give list items \
                     a component of their own",
                ),
            ],
        );
        // Lists in other operations needn't have ids.
        check(
            &[
                (MARKED, &unmarked),
                ("operationId: list_things", "operationId: read_things"),
                ("schemas/ListThingsResponse", "schemas/ReadThingsResponse"),
                ("    ListThingsResponse:", "    ReadThingsResponse:"),
            ],
            &[],
        );
    }
}
