//! A thread with a runtime, for those who have none.

use std::io;
use std::panic::resume_unwind;
use std::sync::mpsc;
use std::thread::{self, ThreadId};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tracing::Instrument;
use tracing::instrument::WithSubscriber;

/// A runtime on a thread of its own. Both end when it is dropped.
pub(crate) struct Background {
    runtime: Handle,
    thread: ThreadId,
    /// The thread ends when this is dropped. It isn't waited for: the last one who has this may be
    /// a future on that thread.
    _stop: oneshot::Sender<()>,
}

impl Background {
    pub(super) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("jogg-blocking".to_owned());
        let thread = thread.spawn(move || drop(runtime.block_on(stopped)))?;
        Ok(Self { runtime: handle, thread: thread.thread().id(), _stop: stop })
    }

    /// Returns whether the caller is a future or a hook on the thread of this runtime, which must
    /// not wait for another future on it.
    pub(crate) fn is_here(&self) -> bool {
        thread::current().id() == self.thread
    }

    /// Runs a future, and blocks the calling thread until it has ended. Its logs are those of the
    /// caller's span, and its panic is the caller's. `None` if the runtime has stopped.
    pub(crate) fn run<F>(&self, future: F) -> Option<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let (sender, receiver) = mpsc::sync_channel(1);
        let task = self.runtime.spawn(future.in_current_span().with_current_subscriber());
        self.runtime.spawn(async move {
            // The caller waits for it until it comes.
            let _ = sender.send(task.await);
        });
        match receiver.recv().ok()? {
            Ok(output) => Some(output),
            Err(error) => error.try_into_panic().map(|panic| resume_unwind(panic)).ok(),
        }
    }
}
