//! A batch: what is queued, what has become of it, and what people decide about it.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, TryStreamExt, unfold};
use jogg_api::one_line;
use serde_json::Value as Json;

use super::batch_request::{BatchRequest, COLUMNS};
use super::counts::{Counts, read_counts};
use super::entry::{Cost, Entry, Queued, check_name};
use super::spending::{Ledger, SpendCap, Spent, rounded, spent};
use super::state::RequestState;
use super::store::{Store, Write, integer, json, needed_text, real};
use super::value::Value;
use crate::client::Jogg;
use crate::error::{Error, ErrorKind, Result};
use crate::job_record::JobRecord;
use crate::outcome_unknown::{Candidates, candidates_of};
use crate::stream::BoxStream;

/// How many entries are queued by one statement.
const CHUNK: usize = 500;

const INSERT: &str = "INSERT INTO jogg_requests (batch, key, position, operation, body, credits, \
                      state, queued_at) VALUES ";

/// A durable run of paid requests, under one name in a [`Store`]. Cheap to clone.
///
/// Any number of processes may open the same batch, queue requests and [run](Batch::run) it. See
/// the [module](super) for what it guarantees.
#[derive(Clone)]
pub struct Batch {
    pub(super) store: Store,
    pub(super) name: Arc<str>,
    pub(super) cap: SpendCap,
}

/// What somebody decides about a request whose outcome isn't known, or that has failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resolution {
    /// It was executed, and this is the id of its job, whose result is waited for.
    Started(String),
    /// It was not executed: it is queued again, and what it was counted with is given back. Only
    /// for a request whose outcome isn't known.
    NotExecuted,
    /// It may be paid for again: it is queued again, and what it was counted with stays counted.
    Retry,
}

impl Store {
    /// Returns the batch of this name, which begins with its first request.
    pub fn batch(&self, name: impl Into<Arc<str>>) -> Batch {
        Batch { store: self.clone(), name: name.into(), cap: SpendCap::new() }
    }
}

impl Batch {
    /// Caps what is spent. Every process that runs the batch must set the same.
    #[must_use]
    pub fn spend_cap(mut self, cap: SpendCap) -> Self {
        self.cap = cap;
        self
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Queues a request. One that is in the batch under its key already stays unchanged, and
    /// [`Queued::OtherRequest`] says that it is another one; `tracing` has a warning then.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] if the request can't be sent, or has no known price in a
    /// batch with a cap; [`ErrorKind::Store`].
    pub async fn queue(&self, entry: Entry) -> Result<Queued> {
        let queued = self.queue_all([entry]).await?;
        Ok(queued.first().copied().unwrap_or(Queued::Known))
    }

    /// Queues requests, all or none; they are sent in this order.
    ///
    /// # Errors
    /// As [`Batch::queue`].
    pub async fn queue_all(&self, entries: impl IntoIterator<Item = Entry>) -> Result<Vec<Queued>> {
        check_name("the name of the batch", &self.name)?;
        self.cap.check()?;
        let entries: Vec<_> = entries.into_iter().collect();
        for entry in &entries {
            entry.check()?;
            entry.check_price(&self.cap)?;
        }
        let mut write = self.store.write().await?;
        let now = write.now().await?.milliseconds;
        let mut queued = Vec::with_capacity(entries.len());
        for (chunk, entries) in entries.chunks(CHUNK).enumerate() {
            let mut statement = INSERT.to_owned();
            let mut values: Vec<Value> = vec![(*self.name).into(), now.into()];
            for (index, entry) in entries.iter().enumerate() {
                let first = 3 + index * 4;
                let [key, position, operation, body] = [0, 1, 2, 3].map(|offset| first + offset);
                let separator = if index == 0 { "" } else { ", " };
                // Without a value for none: the driver would send one of another type.
                let credits =
                    entry.price().map_or("NULL".to_owned(), |credits| format!("{credits:?}"));
                statement.push_str(&format!(
                    "{separator}($1, ${key}, ${position}, ${operation}, ${body}, {credits}, \
                     'queued', $2)"
                ));
                let place = i64::try_from(chunk * CHUNK + index).unwrap_or(i64::MAX);
                values.extend([
                    entry.key.as_str().into(),
                    now.saturating_mul(1_000_000).saturating_add(place).into(),
                    entry.operation.id.into(),
                    entry.body.to_string().into(),
                ]);
            }
            statement.push_str(" ON CONFLICT (batch, key) DO NOTHING RETURNING key");
            let mut new = HashSet::new();
            for row in write.rows(&statement, values).await? {
                new.insert(needed_text(&row, "key")?);
            }
            for entry in entries {
                // One that is twice among the entries is new once.
                queued.push(match new.remove(&entry.key) {
                    true => Queued::New,
                    false => self.compare(&mut write, entry).await?,
                });
            }
        }
        write.commit().await?;
        Ok(queued)
    }

    /// Returns the batch's requests, counted by state.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    pub async fn counts(&self) -> Result<Counts> {
        read_counts(&self.store, &self.name).await
    }

    /// Returns the counts now and after each `interval` in which they change, until every request
    /// has ended. While the store can't be reached, there are none.
    pub fn progress(&self, interval: Duration) -> BoxStream<Result<Counts>> {
        let batch = self.clone();
        BoxStream::new(unfold(Some(None::<Counts>), move |last| {
            let batch = batch.clone();
            async move {
                let mut last = last?;
                loop {
                    if last.is_some() {
                        tokio::time::sleep(interval).await;
                    }
                    match batch.counts().await {
                        Err(error) if error.is_retryable() => tokio::time::sleep(interval).await,
                        Err(error) => return Some((Err(error), None)),
                        Ok(counts) if Some(counts) == last => last = Some(counts),
                        Ok(counts) => {
                            let next = (!counts.have_ended()).then_some(Some(counts));
                            return Some((Ok(counts), next));
                        }
                    }
                }
            }
        }))
    }

    /// Returns what the requests cost that are queued, by estimates.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    pub async fn cost(&self) -> Result<Cost> {
        let select = "SELECT COUNT(*) AS requests, COUNT(credits) AS priced, SUM(credits) AS credits \
                      FROM jogg_requests WHERE batch = $1 AND state = 'queued'";
        let rows = self.store.rows(select, [(*self.name).into()]).await?;
        let Some(row) = rows.first() else { return Ok(Cost::default()) };
        let count = |column| -> Result<u64> {
            Ok(integer(row, column)?.and_then(|count| count.try_into().ok()).unwrap_or(0))
        };
        let (requests, priced) = (count("requests")?, count("priced")?);
        let credits = rounded(real(row, "credits")?.unwrap_or(0.0));
        Ok(Cost { requests, credits, without_price: requests.saturating_sub(priced) })
    }

    /// Returns what is spent, by estimates.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    pub async fn spent(&self) -> Result<Spent> {
        let mut write = self.store.write().await?;
        spent(&mut write, &self.name).await
    }

    /// Returns a request by its key; `None` if there is none.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] if no request, or no batch, can have such a name;
    /// [`ErrorKind::Store`].
    pub async fn get(&self, key: &str) -> Result<Option<BatchRequest>> {
        check_name("the name of the batch", &self.name)?;
        check_name("the key", key)?;
        let select = format!("SELECT {COLUMNS} FROM jogg_requests WHERE batch = $1 AND key = $2");
        let rows = self.store.rows(&select, [(*self.name).into(), key.into()]).await?;
        rows.first().map(BatchRequest::read).transpose()
    }

    /// Returns all requests, in the order in which they were queued.
    pub fn requests(&self) -> BoxStream<Result<BatchRequest>> {
        self.select("1 = 1")
    }

    /// Returns the requests whose outcome isn't known. [`BatchRequest::where_it_shows`] says how to
    /// find out, [`Batch::candidates`] searches there, and [`Batch::resolve`] decides.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    pub async fn unknown(&self) -> Result<Vec<BatchRequest>> {
        self.select("state = 'unknown'").try_collect().await
    }

    /// Searches for what a request made whose outcome isn't known, as
    /// [`Jogg::candidates`](crate::Jogg::candidates) does for an error. The times are those of the
    /// database's clock. Changes nothing.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] if the batch has no such request whose outcome isn't known;
    /// those of a read, and [`ErrorKind::Store`].
    pub async fn candidates(&self, jogg: &Jogg, key: &str) -> Result<Candidates> {
        let request = self.get(key).await?;
        let Some(request) = request.filter(|request| request.state == RequestState::Unknown) else {
            let message = format!("the batch has no request `{key}` whose outcome isn't known");
            return Err(Error::new(ErrorKind::InvalidParameter, message));
        };
        let Some(operation) = request.known_operation() else {
            let message = format!("this release doesn't know `{}`", request.operation);
            return Err(Error::new(ErrorKind::InvalidParameter, message));
        };
        candidates_of(jogg, operation, &request.body, request.sent_at, request.job).await
    }

    /// Decides about a request whose outcome isn't known, or that has failed. The next run, or one
    /// that is under way, goes on with it.
    ///
    /// A worker that was only slow may still send what was taken over from it: before you decide
    /// that a request was not executed, wait for as long as a call may take.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] if the batch has no such request, or another one has this
    /// job; [`ErrorKind::Store`].
    pub async fn resolve(&self, key: &str, resolution: Resolution) -> Result<()> {
        let request = self.get(key).await?;
        let is_open = |request: &BatchRequest| match request.state {
            RequestState::Unknown => true,
            RequestState::Failed => resolution != Resolution::NotExecuted,
            _ => false,
        };
        let Some(request) = request.filter(is_open) else { return Err(self.nothing_open(key)) };
        let mut write = self.store.write().await?;
        let mut values: Vec<Value> = vec![
            (*self.name).into(),
            key.into(),
            i64::from(request.attempts).into(),
            request.state.as_str().into(),
        ];
        let set = match resolution {
            Resolution::Started(id) => {
                let operation = request.known_operation().ok_or_else(|| self.nothing_open(key))?;
                let record = JobRecord::resolved(operation, id, request.sent_at);
                // This locks what is spent, so that two who name the same job check one by one.
                self.recount(&mut write, key, true).await?;
                self.check_job(&mut write, &record).await?;
                values.extend([json(&record).into(), record.id.into()]);
                "state = 'started', record = $5, job_id = $6"
            }
            Resolution::NotExecuted => {
                self.recount(&mut write, key, false).await?;
                "state = 'queued', record = NULL, job_id = NULL"
            }
            // What is counted already stays so, beside what the next attempt is counted with.
            Resolution::Retry => {
                "state = 'queued', record = NULL, job_id = NULL, spent = 0, spent_on = NULL"
            }
        };
        let update = format!(
            "UPDATE jogg_requests SET worker = NULL, claim = NULL, not_before = 0, error = NULL, \
             result = NULL, ended_at = NULL, settled_at = NULL, {set} WHERE batch = $1 AND \
             key = $2 AND attempts = $3 AND state = $4"
        );
        match write.run(&update, values).await? {
            0 => Err(self.nothing_open(key)),
            _ => write.commit().await,
        }
    }

    /// Counts a request as executed, or gives back what it was counted with.
    async fn recount(&self, write: &mut Write<'_>, key: &str, was_executed: bool) -> Result<()> {
        let now = write.now().await?;
        let mut ledger = Ledger::open(write, &self.name, &now).await?;
        let values = [(*self.name).into(), key.into()];
        ledger.recount(write, "batch = $1 AND key = $2", &values, was_executed, &self.cap).await?;
        ledger.close(write).await
    }

    /// Checks that a job belongs to no other request of the batch.
    async fn check_job(&self, write: &mut Write<'_>, record: &JobRecord) -> Result<()> {
        let select = "SELECT key FROM jogg_requests WHERE batch = $1 AND job_id = $2 AND \
                      operation = $3 AND state IN ('started', 'done')";
        let values =
            [(*self.name).into(), record.id.as_str().into(), record.operation.as_str().into()];
        let rows = write.rows(select, values).await?;
        match rows.first() {
            None => Ok(()),
            Some(row) => {
                let message =
                    format!("the job {} is that of `{}`", record.id, needed_text(row, "key")?);
                Err(Error::new(ErrorKind::InvalidParameter, message))
            }
        }
    }

    fn nothing_open(&self, key: &str) -> Error {
        let message = format!(
            "the batch `{}` has no request `{key}` that has failed, or whose outcome isn't known",
            self.name
        );
        Error::new(ErrorKind::InvalidParameter, message)
    }

    /// Compares an entry with what is in the batch under its key.
    async fn compare(&self, write: &mut Write<'_>, entry: &Entry) -> Result<Queued> {
        let select = "SELECT operation, body FROM jogg_requests WHERE batch = $1 AND key = $2";
        let rows = write.rows(select, [(*self.name).into(), entry.key.as_str().into()]).await?;
        let Some(row) = rows.first() else { return Ok(Queued::Known) };
        let body: Json = serde_json::from_str(&needed_text(row, "body")?).unwrap_or_default();
        let is_same = needed_text(row, "operation")? == entry.operation.id && body == entry.body;
        if is_same {
            return Ok(Queued::Known);
        }
        let (batch, key) = (&self.name, one_line(&entry.key));
        tracing::warn!(%batch, key, "another request is in the batch under this key, and stays");
        Ok(Queued::OtherRequest)
    }

    /// Returns the requests of which this holds, page by page.
    fn select(&self, condition: &'static str) -> BoxStream<Result<BatchRequest>> {
        let batch = self.clone();
        let pages = unfold(Some((i64::MIN, String::new())), move |after| {
            let batch = batch.clone();
            async move {
                let (position, key) = after?;
                let page = batch.page(condition, position, key).await;
                let next = page.as_ref().ok().and_then(|(_, next)| next.clone());
                Some((page.map(|(requests, _)| stream::iter(requests.into_iter().map(Ok))), next))
            }
        });
        BoxStream::new(pages.try_flatten())
    }

    async fn page(
        &self,
        condition: &str,
        position: i64,
        key: String,
    ) -> Result<(Vec<BatchRequest>, Option<(i64, String)>)> {
        let limit = 1000_usize;
        let select = format!(
            "SELECT position, {COLUMNS} FROM jogg_requests WHERE batch = $1 AND {condition} AND \
             (position > $2 OR (position = $2 AND key > $3)) ORDER BY position, key LIMIT {limit}"
        );
        let values = [(*self.name).into(), position.into(), key.into()];
        let rows = self.store.rows(&select, values).await?;
        let requests: Vec<_> = rows.iter().map(BatchRequest::read).collect::<Result<_>>()?;
        let last = rows.last().filter(|_| rows.len() == limit);
        let next = match last {
            Some(row) => Some((integer(row, "position")?.unwrap_or(0), needed_text(row, "key")?)),
            None => None,
        };
        Ok((requests, next))
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("store", &self.store)
            .field("name", &self.name)
            .field("cap", &self.cap)
            .finish()
    }
}
