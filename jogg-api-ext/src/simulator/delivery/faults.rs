//! How deliveries go wrong on purpose.

use std::time::Duration;

/// How deliveries of webhooks go wrong: which share of them is lost, duplicated or reordered. A
/// delivery is an event for one receiver.
///
/// By default, each delivery is made once, in the order in which the jobs end, and retried until
/// the receiver responds with a 2xx within 5 s: after 10 s, 20 s, 40 s and so on, up to 10
/// attempts.
///
/// Shares are from 0 to 1. What is less, or no number, counts as 0, and what is more as 1. The
/// choices are random, but the same in each run for the same [seed](DeliveryFaults::seed) and the
/// same jobs.
///
/// ```
/// use jogg_api_ext::simulator::{DeliveryFaults, Simulator};
///
/// # async fn demo() -> std::io::Result<()> {
/// let faults = DeliveryFaults::new().lost(0.1).duplicated(0.2).reordered(0.3);
/// let simulator = Simulator::builder().delivery_faults(faults).start().await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct DeliveryFaults {
    lost: f64,
    duplicated: f64,
    reordered: f64,
    retry_after: Duration,
    seed: u64,
}

impl DeliveryFaults {
    /// Creates the default: nothing is lost, duplicated or reordered.
    pub fn new() -> Self {
        let retry_after = Duration::from_secs(10);
        Self { lost: 0.0, duplicated: 0.0, reordered: 0.0, retry_after, seed: 0 }
    }

    /// Sets the share of deliveries that are never made.
    pub fn lost(mut self, share: f64) -> Self {
        self.lost = clamped(share);
        self
    }

    /// Sets the share of deliveries that are made once more after the receiver has confirmed them,
    /// after the time of [`DeliveryFaults::retry_after`].
    pub fn duplicated(mut self, share: f64) -> Self {
        self.duplicated = clamped(share);
        self
    }

    /// Sets the share of deliveries that are held back, each by a random part of the time of
    /// [`DeliveryFaults::retry_after`], so that later ones overtake them.
    pub fn reordered(mut self, share: f64) -> Self {
        self.reordered = clamped(share);
        self
    }

    /// Sets the pause before the first retry, on the simulator's clock. Each further pause is twice
    /// as long. Default: 10 s.
    pub fn retry_after(mut self, pause: Duration) -> Self {
        self.retry_after = pause;
        self
    }

    /// Sets what the random choices begin with. Default: 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The pause before the attempt after this one, which failed.
    pub(super) fn pause(&self, attempt: u32) -> Duration {
        self.retry_after.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)))
    }

    /// The pause before the duplicate of a delivery.
    pub(super) fn duplicate_after(&self) -> Duration {
        self.retry_after
    }
}

impl Default for DeliveryFaults {
    fn default() -> Self {
        Self::new()
    }
}

fn clamped(share: f64) -> f64 {
    // NaN stays what it is, and no random number is less.
    share.clamp(0.0, 1.0)
}

/// What becomes of a delivery.
#[derive(Debug, PartialEq)]
pub(super) struct Fate {
    pub(super) lost: bool,
    pub(super) duplicated: bool,
    /// How long it is held back.
    pub(super) delay: Duration,
}

/// Chooses what becomes of each delivery.
pub(super) struct Fates {
    faults: DeliveryFaults,
    random: fastrand::Rng,
}

impl Fates {
    pub(super) fn new(faults: DeliveryFaults) -> Self {
        let random = fastrand::Rng::with_seed(faults.seed);
        Self { faults, random }
    }

    pub(super) fn next(&mut self) -> Fate {
        // As many random numbers for each delivery, so that one share doesn't change what another
        // chooses.
        let [lost, duplicated, reordered, delay] = [(); 4].map(|()| self.random.f64());
        let delay = delay * self.faults.retry_after.as_secs_f64();
        let delay = Duration::try_from_secs_f64(delay).unwrap_or(Duration::MAX);
        Fate {
            lost: lost < self.faults.lost,
            duplicated: duplicated < self.faults.duplicated,
            delay: if reordered < self.faults.reordered { delay } else { Duration::ZERO },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(faults: DeliveryFaults) -> Vec<Fate> {
        let mut fates = Fates::new(faults);
        (0..1000).map(|_| fates.next()).collect()
    }

    #[test]
    fn shares_are_kept_and_repeatable() {
        let faults = DeliveryFaults::new().lost(0.1).duplicated(0.2).reordered(0.3);
        let first = fates(faults.clone());
        assert_eq!(first, fates(faults.clone()));
        assert_ne!(first, fates(faults.seed(1)));
        let held = |fate: &Fate| fate.delay > Duration::ZERO;
        for (share, expected) in [
            (first.iter().filter(|fate| fate.lost).count(), 100),
            (first.iter().filter(|fate| fate.duplicated).count(), 200),
            (first.iter().filter(|fate| held(fate)).count(), 300),
        ] {
            assert!(share.abs_diff(expected) < 50, "{share} of 1000 for {expected}");
        }
        assert!(first.iter().all(|fate| fate.delay < Duration::from_secs(10)));
    }

    #[test]
    fn no_share_and_no_pause_panics() {
        for (share, expected) in [(-1.0, 0), (f64::NAN, 0), (f64::INFINITY, 1000), (2.0, 1000)] {
            let fates = fates(DeliveryFaults::new().lost(share));
            assert_eq!(fates.iter().filter(|fate| fate.lost).count(), expected, "{share}");
        }
        let longest = DeliveryFaults::new().retry_after(Duration::MAX);
        assert_eq!(longest.pause(u32::MAX), Duration::MAX);
        assert_eq!(DeliveryFaults::new().pause(3), Duration::from_secs(40));
        Fates::new(longest.reordered(1.0)).next();
    }
}
