//! A download over its attempts: a sequence of pieces, whoever takes them.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{
    ACCEPT_ENCODING, HeaderMap, HeaderValue, IF_RANGE, InvalidHeaderValue, RANGE,
};
use reqwest::{Response, Url};

use super::body::Body;
use super::download::Download;
use super::patience::Patience;
use super::ranges::ContentRange;
use super::transfer::{Transfer, TransferProgress, file_url, permanent, transient};
use super::{ranges, redirects, responses};
use crate::client::Jogg;
use crate::clock::Sleep;
use crate::error::{Error, ErrorKind, Result};

/// How many attempts a download makes by default.
const ATTEMPTS: u32 = 5;
/// The wait after the first attempt, and the shortest.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// The longest wait, unless the host asks for more.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// A file on its way.
pub(crate) struct Incoming {
    transfer: Transfer,
    download: Download,
    url: Url,
    max_attempts: u32,
    keeping: Keeping,
    /// The response that is being read.
    body: Option<Body>,
    /// How much of the file was returned.
    received: u64,
    /// What is known of the file.
    file: File,
}

/// What becomes of the pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// They can be forgotten.
    Rewinds,
    /// They are gone.
    Consumes,
}

/// What responses said of a file.
#[derive(Default)]
struct File {
    total: Option<u64>,
    /// Without a strong one, what follows may belong to another file.
    etag: Option<HeaderValue>,
}

/// What comes next.
pub(crate) enum Piece {
    Bytes(Bytes),
    /// All that came before is void: the file begins anew.
    StartOver,
}

impl Incoming {
    /// Prepares a download. Nothing is sent yet.
    pub(crate) fn new(jogg: Jogg, download: Download, keeping: Keeping) -> Result<Self> {
        let url = file_url(&jogg, &download.url).map_err(|why| {
            Error::new(ErrorKind::InvalidParameter, format!("the URL of the download {why}"))
        })?;
        let usual = if jogg.retry_policy().max_attempts <= 1 { 1 } else { ATTEMPTS };
        let max_attempts = download.attempts.or(jogg.options().max_attempts).unwrap_or(usual);
        let (transfer, file) = (Transfer::new(jogg), File::default());
        let body = None;
        Ok(Self { transfer, download, url, max_attempts, keeping, body, received: 0, file })
    }

    /// Returns what comes next; `None` after the whole file.
    pub(crate) async fn next(&mut self) -> Result<Option<Piece>> {
        loop {
            match self.step().await {
                Ok(Step::Next(piece)) => return Ok(Some(piece)),
                Ok(Step::Opened) => {}
                Ok(Step::Whole) => return Ok(None),
                Err(error) => self.recover(error).await?,
            }
        }
    }

    /// Returns how many bytes of the file were returned.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    /// Returns the size of the whole file, if the host says.
    pub(crate) fn total(&self) -> Option<u64> {
        self.file.total
    }

    /// Returns how many requests were sent.
    pub(crate) fn attempts(&self) -> u32 {
        self.transfer.made()
    }

    /// Returns a future that ends when the deadline has come, if there is one.
    pub(crate) fn deadline(&self) -> Option<Sleep> {
        let remaining = self.transfer.remaining()?;
        Some(self.transfer.client().clock().timeout(remaining))
    }

    async fn step(&mut self) -> Result<Step> {
        let Some(body) = &mut self.body else { return self.open().await };
        match body.next(&self.transfer).await? {
            Some(bytes) => {
                self.received += bytes.len() as u64;
                self.expect_small(self.received)?;
                if self.file.total.is_some_and(|total| self.received > total) {
                    return Err(self.forget("the file host returned more than it announced"));
                }
                if let Some(hook) = &self.download.on_progress {
                    hook(&TransferProgress { bytes: self.received, total: self.file.total });
                }
                Ok(Step::Next(Piece::Bytes(bytes)))
            }
            None if body.is_short() => {
                Err(self.forget("the file host returned less of the file than before"))
            }
            None => expect_whole(self.received, self.file.total).map(|()| Step::Whole),
        }
    }

    /// Sends a request, for what is missing.
    async fn open(&mut self) -> Result<Step> {
        self.transfer.count();
        let resumed = self.file.etag.clone().filter(|_| self.received > 0);
        let headers = headers(resumed.as_ref().map(|etag| (self.received, etag)));
        let headers = headers.map_err(|_| permanent("the file's entity tag can't be sent"))?;
        let limit = self.transfer.time_limit(0);
        let mut patience = Patience::new(&self.transfer, self.download.read_timeout, limit);
        let sent = redirects::get(&self.transfer, &mut patience, self.url.clone(), headers).await;
        let response = sent?;
        match (response.status().as_u16(), &resumed) {
            (200, _) => self.begin(response, patience).await,
            (206, Some(etag)) => {
                let range = ranges::content_range(response.headers());
                // A host may omit the tag of a part, but not have another.
                let other = ranges::strong_etag(response.headers());
                let range = range.filter(|_| other.is_none_or(|other| other == etag));
                self.resume(range, response, patience).await
            }
            (416, Some(_)) => {
                let total = ranges::unsatisfied(response.headers());
                match total == Some(self.received) && agree(total, self.file.total) {
                    // All that was lost is how much there is.
                    true => Ok(Step::Whole),
                    false => Err(self
                        .forget("the file host no longer has the rest")
                        .with_http_status(416)),
                }
            }
            _ => Err(responses::refused(&self.transfer, response).await),
        }
    }

    /// Reads the whole file. What came of it before is skipped if it is the same file, or void.
    async fn begin(&mut self, response: Response, patience: Patience) -> Result<Step> {
        let response = responses::expect_media(&self.transfer, response).await?;
        let etag = ranges::strong_etag(response.headers());
        let (total, received) = (response.content_length(), self.received);
        let is_same = etag.is_some() && etag == self.file.etag && agree(total, self.file.total);
        if !is_same && received > 0 {
            self.expect_rewind()?;
            self.received = 0;
        }
        let known = self.file.total.filter(|_| is_same);
        self.file = File { total: total.or(known), etag };
        self.expect_small(total.unwrap_or_default())?;
        self.read(response, patience, self.received);
        Ok(match received > self.received {
            true => Step::Next(Piece::StartOver),
            false => Step::Opened,
        })
    }

    /// Reads the part that was requested, if that is what the host returned. It may be shorter, and
    /// then only the total tells that more follows.
    async fn resume(
        &mut self,
        range: Option<ContentRange>,
        response: Response,
        patience: Patience,
    ) -> Result<Step> {
        let response = responses::expect_media(&self.transfer, response).await?;
        let (length, known) = (response.content_length(), self.file.total);
        let fits = |range: &ContentRange| {
            range.start == self.received
                && agree(length, Some(range.length))
                && agree(range.total, known)
        };
        let total = range.filter(fits).and_then(|range| range.total.or(known));
        let Some(total) = total else {
            let message = "the file host returned another part of the file than requested";
            return Err(self.forget(message).with_http_status(206));
        };
        self.file.total = Some(total);
        self.read(response, patience, 0);
        Ok(Step::Opened)
    }

    fn read(&mut self, response: Response, mut patience: Patience, skip: u64) {
        let size = response.content_length().unwrap_or(u64::from(u32::MAX));
        let limit = match self.keeping {
            Keeping::Rewinds => Some(self.transfer.time_limit(size)),
            // The reader of a stream may take its time: the host isn't slow for that.
            Keeping::Consumes => self.transfer.remaining(),
        };
        patience.set_limit(&self.transfer, limit);
        let is_beginning = self.received == 0;
        self.body = Some(Body::new(response, patience, skip, is_beginning));
    }

    /// Waits for the next attempt, or returns the error that ends the download.
    async fn recover(&mut self, error: Error) -> Result<()> {
        self.body = None;
        let error = error.with_attempts(self.attempts());
        if !error.is_retryable() || self.attempts() >= self.max_attempts {
            return Err(self.with_progress(error));
        }
        if self.keeping == Keeping::Consumes && self.received > 0 && self.file.etag.is_none() {
            let error = error.with_note("; it can't be resumed, as the host gives no strong ETag");
            return Err(self.with_progress(error).with_retryable(false));
        }
        let planned = planned_wait(self.attempts(), self.transfer.client().clock().random());
        let Some(wait) = self.transfer.wait(&error, planned) else {
            return Err(self.with_progress(error));
        };
        self.transfer.pause("download", &error, wait).await;
        Ok(())
    }

    /// Forgets what would let the next attempt resume, and creates the error of this one. Without
    /// going back there is no next attempt.
    fn forget(&mut self, message: &'static str) -> Error {
        self.file = File::default();
        transient(message).with_retryable(self.keeping == Keeping::Rewinds)
    }

    /// Says how far a download came whose pieces are gone.
    fn with_progress(&self, error: Error) -> Error {
        match (self.keeping, self.received) {
            (Keeping::Rewinds, _) | (_, 0) => error,
            (Keeping::Consumes, received) => {
                error.with_note(&format!("; {received} bytes were passed on before"))
            }
        }
    }

    fn expect_rewind(&self) -> Result<()> {
        match self.keeping {
            Keeping::Rewinds => Ok(()),
            Keeping::Consumes => {
                Err(permanent("the file host begins anew, or has another file by now"))
            }
        }
    }

    fn expect_small(&self, size: u64) -> Result<()> {
        match self.download.max_bytes {
            Some(most) if size > most => {
                let message = format!(
                    "the file has more than {most} bytes; raise the limit with `max_bytes`"
                );
                Err(permanent(message))
            }
            _ => Ok(()),
        }
    }
}

enum Step {
    Next(Piece),
    Opened,
    Whole,
}

fn headers(resumed: Option<(u64, &HeaderValue)>) -> Result<HeaderMap, InvalidHeaderValue> {
    let mut headers = HeaderMap::new();
    // An encoded body could be neither measured nor resumed.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if let Some((received, etag)) = resumed {
        headers.insert(RANGE, HeaderValue::try_from(format!("bytes={received}-"))?);
        headers.insert(IF_RANGE, etag.clone());
    }
    Ok(headers)
}

/// Returns whether two sizes can be of the same bytes, as far as they are known.
fn agree(one: Option<u64>, other: Option<u64>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

fn expect_whole(bytes: u64, total: Option<u64>) -> Result<()> {
    match total {
        _ if bytes == 0 => Err(transient("the file host returned an empty file")),
        Some(total) if total != bytes => {
            Err(transient(format!("the file host announced {total} bytes and returned {bytes}")))
        }
        _ => Ok(()),
    }
}

/// Returns the wait after so many attempts: 5 s, 8 s, 12.8 s, 20 s, varied by up to a fifth as long
/// as it stays between 5 s and 20 s. `random` is from 0 to 1.
fn planned_wait(attempts: u32, random: f64) -> Duration {
    let growth = 1.6_f64.powi(i32::try_from(attempts).unwrap_or(i32::MAX).clamp(1, 64) - 1);
    let varied = growth * (0.8 + 0.4 * random);
    Duration::try_from_secs_f64(FIRST_WAIT.as_secs_f64() * varied)
        .unwrap_or(LONGEST_WAIT)
        .clamp(FIRST_WAIT, LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the HTTP client lets through.
    #[test]
    fn a_file_has_the_length_it_was_announced_with() {
        for (bytes, total, whole) in [
            (10, Some(10), true),
            (10, None, true),
            (9, Some(10), false),
            (11, Some(10), false),
            (0, Some(0), false),
            (0, None, false),
        ] {
            assert_eq!(expect_whole(bytes, total).is_ok(), whole, "{bytes} {total:?}");
        }
    }

    #[test]
    fn fact_22_waits_grow_from_5_to_20_seconds() {
        for (attempts, least, middle, most) in [
            (1, 5.0, 5.0, 6.0),
            (2, 6.4, 8.0, 9.6),
            (3, 10.24, 12.8, 15.36),
            (4, 16.384, 20.0, 20.0),
            (5, 20.0, 20.0, 20.0),
            (u32::MAX, 20.0, 20.0, 20.0),
        ] {
            for (random, seconds) in [(0.0, least), (0.5, middle), (1.0, most)] {
                let wait = planned_wait(attempts, random).as_secs_f64();
                assert!((wait - seconds).abs() < 1e-6, "{attempts} {random}: {wait}");
            }
        }
    }
}
