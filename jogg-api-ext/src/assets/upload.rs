//! Uploads: what is sent, and how it gets there.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jogg_api::endpoints::CreateAssetUpload;
use jogg_api::operations::CREATE_ASSET_UPLOAD;
use jogg_api::types::{CreateAssetUploadRequest, UploadTicket};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Body, Response, Url};
use serde_json::{Map, Value};

use super::asset::Asset;
use super::kind::AssetKind;
use super::outgoing::{Content, FileContent, Outgoing, Trouble};
use super::transfer::{
    ProgressHook, Transfer, TransferProgress, file_url, is_transient, refused, transient,
};
use crate::client::Jogg;
use crate::clock::within;
use crate::error::{Error, ErrorKind, Result};
use crate::request::check_extra;

/// How many attempts an upload makes at most. Fewer than a call: a file is more to send.
const MAX_ATTEMPTS: u32 = 3;

/// A file to upload.
#[derive(Clone)]
#[must_use]
pub struct Upload {
    source: Source,
    filename: Option<String>,
    content_type: Option<String>,
    on_progress: Option<ProgressHook>,
    extra: Map<String, Value>,
}

#[derive(Clone)]
enum Source {
    Path(PathBuf),
    Bytes(Bytes),
}

impl Upload {
    /// Creates an upload of a file on disk; it is streamed, not read into memory.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::new(Source::Path(path.into()), None)
    }

    /// Creates an upload of bytes in memory, under this file name. They aren't copied.
    pub fn bytes(filename: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self::new(Source::Bytes(bytes.into()), Some(filename.into()))
    }

    /// Sets the name to upload it under. Default: that of the path.
    pub fn filename(mut self, filename: impl Into<String>) -> Self {
        self.filename = Some(filename.into());
        self
    }

    /// Sets its content type. Default: inferred from the name. With a type set, any extension is
    /// allowed.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Registers a function that is called as bytes go out, at most 64 KiB since the last call.
    /// Those bytes are with the HTTP client, not yet with the storage. With each attempt the count
    /// begins anew.
    ///
    /// It is called on the task that sends, so it should be quick, and must not panic.
    pub fn on_progress(mut self, hook: impl Fn(&TransferProgress) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(hook));
        self
    }

    /// Sets a field of `create_asset_upload` that this crate doesn't know yet.
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    fn new(source: Source, filename: Option<String>) -> Self {
        Self { source, filename, content_type: None, on_progress: None, extra: Map::new() }
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Upload");
        match &self.source {
            Source::Path(path) => debug.field("path", path),
            Source::Bytes(bytes) => debug.field("bytes", &bytes.len()),
        };
        debug
            .field("filename", &self.filename)
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

pub(crate) async fn upload(jogg: Jogg, file: Upload) -> Result<Asset> {
    let mut transfer = Transfer::new(jogg);
    let (described, mut content) = describe(file).await?;
    loop {
        // A new signed URL for each attempt: storage may refuse a second upload with the same one.
        let (sign_url, url) = ticket(&transfer.client_until_deadline(), &described).await?;
        transfer.count();
        let error = match put(&transfer, sign_url, &described, content).await {
            Ok(()) => return Ok(described.into_asset(url)),
            Err(error) => error.with_attempts(transfer.made()),
        };
        let Some(wait) = wait(&transfer, &error) else { return Err(error) };
        transfer.pause("upload", &error, wait).await;
        let opened = described.open_again().await;
        content = opened.map_err(|error| error.with_attempts(transfer.made()))?;
    }
}

/// Returns the wait before the next attempt, by the client's policy for calls; `None` if there is
/// to be none.
fn wait(transfer: &Transfer, error: &Error) -> Option<Duration> {
    let jogg = transfer.client();
    let mut policy = jogg.retry_policy().clone();
    let most = jogg.options().max_attempts.unwrap_or(policy.max_attempts);
    policy.max_attempts = most.min(MAX_ATTEMPTS);
    let planned = policy.delay(error, transfer.made(), jogg.clock().random())?;
    let wait = transfer.wait(error, planned)?;
    (!transfer.exceeds(policy.total, wait) && jogg.retry_budget().take()).then_some(wait)
}

/// A file that may be sent.
struct Described {
    source: Source,
    filename: String,
    content_type: HeaderValue,
    size: u64,
    on_progress: Option<ProgressHook>,
    extra: Map<String, Value>,
}

impl Described {
    /// Opens the content once more, from its beginning. A new handle: the HTTP client may still
    /// hold that of the last attempt.
    async fn open_again(&self) -> Result<Content> {
        match open(&self.source).await? {
            (content, size) if size == self.size => Ok(content),
            _ => Err(self.failed(Trouble::Changed)),
        }
    }

    fn failed(&self, trouble: Trouble) -> Error {
        match (&self.source, trouble) {
            (Source::Path(path), Trouble::Unreadable(error)) => unreadable(path, error),
            _ => {
                let message = format!("`{}` changed while it was uploaded", self.filename);
                Error::new(ErrorKind::Io, message)
            }
        }
    }

    fn into_asset(self, url: String) -> Asset {
        let content_type = self.content_type.to_str().unwrap_or_default().to_owned();
        Asset { url, size: self.size, content_type }
    }
}

/// Finds out name, type and size, and refuses what the storage would.
async fn describe(file: Upload) -> Result<(Described, Content)> {
    let Upload { source, filename, content_type, on_progress, extra } = file;
    check_extra(CreateAssetUploadRequest::FIELDS, &extra)
        .map_err(|error| error.with_operation(&CREATE_ASSET_UPLOAD))?;
    let filename = match (&source, filename) {
        (_, Some(filename)) => filename,
        (Source::Path(path), None) => path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .ok_or_else(|| invalid(format!("`{}` has no file name", path.display())))?,
        (Source::Bytes(_), None) => return Err(invalid("the bytes have no file name")),
    };
    let (content, size) = open(&source).await?;
    let (kind, content_type) =
        AssetKind::of_file(&filename, content_type.as_deref()).map_err(invalid)?;
    if size == 0 {
        return Err(invalid(format!("`{filename}` is empty")));
    }
    if size > kind.max_bytes() {
        let (limit, kind) = (kind.max_bytes(), kind.noun());
        let reason =
            format!("`{filename}` has {size} bytes, but {kind} may have {limit}; make it smaller");
        return Err(invalid(reason));
    }
    Ok((Described { source, filename, content_type, size, on_progress, extra }, content))
}

/// Opens and measures what is to be sent. Nothing of it is read.
async fn open(source: &Source) -> Result<(Content, u64)> {
    let path = match source {
        Source::Bytes(bytes) => return Ok((Content::Bytes(bytes.clone()), bytes.len() as u64)),
        Source::Path(path) => path,
    };
    let failed = |error| unreadable(path, error);
    // Checked before it is opened: opening a pipe waits for a writer.
    if !tokio::fs::metadata(path).await.map_err(failed)?.is_file() {
        return Err(Error::new(ErrorKind::Io, format!("`{}` is not a file", path.display())));
    }
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    let size = file.metadata().await.map_err(failed)?.len();
    Ok((Content::File(FileContent::new(file)), size))
}

/// Gets a signed URL. Both URLs must be there before a byte is sent: an upload that no request can
/// refer to is lost.
async fn ticket(jogg: &Jogg, file: &Described) -> Result<(Url, String)> {
    let content_type = file.content_type.to_str().unwrap_or_default();
    let mut body = CreateAssetUploadRequest::new(file.filename.as_str(), content_type);
    body.file_size = i64::try_from(file.size).ok();
    body.extra = file.extra.clone();
    jogg.call_to_read(Ok(()), CreateAssetUpload::new(body), urls, |urls, _| Ok(urls)).await
}

fn urls(jogg: &Jogg, ticket: UploadTicket) -> std::result::Result<(Url, String), String> {
    let sign_url = match &ticket.sign_url {
        Some(sign_url) => file_url(jogg, sign_url.expose()),
        None => Err("is missing"),
    };
    let sign_url = sign_url.map_err(|why| format!("its `sign_url` {why}"))?;
    let asset_url = ticket.asset_url.ok_or("is missing").and_then(|asset_url| {
        Url::parse(&asset_url).map(|_| asset_url).map_err(|_| "is not a URL")
    });
    let asset_url = asset_url.map_err(|why| format!("its `asset_url` {why}"))?;
    Ok((sign_url, asset_url))
}

/// Sends the content once, with the bare HTTP client: the key goes to the API, not to the storage.
async fn put(transfer: &Transfer, sign_url: Url, file: &Described, content: Content) -> Result<()> {
    let jogg = transfer.client();
    let (body, outcome) = Outgoing::new(content, file.size, file.on_progress.clone());
    let request = jogg
        .connected()?
        .http()
        .put(sign_url)
        .header(CONTENT_TYPE, file.content_type.clone())
        .header(CONTENT_LENGTH, file.size)
        .body(Body::wrap(body));
    let limit = transfer.time_limit(file.size);
    let response = within(request.send(), jogg.clock().timeout(limit)).await;
    // Read first: it ends the connection, which then seems to be the cause.
    if let Some(trouble) = outcome.take_trouble() {
        return Err(file.failed(trouble));
    }
    let filename = &file.filename;
    match response {
        Some(Ok(response)) if response.status().is_success() && outcome.sent() < file.size => {
            let message = format!("the storage responded before it had all of `{filename}`");
            Err(transient(message).with_http_status(response.status().as_u16()))
        }
        Some(Ok(response)) => expect_accepted(&response, filename),
        Some(Err(error)) => {
            let message = format!("`{filename}` could not be sent to the storage");
            let retryable = !error.is_builder();
            Err(transient(message).with_retryable(retryable).with_http(error))
        }
        None => {
            let seconds = limit.as_secs_f64();
            Err(transient(format!("`{filename}` was not accepted within {seconds} s")))
        }
    }
}

/// Accepts any 2xx. The body differs between hosts and isn't read.
fn expect_accepted(response: &Response, filename: &str) -> Result<()> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let message = match status.is_redirection() {
        true => format!(
            "the storage redirects `{filename}` (HTTP {}), which is not followed",
            status.as_u16()
        ),
        false => format!("the storage refused `{filename}`: HTTP {}", status.as_u16()),
    };
    Err(refused(message, is_transient(status), status, response.headers()))
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    let message = format!("`{}` can't be read: {error}", path.display());
    Error::new(ErrorKind::Io, message).with_io(error)
}

fn invalid(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidParameter, message)
}
