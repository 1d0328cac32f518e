//! Code without a runtime: calls, jobs and lists that block the thread until they have ended.
//!
//! [`Jogg::blocking`] returns the handle for it. Everything else stays the same: the requests, the
//! groups, the policy, and the futures and streams that they return.
//!
//! ```no_run
//! use jogg_api_ext::avatar_videos::{CreateVideo, Speech};
//! use jogg_api_ext::avatars::Avatar;
//! use jogg_api_ext::enums::{AspectRatio, ScreenStyle};
//! use jogg_api_ext::voices::ListVoices;
//! use jogg_api_ext::{Jogg, Result};
//!
//! fn main() -> Result<()> {
//!     let jogg = Jogg::from_env()?;
//!     let blocking = jogg.blocking()?;
//!
//!     for voice in blocking.iter(jogg.voices().list(ListVoices::new()).items())? {
//!         println!("{}", voice?.voice_id);
//!     }
//!     let request = CreateVideo::new(
//!         Avatar::Public(81),
//!         Speech::script("en-US-ChristopherNeural", "Hello!"),
//!         AspectRatio::Landscape,
//!         ScreenStyle::WithBackground,
//!     );
//!     let job = blocking.block_on(jogg.avatar_videos().create(request))?; // paid for from here on
//!     let video = blocking.block_on(job.wait())?;
//!     blocking.block_on(jogg.assets().download(&video.url, "video.mp4"))?;
//!     Ok(())
//! }
//! ```
//!
//! # Where it can be used
//!
//! The client has one thread in the background with a tokio runtime, which all of its clones share.
//! It starts with the first [`Jogg::blocking`], and ends when the last clone and handle is dropped.
//! Many threads can wait at the same time.
//!
//! - **In a program without a runtime**, and in threads of yours.
//! - **In `spawn_blocking`**: as in any other thread.
//! - **In an async task**, it blocks the thread of that task: nothing else on that thread goes on
//!   until the call has ended. So prefer `.await` there. It neither panics nor blocks itself, also
//!   in a runtime with a single thread, unless the call needs something that only that thread can
//!   give: a server that runs on it, such as a simulator in a `#[tokio::test]`, or the rate limit
//!   or one of [`max_concurrent_calls`](crate::JoggBuilder::max_concurrent_calls), if another call
//!   on that thread has it. A deadline in [`CallOptions`](crate::CallOptions) ends such a call, and
//!   [`WaitOptions`](crate::jobs::WaitOptions) have one anyway.
//! - **In a hook**, such as an observer or [`on_progress`](crate::jobs::WaitOptions::on_progress),
//!   it is an error of the kind [`ErrorKind::Configuration`] if the hook runs in the background,
//!   where the call would wait for itself.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::client::Jogg;
use crate::error::{Error, ErrorKind, Result};
use crate::runtimes::Background;
use crate::stream::BoxStream;

const WITHIN: &str = "a hook that runs in the background of a client can't block on the same \
                      client: it would wait for itself; start a thread for it, or call it later";

const STOPPED: &str = "the thread of the client that makes calls has stopped; build a new client";

impl Jogg {
    /// Returns the handle with which code without a runtime calls this client. The thread that
    /// makes the calls starts now, unless it has started before.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the system gives no thread.
    pub fn blocking(&self) -> Result<Blocking> {
        Ok(Blocking { background: self.runtimes().background()? })
    }
}

/// Blocks the calling thread until futures of a client have ended. Cheap to clone.
///
/// From [`Jogg::blocking`]; see [the module](crate::blocking) for where it can be used.
#[derive(Clone)]
pub struct Blocking {
    background: Arc<Background>,
}

impl Blocking {
    /// Runs a future in the background, blocks this thread until it has ended, and returns its
    /// result: of a [`Call`](crate::Call), of [`Job::wait`](crate::Job::wait), of an upload or a
    /// download, or of an `async` block with several of them.
    ///
    /// # Errors
    /// Those of the future, and [`ErrorKind::Configuration`] in a hook that runs in the background.
    ///
    /// # Panics
    /// If the future panics.
    pub fn block_on<T, E>(
        &self,
        future: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.check()?;
        self.background.run(future).unwrap_or_else(|| {
            let stopped = Error::new(ErrorKind::Configuration, STOPPED);
            Err(stopped.into())
        })
    }

    /// Returns the items of a stream as an iterator, each of which is fetched when it is requested:
    /// of [`List::items`](crate::List::items) or [`List::pages`](crate::List::pages), of
    /// [`Job::updates`](crate::Job::updates), or of [`wait_all`](crate::wait_all).
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] in a hook that runs in the background.
    pub fn iter<T: Send + 'static>(&self, stream: BoxStream<T>) -> Result<BlockingIter<T>> {
        self.check()?;
        let background = Arc::clone(&self.background);
        Ok(BlockingIter { background, stream: Some(stream), stays: PhantomData })
    }

    fn check(&self) -> Result<()> {
        match self.background.is_here() {
            true => Err(Error::new(ErrorKind::Configuration, WITHIN)),
            false => Ok(()),
        }
    }
}

impl fmt::Debug for Blocking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocking").finish_non_exhaustive()
    }
}

/// The items of a stream, each of which blocks the thread until it is there. Dropping it stops what
/// the stream does.
///
/// It stays on the thread that created it. From [`Blocking::iter`].
///
/// # Panics
/// `next` panics if the stream does.
#[must_use = "nothing is fetched until an item is requested"]
pub struct BlockingIter<T> {
    background: Arc<Background>,
    /// `None` after its end.
    stream: Option<BoxStream<T>>,
    /// It was created outside of the background, so it must not get there.
    stays: PhantomData<*const ()>,
}

impl<T: Send + 'static> Iterator for BlockingIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let mut stream = self.stream.take()?;
        let next = async move {
            let item = stream.next().await;
            (item, stream)
        };
        let (item, stream) = self.background.run(next)?;
        self.stream = item.is_some().then_some(stream);
        item
    }
}

impl<T> fmt::Debug for BlockingIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingIter").finish_non_exhaustive()
    }
}
