//! What is the same for many operations.

use std::collections::BTreeMap;

use jogg_api::RetryClass;
use jogg_api::codec::{CODECS, Codec};
use jogg_api::jobs::JOBS;

/// The class of an operation: all of a class treat a failure in the same way.
///
/// # Panics
/// If the operation's retry class has no name here.
pub fn class(codec: &'static Codec) -> String {
    let mut class = match codec.operation.retry {
        RetryClass::AtMostOnce => "at-most-once",
        RetryClass::Idempotent => "idempotent",
        RetryClass::Read => "read",
        RetryClass::UploadTicket => "upload-ticket",
        other => panic!("a class without a name: {other:?}"),
    }
    .to_owned();
    // Its response has no `data`, so that nothing in its place can be wrong.
    if codec.decode_response(br#"{"code": 0, "data": "text"}"#).is_ok() {
        class.push_str(", no data");
    }
    // A list in the place of `data` is its result.
    if codec.operation.list.is_some() {
        class.push_str(", list");
    }
    // A whole report counts under any word for its code.
    if JOBS.iter().any(|rule| rule.report == codec.operation) {
        class.push_str(", report");
    }
    class
}

/// One operation of each class.
pub fn one_of_each_class() -> Vec<&'static Codec> {
    let classes: BTreeMap<String, &Codec> =
        CODECS.iter().map(|codec| (class(codec), codec)).collect();
    classes.into_values().collect()
}
