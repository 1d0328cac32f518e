//! Finds out what became of orders that may have been sent: by the API's list of videos, in which
//! each video has the name of its order. `Jogg::candidates` does so, too, but needs the error of
//! the call, and after a kill there is none.

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use jogg_api_ext::Jogg;
use jogg_api_ext::enums::SortOrder;
use jogg_api_ext::template_videos::ListVideos;
use tokio::time::sleep;

use crate::say::{say, warn};
use crate::store::{Error, Store};

/// How much of the list is read, the newest first: 100 pages of 100 videos.
const MAX_PAGES: usize = 100;
const PAGE_SIZE: u32 = 100;

/// How often the database is read for orders that are due.
const IDLE: Duration = Duration::from_millis(500);

/// Searches for each order whose outcome is unknown when it is due. What isn't listed stays
/// unknown, and is never retried: that it isn't there doesn't prove that it wasn't executed.
pub async fn run(jogg: Jogg, store: Store) -> Result<Infallible, Error> {
    loop {
        let due = store.due_searches().await?;
        if due.is_empty() {
            sleep(IDLE).await;
            continue;
        }
        let mut missing: HashMap<String, String> = due.into_iter().collect();
        if !search(&jogg, &store, &mut missing).await? {
            // The next search is due later; until then, these orders are open.
            continue;
        }
        for id in store.not_found(missing.into_values().collect()).await? {
            warn(format!(
                "{id} may have been sent and paid for, but the list of videos doesn't show it"
            ));
        }
    }
}

/// Reads the list until everything is found, and stores what is. Returns whether it could be read.
async fn search(
    jogg: &Jogg,
    store: &Store,
    missing: &mut HashMap<String, String>,
) -> Result<bool, Error> {
    let newest_first = ListVideos::new().sort_by("created_at").sort_order(SortOrder::Desc);
    let list = jogg.template_videos().list(newest_first.page_size(PAGE_SIZE));
    let mut pages = list.pages();
    for _ in 0..MAX_PAGES {
        let Some(page) = pages.next().await else { break };
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                warn(format!("the list of videos can't be read: {error}"));
                return Ok(false);
            }
        };
        for video in page.items {
            let Some(id) = video.video_name.and_then(|name| missing.remove(name.trim())) else {
                continue;
            };
            let job = jogg.template_videos().video_job(video.video_id);
            // An event of the job may have come before: it is applied now.
            store.started(id.clone(), job.record().clone()).await?;
            say(format!("{id}: its video is {}", job.id()));
        }
        if missing.is_empty() {
            break;
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jogg_api_ext::jogg_api::operations::LIST_TEMPLATE_VIDEOS;
    use jogg_api_ext::simulator::{Reply, Simulator};
    use jogg_api_ext::template_videos::CreateVideo;
    use serde_json::json;
    use tokio::time::timeout;

    use super::*;
    use crate::store::tests::{Database, history, refuse};

    #[tokio::test]
    async fn an_unreadable_list_is_read_again_and_a_full_disk_ends_the_search() {
        let simulator = Simulator::start().await.unwrap();
        let database = Database::new();
        let store = database.with_an_order().await;
        let order = store.next_queued(&BTreeSet::new()).await.unwrap().unwrap();
        store.sending("a".into()).await.unwrap();
        store.unknown("a".to_owned(), "no response".to_owned()).await.unwrap();
        let jogg = Jogg::builder("key").base_url(simulator.base_url()).build().unwrap();
        let request = CreateVideo::new(512, "english").video_name(order.video_name);
        let _job = jogg.template_videos().create(request).await.unwrap();

        let refusal = Reply::json(200, json!({"code": 10105, "msg": "no"}));
        simulator.reply_next(&LIST_TEMPLATE_VIDEOS, refusal);
        refuse(&store, "started");
        let settled = run(jogg, store.clone());
        let error = timeout(Duration::from_secs(10), settled).await.unwrap().unwrap_err();
        assert!(error.to_string().contains("the disk is full"), "{error}");
        assert_eq!(simulator.request_count(&LIST_TEMPLATE_VIDEOS), 2);
        assert_eq!(history(&store), "sending unknown");
    }
}
