//! What the account has: the items of every list, and its products.

use std::collections::HashMap;

use jogg_api::Operation;
use jogg_api::operations::OPERATIONS;
use serde_json::{Map, Value};

use super::Dialect;
use super::files::Files;
use super::ids::id_text;
use super::lists::ListSpec;
use super::seeds;

/// The items of the lists by the operations that read them. Jobs are kept elsewhere.
pub(super) struct Store {
    lists: HashMap<&'static str, Vec<Value>>,
    /// No operation lists products.
    products: Vec<Map<String, Value>>,
}

impl Store {
    /// A store with the made-up items every account begins with.
    pub(super) fn new(dialect: Dialect, files: &mut Files) -> Self {
        let lists = OPERATIONS.iter().filter_map(|operation| {
            let list = ListSpec::of(operation)?;
            let mut items = seeds::items(operation, &list, dialect);
            items.iter_mut().for_each(|item| files.publish("", item));
            Some((operation.id, items))
        });
        Self { lists: lists.collect(), products: Vec::new() }
    }

    /// The items of a list; none if the operation reads no list.
    pub(super) fn items(&self, list: &Operation) -> &[Value] {
        self.lists.get(list.id).map_or(&[], Vec::as_slice)
    }

    /// The same, to be changed. `None` if the operation reads no list.
    pub(super) fn items_mut(&mut self, list: &Operation) -> Option<&mut Vec<Value>> {
        self.lists.get_mut(list.id)
    }

    /// The item of a list whose member of this name is this id.
    pub(super) fn item(&self, list: &Operation, name: &str, id: &Value) -> Option<&Value> {
        self.items(list).iter().find(|item| has_id(item, name, id))
    }

    pub(super) fn add_product(&mut self, product: Map<String, Value>) {
        self.products.push(product);
    }

    pub(super) fn product(&self, id: &Value) -> Option<&Map<String, Value>> {
        self.products.iter().find(|product| product.get("product_id") == Some(id))
    }

    pub(super) fn product_mut(&mut self, id: &Value) -> Option<&mut Map<String, Value>> {
        self.products.iter_mut().find(|product| product.get("product_id") == Some(id))
    }
}

/// Whether an item has this id, be it sent as a number or as a text.
pub(super) fn has_id(item: &Value, name: &str, id: &Value) -> bool {
    item.get(name).is_some_and(|known| id_text(known) == id_text(id))
}
