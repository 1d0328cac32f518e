//! Code without a runtime, which blocks until its calls have ended.

use std::cell::RefCell;
use std::future::poll_fn;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread::{self, ThreadId};
use std::time::Duration;

use jogg_api::operations::{ADD_PHOTO_AVATAR_MOTION, WHOAMI};
use jogg_api_ext::blocking::Blocking;
use jogg_api_ext::jobs::{JobUpdate, WaitOptions};
use jogg_api_ext::policy::{Attempt, Observer};
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::voices::ListVoices;
use jogg_api_ext::{CallOptions, Error, ErrorKind, Jogg, JoggBuilder, wait_all};
use jogg_tests::{Stage, requests};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{LocalSet, spawn_blocking};

/// A server on a runtime of its own, and a client of it.
struct Distant {
    stage: Stage,
    _runtime: Runtime,
}

impl Distant {
    fn new() -> Self {
        Self::with(|builder| builder)
    }

    fn with(client: impl FnOnce(JoggBuilder) -> JoggBuilder) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let stage = runtime.block_on(Stage::with_client(client));
        Self { stage, _runtime: runtime }
    }

    fn jogg(&self) -> &Jogg {
        &self.stage.jogg
    }

    fn blocking(&self) -> Blocking {
        self.jogg().blocking().unwrap()
    }
}

fn single_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn calls_jobs_and_files_need_no_runtime() {
    let distant = Distant::new();
    let (jogg, blocking) = (distant.jogg(), distant.blocking());
    let (user, metadata) = blocking.block_on(jogg.account().whoami().with_metadata()).unwrap();
    assert!(user.username.is_some() && metadata.attempts == 1);
    let job = jogg.photo_avatars().add_motion(requests::add_motion());
    let job = blocking.block_on(job).unwrap();
    assert_eq!(blocking.block_on(job.report()).unwrap().result, None);
    let motion = blocking.block_on(job.wait()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("preview.mp4");
    let size = blocking.block_on(jogg.assets().download(&motion.preview_url, &path)).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().len(), size);
    let asset = blocking.block_on(jogg.assets().upload_bytes("a.png", "pixels")).unwrap();
    assert!(asset.url.starts_with("http"));
}

#[test]
fn lists_updates_and_many_jobs_are_iterators() {
    let distant = Distant::new();
    let (jogg, blocking) = (distant.jogg(), distant.blocking());
    let list = jogg.voices().list(ListVoices::new());
    let voices = blocking.iter(list.clone().items()).unwrap();
    let voices: Vec<_> = voices.map(|voice| voice.unwrap().voice_id).collect();
    let pages = blocking.iter(list.pages()).unwrap();
    let pages: Vec<_> = pages.map(|page| page.unwrap().items.len()).collect();
    assert!(pages.len() > 1, "{pages:?}");
    assert_eq!(pages.iter().sum::<usize>(), voices.len());

    let start = || {
        let job = jogg.photo_avatars().add_motion(requests::add_motion());
        blocking.block_on(job).unwrap()
    };
    let updates: Vec<_> = blocking.iter(start().updates()).unwrap().collect();
    assert!(matches!(updates.last(), Some(Ok(JobUpdate::Done(_)))), "{updates:?}");
    let mut results = blocking.iter(wait_all([start(), start(), start()])).unwrap();
    let done = results.by_ref().filter(|(_, result)| result.is_ok()).count();
    assert_eq!((done, results.next().is_none()), (3, true));
}

/// What isn't requested isn't fetched.
#[test]
fn an_iterator_fetches_no_page_ahead() {
    let distant = Distant::new();
    let items = distant.jogg().voices().list(ListVoices::new()).items();
    let mut items = distant.blocking().iter(items).unwrap();
    assert_eq!(distant.stage.simulator.requests().len(), 0);
    for _ in 0..3 {
        items.next().unwrap().unwrap();
    }
    drop(items);
    assert_eq!(distant.stage.simulator.requests().len(), 1);
}

#[test]
fn several_calls_with_an_error_type_of_the_application_are_one_future() {
    #[derive(Debug)]
    enum Problem {
        Api(ErrorKind),
        TooPoor(f64),
    }

    impl From<Error> for Problem {
        fn from(error: Error) -> Self {
            Self::Api(error.kind())
        }
    }

    let distant = Distant::new();
    let jogg = distant.jogg().clone();
    let outcome = distant.blocking().block_on(async move {
        jogg.account().whoami().await?;
        Err::<(), _>(Problem::TooPoor(jogg.account().remaining_quota().await?))
    });
    assert!(matches!(outcome, Err(Problem::TooPoor(quota)) if quota > 0.0), "{outcome:?}");
    distant.stage.simulator.reply_next(&WHOAMI, Reply::error(10104));
    let jogg = distant.jogg().clone();
    let outcome = distant.blocking().block_on(async move {
        jogg.account().whoami().await?;
        Ok::<_, Problem>(())
    });
    assert!(matches!(outcome, Err(Problem::Api(ErrorKind::NotFound))), "{outcome:?}");
}

/// Notes the threads of attempts, and signals when such a thread ends.
struct Threads {
    seen: Mutex<Vec<(ThreadId, Option<String>)>>,
    ended: Mutex<Sender<()>>,
}

struct Signal(Sender<()>);

impl Drop for Signal {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

thread_local! {
    static END: RefCell<Option<Signal>> = const { RefCell::new(None) };
}

impl Observer for Threads {
    fn on_attempt(&self, _: &Attempt) {
        let thread = thread::current();
        let seen = (thread.id(), thread.name().map(str::to_owned));
        self.seen.lock().unwrap().push(seen);
        let ended = self.ended.lock().unwrap().clone();
        END.with(|end| drop(end.borrow_mut().get_or_insert_with(|| Signal(ended)).0.clone()));
    }
}

#[test]
fn a_client_has_one_thread_however_many_wait_and_it_ends_with_the_last_clone() {
    let (ended, is_over) = channel();
    let threads = Arc::new(Threads { seen: Mutex::default(), ended: Mutex::new(ended) });
    let observer = threads.clone();
    let distant = Distant::with(|builder| builder.observer(observer));
    thread::scope(|scope| {
        for _ in 0..8 {
            let jogg = distant.jogg().with_options(CallOptions::new().max_attempts(2));
            scope.spawn(move || {
                for _ in 0..5 {
                    let blocking = jogg.blocking().unwrap();
                    blocking.block_on(jogg.account().whoami()).unwrap();
                }
            });
        }
    });
    let mut seen = std::mem::take(&mut *threads.seen.lock().unwrap());
    assert_eq!(seen.len(), 40);
    seen.dedup();
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!(seen[0].1.as_deref(), Some("jogg-blocking"));

    let handle = distant.blocking();
    let Distant { stage: Stage { jogg, .. }, _runtime } = distant;
    drop(jogg);
    assert!(is_over.try_recv().is_err(), "a handle still needs it");
    drop(handle);
    is_over.recv_timeout(Duration::from_secs(60)).expect("the thread goes on");
}

#[test]
fn it_works_in_spawn_blocking() {
    let distant = Distant::new();
    let (jogg, blocking) = (distant.jogg().clone(), distant.blocking());
    let (asynchronous, call) = (distant.jogg().clone(), jogg.account().whoami());
    single_thread().block_on(async move {
        let blocked = spawn_blocking(move || blocking.block_on(call));
        asynchronous.account().whoami().await.unwrap();
        blocked.await.unwrap().unwrap();
    });
}

/// It blocks the thread, and nothing else: neither runtimes nor pools get in its way.
#[test]
fn in_an_async_task_it_neither_panics_nor_hangs() {
    let distant = Distant::new();
    let blocked = |jogg: Jogg| {
        let blocking = jogg.blocking().unwrap();
        blocking.block_on(jogg.account().whoami()).unwrap();
        let mut voices = blocking.iter(jogg.voices().list(ListVoices::new()).items()).unwrap();
        voices.next().unwrap().unwrap();
    };
    let single = single_thread();
    let multi = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let jogg = distant.jogg().clone();
    single.block_on(async {
        // From now on this runtime has the pool, and can't serve it while it is blocked.
        jogg.account().whoami().await.unwrap();
        blocked(jogg.clone());
        jogg.account().whoami().await.unwrap();
        let task = jogg.clone();
        tokio::spawn(async move { blocked(task) }).await.unwrap();
        let task = jogg.clone();
        LocalSet::new().run_until(async move { blocked(task) }).await;
    });
    let task = jogg.clone();
    multi.block_on(async { tokio::spawn(async move { blocked(task) }).await.unwrap() });
    multi.block_on(async { blocked(jogg) });
}

/// A call on the blocked thread has all that may be in flight.
#[test]
fn what_the_blocked_thread_has_is_waited_for_until_the_deadline() {
    let distant = Distant::with(|builder| {
        // Deadlines are in real time here.
        builder.max_concurrent_calls(1).clock(Arc::new(jogg_api_ext::clock::SystemClock::new()))
    });
    distant.stage.simulator.reply_next(&WHOAMI, Reply::never());
    let jogg = distant.jogg().clone();
    let short = jogg.with_options(CallOptions::new().deadline(Duration::from_millis(100)));
    let blocking = distant.blocking();
    single_thread().block_on(async move {
        let mut first = jogg.account().whoami();
        poll_fn(|context| {
            assert!(std::pin::Pin::new(&mut first).poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        let error = blocking.block_on(short.account().whoami()).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 0), "{error}");
        drop(first);
        let list = jogg.voices().list(ListVoices::new());
        assert!(!blocking.block_on(list.page()).unwrap().items.is_empty());
    });
}

#[test]
fn a_hook_in_the_background_gets_an_error_instead_of_waiting_for_itself() {
    let distant = Distant::new();
    let (jogg, blocking) = (distant.jogg().clone(), distant.blocking());
    let (sender, errors) = channel();
    let (sender, within) = (Mutex::new(sender), blocking.clone());
    let options = WaitOptions::default().on_progress(move |_| {
        let call = within.block_on(jogg.account().whoami()).map(drop);
        let list = within.iter(jogg.voices().list(ListVoices::new()).items()).map(drop);
        sender.lock().unwrap().send([call.unwrap_err(), list.unwrap_err()]).unwrap();
    });
    let photo_avatars = distant.jogg().photo_avatars();
    let job = blocking.block_on(photo_avatars.add_motion(requests::add_motion())).unwrap();
    blocking.block_on(job.wait_with(options)).unwrap();
    let errors: Vec<_> = errors.try_iter().flatten().collect();
    assert!(errors.len() >= 2, "{errors:?}");
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("it would wait for itself"), "{error}");
    }
}

#[test]
fn a_panic_is_the_caller_s_and_the_thread_goes_on() {
    let distant = Distant::new();
    let blocking = distant.blocking();
    let panics = || {
        blocking.block_on(async {
            match std::hint::black_box(true) {
                true => panic!("of the future"),
                false => Ok::<_, Error>(()),
            }
        })
    };
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"of the future"));
    blocking.block_on(distant.jogg().account().whoami()).unwrap();
}

#[test]
fn a_lost_response_is_an_unknown_outcome_here_too() {
    let distant = Distant::new();
    distant.stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::lost());
    let call = distant.jogg().photo_avatars().add_motion(requests::add_motion());
    let error = distant.blocking().block_on(call).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(distant.stage.simulator.request_count(&ADD_PHOTO_AVATAR_MOTION), 1);
    let jogg = distant.jogg().clone();
    let found = distant.blocking().block_on(async move { jogg.candidates(&error).await }).unwrap();
    assert_eq!(found.items.len(), 1, "{found:?}");
}
