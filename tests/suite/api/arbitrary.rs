//! Arbitrary responses of every operation: a value or an error, never a panic; and what was
//! decoded, written out and decoded again, is the same.

use jogg_api::codec::CODECS;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Names that occur in responses, so that arbitrary objects hit typed fields.
const NAMES: [&str; 16] = [
    "code",
    "msg",
    "rid",
    "data",
    "status",
    "id",
    "avatar_id",
    "motion_id",
    "video_id",
    "error",
    "avatars",
    "voices",
    "generated_scripts",
    "pagination",
    "events",
    "other",
];

fn arbitrary_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["", "completed", "https://a/b?sig=1", "7", "0"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        let name = prop_oneof![
            prop::sample::select(NAMES.to_vec()).prop_map(str::to_owned),
            "[a-z_]{1,8}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..6)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

/// Decodes a body as the response of every operation.
fn check(body: &[u8]) {
    for codec in CODECS {
        let _ = codec.check_body(body);
        let Ok(decoded) = codec.decode_response(body) else { continue };
        if decoded.code != 0 || decoded.data.is_null() {
            continue;
        }
        let again = json!({"code": 0, "msg": "", "data": decoded.data}).to_string();
        let again = codec.decode_response(again.as_bytes()).expect("our own output");
        assert_eq!(again.data, decoded.data, "{}", codec.operation.id);
        assert!(again.skipped.is_empty(), "{}: {:?}", codec.operation.id, again.skipped);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn arbitrary_bytes(body in prop::collection::vec(any::<u8>(), 0..300)) {
        check(&body);
    }

    #[test]
    fn arbitrary_values(body in arbitrary_json()) {
        check(body.to_string().as_bytes());
    }

    #[test]
    fn arbitrary_data(data in arbitrary_json()) {
        check(json!({"code": 0, "msg": "Success", "data": data}).to_string().as_bytes());
    }
}
