//! Reads a response or the body of a webhook the way the client does, and prints the typed value as
//! JSON, or the error. For maintainers who have captured one.

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use clap::Parser;
use jogg_api::codec::{CODECS, Codec};
use jogg_api_ext::jobs::JobResult;
use jogg_api_ext::photo_avatars::Generation;
use jogg_api_ext::product_avatars::Images;
use jogg_api_ext::scripts::GeneratedScripts;
use jogg_api_ext::translations::Translation;
use jogg_api_ext::webhooks::{Event, Outcome};
use jogg_api_ext::{Motion, Video};
use serde_json::{Value, json};

/// Print what the client makes of a captured response, and what it had to skip
///
/// Reads the body of the response from standard input, and prints JSON: `code`, `message`,
/// `request_id`, the typed `data`, and what was `skipped`, with the place and the reason.
///
/// Of the body of a webhook, it prints the `event`, its `key`, the `jobs` it may be about, and the
/// `outcome`.
#[derive(Parser)]
#[command(after_help = "Example: decode whoami < response.json\n\n\
    Exit codes: 1 if the response can't be decoded or printed, 2 for wrong arguments.")]
struct Arguments {
    /// The id of the operation that the response is from, such as `get_avatar_video`; or `webhook`
    operation: String,
}

fn main() -> ExitCode {
    let id = match Arguments::try_parse() {
        Ok(arguments) => arguments.operation,
        // Also the help, which succeeds if it can be printed.
        Err(message) => {
            let code = if message.print().is_ok() { message.exit_code() } else { 1 };
            return ExitCode::from(u8::try_from(code).unwrap_or(1));
        }
    };
    let codec = Codec::of(&id);
    if codec.is_none() && id != WEBHOOK {
        let known: Vec<&str> = CODECS.iter().map(|codec| codec.operation.id).collect();
        let known = known.join(", ");
        return fail(2, &format!("`{id}` is no operation; it is `{WEBHOOK}` or one of {known}"));
    }
    let mut body = Vec::new();
    if let Err(error) = io::stdin().lock().read_to_end(&mut body) {
        return fail(1, &format!("the body cannot be read: {error}"));
    }
    let decoded = match codec {
        Some(codec) => response(codec, &body),
        None => webhook(&body),
    };
    match decoded.map(|value| writeln!(io::stdout(), "{value:#}")) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => fail(1, &format!("standard output: {error}")),
        Err(reason) => fail(1, &format!("{id}: {reason}")),
    }
}

/// In place of an operation.
const WEBHOOK: &str = "webhook";

fn response(codec: &Codec, body: &[u8]) -> Result<Value, String> {
    let decoded = codec.decode_response(body)?;
    let skipped: Vec<_> = decoded
        .skipped
        .iter()
        .map(|part| json!({"at": part.at, "reason": part.reason, "raw": part.raw}))
        .collect();
    Ok(json!({
        "code": decoded.code,
        "message": decoded.message,
        "request_id": decoded.request_id,
        "data": decoded.data,
        "skipped": skipped,
        "skipped_count": decoded.skipped_count,
    }))
}

fn webhook(body: &[u8]) -> Result<Value, String> {
    let event = Event::parse(body).map_err(|error| error.to_string())?;
    let jobs = serde_json::to_value(event.jobs()).map_err(|error| error.to_string())?;
    let outcomes = [
        outcome::<Video>(&event),
        outcome::<Motion>(&event),
        outcome::<Generation>(&event),
        outcome::<Images>(&event),
        outcome::<GeneratedScripts>(&event),
        outcome::<Translation>(&event),
    ];
    Ok(json!({
        "event": event.event,
        "event_id": event.event_id,
        "timestamp": event.timestamp,
        "status": event.status().to_string(),
        "key": event.key(),
        "ids": event.ids(),
        "jobs": jobs,
        "outcome": outcomes.into_iter().flatten().next().unwrap_or_else(|| "poll".to_owned()),
    }))
}

/// The outcome of an event whose job may have such a result. None of an event without a job.
fn outcome<T: JobResult + std::fmt::Debug>(event: &Event) -> Option<String> {
    event.job()?;
    Some(match event.outcome::<T>().ok()? {
        Outcome::Completed(result) => format!("completed: {result:?}"),
        Outcome::Failed(reason) => format!("failed: {}", reason.unwrap_or_default()),
        _ => "poll".to_owned(),
    })
}

/// Prints an error. That it can't be printed changes nothing.
fn fail(code: u8, reason: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: {reason}");
    ExitCode::from(code)
}
