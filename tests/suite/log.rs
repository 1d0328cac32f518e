//! What is written to the log. In a binary of its own: which spans are on is decided once for a
//! process, and the other tests have no subscriber.

mod failures;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, Once};

use jogg_api::codec::CODECS;
use jogg_api::operations::{ADD_PHOTO_AVATAR_MOTION, WHOAMI};
use jogg_api_ext::batch::Store;
use jogg_api_ext::enums::WebhookEvent;
use jogg_api_ext::simulator::{Reply, VirtualClock};
use jogg_api_ext::webhooks::{Receiver, SampleEvent, Verifier, sign};
use jogg_api_ext::{Error, Secret};
use jogg_tests::faults::{Faults, call, faults};
use jogg_tests::{Stage, connections, requests, root, secrets, until};
use serde_json::json;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

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

impl Log {
    /// Collects everything that is logged by this thread, by whichever crate, while the guard
    /// lives.
    fn capture() -> (Self, DefaultGuard) {
        static BRIDGE: Once = Once::new();
        BRIDGE.call_once(|| {
            log::set_logger(&Bridge).unwrap();
            log::set_max_level(log::LevelFilter::Trace);
        });
        let collected = Self::default();
        let writer = collected.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        (collected, tracing::subscriber::set_default(subscriber))
    }

    /// Takes what has been collected.
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut self.0.lock().unwrap())).unwrap()
    }
}

/// Brings the records of crates that log without `tracing`, such as the HTTP client.
struct Bridge;

impl log::Log for Bridge {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        tracing::trace!(from = record.target(), "{}", record.args());
    }

    fn flush(&self) {}
}

#[tokio::test]
async fn spans_and_events_have_the_call_and_no_secret() {
    let (log, _guard) = Log::capture();
    let stage = Stage::new().await;
    let failure = Reply::json(503, json!({"code": 50000, "msg": "m"}));
    stage.simulator.reply_next(&WHOAMI, failure);
    let (_, metadata) = stage.jogg.account().whoami().with_metadata().await.unwrap();
    stage.jogg.assets().upload_bytes("a.png", "pixels").await.unwrap();
    drop(stage.jogg.photo_avatars().add_motion(requests::add_motion()).await.unwrap());
    let text = log.take();
    let whoami = "operation=\"whoami\" method=\"GET\" path=\"/v2/user/whoami\"";
    let request_id = format!("request_id=\"{}\"", metadata.request_id.unwrap());
    let failed = "attempt=1 elapsed=0.0 status=503 code=50000 error=ServerError";
    let retry = "retrying operation=\"whoami\" attempt=1 reason=ServerError delay=0.5";
    let success = "attempt=2 elapsed=0.0 status=200 code=0";
    let motion = "operation=\"add_photo_avatar_motion\"";
    for parts in [
        ["INFO", whoami, "}: ", ": new"],
        ["WARN", whoami, failed, retry],
        ["INFO", whoami, &format!("{failed} {success} {request_id}"), ": close"],
        ["INFO", motion, "attempt=1 elapsed=0.0 status=200 code=0 request_id=", ": close"],
    ] {
        let spans = text.lines().filter(|line| line.contains(" jogg.call{"));
        let mut lines = spans.filter(|line| parts.iter().all(|part| line.contains(part)));
        assert!(lines.next().is_some(), "{parts:?}: {text}");
    }
    secrets::assert_hidden(&text, "the log");
    for secret in ["signature=", "pixels", "a.example", "Success"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

/// The error of an application may quote what it can't store.
#[tokio::test]
async fn why_a_webhook_was_not_handled_is_redacted() {
    let (log, _guard) = Log::capture();
    let secret = Secret::from(secrets::WEBHOOK_SECRET);
    let handler = |_| async { Err(format!("no space for {}", secrets::signed_url())) };
    let receiver = Receiver::new(Verifier::new([secret.clone()]).unwrap(), handler);
    let body = SampleEvent::new(WebhookEvent::GeneratedMotionSuccess).body();
    let status = receiver.receive_bytes(Some(&sign(&secret, &body)), &body).await;
    assert_eq!(status.as_u16(), 503);
    let text = log.take();
    assert!(text.contains("no space for https://") && text.contains("files.example"), "{text}");
    secrets::assert_hidden(&text, "the log");
}

/// Every fault at every operation, and the failures beside them: neither the errors nor the log
/// shows what was planted, the lines of the HTTP libraries included.
#[tokio::test]
async fn no_fault_shows_a_secret() {
    let (log, _guard) = Log::capture();
    let mut seen = Seen::default();
    for codec in CODECS {
        let server = Faults::start().await;
        for fault in &faults() {
            let outcome = server.provoke(fault, codec).await;
            let context = format!("{}, {}", fault.name, codec.operation.id);
            seen.check(outcome.result.err(), &log, &context);
        }
    }
    let (refusing, _taken) = connections::refusing();
    for url in [refusing, connections::resetting().await.0] {
        let jogg = connections::client(&url, &VirtualClock::new()).build().unwrap();
        for codec in CODECS {
            seen.check(call(&jogg, codec).await.err(), &log, codec.operation.id);
        }
    }
    // The password of a database is a secret, too.
    let database = format!("postgres://jogg:{}@127.0.0.1:9/jogg", secrets::KEY);
    seen.check(Store::open(&database).await.err(), &log, "a store that can't be opened");
    for error in failures::failures().await {
        let context = error.to_string();
        seen.check(Some(error), &log, &context);
    }
    let all = error_kinds();
    assert!(all.contains("OutcomeUnknown"), "{all:?}");
    assert_eq!(seen.kinds, all, "each kind of error is to be provoked here");
    for crate_name in ["jogg_api_ext::", "hyper_util::client", "from=\"reqwest::connect\""] {
        assert!(seen.sources.contains(crate_name), "nothing of {crate_name} was captured");
    }
}

/// What the faults have led to.
#[derive(Default)]
struct Seen {
    kinds: BTreeSet<String>,
    /// The log of the first fault.
    sources: String,
}

impl Seen {
    #[track_caller]
    fn check(&mut self, error: Option<Error>, log: &Log, context: &str) {
        if let Some(error) = error {
            self.kinds.insert(format!("{:?}", error.kind()));
            secrets::assert_hidden(&secrets::shown(&error), context);
        }
        let text = log.take();
        secrets::assert_hidden(&text, &format!("the log of {context}"));
        if self.sources.is_empty() {
            self.sources = text;
        }
    }
}

/// The variants of `ErrorKind`, as it can't be matched exhaustively here.
fn error_kinds() -> BTreeSet<String> {
    let source = root().join("jogg-api-ext/src/error_kind.rs");
    let file = syn::parse_file(&std::fs::read_to_string(source).unwrap()).unwrap();
    let kinds = file.items.into_iter().find_map(|item| match item {
        syn::Item::Enum(item) if item.ident == "ErrorKind" => Some(item.variants),
        _ => None,
    });
    kinds.unwrap().into_iter().map(|variant| variant.ident.to_string()).collect()
}

#[tokio::test]
async fn a_dropped_call_is_a_warning_without_secrets() {
    let (log, _guard) = Log::capture();
    let stage = Stage::new().await;
    stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::never());
    let request = requests::add_motion_to(secrets::signed_url());
    tokio::select! {
        outcome = stage.jogg.photo_avatars().add_motion(request) => panic!("{outcome:?}"),
        () = until(|| !stage.simulator.requests().is_empty()) => {}
    }
    let text = log.take();
    let line = text.lines().find(|line| line.contains("its outcome is unknown")).unwrap();
    for part in ["WARN", "operation=\"add_photo_avatar_motion\"", "sent_at="] {
        assert!(line.contains(part), "{part}: {line}");
    }
    secrets::assert_hidden(&text, "the log");
}

/// The library for HTTP/2 logs every frame.
#[cfg(feature = "http2")]
#[tokio::test]
async fn no_frame_shows_a_secret() {
    let (log, _guard) = Log::capture();
    let (listener, url) = connections::listen().await;
    let server = async {
        let (socket, _) = listener.accept().await.unwrap();
        let mut connection = h2::server::handshake(socket).await.unwrap();
        while let Some(Ok((request, mut respond))) = connection.accept().await {
            assert_eq!(request.headers()["x-api-key"], secrets::KEY);
            let head = http::Response::builder().header("location", secrets::signed_url());
            let mut stream = respond.send_response(head.body(()).unwrap(), false).unwrap();
            let body = json!({"code": 10105, "msg": secrets::message()}).to_string();
            stream.send_data(body.into(), true).unwrap();
        }
    };
    let builder = jogg_api_ext::Jogg::builder(secrets::KEY).base_url(url);
    let jogg = builder.http_client(|http| http.http2_prior_knowledge()).build().unwrap();
    let error = tokio::select! {
        outcome = jogg.account().whoami() => outcome.unwrap_err(),
        () = server => unreachable!(),
    };
    assert_eq!(error.code(), Some(10105));
    let text = log.take();
    assert!(text.contains("h2::"), "nothing of the library was captured");
    secrets::assert_hidden(&text, "the log");
}

/// The future runs on another thread, and yet its spans are those of the caller.
#[test]
fn a_call_that_blocks_is_logged_in_the_span_of_its_caller() {
    let (log, _guard) = Log::capture();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stage = runtime.block_on(Stage::new());
    let span = tracing::info_span!("order", number = 7);
    span.in_scope(|| stage.jogg.blocking().unwrap().block_on(stage.jogg.account().whoami()))
        .unwrap();
    let text = log.take();
    let call = text.lines().find(|line| line.contains("jogg.call{"));
    assert!(call.is_some_and(|line| line.contains("order{number=7}:jogg.call{")), "{text}");
}

/// Programs log errors with `{:?}`, and `main` prints them so.
#[tokio::test]
async fn every_error_is_its_message_and_its_kind_on_one_line() {
    for error in failures::failures().await {
        let (shown, message, kind) = (format!("{error:?}"), error.to_string(), error.kind());
        assert!(shown.starts_with(&message), "{shown}");
        let (_, rest) = shown.split_at(message.len());
        assert!(rest.contains(&format!(" [{kind:?}")) && rest.ends_with(']'), "{shown}");
        assert_eq!(shown.lines().count(), 1, "{shown}");
        let code = format!("{error:#?}");
        assert!(code.starts_with("Error {") && code.contains("may_have_executed: "), "{code}");
    }
}
