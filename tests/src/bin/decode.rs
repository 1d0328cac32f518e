//! `decode OPERATION < RESPONSE`: reads a response the way the client does, and prints the typed
//! value as JSON, or the error. For maintainers with a captured response.

use std::io::Read;
use std::process::ExitCode;

use jogg_api::codec::{CODECS, Codec};
use serde_json::json;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(id), None) = (arguments.next(), arguments.next()) else {
        eprintln!("error: usage: decode OPERATION < RESPONSE");
        return ExitCode::from(2);
    };
    let Some(codec) = Codec::of(&id) else {
        let known: Vec<&str> = CODECS.iter().map(|codec| codec.operation.id).collect();
        eprintln!("error: `{id}` is no operation; it is one of {}", known.join(", "));
        return ExitCode::from(2);
    };
    let mut body = Vec::new();
    if let Err(error) = std::io::stdin().lock().read_to_end(&mut body) {
        eprintln!("error: the response cannot be read: {error}");
        return ExitCode::FAILURE;
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
            println!("{value:#}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("error: {id}: {reason}");
            ExitCode::FAILURE
        }
    }
}
