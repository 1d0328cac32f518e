//! Lip sync jobs that are found by their URLs, which no document of the API has.

use jogg_api::operations::CREATE_LIP_SYNC_VIDEO;
use jogg_api_ext::enums::PlaybackType;
use jogg_api_ext::lip_sync::{CreateVideo, FIND_LIP_SYNC_VIDEO, Video};
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{ErrorKind, Job, Result};
use jogg_tests::Stage;
use jogg_tests::replies::success;
use serde_json::json;

const VIDEO: &str = "https://a.example/talk.mp4?part=1&size=2";
const AUDIO: &str = "https://a.example/%C3%A4%20talk.mp3";

async fn find(stage: &Stage, playback_type: PlaybackType) -> Result<Option<Job<Video>>> {
    stage.jogg.lip_sync().find(VIDEO, AUDIO, playback_type).await
}

async fn created(stage: &Stage, request: CreateVideo) -> String {
    stage.jogg.lip_sync().create(request).await.unwrap().id().to_owned()
}

#[tokio::test]
async fn fact_51_the_latest_lip_sync_job_is_found_by_its_urls() {
    use PlaybackType::{Normal, NormalReverse, NormalReverseByAudio};
    let stage = Stage::new().await;
    assert!(find(&stage, Normal).await.unwrap().is_none());
    created(&stage, CreateVideo::new(VIDEO, AUDIO)).await;
    let reversed = CreateVideo::new(VIDEO, AUDIO).playback_type(NormalReverse);
    let reversed = created(&stage, reversed).await;
    let latest = CreateVideo::new(VIDEO, AUDIO).playback_type(Normal);
    let latest = created(&stage, latest).await;
    for (playback_type, id) in
        [(Normal, Some(&latest)), (NormalReverse, Some(&reversed)), (NormalReverseByAudio, None)]
    {
        let found = find(&stage, playback_type).await.unwrap();
        assert_eq!(found.as_ref().map(Job::id), id.map(String::as_str), "{playback_type}");
    }
    // The same files, uploaded again.
    let again = stage.jogg.lip_sync().find("https://a.example/2/talk.mp4", AUDIO, Normal);
    assert!(again.await.unwrap().is_none());

    let job = find(&stage, Normal).await.unwrap().unwrap();
    assert!(job.record().started_at > 0 && job.record().raw["task_id"] == json!(latest));
    assert_eq!(job.wait().await.unwrap().task_id, latest);
    let requests = stage.simulator.requests();
    let found = requests.iter().find(|it| it.operation == Some("find_lip_sync_video")).unwrap();
    let query = "video_url=https%3A%2F%2Fa.example%2Ftalk.mp4%3Fpart%3D1%26size%3D2&\
                 audio_url=https%3A%2F%2Fa.example%2F%25C3%25A4%2520talk.mp3&playback_type=normal";
    assert_eq!((found.method.as_str(), found.path.as_str()), ("GET", "/v2/lip_sync_video"));
    assert_eq!(found.query, query);
    assert_eq!(stage.simulator.request_count(&CREATE_LIP_SYNC_VIDEO), 3);
}

/// "None" leads to a second payment, so it is taken only from what F51 says means it.
#[tokio::test]
async fn fact_51_only_two_codes_say_that_there_is_no_job() {
    let refused = |status, code| Reply::json(status, json!({"code": code, "msg": "no"}));
    for (reply, expected) in [
        (refused(200, 10104), Ok(None)),
        (refused(200, 17003), Ok(None)),
        (refused(404, 17003), Ok(None)),
        (success(json!({"task_id": "t1", "status": "queued"})), Ok(Some("t1"))),
        (success(json!({"task_id": 7, "status": "success", "data": null})), Ok(Some("7"))),
        // The operation may be gone.
        (refused(404, 10104), Err(ErrorKind::NotFound)),
        (Reply::body(404, "text/plain", "404 page not found"), Err(ErrorKind::NotFound)),
        (Reply::body(405, "text/plain", ""), Err(ErrorKind::InvalidParameter)),
        (success(json!(null)), Err(ErrorKind::InvalidResponse)),
        (success(json!({})), Err(ErrorKind::InvalidResponse)),
        (success(json!([])), Err(ErrorKind::InvalidResponse)),
        (refused(200, 50000), Err(ErrorKind::ServerError)),
        (refused(200, 31337), Err(ErrorKind::UnknownErrorCode)),
    ] {
        let stage = Stage::without_retries().await;
        let shown = format!("{reply:?}");
        stage.simulator.reply_next(&FIND_LIP_SYNC_VIDEO, reply);
        let found = find(&stage, PlaybackType::Normal).await;
        let found = found.map(|job| job.map(|job| job.id().to_owned()));
        let expected = expected.map(|id| id.map(str::to_owned));
        assert_eq!(found.map_err(|error| error.kind()), expected, "{shown}");
    }
}

#[tokio::test]
async fn a_search_is_retried_as_a_read() {
    let stage = Stage::new().await;
    stage.simulator.reply_next(&FIND_LIP_SYNC_VIDEO, Reply::reset());
    assert!(find(&stage, PlaybackType::Normal).await.unwrap().is_none());
    assert_eq!(stage.simulator.request_count(&FIND_LIP_SYNC_VIDEO), 2);
}
