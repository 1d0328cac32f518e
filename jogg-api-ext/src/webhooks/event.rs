//! An event: that a job has ended, and what the API says about that.

use std::fmt;

use jogg_api::enums::WebhookEvent;
use jogg_api::{one_line, raw_json, raw_text};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::body;
use super::key;
use super::subject;
use crate::job_record::JobRecord;
use crate::jobs::{JobStatus, fields};

/// An event: a job has ended. It comes from a [`Verifier`](super::Verifier), or from
/// [`Event::parse`] if it was verified before.
///
/// Almost everything in it may be missing; names and members that this crate doesn't know are kept.
/// It serializes as its `raw` body.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// What happened, such as `generated_motion_success`.
    pub event: WebhookEvent,
    /// The id of the event; often missing. [`Event::key`] is what to find duplicates by.
    pub event_id: Option<String>,
    /// When it happened, in Unix seconds.
    pub timestamp: Option<i64>,
    /// The whole body as JSON, as received; but a number that a [`Value`] can't hold is a string
    /// with its digits, and what is nested deeper than 100 levels is null. Not redacted.
    pub raw: Value,
}

impl Event {
    /// Reads an event from its body, without verifying it: for bodies that were verified before
    /// they were stored or queued. Anyone can write such a body; what just came in goes through a
    /// [`Verifier`](super::Verifier).
    ///
    /// # Errors
    /// [`NotAnEvent`] if the body is not a JSON object with an `event`.
    pub fn parse(body: &[u8]) -> Result<Self, NotAnEvent> {
        let raw = raw_json(body);
        let name = fields::text(&raw, &["event"]).ok_or(NotAnEvent {})?;
        Ok(Self {
            event: WebhookEvent::from(name.trim()),
            event_id: raw.get("event_id").and_then(raw_text),
            timestamp: raw.get("timestamp").and_then(body::integer),
            raw,
        })
    }

    /// Returns the key by which two deliveries of one event are recognized. The API retries
    /// deliveries, so that each event may come more than once: store the key together with what you
    /// do for the event, and skip an event whose key is stored.
    ///
    /// It is made of the `event_id` and the name of the event; without an id, of the name and the
    /// ids in the `data`, if they include that of a job, as a job ends only once; else of the whole
    /// body, which a retry repeats. It has at most 300 bytes.
    pub fn key(&self) -> String {
        key::of(self.event_id.as_deref(), self.event.as_str(), &self.raw)
    }

    /// Returns the `data` of the event, as received. Not redacted.
    pub fn data(&self) -> &Value {
        body::data(&self.raw)
    }

    /// Returns the record of the job that has ended, with which a process that knows nothing of it
    /// can go on, by [`Jogg::resume`](crate::Jogg::resume). `None` if the event names no job that
    /// this crate knows: then poll the jobs that are open.
    ///
    /// Two names don't say which operation started the job: `generated_video` and
    /// `generated_motion`. This is the likeliest one, and [`Event::jobs`] returns all.
    pub fn job(&self) -> Option<JobRecord> {
        self.jobs().into_iter().next()
    }

    /// Returns the records of all jobs that the event may be about, the likeliest first. They
    /// differ in their operation.
    pub fn jobs(&self) -> Vec<JobRecord> {
        subject::jobs(self.event.as_str(), self.data())
    }

    /// Returns all ids in the `data` of the event, whatever they are called: one of them is that of
    /// the job. At most 16, and those of [`Event::jobs`] first.
    pub fn ids(&self) -> Vec<String> {
        subject::ids(self.event.as_str(), self.data())
    }

    /// Returns how the job has ended, by the name of the event: `_success` or `_failed` at its end.
    /// The `data` may have no status.
    pub fn status(&self) -> JobStatus {
        subject::status(self.event.as_str())
    }

    /// Returns why the job failed, if it did and the event says. Not redacted.
    pub fn error(&self) -> Option<String> {
        let failed = self.status() == JobStatus::Failed;
        failed.then(|| fields::error(self.data())).flatten()
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("event", &one_line(self.event.as_str()))
            .field("event_id", &self.event_id.as_deref().map(one_line))
            .field("timestamp", &self.timestamp)
            .finish_non_exhaustive()
    }
}

/// The body is not a JSON object with an `event`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotAnEvent {}

impl fmt::Display for NotAnEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body is not a JSON object with an `event`")
    }
}

impl std::error::Error for NotAnEvent {}
