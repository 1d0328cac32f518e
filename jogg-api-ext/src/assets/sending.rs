//! How an upload gets to the storage.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use jogg_api::endpoints::CreateAssetUpload;
use jogg_api::operations::CREATE_ASSET_UPLOAD;
use jogg_api::types::{CreateAssetUploadRequest, UploadTicket};
use jogg_api::{is_rejected, one_line};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Body, Response, Url};
use serde_json::{Map, Value};

use super::asset::Asset;
use super::kind::{AssetKind, MIB};
use super::outgoing::{Outgoing, Trouble};
use super::refusal;
use super::source::{Opened, Source, unreadable};
use super::transfer::{ProgressHook, Transfer, file_url, is_transient, transient};
use super::upload::Upload;
use crate::client::Jogg;
use crate::clock::within;
use crate::error::{Error, ErrorKind, Result};
use crate::host_response::HostResponse;
use crate::request::check_extra;

/// How many attempts an upload makes at most. Fewer than a call: a file is more to send.
const MAX_ATTEMPTS: u32 = 3;

pub(crate) async fn upload(jogg: Jogg, file: Upload) -> Result<Asset> {
    jogg.connected()?;
    let mut transfer = Transfer::new(jogg);
    let (described, mut content) = describe(file).await?;
    let mut renewed = false;
    loop {
        // A new signed URL for each attempt: storage may refuse a second upload with the same one.
        let (sign_url, url) = ticket(&transfer.client_until_deadline(), &described).await?;
        transfer.count();
        let error = match put(&transfer, sign_url, &described, content).await {
            Ok(host) => return Ok(described.into_asset(url, host)),
            Err(error) => error.with_attempts(transfer.made()),
        };
        // A signature that expired on the way is worth another one, but not for ever.
        let expired = error.host_response().is_some_and(HostResponse::says_expired);
        let error = match expired && !std::mem::replace(&mut renewed, expired) {
            true => error.with_retryable(true),
            false => error,
        };
        if error.is_retryable() && !described.source.can_be_read() {
            let note = "; it isn't retried, as its reader can't be rewound";
            return Err(error.with_retryable(false).with_note(note));
        }
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
    async fn open_again(&self) -> Result<Opened> {
        match self.source.open().await? {
            (content, size) if size == self.size => Ok(content),
            _ => Err(self.failed(Trouble::Long)),
        }
    }

    fn failed(&self, trouble: Trouble) -> Error {
        let (filename, size) = (self.shown(), self.size);
        let message = match (&self.source, trouble) {
            (Source::Path(path), Trouble::Unreadable(error)) => return unreadable(path, error),
            (_, Trouble::Unreadable(error)) => {
                let message = format!(
                    "the content of `{filename}` can't be read: {}",
                    one_line(&error.to_string())
                );
                return Error::new(ErrorKind::Io, message).with_io(error);
            }
            (Source::Once(..), Trouble::Short(end)) => {
                format!("the reader of `{filename}` ended after {end} of {size} bytes")
            }
            (Source::Once(..), Trouble::Long) => {
                format!("the reader of `{filename}` has more than the {size} bytes it should have")
            }
            _ => format!("`{filename}` changed while it was uploaded"),
        };
        Error::new(ErrorKind::Io, message)
    }

    /// Returns its name as messages quote it: names come from anywhere.
    fn shown(&self) -> String {
        one_line(&self.filename)
    }

    fn into_asset(self, url: String, callback_failure: Option<HostResponse>) -> Asset {
        let content_type = self.content_type.to_str().unwrap_or_default().to_owned();
        Asset { url, size: self.size, content_type, callback_failure }
    }
}

/// Finds out name, type and size, and refuses what the storage would.
async fn describe(file: Upload) -> Result<(Described, Opened)> {
    let Upload { source, filename, content_type, max_bytes, on_progress, extra } = file;
    check_extra(CreateAssetUploadRequest::FIELDS, &extra)
        .map_err(|error| error.with_operation(&CREATE_ASSET_UPLOAD))?;
    let filename = match (&source, filename) {
        (_, Some(filename)) => filename,
        (Source::Path(path), None) => path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .ok_or_else(|| invalid(format!("`{}` has no file name", path.display())))?,
        _ => return Err(invalid("the content has no file name")),
    };
    let (content, size) = source.open().await?;
    let (kind, content_type) =
        AssetKind::of_file(&filename, content_type.as_deref()).map_err(invalid)?;
    if size == 0 {
        return Err(invalid(format!("`{filename}` is empty")));
    }
    check_size(&filename, size, kind, max_bytes)?;
    Ok((Described { source, filename, content_type, size, on_progress, extra }, content))
}

fn check_size(filename: &str, size: u64, kind: AssetKind, max_bytes: Option<u64>) -> Result<()> {
    let most = max_bytes.unwrap_or(kind.max_bytes());
    if size <= most {
        return Ok(());
    }
    let (noun, documented) = (kind.noun(), kind.max_bytes() / MIB);
    let reason = match max_bytes {
        Some(most) => format!("but `max_bytes` allows {most}"),
        None => format!(
            "but {noun} may have {documented} MiB; make it smaller, or raise the limit with \
             `max_bytes`"
        ),
    };
    Err(invalid(format!("`{filename}` has {size} bytes, {reason}")))
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
    let asset_url =
        ticket.asset_url.ok_or("is missing").and_then(|asset_url| match Url::parse(&asset_url) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(asset_url),
            Ok(_) => Err("is neither http nor https"),
            Err(_) => Err("is not a URL"),
        });
    let asset_url = asset_url.map_err(|why| format!("its `asset_url` {why}"))?;
    Ok((sign_url, asset_url))
}

/// Sends the content once, with the bare HTTP client: the key goes to the API, not to the storage.
/// Returns what the storage says of a callback that failed.
async fn put(
    transfer: &Transfer,
    sign_url: Url,
    file: &Described,
    content: Opened,
) -> Result<Option<HostResponse>> {
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
    let filename = &file.shown();
    match response {
        Some(Ok(response)) => {
            let is_whole = outcome.sent() >= file.size;
            // What isn't sent yet never will be.
            drop(outcome);
            judge(transfer, response, filename, is_whole).await
        }
        Some(Err(error)) => {
            let message = format!("`{filename}` could not be sent to the storage");
            let retryable = !error.is_builder() && !is_rejected(&error);
            Err(transient(message).with_retryable(retryable).with_http(error))
        }
        None => {
            let seconds = limit.as_secs_f64();
            Err(transient(format!("`{filename}` was not accepted within {seconds} s")))
        }
    }
}

/// Accepts any 2xx, unless its body is an error.
async fn judge(
    transfer: &Transfer,
    response: Response,
    filename: &str,
    is_whole: bool,
) -> Result<Option<HostResponse>> {
    let (status, headers) = (response.status(), response.headers().clone());
    let code = status.as_u16();
    if status.is_success() && !is_whole {
        let message = format!("the storage responded before it had all of `{filename}`");
        return Err(transient(message).with_http_status(code));
    }
    let host = refusal::read(transfer, response, Bytes::new()).await;
    match code {
        // Alibaba's storage: the file is there, whatever its callback to the API says.
        203 => {
            tracing::warn!(status = code, "the storage has the file, but its callback failed");
            Ok(Some(host))
        }
        200..300 if !host.refuses() => Ok(None),
        _ => {
            let message = match code {
                300..400 => format!(
                    "the storage redirects `{filename}` (HTTP {code}), which is not followed"
                ),
                500.. => format!("the storage failed while it received `{filename}`: HTTP {code}"),
                _ => format!("the storage refused `{filename}`: HTTP {code}"),
            };
            Err(refusal::error(transfer, message, is_transient(status), host, &headers))
        }
    }
}

/// Creates the error of an upload that isn't sent. Names come from anywhere.
fn invalid(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidParameter, one_line(&message.into()))
}
