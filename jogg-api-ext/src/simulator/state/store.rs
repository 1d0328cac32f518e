//! What the account has: the items of each list, and products.

use std::collections::HashMap;

use jogg_api::Operation;
use jogg_api::operations::OPERATIONS;
use serde_json::{Map, Value};

use super::bounded::{Bound, Bounded, footprint};
use super::files::Files;
use super::ids::{has_id, id_text};
use super::seeds;
use crate::simulator::dialect::Dialect;
use crate::simulator::spec::ListSpec;

/// The items of each list by the operation that returns it, without the jobs in them.
pub(crate) struct Store {
    lists: HashMap<&'static str, Vec<Value>>,
    /// By id. No operation lists them.
    products: Bounded<Map<String, Value>>,
}

impl Store {
    /// A store with the made-up items that an account begins with.
    pub(crate) fn new(dialect: Dialect, bound: Bound, files: &mut Files) -> Self {
        let lists = OPERATIONS.iter().filter_map(|operation| {
            let list = ListSpec::of(operation)?;
            let mut items = seeds::items(operation, &list, dialect);
            items.iter_mut().for_each(|item| files.publish("", item));
            Some((operation.id, items))
        });
        Self { lists: lists.collect(), products: Bounded::new(bound) }
    }

    /// The items of a list; none if the operation returns no list.
    pub(crate) fn items(&self, list: &Operation) -> &[Value] {
        self.lists.get(list.id).map_or(&[], Vec::as_slice)
    }

    /// The items of a list, to change them; `None` if the operation returns no list.
    pub(crate) fn items_mut(&mut self, list: &Operation) -> Option<&mut Vec<Value>> {
        self.lists.get_mut(list.id)
    }

    /// The item of a list that has this id under this name.
    pub(crate) fn item(&self, list: &Operation, name: &str, id: &Value) -> Option<&Value> {
        self.items(list).iter().find(|item| has_id(item, name, id))
    }

    /// Adds a product, or replaces the one with its id.
    pub(crate) fn put_product(&mut self, product: Map<String, Value>) {
        let id = product.get("product_id").map(id_text).unwrap_or_default();
        let members = product.iter().map(|(name, value)| name.len() + footprint(value));
        let bytes = members.sum();
        self.products.insert(id, product, bytes);
    }

    pub(crate) fn product(&self, id: &Value) -> Option<&Map<String, Value>> {
        self.products.get(id.as_str()?)
    }
}
