//! What all kinds of jobs have in common.

use std::fmt::Write as _;

use jogg_api::jobs::JOBS;
use jogg_api_ext::ErrorKind;
use jogg_api_ext::simulator::Dialect;
use jogg_tests::{KEY, Stage};

use crate::wire::case::Case;
use crate::wire::table::cases;

/// A request of each kind: the first of the table. Kinds are called by the operations that start
/// them.
fn kinds() -> Vec<Case> {
    let mut cases = cases();
    let kinds = JOBS.iter().filter_map(|rule| {
        let place = cases.iter().position(|case| case.operation == rule.create)?;
        Some(cases.remove(place))
    });
    kinds.filter(|case| case.builder.is_some()).collect()
}

/// The kind of job that this operation starts.
pub(super) fn kind(operation: &str) -> Case {
    let mut cases = cases().into_iter();
    cases.find(|case| case.operation.id == operation).expect("it starts a job")
}

/// What a user gets of each kind, reviewed.
#[tokio::test]
async fn every_kind_runs_from_its_start_to_its_result() {
    let mut shown = String::new();
    for kind in kinds() {
        let stage = Stage::new().await;
        let finished = kind.run(&stage.jogg, false).await.unwrap();
        assert_eq!(finished.record.operation, kind.operation.id);
        assert_eq!(stage.simulator.request_count(kind.operation), 1);
        let result = finished.shown.replace(stage.simulator.base_url(), "http://127.0.0.1");
        let _ = writeln!(shown, "## {}\n{result}\n", kind.operation.id);
    }
    insta::assert_snapshot!(shown);
}

#[tokio::test]
async fn every_kind_speaks_the_live_dialect_and_is_resumed_from_its_record() {
    for kind in kinds() {
        let stage = Stage::with(|builder| builder.dialect(Dialect::Live)).await;
        let finished = kind.run(&stage.jogg, true).await.unwrap();
        assert_eq!(stage.simulator.request_count(kind.operation), 1);
        assert!(!serde_json::to_string(&finished.record).unwrap().contains(KEY));
    }
}

#[tokio::test]
async fn every_kind_fails_as_an_error_that_carries_the_job() {
    for kind in kinds() {
        let stage = Stage::new().await;
        // Both previews of a batch.
        stage.simulator.fail_next_job("nothing came of it");
        stage.simulator.fail_next_job("nothing came of it");
        let error = kind.run(&stage.jogg, false).await.err().expect(kind.operation.id);
        assert_eq!(error.kind(), ErrorKind::JobFailed, "{error}");
        assert_eq!(error.operation(), Some(kind.operation.id));
        assert_eq!(error.job().map(|job| job.operation.as_str()), Some(kind.operation.id));
        assert!(error.raw().is_some() && error.may_have_executed());
        let message = error.to_string();
        let job = format!(" (job {})", error.job().unwrap().id);
        let reason = message.strip_suffix(&job).expect(&message);
        let batch = reason.ends_with("every image of the batch failed")
            || reason.ends_with("every preview failed");
        // Nothing explains why a translation failed.
        let silent = reason.ends_with("the API gives no reason");
        let explained = reason.ends_with("the job failed: nothing came of it");
        assert!(explained || batch || silent, "{message}");
        assert_eq!(silent, kind.operation.id == "create_video_translation", "{message}");
    }
}
