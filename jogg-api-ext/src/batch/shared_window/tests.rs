//! What a shared window does while its store fails.

use super::*;

async fn window(folder: &tempfile::TempDir) -> SharedWindow {
    let store = Store::sqlite(folder.path().join("window.db")).await.unwrap();
    SharedWindow::new(&store, "key").limit(4, Duration::from_secs(60))
}

/// Takes away what no later attempt would find.
async fn remove_table(window: &SharedWindow) {
    let mut write = window.store.write().await.unwrap();
    write.run("DROP TABLE jogg_windows", []).await.unwrap();
    write.commit().await.unwrap();
}

#[tokio::test]
async fn a_store_that_will_not_be_back_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let window = window(&folder).await;
    remove_table(&window).await;
    let begun = Instant::now();
    let error = window.acquire(None).await.unwrap_err();
    assert!(error.to_string().contains("jogg_windows"), "{error}");
    assert!(begun.elapsed() < PATIENCE / 2, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_share_is_what_was_chosen_and_never_more_than_the_limit() {
    for (share, expected) in [(2, 2), (3, 3), (9, 4)] {
        let folder = tempfile::tempdir().unwrap();
        let window = window(&folder).await.store_unavailable(StoreUnavailable::Share(share));
        remove_table(&window).await;
        let soon = Some(Duration::from_millis(100));
        for number in 0..expected {
            assert!(window.acquire(soon).await.unwrap().is_some(), "{number} of {share}");
        }
        assert!(window.acquire(soon).await.unwrap().is_none(), "one more than {expected}");
    }
}

#[tokio::test]
async fn a_store_that_has_failed_lately_gets_less_time() {
    let folder = tempfile::tempdir().unwrap();
    let window = window(&folder).await;
    assert_eq!(window.patience(), PATIENCE);
    let ago = |time: Duration| Instant::now().checked_sub(time).unwrap();
    let since = ago(4 * PATIENCE);
    for (last, is_recent) in
        [(PATIENCE, true), (PATIENCE * 19 / 10, true), (2 * PATIENCE, false), (3 * PATIENCE, false)]
    {
        *window.failing() = Some(Failing { since, last: ago(last) });
        let patience = if is_recent { PATIENCE / 5 } else { PATIENCE };
        assert_eq!(window.patience(), patience, "{last:?}");
        // The next failure is one of the same time of failures, or begins another.
        assert_eq!(window.note_failure() == since, is_recent, "{last:?}");
        assert_eq!(window.patience(), PATIENCE / 5);
    }
}
