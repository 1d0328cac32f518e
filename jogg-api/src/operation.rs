//! The rows of the generated tables.

use crate::enums::ErrorCode;

/// One operation of the API.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub struct Operation {
    /// Its id in the spec, which is also its method on [`Client`](crate::Client).
    pub id: &'static str,
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// The path template, such as `/v2/avatar_video/{id}`.
    pub path: &'static str,
    /// The resource it belongs to.
    pub tag: &'static str,
    /// One line on what it does.
    pub summary: &'static str,
    /// What a second call would do.
    pub retry: RetryClass,
    /// What a call costs, where the vendor has published it.
    pub credits: Option<Credits>,
}

impl Operation {
    /// Creates an operation that this crate doesn't know, for
    /// [`Client::request`](crate::Client::request) or an [`Endpoint`](crate::Endpoint). Make it a
    /// static:
    ///
    /// ```
    /// use jogg_api::{Operation, RetryClass};
    ///
    /// static LIST_OUTFITS: Operation =
    ///     Operation::new("list_outfits", "GET", "/v2/outfits", RetryClass::Read);
    /// ```
    pub const fn new(
        id: &'static str,
        method: &'static str,
        path: &'static str,
        retry: RetryClass,
    ) -> Self {
        Self { id, method, path, tag: "", summary: "", retry, credits: None }
    }
}

/// What sending a request a second time would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryClass {
    /// Takes credits or creates something: twice is harm, and the API has no idempotency key.
    AtMostOnce,
    /// Sets or removes something: twice is as good as once.
    Idempotent,
    /// Changes nothing.
    Read,
    /// Returns an upload address: a second one is as good as the first.
    UploadTicket,
}

/// What a call costs in credits. Prices are the vendor's as of the month given, and may have
/// changed since.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Credits {
    /// By the value of a field of the request.
    ByField {
        /// Month of the price list, such as `2026-03`.
        as_of: &'static str,
        /// The field that decides.
        field: &'static str,
        /// Value of the field, and credits.
        amounts: &'static [(&'static str, f64)],
    },
    /// The same for every call.
    PerCall {
        /// Month of the price list.
        as_of: &'static str,
        /// Credits for one call.
        amount: f64,
    },
    /// By the second of the result.
    PerSecond {
        /// Month of the price list.
        as_of: &'static str,
        /// Credits for one second.
        amount: f64,
    },
    /// For each started span of the result.
    PerStarted {
        /// Month of the price list.
        as_of: &'static str,
        /// Credits for one span.
        amount: f64,
        /// Length of a span in seconds.
        seconds: u32,
    },
}

/// An error code of the API.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub struct Code {
    /// The number in the response's `code`.
    pub number: i64,
    /// Its name.
    pub name: ErrorCode,
    /// What it means for the caller.
    pub description: &'static str,
}

/// How a job is started and polled.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub struct JobRule {
    /// The operation that starts it.
    pub create: &'static Operation,
    /// The operation that reports on it.
    pub report: &'static Operation,
    /// How the report is found.
    pub link: JobLink,
}

/// How the response of a create operation leads to the job's report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobLink {
    /// The response has an id, which the report takes as a parameter.
    Id {
        /// Where the id stands in the response, such as `data.motion_id`.
        from: &'static str,
        /// Which parameter of the report takes it.
        to: IdPlace,
    },
    /// The report is an item of a list.
    Lookup {
        /// Where the id stands in the response, `[]` for each item of a list.
        from: &'static str,
        /// Where the same id stands in the list that is searched.
        within: &'static str,
    },
}

/// The parameter that takes a job's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdPlace {
    /// A part of the path.
    Path(&'static str),
    /// A query parameter.
    Query(&'static str),
}
