//! The search of the list in which the result of a request shows.

use std::collections::HashSet;

use jogg_api::enums::{PlaybackType, SortOrder};
use serde_json::Value;

use super::candidate::{Candidate, Listed};
use super::lost::{Lost, Since};
use crate::call::listing::Listing;
use crate::client::Jogg;
use crate::error::{ErrorKind, Result};
use crate::lists::{List, Page};
use crate::resources::lip_sync::{self, FindVideo};
use crate::resources::{photo_avatars, product_avatars, product_videos, template_videos};

/// How many pages are read, of [`PAGE_SIZE`] items each.
const MAX_PAGES: usize = 10;
const PAGE_SIZE: u32 = 100;

/// What a search has found.
pub(super) struct Found {
    pub(super) items: Vec<Candidate>,
    /// What has the request's name, but was created before it, by the time in the list.
    pub(super) earlier: Vec<Candidate>,
    /// Since when an item can be of the request; `None` if nothing was received.
    pub(super) since: Option<Since>,
    /// How many items couldn't be decoded.
    pub(super) skipped: usize,
    /// What of the list wasn't there, or wasn't read.
    pub(super) unread: Vec<String>,
    /// Whether the list says when an item was created.
    pub(super) has_times: bool,
}

impl Found {
    fn nothing(has_times: bool) -> Self {
        let (items, earlier, unread) = (Vec::new(), Vec::new(), Vec::new());
        Self { items, earlier, since: None, skipped: 0, unread, has_times }
    }
}

/// Searches the list of this operation; `None` if there is none.
pub(super) async fn search(jogg: &Jogg, lost: &Lost, listing: Listing) -> Result<Option<Found>> {
    let found = match listing {
        Listing::Harmless | Listing::Nowhere => return Ok(None),
        Listing::LipSync => find_lip_sync(jogg, lost).await?,
        Listing::PhotoAvatars => {
            let request = photo_avatars::ListAvatars::new().page_size(PAGE_SIZE);
            let list = jogg.photo_avatars().list(request);
            search_list(list, Listed::PhotoAvatar, lost, false).await?
        }
        Listing::ProductAvatars => {
            let list = jogg.product_avatars().list(product_avatars::ListAvatars::new());
            search_list(list, Listed::ProductAvatar, lost, false).await?
        }
        Listing::ProductPreviews => {
            let request = product_videos::ListPreviews::new().page_size(PAGE_SIZE);
            let request = request.sort_by("created_at").sort_order(SortOrder::Desc);
            let list = jogg.product_videos().list_previews(request);
            search_list(list, Listed::ProductPreview, lost, true).await?
        }
        Listing::ProductVideos => {
            let request = product_videos::ListVideos::new().page_size(PAGE_SIZE);
            let request = request.sort_by("created_at").sort_order(SortOrder::Desc);
            let list = jogg.product_videos().list(request);
            search_list(list, Listed::ProductVideo, lost, true).await?
        }
        Listing::TemplateVideos => {
            let request = template_videos::ListVideos::new().page_size(PAGE_SIZE);
            let request = request.sort_by("created_at").sort_order(SortOrder::Desc);
            let list = jogg.template_videos().list(request);
            search_list(list, Listed::TemplateVideo, lost, true).await?
        }
        Listing::WebhookEndpoints => {
            let list = jogg.webhook_endpoints().list();
            search_list(list, Listed::WebhookEndpoint, lost, true).await?
        }
    };
    Ok(Some(found))
}

/// Reads a list, from the newest item back to the time of the request, or all of it where items
/// have no times.
async fn search_list<T: Send + 'static>(
    list: List<T>,
    listed: fn(T) -> Listed,
    lost: &Lost,
    has_times: bool,
) -> Result<Found> {
    let mut found = Found::nothing(has_times);
    let (mut pages, mut ids) = (list.pages(), HashSet::new());
    let mut read = Read::default();
    while let Some(page) = pages.next().await {
        let page = match readable(page)? {
            Ok(page) => page,
            Err(reason) => {
                found.unread.push(reason);
                return Ok(found);
            }
        };
        let since = *found.since.get_or_insert_with(|| lost.since(&page.metadata));
        let skipped = &page.metadata.skipped;
        let skipped = skipped.iter().filter(|skipped| skipped.at.ends_with(']')).count();
        found.skipped += skipped;
        read.count(&page, skipped);
        if let Some(gap) = page.gap.as_ref().filter(|_| read.pages == 1) {
            found.unread.push(format!("the list may be elsewhere: {}", gap.reason));
        }
        let items = page.items.into_iter().map(|item| Candidate::of(listed(item), lost));
        let items: Vec<_> = items.collect();
        let is_over = has_times && has_passed(&items, since);
        for item in items.into_iter().filter(|item| ids.insert(item.id.clone())) {
            let is_in_time = item.created_at.is_none_or(|created_at| since.admits(created_at));
            match (has_times, item.matches) {
                (true, _) if is_in_time => found.items.push(item),
                (true, Some(true)) => found.earlier.push(item),
                (false, None | Some(true)) => found.items.push(item),
                _ => {}
            }
        }
        if is_over {
            return Ok(found);
        }
        if read.pages == MAX_PAGES {
            found.unread.push(format!("only the first {} items were read", read.items));
            return Ok(found);
        }
    }
    found.unread.extend(read.rest());
    Ok(found)
}

/// How much of a list has been read, and how much of it there is.
#[derive(Default)]
struct Read {
    pages: usize,
    items: u64,
    total: u64,
    total_pages: u64,
}

impl Read {
    fn count<T>(&mut self, page: &Page<T>, skipped: usize) {
        self.pages += 1;
        self.items += (page.items.len() + skipped) as u64;
        self.total = self.total.max(page.total.unwrap_or_default());
        self.total_pages = self.total_pages.max(page.total_pages.unwrap_or_default());
    }

    /// Says what is missing at the end of the list.
    fn rest(&self) -> Option<String> {
        let Self { pages, items, total, total_pages } = *self;
        if total > items {
            return Some(format!("the list says that it has {total} items, and {items} came"));
        }
        let is_short = total_pages > pages as u64;
        is_short.then(|| format!("the list says that it has {total_pages} pages, and {pages} came"))
    }
}

/// Returns why a response isn't what it should be, as that may hide what is searched for. Other
/// errors are the caller's.
fn readable<T>(response: Result<T>) -> Result<std::result::Result<T, String>> {
    match response {
        Ok(response) => Ok(Ok(response)),
        Err(error) if error.kind() == ErrorKind::InvalidResponse => {
            Ok(Err(format!("it can't be read: {error}")))
        }
        Err(error) => Err(error),
    }
}

/// Whether the items come newest first, as requested, and have passed the time of the request.
fn has_passed(items: &[Candidate], since: Since) -> bool {
    let times: Vec<_> = items.iter().filter_map(|item| item.created_at).collect();
    let is_sorted = times.is_sorted_by(|newer, older| newer >= older);
    is_sorted && times.last().is_some_and(|last| !since.admits(*last))
}

/// Finds the latest lip sync job with the request's URLs.
async fn find_lip_sync(jogg: &Jogg, lost: &Lost) -> Result<Found> {
    let text = |name| lost.body.get(name).and_then(Value::as_str);
    let playback_type = text("playback_type").and_then(|text| text.parse().ok());
    let request = FindVideo {
        video_url: text("video_url").unwrap_or_default().to_owned(),
        audio_url: text("audio_url").unwrap_or_default().to_owned(),
        playback_type: playback_type.unwrap_or(PlaybackType::Normal),
    };
    let mut found = Found::nothing(true);
    match readable(lip_sync::find(jogg, request).await)? {
        Ok(Some(job)) => {
            found.since = Some(lost.since(&job.metadata));
            let mut candidate = Candidate::of(Listed::LipSyncVideo(job.report), lost);
            candidate.matches = Some(true);
            candidate.job = Some(job.record);
            found.items.push(candidate);
        }
        Ok(None) => {}
        Err(reason) => found.unread.push(reason),
    }
    Ok(found)
}
