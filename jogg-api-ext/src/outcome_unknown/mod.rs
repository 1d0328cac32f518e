mod candidate;
mod candidates;
mod lost;
mod search;
mod verdict;

#[cfg(feature = "batch")]
use std::time::SystemTime;

#[cfg(feature = "batch")]
use jogg_api::Operation;
#[cfg(feature = "batch")]
use serde_json::Value;

use self::lost::Lost;
use crate::call::listing::Listing;
use crate::client::Jogg;
use crate::error::{Error, Result};
#[cfg(feature = "batch")]
use crate::job_record::JobRecord;
use crate::stream::BoxFuture;

pub use self::candidate::{Candidate, Listed};
pub use self::candidates::{Candidates, Certainty};

/// What may have become of a request whose response was lost.
impl Jogg {
    /// Searches for what a paid request made whose response was lost: for an error of the kind
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown), returns what the
    /// operation's own list shows since [`Error::sent_at`], and what remains uncertain. It starts
    /// nothing, and calls only lists; the page [`outcome_unknown`](crate::outcome_unknown) says
    /// which, and what is compared.
    ///
    /// Where no list shows the result, there are no items, the certainty is [`Certainty::NoList`],
    /// and nothing is sent. Lists are read from their newest item back to the time of the request,
    /// at most 1,000 items. The `Date` of the list's response says how the server's clock differs
    /// from this one; beyond that, what was created up to a minute before the request counts as a
    /// candidate, and up to a day if the server sends no `Date`; what has the request's name always
    /// does. Items that can't be decoded are skipped, which [`Candidates::remains`] says. It also
    /// says if the list isn't there, or is shorter than its total: then nothing is
    /// [`Certainty::NotListed`]. Free.
    ///
    /// ```no_run
    /// # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
    /// use jogg_api_ext::template_videos::CreateVideo;
    /// use jogg_api_ext::{ErrorKind, Video};
    ///
    /// let request = CreateVideo::new(512, "english").video_name("Summer sale 4711");
    /// let job = match jogg.template_videos().create(request).await {
    ///     Err(error) if error.kind() == ErrorKind::OutcomeUnknown => {
    ///         tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    ///         let candidates = jogg.candidates(&error).await?;
    ///         println!("{:?}: {}", candidates.certainty, candidates.remains);
    ///         let Some(record) = candidates.job else { return Err(error) };
    ///         jogg.resume::<Video>(record)?
    ///     }
    ///     outcome => outcome?,
    /// };
    /// println!("{}", job.wait().await?.url);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter) if the error is of
    /// another kind; those of a read if the list can't be fetched.
    pub fn candidates(&self, error: &Error) -> BoxFuture<Result<Candidates>> {
        let (jogg, lost) = (self.clone(), Lost::of(error));
        Box::pin(async move { candidates(&jogg, lost?).await })
    }
}

/// Searches for what a request made whose outcome is unknown, with what was stored of it: its body,
/// when it was sent, and the job that an error named.
#[cfg(feature = "batch")]
pub(crate) async fn candidates_of(
    jogg: &Jogg,
    operation: &'static Operation,
    body: &Value,
    sent_at: Option<SystemTime>,
    job: Option<JobRecord>,
) -> Result<Candidates> {
    candidates(jogg, Lost::stored(jogg, operation, body, sent_at, job)).await
}

async fn candidates(jogg: &Jogg, lost: Lost) -> Result<Candidates> {
    if let Some(job) = lost.job {
        return Ok(Candidates::of_named_job(job));
    }
    let listing = Listing::of(lost.operation);
    match search::search(jogg, &lost, listing).await? {
        Some(found) => Ok(verdict::of(found, &lost)),
        None => Ok(Candidates::without_list(lost.operation, listing)),
    }
}

#[cfg(test)]
mod tests {
    use jogg_api::operations::ADD_PHOTO_AVATAR_MOTION;

    use super::*;
    use crate::error::ErrorKind;
    use crate::job_record::JobRecord;

    #[tokio::test]
    async fn an_error_that_names_its_job_settles_it_without_a_request() {
        let jogg = Jogg::builder("key").base_url("http://127.0.0.1:9").build().unwrap();
        let record = JobRecord::new(&ADD_PHOTO_AVATAR_MOTION, "m1");
        let error = Error::new(ErrorKind::OutcomeUnknown, "lost")
            .with_operation(&ADD_PHOTO_AVATAR_MOTION)
            .with_job(record.clone());
        let found = jogg.candidates(&error).await.unwrap();
        assert_eq!((found.certainty, found.job), (Certainty::Settled, Some(record)));
        // An error may name what does not exist.
        assert!(found.remains.starts_with("whether the job exists"), "{}", found.remains);
    }
}
