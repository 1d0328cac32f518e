//! Secrets the tests plant in requests and responses, and the check that none of them shows.
//!
//! All of them begin with [`MARK`], so that a part of one is found as well as the whole.

use std::error::Error;
use std::fmt::{Debug, Write as _};

/// How every planted secret begins.
pub const MARK: &str = "planted-";
/// The key the tests use; none of them may show it.
pub const KEY: &str = "planted-key-1f0c";
/// What signs the deliveries of a webhook.
pub const WEBHOOK_SECRET: &str = "planted-webhook-secret-7c1e";
/// A part of a body that only its caller may see.
pub const CONTENT: &str = "planted-content-0e4f";

/// A URL that is a key for as long as it lives.
pub fn signed_url() -> String {
    format!("https://user:planted-password-93ba@files.example/f.png?{}", query())
}

/// The query of a signed URL.
pub fn query() -> String {
    "X-Amz-Expires=900&X-Amz-Signature=planted-signature-55d0".to_owned()
}

/// The message of a talkative server: the key and signed URLs, in each form they come in.
pub fn message() -> String {
    let url = signed_url();
    let escaped = url.replace('/', "\\/").replace('&', "\\u0026");
    format!("not with {KEY}: see {url}, <a href=\"{url}\">here</a> or {{\"url\":\"{escaped}\"}}\n")
}

/// No planted secret is in this text.
#[track_caller]
pub fn assert_hidden(text: &str, context: &str) {
    if let Some(place) = text.find(MARK) {
        let around = place.saturating_sub(300)..text.len().min(place + 100);
        let shown = String::from_utf8_lossy(&text.as_bytes()[around]);
        panic!("{context} shows a secret: …{shown}…");
    }
}

/// All that `Debug` shows of a value, in both forms.
pub fn debugged(value: &dyn Debug) -> String {
    format!("{value:?}\n{value:#?}\n")
}

/// All that an error shows of itself and of what caused it.
pub fn shown(error: &dyn Error) -> String {
    let (mut text, mut next) = (String::new(), Some(error));
    while let Some(error) = next {
        let _ = writeln!(text, "{error}\n{error:#}\n{}", debugged(&error));
        next = error.source();
    }
    text
}
