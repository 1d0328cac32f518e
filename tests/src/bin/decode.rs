//! Reads a response the way the client does, and prints the typed value as JSON, or the error. For
//! maintainers with a captured response.

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use clap::Parser;
use jogg_api::codec::{CODECS, Codec};
use serde_json::json;

/// Print what the client makes of a captured response, and what it had to skip
///
/// Reads the body of the response from standard input, and prints JSON: `code`, `message`,
/// `request_id`, the typed `data`, and what was `skipped`, with the place and the reason.
#[derive(Parser)]
#[command(after_help = "Example: decode whoami < response.json\n\n\
    Exit codes: 1 if the response can't be decoded or printed, 2 for wrong arguments.")]
struct Arguments {
    /// The id of the operation that the response is from, such as `get_avatar_video`
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
    let Some(codec) = Codec::of(&id) else {
        let known: Vec<&str> = CODECS.iter().map(|codec| codec.operation.id).collect();
        let known = known.join(", ");
        return fail(2, &format!("`{id}` is no operation; it is one of {known}"));
    };
    let mut body = Vec::new();
    if let Err(error) = io::stdin().lock().read_to_end(&mut body) {
        return fail(1, &format!("the response cannot be read: {error}"));
    }
    match codec.decode_response(&body) {
        Ok(decoded) => {
            let skipped: Vec<_> = decoded
                .skipped
                .iter()
                .map(|part| json!({"at": part.at, "reason": part.reason, "raw": part.raw}))
                .collect();
            let value = json!({
                "code": decoded.code,
                "message": decoded.message,
                "request_id": decoded.request_id,
                "data": decoded.data,
                "skipped": skipped,
                "skipped_count": decoded.skipped_count,
            });
            match writeln!(io::stdout(), "{value:#}") {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => fail(1, &format!("standard output: {error}")),
            }
        }
        Err(reason) => fail(1, &format!("{id}: {reason}")),
    }
}

/// Prints an error. That it can't be printed changes nothing.
fn fail(code: u8, reason: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: {reason}");
    ExitCode::from(code)
}
