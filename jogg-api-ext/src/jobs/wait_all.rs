//! Waiting for many jobs together.

use std::sync::Arc;

use futures_util::stream::FuturesUnordered;
use tokio::sync::Semaphore;

use super::wait::begin;
use super::{Job, JobResult, WaitOptions};
use crate::error::Result;
use crate::job_record::JobRecord;
use crate::stream::BoxStream;

/// How many polls are in flight at once, however many jobs there are.
const CONCURRENT_POLLS: usize = 32;

/// Waits for any number of jobs in one task, and returns each result as it comes, with the record
/// of its job. Each is waited for with the default options of its kind, and all waits begin now. At
/// most 32 polls are in flight at once.
///
/// ```no_run
/// # async fn demo(jobs: Vec<jogg_api_ext::Job<jogg_api_ext::Video>>) {
/// let mut results = jogg_api_ext::wait_all(jobs);
/// while let Some((job, result)) = results.next().await {
///     match result {
///         Ok(video) => println!("{}: {}", job.id, video.url),
///         Err(error) => eprintln!("{error}"),
///     }
/// }
/// # }
/// ```
pub fn wait_all<T: JobResult>(
    jobs: impl IntoIterator<Item = Job<T>>,
) -> BoxStream<(JobRecord, Result<T>)> {
    together(jobs, |record| WaitOptions::of(&record.operation))
}

/// Waits for any number of jobs with these options; see [`wait_all`].
pub fn wait_all_with<T: JobResult>(
    jobs: impl IntoIterator<Item = Job<T>>,
    options: WaitOptions,
) -> BoxStream<(JobRecord, Result<T>)> {
    together(jobs, |_| options.clone())
}

fn together<T: JobResult>(
    jobs: impl IntoIterator<Item = Job<T>>,
    options: impl Fn(&JobRecord) -> WaitOptions,
) -> BoxStream<(JobRecord, Result<T>)> {
    let polls = Arc::new(Semaphore::new(CONCURRENT_POLLS));
    let waits = jobs.into_iter().map(|job| {
        let (jogg, record) = job.into_parts();
        let options = options(&record).sharing(Arc::clone(&polls));
        begin(jogg, record, options)
    });
    BoxStream::new(waits.collect::<FuturesUnordered<_>>())
}
