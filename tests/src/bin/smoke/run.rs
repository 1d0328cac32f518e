//! One run over all operations: how each kind of call is made and judged.

use std::time::Instant;

use jogg_api_ext::assets::Upload;
use jogg_api_ext::jobs::{JobReport, JobResult};
use jogg_api_ext::jogg_api::jobs::JOBS;
use jogg_api_ext::jogg_api::{IdPlace, JobLink, Operation, RetryClass, raw_json, raw_text};
use jogg_api_ext::{Call, Error, ErrorKind, Job, Jogg, List, Page};
use jogg_tests::faults::call_with;
use jogg_tests::{sample, spec};
use serde::Serialize;
use serde_json::json;

use crate::found::Found;
use crate::judge;
use crate::table::{Table, Verdict};

/// Where jobs report their end. Nobody listens there.
pub(crate) const WEBHOOK_URL: &str = "https://example.com/hooks/jogg";

/// The client, and what was found with it so far.
pub(crate) struct Run {
    pub(crate) jogg: Jogg,
    pub(crate) found: Found,
    include_paid: bool,
    table: Table,
    /// The jobs that were started with the examples of the spec: the operation that reports on
    /// each, where its id belongs, and the id.
    started: Vec<(&'static Operation, IdPlace, String)>,
}

impl Run {
    /// Nothing is called yet.
    pub(crate) fn new(jogg: Jogg, include_paid: bool, table: Table) -> Self {
        let (found, started) = (Found::default(), Vec::new());
        Self { jogg, found, include_paid, table, started }
    }

    /// Calls everything. Lists come first, as the rest refers to their items.
    pub(crate) async fn everything(&mut self) {
        self.account().await;
        self.lists().await;
        self.upload().await;
        let product_id = self.products().await;
        self.scripts(product_id.as_deref()).await;
        self.photo_avatars().await;
        self.product_avatars().await;
        self.videos().await;
        self.product_videos(product_id.as_deref()).await;
        self.webhook_endpoints().await;
        let mut missing = self.table.missing();
        // What starts jobs, before what reports on them.
        missing.sort_by_key(|operation| JOBS.iter().all(|rule| rule.create != *operation));
        for operation in missing {
            self.derived(operation).await;
        }
    }

    /// Prints the summary. Returns whether all passed.
    pub(crate) fn finish(self) -> bool {
        self.table.finish()
    }

    /// Calls an operation. `None` if it is not to be called or failed.
    pub(crate) async fn call<T>(
        &mut self,
        operation: &'static Operation,
        call: Call<T>,
    ) -> Option<T> {
        self.judged(operation, call, true, |_| String::new()).await
    }

    /// Calls an operation that responds with nothing but success.
    pub(crate) async fn call_for_nothing(
        &mut self,
        operation: &'static Operation,
        call: Call<()>,
    ) -> Option<()> {
        self.judged(operation, call, false, |()| String::new()).await
    }

    /// Starts a job.
    pub(crate) async fn start<T: JobResult>(
        &mut self,
        operation: &'static Operation,
        call: Call<Job<T>>,
    ) -> Option<Job<T>> {
        self.judged(operation, call, true, |job| format!("id {}", job.id())).await
    }

    /// Reads a page of a list with all filters set, and where they leave nothing, one of all items,
    /// so that there is something to read.
    pub(crate) async fn list<T: Serialize + Send + 'static>(
        &mut self,
        operation: &'static Operation,
        filtered: List<T>,
        all: List<T>,
    ) -> Vec<T> {
        let items = |page: &Page<T>| match page.items.len() {
            1 => "1 item".to_owned(),
            count => format!("{count} items"),
        };
        let begun = Instant::now();
        let page = match filtered.page().with_metadata().await {
            Ok((page, metadata)) if page.items.is_empty() => {
                match judge::body(operation, &metadata.body, true) {
                    Ok(()) => {
                        let unfiltered =
                            |page: &Page<T>| format!("{}, without filters", items(page));
                        self.judged(operation, all.page(), true, unfiltered).await
                    }
                    Err(reason) => self.unread(operation, begun, &reason),
                }
            }
            Ok((page, metadata)) => {
                let remark = items(&page);
                self.read(operation, begun, &metadata.body, true, &remark).then_some(page)
            }
            Err(error) => self.failed(operation, begun, &error),
        };
        page.map(|page| page.items).unwrap_or_default()
    }

    /// Polls a job.
    pub(crate) async fn poll<T: JobResult>(
        &mut self,
        operation: &'static Operation,
        job: Option<Job<T>>,
    ) -> Option<JobReport<T>> {
        let Some(job) = job else { return self.no_id(operation) };
        let begun = Instant::now();
        match job.report().await {
            Ok(report) => match judge::report(operation, &report) {
                Ok(remark) => {
                    self.called(operation, begun, Some(true), true, &remark);
                    Some(report)
                }
                Err(reason) => self.unread(operation, begun, &reason),
            },
            Err(error) => self.failed(operation, begun, &error),
        }
    }

    /// Uploads a file. That the storage does not take it says nothing about the operation that
    /// hands out its address; a mock server has none.
    pub(crate) async fn store(&mut self, operation: &'static Operation, file: Upload) {
        let begun = Instant::now();
        match self.jogg.assets().upload(file).await {
            Ok(asset) => {
                self.called(operation, begun, Some(true), true, "uploaded");
                self.found.image_url = asset.url;
            }
            Err(error) if error.kind() == ErrorKind::FileTransfer => {
                let remark = format!("the ticket only: {error}");
                self.called(operation, begun, Some(true), true, &remark);
            }
            Err(error) => {
                self.failed::<()>(operation, begun, &error);
            }
        }
    }

    /// Calls nothing, as there is no id to call it with.
    pub(crate) fn no_id<T>(&mut self, operation: &'static Operation) -> Option<T> {
        if !self.is_paid_for(operation) {
            self.table.row(operation, Verdict::Paid, "skipped (paid)");
        } else {
            let is_surprise = self.include_paid;
            self.table.row(operation, Verdict::NoId { is_surprise }, "no id");
        }
        None
    }

    async fn judged<T>(
        &mut self,
        operation: &'static Operation,
        call: Call<T>,
        with_data: bool,
        remark: impl Fn(&T) -> String,
    ) -> Option<T> {
        // The one place that keeps paid calls back: a call that is not awaited is not sent.
        if !self.is_paid_for(operation) {
            self.table.row(operation, Verdict::Paid, "skipped (paid)");
            return None;
        }
        let begun = Instant::now();
        match call.with_metadata().await {
            Ok((value, metadata)) => {
                let attempts = match metadata.attempts {
                    0 | 1 => String::new(),
                    attempts => format!(" after {attempts} attempts"),
                };
                let remark = format!("{}{attempts}", remark(&value));
                self.read(operation, begun, &metadata.body, with_data, remark.trim())
                    .then_some(value)
            }
            Err(error) => self.failed(operation, begun, &error),
        }
    }

    /// Calls an operation that this program has no request for, with the examples of the spec, and
    /// the id of the job if it reports on one that was started so.
    async fn derived(&mut self, operation: &'static Operation) {
        // What it didn't make is not its to change.
        let no_id = Verdict::NoId { is_surprise: false };
        if !self.is_paid_for(operation) {
            return self.table.row(operation, Verdict::Paid, "skipped (paid)");
        }
        if operation.retry == RetryClass::Idempotent {
            return self.table.row(operation, no_id, "no id");
        }
        let begun = Instant::now();
        let with_data = spec::data(operation).is_some();
        let mut request = sample::full_request(operation);
        let of_this = |started: &&(&Operation, IdPlace, String)| started.0 == operation;
        if let Some((_, place, id)) = self.started.iter().find(of_this) {
            match place {
                IdPlace::Path(name) => {
                    request.path.insert((*name).to_owned(), json!(id));
                }
                IdPlace::Query(name) => request.query[*name] = json!(id),
                _ => {}
            }
        }
        match call_with(&self.jogg, operation, &request).await {
            Ok((_, metadata)) => {
                let remark = "by the examples of the spec";
                if self.read(operation, begun, &metadata.body, with_data, remark) {
                    self.started.extend(started(operation, &metadata.body));
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.table.row(operation, no_id, "nothing has the ids of the examples");
            }
            Err(error) => drop(self.failed::<()>(operation, begun, &error)),
        }
    }

    fn is_paid_for(&self, operation: &Operation) -> bool {
        self.include_paid || operation.retry != RetryClass::AtMostOnce
    }

    /// Prints the line of a call with a response. Returns whether that could be read.
    fn read(
        &mut self,
        operation: &'static Operation,
        begun: Instant,
        body: &[u8],
        with_data: bool,
        remark: &str,
    ) -> bool {
        match judge::body(operation, body, with_data) {
            Ok(()) => {
                self.called(operation, begun, Some(true), true, remark);
                true
            }
            Err(reason) => self.unread::<()>(operation, begun, &reason).is_some(),
        }
    }

    fn unread<T>(
        &mut self,
        operation: &'static Operation,
        begun: Instant,
        reason: &str,
    ) -> Option<T> {
        self.called(operation, begun, Some(true), false, reason);
        None
    }

    fn failed<T>(
        &mut self,
        operation: &'static Operation,
        begun: Instant,
        error: &Error,
    ) -> Option<T> {
        let remark = judge::remark(operation, error);
        self.called(operation, begun, judge::accepted(error), false, &remark);
        None
    }

    fn called(
        &mut self,
        operation: &'static Operation,
        begun: Instant,
        accepted: Option<bool>,
        decoded: bool,
        remark: &str,
    ) {
        let verdict = Verdict::Called { accepted, decoded, elapsed: begun.elapsed() };
        self.table.row(operation, verdict, remark);
    }
}

/// The job that a response has started, with what it takes to poll it.
fn started(create: &Operation, body: &[u8]) -> Option<(&'static Operation, IdPlace, String)> {
    let rule = JOBS.iter().find(|rule| rule.create == create)?;
    let JobLink::Id { from, to } = rule.link else { return None };
    let id = raw_json(body).pointer(&format!("/{}", from.replace('.', "/"))).and_then(raw_text)?;
    Some((rule.report, to, id))
}
