//! Files: uploads by ticket, and the files behind the URLs in responses.

use std::collections::HashSet;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue};
use jogg_api::{Operation, path_segment};
use serde_json::{Map, Value, json};

use super::bounded::{Bound, Bounded};
use super::ids::Ids;
use crate::simulator::spec::values::EXAMPLE_FILES;
use crate::simulator::wire::refusal::Refusal;
use crate::simulator::wire::reply::Reply;

/// Uploaded and made-up files. Keys are decoded paths below `/files/` or `/uploads/`.
pub(crate) struct Files {
    base_url: String,
    tickets: Bounded<Ticket>,
    uploaded: Bounded<(HeaderValue, Bytes)>,
    /// Made-up files that belong to nothing a call has created: the examples of the spec.
    stock: HashSet<String>,
    /// The made-up results of jobs.
    results: Bounded<()>,
}

/// The most files that one job has on average: a video, its cover, and images.
const RESULTS_OF_A_JOB: usize = 4;

struct Ticket {
    signature: String,
    content_type: String,
    size: Option<u64>,
}

impl Files {
    /// No files yet. `content` is the bound of tickets, `uploads` that of uploaded files.
    pub(crate) fn new(base_url: &str, content: Bound, uploads: Bound) -> Self {
        let results = Bound { count: content.count.saturating_mul(RESULTS_OF_A_JOB), ..content };
        Self {
            base_url: base_url.to_owned(),
            tickets: Bounded::new(content),
            uploaded: Bounded::new(uploads),
            stock: HashSet::new(),
            results: Bounded::new(results),
        }
    }

    /// Issues a ticket for one upload.
    pub(crate) fn ticket(
        &mut self,
        operation: &'static Operation,
        body: &Map<String, Value>,
        ids: &mut Ids,
    ) -> Result<Value, Refusal> {
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let name = text("filename");
        let encoded = path_segment(operation, "filename", name)
            .map_err(|error| Refusal::parameter(error.to_string()))?;
        let token = ids.fresh("asset_id", None);
        let token = token.as_str().unwrap_or_default();
        let signature = format!("{:032x}", fastrand::u128(..));
        let base = &self.base_url;
        let data = json!({
            "asset_url": format!("{base}/files/{token}/{encoded}"),
            "sign_url": format!("{base}/uploads/{token}/{encoded}?signature={signature}"),
        });
        let ticket = Ticket {
            signature,
            content_type: text("content_type").to_owned(),
            size: body.get("file_size").and_then(Value::as_u64),
        };
        let key = format!("{token}/{name}");
        let bytes = size_of::<Ticket>() + 2 * key.len() + ticket.content_type.len();
        self.tickets.insert(key, ticket, bytes);
        Ok(data)
    }

    /// Receives an upload. Refuses what a storage service with signed URLs refuses, and a request
    /// that carries the API key.
    pub(crate) fn upload(
        &mut self,
        key: String,
        signature: Option<&str>,
        headers: &HeaderMap,
        bytes: Bytes,
    ) -> Reply {
        let signed = |ticket: &&Ticket| signature == Some(ticket.signature.as_str());
        let Some(ticket) = self.tickets.get(&key).filter(signed) else {
            return refused(403, "no upload ticket has this URL and signature");
        };
        if headers.contains_key("x-api-key") {
            return refused(400, "an upload must not carry the API key");
        }
        let Some(content_type) =
            headers.get(CONTENT_TYPE).filter(|value| **value == *ticket.content_type)
        else {
            return refused(400, "the Content-Type must be the one in the ticket");
        };
        let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let Some(length) = length.and_then(|length| length.parse::<u64>().ok()) else {
            return refused(400, "the Content-Length is missing");
        };
        if ticket.size.is_some_and(|size| size != length) {
            return refused(400, "the Content-Length must be the file_size of the ticket");
        }
        let length = bytes.len();
        let content_type = HeaderValue::from_bytes(content_type.as_bytes());
        let Ok(content_type) = content_type else { return refused(400, "no such Content-Type") };
        self.uploaded.insert(key, (content_type, bytes), length);
        Reply::body(200, "text/plain", "")
    }

    /// Returns an uploaded file, or one that a response has pointed to.
    pub(crate) fn download(&self, key: &str) -> Reply {
        if let Some((content_type, bytes)) = self.uploaded.get(key) {
            return Reply::file(content_type, bytes.clone());
        }
        if !self.stock.contains(key) && !self.results.contains(key) {
            return refused(404, "no such file");
        }
        let content_type = mime_guess::from_path(key).first_or_octet_stream();
        let bytes = format!("Made up by the simulator: {key}\n");
        Reply::body(200, content_type.essence_str(), bytes)
    }

    /// Points the example URLs in a response to this server, each to a file in `folder`.
    pub(crate) fn publish(&mut self, folder: &str, data: &mut Value) {
        match data {
            Value::Array(items) => items.iter_mut().for_each(|item| self.publish(folder, item)),
            Value::Object(members) => {
                members.values_mut().for_each(|value| self.publish(folder, value));
            }
            Value::String(text) => {
                let Some(path) = text.strip_prefix(EXAMPLE_FILES) else { return };
                let path = path.split(['?', '#']).next().unwrap_or_default();
                let key =
                    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
                *text = format!("{}/files/{key}", self.base_url);
                if folder.is_empty() {
                    self.stock.insert(key);
                } else if !self.results.contains(&key) {
                    let bytes = 2 * key.len();
                    self.results.insert(key, (), bytes);
                }
            }
            _ => {}
        }
    }
}

/// A refusal in plain text: storage doesn't use the API's envelope.
pub(crate) fn refused(status: u16, reason: &str) -> Reply {
    Reply::body(status, "text/plain", format!("{reason}\n"))
}
