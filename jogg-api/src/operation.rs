//! The types of the rows in the generated tables.

use std::fmt;

use crate::enums::ErrorCode;

/// One operation of the API.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub struct Operation {
    /// The id in the spec, which is also the name of the method of [`Client`](crate::Client).
    pub id: &'static str,
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// The path template, such as `/v2/avatar_video/{id}`.
    pub path: &'static str,
    /// The group the operation belongs to.
    pub tag: &'static str,
    /// A one-line summary.
    pub summary: &'static str,
    /// What sending the request twice would do.
    pub retry: RetryClass,
    /// What a call costs, if the vendor has published it.
    pub credits: Option<Credits>,
    /// The field of the response's `data` that is the list, if the operation lists something and
    /// its `data` has exactly one list. `data` is then also read if it is the list alone.
    pub list: Option<&'static str>,
}

impl Operation {
    /// Creates an operation that this crate doesn't know, for
    /// [`Client::request`](crate::Client::request) or an [`Endpoint`](crate::Endpoint). Define it
    /// as a static:
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
        Self { id, method, path, tag: "", summary: "", retry, credits: None, list: None }
    }
}

/// What sending a request twice would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryClass {
    /// Costs credits or creates something, and would do so twice: the API has no idempotency key.
    AtMostOnce,
    /// Sets or deletes something: sending it twice has the same effect as once.
    Idempotent,
    /// Changes nothing.
    Read,
    /// Returns an upload ticket: a second ticket serves as well as the first.
    UploadTicket,
}

/// What a call costs in credits. The prices are the vendor's as of the given month and may have
/// changed since.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Credits {
    /// Month of the price list, such as `2026-03`.
    pub as_of: &'static str,
    /// What one result costs.
    pub price: Price,
    /// The field of the request that says how many results are paid for: a number, or a list with
    /// an item for each. A call without it has one result.
    pub for_each: Option<&'static str>,
}

/// What one result of a call costs in credits.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Price {
    /// The price depends on a field of the request.
    ByField {
        /// The field that determines the price.
        field: &'static str,
        /// Values of the field with their prices in credits.
        amounts: &'static [(&'static str, f64)],
    },
    /// The price is the same for every result.
    Fixed {
        /// Credits per result.
        amount: f64,
    },
    /// The price is per second of the result.
    PerSecond {
        /// Credits per second.
        amount: f64,
    },
    /// The price is per started interval of the result.
    PerStarted {
        /// Credits per interval.
        amount: f64,
        /// Length of the interval in seconds.
        seconds: u32,
    },
}

/// Shows the price in words, with the month of the price list.
impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.price)?;
        if let Some(field) = self.for_each {
            write!(f, ", for each of `{field}`")?;
        }
        write!(f, ", by the prices of {}", self.as_of)
    }
}

/// Shows the price in words.
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByField { field, amounts } => {
                let amounts = amounts.iter().map(|(value, amount)| format!("{amount} for {value}"));
                let amounts = amounts.collect::<Vec<_>>().join(", ");
                write!(f, "credits by `{field}`: {amounts}")
            }
            Self::Fixed { amount } => write!(f, "{}", Amount(*amount)),
            Self::PerSecond { amount } => write!(f, "{} per second of the result", Amount(*amount)),
            Self::PerStarted { amount, seconds } => {
                write!(f, "{} per started {seconds} s of the result", Amount(*amount))
            }
        }
    }
}

/// A number of credits with its noun.
struct Amount(f64);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.0 == 1.0 { "credit" } else { "credits" };
        write!(f, "{} {noun}", self.0)
    }
}

/// An error code of the API.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub struct Code {
    /// The number in the response's `code`.
    pub number: i64,
    /// The name of the code.
    pub name: ErrorCode,
    /// What it means for the caller.
    pub description: &'static str,
}

/// How a job is created and polled.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub struct JobRule {
    /// The operation that creates the job.
    pub create: &'static Operation,
    /// The operation that reports its status.
    pub report: &'static Operation,
    /// How to find the job in the response of `report`.
    pub link: JobLink,
}

/// How the response of a create operation identifies the job in its report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobLink {
    /// The response has an id, which is a parameter of the report operation.
    Id {
        /// The path of the id in the response, such as `data.motion_id`.
        from: &'static str,
        /// The parameter of the report operation.
        to: IdPlace,
    },
    /// The report is an item in a list.
    Lookup {
        /// The path of the id in the response; `[]` stands for every item of a list.
        from: &'static str,
        /// The path of the same id in the response with the list.
        within: &'static str,
    },
}

/// The parameter for the id of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdPlace {
    /// A path parameter.
    Path(&'static str),
    /// A query parameter.
    Query(&'static str),
}
