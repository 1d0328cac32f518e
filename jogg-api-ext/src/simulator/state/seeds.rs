//! The made-up items that lists begin with.

use jogg_api::Operation;
use jogg_api::operations as op;
use serde_json::{Value, json};

use crate::simulator::dialect::Dialect;
use crate::simulator::spec::schema::{Kind, Schema};
use crate::simulator::spec::{ListSpec, OperationSpec};

/// How many items a list begins with; one where the list is missing here. Stock fills a few pages,
/// while jobs and the results of calls don't exist yet.
static COUNTS: [(&Operation, usize); 10] = [
    (&op::LIST_CUSTOM_TEMPLATES, 3),
    (&op::LIST_MUSICS, 25),
    (&op::LIST_PRODUCT_PREVIEWS, 0),
    (&op::LIST_PRODUCT_VIDEOS, 0),
    (&op::LIST_PUBLIC_AVATARS, 25),
    (&op::LIST_TEMPLATE_VIDEOS, 0),
    (&op::LIST_TEMPLATES, 3),
    (&op::LIST_VISUAL_STYLES, 3),
    (&op::LIST_VOICES, 25),
    (&op::LIST_WEBHOOK_ENDPOINTS, 0),
];

/// Values of properties for which the spec has no enum; the spec's example comes first.
const VALUES: [(&str, [&str; 3]); 2] = [
    ("language", ["english", "french", "german"]),
    ("use_case", ["audiobook", "news", "advertisement"]),
];

/// The items that a list begins with.
pub(crate) fn items(operation: &Operation, list: &ListSpec, dialect: Dialect) -> Vec<Value> {
    if !matches!(list.item.kind, Kind::Object(_)) {
        return names(list);
    }
    let count = COUNTS.iter().find(|(known, _)| *known == operation).map_or(1, |(_, count)| *count);
    let mut items: Vec<_> = (0..count).map(|number| item(list.item, number)).collect();
    if operation == &op::LIST_CUSTOM_TEMPLATES {
        items
            .iter_mut()
            .enumerate()
            .for_each(|(number, item)| item["variables"] = variables(number));
    }
    for item in &mut items {
        for name in ["avatar_status", "status"] {
            let is_completed = item.get(name).is_some_and(|status| status == "completed");
            if is_completed && dialect == Dialect::Live {
                item[name] = json!("success");
            }
        }
    }
    items
}

/// All items of a list of names, or those in its example.
fn names(list: &ListSpec) -> Vec<Value> {
    if !list.item.allowed.is_empty() {
        return list.item.allowed.clone();
    }
    let example = list.data.property(list.name).map(Schema::synthesize);
    example.as_ref().and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The example, or a variation of it: another id and name, and other values where there is a
/// choice. The values run through all combinations, like the digits of a number.
fn item(schema: &Schema, number: usize) -> Value {
    let mut item = schema.synthesize();
    let mut rest = number;
    for (name, property) in schema.properties() {
        let values = values(name, property);
        if !values.is_empty() {
            let first = values.iter().position(|value| *value == item[name]).unwrap_or_default();
            item[name] = values[(first + rest) % values.len()].clone();
            rest /= values.len();
        }
        let id = item[name].as_u64().filter(|_| name == "id" || name.ends_with("_id"));
        if let Some(id) = id {
            item[name] = json!(id + number as u64);
        }
    }
    if number > 0 {
        let name = item["name"].as_str().unwrap_or_default().to_owned();
        rename(&mut item, &name, number + 1);
    }
    item
}

fn values(name: &str, property: &Schema) -> Vec<Value> {
    let values = VALUES.iter().find(|(known, _)| *known == name);
    values.map_or_else(|| property.allowed.clone(), |(_, values)| values.map(Value::from).to_vec())
}

/// Appends a number to a name, and to the same name in ids and URLs.
fn rename(item: &mut Value, name: &str, number: usize) {
    let file = name.to_lowercase().replace(' ', "-");
    for (member, value) in item.as_object_mut().into_iter().flatten() {
        let Value::String(text) = value else { continue };
        *text = match member.as_str() {
            "name" => format!("{text} {number}"),
            member if member.ends_with("_id") => text.replace(name, &format!("{name}{number}")),
            member if member.ends_with("_url") => {
                text.replace(&format!("/{file}."), &format!("/{file}-{number}."))
            }
            _ => continue,
        };
    }
}

/// The variables of a custom template: one of each type in the first template, fewer in the others.
fn variables(template: usize) -> Value {
    let data = OperationSpec::of(&op::GET_CUSTOM_TEMPLATE).data.as_ref();
    let Some((_, schema)) = data.and_then(Schema::object_list) else { return json!([]) };
    let types = schema.property("type").map_or(&[][..], |kind| &kind.allowed);
    let variable = |(number, kind): (usize, &Value)| {
        let mut variable = schema.synthesize();
        if variable["type"] != *kind {
            variable["name"] = kind.clone();
        }
        variable["type"] = kind.clone();
        variable["required"] = json!(number == 0);
        variable
    };
    types.iter().enumerate().skip(template).map(variable).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn seeds(operation: &Operation) -> Vec<Value> {
        items(operation, &ListSpec::of(operation).unwrap(), Dialect::Documented)
    }

    #[test]
    fn stock_items_are_distinct_and_varied() {
        for (operation, id, varied) in [
            (&op::LIST_MUSICS, "id", &[][..]),
            (
                &op::LIST_PUBLIC_AVATARS,
                "id",
                &[("age", 3), ("aspect_ratio", 3), ("gender", 2), ("style", 2)],
            ),
            (
                &op::LIST_VOICES,
                "voice_id",
                &[("age", 3), ("gender", 2), ("language", 3), ("use_case", 2)],
            ),
        ] {
            let items = seeds(operation);
            let distinct = |name: &str| {
                let values = items.iter().map(|item| item[name].to_string());
                values.collect::<HashSet<_>>().len()
            };
            assert_eq!((distinct(id), distinct("name")), (25, 25), "{}", operation.id);
            for (name, count) in varied {
                assert_eq!(distinct(name), *count, "{}: {name}", operation.id);
            }
            // The first one is the example of the spec.
            assert_eq!(items[0], ListSpec::of(operation).unwrap().item.synthesize());
        }
    }

    #[test]
    fn ids_and_urls_contain_the_name() {
        let voice = &seeds(&op::LIST_VOICES)[1];
        assert_eq!(voice["name"], "Rowan 2");
        assert_eq!(voice["voice_id"], "en-GB-Rowan2Neural");
        assert_eq!(voice["audio_url"], "https://files.example.com/rowan-2.mp3");
        assert_eq!(seeds(&op::LIST_MUSICS)[4]["name"], "Morning ride 5");
    }

    #[test]
    fn the_first_custom_template_has_variables_of_each_type() {
        let templates = seeds(&op::LIST_CUSTOM_TEMPLATES);
        let types = |template: &Value| -> Vec<Value> {
            let variables = template["variables"].as_array().unwrap().iter();
            variables.map(|variable| variable["type"].clone()).collect()
        };
        assert_eq!(types(&templates[0]), ["text", "image", "video", "script"]);
        assert_eq!(types(&templates[2]), ["video", "script"]);
    }

    #[test]
    fn lists_of_names_are_complete() {
        assert_eq!(seeds(&op::LIST_WEBHOOK_EVENTS).len(), 22);
        assert_eq!(seeds(&op::LIST_TARGET_LANGUAGES), ["french", "spanish"]);
    }
}
