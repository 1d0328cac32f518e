//! A wait ends at its deadline, whatever its polls run into.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jogg_api::operations::{GET_AVATAR_VIDEO, LIST_PRODUCT_PREVIEWS};
use jogg_api_ext::clock::Clock;
use jogg_api_ext::jobs::{WaitOptions, wait_all_with};
use jogg_api_ext::simulator::{Reply, VirtualClock};
use jogg_api_ext::{CallOptions, ErrorKind, Jogg, wait_all};
use jogg_tests::connections::{client, listen};
use jogg_tests::replies::success;
use jogg_tests::{KEY, Stage, soon, until};
use serde_json::json;
use tokio::net::TcpListener;

const SECOND: Duration = Duration::from_secs(1);

/// Accepts connections, and says nothing. Returns how many there were.
fn stay_silent(listener: TcpListener) -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        let mut sockets = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            sockets.push(socket);
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    count
}

fn two_seconds() -> WaitOptions {
    WaitOptions::default().deadline(2 * SECOND)
}

/// Waits for so many videos, of which none ends, and returns how many polls the server saw.
async fn all_time_out(jogg: &Jogg, jobs: usize, options: WaitOptions) {
    let jobs = (0..jobs).map(|number| jogg.avatar_videos().video_job(format!("v{number}")));
    let jobs: Vec<_> = jobs.collect();
    let count = jobs.len();
    let mut results = wait_all_with(jobs, options);
    let mut ended = 0;
    while let Some((record, result)) = results.next().await {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WaitTimeout, "{error}");
        assert_eq!(error.job(), Some(&record));
        // One of 32 was polled, the others waited for their turn.
        assert!(error.attempts() <= 1, "{error:?}");
        let polled = if error.attempts() == 1 {
            "no poll of 1 succeeded within 2 s"
        } else {
            "was not polled"
        };
        assert!(error.to_string().contains(polled), "{error}");
        ended += 1;
    }
    assert_eq!(ended, count);
}

/// In real time, which is the subject.
#[tokio::test]
async fn many_waits_on_a_silent_server_end_at_their_deadline() {
    let (listener, url) = listen().await;
    let polls = stay_silent(listener);
    let jogg = Jogg::builder(KEY).base_url(url).build().unwrap();
    let begun = Instant::now();
    all_time_out(&jogg, 640, two_seconds()).await;
    let took = begun.elapsed();
    assert!((2 * SECOND..3 * SECOND).contains(&took), "{took:?}");
    assert_eq!(polls.load(Ordering::SeqCst), 32);
}

#[tokio::test]
async fn so_do_ten_thousand() {
    let (listener, url) = listen().await;
    let polls = stay_silent(listener);
    let clock = VirtualClock::new();
    let jogg = client(&url, &clock).build().unwrap();
    let waits = tokio::spawn(async move { all_time_out(&jogg, 10_000, two_seconds()).await });
    until(|| polls.load(Ordering::SeqCst) == 32).await;
    // The last polls were sent a quarter before the deadline.
    assert_eq!(clock.now(), SECOND * 3 / 2);
    clock.advance(SECOND / 2 - Duration::from_nanos(1));
    tokio::task::yield_now().await;
    assert!(!waits.is_finished());
    clock.advance(Duration::from_nanos(1));
    soon(waits).await.unwrap();
    assert_eq!(clock.now(), 2 * SECOND);
}

#[tokio::test]
async fn a_poll_ends_with_its_wait_and_stays_the_source_of_the_error() {
    let stage = Stage::new().await;
    stage.simulator.reply_next(&GET_AVATAR_VIDEO, Reply::never().delay(60 * SECOND));
    let options = WaitOptions::default().deadline(10 * SECOND);
    let error = stage.jogg.avatar_videos().video_job("v1").wait_with(options).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::WaitTimeout, 1), "{error:?}");
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "get_avatar_video: no response within 5 s");
}

#[tokio::test]
async fn a_wait_that_has_timed_out_has_the_response_to_its_last_poll() {
    let stage = Stage::without_retries().await;
    for _ in 0..4 {
        stage.simulator.reply_next(&GET_AVATAR_VIDEO, Reply::body(503, "text/plain", "busy"));
    }
    let options = WaitOptions::default().deadline(30 * SECOND);
    let error = stage.jogg.avatar_videos().video_job("v1").wait_with(options).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::WaitTimeout, 4), "{error:?}");
    assert_eq!(error.http_status(), Some(503));
    assert_eq!(error.body().map(|body| &body[..]), Some(&b"busy"[..]));
}

#[tokio::test]
async fn the_last_poll_is_brought_forward_so_that_it_has_time() {
    let stage = Stage::new().await;
    // Polls are due after 5, 10, 17.5 and 28.75 s.
    for (deadline, polls) in [
        (30, [5.0, 10.0, 17.5, 28.0].as_slice()),
        (31, &[5.0, 10.0, 17.5, 28.75]),
        // Not right after the one before.
        (24, &[5.0, 10.0, 17.5]),
        (4, &[3.0]),
        (1, &[0.75]),
        (0, &[]),
    ] {
        for _ in polls {
            stage.respond(&GET_AVATAR_VIDEO, json!({"status": "processing"}));
        }
        let begun = stage.clock.now();
        let options = WaitOptions::default().deadline(deadline * SECOND);
        let mut updates = stage.jogg.avatar_videos().video_job("v1").updates_with(options);
        let mut times = Vec::new();
        let error = loop {
            match updates.next().await.unwrap() {
                Ok(_) => times.push((stage.clock.now() - begun).as_secs_f64()),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::WaitTimeout);
        assert_eq!(times, polls, "{deadline}");
        assert_eq!(stage.clock.now() - begun, deadline * SECOND);
    }
}

/// The grace for a result that is late is longer than this deadline.
#[tokio::test]
async fn a_job_that_is_completed_without_its_result_is_not_one_that_takes_too_long() {
    let stage = Stage::without_retries().await;
    let respond = |reports: usize, report: serde_json::Value| {
        for _ in 0..reports {
            stage.respond(&GET_AVATAR_VIDEO, report.clone());
        }
    };
    let completed = json!({"video_id": "v1", "status": "completed"});
    respond(4, completed.clone());
    let options = WaitOptions::default().deadline(30 * SECOND);
    let job = stage.jogg.avatar_videos().video_job("v1");
    let begun = stage.clock.now();
    let error = job.clone().wait_with(options.clone()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::ResultIncomplete, 4), "{error:?}");
    assert_eq!(stage.clock.now() - begun, 30 * SECOND);
    let message = "the job is completed, but its result has not come; resume it later";
    assert!(error.to_string().contains(message), "{error}");
    assert_eq!((error.raw(), error.job()), (Some(&completed), Some(job.record())));
    // The failure of a later poll changes nothing, and is its source.
    respond(3, completed);
    stage.simulator.reply_next(&GET_AVATAR_VIDEO, Reply::body(502, "text/html", "busy"));
    let error = job.wait_with(options).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::ResultIncomplete, 4), "{error:?}");
    assert!(std::error::Error::source(&error).is_some());
}

/// A page of a list that goes on, after a second.
fn slow_page(number: usize) -> Reply {
    let ids = (0..100).map(|item| json!({"id": format!("{number}-{item}")}));
    let page = json!({"previews": ids.collect::<Vec<_>>(), "total": 4_000, "page_size": 100});
    success(page).delay(SECOND)
}

#[tokio::test]
async fn a_deadline_bounds_all_pages_of_one_poll() {
    let stage = Stage::without_retries().await;
    let pages = || stage.simulator.request_count(&LIST_PRODUCT_PREVIEWS);
    for number in 0..40 {
        stage.simulator.reply_next(&LIST_PRODUCT_PREVIEWS, slow_page(number));
    }
    // A page takes the clock along, half a second beyond these deadlines.
    let half = SECOND / 2;
    // That of the wait.
    let begun = stage.clock.now();
    let options = WaitOptions::default().initial_delay(SECOND).deadline(6 * SECOND - half);
    let job = stage.jogg.product_videos().previews_job(["p1"]);
    let error = job.clone().wait_with(options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    assert_eq!((stage.clock.now() - begun, pages()), (6 * SECOND, 5));
    // That of a call: for a poll, and within a wait.
    let short = stage.jogg.with_options(CallOptions::new().deadline(5 * SECOND - half));
    let job = short.product_videos().previews_job(["p1"]);
    let (begun, before) = (stage.clock.now(), pages());
    let error = job.report().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert_eq!(error.operation(), Some("list_product_previews"));
    assert_eq!((stage.clock.now() - begun, pages() - before), (5 * SECOND, 5));
    let (begun, before) = (stage.clock.now(), pages());
    let error = job.wait_with(WaitOptions::default().deadline(13 * SECOND)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    // The only poll went on from 5 s to 10 s.
    assert_eq!((stage.clock.now() - begun, pages() - before), (13 * SECOND, 5));
}

#[tokio::test]
async fn a_deadline_is_that_of_each_page_of_a_list() {
    use jogg_api_ext::product_videos::ListPreviews;

    let stage = Stage::without_retries().await;
    for number in 0..10 {
        stage.simulator.reply_next(&LIST_PRODUCT_PREVIEWS, slow_page(number));
    }
    let short = stage.jogg.with_options(CallOptions::new().deadline(3 * SECOND));
    let mut pages =
        short.product_videos().list_previews(ListPreviews::new().page_size(100)).pages();
    let begun = stage.clock.now();
    for _ in 0..10 {
        drop(pages.next().await.unwrap().unwrap());
    }
    assert_eq!(stage.clock.now() - begun, 10 * SECOND);
    stage.simulator.reply_next(&LIST_PRODUCT_PREVIEWS, slow_page(10).delay(4 * SECOND));
    assert_eq!(pages.next().await.unwrap().unwrap_err().kind(), ErrorKind::Timeout);
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn all_waits_begin_when_they_are_put_together() {
    let stage = Stage::new().await;
    for _ in 0..3 {
        stage.respond(&GET_AVATAR_VIDEO, json!({"status": "success", "video_url": "u"}));
    }
    let begun = stage.clock.now();
    let mut results = wait_all(["a", "b", "c"].map(|id| stage.jogg.avatar_videos().video_job(id)));
    stage.clock.advance(4 * SECOND);
    while let Some((_, result)) = results.next().await {
        result.unwrap();
    }
    assert_eq!(stage.clock.now() - begun, 5 * SECOND);
}

#[tokio::test]
async fn no_deadline_is_too_long() {
    let stage = Stage::new().await;
    for deadline in [Duration::MAX, Duration::from_secs(1 << 40)] {
        stage.respond(&GET_AVATAR_VIDEO, json!({"status": "success", "video_url": "u"}));
        let options = WaitOptions::default().deadline(deadline);
        let job = stage.jogg.avatar_videos().video_job("v1");
        job.wait_with(options).await.unwrap();
    }
    drop(wait_all([stage.jogg.avatar_videos().video_job("v1")]));
}
