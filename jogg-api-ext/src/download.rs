//! Downloads: beside the path, then in its place.

use std::path::{Path, PathBuf};

use reqwest::header::CONTENT_TYPE;
use tokio::io::AsyncWriteExt;

use crate::clock::within;
use crate::upload::{file_url, transfer_failed, transfer_limit};
use crate::{Error, ErrorKind, Jogg, Result};

pub(crate) async fn download(jogg: Jogg, url: String, path: PathBuf) -> Result<u64> {
    let url = file_url(&jogg, &url).map_err(|why| {
        Error::new(ErrorKind::InvalidParameter, format!("the URL of the download {why}"))
    })?;
    let limit = jogg.timeouts().transfer;
    // The bare HTTP client: the key goes to the API, not to the file host.
    let sent = within(jogg.api().http().get(url).send(), jogg.clock().timeout(limit)).await;
    let answer = match sent {
        Some(Ok(answer)) => expect_file(answer)?,
        Some(Err(error)) => {
            return Err(transfer_failed("the file host could not be reached").with_http(error));
        }
        None => return Err(too_slow(limit)),
    };
    let partial = Partial::beside(&path);
    let limit = transfer_limit(&jogg, answer.content_length().unwrap_or(u64::from(u32::MAX)));
    let written = within(save(answer, &partial.path), jogg.clock().timeout(limit)).await;
    let size = written.unwrap_or_else(|| Err(too_slow(limit)))?;
    tokio::fs::rename(&partial.path, &path).await.map_err(|error| file_failed(&path, error))?;
    Ok(size)
}

/// The file itself: not an error page or an answer of the API behind a 2xx, which would replace
/// what the caller has.
fn expect_file(answer: reqwest::Response) -> Result<reqwest::Response> {
    let status = answer.status().as_u16();
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let page = kind.is_some_and(|kind| {
        ["application/json", "text/html"].iter().any(|page| kind.trim_start().starts_with(page))
    });
    match (status, page) {
        (200, false) => Ok(answer),
        (200, true) => Err(transfer_failed("the file host gives a page instead of the file")),
        _ => Err(transfer_failed(format!("the file host does not give the file: HTTP {status}"))),
    }
    .map_err(|error| error.with_http_status(status))
}

async fn save(mut answer: reqwest::Response, path: &Path) -> Result<u64> {
    let announced = answer.content_length();
    let mut file = tokio::fs::File::create(path).await.map_err(|error| file_failed(path, error))?;
    let mut size = 0;
    loop {
        let chunk = answer.chunk().await.map_err(|error| {
            transfer_failed("the connection to the file host failed").with_http(error)
        })?;
        let Some(chunk) = chunk else { break };
        size += chunk.len() as u64;
        file.write_all(&chunk).await.map_err(|error| file_failed(path, error))?;
    }
    file.sync_all().await.map_err(|error| file_failed(path, error))?;
    match announced {
        _ if size == 0 => Err(transfer_failed("the file host gave an empty file")),
        Some(announced) if announced != size => Err(transfer_failed(format!(
            "the file host announced {announced} bytes and gave {size}"
        ))),
        _ => Ok(size),
    }
}

/// A file that is not whole yet, removed unless it was renamed.
struct Partial {
    path: PathBuf,
}

impl Partial {
    fn beside(path: &Path) -> Self {
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{:016x}.part", fastrand::u64(..)));
        Self { path: path.with_file_name(name) }
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Gone already if it was renamed.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn file_failed(path: &Path, error: std::io::Error) -> Error {
    let message = format!("`{}` cannot be written: {error}", path.display());
    Error::new(ErrorKind::File, message).with_io(error)
}

fn too_slow(limit: std::time::Duration) -> Error {
    transfer_failed(format!("the file host was not done within {} s", limit.as_secs()))
}
