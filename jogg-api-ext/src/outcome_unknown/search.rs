//! The search of the list in which the result of a request shows.

use std::collections::HashSet;

use jogg_api::enums::{PlaybackType, SortOrder};
use serde_json::Value;

use super::candidate::{Candidate, Listed};
use super::lost::{Lost, Since};
use crate::call::listing::Listing;
use crate::client::Jogg;
use crate::error::Result;
use crate::lists::List;
use crate::resources::lip_sync::{self, FindVideo};
use crate::resources::{photo_avatars, product_avatars, product_videos, template_videos};

/// How many pages are read, of [`PAGE_SIZE`] items each.
const MAX_PAGES: usize = 10;
const PAGE_SIZE: u32 = 100;

/// What a search has found.
pub(super) struct Found {
    pub(super) items: Vec<Candidate>,
    /// Since when an item can be of the request; `None` if nothing was received.
    pub(super) since: Option<Since>,
    /// How many items couldn't be decoded.
    pub(super) skipped: usize,
    /// How many items were searched, if there may be more.
    pub(super) is_cut_at: Option<usize>,
    /// Whether the list says when an item was created.
    pub(super) has_times: bool,
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
    let mut found =
        Found { items: Vec::new(), since: None, skipped: 0, is_cut_at: None, has_times };
    let (mut pages, mut ids, mut searched) = (list.pages(), HashSet::new(), 0);
    for number in 1.. {
        let Some(page) = pages.next().await else { break };
        let page = page?;
        let since = *found.since.get_or_insert_with(|| lost.since(&page.metadata));
        let skipped = &page.metadata.skipped;
        found.skipped += skipped.iter().filter(|skipped| skipped.at.ends_with(']')).count();
        let items = page.items.into_iter().map(|item| Candidate::of(listed(item), lost));
        let items: Vec<_> = items.collect();
        searched += items.len();
        let is_over = has_times && has_passed(&items, since);
        let may_be = |item: &Candidate| match has_times {
            true => item.created_at.is_none_or(|created_at| since.admits(created_at)),
            false => item.matches != Some(false),
        };
        let fresh = items.into_iter().filter(|item| ids.insert(item.id.clone()));
        found.items.extend(fresh.filter(may_be));
        if is_over {
            break;
        }
        if number == MAX_PAGES {
            found.is_cut_at = Some(searched);
            break;
        }
    }
    Ok(found)
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
    let mut found =
        Found { items: Vec::new(), since: None, skipped: 0, is_cut_at: None, has_times: true };
    if let Some(job) = lip_sync::find(jogg, request).await? {
        found.since = Some(lost.since(&job.metadata));
        let mut candidate = Candidate::of(Listed::LipSyncVideo(job.report), lost);
        candidate.matches = Some(true);
        candidate.job = Some(job.record);
        found.items.push(candidate);
    }
    Ok(found)
}
