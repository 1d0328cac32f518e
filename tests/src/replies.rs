//! What tests have the simulator respond with.

use jogg_api_ext::simulator::Reply;
use serde_json::{Value, json};

/// A success with this `data`.
pub fn success(data: Value) -> Reply {
    Reply::json(200, json!({"code": 0, "msg": "Success", "data": data}))
}

/// The ticket of an upload: where to send the file, and where it can be read later.
pub fn ticket(sign_url: impl AsRef<str>, asset_url: impl AsRef<str>) -> Reply {
    success(json!({"sign_url": sign_url.as_ref(), "asset_url": asset_url.as_ref()}))
}
