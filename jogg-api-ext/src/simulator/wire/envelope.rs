//! The envelope around every response.

use jogg_api::enums::ErrorCode;
use serde_json::{Value, json};

use super::reply::Reply;
use crate::simulator::dialect::Dialect;

/// Wraps the data of a successful response.
pub(crate) fn success(dialect: Dialect, data: &Value) -> Reply {
    let message = match dialect {
        Dialect::Documented => "Success",
        Dialect::Live => "success",
    };
    envelope(200, ErrorCode::Success, message, data)
}

/// Wraps the data of any response.
pub(crate) fn envelope(status: u16, code: ErrorCode, message: &str, data: &Value) -> Reply {
    let request_id = format!("{:032x}", fastrand::u128(..));
    Reply::json(status, json!({"rid": request_id, "code": code, "msg": message, "data": data}))
}
