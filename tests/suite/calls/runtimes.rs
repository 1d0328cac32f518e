//! Calls outside of a runtime, and a client that several runtimes use.

use std::future::poll_fn;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use jogg_api::Endpoint as _;
use jogg_api::endpoints::Whoami;

use jogg_api_ext::simulator::VirtualClock;
use jogg_api_ext::voices::ListVoices;
use jogg_api_ext::{Error, ErrorKind, JobRecord, Jogg, Motion, Timeouts, wait_all};
use jogg_tests::{KEY, requests};
use tokio::runtime::{Builder, Runtime};

/// The error of a call that nobody drives: it is there at once.
#[track_caller]
fn error_of<T>(call: impl Future<Output = Result<T, Error>>) -> Error {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Err(error)) => error,
        Poll::Ready(Ok(_)) => panic!("it succeeded without a runtime"),
        Poll::Pending => panic!("it waits for a runtime"),
    }
}

#[test]
fn without_a_runtime_every_call_is_a_configuration_error() {
    // Limits wait on the runtime, too.
    let builder = Jogg::builder(KEY).base_url("http://127.0.0.1:9").max_concurrent_calls(1);
    let jogg = builder.build().unwrap();
    let job = || {
        let record: JobRecord = serde_json::from_value(serde_json::json!({
            "operation": "add_photo_avatar_motion",
            "id": "m1",
        }))
        .unwrap();
        jogg.resume::<Motion>(record).unwrap()
    };
    let mut updates = job().updates();
    let mut together = wait_all([job()]);
    let mut items = jogg.voices().list(ListVoices::new()).items();
    for (what, error) in [
        ("a read", error_of(jogg.account().whoami())),
        ("a paid call", error_of(jogg.photo_avatars().add_motion(requests::add_motion()))),
        ("a report", error_of(job().report())),
        ("a wait", error_of(job().wait())),
        ("updates", error_of(async { updates.next().await.unwrap() })),
        ("many waits", error_of(async { together.next().await.unwrap().1 })),
        ("a list", error_of(async { items.next().await.unwrap() })),
        ("an upload", error_of(jogg.assets().upload_bytes("a.png", "x"))),
        ("an upload of a file", error_of(jogg.assets().upload_path("a.png"))),
        ("a download", error_of(jogg.assets().download("https://a.example/f", "f"))),
    ] {
        assert_eq!(error.kind(), ErrorKind::Configuration, "{what}: {error:?}");
        assert!(error.to_string().contains("there is no tokio runtime here"), "{what}: {error}");
        assert_eq!(error.attempts(), 0, "{what}");
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A server on threads of its own; counts the requests.
fn serve() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for mut socket in listener.incoming().map_while(Result::ok) {
            let counted = Arc::clone(&counted);
            std::thread::spawn(move || {
                let mut request = [0; 8192];
                while socket.read(&mut request).is_ok_and(|length| length > 0) {
                    counted.fetch_add(1, Ordering::SeqCst);
                    let body = r#"{"code":0,"msg":"","data":{"motion_id":"m1"}}"#;
                    let length = body.len();
                    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
                    socket.write_all(format!("{head}{body}").as_bytes()).unwrap();
                }
            });
        }
    });
    (url, count)
}

/// The idle runtime serves a connection of the pool, so that nothing would be sent on it.
#[test]
fn a_call_does_not_wait_for_an_idle_runtime() {
    let (url, count) = serve();
    let short = Timeouts::new().write(Duration::from_secs(1));
    let jogg = Jogg::builder(KEY).base_url(url).timeouts(short).build().unwrap();
    let (idle, busy) = (runtime(), runtime());
    idle.block_on(async { jogg.account().whoami().await }).unwrap();
    for _ in 0..2 {
        let paid = jogg.photo_avatars().add_motion(requests::add_motion());
        assert_eq!(busy.block_on(paid).unwrap().id(), "m1");
    }
    assert_eq!(count.load(Ordering::SeqCst), 3);
    drop(idle);
}

/// Its connection is up to the first runtime, so that nothing was sent when its time is over.
#[test]
fn a_call_that_an_idle_runtime_has_begun_goes_on_with_another_connection() {
    let (url, count) = serve();
    let clock = VirtualClock::new();
    let builder = Jogg::builder(KEY).base_url(url).clock(Arc::new(clock.clone()));
    let jogg = builder.without_rate_limiter().build().unwrap();
    let (idle, busy) = (runtime(), runtime());
    let mut call =
        Box::pin(jogg.photo_avatars().add_motion(requests::add_motion()).with_metadata());
    idle.block_on(poll_fn(|context| {
        assert!(call.as_mut().poll(context).is_pending());
        Poll::Ready(())
    }));
    // More than its timeout.
    clock.advance(Duration::from_secs(181));
    let (job, metadata) = busy.block_on(call).unwrap();
    assert_eq!((job.id(), metadata.attempts), ("m1", 2));
    assert_eq!(count.load(Ordering::SeqCst), 1);
    drop(idle);
}

/// The low-level client knows nothing of runtimes: its documentation says what to do.
#[test]
fn a_low_level_client_waits_for_an_idle_runtime_unless_it_is_unpooled() {
    let (url, count) = serve();
    let client = jogg_api::Client::builder(KEY).base_url(url).build().unwrap();
    let (idle, busy) = (runtime(), runtime());
    idle.block_on(client.whoami()).unwrap();
    let request = Whoami::new().prepare().unwrap();
    let begun = Instant::now();
    let error = busy.block_on(async {
        let limit = Box::pin(tokio::time::sleep(Duration::from_millis(300)));
        client.exchange(&request, Some(limit)).await.unwrap_err()
    });
    assert_eq!(*error.kind(), jogg_api::ErrorKind::NotSent);
    assert!(begun.elapsed() >= Duration::from_millis(300));
    assert_eq!(count.load(Ordering::SeqCst), 1, "nothing was sent");
    busy.block_on(client.unpooled().whoami()).unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 2);
    // Nor is it sent when the idle runtime goes on.
    idle.block_on(async { tokio::time::sleep(Duration::from_millis(50)).await });
    assert_eq!(count.load(Ordering::SeqCst), 2);
}
