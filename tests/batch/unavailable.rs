//! Stores that are unavailable for a while.

use std::sync::Arc;
use std::time::Duration;

use jogg_api_ext::batch::{SharedWindow, Store, StoreUnavailable};
use jogg_api_ext::policy::RateLimiter;
use jogg_api_ext::{ErrorKind, Jogg};
use jogg_tests::requests::add_motion;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;

use super::stage::{Stage, queue};

/// A way to the PostgreSQL of the tests that can be cut.
struct Way {
    location: String,
    is_open: watch::Sender<bool>,
}

impl Way {
    async fn new() -> Option<Self> {
        let url = std::env::var("JOGG_TEST_POSTGRES").ok()?;
        let (start, rest) = url.split_once('@')?;
        let (server, database) = rest.split_once('/')?;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let location = format!("{start}@{}/{database}", listener.local_addr().unwrap());
        let (is_open, watched) = watch::channel(true);
        let server = server.to_owned();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (mut watched, server) = (watched.clone(), server.clone());
                tokio::spawn(async move {
                    let forward = async {
                        let mut server = TcpStream::connect(server).await.unwrap();
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                    };
                    tokio::select! {
                        _ = watched.wait_for(|is_open| !is_open) => {}
                        () = forward => {}
                    }
                });
            }
        });
        Some(Self { location, is_open })
    }
}

#[tokio::test]
async fn a_limit_whose_store_is_unavailable_does_what_was_chosen() {
    let Some(way) = Way::new().await else { return eprintln!("skipped: it needs PostgreSQL") };
    let stage = Stage::new().await;
    let store = Store::open(&way.location).await.unwrap();
    let name = format!("unavailable {:x}", fastrand::u64(..));
    let window = || SharedWindow::new(&store, name.as_str()).limit(10, Duration::from_secs(600));
    let share = window().store_unavailable(StoreUnavailable::Share(3));
    drop(share.acquire(None).await.unwrap().unwrap());
    way.is_open.send_replace(false);

    let builder = Jogg::builder("key").base_url(stage.simulator.base_url());
    let jogg = builder.rate_limiter(Arc::new(window())).build().unwrap();
    let begun = Instant::now();
    let error = jogg.photo_avatars().add_motion(add_motion()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Refused, true), "{error}");
    assert!(!error.may_have_executed());
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("the store"), "{source}");
    assert_eq!(stage.sent(), 0);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());

    // Whoever waits behind it doesn't wait as long again.
    let begun = Instant::now();
    let calls = (0..5).map(|_| async { jogg.photo_avatars().add_motion(add_motion()).await });
    for outcome in futures_util::future::join_all(calls).await {
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Refused);
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());

    // One of its three was used when the store was there.
    let soon = Some(Duration::from_secs(30));
    let permits = [share.acquire(soon).await, share.acquire(soon).await];
    assert!(permits.into_iter().all(|permit| permit.unwrap().is_some()));
    assert!(share.acquire(Some(Duration::from_secs(8))).await.unwrap().is_none());

    way.is_open.send_replace(true);
    let permit = share.acquire(soon).await.unwrap();
    assert!(permit.is_some(), "the store is back, and has room");
}

#[tokio::test]
async fn a_run_waits_for_its_store_and_loses_nothing() {
    let Some(way) = Way::new().await else { return eprintln!("skipped: it needs PostgreSQL") };
    let stage = Stage::new().await;
    let store = Store::open(&way.location).await.unwrap();
    let batch = store.batch(format!("run unavailable {:x}", fastrand::u64(..)));
    queue(&batch, 30).await;
    let cut = async {
        while stage.sent() < 5 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        way.is_open.send_replace(false);
        tokio::time::sleep(Duration::from_secs(2)).await;
        way.is_open.send_replace(true);
    };
    let (report, ()) = tokio::join!(stage.run(&batch).max_concurrent_calls(2).into_future(), cut);
    let report = report.unwrap();
    assert_eq!((report.counts.done, report.counts.unknown), (30, 0), "{report:?}");
    assert_eq!(stage.sent(), 30);
}
