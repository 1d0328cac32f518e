//! What all requests share.

use jogg_api::Operation;
use serde_json::{Map, Value};

use crate::{Error, ErrorKind, Result};

/// An extra field may not be one the request has: it would be sent twice.
pub(crate) fn check_extra(
    operation: &'static Operation,
    fields: &[&str],
    extra: &Map<String, Value>,
) -> Result<()> {
    match extra.keys().find(|name| fields.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let message = format!("`{name}` is a field of the request; set it by its own method");
            Err(Error::new(ErrorKind::InvalidParameter, message).with_operation(operation))
        }
    }
}
