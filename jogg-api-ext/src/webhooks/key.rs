//! The key by which two deliveries of one event are recognized.

use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::body::{self, MAX_IDS};
use super::subject;

/// Keys are stored and compared: what is longer is hashed.
const LONGEST: usize = 300;

pub(super) fn of(event_id: Option<&str>, event: &str, raw: &Value) -> String {
    let key = match event_id {
        // The documents show one id for two events. One that is taken for another would be lost.
        Some(id) => format!("id:{id:?} {event}"),
        None => of_job(event, raw).unwrap_or_else(|| hashed(&raw.to_string())),
    };
    if key.len() <= LONGEST { key } else { hashed(&key) }
}

/// Of an event that names the job, as a job ends only once. All ids count: of a batch, each member
/// may have a separate event. Other ids don't say which event it is: an avatar has several jobs.
fn of_job(event: &str, raw: &Value) -> Option<String> {
    let data = body::data(raw);
    let mut ids: Vec<_> = body::ids(data).take(MAX_IDS + 1).collect();
    if ids.len() > MAX_IDS || subject::jobs(event, data).is_empty() {
        return None;
    }
    ids.sort_unstable();
    let mut key = format!("job:{event}");
    for (name, id) in &ids {
        // In quotes and escaped, so that no id can be taken for two.
        let _ = write!(key, " {name}={id:?}");
    }
    Some(key)
}

fn hashed(text: &str) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(text)))
}
