//! Texts from elsewhere: no query, parameter or password of a URL survives, in any form that URLs
//! have in messages, and no id leaves its path segment.
#![no_main]

use jogg_api::operations::DELETE_WEBHOOK_ENDPOINT;
use jogg_api::{path_segment, redact_urls};
use libfuzzer_sys::fuzz_target;

const URLS: [&str; 10] = [
    "https://host/path?planted=1",
    "https://host/path#planted",
    "https://host/path%3Fplanted%3D1",
    "https://host/path%253fplanted%253d1",
    r"https:\/\/host\/path\u003fplanted=1",
    "https://user:planted@host/path",
    "//host/path?planted=1",
    "host/path?planted=1",
    "/path;planted=1",
    "/path%3Bplanted%3D1",
];

fuzz_target!(|text: &str| {
    if text.contains("planted") {
        return;
    }
    for url in URLS {
        for planted in [format!("{text} {url} {text}"), format!("{text}{url}{text}")] {
            let redacted = redact_urls(&planted);
            assert!(!redacted.contains("planted"), "{planted}: {redacted}");
        }
    }
    if let Ok(segment) = path_segment(&DELETE_WEBHOOK_ENDPOINT, "endpoint_id", text) {
        let url = jogg_api::reqwest::Url::parse(&format!("http://host/v2/endpoint/{segment}"));
        let url = url.expect("an encoded segment");
        assert_eq!(url.path_segments().map(Iterator::count), Some(3), "{url}");
        assert!(url.query().is_none() && url.fragment().is_none());
    }
});
