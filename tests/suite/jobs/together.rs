//! Many jobs in one task, and one job as a stream.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jogg_api::operations::{CREATE_AI_SCRIPT, CREATE_VIDEO_FROM_AVATAR, GET_AVATAR_VIDEO};
use jogg_api_ext::jobs::{JobUpdate, WaitOptions, wait_all_with};
use jogg_api_ext::policy::{Attempt, AttemptOutcome, Observer};
use jogg_api_ext::product_videos::RenderPreview;
use jogg_api_ext::{ErrorKind, Job, JobRecord, JobStatus, JoggBuilder, Video, wait_all};
use jogg_tests::Stage;
use jogg_tests::requests::avatar_video;
use serde_json::json;

/// Counts the requests that are under way.
#[derive(Default)]
struct UnderWay {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Observer for UnderWay {
    fn on_attempt(&self, _: &Attempt) {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
    }

    fn on_outcome(&self, _: &Attempt, _: &AttemptOutcome) {
        self.now.fetch_sub(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn thousands_of_jobs_are_waited_for_in_one_task() {
    const JOBS: usize = 3_000;
    let under_way = Arc::new(UnderWay::default());
    let observer = Arc::clone(&under_way);
    let client = |builder: JoggBuilder| builder.observer(observer);
    let stage = Stage::with_both(|builder| builder.credits(1e6), client).await;
    let mut jobs = Vec::new();
    for number in 0..JOBS {
        if number % 500 == 0 {
            stage.simulator.fail_next_job("no luck");
        }
        // Two kinds of job with one type of result.
        jobs.push(match number % 2 {
            0 => stage.jogg.avatar_videos().create(avatar_video()).await.unwrap(),
            _ => {
                let preview = RenderPreview::new(format!("preview_{number}"));
                stage.jogg.product_videos().render(preview).await.unwrap()
            }
        });
    }
    let ids: BTreeSet<String> = jobs.iter().map(|job| job.id().to_owned()).collect();
    let (mut seen, mut failed) = (BTreeSet::new(), 0);
    // Every sleep takes this clock along, so that it runs ahead of thousands of sockets.
    let patient = WaitOptions::default().deadline(Duration::from_secs(24 * 60 * 60));
    let mut results = wait_all_with(jobs, patient);
    while let Some((record, result)) = results.next().await {
        match result {
            Ok(video) => assert_eq!(video.video_id, record.id),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::JobFailed);
                assert_eq!(error.job().map(|job| &job.id), Some(&record.id));
                failed += 1;
            }
        }
        assert!(seen.insert(record.id));
    }
    assert_eq!((seen, failed), (ids, JOBS / 500));
    // Together, but not thousands of requests at once.
    assert_eq!(under_way.most.load(Ordering::SeqCst), 32);
}

#[tokio::test]
async fn results_come_as_they_are_ready() {
    let stage = Stage::new().await;
    let job = |id: &str| stage.jogg.avatar_videos().video_job(id);
    let done = json!({"status": "completed", "video_url": "https://cdn.example/v.mp4"});
    let processing = json!({"status": "processing"});
    // Both are polled once; the second poll finds one of them done.
    for data in [&processing, &processing, &done, &processing, &done] {
        stage.respond(&GET_AVATAR_VIDEO, data.clone());
    }
    let mut results = wait_all_with([job("a"), job("b")], WaitOptions::default());
    let (first, _) = results.next().await.unwrap();
    assert!(stage.simulator.request_count(&GET_AVATAR_VIDEO) < 5);
    let (second, result) = results.next().await.unwrap();
    assert_ne!(first.id, second.id);
    assert!(result.is_ok() && results.next().await.is_none());
}

#[tokio::test]
async fn an_empty_set_of_jobs_has_no_results() {
    assert!(wait_all(Vec::<Job<Video>>::new()).next().await.is_none());
}

#[tokio::test]
async fn updates_come_with_each_poll_and_end_with_the_result() {
    let stage = Stage::new().await;
    let job = stage.jogg.avatar_videos().create(avatar_video()).await.unwrap();
    let id = job.id().to_owned();
    let mut updates = job.updates();
    let (mut states, mut done) = (Vec::new(), None);
    while let Some(update) = updates.next().await {
        match update.unwrap() {
            JobUpdate::Progress(progress) => {
                assert_eq!(progress.job_id, id);
                states.push(progress.status);
            }
            JobUpdate::Done(video) => done = Some(video),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(states.first(), Some(&JobStatus::Pending));
    assert_eq!(states.last(), Some(&JobStatus::Processing));
    assert!(done.is_some());
    assert_eq!(stage.simulator.request_count(&GET_AVATAR_VIDEO), states.len() + 1);
    assert!(updates.next().await.is_none());
}

#[tokio::test]
async fn updates_end_with_an_error_and_polling_stops_with_the_stream() {
    let stage = Stage::new().await;
    stage.simulator.fail_next_job("no luck");
    let job = stage.jogg.avatar_videos().create(avatar_video()).await.unwrap();
    let mut updates = job.clone().updates();
    let error = loop {
        if let Err(error) = updates.next().await.unwrap() {
            break error;
        }
    };
    assert_eq!(error.kind(), ErrorKind::JobFailed);
    assert!(updates.next().await.is_none());

    let before = stage.simulator.request_count(&GET_AVATAR_VIDEO);
    let mut updates = job.updates_with(WaitOptions::default());
    updates.next().await.unwrap().unwrap_err();
    drop(updates);
    assert_eq!(stage.simulator.request_count(&GET_AVATAR_VIDEO), before + 1);
}

#[test]
fn one_type_of_result_resumes_only_the_jobs_of_its_operations() {
    let jogg = jogg_api_ext::Jogg::builder("k").build().unwrap();
    assert!(jogg.resume::<Video>(JobRecord::new(&CREATE_VIDEO_FROM_AVATAR, "v")).is_ok());
    let error = jogg.resume::<Video>(JobRecord::new(&CREATE_AI_SCRIPT, "s")).unwrap_err();
    assert!(error.to_string().contains("`create_video_with_template`"), "{error}");
}
