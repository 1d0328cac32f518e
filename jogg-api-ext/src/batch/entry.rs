//! What is put into a batch, and what it costs.

use std::fmt;
use std::time::Duration;

use jogg_api::{Operation, redact_urls};
use serde_json::Value;

use super::request::PaidRequest;
use super::spending::{SpendCap, rounded};
use crate::error::{Error, ErrorKind, Result};

/// A request to queue, under a key of the caller.
///
/// ```
/// use std::time::Duration;
///
/// use jogg_api_ext::batch::Entry;
/// use jogg_api_ext::lip_sync::CreateVideo;
///
/// let request = CreateVideo::new("https://example.com/a.mp4", "https://example.com/a.mp3");
/// let entry = Entry::new("order 17", request).length(Duration::from_secs(100));
/// println!("{:?} credits", entry.price());
/// ```
#[derive(Clone)]
#[must_use]
pub struct Entry {
    pub(super) key: String,
    pub(super) operation: &'static Operation,
    pub(super) body: Value,
    /// Why it can't be sent.
    problem: Option<String>,
    price: fn(&Value, Option<Duration>) -> Option<f64>,
    length: Option<Duration>,
    credits: Option<f64>,
}

impl Entry {
    /// Creates an entry. The key is unique in its batch, such as the number of an order: a request
    /// that is queued twice under one key is sent once.
    pub fn new<R: PaidRequest>(key: impl Into<String>, request: R) -> Self {
        let body = serde_json::to_value(&request);
        let problem = request.checked().err().map(|error| error.to_string());
        let problem = problem.or_else(|| body.as_ref().err().map(ToString::to_string));
        Self {
            key: key.into(),
            operation: R::OPERATION,
            body: body.unwrap_or_default(),
            problem,
            price: |body, length| {
                let request: R = serde_json::from_value(body.clone()).ok()?;
                request.price(length).map(|estimate| estimate.credits)
            },
            length: None,
            credits: None,
        }
    }

    /// Sets how long the result will be, where the price depends on it. Without, the shortest span
    /// of the price list is assumed, or the price isn't known.
    pub fn length(mut self, length: Duration) -> Self {
        self.length = Some(length);
        self
    }

    /// Sets what it counts, in credits, instead of the estimate by the price list.
    pub fn credits(mut self, credits: f64) -> Self {
        self.credits = Some(credits);
        self
    }

    /// Returns the key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns what it counts, in credits; `None` if the price isn't known.
    pub fn price(&self) -> Option<f64> {
        self.credits.or_else(|| (self.price)(&self.body, self.length))
    }

    /// Checks that it can be queued: its key, its request, and what it counts.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] says what is wrong.
    pub fn check(&self) -> Result<()> {
        check_name("the key", &self.key)?;
        let credits = self.credits;
        let problem = match (&self.problem, credits) {
            (Some(problem), _) => problem.clone(),
            (None, Some(credits)) if !(credits.is_finite() && credits >= 0.0) => {
                format!("{credits} credits can't be counted; they must be 0 or more")
            }
            _ => return Ok(()),
        };
        Err(self.refused(&problem))
    }

    /// Checks that its price is known, if there is a cap.
    pub(super) fn check_price(&self, cap: &SpendCap) -> Result<()> {
        if !cap.is_set() || cap.unknown_price.is_some() || self.price().is_some() {
            return Ok(());
        }
        Err(self.refused(
            "its price isn't known, and the batch has a cap; set `Entry::credits`, \
             `Entry::length` or `SpendCap::unknown_price`",
        ))
    }

    fn refused(&self, problem: &str) -> Error {
        let error = Error::new(ErrorKind::InvalidParameter, format!("{}: {problem}", self.key));
        error.with_operation(self.operation)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("key", &redact_urls(&self.key))
            .field("operation", &self.operation.id)
            .field("credits", &self.price())
            .finish_non_exhaustive()
    }
}

/// Checks a name that is part of a primary key.
pub(super) fn check_name(what: &str, name: &str) -> Result<()> {
    let problem = match name {
        name if name.trim().is_empty() => "is empty",
        name if name.len() > 500 => "is longer than 500 bytes",
        name if name.contains('\0') => "contains NUL",
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::InvalidParameter, format!("{what} {problem}")))
}

/// What became of an entry that was queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "another request may be in the batch under this key"]
#[non_exhaustive]
pub enum Queued {
    /// It is in the batch now.
    New,
    /// It was in the batch before, with the same request.
    Known,
    /// Another request is in the batch under its key, and stays.
    OtherRequest,
}

/// What requests cost, by estimates.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Cost {
    /// How many requests there are.
    pub requests: u64,
    /// What those cost whose price is known, in credits.
    pub credits: f64,
    /// How many have no known price.
    pub without_price: u64,
}

impl Cost {
    /// Adds up the estimates of entries that aren't queued yet: a dry run.
    pub fn of<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Self {
        let mut cost = Self::default();
        for entry in entries {
            cost.requests += 1;
            match entry.price() {
                Some(credits) => cost.credits = rounded(cost.credits + credits),
                None => cost.without_price += 1,
            }
        }
        cost
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, credits, without_price } = self;
        let priced = requests - without_price;
        let credit = if *credits == 1.0 { "credit" } else { "credits" };
        let request = if priced == 1 { "request" } else { "requests" };
        write!(f, "{credits} {credit} for {priced} {request}")?;
        match without_price {
            0 => Ok(()),
            _ => write!(f, ", and {without_price} without a known price"),
        }
    }
}
