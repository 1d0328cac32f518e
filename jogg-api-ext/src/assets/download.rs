//! Downloads: written beside the path, then renamed.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, Url};

use super::partial::Partial;
use super::transfer::{
    CHUNK, ProgressHook, Transfer, TransferProgress, file_url, is_transient, refused, transient,
    without_query,
};
use crate::client::Jogg;
use crate::clock::within;
use crate::error::{Error, ErrorKind, Result};

/// How many attempts a download makes by default.
const ATTEMPTS: u32 = 5;
/// The wait after the first attempt, and the shortest.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// The longest wait, unless the host asks for more.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// A file to download.
#[derive(Clone)]
#[must_use]
pub struct Download {
    url: String,
    path: PathBuf,
    attempts: Option<u32>,
    on_progress: Option<ProgressHook>,
}

impl Download {
    /// Creates a download of the file behind this URL, to this path.
    pub fn new(url: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        Self { url: url.into(), path: path.into(), attempts: None, on_progress: None }
    }

    /// Sets how many attempts are made at most, the first included. Default: 5, or 1 if the client
    /// never retries. 0 counts as 1.
    ///
    /// The waits in between grow from 5 s to 20 s.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// Registers a function that is called when bytes have been written to the file, at most 64 KiB
    /// since the last call. With each attempt the count begins anew.
    ///
    /// It is called on the task that downloads, so it should be quick.
    pub fn on_progress(mut self, hook: impl Fn(&TransferProgress) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(hook));
        self
    }

    fn max_attempts(&self, jogg: &Jogg) -> u32 {
        let usual = if jogg.retry_policy().max_attempts <= 1 { 1 } else { ATTEMPTS };
        self.attempts.or(jogg.options().max_attempts).unwrap_or(usual)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("url", &without_query(&self.url))
            .field("path", &self.path)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

pub(crate) async fn download(jogg: Jogg, download: Download) -> Result<u64> {
    let url = file_url(&jogg, &download.url).map_err(|why| {
        Error::new(ErrorKind::InvalidParameter, format!("the URL of the download {why}"))
    })?;
    let max_attempts = download.max_attempts(&jogg);
    let mut transfer = Transfer::new(jogg);
    loop {
        let error = match attempt(&mut transfer, url.clone(), &download).await {
            Ok(size) => return Ok(size),
            Err(error) => error.with_attempts(transfer.made()),
        };
        if !error.is_retryable() || transfer.made() >= max_attempts {
            return Err(error);
        }
        let planned = planned_wait(transfer.made(), transfer.client().clock().random());
        let Some(wait) = transfer.wait(&error, planned) else { return Err(error) };
        transfer.pause("download", &error, wait).await;
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

/// Gets the file once, with the bare HTTP client: the key goes to the API, not to the file host.
async fn attempt(transfer: &mut Transfer, url: Url, download: &Download) -> Result<u64> {
    // Before the request: what can't be written needn't be downloaded.
    let partial = Partial::create(&download.path).await?;
    transfer.count();
    let jogg = transfer.client();
    let limit = transfer.time_limit(0);
    let sent = within(jogg.connected()?.http().get(url).send(), jogg.clock().timeout(limit)).await;
    let response = match sent {
        Some(Ok(response)) => expect_file(response)?,
        Some(Err(error)) => {
            let passes = !error.is_builder();
            let error = transient("the file host could not be reached").with_http(error);
            return Err(error.with_retryable(passes));
        }
        None => return Err(too_slow(limit)),
    };
    let limit = transfer.time_limit(response.content_length().unwrap_or(u64::from(u32::MAX)));
    let saved = save(response, partial, download.on_progress.as_ref());
    let saved = within(saved, jogg.clock().timeout(limit)).await;
    saved.unwrap_or_else(|| Err(too_slow(limit)))
}

/// Refuses everything but the file itself. An error page, or a response of the API, with a 2xx
/// would replace what the caller has.
fn expect_file(response: Response) -> Result<Response> {
    let (status, headers) = (response.status(), response.headers());
    let code = status.as_u16();
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.trim_start().to_ascii_lowercase();
    let page = ["application/json", "text/html"].iter().any(|page| kind.starts_with(page));
    if code == 200 && !page {
        return Ok(response);
    }
    let message = match code {
        200 => "the file host returns a page instead of the file".to_owned(),
        301 | 302 | 303 | 307 | 308 => format!(
            "the file host redirects to another address (HTTP {code}), which is not followed"
        ),
        _ => format!("the file host doesn't return the file: HTTP {code}"),
    };
    // A host responds like this while the file isn't there yet.
    let early = matches!(code, 200 | 202 | 204 | 403 | 404 | 425);
    Err(refused(message, early || is_transient(status), status, headers))
}

/// Writes what comes, a piece at a time.
async fn save(
    mut response: Response,
    mut partial: Partial,
    on_progress: Option<&ProgressHook>,
) -> Result<u64> {
    let (status, total) = (response.status().as_u16(), response.content_length());
    let mut bytes = 0;
    loop {
        let chunk = response.chunk().await.map_err(|error| {
            transient("the connection to the file host failed").with_http(error)
        })?;
        let Some(chunk) = chunk else { break };
        // The HTTP client may return more at once than should pass between two reports of progress.
        for piece in chunk.chunks(CHUNK) {
            partial.write(piece).await?;
            bytes += piece.len() as u64;
            if let Some(hook) = on_progress {
                hook(&TransferProgress { bytes, total });
            }
        }
    }
    expect_whole(bytes, total).map_err(|message| transient(message).with_http_status(status))?;
    partial.finish().await?;
    Ok(bytes)
}

fn expect_whole(bytes: u64, total: Option<u64>) -> Result<(), String> {
    match total {
        _ if bytes == 0 => Err("the file host returned an empty file".to_owned()),
        Some(total) if total != bytes => {
            Err(format!("the file host announced {total} bytes and returned {bytes}"))
        }
        _ => Ok(()),
    }
}

fn too_slow(limit: Duration) -> Error {
    transient(format!("the file host was not done within {} s", limit.as_secs_f64()))
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
