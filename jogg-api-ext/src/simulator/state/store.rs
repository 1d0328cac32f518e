//! What the account has: the items of each list, and products.

use std::collections::HashMap;

use jogg_api::Operation;
use jogg_api::operations::OPERATIONS;
use serde_json::{Map, Value};

use super::files::Files;
use super::ids::has_id;
use super::seeds;
use crate::simulator::dialect::Dialect;
use crate::simulator::spec::ListSpec;

/// The items of each list by the operation that returns it, without the jobs in them.
pub(crate) struct Store {
    lists: HashMap<&'static str, Vec<Value>>,
    /// No operation lists them.
    products: Vec<Map<String, Value>>,
}

impl Store {
    /// A store with the made-up items that an account begins with.
    pub(crate) fn new(dialect: Dialect, files: &mut Files) -> Self {
        let lists = OPERATIONS.iter().filter_map(|operation| {
            let list = ListSpec::of(operation)?;
            let mut items = seeds::items(operation, &list, dialect);
            items.iter_mut().for_each(|item| files.publish("", item));
            Some((operation.id, items))
        });
        Self { lists: lists.collect(), products: Vec::new() }
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

    pub(crate) fn add_product(&mut self, product: Map<String, Value>) {
        self.products.push(product);
    }

    pub(crate) fn product(&self, id: &Value) -> Option<&Map<String, Value>> {
        self.products.iter().find(|product| product.get("product_id") == Some(id))
    }

    pub(crate) fn product_mut(&mut self, id: &Value) -> Option<&mut Map<String, Value>> {
        self.products.iter_mut().find(|product| product.get("product_id") == Some(id))
    }
}
