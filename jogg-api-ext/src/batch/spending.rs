//! What a batch may spend, by estimates.

use std::collections::BTreeMap;
use std::fmt;

use super::store::{Now, Write, needed_text, real, text};
use super::value::Value;
use crate::error::{Error, ErrorKind, Result};

/// A cap on what a batch spends, in credits.
///
/// By the estimates of the requests that were sent and may have been executed: what the API takes
/// isn't in its responses. What provably wasn't executed doesn't count. A job that fails counts, as
/// no document says that its credits are given back.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[must_use]
pub struct SpendCap {
    pub(super) batch: Option<f64>,
    pub(super) day: Option<f64>,
    pub(super) unknown_price: Option<f64>,
}

impl SpendCap {
    /// Creates a cap that caps nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what the batch may spend in all.
    pub fn per_batch(mut self, credits: f64) -> Self {
        self.batch = Some(credits);
        self
    }

    /// Sets what all batches of the store together may spend on a day, in UTC by the database's
    /// clock.
    pub fn per_day(mut self, credits: f64) -> Self {
        self.day = Some(credits);
        self
    }

    /// Sets what a request counts whose price isn't known. Default: such a request can't be queued
    /// in a batch with a cap.
    pub fn unknown_price(mut self, credits: f64) -> Self {
        self.unknown_price = Some(credits);
        self
    }

    /// Checks that its amounts are amounts.
    pub(super) fn check(&self) -> Result<()> {
        let amounts = [self.batch, self.day, self.unknown_price];
        match amounts.into_iter().flatten().find(|credits| !credits.is_finite() || *credits < 0.0) {
            None => Ok(()),
            Some(credits) => {
                let message = format!("a cap of {credits} credits: it must be 0 or more");
                Err(Error::new(ErrorKind::InvalidParameter, message))
            }
        }
    }

    pub(super) fn is_set(&self) -> bool {
        self.batch.is_some() || self.day.is_some()
    }
}

/// The cap that sending has reached.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ReachedCap {
    /// That of the batch: its credits, and what is spent of them.
    Batch {
        /// The cap.
        cap: f64,
        /// What is spent.
        spent: f64,
    },
    /// That of the day.
    Day {
        /// The day, such as `2026-03-31`.
        day: String,
        /// The cap.
        cap: f64,
        /// What is spent.
        spent: f64,
    },
}

impl fmt::Display for ReachedCap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Batch { cap, spent } => {
                write!(f, "the batch has spent {spent} of {cap} credits, too much for another")
            }
            Self::Day { day, cap, spent } => {
                write!(f, "{spent} of {cap} credits are spent on {day}, too much for another")
            }
        }
    }
}

/// What is spent, within one transaction that holds others back.
pub(super) struct Ledger {
    scopes: [String; 2],
    spent: [f64; 2],
    day: String,
    changes: BTreeMap<String, f64>,
}

impl Ledger {
    /// Reads what is spent in the batch and today, and locks it.
    pub(super) async fn open(write: &mut Write<'_>, batch: &str, now: &Now) -> Result<Self> {
        let day = now.day.clone();
        let scopes = [batch_scope(batch), format!("day:{day}")];
        let mut spent = [0.0; 2];
        for (scope, spent) in scopes.iter().zip(&mut spent) {
            let create = "INSERT INTO jogg_spending (scope, credits) VALUES ($1, 0.0) \
                          ON CONFLICT (scope) DO NOTHING";
            write.run(create, [scope.as_str().into()]).await?;
            let select =
                format!("SELECT credits FROM jogg_spending WHERE scope = $1 {}", write.locked());
            let rows = write.rows(&select, [scope.as_str().into()]).await?;
            *spent =
                rows.first().map(|row| real(row, "credits")).transpose()?.flatten().unwrap_or(0.0);
        }
        Ok(Self { scopes, spent, day, changes: BTreeMap::new() })
    }

    pub(super) fn day(&self) -> &str {
        &self.day
    }

    /// Counts credits as spent, unless a cap is in the way.
    pub(super) fn spend(
        &mut self,
        credits: f64,
        cap: &SpendCap,
    ) -> std::result::Result<(), ReachedCap> {
        let [in_batch, on_day] = self.spent;
        // Estimates have decimals that binary fractions only come near to.
        let exceeds = |spent: f64, cap: f64| spent + credits > cap + 1e-6;
        if let Some(cap) = cap.batch.filter(|cap| exceeds(in_batch, *cap)) {
            return Err(ReachedCap::Batch { cap, spent: rounded(in_batch) });
        }
        if let Some(cap) = cap.day.filter(|cap| exceeds(on_day, *cap)) {
            return Err(ReachedCap::Day { day: self.day.clone(), cap, spent: rounded(on_day) });
        }
        self.count(credits);
        Ok(())
    }

    /// Counts credits as spent: they are.
    pub(super) fn count(&mut self, credits: f64) {
        for (spent, scope) in self.spent.iter_mut().zip(&self.scopes) {
            *spent += credits;
            *self.changes.entry(scope.clone()).or_default() += credits;
        }
    }

    /// Gives back what was counted on a day.
    fn give_back(&mut self, credits: f64, day: &str) {
        self.spent[0] -= credits;
        if self.day == day {
            self.spent[1] -= credits;
        }
        for scope in [self.scopes[0].clone(), format!("day:{day}")] {
            *self.changes.entry(scope).or_default() -= credits;
        }
    }

    /// Counts the request of which `of` holds as executed, unless it is counted, or gives back what
    /// it was counted with.
    pub(super) async fn recount(
        &mut self,
        write: &mut Write<'_>,
        of: &str,
        values: &[Value],
        was_executed: bool,
        cap: &SpendCap,
    ) -> Result<()> {
        let locked = write.locked();
        let select =
            format!("SELECT spent, spent_on, credits FROM jogg_requests WHERE {of} {locked}");
        let rows = write.rows(&select, values.iter().cloned()).await?;
        let Some(row) = rows.first() else { return Ok(()) };
        let spent = real(row, "spent")?.unwrap_or(0.0);
        let (spent, day) = match (was_executed, text(row, "spent_on")?) {
            (false, Some(day)) => {
                self.give_back(spent, &day);
                (0.0, day)
            }
            (true, _) if spent == 0.0 => {
                let credits = real(row, "credits")?.or(cap.unknown_price).unwrap_or(0.0);
                self.count(credits);
                (credits, self.day.clone())
            }
            _ => return Ok(()),
        };
        let next = values.len() + 1;
        let update = format!(
            "UPDATE jogg_requests SET spent = ${next}, spent_on = ${} WHERE {of}",
            next + 1
        );
        let values = values.iter().cloned().chain([spent.into(), day.into()]);
        write.run(&update, values).await.map(drop)
    }

    /// Writes what has changed.
    pub(super) async fn close(self, write: &mut Write<'_>) -> Result<()> {
        let update = "INSERT INTO jogg_spending (scope, credits) VALUES ($1, $2) ON CONFLICT \
                      (scope) DO UPDATE SET credits = jogg_spending.credits + excluded.credits";
        for (scope, credits) in self.changes.into_iter().filter(|(_, credits)| *credits != 0.0) {
            write.run(update, [scope.into(), credits.into()]).await?;
        }
        Ok(())
    }
}

/// What is spent, by estimates.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Spent {
    /// In the batch, in credits.
    pub batch: f64,
    /// Today in UTC, by all batches of the store, in credits.
    pub day: f64,
}

/// Reads what is spent.
pub(super) async fn spent(write: &mut Write<'_>, batch: &str) -> Result<Spent> {
    let (batch, day) = (batch_scope(batch), format!("day:{}", write.now().await?.day));
    let values: [Value; 2] = [batch.as_str().into(), day.into()];
    let select = "SELECT scope, credits FROM jogg_spending WHERE scope IN ($1, $2)";
    let mut spent = Spent::default();
    for row in write.rows(select, values).await? {
        let credits = rounded(real(&row, "credits")?.unwrap_or(0.0));
        match needed_text(&row, "scope")? == batch {
            true => spent.batch = credits,
            false => spent.day = credits,
        }
    }
    Ok(spent)
}

fn batch_scope(batch: &str) -> String {
    format!("batch:{batch}")
}

pub(super) fn rounded(credits: f64) -> f64 {
    (credits * 1e6).round() / 1e6
}
