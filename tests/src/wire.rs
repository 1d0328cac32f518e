//! Requests as text.

use std::fmt::Write as _;

use jogg_api_ext::simulator::ReceivedRequest;

/// A request as text: first line, headers in order of their names, body. The host's port is
/// replaced, as it differs between runs.
pub fn wire(request: &ReceivedRequest) -> String {
    let mut text = format!("{} {}", request.method, request.path);
    if !request.query.is_empty() {
        let _ = write!(text, "?{}", request.query);
    }
    text.push('\n');
    let mut headers: Vec<(&str, &[u8])> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    headers.sort_unstable();
    for (name, value) in headers {
        let value = match name {
            "host" => "127.0.0.1".to_owned(),
            _ => String::from_utf8_lossy(value).into_owned(),
        };
        let _ = writeln!(text, "{name}: {value}");
    }
    if !request.body.is_empty() {
        let _ = write!(text, "\n{}", String::from_utf8_lossy(&request.body));
    }
    text
}
