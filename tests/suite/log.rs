//! What is written to the log. In a binary of its own: which spans are on is decided once for a
//! process, and the other tests have no subscriber.

use std::sync::{Arc, Mutex};

use jogg_api::operations::WHOAMI;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{AddMotion, MotionModel};
use jogg_tests::{KEY, Stage};
use serde_json::json;

/// Collects what is written to the log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn spans_and_events_tell_the_call_and_no_secret() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let stage = Stage::new().await;
    let failure = Reply::json(503, json!({"code": 50000, "msg": "m"}));
    stage.simulator.reply_next(&WHOAMI, failure);
    stage.jogg.account().whoami().await.unwrap();
    stage.jogg.assets().upload_bytes("a.png", "pixels").await.unwrap();
    let request = AddMotion::new("https://a.example/p.jpg", "n", "v", MotionModel::V2_0);
    drop(stage.jogg.photo_avatars().add_motion(request).await.unwrap());
    drop(guard);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for part in [
        "operation=\"whoami\" method=\"GET\" path=\"/v2/user/whoami\"",
        "attempt=1",
        "reason=Server",
        "delay=0.5",
        "retrying",
        "status=503",
        "code=50000",
        "status=200",
        "rid=",
        "elapsed=",
        "operation=\"add_photo_avatar_motion\"",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for secret in [KEY, "signature=", "pixels", "a.example", "Success"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}
