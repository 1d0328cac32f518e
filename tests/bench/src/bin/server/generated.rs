//! Responses that depend on the request: lists of any length, and jobs of any number.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use jogg_bench::{LIST_LENGTH, PREVIEW_URL};
use serde_json::{Value, json};

use crate::items::{envelope, motion, voice};

/// Returns the body of the response; `None` if the request is none of these.
///
/// - `/asleep`: jobs that are never done.
/// - `/jobs`: jobs that are done at their second poll.
/// - `/pages`: a list without an end, in pages.
/// - `/large/MIB`: a list of this size on one page.
/// - `/malformed/MIB`: the same, but no item can be decoded.
pub(crate) fn body(target: &str) -> Option<Value> {
    let (path, query) = target.strip_prefix("GET /")?.split_once('?')?;
    let argument = |name: &str| {
        let mut arguments = query.split('&').filter_map(|pair| pair.split_once('='));
        arguments.find(|(found, _)| *found == name).map(|(_, value)| value)
    };
    let data = match path.split('/').collect::<Vec<_>>()[..] {
        ["asleep", "v2", "photo_avatar"] => motion(argument("motion_id")?, "processing", ""),
        ["jobs", "v2", "photo_avatar"] => {
            let id = argument("motion_id")?;
            match is_first_poll(id) {
                true => motion(id, "processing", ""),
                false => motion(id, "completed", PREVIEW_URL),
            }
        }
        ["pages", "v2", "voices"] => {
            let page: usize = argument("page").map_or(Some(1), |page| page.parse().ok())?;
            let first = page.checked_sub(1)? * LIST_LENGTH;
            let voices: Vec<_> = (first..first + LIST_LENGTH).map(voice).collect();
            json!({"voices": voices, "has_more": true})
        }
        ["large", size, "v2", "voices"] => list(size.parse().ok()?, |voice| voice),
        ["malformed", size, "v2", "voices"] => list(size.parse().ok()?, |mut voice| {
            // An item is nothing without what identifies it.
            voice["voice_id"] = Value::Null;
            voice
        }),
        _ => return None,
    };
    Some(envelope(data))
}

fn list(mebibytes: usize, change: fn(Value) -> Value) -> Value {
    let (mut voices, mut size) = (Vec::new(), 0);
    while size < mebibytes << 20 {
        let voice = change(voice(voices.len()));
        size += voice.to_string().len() + 1;
        voices.push(voice);
    }
    json!({"voices": voices, "has_more": false})
}

/// Ids are never polled a third time, so they are forgotten at the second.
fn is_first_poll(id: &str) -> bool {
    static POLLED: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);
    let mut polled = POLLED.lock().unwrap_or_else(PoisonError::into_inner);
    !polled.remove(id) && polled.insert(id.to_owned())
}
