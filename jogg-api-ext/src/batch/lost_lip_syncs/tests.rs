//! When a lost lip sync is searched for, and how often.
#![cfg(feature = "simulator")]

use super::*;
use crate::batch::entry::Entry;
use crate::batch::store::Store;
use crate::lip_sync::{CreateVideo, FIND_LIP_SYNC_VIDEO};
use crate::policy::RetryPolicy;
use crate::simulator::{Reply, Simulator};

const MINUTE: Duration = Duration::from_secs(60);

/// A batch, and a server that has no lip sync.
struct Fixture {
    batch: Batch,
    simulator: Simulator,
    jogg: Jogg,
    searches: Searches,
    _folder: tempfile::TempDir,
}

impl Fixture {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::sqlite(folder.path().join("batch.db")).await.unwrap();
        let simulator = Simulator::builder().start().await.unwrap();
        let jogg = Jogg::builder("key").base_url(simulator.base_url());
        let jogg = jogg.retry_policy(RetryPolicy::never()).build().unwrap();
        let searches = Searches::default();
        Self { batch: store.batch("batch"), simulator, jogg, searches, _folder: folder }
    }

    /// Stores a lip sync of unknown outcome that was sent so many seconds ago.
    async fn lose(&self, key: &str, seconds: i64) {
        let video = format!("https://a.example/{key}.mp4");
        let request = CreateVideo::new(video, "https://a.example/a.mp3");
        self.batch.queue_all([Entry::new(key, request)]).await.unwrap();
        let mut write = self.batch.store.write().await.unwrap();
        let sent_at = write.now().await.unwrap().milliseconds - 1000 * seconds;
        let update = "UPDATE jogg_requests SET state = 'unknown', attempts = 1, sent_at = $1 \
                      WHERE key = $2";
        write.run(update, [sent_at.into(), key.into()]).await.unwrap();
        write.commit().await.unwrap();
    }

    /// Goes on, and returns how many are still to be searched for, and how many searches there
    /// were so far.
    async fn go_on(&mut self, delay: Duration) -> (usize, usize) {
        let waiting = self.searches.go_on(&self.batch, &self.jogg, delay).await.unwrap();
        (waiting, self.simulator.request_count(&FIND_LIP_SYNC_VIDEO))
    }
}

#[tokio::test]
async fn a_lip_sync_is_searched_for_when_it_is_old_enough_and_once() {
    let mut fixture = Fixture::new().await;
    fixture.lose("young", 0).await;
    fixture.lose("also young", 20).await;
    fixture.lose("old", 120).await;
    for _ in 0..2 {
        assert_eq!(fixture.go_on(MINUTE).await, (2, 1));
    }
    for _ in 0..2 {
        assert_eq!(fixture.go_on(Duration::from_secs(10)).await, (1, 2));
    }
    for _ in 0..2 {
        assert_eq!(fixture.go_on(Duration::ZERO).await, (0, 3));
    }
}

/// As one whose time is that of another clock: it has no age at all.
#[tokio::test]
async fn what_is_just_as_old_as_it_must_be_is_searched_for() {
    let mut fixture = Fixture::new().await;
    fixture.lose("sent in the future", -1000).await;
    assert_eq!(fixture.go_on(Duration::from_millis(1)).await, (1, 0));
    assert_eq!(fixture.go_on(Duration::ZERO).await, (0, 1));
}

#[tokio::test]
async fn a_search_that_fails_is_made_anew_and_one_that_is_refused_is_not() {
    let mut fixture = Fixture::new().await;
    fixture.lose("first", 120).await;
    fixture.lose("second", 120).await;
    for failed in [2, 1] {
        for _ in 0..failed {
            let busy = Reply::body(503, "text/plain", "busy");
            fixture.simulator.reply_next(&FIND_LIP_SYNC_VIDEO, busy);
        }
        let before = fixture.simulator.request_count(&FIND_LIP_SYNC_VIDEO);
        assert_eq!(fixture.go_on(MINUTE).await, (failed, before + 2));
    }
    let refused = Reply::body(400, "text/plain", "no");
    fixture.simulator.reply_next(&FIND_LIP_SYNC_VIDEO, refused);
    assert_eq!(fixture.go_on(MINUTE).await, (0, 5));
    assert_eq!(fixture.go_on(MINUTE).await, (0, 5));
}
