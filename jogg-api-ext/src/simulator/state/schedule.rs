//! Things that are due at a time.

use std::collections::BTreeMap;
use std::time::Duration;

/// Things by the time they are due; those of the same time in the order in which they were added.
pub(crate) struct Schedule<T> {
    things: BTreeMap<(Duration, u64), T>,
    added: u64,
}

impl<T> Schedule<T> {
    pub(crate) fn add(&mut self, due: Duration, thing: T) {
        self.added += 1;
        self.things.insert((due, self.added), thing);
    }

    /// When the first thing is due.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.things.keys().next().map(|(due, _)| *due)
    }

    /// Takes the first thing, if it is due by now.
    pub(crate) fn take(&mut self, now: Duration) -> Option<T> {
        let first = self.things.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    pub(crate) fn len(&self) -> usize {
        self.things.len()
    }

    pub(crate) fn drop_first(&mut self) {
        self.things.pop_first();
    }
}

impl<T> Default for Schedule<T> {
    fn default() -> Self {
        Self { things: BTreeMap::new(), added: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_taken_in_the_order_in_which_they_are_due() {
        let second = Duration::from_secs;
        let mut schedule = Schedule::default();
        for (due, thing) in [(2, 'c'), (1, 'a'), (2, 'd'), (1, 'b'), (3, 'e')] {
            schedule.add(second(due), thing);
        }
        assert_eq!((schedule.next(), schedule.take(Duration::ZERO)), (Some(second(1)), None));
        let due: String = std::iter::from_fn(|| schedule.take(second(2))).collect();
        assert_eq!((due.as_str(), schedule.len(), schedule.next()), ("abcd", 1, Some(second(3))));
        schedule.drop_first();
        assert_eq!((schedule.len(), schedule.next()), (0, None));
    }
}
