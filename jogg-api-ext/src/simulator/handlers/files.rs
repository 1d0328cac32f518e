//! Uploads and downloads of files.

use jogg_api::{Operation, RetryClass};
use serde_json::Value;

use crate::simulator::call::Call;
use crate::simulator::state::State;
use crate::simulator::state::files::refused;
use crate::simulator::wire::parameters::Parameters;
use crate::simulator::wire::refusal::Refusal;
use crate::simulator::wire::reply::Reply;
use crate::simulator::wire::request::ReceivedRequest;

/// Whether an operation issues upload tickets.
pub(crate) fn issues_tickets(operation: &Operation) -> bool {
    operation.retry == RetryClass::UploadTicket
}

/// Issues an upload ticket.
pub(crate) fn ticket(call: Call<'_>, state: &mut State) -> Result<Value, Refusal> {
    state.files.ticket(call.operation, &call.body, &mut state.ids)
}

/// Receives the upload of a file.
pub(crate) fn upload(key: String, request: &ReceivedRequest, state: &mut State) -> Reply {
    if request.method != "PUT" {
        return refused(405, "an upload must be a PUT request");
    }
    let parameters = Parameters::new(Vec::new(), &request.query);
    let signature = parameters.query("signature");
    state.files.upload(key, signature, &request.headers, request.body.clone())
}

/// Returns a file.
pub(crate) fn download(key: &str, request: &ReceivedRequest, state: &State) -> Reply {
    match request.method.as_str() {
        "GET" | "HEAD" => state.files.download(key),
        _ => refused(405, "a download must be a GET or HEAD request"),
    }
}
