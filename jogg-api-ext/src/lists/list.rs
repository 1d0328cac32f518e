//! A list, fetched on demand.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use futures_util::stream::unfold;
use jogg_api::Endpoint;

use super::gap::Gap;
use super::page::{Extent, Page, Position};
use crate::call::Call;
use crate::client::Jogg;
use crate::error::Result;
use crate::request::{Filters, Paged};
use crate::stream::BoxStream;

/// How many items a page has if the request doesn't say.
const DEFAULT_PAGE_SIZE: u64 = 10;

/// A list of the API. Nothing is sent until a page or an item is requested.
///
/// ```no_run
/// # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
/// use jogg_api_ext::voices::ListVoices;
///
/// let mut voices = jogg.voices().list(ListVoices::new().language("english")).items();
/// while let Some(voice) = voices.next().await {
///     println!("{}", voice?.voice_id);
/// }
/// # Ok(()) }
/// ```
#[must_use = "a list is fetched by `page`, `pages` or `items`"]
pub struct List<T> {
    fetch: Arc<Fetch<T>>,
    id: fn(&T) -> String,
    paging: Option<Paging>,
}

/// Fetches the page of this number; `None` asks for no page in particular.
type Fetch<T> = dyn Fn(Option<i64>) -> Call<Page<T>> + Send + Sync;

#[derive(Clone, Copy)]
struct Paging {
    first: Option<i64>,
    page_size: u64,
}

impl<T: Send + 'static> List<T> {
    /// Creates a list that comes in pages, from the page and in the size that the request asks for.
    /// `id` tells an item from the others.
    pub(crate) fn paged<E: Endpoint + 'static, R: Paged>(
        jogg: &Jogg,
        request: R,
        endpoint: fn(R::Query) -> E,
        id: fn(&T) -> String,
        split: fn(E::Response) -> (Vec<T>, Extent),
    ) -> Self {
        let (first, page_size) = request.paging();
        let page_size = page_size.and_then(|size| size.try_into().ok());
        let paging = Paging { first, page_size: page_size.unwrap_or(DEFAULT_PAGE_SIZE) };
        let jogg = jogg.clone();
        let fetch = move |page| {
            let endpoint = endpoint(request.on_page(page));
            fetch(&jogg, request.check(), endpoint, paging.position(page), split)
        };
        Self { fetch: Arc::new(fetch), id, paging: Some(paging) }
    }

    /// Creates a list that comes all at once, with filters.
    pub(crate) fn filtered<E: Endpoint + 'static, R: Filters>(
        jogg: &Jogg,
        request: R,
        endpoint: fn(R::Query) -> E,
        id: fn(&T) -> String,
        split: fn(E::Response) -> (Vec<T>, Extent),
    ) -> Self {
        let request = move || (request.check_filters(), endpoint(request.query()));
        Self::whole(jogg, request, id, split)
    }

    /// Creates a list that comes all at once. `request` also says whether it may be sent at all.
    pub(crate) fn whole<E: Endpoint + 'static>(
        jogg: &Jogg,
        request: impl Fn() -> (Result<()>, E) + Send + Sync + 'static,
        id: fn(&T) -> String,
        split: fn(E::Response) -> (Vec<T>, Extent),
    ) -> Self {
        let jogg = jogg.clone();
        let fetch = move |_| {
            let (checked, endpoint) = request();
            fetch(&jogg, checked, endpoint, Position::default(), split)
        };
        Self { fetch: Arc::new(fetch), id, paging: None }
    }

    /// Fetches the requested page, the first unless set. One call.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`](crate::ErrorKind::InvalidResponse) if the response has
    /// something else in the place of its list, or none although it says how many items there are;
    /// see [`ErrorKind`](crate::ErrorKind) for the others. A list that is null or absent is empty.
    pub fn page(self) -> Call<Page<T>> {
        (self.fetch)(self.paging.and_then(|paging| paging.first))
    }

    /// Returns the pages, starting with the requested one: one call each, on demand.
    ///
    /// The stream ends with the last page, as far as the API says which that is; with an empty
    /// page; before a page without anything new; and after a page longer than requested, as some
    /// lists have been seen to ignore paging and to announce more indefinitely. It ends with an
    /// error, too.
    pub fn pages(self) -> BoxStream<Result<Page<T>>> {
        self.stream(false)
    }

    /// Returns the items, starting with the requested page, page by page, on demand. A
    /// repeated item is returned once; one that can't be decoded is skipped, which only
    /// [`List::pages`] reports.
    ///
    /// Ends as [`List::pages`] does.
    pub fn items(self) -> BoxStream<Result<T>> {
        let state = (self.stream(true), Vec::new().into_iter());
        BoxStream::new(unfold(state, |(mut pages, mut items)| async move {
            loop {
                if let Some(item) = items.next() {
                    return Some((Ok(item), (pages, items)));
                }
                match pages.next().await? {
                    Ok(page) => items = page.into_iter(),
                    Err(error) => return Some((Err(error), (pages, items))),
                }
            }
        }))
    }

    /// Returns the pages, with all their items or only with those that didn't come before.
    fn stream(self, only_fresh: bool) -> BoxStream<Result<Page<T>>> {
        let state = Pages {
            list: self,
            only_fresh,
            number: None,
            seen: Seen::default(),
            reached: 0,
            was_unreadable: false,
        };
        BoxStream::new(unfold(Some(state), |state| async move {
            let mut state = state?;
            match state.next().await {
                Ok(next) => next.map(|(page, goes_on)| (Ok(page), goes_on.then_some(state))),
                Err(error) => Some((Err(error), None)),
            }
        }))
    }
}

fn fetch<E: Endpoint + 'static, T: 'static>(
    jogg: &Jogg,
    checked: Result<()>,
    endpoint: E,
    position: Position,
    split: fn(E::Response) -> (Vec<T>, Extent),
) -> Call<Page<T>> {
    jogg.call_with(checked, endpoint, move |data, received| {
        let (items, extent) = split(data);
        let mut page = Page::new(items, &extent, received.metadata.clone());
        if length(&page) == 0 {
            page.gap = Gap::of(received, extent.announces(position));
        }
        match page.gap {
            Some(Gap { reason, is_certain: true }) => Err(received.lacks(reason)),
            _ => Ok(page),
        }
    })
}

impl Paging {
    /// Returns where the page of this number is.
    fn position(self, page: Option<i64>) -> Position {
        let pages_before = u64::try_from(page.unwrap_or(1).saturating_sub(1)).unwrap_or_default();
        Position { pages_before, page_size: self.page_size }
    }
}

struct Pages<T> {
    list: List<T>,
    only_fresh: bool,
    /// The page that was fetched last.
    number: Option<i64>,
    /// The ids of the items so far.
    seen: Seen,
    /// How many items there were so far, skipped and repeated ones included.
    reached: u64,
    /// Whether nothing of the last page could be decoded.
    was_unreadable: bool,
}

impl<T: Send + 'static> Pages<T> {
    /// Fetches the next page, and says whether another may follow; `None` if it brings nothing new.
    async fn next(&mut self) -> Result<Option<(Page<T>, bool)>> {
        let number = match (self.number, self.list.paging) {
            (None, paging) => paging.and_then(|paging| paging.first),
            (Some(number), _) => number.checked_add(1),
        };
        let mut page = (self.list.fetch)(number).await?;
        let is_first = self.number.is_none();
        self.number = Some(number.unwrap_or(1));
        let length = length(&page);
        self.reached = self.reached.saturating_add(length);
        // Whether skipped items are new can't be known. One page of them is passed over, not two.
        let unreadable = page.items.is_empty() && !page.metadata.skipped.is_empty();
        let pass_over = unreadable && !self.was_unreadable;
        self.was_unreadable = unreadable;
        let known = self.seen.len();
        let Self { list, only_fresh, seen, .. } = self;
        page.items.retain(|item| seen.insert(&(list.id)(item)) || !*only_fresh);
        let is_new = is_first || self.seen.len() > known || pass_over;
        let goes_on = self.goes_on(&page, length);
        Ok(is_new.then_some((page, goes_on)))
    }

    /// Returns whether a page may follow this one, which came with so many items.
    fn goes_on(&self, page: &Page<T>, length: u64) -> bool {
        let Some(paging) = self.list.paging else { return false };
        let number = self.number.unwrap_or(1);
        let longer = length > paging.page_size;
        // What came before the first page counts as well. The API may give less on a page than was
        // requested, and say so.
        let size = page.page_size.filter(|size| *size > 0).unwrap_or(paging.page_size);
        let before = paging.first.unwrap_or(1).saturating_sub(1);
        let before = u64::try_from(before).unwrap_or_default();
        let before = before.saturating_mul(size.min(paging.page_size));
        let reached = before.saturating_add(self.reached);
        // A total below what has come is wrong.
        let distinct = self.seen.len() as u64;
        let complete = page.total.is_some_and(|total| total <= reached && total >= distinct)
            || page.total_pages.is_some_and(|pages| i64::try_from(pages) == Ok(number))
            || page.has_more == Some(false);
        !(length == 0 || longer || complete)
    }
}

/// Which ids there were, by two hashes of 64 bits of each: in a list of a million, two ids have the
/// same with a chance below one in 10^26, and it takes less memory than the ids.
#[derive(Default)]
struct Seen {
    hashes: HashSet<[u64; 2]>,
    hashers: [RandomState; 2],
}

impl Seen {
    /// Returns whether the id is new.
    fn insert(&mut self, id: &str) -> bool {
        self.hashes.insert(self.hashers.each_ref().map(|hasher| hasher.hash_one(id)))
    }

    fn len(&self) -> usize {
        self.hashes.len()
    }
}

/// Counts the items of a page, skipped ones included.
fn length<T>(page: &Page<T>) -> u64 {
    let skipped = page.metadata.skipped.iter().filter(|skipped| skipped.at.ends_with(']')).count();
    (page.items.len() + skipped) as u64
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self { fetch: Arc::clone(&self.fetch), id: self.id, paging: self.paging }
    }
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").finish_non_exhaustive()
    }
}
