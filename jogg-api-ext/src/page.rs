//! One page of a list.

use std::fmt;

use bytes::Bytes;
use jogg_api::{Answer, Skipped};

/// One page of a list.
#[derive(Clone)]
#[must_use]
#[non_exhaustive]
pub struct Page<T> {
    /// The items that could be read.
    pub items: Vec<T>,
    /// The items that could not, with where and why.
    pub skipped: Vec<Skipped>,
    /// The answer as received. Not redacted.
    pub body: Bytes,
}

impl<T> Page<T> {
    pub(crate) fn new<D: Default>(answer: Answer<D>, items: impl FnOnce(D) -> Vec<T>) -> Self {
        let Answer { data, skipped, body, .. } = answer;
        Self { items: items(data.unwrap_or_default()), skipped, body }
    }
}

impl<T: fmt::Debug> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("items", &self.items)
            .field("skipped", &self.skipped)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}
