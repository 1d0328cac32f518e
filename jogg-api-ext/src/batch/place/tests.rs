//! Who gets the next place in a shared window, and when.

use super::*;
use crate::batch::store::Store;

const WINDOW: Duration = Duration::from_secs(60);

/// A window of one request per minute.
async fn window(folder: &tempfile::TempDir) -> SharedWindow {
    let store = Store::sqlite(folder.path().join("window.db")).await.unwrap();
    SharedWindow::new(&store, "key").limit(1, WINDOW)
}

/// Stores a permit that another process has taken, with times relative to now.
async fn store_permit(window: &SharedWindow, taken_at: i64, expires_at: i64) {
    let mut write = window.store.write().await.unwrap();
    let now = write.now().await.unwrap().milliseconds;
    let insert = "INSERT INTO jogg_permits (permit, name, place, taken_at, expires_at) VALUES \
                  ('other', 'key', 0, $1, $2)";
    write.run(insert, [(now + taken_at).into(), (now + expires_at).into()]).await.unwrap();
    write.commit().await.unwrap();
}

async fn remove_permit(window: &SharedWindow) {
    let mut write = window.store.write().await.unwrap();
    write.run("DELETE FROM jogg_permits WHERE permit = 'other'", []).await.unwrap();
    write.commit().await.unwrap();
}

/// Returns how long a place has to wait; `None` if it is taken.
async fn wait(place: &mut Place) -> Option<Duration> {
    match place.take().await.unwrap() {
        Turn::Taken => None,
        Turn::In(wait) => Some(wait),
    }
}

#[tokio::test]
async fn the_request_of_a_process_that_died_ends_with_its_lease_and_then_fills_a_window() {
    for (taken_at, expires_at, least, most) in [
        // Its lease ended ten seconds ago: it may have been sent until then.
        (-40_000, -10_000, 40_000, 50_000),
        // It may still be alive, so that nobody knows when there is a place.
        (-40_000, 20_000, 500, 500),
        (-70_000, -50_000, 1, 10_000),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let window = window(&folder).await;
        store_permit(&window, taken_at, expires_at).await;
        let wait = wait(&mut Place::new(&window)).await.expect("the window is full");
        let expected = Duration::from_millis(least)..=Duration::from_millis(most);
        assert!(expected.contains(&wait), "{taken_at} {expires_at}: {wait:?}");
    }
    // A window ago, it counts no more.
    let folder = tempfile::tempdir().unwrap();
    let window = window(&folder).await;
    store_permit(&window, -90_000, -60_001).await;
    assert_eq!(wait(&mut Place::new(&window)).await, None);
}

#[tokio::test]
async fn whoever_has_waited_for_longer_is_first_when_there_is_a_place() {
    let folder = tempfile::tempdir().unwrap();
    let window = window(&folder).await;
    store_permit(&window, 0, 20_000).await;
    let mut places = [Place::new(&window), Place::new(&window), Place::new(&window)];
    for place in &mut places {
        assert!(wait(place).await.is_some(), "the window is full");
    }
    let numbers = [&places[0], &places[1], &places[2]].map(|place| place.number);
    assert_eq!(numbers, [Some(1), Some(2), Some(3)]);
    remove_permit(&window).await;
    let [first, second, third] = &mut places;
    assert!(wait(second).await.is_some() && wait(third).await.is_some(), "the first is ahead");
    assert_eq!(wait(first).await, None);
    assert!(wait(second).await.is_some(), "the window is full");
    assert_eq!((second.number, third.number), (Some(2), Some(3)));
}
