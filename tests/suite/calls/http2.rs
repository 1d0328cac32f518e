//! HTTP/2: which failures prove that a request was not executed, and connections that fall silent.
//! Against a server that writes its frames by hand.

use std::time::{Duration, Instant};

use jogg_api_ext::photo_avatars::AddMotion;
use jogg_api_ext::{ErrorKind, Jogg, JoggBuilder, RetryPolicy};
use jogg_tests::http2::{Http2, Reaction};
use jogg_tests::{KEY, requests};

const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;

fn client(server: &Http2) -> JoggBuilder {
    let builder = Jogg::builder(KEY).base_url(&server.url);
    builder
        .http_client(|http| http.http2_prior_knowledge())
        .retry_policy(RetryPolicy::new().base_delay(Duration::from_millis(1)))
}

fn paid() -> AddMotion {
    requests::add_motion()
}

#[tokio::test]
async fn what_the_server_says_it_did_not_execute_is_retried_even_if_it_is_paid() {
    for reaction in [
        Reaction::Reset(REFUSED_STREAM),
        Reaction::GoAwayBefore(NO_ERROR),
        Reaction::GoAwayBefore(INTERNAL_ERROR),
    ] {
        let server = Http2::start([reaction]).await;
        let jogg = client(&server).build().unwrap();
        let (job, metadata) =
            jogg.photo_avatars().add_motion(paid()).with_metadata().await.unwrap();
        assert_eq!((job.id(), metadata.attempts), ("m1", 2), "{reaction:?}");
        assert_eq!(server.received(), 2, "{reaction:?}");

        let server = Http2::start([reaction]).await;
        let jogg = client(&server).retry_policy(RetryPolicy::never()).build().unwrap();
        let error = jogg.photo_avatars().add_motion(paid()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection, "{reaction:?}: {error:?}");
        assert!(error.is_retryable() && !error.may_have_executed(), "{reaction:?}: {error:?}");
        assert!(error.to_string().contains("has not executed the request"), "{error}");
        assert_eq!(server.received(), 1, "{reaction:?}: the HTTP library replayed it");
    }
}

#[tokio::test]
async fn any_other_reset_leaves_a_paid_outcome_unknown() {
    for reaction in [
        Reaction::Reset(NO_ERROR),
        Reaction::Reset(INTERNAL_ERROR),
        Reaction::Reset(CANCEL),
        Reaction::GoAwayAfter(NO_ERROR),
        Reaction::GoAwayAfter(INTERNAL_ERROR),
    ] {
        let server = Http2::start([reaction]).await;
        let jogg = client(&server).build().unwrap();
        let error = jogg.photo_avatars().add_motion(paid()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{reaction:?}: {error:?}");
        assert_eq!(server.received(), 1, "{reaction:?}");

        let server = Http2::start([reaction]).await;
        let (_, metadata) = {
            let jogg = client(&server).build().unwrap();
            jogg.account().whoami().with_metadata().await.unwrap()
        };
        assert_eq!((metadata.attempts, server.received()), (2, 2), "{reaction:?}");
    }
}

/// Streams share a connection, but a paid request has a separate one.
#[tokio::test]
async fn a_paid_request_has_a_connection_of_its_own() {
    let server = Http2::start([]).await;
    let jogg = client(&server).build().unwrap();
    for (paid_so_far, connections) in [(1, 2), (2, 3)] {
        jogg.account().whoami().await.unwrap();
        drop(jogg.photo_avatars().add_motion(paid()).await.unwrap());
        assert_eq!(server.connections(), connections, "{paid_so_far}");
    }
    assert_eq!(server.received(), 4);
}

/// Long before the timeout of a read.
#[tokio::test]
async fn a_connection_that_falls_silent_is_noticed_by_pings() {
    let server = Http2::start([Reaction::Respond, Reaction::Silence]).await;
    let quick = Duration::from_millis(100);
    let jogg = client(&server)
        .http_client(move |http| {
            let http = http.http2_prior_knowledge();
            http.http2_keep_alive_interval(quick).http2_keep_alive_timeout(quick)
        })
        .build()
        .unwrap();
    jogg.account().whoami().await.unwrap();
    let begun = Instant::now();
    let (_, metadata) = jogg.account().whoami().with_metadata().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!((metadata.attempts, server.received()), (2, 3));
}

/// The usual interval and its timeout, on the machine's clock: 10 s each.
#[tokio::test]
async fn pings_are_on_unless_they_are_changed() {
    let server = Http2::start([Reaction::Silence]).await;
    let jogg = client(&server).retry_policy(RetryPolicy::never()).build().unwrap();
    let begun = Instant::now();
    let error = jogg.photo_avatars().add_motion(paid()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error:?}");
    let elapsed = begun.elapsed().as_secs();
    assert!((19..30).contains(&elapsed), "{elapsed} s");
}
