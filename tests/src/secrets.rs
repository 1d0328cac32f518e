//! Secrets the tests plant in requests and responses, and the check that none of them shows.
//!
//! All of them begin with [`MARK`], so that a part of one is found as well as the whole.

use std::error::Error;
use std::fmt::{Debug, Write as _};
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

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
    let (url, keys, urls) = (signed_url(), keys().join(", "), bare_urls().join(" "));
    let escaped = url.replace('/', "\\/").replace('&', "\\u0026");
    format!(
        "not with {keys}: see {url}, <a href=\"{url}\">here</a> or {{\"url\":\"{escaped}\"}}, \
         or {urls}\n"
    )
}

/// The key, in each form in which a server or a proxy may repeat it.
pub fn keys() -> Vec<String> {
    let percent = KEY.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let basic = |user: &str| STANDARD.encode(format!("{user}:{KEY}"));
    vec![
        KEY.to_owned(),
        KEY.to_uppercase(),
        KEY.replace('-', "%2D"),
        percent,
        STANDARD.encode(KEY),
        URL_SAFE_NO_PAD.encode(KEY),
        basic("u"),
        basic("us"),
    ]
}

/// URLs that are signed, but don't begin with a scheme, or have no plain query.
fn bare_urls() -> [String; 5] {
    let query = query();
    let encoded = query.replace('=', "%3D").replace('&', "%26");
    [
        format!("files.example/f.png?{query}"),
        format!("//user:planted-password-93ba@files.example/f.png?{query}"),
        format!("/f.png;{query}"),
        format!("https://files.example/f.png;{query}"),
        format!("https://files.example/f.png%3F{encoded}"),
    ]
}

/// No planted secret is in this text, in whichever form.
#[track_caller]
pub fn assert_hidden(text: &str, context: &str) {
    let found = marks().iter().find_map(|mark| text.find(mark.as_str()));
    if let Some(place) = found {
        let around = place.saturating_sub(300)..text.len().min(place + 100);
        let shown = String::from_utf8_lossy(&text.as_bytes()[around]);
        panic!("{context} shows a secret: …{shown}…");
    }
}

/// What a secret is recognized by, in each of its forms.
fn marks() -> &'static [String] {
    static MARKS: OnceLock<Vec<String>> = OnceLock::new();
    MARKS.get_or_init(|| {
        let mut marks = vec![MARK.to_owned(), MARK.to_uppercase(), "%70%6C".to_owned()];
        marks.push(MARK.replace('-', "%2D"));
        // Characters in the middle of the key, at each place within a group of three bytes.
        marks.extend((0..3).map(|skipped| STANDARD.encode(&KEY[skipped..skipped + 12])));
        marks
    })
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
