//! Waiting for many jobs together.

use std::sync::Arc;

use futures_util::stream::FuturesUnordered;
use tokio::sync::Semaphore;

use crate::wait::wait;
use crate::{BoxStream, Job, JobRecord, JobResult, Result, WaitOptions};

/// How many looks are under way at once, however many jobs there are.
const CONCURRENT_LOOKS: usize = 32;

/// Waits for any number of jobs in one task, and gives each result as it comes, with the record of
/// its job. Each is waited for as suits its kind; all of them from now on. At most 32 looks are
/// under way at once.
///
/// ```no_run
/// # async fn demo(jobs: Vec<jogg_api_ext::Job<jogg_api_ext::Video>>) {
/// let mut results = jogg_api_ext::wait_all(jobs);
/// while let Some((job, result)) = results.next().await {
///     match result {
///         Ok(video) => println!("{}: {}", job.id, video.url),
///         Err(error) => eprintln!("{}: {error}", job.id),
///     }
/// }
/// # }
/// ```
pub fn wait_all<T: JobResult>(
    jobs: impl IntoIterator<Item = Job<T>>,
) -> BoxStream<(JobRecord, Result<T>)> {
    together(jobs, |record| WaitOptions::of(&record.operation))
}

/// As [`wait_all`], each waited for as told.
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
    let looks = Arc::new(Semaphore::new(CONCURRENT_LOOKS));
    let waits = jobs.into_iter().map(|job| {
        let (jogg, record) = job.into_parts();
        let options = options(&record).sharing(Arc::clone(&looks));
        async move { (record.clone(), wait(jogg, record, options).await) }
    });
    BoxStream::new(waits.collect::<FuturesUnordered<_>>())
}
