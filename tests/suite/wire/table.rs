//! The table of requests, and what the server received of each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jogg_api::operations::{self as op, OPERATIONS};
use jogg_api::{Operation, RawRequest};
use jogg_api_ext::jogg_api::RetryClass;
use jogg_api_ext::simulator::ReceivedRequest;
use jogg_tests::faults::call_with;
use jogg_tests::{KEY, Stage, sample, spec};
use serde_json::{Value, json};

use super::case::{Case, Received, plain};
use super::{account, avatars, product_avatars, products, videos};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Every row of the table.
pub(crate) fn cases() -> Vec<Case> {
    let themes =
        [account::cases, avatars::cases, product_avatars::cases, products::cases, videos::cases];
    themes.into_iter().flat_map(|cases| cases()).chain(without_method()).collect()
}

/// Rows for the operations that no group has a method for, with everything they can send.
fn without_method() -> impl Iterator<Item = Case> {
    let rows = OPERATIONS.iter().filter(|operation| spec::call(operation) == spec::NO_GROUP);
    rows.map(|operation| {
        let request = sample::full_request(operation);
        let send = request.clone();
        let mut case =
            plain(operation, spec::NO_GROUP, &target(operation, &request), move |jogg| {
                let called = send.clone();
                Box::pin(async move {
                    let (data, _) = call_with(&jogg, operation, &called).await?;
                    Ok(Received { value: Some(data.clone()), data })
                })
            });
        if !request.body.is_null() {
            case.body = request.body.to_string();
        }
        case
    })
}

/// Method, path and query of a request, encoded.
fn target(operation: &Operation, request: &RawRequest) -> String {
    let mut url: reqwest::Url = "http://localhost".parse().expect("an address");
    let segments = operation.path.split('/').skip(1).map(|segment| {
        let name = segment.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
        name.map_or_else(|| segment.to_owned(), |name| spec::text(&request.path[name]))
    });
    url.path_segments_mut().expect("an address with a path").clear().extend(segments);
    for (name, value) in request.query.as_object().into_iter().flatten() {
        url.query_pairs_mut().append_pair(name, &spec::text(value));
    }
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{} {}{query}", operation.method, url.path())
}

/// A row of the table, and what the server received.
pub(crate) struct Sent {
    pub(crate) case: Case,
    /// The request, and those that followed from its response.
    pub(crate) requests: Vec<ReceivedRequest>,
    /// Why the call failed, if it did.
    pub(super) error: Option<String>,
}

impl Sent {
    /// What the first request said, in its body and its query, by the paths of the fields.
    pub(crate) fn values(&self) -> BTreeMap<String, Vec<Value>> {
        let Some(request) = self.requests.first() else { return BTreeMap::new() };
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let mut values = spec::values(&body);
        let url = format!("http://localhost/?{}", request.query);
        let url: reqwest::Url = url.parse().expect("an address");
        for (name, text) in url.query_pairs() {
            values.entry(name.into_owned()).or_default().push(json!(text));
        }
        values
    }
}

/// All rows, sent once for all tests.
pub(crate) fn sent() -> &'static [Sent] {
    static SENT: LazyLock<Vec<Sent>> = LazyLock::new(|| {
        // Tests have runtimes of their own, in which no other can be started.
        let sending = std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(send(cases()))
        });
        sending.join().expect("no panic while sending")
    });
    &SENT
}

async fn send(cases: Vec<Case>) -> Vec<Sent> {
    let mut sent = Vec::new();
    for case in cases {
        let stage = Stage::new().await;
        // Jobs, products and endpoints the simulator never heard of.
        if case.reports || case.operation.retry == RetryClass::Idempotent {
            stage.respond(case.operation, json!({}));
        }
        let error = case.send(&stage.jogg).await.err().map(|error| error.to_string());
        let mut requests = stage.simulator.requests();
        if case.operation == &op::CREATE_WEBHOOK_ENDPOINT {
            // It first reads how many there are.
            assert_eq!(requests.remove(0).operation, Some(op::LIST_WEBHOOK_ENDPOINTS.id));
        }
        sent.push(Sent { case, requests, error });
    }
    sent
}

/// The values an operation was sent in one field, as JSON.
#[track_caller]
pub(crate) fn sent_values(operation: &Operation, field: &str) -> BTreeSet<String> {
    let of_operation = sent().iter().filter(|sent| sent.case.operation == operation);
    let values: BTreeSet<_> = of_operation
        .filter_map(|sent| sent.values().remove(field))
        .flatten()
        .map(|value| value.to_string())
        .collect();
    assert!(!values.is_empty(), "{}: `{field}` was never sent", operation.id);
    values
}

/// A request as it has to be.
pub(super) fn expected(target: &str, body: &str) -> String {
    let (length, separator) = match body {
        "" => (String::new(), ""),
        body => {
            let length = body.len();
            (format!("content-length: {length}\ncontent-type: application/json\n"), "\n")
        }
    };
    format!(
        "{target}\naccept: application/json\n{length}host: 127.0.0.1\n\
         user-agent: jogg-api-ext/{VERSION}\nx-api-key: {KEY}\n{separator}{body}"
    )
}
