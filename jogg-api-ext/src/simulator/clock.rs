//! Clocks that shorten waiting.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::lock::lock;
use crate::clock::{Clock, Sleep};

/// A clock that moves only when code sleeps on it or advances it. Clones share the time.
///
/// [`Clock::sleep`] moves the time forward and returns at once. [`Clock::timeout`] doesn't move the
/// time: it ends once sleeps and [`VirtualClock::advance`] have moved it far enough, so that a
/// response over a real socket arrives before its timeout, unless something else moves the time
/// meanwhile: another wait on the same clock jumps over timeouts, too. [`Clock::random`] is a
/// constant, so that waits have no jitter.
///
/// ```
/// # use std::time::Duration;
/// # use jogg_api_ext::{clock::Clock, simulator::VirtualClock};
/// let clock = VirtualClock::new();
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now(), Duration::from_secs(60));
/// ```
#[derive(Clone, Default)]
pub struct VirtualClock {
    timeline: Arc<Mutex<Timeline>>,
}

impl VirtualClock {
    /// Returns a clock that reads zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the time forward, and ends the timeouts that are due by then.
    pub fn advance(&self, duration: Duration) {
        self.advance_to(|now| now.saturating_add(duration));
    }

    fn advance_to(&self, time: impl FnOnce(Duration) -> Duration) {
        // Wakers are woken and dropped without the lock: they may run code that reads the clock.
        let due = lock(&self.timeline).advance_to(time);
        due.into_iter().for_each(Waker::wake);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Duration {
        lock(&self.timeline).now
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        // The end is fixed here and not when the sleep is first polled: a thousand jobs that wait
        // at the same time move the clock once, not a thousand times.
        let end = self.now().saturating_add(duration);
        let clock = self.clone();
        Box::pin(async move { clock.advance_to(|_| end) })
    }

    fn timeout(&self, duration: Duration) -> Sleep {
        let end = self.now().saturating_add(duration);
        Box::pin(Guard { clock: self.clone(), end, number: None })
    }

    fn until(&self, time: Duration) -> Sleep {
        // Of the time itself: a duration could be counted from a time that is over by then.
        Box::pin(Guard { clock: self.clone(), end: time, number: None })
    }

    fn random(&self) -> f64 {
        0.5
    }
}

impl fmt::Debug for VirtualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualClock").field("now", &self.now()).finish_non_exhaustive()
    }
}

/// The system's clock, but faster: minutes pass in seconds.
#[derive(Clone, Copy, Debug)]
pub struct AcceleratedClock {
    start: Instant,
    speed: f64,
}

impl AcceleratedClock {
    /// Returns a clock that runs this many times as fast as the system's. A speed that isn't a
    /// positive number counts as 1.
    pub fn new(speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        Self { start: Instant::now(), speed }
    }
}

impl Clock for AcceleratedClock {
    fn now(&self) -> Duration {
        scaled(self.start.elapsed(), self.speed)
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(scaled(duration, self.speed.recip())))
    }

    /// Runs at normal speed: an exchange over a real socket doesn't become faster.
    fn timeout(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }

    fn until(&self, time: Duration) -> Sleep {
        self.sleep(time.saturating_sub(self.now()))
    }
}

fn scaled(duration: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

/// A time of the clock as a timestamp in responses. Timestamps count from a fixed moment, so that
/// every run returns the same.
pub(super) fn unix_seconds(time: Duration) -> u64 {
    const START: u64 = 1_764_000_000;
    START.saturating_add(time.as_secs())
}

#[derive(Default)]
struct Timeline {
    now: Duration,
    /// Wakers by the time they are due; the number distinguishes those due at the same time.
    guards: BTreeMap<(Duration, u64), Waker>,
    guards_so_far: u64,
}

impl Timeline {
    fn advance_to(&mut self, time: impl FnOnce(Duration) -> Duration) -> Vec<Waker> {
        self.now = self.now.max(time(self.now));
        let later = self.guards.split_off(&(self.now, u64::MAX));
        std::mem::replace(&mut self.guards, later).into_values().collect()
    }
}

/// Ends when the clock reads `end` or later, without moving it.
struct Guard {
    clock: VirtualClock,
    end: Duration,
    number: Option<u64>,
}

impl Future for Guard {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let clock = self.clock.clone();
        let mut timeline = lock(&clock.timeline);
        if timeline.now >= self.end {
            return Poll::Ready(());
        }
        let number = *self.number.get_or_insert_with(|| {
            timeline.guards_so_far += 1;
            timeline.guards_so_far
        });
        let before = timeline.guards.insert((self.end, number), context.waker().clone());
        drop(timeline);
        drop(before);
        Poll::Pending
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            let mut timeline = lock(&self.clock.timeline);
            let waker = timeline.guards.remove(&(self.end, number));
            drop(timeline);
            drop(waker);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::soon;
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn is_ready(future: &mut Sleep) -> bool {
        future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[tokio::test]
    async fn sleeping_moves_the_virtual_time() {
        let clock = VirtualClock::new();
        assert_eq!(clock.now(), Duration::ZERO);
        clock.sleep(MINUTE).await;
        clock.clone().sleep(MINUTE).await;
        assert_eq!(clock.now(), 2 * MINUTE);
        clock.sleep(Duration::MAX).await;
        assert_eq!(clock.now(), Duration::MAX);
    }

    #[tokio::test]
    async fn concurrent_sleeps_move_the_time_once() {
        let clock = VirtualClock::new();
        let sleeps: Vec<_> = (0..1000).map(|_| clock.sleep(MINUTE)).collect();
        for sleep in sleeps {
            sleep.await;
        }
        assert_eq!(clock.now(), MINUTE);
    }

    #[test]
    fn a_timeout_ends_only_when_others_have_moved_the_time_that_far() {
        let clock = VirtualClock::new();
        let mut guard = clock.timeout(MINUTE);
        assert!(!is_ready(&mut guard));
        clock.advance(MINUTE - Duration::from_nanos(1));
        assert!(!is_ready(&mut guard));
        clock.advance(Duration::from_nanos(1));
        assert!(is_ready(&mut guard));
    }

    #[test]
    fn a_time_is_reached_when_the_clock_reads_it_and_not_by_a_jump() {
        let clock = VirtualClock::new();
        let mut reached = clock.until(2 * MINUTE);
        clock.advance(MINUTE);
        assert!(!is_ready(&mut reached));
        clock.advance(MINUTE);
        assert!(is_ready(&mut reached) && is_ready(&mut clock.until(MINUTE)));
        assert_eq!(clock.now(), 2 * MINUTE);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn every_timeout_that_is_due_is_woken() {
        let clock = VirtualClock::new();
        let guards: Vec<_> = (0..64)
            .map(|_| (tokio::spawn(clock.timeout(MINUTE)), tokio::spawn(clock.timeout(MINUTE / 2))))
            .collect();
        // Some register before the time moves, some after: none may be missed.
        for _ in 0..60 {
            clock.sleep(Duration::from_secs(1)).await;
            tokio::task::yield_now().await;
        }
        for (late, early) in guards {
            soon(late).await.unwrap();
            soon(early).await.unwrap();
        }
        assert!(lock(&clock.timeline).guards.is_empty());
    }

    #[test]
    fn a_dropped_timeout_leaves_no_waker() {
        let clock = VirtualClock::new();
        let mut guards = [clock.timeout(MINUTE), clock.timeout(MINUTE)];
        guards.iter_mut().for_each(|guard| assert!(!is_ready(guard)));
        assert_eq!(lock(&clock.timeline).guards.len(), 2);
        drop(guards);
        assert!(lock(&clock.timeline).guards.is_empty());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn no_advance_is_lost() {
        let clock = VirtualClock::new();
        let advance = |clock: VirtualClock| async move {
            for _ in 0..1000 {
                clock.advance(Duration::from_secs(1));
            }
        };
        let tasks: Vec<_> = (0..8).map(|_| tokio::spawn(advance(clock.clone()))).collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(clock.now(), Duration::from_secs(8000));
    }

    #[tokio::test]
    async fn accelerated_time_is_the_system_s_times_speed() {
        let clock = AcceleratedClock::new(1e6);
        clock.sleep(MINUTE).await;
        assert!(clock.now() >= MINUTE, "{:?}", clock.now());
        clock.until(10 * MINUTE).await;
        assert!(clock.now() >= 10 * MINUTE, "{:?}", clock.now());
        assert!(clock.start.elapsed() < MINUTE);
    }

    #[test]
    fn no_speed_panics() {
        for speed in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE, f64::MAX] {
            let clock = AcceleratedClock::new(speed);
            std::thread::yield_now();
            let _ = (clock.now(), scaled(Duration::MAX, clock.speed.recip()));
        }
    }
}
