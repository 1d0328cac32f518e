//! One page of a list.

use bytes::Bytes;
use jogg_api::{Answer, Skipped};

/// One page of a list.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items that could be read.
    pub items: Vec<T>,
    /// The items that could not, with where and why.
    pub skipped: Vec<Skipped>,
    /// The answer as received.
    pub body: Bytes,
}

impl<T> Page<T> {
    pub(crate) fn new<D: Default>(answer: Answer<D>, items: impl FnOnce(D) -> Vec<T>) -> Self {
        let Answer { data, skipped, body, .. } = answer;
        Self { items: items(data.unwrap_or_default()), skipped, body }
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}
