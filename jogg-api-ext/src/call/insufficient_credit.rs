//! Refusals that say in words that there are too few credits, whatever their code and status.

use jogg_api::raw_json;

/// Where a body says what is wrong.
const PLACES: [&str; 10] = [
    "/error",
    "/error/code",
    "/error/message",
    "/error/type",
    "/code",
    "/error_code",
    "/message",
    "/msg",
    "/data/error",
    "/data/message",
];

/// Returns whether a body says that there are too few credits.
pub(super) fn is_named(body: &[u8]) -> bool {
    let body = raw_json(body);
    PLACES.iter().filter_map(|place| body.pointer(place)?.as_str()).any(|text| {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.collect::<String>().to_ascii_lowercase().contains("insufficientcredit")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_words_are_found_in_any_spelling_where_an_error_has_them() {
        for (body, named) in [
            (json!({"code": 40200, "error": "insufficient_credit", "message": "m"}), true),
            (json!({"error": {"type": "INSUFFICIENT_CREDITS"}}), true),
            (json!({"code": 31337, "msg": "Insufficient credit."}), true),
            (json!({"code": "InsufficientCredit"}), true),
            (json!({"data": {"message": "insufficient-credits"}}), true),
            (json!({"code": 50000, "msg": "system error"}), false),
            (json!({"error": "insufficient permissions", "credit": 5}), false),
            (json!({"data": {"name": "Insufficient credit"}}), false),
            (json!(["insufficient_credit"]), false),
        ] {
            assert_eq!(is_named(body.to_string().as_bytes()), named, "{body}");
        }
        assert!(!is_named(b"<html>insufficient_credit"));
        assert!(is_named(b"\xef\xbb\xbf{\"error\": \"insufficient_credit\"}<!-- proxy -->"));
    }
}
