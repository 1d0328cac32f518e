//! How many requests it takes to find previews in their list.

use std::ops::Range;

use jogg_api::operations::LIST_PRODUCT_PREVIEWS;
use jogg_api_ext::jobs::JobUpdate;
use jogg_api_ext::product_videos::Previews;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{ErrorKind, Job, JobStatus};
use jogg_tests::Stage;
use serde_json::{Value, json};

/// How many previews there are.
const ALL: u32 = 4_000;

fn preview(id: &str, status: &str) -> Value {
    json!({"id": id, "status": status, "video_url": "u", "created_at": 1_764_000_000})
}

/// A page of a hundred, with these among them.
fn page(number: u32, among: &[Value]) -> Value {
    let others = (0..100 - u32::try_from(among.len()).unwrap())
        .map(|item| preview(&format!("other-{number}-{item}"), "success"));
    let items: Vec<_> = among.iter().cloned().chain(others).collect();
    json!({"previews": items, "total": ALL, "page": number, "page_size": 100})
}

struct Search {
    stage: Stage,
    requests: usize,
}

impl Search {
    async fn new() -> Self {
        Self { stage: Stage::new().await, requests: 0 }
    }

    fn pages(&self, numbers: Range<u32>, among: &[Value]) {
        for number in numbers {
            self.stage.respond(&LIST_PRODUCT_PREVIEWS, page(number, among));
        }
    }

    fn job(&self, ids: &[&str]) -> Job<Previews> {
        self.stage.jogg.product_videos().previews_job(ids.iter().copied())
    }

    /// The numbers of the pages that were requested since the last time.
    fn requested(&mut self) -> Vec<u32> {
        let requests = self.stage.simulator.requests();
        let new = requests[self.requests..].iter().map(|request| {
            let page = request.query.split('&').find_map(|pair| pair.strip_prefix("page="));
            page.map_or(1, |number| number.parse().unwrap())
        });
        self.requests = requests.len();
        new.collect()
    }
}

#[tokio::test]
async fn one_preview_of_thousands_costs_one_request_a_poll() {
    let mut search = Search::new().await;
    let mut updates = search.job(&["p1"]).updates();
    search.pages(1..40, &[]);
    search.pages(40..41, &[preview("p1", "processing")]);
    updates.next().await.unwrap().unwrap();
    assert_eq!(search.requested().len(), 40);
    for _ in 0..20 {
        search.pages(40..41, &[preview("p1", "processing")]);
        updates.next().await.unwrap().unwrap();
        assert_eq!(search.requested(), [40]);
    }
    // A newer one has moved it on.
    search.pages(40..41, &[]);
    search.pages(41..42, &[preview("p1", "processing")]);
    updates.next().await.unwrap().unwrap();
    assert_eq!(search.requested(), [40, 41]);
    search.pages(41..42, &[preview("p1", "success")]);
    let JobUpdate::Done(previews) = updates.next().await.unwrap().unwrap() else { panic!() };
    assert_eq!(previews.previews[0].preview_id, "p1");
    assert_eq!(search.requested(), [41]);
}

#[tokio::test]
async fn a_preview_that_has_moved_far_is_searched_for_again() {
    let mut search = Search::new().await;
    let mut updates = search.job(&["p1"]).updates();
    search.pages(1..8, &[]);
    search.pages(8..9, &[preview("p1", "processing")]);
    updates.next().await.unwrap().unwrap();
    assert_eq!(search.requested().len(), 8);
    // Newer ones were deleted.
    search.pages(8..10, &[]);
    search.pages(1..3, &[]);
    search.pages(3..4, &[preview("p1", "success")]);
    assert!(matches!(updates.next().await.unwrap().unwrap(), JobUpdate::Done(_)));
    assert_eq!(search.requested(), [8, 9, 1, 2, 3]);
}

#[tokio::test]
async fn only_what_is_new_is_searched_for_a_preview_that_is_not_listed_yet() {
    let mut search = Search::new().await;
    let mut updates = search.job(&["p1", "p2"]).updates();
    let first = |status| preview("p1", status);
    // Two searches go through the whole list, as the first may have come at a bad moment.
    for _ in 0..2 {
        search.pages(1..2, &[first("processing")]);
        search.pages(2..41, &[]);
        updates.next().await.unwrap().unwrap();
        assert_eq!(search.requested().len(), 40);
    }
    search.pages(1..2, &[first("processing")]);
    updates.next().await.unwrap().unwrap();
    assert_eq!(search.requested(), [1]);
    // What has ended is not searched for.
    search.pages(1..2, &[first("success"), preview("p2", "processing")]);
    updates.next().await.unwrap().unwrap();
    search.pages(1..2, &[preview("p2", "failed")]);
    let JobUpdate::Done(batch) = updates.next().await.unwrap().unwrap() else { panic!() };
    assert_eq!((batch.previews.len(), batch.failed.len()), (1, 1));
    assert_eq!(search.requested(), [1, 1]);
}

#[tokio::test]
async fn a_search_that_fails_goes_on_where_it_failed() {
    let mut search = Search::new().await;
    let mut updates = search.job(&["p1"]).updates();
    search.pages(1..30, &[]);
    search.stage.simulator.reply_next(&LIST_PRODUCT_PREVIEWS, Reply::reset());
    updates.next().await.unwrap().unwrap();
    search.pages(30..31, &[]);
    search.pages(31..32, &[preview("p1", "success")]);
    assert!(matches!(updates.next().await.unwrap().unwrap(), JobUpdate::Done(_)));
    assert_eq!(search.requested()[28..], [29, 30, 30, 31]);
}

#[tokio::test]
async fn a_preview_that_is_nowhere_is_given_up_after_few_whole_searches() {
    let mut search = Search::new().await;
    for whole in [true, true, false, true, false, false, false] {
        search.pages(1..2, &[]);
        if whole {
            search.pages(2..41, &[]);
        }
    }
    let error = search.job(&["p1"]).wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(search.requested().len(), 3 * 40 + (error.attempts() as usize - 3));
}

/// All at once, without anything from a poll before.
#[tokio::test]
async fn a_report_searches_the_list_once() {
    let mut search = Search::new().await;
    search.pages(1..2, &[preview("p2", "success")]);
    search.pages(2..3, &[preview("p1", "queued")]);
    let report = search.job(&["p1", "p2"]).report().await.unwrap();
    assert_eq!(report.status, JobStatus::Processing);
    assert_eq!(search.requested(), [1, 2]);
}
