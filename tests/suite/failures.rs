//! The errors that do not come from a single call: of settings, files, transfers and jobs. Each is
//! provoked with secrets wherever a caller or a server can put some.

use std::sync::Arc;
use std::time::Duration;

use jogg_api::operations::{
    ADD_PHOTO_AVATAR_MOTION, CREATE_ASSET_UPLOAD, GET_PHOTO_AVATAR_MOTION, LIST_VOICES,
};
use jogg_api_ext::jobs::WaitOptions;
use jogg_api_ext::policy::{Attempt, BeforeSend, BeforeSendResult};
use jogg_api_ext::simulator::{Reply, ReplyTarget};
use jogg_api_ext::{BoxFuture, Error, Job, JobRecord, Jogg, Motion};
use jogg_tests::{KEY, Stage, connections, requests, sample, secrets};
use serde_json::{Value, json};

/// All of them.
pub(crate) async fn failures() -> Vec<Error> {
    let mut errors = settings();
    errors.extend(files().await);
    errors.extend(uploads().await);
    errors.extend(downloads().await);
    errors.extend(jobs().await);
    errors.push(refused().await);
    errors
}

fn settings() -> Vec<Error> {
    let url = secrets::signed_url();
    let builders = [
        Jogg::builder(format!("{KEY}\n{KEY}")),
        Jogg::builder(KEY).base_url(&url),
        Jogg::builder(KEY).base_url(url.replace("https", "http")),
        Jogg::builder(KEY).base_url(url.replace("user:planted-password-93ba@", "")),
        Jogg::builder(KEY).base_url(url.replace("https://", "https//")),
        Jogg::builder(KEY).root_certificate(secrets::CONTENT),
    ];
    builders.into_iter().map(|builder| builder.build().unwrap_err()).collect()
}

async fn files() -> Vec<Error> {
    let stage = Stage::without_retries().await;
    let assets = stage.jogg.assets();
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.png");
    std::fs::write(&empty, "").unwrap();
    vec![
        assets.upload_path(folder.path().join("none.png")).await.unwrap_err(),
        assets.upload_path(&empty).await.unwrap_err(),
        assets.upload_bytes("a.txt", secrets::CONTENT).await.unwrap_err(),
        stored(&stage.jogg, &LIST_VOICES).unwrap_err(),
    ]
}

async fn uploads() -> Vec<Error> {
    let mut errors = Vec::new();
    let signed = secrets::signed_url();
    let (refusing, _taken) = connections::refusing();
    let refused = format!("{refusing}/put?{}", secrets::query());
    for sign_url in
        [refused, signed.replace("https", "http"), signed.replace("://", ""), String::new()]
    {
        let stage = Stage::without_retries().await;
        let ticket = json!({"sign_url": sign_url, "asset_url": signed});
        stage.simulator.reply_next(&CREATE_ASSET_UPLOAD, success(ticket));
        errors.push(stage.jogg.assets().upload_bytes("a.png", "x").await.unwrap_err());
    }
    for reply in broken() {
        let stage = Stage::without_retries().await;
        let base_url = stage.simulator.base_url().to_owned();
        let sign_url = format!("{base_url}/uploads/a.png?{}", secrets::query());
        let ticket = json!({"sign_url": sign_url, "asset_url": signed});
        stage.simulator.reply_next(&CREATE_ASSET_UPLOAD, success(ticket));
        stage.simulator.reply_next(ReplyTarget::Upload, reply);
        errors.push(stage.jogg.assets().upload_bytes("a.png", "x").await.unwrap_err());
    }
    errors
}

async fn downloads() -> Vec<Error> {
    let mut errors = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp4");
    let stage = Stage::without_retries().await;
    let assets = stage.jogg.assets();
    let signed = secrets::signed_url();
    let (refusing, _taken) = connections::refusing();
    let refused = format!("{refusing}/f.mp4?{}", secrets::query());
    for url in [
        refused,
        signed.replace("https", "http"),
        signed.replace("https", "ftp"),
        signed.replace("://", ""),
    ] {
        errors.push(assets.download(url, &path).await.unwrap_err());
    }
    let url = format!("{}/files/a.mp4?{}", stage.simulator.base_url(), secrets::query());
    for reply in broken() {
        stage.simulator.reply_next(ReplyTarget::Download, reply);
        errors.push(assets.download(&url, &path).await.unwrap_err());
    }
    stage.simulator.reply_next(ReplyTarget::Download, Reply::body(200, "video/mp4", "film"));
    errors.push(assets.download(&url, folder.path().join("none/a.mp4")).await.unwrap_err());
    errors
}

/// The responses of a file host that does not give or take a file.
fn broken() -> [Reply; 5] {
    [
        Reply::body(403, "application/xml", secrets::message()),
        // Not followed, so that nothing is sent there.
        Reply::body(302, "text/plain", "")
            .header("location", &secrets::signed_url().replace("https", "http")),
        Reply::body(500, "text/html", secrets::message()).header("x-echo", KEY),
        Reply::reset(),
        Reply::never().delay(Duration::from_secs(100_000)),
    ]
}

async fn jobs() -> Vec<Error> {
    let mut errors = Vec::new();
    let started = sample::response(&ADD_PHOTO_AVATAR_MOTION);
    let report = |status: &str| {
        success(
            json!({"motion_id": started["data"]["motion_id"], "status": status, "error_msg": secrets::message(),
            "image_url": secrets::signed_url()}),
        )
    };
    let page = Reply::body(503, "text/html", secrets::message());
    for poll in [report("failed"), report("completed"), report("processing"), page] {
        let stage = Stage::without_retries().await;
        (0..100).for_each(|_| stage.simulator.reply_next(&GET_PHOTO_AVATAR_MOTION, poll.clone()));
        let reply = Reply::json(200, started.clone());
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, reply);
        let request = requests::add_motion_to(secrets::signed_url());
        let job = stage.jogg.photo_avatars().add_motion(request).await.unwrap();
        let options = WaitOptions::default().deadline(Duration::from_secs(300));
        errors.push(job.wait_with(options).await.unwrap_err());
    }
    let stage = Stage::new().await;
    let twice = requests::add_motion().extra("name", secrets::CONTENT);
    errors.push(stage.jogg.photo_avatars().add_motion(twice).await.unwrap_err());
    errors
}

/// A hook that refuses everything. Its reason is the application's own text.
struct Refuses;

impl BeforeSend for Refuses {
    fn before_send(&self, _: &Attempt) -> BoxFuture<BeforeSendResult> {
        Box::pin(async { Err("closed".into()) })
    }
}

async fn refused() -> Error {
    let stage = Stage::with_client(|jogg| jogg.before_send(Arc::new(Refuses))).await;
    let request = requests::add_motion_to(secrets::signed_url());
    stage.jogg.photo_avatars().add_motion(request).await.unwrap_err()
}

/// The job of a stored record, which is full of secrets.
fn stored(jogg: &Jogg, operation: &'static jogg_api::Operation) -> Result<Job<Motion>, Error> {
    let mut record = JobRecord::new(operation, "m1");
    record.raw = json!({"motion_id": secrets::signed_url()});
    jogg.resume(record)
}

/// A success with this `data`, and secrets in its message.
fn success(data: Value) -> Reply {
    Reply::json(200, json!({"code": 0, "msg": secrets::message(), "data": data}))
}
