//! Schemas that extend one with a discriminator. Nothing needs to refer to them: a mapping names
//! them, or their `allOf` names what they extend.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::bundle::{Bundle, Node, Unread};
use crate::document::{Value, pointer_token};

/// The components that extend others, found when the first is needed.
#[derive(Default)]
pub(super) struct Subtypes<'b> {
    /// By the address of what they extend, with their names.
    extending: Option<HashMap<usize, Vec<(&'b str, Node<'b>)>>>,
}

impl<'b> Subtypes<'b> {
    /// Returns the subtypes of a schema by the discriminator's values for them. A subtype has
    /// none that it writes itself. Those that can't be found are `unread`.
    pub(super) fn of(
        &mut self,
        bundle: &'b Bundle<'b>,
        parts: &[Node<'b>],
        unread: &mut BTreeSet<Unread>,
    ) -> Vec<(String, Node<'b>)> {
        let mut found: BTreeMap<String, Node<'b>> = BTreeMap::new();
        for part in parts {
            let Some(discriminator) = part.get("discriminator") else { continue };
            let mut mapped = Vec::new();
            if let Some(mapping) = discriminator.get("mapping") {
                for (value, target) in mapping.members() {
                    let target = target.value.as_str().unwrap_or_default();
                    let component = format!("#/components/schemas/{}", pointer_token(target));
                    let named = bundle.resolve(*part, &component);
                    match named.or_else(|_| bundle.resolve(*part, target)) {
                        Ok(node) => {
                            mapped.push(node.address());
                            found.insert(value.to_owned(), node);
                        }
                        Err(reason) => {
                            unread.insert(Unread::mapped(bundle, mapping, value, &reason));
                        }
                    }
                }
            }
            let extending = self.extending.get_or_insert_with(|| extending(bundle));
            for (name, node) in extending.get(&part.address()).into_iter().flatten() {
                if !mapped.contains(&node.address()) {
                    found.insert((*name).to_owned(), *node);
                }
            }
        }
        let is_subtype =
            |node: &Node<'_>| parts.iter().any(|part| part.address() == node.address());
        match found.values().any(is_subtype) {
            true => Vec::new(),
            false => found.into_iter().collect(),
        }
    }
}

fn extending<'b>(bundle: &'b Bundle<'b>) -> HashMap<usize, Vec<(&'b str, Node<'b>)>> {
    let mut extending: HashMap<usize, Vec<(&str, Node<'_>)>> = HashMap::new();
    for file in bundle.files() {
        let schemas = file.get("components").and_then(|components| components.get("schemas"));
        for (name, node) in schemas.into_iter().flat_map(Node::members) {
            for part in node.list("allOf") {
                let target = part.value.get("$ref").and_then(Value::as_str);
                if let Some(Ok(target)) = target.map(|target| bundle.resolve(part, target)) {
                    extending.entry(target.address()).or_default().push((name, node));
                }
            }
        }
    }
    extending
}
