//! Finding previews in their list, as no operation reports on one. A poll costs a page or two,
//! however many previews there are: what earlier polls of a wait have found is kept.

use std::collections::{BTreeSet, HashMap, HashSet};

use jogg_api::enums::SortOrder;
use jogg_api::operations::LIST_PRODUCT_PREVIEWS;
use jogg_api::raw_text;
use jogg_api::types::ProductPreview;
use serde_json::Value;

use super::preview_batch::Found;
use super::preview_list::{ListPreviews, list};
use crate::client::Jogg;
use crate::error::{Error, ErrorKind, Result};
use crate::lists::Page;

/// What the polls of a wait have found so far.
#[derive(Default)]
pub struct Memory {
    /// The previews that have ended.
    ended: HashMap<String, Found>,
    /// On which page each of the others was last.
    pages: HashMap<String, u32>,
    /// The scan that goes on, from where it failed.
    scan: Scan,
    scans: u32,
    /// What was on the first page when a scan went through the list: nothing older is new.
    known: HashSet<String>,
}

/// A way through the list, the newest first.
struct Scan {
    next_page: u32,
    /// What is on the first page.
    first: HashSet<String>,
    /// When the newest preview was created.
    newest: Option<i64>,
}

impl Default for Scan {
    fn default() -> Self {
        Self { next_page: 1, first: HashSet::new(), newest: None }
    }
}

/// Finds those of these previews that are in the list.
pub(super) async fn find(
    jogg: &Jogg,
    ids: &[&str],
    started_at: u64,
    memory: &mut Memory,
) -> Result<HashMap<String, Found>> {
    let mut poll =
        Poll { jogg, ids, started_at, found: memory.ended.clone(), pages: BTreeSet::new(), memory };
    poll.find().await?;
    Ok(poll.found)
}

/// How much older than their batch previews may seem, in seconds, where clocks differ.
const CLOCKS_DIFFER: i64 = 24 * 60 * 60;

/// One poll.
struct Poll<'p> {
    jogg: &'p Jogg,
    ids: &'p [&'p str],
    started_at: u64,
    found: HashMap<String, Found>,
    /// The pages that were fetched.
    pages: BTreeSet<u32>,
    memory: &'p mut Memory,
}

impl Poll<'_> {
    async fn find(&mut self) -> Result<()> {
        if self.missing().any(|id| !self.memory.pages.contains_key(id)) {
            self.scan().await?;
        }
        let pages: BTreeSet<u32> =
            self.missing().filter_map(|id| self.memory.pages.get(id).copied()).collect();
        for page in pages {
            self.visit(page).await?;
            // Newer previews may have moved it on.
            if self.missing().any(|id| self.memory.pages.get(id) == Some(&page)) {
                self.visit(page.saturating_add(1)).await?;
            }
        }
        let moved: Vec<String> = self
            .missing()
            .filter(|id| self.memory.pages.contains_key(*id))
            .map(str::to_owned)
            .collect();
        if moved.is_empty() {
            return Ok(());
        }
        self.memory.pages.retain(|id, _| !moved.contains(id));
        self.memory.known.clear();
        self.memory.scan = Scan::default();
        self.scan().await
    }

    /// Returns the previews that this poll has not found yet.
    fn missing(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().copied().filter(|id| !self.found.contains_key(*id))
    }

    /// Goes through the list as far as it takes to find the previews whose page isn't known.
    async fn scan(&mut self) -> Result<()> {
        if self.memory.scan.next_page == 1 {
            self.memory.scans = self.memory.scans.saturating_add(1);
        }
        // The API may not sort as requested: now and then, all pages are searched again.
        let whole = self.memory.scans.is_power_of_two();
        let oldest = i64::try_from(self.started_at).unwrap_or(i64::MAX);
        let oldest = oldest.saturating_sub(CLOCKS_DIFFER);
        let mut pages = list(self.jogg, request(self.memory.scan.next_page)).pages();
        while let Some(page) = pages.next().await {
            let page = page?;
            let scan = &mut self.memory.scan;
            let number = scan.next_page;
            if let Some(gap) = page.gap.as_ref().filter(|_| number == 1) {
                // Not the same as a list in which they aren't.
                let message = format!("the list of previews may be elsewhere: {}", gap.reason);
                let error = Error::new(ErrorKind::InvalidResponse, message);
                return Err(error.with_operation(&LIST_PRODUCT_PREVIEWS));
            }
            let ids = page.items.iter().map(|preview| preview.id.as_str());
            if number == 1 {
                scan.first = ids.clone().map(str::to_owned).collect();
            }
            let is_known = !whole && ids.clone().any(|id| self.memory.known.contains(id));
            let created_at = |preview: &ProductPreview| preview.created_at;
            scan.newest = scan.newest.max(page.items.iter().filter_map(created_at).max());
            // Where even the newest is older than the batch, the clocks differ.
            let comparable =
                self.started_at > 0 && scan.newest.is_some_and(|newest| newest >= oldest);
            let last = page.items.last().and_then(created_at);
            let too_old = comparable && last.is_some_and(|created_at| created_at < oldest);
            scan.next_page = number.saturating_add(1);
            self.take(number, page);
            if self.missing().all(|id| self.memory.pages.contains_key(id)) {
                self.memory.scan = Scan::default();
                return Ok(());
            }
            if is_known || too_old {
                break;
            }
        }
        self.memory.known = std::mem::take(&mut self.memory.scan).first;
        Ok(())
    }

    /// Fetches one page, unless this poll already has.
    async fn visit(&mut self, number: u32) -> Result<()> {
        if !self.pages.contains(&number) {
            let page = list(self.jogg, request(number)).page().await?;
            self.take(number, page);
        }
        Ok(())
    }

    /// Takes from a page what is searched for.
    fn take(&mut self, number: u32, page: Page<ProductPreview>) {
        self.pages.insert(number);
        if !page.items.iter().any(|preview| self.missing().any(|id| id == preview.id)) {
            return;
        }
        let mut raw = raw_items(&page.metadata.raw());
        for preview in page.items {
            if !self.ids.contains(&&*preview.id) || self.found.contains_key(&preview.id) {
                continue;
            }
            let id = preview.id.clone();
            let found = Found { raw: raw.remove(&id).unwrap_or_default(), preview };
            self.memory.pages.insert(id.clone(), number);
            if found.has_ended() {
                self.memory.ended.insert(id.clone(), found.clone());
            }
            self.found.insert(id, found);
        }
    }
}

/// Returns the request for a page, the newest previews first.
fn request(page: u32) -> ListPreviews {
    let request =
        ListPreviews::new().sort_by("created_at").sort_order(SortOrder::Desc).page_size(100);
    if page > 1 { request.page(page) } else { request }
}

/// Returns the items of a page as received, by their ids.
fn raw_items(page: &Value) -> HashMap<String, Value> {
    let items = page.get("previews").and_then(Value::as_array).into_iter().flatten();
    let mut by_id = HashMap::new();
    for item in items {
        if let Some(id) = item.get("id").and_then(raw_text) {
            by_id.entry(id).or_insert_with(|| item.clone());
        }
    }
    by_id
}
