//! The calls that are measured, made by hand and with each crate of the SDK.
//!
//! All sides send plain HTTP to the `server` of this package, on a current-thread runtime and
//! through the same build of reqwest: over one kept connection, but in the case `post`, which must
//! not be executed twice, over a new one for each request. They send the same headers, which
//! the server checks. They have the same settings: no redirects, no retries by reqwest, no proxy, a
//! connect timeout of 10 s, and a timeout for each request, which never passes. Every side reads
//! the response into types and returns what a caller would want of it; the results are compared,
//! so no side is faster because it does less.

pub mod api;
pub mod baseline;
pub mod ext;
pub mod jumping_clock;

use std::fmt;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::runtime::{Builder, Runtime};

/// The key that all sides send.
pub const API_KEY: &str = "benchmark-key";
/// The `user-agent` that all sides send.
pub const USER_AGENT: &str = "jogg-bench/0.1";
/// How long a connection may take to be established.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a request may take. The SDK has its own default, 30 s for a read.
pub const TIMEOUT: Duration = Duration::from_secs(60);
/// The code of the error.
pub const ERROR_CODE: i64 = 10104;
/// How many items the list has.
pub const LIST_LENGTH: usize = 100;
/// The job that is started and polled.
pub const MOTION_ID: &str = "motion_5d1f0c2e9a7b4c31";
/// The result of the job.
pub const PREVIEW_URL: &str = "https://res.example.com/motions/5d1f0c2e9a7b4c31/preview.mp4";

/// The variable with the address of the server.
pub const SERVER_VARIABLE: &str = "JOGG_BENCH_SERVER";
/// The variable with the number of calls that are measured together.
pub const CALLS_VARIABLE: &str = "JOGG_BENCH_CALLS";
/// How many calls each side makes before it is measured: connections and buffers are then there.
const WARM_UP: u32 = 30;

/// Calls `$with!` with the cases: their names as identifiers, and as variants of [`Case`].
///
/// A new case is a line here, a response in `server.rs` and an arm in each side.
#[macro_export]
macro_rules! cases {
    ($with:ident) => {
        $with! {
            /// `whoami`: a small GET.
            get Get,
            /// `whoami`, whose response is HTTP 200 with an error code.
            error Error,
            /// A page of 100 voices.
            list List,
            /// `add_photo_avatar_motion`: a POST that starts a job, whose id is the result.
            post Post,
            /// One poll of a motion job that is being processed.
            poll Poll,
            /// One poll of a motion job that is completed.
            poll_done PollDone,
        }
    };
}

macro_rules! define {
    ($($(#[$doc:meta])* $name:ident $variant:ident,)*) => {
        /// A kind of call.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Case {
            $($(#[$doc])* $variant,)*
        }

        impl Case {
            /// All cases.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name, which is the first segment of the path of its requests.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($name),)*
                }
            }
        }
    };
}
cases!(define);

/// What a caller learns from a call, so that sides can be compared.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The requested text.
    Text(String),
    /// The length of the list.
    Length(usize),
    /// The error code.
    Code(i64),
    /// The job has no result yet.
    Processing,
}

impl Outcome {
    fn expected(case: Case) -> Self {
        match case {
            Case::Get => Self::Text("someone@example.com".to_owned()),
            Case::Error => Self::Code(ERROR_CODE),
            Case::List => Self::Length(LIST_LENGTH),
            Case::Post => Self::Text(MOTION_ID.to_owned()),
            Case::Poll => Self::Processing,
            Case::PollDone => Self::Text(PREVIEW_URL.to_owned()),
        }
    }
}

/// A way to call the API.
pub trait Side: Sized {
    /// A client for this base URL.
    fn new(base_url: String) -> Self;

    /// A client for many calls at a time.
    fn unlimited(base_url: String) -> Self {
        Self::new(base_url)
    }

    /// Makes a call.
    fn call(&self, case: Case) -> impl Future<Output = Outcome>;
}

/// Installs the TLS back end of all sides, if they have TLS.
pub fn install_tls() {
    // An error says that it is there already.
    #[cfg(feature = "tls")]
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Returns the processor time that this thread has taken.
///
/// # Panics
/// Elsewhere than on Linux.
pub fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = text.split(' ').next().and_then(|number| number.parse().ok());
    Duration::from_nanos(nanoseconds.expect("a number"))
}

/// A runtime as all sides have it.
///
/// # Panics
/// If the system refuses one.
pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A side that has made its first calls.
pub struct Ready<S> {
    runtime: Runtime,
    side: S,
    case: Case,
    calls: u32,
}

impl<S: Side> Ready<S> {
    /// Connects to the server, and checks what the calls result in.
    ///
    /// # Panics
    /// If a call does not result in what it should.
    pub fn new(case: Case) -> Self {
        Self::warm(case, S::new, 1)
    }

    /// The same for this many calls at a time.
    ///
    /// # Panics
    /// If a call does not result in what it should.
    pub fn at_a_time(case: Case, at_a_time: u32) -> Self {
        Self::warm(case, S::unlimited, at_a_time)
    }

    fn warm(case: Case, side: fn(String) -> S, at_a_time: u32) -> Self {
        install_tls();
        let server: String = variable(SERVER_VARIABLE);
        let (runtime, side) = (runtime(), side(format!("{server}/{}", case.name())));
        let checked = async || {
            for _ in 0..WARM_UP {
                assert_eq!(side.call(case).await, Outcome::expected(case), "{case:?}");
            }
        };
        runtime.block_on(join_all((0..at_a_time).map(|_| checked())));
        Self { runtime, side, case, calls: variable(CALLS_VARIABLE) }
    }

    /// Makes the calls that are measured, one after the other.
    pub fn run(&self) {
        self.runtime.block_on(self.calls(self.calls));
    }

    /// Makes about the same number of calls, so many at a time. Returns the time per call.
    pub fn time(&self, at_a_time: u32) -> Duration {
        let each = self.calls.div_ceil(at_a_time);
        let start = Instant::now();
        self.runtime.block_on(join_all((0..at_a_time).map(|_| self.calls(each))));
        start.elapsed() / (each * at_a_time)
    }

    async fn calls(&self, number: u32) {
        for _ in 0..number {
            std::hint::black_box(self.side.call(self.case).await);
        }
    }
}

impl<S> fmt::Debug for Ready<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready").field("case", &self.case).finish_non_exhaustive()
    }
}

/// Reads a variable that `cargo xtask bench` sets.
///
/// # Panics
/// If it is not set.
pub fn variable<T: std::str::FromStr>(name: &str) -> T {
    let value = std::env::var(name).ok().and_then(|value| value.parse().ok());
    value.unwrap_or_else(|| panic!("{name} is not set; run `cargo xtask bench`"))
}
