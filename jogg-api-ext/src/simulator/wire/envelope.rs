//! The envelope around every response.

use jogg_api::codes::CODES;
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

/// Replies in the envelope of the API.
impl Reply {
    /// Returns the API's reply with an error code, such as 18020 for too few credits: nothing is
    /// executed. [`CODES`](jogg_api::codes::CODES) lists the codes. The status is the one that the
    /// code comes with: 401 for 10105, 429 for 429, 500 for 50000, and 200 for all others.
    ///
    /// ```
    /// # use jogg_api_ext::jogg_api::operations::CREATE_AI_SCRIPT;
    /// # use jogg_api_ext::simulator::{Reply, Simulator};
    /// # fn demo(simulator: Simulator) {
    /// simulator.reply_next(&CREATE_AI_SCRIPT, Reply::error(18020));
    /// # }
    /// ```
    pub fn error(code: i64) -> Self {
        let known = CODES.iter().find(|known| known.number == code);
        let message = known.map_or("an error", |known| known.description);
        let name = ErrorCode::from(code);
        let status = match name {
            ErrorCode::InvalidApiKey => 401,
            ErrorCode::RateLimited => 429,
            ErrorCode::SystemError => 500,
            _ => 200,
        };
        envelope(status, name, message, &Value::Null)
    }
}
