//! The rate limit of POST requests.

use std::collections::VecDeque;
use std::time::Duration;

use crate::simulator::wire::refusal::Refusal;

const WINDOW: Duration = Duration::from_secs(60);

/// Admits a number of requests in a sliding minute. Refused ones don't count.
pub(crate) struct PostLimit {
    limit: Option<usize>,
    admitted: VecDeque<Duration>,
}

impl PostLimit {
    pub(crate) fn new(limit: Option<usize>) -> Self {
        Self { limit, admitted: VecDeque::new() }
    }

    /// Admits a request, or says when to retry.
    pub(crate) fn admit(&mut self, now: Duration) -> Result<(), Refusal> {
        let Some(limit) = self.limit else { return Ok(()) };
        while self.admitted.front().is_some_and(|at| now.saturating_sub(*at) >= WINDOW) {
            self.admitted.pop_front();
        }
        if self.admitted.len() < limit {
            self.admitted.push_back(now);
            return Ok(());
        }
        let oldest = self.admitted.front().copied().unwrap_or(now);
        let wait = oldest.saturating_add(WINDOW).saturating_sub(now);
        Err(Refusal::rate_limit(wait.as_secs() + u64::from(wait.subsec_nanos() > 0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_slides() {
        let mut posts = PostLimit::new(Some(2));
        let mut admit = |seconds| posts.admit(Duration::from_secs(seconds)).is_ok();
        let outcomes = [0, 30, 59, 60, 61, 90].map(&mut admit);
        assert_eq!(outcomes, [true, true, false, true, false, true]);
    }

    #[test]
    fn no_limit_admits_all_and_a_limit_of_zero_none() {
        let mut free = PostLimit::new(None);
        assert!((0..1000).all(|_| free.admit(Duration::ZERO).is_ok()));
        assert!(PostLimit::new(Some(0)).admit(Duration::ZERO).is_err());
    }

    #[test]
    fn the_wait_is_rounded_up() {
        let mut posts = PostLimit::new(Some(1));
        posts.admit(Duration::from_millis(500)).unwrap();
        let refusal = format!("{:?}", posts.admit(Duration::from_secs(1)).unwrap_err());
        assert!(refusal.contains(r#""60""#), "{refusal}");
    }
}
