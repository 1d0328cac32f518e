//! What the items that were found prove, and what remains uncertain.

use std::cmp::Reverse;

use jogg_api::operations::{CREATE_LIP_SYNC_VIDEO, CREATE_PRODUCT_PREVIEWS};

use super::candidate::Candidate;
use super::candidates::{Candidates, Certainty};
use super::lost::Lost;
use super::search::Found;
use crate::job_record::{ID_SEPARATOR, JobRecord};

/// Says what was found proves.
pub(super) fn of(mut found: Found, lost: &Lost) -> Candidates {
    found.narrow();
    let (gaps, doubts) = (found.gaps(), found.doubts(lost));
    let (certainty, remains, job) = if found.items.is_empty() {
        let mut remains = vec![
            "whether it was executed: nothing listed can be of it; search again a minute after it \
             was sent, as a job may be listed late"
                .to_owned(),
        ];
        let has_urls = lost.operation == &CREATE_LIP_SYNC_VIDEO;
        if found.has_times && lost.name().is_none() && !has_urls {
            remains.push("the request has no name, so that only times were compared".to_owned());
        }
        let certainty = if gaps.is_empty() { Certainty::NotListed } else { Certainty::Unsettled };
        (certainty, [remains, gaps].concat().join("; "), None)
    } else if doubts.is_empty() {
        let remains = "only another request of the same name or URLs, sent at the same time, can \
                       have made it instead";
        let remains = [&[remains.to_owned()][..], &gaps].concat().join("; ");
        (Certainty::Settled, remains, job(&found.items, lost))
    } else {
        let reasons = [doubts, gaps].concat().join("; ");
        (Certainty::Unsettled, format!("whether it made what is listed: {reasons}"), None)
    };
    Candidates { items: found.items, certainty, remains, job }
}

impl Found {
    /// Keeps only what matches, if something that matches can't be older than the request; if not,
    /// something that matches is kept although it seems to be. Puts what matches first, then the
    /// newest.
    fn narrow(&mut self) {
        if self.items.iter().any(|item| item.matches == Some(true) && self.is_since(item)) {
            self.items.retain(|item| item.matches == Some(true));
            self.earlier.clear();
        }
        self.items.extend(self.earlier.iter().cloned());
        self.items.sort_by_key(|item| Reverse((item.matches, item.created_at)));
    }

    fn is_since(&self, item: &Candidate) -> bool {
        !self.has_times || self.since.is_some_and(|since| since.is_before(item.created_at))
    }

    /// Says why the items may be of another request.
    fn doubts(&self, lost: &Lost) -> Vec<String> {
        let mut doubts = Vec::new();
        if self.items.iter().any(|item| item.matches != Some(true)) {
            doubts.push(match lost.name() {
                Some(_) => "not everything listed has the request's name".to_owned(),
                None => "the request has no name to compare".to_owned(),
            });
        }
        let (listed, makes) = (self.items.len(), lost.makes());
        if listed != makes {
            doubts.push(format!("the request makes {makes}, and {listed} may be of it"));
        }
        if !self.has_times {
            doubts.push("the list has no times, so it may be older than the request".to_owned());
        } else if self.since.is_none_or(|since| !since.is_exact) {
            doubts.push("the response has no `Date` to compare the clocks by".to_owned());
        } else if !self.items.iter().all(|item| self.is_since(item)) {
            doubts.push("something listed has no time, or one before the request".to_owned());
        }
        if !self.earlier.is_empty() {
            doubts.push(
                "what has the request's name has a time before it, which the list may write by \
                 another clock or in another time zone"
                    .to_owned(),
            );
        }
        if !doubts.is_empty() && lost.operation == &CREATE_LIP_SYNC_VIDEO {
            doubts.push("its URLs are those of the request, so its result may serve".to_owned());
        }
        doubts
    }

    /// Says what of the list couldn't be read, or wasn't there.
    fn gaps(&self) -> Vec<String> {
        let skipped = match self.skipped {
            0 => None,
            1 => Some("1 item of the list can't be decoded".to_owned()),
            count => Some(format!("{count} items of the list can't be decoded")),
        };
        skipped.into_iter().chain(self.unread.iter().cloned()).collect()
    }
}

/// Returns the record of the job that these items are the result of. A batch of previews is one
/// job.
fn job(items: &[Candidate], lost: &Lost) -> Option<JobRecord> {
    let first = items.first()?.job.as_ref()?;
    if lost.operation != &CREATE_PRODUCT_PREVIEWS {
        return Some(first.clone());
    }
    let ids: Vec<_> = items.iter().map(|item| item.id.as_str()).collect();
    let started_at = items.iter().filter_map(|item| Some(item.job.as_ref()?.started_at)).min();
    Some(JobRecord {
        started_at: started_at.unwrap_or_default(),
        ..JobRecord::new(lost.operation, ids.join(ID_SEPARATOR))
    })
}
