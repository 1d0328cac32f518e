//! The limit that processes share.

use std::sync::Arc;
use std::time::Duration;

use jogg_api_ext::batch::SharedWindow;
use jogg_api_ext::policy::RateLimiter;
use tokio::time::Instant;

use super::stores::{TestStore, on_each};

fn window(test: &TestStore, limit: usize, window: Duration) -> SharedWindow {
    SharedWindow::new(&test.store, test.name("window")).limit(limit, window)
}

#[tokio::test]
async fn the_window_holds_for_all_and_slides() {
    on_each(async |test| {
        let length = Duration::from_millis(600);
        let windows = [(); 3].map(|()| Arc::new(window(&test, 5, length)));
        let mut tasks = Vec::new();
        for number in 0..24 {
            let window = Arc::clone(&windows[number % 3]);
            tasks.push(tokio::spawn(async move {
                let permit = window.acquire(None).await.unwrap().unwrap();
                let taken = Instant::now();
                drop(permit);
                taken
            }));
        }
        let mut times = Vec::new();
        for task in tasks {
            times.push(task.await.unwrap());
        }
        times.sort();
        for (first, last) in times.iter().zip(times.iter().skip(5)) {
            assert!(*last - *first >= length - Duration::from_millis(20), "{:?}", *last - *first);
        }
    })
    .await;
}

/// Whoever can't wait that long doesn't wait at all.
#[tokio::test]
async fn that_there_is_no_place_in_time_is_said_at_once() {
    on_each(async |test| {
        let window = window(&test, 1, Duration::from_secs(60));
        drop(window.acquire(None).await.unwrap().unwrap());
        let begun = Instant::now();
        assert!(window.acquire(Some(Duration::from_secs(2))).await.unwrap().is_none());
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    })
    .await;
}

/// Who waits first is first: nobody starves beside a process with more to send.
#[tokio::test]
async fn those_who_wait_take_turns() {
    on_each(async |test| {
        let windows = [(); 3].map(|()| window(&test, 4, Duration::from_millis(300)));
        let (sender, mut granted) = tokio::sync::mpsc::unbounded_channel();
        for (number, window) in windows.into_iter().enumerate() {
            // The first one has twice as many that wait.
            for _ in 0..if number == 0 { 2 } else { 1 } {
                let (window, sender) = (window.clone(), sender.clone());
                tokio::spawn(async move {
                    while let Ok(Some(permit)) = window.acquire(None).await {
                        drop(permit);
                        if sender.send(number).is_err() {
                            return;
                        }
                    }
                });
            }
        }
        let mut counts = [0; 3];
        for _ in 0..40 {
            counts[granted.recv().await.unwrap()] += 1;
        }
        // All of them, in windows of four: about a third each.
        assert!(counts.iter().all(|count| (10..=17).contains(count)), "{counts:?}");
    })
    .await;
}

#[tokio::test]
async fn a_permit_that_is_given_back_does_not_count_and_one_in_flight_does() {
    on_each(async |test| {
        let window = window(&test, 1, Duration::from_secs(60));
        let soon = Some(Duration::from_millis(400));
        window.acquire(None).await.unwrap().unwrap().give_back();
        // Given back by a task.
        let permit = window.acquire(Some(Duration::from_secs(5))).await.unwrap().unwrap();
        assert!(window.acquire(soon).await.unwrap().is_none());
        drop(permit);
        assert!(window.acquire(soon).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_pause_holds_all_processes_back() {
    on_each(async |test| {
        let [one, other] = [(); 2].map(|()| window(&test, 20, Duration::from_secs(60)));
        let begun = Instant::now();
        one.pause(Duration::from_millis(800));
        // Its own process knows it at once, and others when it is stored.
        let soon = Some(Duration::from_millis(150));
        assert!(one.acquire(soon).await.unwrap().is_none());
        assert!(other.acquire(soon).await.unwrap().is_none());
        assert!(other.acquire(None).await.unwrap().is_some());
        assert!(begun.elapsed() > Duration::from_millis(700), "{:?}", begun.elapsed());
    })
    .await;
}

#[tokio::test]
async fn a_pause_without_end_holds_back_too() {
    on_each(async |test| {
        let [one, other] = [(); 2].map(|()| window(&test, 20, Duration::from_secs(60)));
        one.pause(Duration::MAX);
        let soon = Some(Duration::from_millis(300));
        assert!(one.acquire(soon).await.unwrap().is_none());
        // Others know it when it is stored.
        for _ in 0..20 {
            match other.acquire(soon).await.unwrap() {
                None => return,
                Some(permit) => permit.give_back(),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the others are not held back");
    })
    .await;
}

#[tokio::test]
async fn who_no_longer_waits_is_in_nobodys_way() {
    on_each(async |test| {
        let length = Duration::from_millis(500);
        let [one, other] = [(); 2].map(|()| window(&test, 1, length));
        drop(one.acquire(None).await.unwrap().unwrap());
        let waiting = one.acquire(None);
        assert!(tokio::time::timeout(Duration::from_millis(100), waiting).await.is_err());
        let permit = other.acquire(Some(Duration::from_secs(5))).await.unwrap();
        assert!(permit.is_some());
    })
    .await;
}
