//! The first byte chooses the operation, the rest is its response: a value or an error, never a
//! panic; and what was decoded, written out and decoded again, is the same.
#![no_main]

use jogg_api::codec::CODECS;
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|input: &[u8]| {
    let Some((choice, body)) = input.split_first() else { return };
    let codec = &CODECS[usize::from(*choice) % CODECS.len()];
    let _ = codec.check_body(body);
    let Ok(decoded) = codec.decode_response(body) else { return };
    if decoded.code == 0 && !decoded.data.is_null() {
        let again = json!({"code": 0, "msg": "", "data": decoded.data}).to_string();
        let again = codec.decode_response(again.as_bytes()).expect("our own output");
        assert_eq!(again.data, decoded.data);
        assert!(again.skipped.is_empty(), "{:?}", again.skipped);
    }
});
