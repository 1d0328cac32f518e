//! What the polls of a job mean for the wait for it.

use std::ops::ControlFlow;
use std::time::Duration;

use jogg_api::one_line;

use super::report::JobReport;
use super::{JobStatus, Raw, WaitOptions};
use crate::error::{Error, ErrorKind, Result};

/// The longest pause between polls that a server gets: the job may be done by then, and the page of
/// a proxy under maintenance knows nothing of it.
const MAX_PAUSE: Duration = Duration::from_secs(120);

/// What is known of a job after some polls. Times are those since the wait began.
pub(super) struct State {
    pub(super) polls: u32,
    pub(super) status: JobStatus,
    /// How long the server asks to wait before the next poll.
    pub(super) pause: Duration,
    raw_status: String,
    raw: Option<Raw>,
    /// Since when the job is completed, or may be, without a result that is certain.
    done_since: Option<Duration>,
    /// Since when the API says that it doesn't know the job.
    not_found_since: Option<Duration>,
    poll_error: Option<Error>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            polls: 0,
            status: JobStatus::Unknown,
            pause: Duration::ZERO,
            raw_status: String::new(),
            raw: None,
            done_since: None,
            not_found_since: None,
            poll_error: None,
        }
    }
}

impl State {
    /// Decides what a poll means for the wait: its end, or the kind of error of a failed poll.
    /// `elapsed` is when the poll was sent.
    pub(super) fn take<T>(
        &mut self,
        report: Result<JobReport<T>>,
        elapsed: Duration,
        options: &WaitOptions,
    ) -> ControlFlow<Result<T>, Option<ErrorKind>> {
        self.polls += 1;
        match report {
            Ok(report) => self.take_report(report, elapsed, options).map_continue(|()| None),
            Err(error) if self.is_transient(&error, elapsed, options) => {
                let kind = error.kind();
                self.pause = error.retry_after().unwrap_or_default().min(MAX_PAUSE);
                self.poll_error = Some(error);
                ControlFlow::Continue(Some(kind))
            }
            Err(error) => ControlFlow::Break(Err(error)),
        }
    }

    fn take_report<T>(
        &mut self,
        report: JobReport<T>,
        elapsed: Duration,
        options: &WaitOptions,
    ) -> ControlFlow<Result<T>> {
        (self.poll_error, self.not_found_since) = (None, None);
        self.pause = Duration::ZERO;
        self.status = report.status;
        self.raw_status = report.raw_status;
        self.raw = Some(report.raw);
        match (report.status, report.result) {
            (JobStatus::Completed, Some(result)) => return ControlFlow::Break(Ok(result)),
            (JobStatus::Failed, _) => {
                let error = self.failure(report.error, report.server_message);
                return ControlFlow::Break(Err(error));
            }
            _ => {}
        }
        // A status that isn't known may mean that the job is done, if there is a result with it.
        if report.status != JobStatus::Completed && report.fallback.is_none() {
            self.done_since = None;
            return ControlFlow::Continue(());
        }
        let since = *self.done_since.get_or_insert(elapsed);
        match (elapsed.saturating_sub(since) >= options.result_grace, report.fallback) {
            (false, _) => ControlFlow::Continue(()),
            (true, Some(result)) => ControlFlow::Break(Ok(result)),
            (true, None) => ControlFlow::Break(Err(self.incomplete())),
        }
    }

    /// Returns whether the last poll found the job in progress. If not, it may be completed without
    /// its result, or the poll failed: more polls will tell, and not an event.
    pub(super) fn is_in_progress(&self) -> bool {
        self.done_since.is_none() && self.poll_error.is_none()
    }

    /// Returns whether a failed poll doesn't end the wait. The job is paid for: giving up on it is
    /// the caller's decision, so only errors that won't pass end the wait.
    fn is_transient(&mut self, error: &Error, elapsed: Duration, options: &WaitOptions) -> bool {
        if error.http_status().is_some() && error.code().is_none() {
            // A gateway's page, whatever its status: the API said nothing about the job.
            return true;
        }
        match error.kind() {
            ErrorKind::NotFound => {
                let since = *self.not_found_since.get_or_insert(elapsed);
                elapsed.saturating_sub(since) < options.not_found_grace
            }
            ErrorKind::InvalidApiKey
            | ErrorKind::PermissionDenied
            | ErrorKind::InvalidParameter
            | ErrorKind::Configuration => false,
            _ => true,
        }
    }

    fn failure(&mut self, reason: Option<String>, server_message: Option<String>) -> Error {
        let reason = reason.unwrap_or_else(|| "the API gives no reason".to_owned());
        let message = format!("the job failed: {}", one_line(&reason));
        Error::new(ErrorKind::JobFailed, message)
            .with_raw(self.take_raw())
            .with_server_message(server_message)
    }

    /// Returns the error of a wait that has reached its deadline.
    pub(super) fn out_of_time(&mut self, options: &WaitOptions) -> Error {
        let error = match self.status {
            JobStatus::Completed => self.incomplete(),
            _ => self.timeout(options),
        };
        match self.poll_error.take() {
            Some(poll_error) => error.with_poll(poll_error),
            None => error,
        }
    }

    fn incomplete(&mut self) -> Error {
        let message = "the job is completed, but its result has not come; resume it later";
        Error::new(ErrorKind::ResultIncomplete, message).with_raw(self.take_raw())
    }

    fn timeout(&mut self, options: &WaitOptions) -> Error {
        let seconds = options.deadline.as_secs_f64();
        let state = match (self.polls, self.status, self.raw_status.trim()) {
            (0, ..) => format!("the job was not polled within {seconds} s; it goes on"),
            (polls, ..) if self.raw.is_none() => {
                format!("no poll of {polls} succeeded within {seconds} s; the job may go on")
            }
            (polls, JobStatus::Unknown, raw_status) if !raw_status.is_empty() => {
                let raw_status = one_line(raw_status);
                format!(
                    "the job is `{raw_status}`, a status this crate doesn't know, after {seconds} \
                     s and {}; it goes on",
                    counted(polls)
                )
            }
            (polls, status, _) => {
                format!("the job is {status} after {seconds} s and {}; it goes on", counted(polls))
            }
        };
        let last = self.poll_error.as_ref();
        let last =
            last.map(|error| format!("; the last poll failed: {}", one_line(&error.to_string())));
        let last = last.unwrap_or_default();
        let message = format!("{state}, so resume it to wait longer{last}");
        Error::new(ErrorKind::WaitTimeout, message).with_raw(self.take_raw())
    }

    fn take_raw(&mut self) -> Option<serde_json::Value> {
        self.raw.take().map(Raw::into_value)
    }
}

fn counted(polls: u32) -> String {
    if polls == 1 { "1 poll".to_owned() } else { format!("{polls} polls") }
}
