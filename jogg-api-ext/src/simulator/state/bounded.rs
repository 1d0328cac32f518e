//! Values by key, as many as are kept.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

/// How many values are kept, and how many bytes of them.
#[derive(Clone, Copy)]
pub(crate) struct Bound {
    pub(crate) count: usize,
    pub(crate) bytes: usize,
}

/// Values by key, in the order in which they were added. The oldest are dropped until the rest is
/// within the bound; the newest is always kept.
pub(crate) struct Bounded<T> {
    bound: Bound,
    bytes: usize,
    added: u64,
    entries: BTreeMap<u64, Entry<T>>,
    numbers: HashMap<String, u64>,
}

struct Entry<T> {
    key: String,
    value: T,
    bytes: usize,
}

impl<T> Bounded<T> {
    pub(crate) fn new(bound: Bound) -> Self {
        Self { bound, bytes: 0, added: 0, entries: BTreeMap::new(), numbers: HashMap::new() }
    }

    /// Adds a value of about this size, in place of the one with the same key.
    pub(crate) fn insert(&mut self, key: String, value: T, bytes: usize) {
        if let Some(number) = self.numbers.get(&key).copied() {
            self.drop_entry(number);
        }
        self.added += 1;
        self.numbers.insert(key.clone(), self.added);
        self.entries.insert(self.added, Entry { key, value, bytes });
        self.bytes += bytes;
        while self.entries.len() > self.bound.count.max(1)
            || (self.bytes > self.bound.bytes && self.entries.len() > 1)
        {
            let Some((oldest, _)) = self.entries.first_key_value() else { break };
            self.drop_entry(*oldest);
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&T> {
        Some(&self.entries.get(self.numbers.get(key)?)?.value)
    }

    pub(crate) fn contains(&self, key: &str) -> bool {
        self.numbers.contains_key(key)
    }

    /// The values, the newest last.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.entries.values().map(|entry| &entry.value)
    }

    fn drop_entry(&mut self, number: u64) {
        if let Some(entry) = self.entries.remove(&number) {
            self.bytes -= entry.bytes;
            self.numbers.remove(&entry.key);
        }
    }
}

/// About how many bytes of memory a value takes.
pub(crate) fn footprint(value: &Value) -> usize {
    // A member of an object has a name of its own, and its place in the tree.
    const MEMBER: usize = size_of::<Value>() + size_of::<String>();
    let parts = match value {
        Value::Array(items) => items.iter().map(footprint).sum(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| MEMBER + name.len() + footprint(value)).sum()
        }
        Value::String(text) => text.capacity(),
        _ => 0,
    };
    size_of::<Value>() + parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn values(bounded: &Bounded<u32>) -> Vec<u32> {
        bounded.iter().copied().collect()
    }

    #[test]
    fn the_oldest_are_dropped_first() {
        let mut bounded = Bounded::new(Bound { count: 3, bytes: 100 });
        for number in 1..=5 {
            bounded.insert(number.to_string(), number, 10);
        }
        assert_eq!(values(&bounded), [3, 4, 5]);
        assert_eq!((bounded.get("2"), bounded.get("3")), (None, Some(&3)));
        // One that is added again is the newest.
        bounded.insert("3".to_owned(), 30, 10);
        bounded.insert("6".to_owned(), 6, 10);
        assert_eq!(values(&bounded), [5, 30, 6]);
        assert_eq!((bounded.bytes, bounded.numbers.len()), (30, 3));
    }

    #[test]
    fn bytes_are_bounded_but_the_newest_is_kept() {
        let mut bounded = Bounded::new(Bound { count: 100, bytes: 100 });
        for number in 1..=50 {
            bounded.insert(number.to_string(), number, 40);
            assert!(bounded.bytes <= 100);
        }
        assert_eq!(values(&bounded), [49, 50]);
        bounded.insert("long".to_owned(), 51, 1000);
        assert_eq!(values(&bounded), [51]);
        bounded.insert("short".to_owned(), 52, 1);
        assert_eq!((values(&bounded), bounded.bytes), (vec![52], 1));
    }

    #[test]
    fn many_short_values_are_not_small() {
        let (list, text) = (json!(vec![0; 1000]), json!("0".repeat(1000)));
        assert!(footprint(&list) > 20_000 && footprint(&text) > 1000);
        assert!(footprint(&json!({"a": list})) > footprint(&list));
    }
}
