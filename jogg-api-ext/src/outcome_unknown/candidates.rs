//! What may have become of a request whose response was lost.

use jogg_api::Operation;

use super::candidate::Candidate;
use crate::call::listing::Listing;
use crate::job_record::JobRecord;

/// What may have become of a paid request whose response was lost: the result of
/// [`Jogg::candidates`](crate::Jogg::candidates).
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub struct Candidates {
    /// What the request may have made. What has the request's name or URL comes first, then the
    /// newest.
    pub items: Vec<Candidate>,
    /// What these items prove.
    pub certainty: Certainty,
    /// What remains uncertain, and why.
    pub remains: String,
    /// The record of the job that the request started, to go on with by
    /// [`Jogg::resume`](crate::Jogg::resume). It is there if the certainty is
    /// [`Certainty::Settled`] and the result is of a job: webhook endpoints are not.
    pub job: Option<JobRecord>,
}

/// What the items of [`Candidates`] prove. [`Candidates::remains`] says the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Certainty {
    /// The items are what the request made: there are as many as it makes, they have its name or
    /// URLs, and were created since it was sent. Only another request of the same name and time
    /// could have made them instead. Also if the error names the job: its polls say whether it
    /// exists, and no list is searched.
    Settled,
    /// The items may be what the request made, and need not be. There may be none, if something of
    /// the list couldn't be read.
    Unsettled,
    /// The list shows nothing that the request can have made. Search again a minute after it was
    /// sent; if there is nothing then either, it was most likely not executed.
    NotListed,
    /// No list shows what this operation makes.
    NoList,
}

impl Candidates {
    /// The response is an error, and names the job. The job itself says more than a list could.
    pub(super) fn of_named_job(job: JobRecord) -> Self {
        Self {
            items: Vec::new(),
            certainty: Certainty::Settled,
            remains: "whether the job exists, as the response that names it is an error: resume \
                      it, and poll it; if polls keep saying NotFound, search the list by hand"
                .to_owned(),
            job: Some(job),
        }
    }

    pub(super) fn without_list(operation: &Operation, listing: Listing) -> Self {
        let remains = match listing {
            Listing::Harmless => format!(
                "whether it was executed: no list shows what `{}` makes, but a second product with \
                 the same content does no harm",
                operation.id
            ),
            _ => format!(
                "whether it was executed: no list shows what `{}` makes, so check for its webhook, \
                 and whether fewer credits are left, or give support the time and the request id",
                operation.id
            ),
        };
        Self { items: Vec::new(), certainty: Certainty::NoList, remains, job: None }
    }
}
