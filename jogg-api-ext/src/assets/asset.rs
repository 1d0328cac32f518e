//! A file in the API's storage.

use std::fmt;

use super::transfer::without_query;
use crate::host_response::HostResponse;

/// A file in the API's storage. `Debug` shows its URL without the query.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Asset {
    /// Its URL: what other calls take as `image_url`, `audio_url` and so on. Not the signed URL it
    /// was sent to, which expires.
    pub url: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its content type, such as `image/png`.
    pub content_type: String,
    /// What the storage said if it has the file, but could not notify the API (HTTP 203). Calls
    /// that use the file may fail then; `None` otherwise.
    pub callback_failure: Option<HostResponse>,
}

impl fmt::Debug for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asset")
            .field("url", &without_query(&self.url))
            .field("size", &self.size)
            .field("content_type", &self.content_type)
            .field("callback_failure", &self.callback_failure)
            .finish()
    }
}
