//! One page of a list.

use std::fmt;

use jogg_api::types::Pagination;

use super::gap::Gap;
use crate::call::ResponseMetadata;

/// One page of a list.
#[derive(Clone)]
#[must_use]
#[non_exhaustive]
pub struct Page<T> {
    /// The items that could be decoded. The others are in [`ResponseMetadata::skipped`].
    pub items: Vec<T>,
    /// How many items there are on all pages, where the API says so.
    pub total: Option<u64>,
    /// How many pages there are, where the API says so.
    pub total_pages: Option<u64>,
    /// How many items a page holds, where the API says so.
    pub page_size: Option<u64>,
    /// Whether another page follows, where the API says so. Some lists always say so.
    pub has_more: Option<bool>,
    /// The metadata of the response, with its body and with what was skipped.
    pub metadata: ResponseMetadata,
    /// Why there are no items, if the response doesn't have an empty list in so many words.
    pub(crate) gap: Option<Gap>,
}

/// What the API says about the length of a list. Each of its five styles says another part.
#[derive(Default)]
pub(crate) struct Extent {
    pub(crate) total: Option<i64>,
    pub(crate) total_pages: Option<i64>,
    pub(crate) page_size: Option<i64>,
    pub(crate) has_more: Option<bool>,
}

impl Extent {
    /// Returns whether the API says that there are items on this page.
    pub(super) fn announces(&self, position: Position) -> bool {
        let Position { pages_before, page_size } = position;
        let number = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
        // The API may give less on a page than was requested, and say so.
        let size = number(self.page_size).filter(|size| *size > 0).unwrap_or(page_size);
        let before = pages_before.saturating_mul(size.min(page_size));
        number(self.total).is_some_and(|total| total > before)
            || number(self.total_pages).is_some_and(|pages| pages > pages_before)
            || pages_before == 0 && self.has_more == Some(true)
    }
}

/// Where a page is in its list, in pages of the size that was requested.
#[derive(Clone, Copy, Default)]
pub(super) struct Position {
    pub(super) pages_before: u64,
    pub(super) page_size: u64,
}

impl From<Option<Pagination>> for Extent {
    fn from(pagination: Option<Pagination>) -> Self {
        let Some(pagination) = pagination else { return Self::default() };
        Self {
            total: pagination.total_items,
            total_pages: pagination.total_pages,
            page_size: pagination.page_size,
            has_more: None,
        }
    }
}

impl<T> Page<T> {
    pub(super) fn new(items: Vec<T>, extent: &Extent, metadata: ResponseMetadata) -> Self {
        Self {
            items,
            total: extent.total.and_then(|total| total.try_into().ok()),
            total_pages: extent.total_pages.and_then(|pages| pages.try_into().ok()),
            page_size: extent.page_size.and_then(|size| size.try_into().ok()),
            has_more: extent.has_more,
            metadata,
            gap: None,
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("items", &self.items)
            .field("total", &self.total)
            .field("total_pages", &self.total_pages)
            .field("page_size", &self.page_size)
            .field("has_more", &self.has_more)
            .field("metadata", &self.metadata)
            .finish_non_exhaustive()
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_announces_items_only_on_pages_before_its_end() {
        let total = |total| Extent { total: Some(total), ..Extent::default() };
        let small = |total| Extent {
            page_size: Some(5),
            ..Extent { total: Some(total), ..Extent::default() }
        };
        let pages = |pages| Extent { total_pages: Some(pages), ..Extent::default() };
        let more = || Extent { has_more: Some(true), ..Extent::default() };
        for (pages_before, extent, announced) in [
            (0, Extent::default(), false),
            (0, total(1), true),
            (0, total(0), false),
            (0, total(-1), false),
            (2, total(20), false),
            (2, total(21), true),
            // The API gives 5 on a page.
            (2, small(10), false),
            (2, small(11), true),
            (2, pages(2), false),
            (2, pages(3), true),
            (0, more(), true),
            (1, more(), false),
        ] {
            let position = Position { pages_before, page_size: 10 };
            assert_eq!(extent.announces(position), announced, "{pages_before}");
        }
    }
}
