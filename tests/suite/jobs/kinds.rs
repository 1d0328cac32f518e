//! What all kinds of jobs have in common.

use std::fmt::Write as _;

use jogg_api::jobs::JOBS;
use jogg_api_ext::ErrorKind;
use jogg_api_ext::simulator::Dialect;
use jogg_tests::{KEY, Stage};

use super::KINDS;

#[test]
fn no_kind_is_missing() {
    for rule in JOBS {
        assert!(KINDS.iter().any(|kind| kind.operation == rule.create), "{}", rule.create.id);
    }
    assert_eq!(KINDS.len(), JOBS.len());
}

/// What a user gets of each kind, reviewed.
#[tokio::test]
async fn every_kind_runs_from_its_start_to_its_result() {
    let mut shown = String::new();
    for kind in &KINDS {
        let stage = Stage::new().await;
        let finished = (kind.run)(stage.jogg.clone(), false).await.unwrap();
        assert_eq!(finished.record.operation, kind.operation.id);
        assert_eq!(stage.simulator.request_count(kind.operation), 1);
        assert!(!finished.raw.is_null());
        let result = finished.shown.replace(stage.simulator.base_url(), "http://127.0.0.1");
        let _ = writeln!(shown, "## {}\n{result}\n", kind.operation.id);
    }
    insta::assert_snapshot!(shown);
}

#[tokio::test]
async fn every_kind_speaks_the_live_dialect_and_is_resumed_from_its_record() {
    for kind in &KINDS {
        let stage = Stage::with(|builder| builder.dialect(Dialect::Live)).await;
        let finished = (kind.run)(stage.jogg.clone(), true).await.unwrap();
        assert_eq!(stage.simulator.request_count(kind.operation), 1);
        assert!(!serde_json::to_string(&finished.record).unwrap().contains(KEY));
    }
}

#[tokio::test]
async fn every_kind_fails_as_an_error_that_carries_the_job() {
    for kind in &KINDS {
        let stage = Stage::new().await;
        // Both previews of a batch.
        stage.simulator.fail_next_job("nothing came of it");
        stage.simulator.fail_next_job("nothing came of it");
        let error = (kind.run)(stage.jogg.clone(), false).await.err().expect(kind.operation.id);
        assert_eq!(error.kind(), ErrorKind::JobFailed, "{error}");
        assert_eq!(error.operation(), Some(kind.operation.id));
        assert_eq!(error.job().map(|job| job.operation.as_str()), Some(kind.operation.id));
        assert!(error.payload().is_some() && error.may_have_executed());
        let message = error.to_string();
        let batch = message.ends_with("every drawing of the batch failed")
            || message.ends_with("every preview failed");
        // Nothing explains why a translation failed.
        let silent = message.ends_with("the API gives no reason");
        let explained = message.ends_with("the job failed: nothing came of it");
        assert!(explained || batch || silent, "{message}");
        assert_eq!(silent, kind.operation.id == "create_video_translation", "{message}");
    }
}
