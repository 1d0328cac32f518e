//! Every code of the API, at every HTTP status, for each class of operation: the error the caller
//! gets. The table is a reviewed snapshot.

use std::fmt::Write as _;

use jogg_api::Operation;
use jogg_api::codes::CODES;
use jogg_api::operations::{
    ADD_PHOTO_AVATAR_MOTION, CREATE_ASSET_UPLOAD, DELETE_WEBHOOK_ENDPOINT, OPERATIONS, WHOAMI,
};
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::{Error, ErrorKind};
use jogg_tests::faults::verdict;
use jogg_tests::{Stage, requests};
use serde_json::json;

const STATUSES: [u16; 12] = [200, 302, 400, 401, 403, 404, 408, 409, 429, 500, 502, 503];

/// One operation of each class: at-most-once, upload-ticket, idempotent and read.
const CALLS: [&Operation; 4] =
    [&ADD_PHOTO_AVATAR_MOTION, &CREATE_ASSET_UPLOAD, &DELETE_WEBHOOK_ENDPOINT, &WHOAMI];

async fn call(stage: &Stage, operation: &Operation) -> Option<Error> {
    match operation.id {
        "add_photo_avatar_motion" => {
            stage.jogg.photo_avatars().add_motion(requests::add_motion()).await.err()
        }
        "create_asset_upload" => stage.jogg.assets().upload_bytes("a.png", "x").await.err(),
        "delete_webhook_endpoint" => stage.jogg.webhook_endpoints().delete("wh_1").await.err(),
        _ => stage.jogg.account().whoami().await.err(),
    }
}

#[test]
fn no_class_is_missing() {
    for operation in OPERATIONS {
        assert!(CALLS.iter().any(|call| call.retry == operation.retry), "{:?}", operation.retry);
    }
}

#[tokio::test]
async fn fact_11_each_code_at_each_status_has_a_meaning() {
    let stage = Stage::without_retries().await;
    let mut table = String::new();
    let mut codes: Vec<i64> = CODES.iter().map(|code| code.number).collect();
    codes.push(99_999);
    for operation in CALLS {
        let _ = writeln!(table, "{}", operation.id);
        for code in &codes {
            let mut row: Vec<(String, Vec<u16>)> = Vec::new();
            for status in STATUSES {
                if (*code, status) == (0, 200) {
                    continue;
                }
                let body = json!({"code": code, "msg": "m", "data": null});
                stage.simulator.reply_next(operation, Reply::json(status, body));
                let error = call(&stage, operation).await.expect("an error");
                assert_eq!(error.operation(), Some(operation.id));
                assert_eq!(error.http_status(), Some(status), "{error:?}");
                assert_eq!(error.code(), Some(*code).filter(|code| *code != 0), "{error:?}");
                assert_eq!(error.attempts(), 1);
                let text = verdict(&error);
                match row.iter_mut().find(|(known, _)| *known == text) {
                    Some((_, statuses)) => statuses.push(status),
                    None => row.push((text, vec![status])),
                }
            }
            for (text, statuses) in row {
                let shown = match statuses.len() == STATUSES.len() {
                    true => "any status".to_owned(),
                    false => statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" "),
                };
                let _ = writeln!(table, "  code {code:>5}: {text:<31} at {shown}");
            }
        }
    }
    insta::assert_snapshot!(table);
}

/// The codes that say a paid request was not executed, and no others.
#[tokio::test]
async fn a_paid_request_is_lost_unless_its_code_says_it_was_refused() {
    let refusals = [429, 10104, 10105, 17003, 18001, 18020, 18025, 40000];
    let stage = Stage::without_retries().await;
    for code in CODES.iter().map(|code| code.number).chain([1, 99_999]) {
        if code == 0 {
            continue;
        }
        let body = json!({"code": code, "msg": "m"});
        stage.simulator.reply_next(&ADD_PHOTO_AVATAR_MOTION, Reply::json(200, body));
        let error = call(&stage, &ADD_PHOTO_AVATAR_MOTION).await.expect("an error");
        let refused = refusals.contains(&code);
        assert_eq!(error.may_have_executed(), !refused, "{code}");
        assert_eq!(error.kind() == ErrorKind::OutcomeUnknown, !refused, "{code}");
        assert_eq!(error.is_retryable(), code == 429, "{code}");
        assert_eq!(error.sent_at().is_some(), !refused, "{code}");
    }
}
