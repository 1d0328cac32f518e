//! A clock on which waiting takes no time, and requests take what they take.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use jogg_api_ext::clock::{Clock, Sleep};

/// A clock that stands still until [`JumpingClock::run`] finds that everybody sleeps. Clones share
/// the time.
#[derive(Clone, Debug, Default)]
pub struct JumpingClock {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    timeline: Mutex<Timeline>,
    /// How many timeouts there are: while there is one, somebody waits for a response or a turn.
    timeouts: AtomicUsize,
}

#[derive(Debug, Default)]
struct Timeline {
    now: Duration,
    /// Those that sleep, by the time until when; the number tells them apart.
    asleep: BTreeMap<(Duration, u64), Waker>,
    sleeps: u64,
}

impl JumpingClock {
    /// Runs a future, and jumps to the end of the next sleep whenever nothing else goes on.
    pub async fn run<F: Future + Unpin>(&self, mut future: F) -> F::Output {
        std::future::poll_fn(|context| {
            loop {
                if let Poll::Ready(output) = Pin::new(&mut future).poll(context) {
                    return Poll::Ready(output);
                }
                if self.shared.timeouts.load(Ordering::Relaxed) > 0 || !self.jump() {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// Moves the time to the end of the next sleep, if anybody sleeps.
    fn jump(&self) -> bool {
        let mut timeline = self.timeline();
        let Some((&(end, _), _)) = timeline.asleep.first_key_value() else { return false };
        timeline.now = timeline.now.max(end);
        let mut due = Vec::new();
        // One by one: to split the map would be to count all that sleep.
        while let Some(first) = timeline.asleep.first_entry()
            && first.key().0 <= end
        {
            due.push(first.remove());
        }
        drop(timeline);
        due.into_iter().for_each(Waker::wake);
        true
    }

    fn timeline(&self) -> MutexGuard<'_, Timeline> {
        self.shared.timeline.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for JumpingClock {
    fn now(&self) -> Duration {
        self.timeline().now
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let mut timeline = self.timeline();
        timeline.sleeps += 1;
        let key = (timeline.now.saturating_add(duration), timeline.sleeps);
        Box::pin(Asleep { clock: self.clone(), key })
    }

    fn timeout(&self, duration: Duration) -> Sleep {
        self.shared.timeouts.fetch_add(1, Ordering::Relaxed);
        let guard = Timeout { shared: Arc::clone(&self.shared) };
        Box::pin(async move {
            tokio::time::sleep(duration).await;
            drop(guard);
        })
    }
}

struct Asleep {
    clock: JumpingClock,
    key: (Duration, u64),
}

impl Future for Asleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut timeline = self.clock.timeline();
        if timeline.now >= self.key.0 {
            return Poll::Ready(());
        }
        timeline.asleep.insert(self.key, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Asleep {
    fn drop(&mut self) {
        let waker = self.clock.timeline().asleep.remove(&self.key);
        drop(waker);
    }
}

struct Timeout {
    shared: Arc<Shared>,
}

impl Drop for Timeout {
    fn drop(&mut self) {
        self.shared.timeouts.fetch_sub(1, Ordering::Relaxed);
    }
}
