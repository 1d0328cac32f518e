//! The database: the only memory that counts. Each method is one transaction, so that a kill at any
//! moment leaves it before or after, and never in between.

mod end;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jogg_api_ext::JobRecord;
use jogg_api_ext::webhooks::Event;
use rusqlite::{Connection, OptionalExtension, ToSql, Transaction, TransactionBehavior, params};

pub use self::end::End;
use self::end::{apply, job_of, write_end};

/// What goes wrong here: with the database, the API, or an argument.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// How long the API may say, poll by poll, that it doesn't know a job it has started.
const NOT_FOUND_GRACE: Duration = Duration::from_secs(60 * 60);

/// A database of orders. Clones share one connection, which SQLite lets write one at a time anyway.
#[derive(Clone)]
pub struct Store {
    connection: Arc<Mutex<Connection>>,
    times: Times,
}

/// When what is open is due.
#[derive(Clone, Copy)]
pub struct Times {
    /// Between two polls of a job: the fallback for events that are lost. Sixty times that for one
    /// that the API doesn't know.
    pub poll: Duration,
    /// From sending to the first search for a job whose id isn't known. The API lists a job soon
    /// after it was started; a minute is on the safe side.
    pub settle: Duration,
}

/// What to make: a video from this template, with this headline.
pub struct NewOrder {
    /// What the application calls it.
    pub id: String,
    pub template_id: i64,
    pub headline: String,
}

/// An order that is to be sent.
pub struct Order {
    pub number: i64,
    pub id: String,
    pub video_name: String,
    pub template_id: i64,
    pub headline: String,
}

/// What a poll says about a job.
pub enum Poll {
    Ended(End),
    Open,
    /// There is no such job, for this reason.
    NotFound(String),
    /// Nothing.
    Failed,
}

/// How many orders are in which state, and what was received.
#[derive(Debug, Default)]
pub struct Summary {
    /// State and count, by state.
    pub orders: Vec<(String, u64)>,
    pub events: u64,
    pub duplicates: u64,
}

impl Store {
    /// Opens or creates a database, for this process alone: two would send the same orders. What
    /// the process before was sending when it ended may have been sent, so it is `unknown` now.
    pub fn open(path: &Path, times: Times) -> Result<Self, Error> {
        let connection = Connection::open(path)?;
        // Exclusive until the process ends, however it does. A commit is on the disk when it
        // returns: what is paid for mustn't be forgotten by a power failure either.
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let store = Self { connection: Arc::new(Mutex::new(connection)), times };
        store.write(|transaction| {
            transaction.execute_batch(include_str!("schema.sql"))?;
            let died = "the process ended while it was being sent";
            let unknown = "UPDATE orders SET state = 'unknown', error = ? WHERE state = 'sending'";
            transaction.execute(unknown, [died])
        })?;
        Ok(store)
    }

    /// Adds orders, but none whose id is there.
    pub async fn add(&self, orders: Vec<NewOrder>) -> Result<(), Error> {
        let now = self.due_in(Duration::ZERO);
        self.transaction(move |transaction| {
            let sql = "INSERT OR IGNORE INTO orders (id, video_name, template_id, headline, due)
                       VALUES (?1, ?1 || ' ' || lower(hex(randomblob(6))), ?2, ?3, ?4)";
            let mut insert = transaction.prepare(sql)?;
            for NewOrder { id, template_id, headline } in orders {
                insert.execute(params![id, template_id, headline, now])?;
            }
            Ok(())
        })
        .await
    }

    /// Returns the order that has been queued for longest, other than those in flight.
    pub async fn next_queued(&self, in_flight: &BTreeSet<i64>) -> Result<Option<Order>, Error> {
        let in_flight = serde_json::to_string(in_flight)?;
        self.transaction(move |transaction| {
            let sql = "SELECT number, id, video_name, template_id, headline FROM orders
                       WHERE state = 'queued' AND number NOT IN (SELECT value FROM json_each(?))
                       ORDER BY due, number LIMIT 1";
            let order = transaction.query_row(sql, [in_flight], |row| {
                Ok(Order {
                    number: row.get(0)?,
                    id: row.get(1)?,
                    video_name: row.get(2)?,
                    template_id: row.get(3)?,
                    headline: row.get(4)?,
                })
            });
            order.optional()
        })
        .await
    }

    /// Writes ahead that an order is about to be sent. Only a queued one may be: whatever else is
    /// wrong, this keeps an order from being sent twice. It waits for a new job then: if a person
    /// has queued it again, its former one no longer counts.
    pub async fn sending(&self, id: Arc<str>) -> Result<(), Error> {
        let due = self.due_in(self.times.settle);
        let sql = "UPDATE orders SET state = 'sending', due = ?2, error = NULL,
                       job_id = NULL, job = NULL, searches = 0, not_found_since = NULL
                   WHERE id = ?1 AND state = 'queued'";
        let work = move |transaction: &Transaction| transaction.execute(sql, params![id, due]);
        match self.transaction(work).await? {
            1 => Ok(()),
            _ => Err("the order is not queued, so it may have been sent before".into()),
        }
    }

    /// Writes that the request of an order was provably not executed, so that it may be sent, after
    /// all that are queued: what is always refused must not keep others waiting. Blocks, as
    /// observers of calls do.
    pub fn not_executed(&self, id: &str) -> Result<(), Error> {
        let now = self.due_in(Duration::ZERO);
        let sql = "UPDATE orders SET state = 'queued', due = ?2
                   WHERE id = ?1 AND state IN ('queued', 'sending')";
        self.write(|transaction| transaction.execute(sql, params![id, now]))?;
        Ok(())
    }

    /// Stores the job of an order that was sent, and applies its events: they may have come first.
    /// Fails if the order doesn't wait for one, as a job that was paid for mustn't be forgotten.
    pub async fn started(&self, id: String, record: JobRecord) -> Result<(), Error> {
        let (due, job) = (self.due_in(self.times.poll), serde_json::to_string(&record)?);
        let refused = format!(
            "{id} doesn't wait for a job, so that its job {} is not stored; see its history",
            record.id
        );
        let work = move |transaction: &Transaction| {
            let started = transaction.execute(
                "UPDATE orders SET state = 'started', job_id = ?2, job = ?3, due = ?4, error = NULL
                 WHERE id = ?1 AND state IN ('sending', 'unknown') AND job_id IS NULL",
                params![id, record.id, job, due],
            )?;
            if started == 1 {
                let sql = "SELECT body FROM events WHERE job_id = ? ORDER BY rowid";
                let mut events = transaction.prepare(sql)?;
                let bodies = events.query_map([&record.id], |row| row.get::<_, String>(0))?;
                for body in bodies {
                    // It was parsed before it was stored.
                    if let Ok(event) = Event::parse(body?.as_bytes()) {
                        apply(transaction, &id, &event)?;
                    }
                }
            }
            Ok(started == 1)
        };
        if self.transaction(work).await? { Ok(()) } else { Err(refused.into()) }
    }

    /// Writes that it isn't known whether an order was executed.
    pub async fn unknown(&self, id: String, reason: String) -> Result<(), Error> {
        self.transaction(move |transaction| {
            transaction.execute(
                "UPDATE orders SET state = 'unknown', error = ?2
                 WHERE id = ?1 AND state = 'sending'",
                params![id, reason],
            )?;
            Ok(())
        })
        .await
    }

    /// Stores an event, and what it says about its order, if that is known. A duplicate changes
    /// nothing. Returns whether the job is to be polled, as the event says too little.
    pub async fn received(&self, event: Event) -> Result<bool, Error> {
        self.transaction(move |transaction| {
            let (key, job) = (event.key(), job_of(&event));
            let stored = transaction.execute(
                "INSERT OR IGNORE INTO events (key, job_id, body) VALUES (?, ?, ?)",
                params![key, job, event.raw.to_string()],
            )?;
            if stored == 0 {
                let sql = "UPDATE events SET deliveries = deliveries + 1 WHERE key = ?";
                transaction.execute(sql, [key])?;
                return Ok(false);
            }
            let sql = "SELECT id FROM orders WHERE job_id = ?";
            let order = transaction.query_row(sql, [job], |row| row.get::<_, String>(0));
            match order.optional()? {
                Some(id) => apply(transaction, &id, &event),
                // The call that starts its job hasn't returned, or died: `started` will find it.
                None => Ok(false),
            }
        })
        .await
    }

    /// Returns orders whose jobs are to be polled now, and puts off their next poll.
    pub async fn due_polls(&self) -> Result<Vec<(String, JobRecord)>, Error> {
        const AT_ONCE: usize = 16;
        let (now, wait) = (self.due_in(Duration::ZERO), self.times.poll.as_millis() as i64);
        let work = move |transaction: &Transaction| {
            let sql = "UPDATE orders SET due = ?1 + ?2 * iif(state = 'started', 1, 60)
                       WHERE number IN (
                           SELECT number FROM orders WHERE state IN ('started', 'unknown')
                           AND job_id IS NOT NULL AND due <= ?1 ORDER BY due LIMIT ?3)
                       RETURNING id, job";
            let mut due = transaction.prepare(sql)?;
            let row = |row: &rusqlite::Row| Ok((row.get(0)?, row.get(1)?));
            due.query_map(params![now, wait, AT_ONCE], row)?.collect::<rusqlite::Result<Vec<_>>>()
        };
        let due: Vec<(String, String)> = self.transaction(work).await?;
        let parsed = due.into_iter().map(|(id, job)| match serde_json::from_str(&job) {
            Ok(record) => Ok((id, record)),
            Err(error) => Err(format!("the job of {id} can't be read from the database: {error}")),
        });
        Ok(parsed.collect::<Result<_, _>>()?)
    }

    /// Stores what a poll says. An order whose job isn't found for an hour is `unknown`, until a
    /// later poll or an event says what became of it.
    pub async fn polled(&self, id: String, poll: Poll) -> Result<(), Error> {
        let (now, grace) = (self.due_in(Duration::ZERO), NOT_FOUND_GRACE.as_millis() as i64);
        self.transaction(move |transaction| {
            // An event may have ended it meanwhile.
            let of_open = "WHERE id = ?1 AND state IN ('started', 'unknown')";
            let set = |changes: &str, values: &[&dyn ToSql]| {
                let sql = format!("UPDATE orders SET {changes} {of_open}");
                transaction.execute(&sql, values).map(drop)
            };
            match poll {
                Poll::Ended(end) => write_end(transaction, &id, end),
                Poll::Open => {
                    set("state = 'started', error = NULL, not_found_since = NULL", params![id])
                }
                Poll::NotFound(reason) => set(
                    "state = iif(not_found_since <= ?2 - ?3, 'unknown', state), error = ?4,
                     not_found_since = coalesce(not_found_since, ?2)",
                    params![id, now, grace, reason],
                ),
                Poll::Failed => set("not_found_since = NULL", params![id]),
            }
        })
        .await
    }

    /// Returns the orders that are to be searched for in the API's list now, by the names of their
    /// videos, and puts off the next search, each time for longer.
    pub async fn due_searches(&self) -> Result<Vec<(String, String)>, Error> {
        let (now, wait) = (self.due_in(Duration::ZERO), self.times.settle.as_millis() as i64);
        self.transaction(move |transaction| {
            let sql = "UPDATE orders SET due = ?1 + (?2 << min(2 * searches + 2, 12))
                       WHERE state = 'unknown' AND job_id IS NULL AND due <= ?1
                       RETURNING video_name, id";
            let mut due = transaction.prepare(sql)?;
            due.query_map([now, wait], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
        .await
    }

    /// Writes that the API's list doesn't show these orders. Returns those for which it is the
    /// first time.
    pub async fn not_found(&self, ids: Vec<String>) -> Result<Vec<String>, Error> {
        self.transaction(move |transaction| {
            let sql = "UPDATE orders SET searches = searches + 1
                       WHERE id = ? AND state = 'unknown' RETURNING searches";
            let mut first = Vec::new();
            for id in ids {
                let searches = transaction.query_row(sql, [&id], |row| row.get::<_, i64>(0));
                first.extend((searches.optional()? == Some(1)).then_some(id));
            }
            Ok(first)
        })
        .await
    }

    /// Ends an order, unless it has ended: the first end counts.
    pub async fn end(&self, id: String, end: End) -> Result<(), Error> {
        self.transaction(move |transaction| write_end(transaction, &id, end)).await
    }

    /// Returns whether no order can change any more, but for those that stay unknown.
    pub async fn is_over(&self) -> Result<bool, Error> {
        self.transaction(|transaction| {
            let sql = "SELECT NOT EXISTS (
                           SELECT 1 FROM orders WHERE state IN ('queued', 'sending', 'started')
                           OR (state = 'unknown' AND job_id IS NULL AND searches = 0))";
            transaction.query_row(sql, [], |row| row.get(0))
        })
        .await
    }

    pub async fn summary(&self) -> Result<Summary, Error> {
        self.transaction(|transaction| {
            let sql = "SELECT state, count(*) FROM orders GROUP BY state ORDER BY state";
            let mut states = transaction.prepare(sql)?;
            let orders = states.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let orders = orders.collect::<rusqlite::Result<_>>()?;
            let sql = "SELECT count(*), coalesce(sum(deliveries - 1), 0) FROM events";
            let events = |row: &rusqlite::Row| Ok((row.get(0)?, row.get(1)?));
            let (events, duplicates) = transaction.query_row(sql, [], events)?;
            Ok(Summary { orders, events, duplicates })
        })
        .await
    }

    /// Runs a transaction where blocking is allowed.
    async fn transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.write(work)).await?
    }

    fn write<T>(&self, work: impl FnOnce(&Transaction) -> rusqlite::Result<T>) -> Result<T, Error> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    fn due_in(&self, time: Duration) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        (now + time).as_millis().try_into().unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
pub mod tests;
