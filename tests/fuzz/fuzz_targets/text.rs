//! Texts from elsewhere: no query of a URL survives, and no id leaves its path segment.
#![no_main]

use jogg_api::operations::DELETE_WEBHOOK_ENDPOINT;
use jogg_api::{path_segment, redact_urls};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if text.contains("planted") {
        return;
    }
    let planted = format!("{text} https://host/path?planted=1 {text}");
    assert!(!redact_urls(&planted).contains("planted"));
    if let Ok(segment) = path_segment(&DELETE_WEBHOOK_ENDPOINT, "endpoint_id", text) {
        let url = jogg_api::reqwest::Url::parse(&format!("http://host/v2/endpoint/{segment}"));
        let url = url.expect("an encoded segment");
        assert_eq!(url.path_segments().map(Iterator::count), Some(3), "{url}");
        assert!(url.query().is_none() && url.fragment().is_none());
    }
});
