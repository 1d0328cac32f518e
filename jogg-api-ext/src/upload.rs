//! Uploads: what is taken, and how it gets there.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use jogg_api::operations::CREATE_ASSET_UPLOAD;
use jogg_api::types::{CreateAssetUploadRequest, UploadTicket};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Url};
use serde_json::Value;

use crate::call::within;
use crate::{Asset, Error, ErrorKind, Jogg, Result};

/// A file to upload.
#[derive(Clone)]
pub struct Upload {
    source: Source,
    filename: Option<String>,
    content_type: Option<String>,
}

#[derive(Clone)]
enum Source {
    Path(PathBuf),
    Bytes(Bytes),
}

/// What kind of file the storage takes, with its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AssetKind {
    /// mp3, wav, m4a; 20 MB, 10 minutes.
    Audio,
    /// jpg, png, webp, gif; 10 MB.
    Image,
    /// mp4, webm, mov; 100 MB, 5 minutes.
    Video,
}

impl AssetKind {
    /// The kind of a content type; `None` if the storage does not take it.
    pub fn of_content_type(content_type: &str) -> Option<Self> {
        match content_type.split('/').next()?.trim() {
            "audio" => Some(Self::Audio),
            "image" => Some(Self::Image),
            "video" => Some(Self::Video),
            _ => None,
        }
    }

    /// The largest file of this kind, in bytes. The vendor's guide says MB; the smaller reading
    /// is used.
    pub fn max_bytes(self) -> u64 {
        match self {
            Self::Audio => 20_000_000,
            Self::Image => 10_000_000,
            Self::Video => 100_000_000,
        }
    }

    fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "m4a" | "mp3" | "wav" => Some(Self::Audio),
            "gif" | "jpeg" | "jpg" | "png" | "webp" => Some(Self::Image),
            "mov" | "mp4" | "webm" => Some(Self::Video),
            _ => None,
        }
    }
}

impl Upload {
    /// A file on disk; it is streamed, not read into memory.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self { source: Source::Path(path.into()), filename: None, content_type: None }
    }

    /// Bytes in memory, under this file name.
    pub fn bytes(filename: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let source = Source::Bytes(bytes.into());
        Self { source, filename: Some(filename.into()), content_type: None }
    }

    /// The name to upload it under; that of the path unless set.
    pub fn filename(mut self, filename: impl Into<String>) -> Self {
        self.filename = Some(filename.into());
        self
    }

    /// Its type; inferred from the name unless set. With a type set, any extension is taken.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Upload");
        match &self.source {
            Source::Path(path) => debug.field("path", path),
            Source::Bytes(bytes) => debug.field("bytes", &bytes.len()),
        };
        debug.field("filename", &self.filename).field("content_type", &self.content_type).finish()
    }
}

pub(crate) async fn upload(jogg: Jogg, file: Upload) -> Result<Asset> {
    let described = describe(file).await?;
    let ticket = ticket(&jogg, &described).await?;
    let (sign_url, url) = check_ticket(&jogg, ticket)?;
    let (size, content_type) = (described.size, described.content_type.clone());
    put(&jogg, sign_url, described).await?;
    Ok(Asset { url, size, content_type })
}

/// A file that may be sent.
struct Described {
    source: Source,
    filename: String,
    content_type: String,
    size: u64,
}

/// Finds out name, type and size, and refuses what the storage would.
async fn describe(file: Upload) -> Result<Described> {
    let Upload { source, filename, content_type } = file;
    let size = match &source {
        Source::Bytes(bytes) => bytes.len() as u64,
        Source::Path(path) => file_size(path).await?,
    };
    let filename = match (&source, filename) {
        (_, Some(filename)) => filename,
        (Source::Path(path), None) => path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .ok_or_else(|| refused(format!("`{}` has no file name", path.display())))?,
        (Source::Bytes(_), None) => return Err(refused("the bytes have no file name")),
    };
    let (kind, content_type) = kind_of(&filename, content_type)?;
    if size == 0 {
        return Err(refused(format!("`{filename}` is empty")));
    }
    if size > kind.max_bytes() {
        let (limit, kind) = (kind.max_bytes(), format!("{kind:?}").to_lowercase());
        let reason = format!(
            "`{filename}` has {size} bytes, but an {kind} may have {limit}; make it smaller"
        );
        return Err(refused(reason.replace("an video", "a video")));
    }
    Ok(Described { source, filename, content_type, size })
}

async fn file_size(path: &Path) -> Result<u64> {
    let failed = |error: std::io::Error| {
        let message = format!("`{}` cannot be read: {error}", path.display());
        Error::new(ErrorKind::File, message).with_io(error)
    };
    let metadata = tokio::fs::metadata(path).await.map_err(failed)?;
    match metadata.is_file() {
        true => Ok(metadata.len()),
        false => Err(Error::new(ErrorKind::File, format!("`{}` is no file", path.display()))),
    }
}

fn kind_of(filename: &str, content_type: Option<String>) -> Result<(AssetKind, String)> {
    if let Some(content_type) = content_type {
        let kind = AssetKind::of_content_type(&content_type).ok_or_else(|| {
            refused(format!("`{content_type}` is no type of image, video or audio"))
        })?;
        return Ok((kind, content_type));
    }
    let extension = Path::new(filename).extension().and_then(|extension| extension.to_str());
    let kind = extension.and_then(AssetKind::of_extension);
    let guessed = mime_guess::from_path(filename).first();
    match (kind, guessed) {
        (Some(kind), Some(guessed)) => Ok((kind, guessed.essence_str().to_owned())),
        _ => Err(refused(format!(
            "the type of `{filename}` is not taken: jpg, png, webp, gif, mp4, webm, mov, mp3, wav \
             and m4a are; if its name is misleading, set `content_type`"
        ))),
    }
}

async fn ticket(jogg: &Jogg, file: &Described) -> Result<UploadTicket> {
    let mut body =
        CreateAssetUploadRequest::new(file.filename.as_str(), file.content_type.as_str());
    body.file_size = i64::try_from(file.size).ok();
    let send = async |api: jogg_api::Client| api.create_asset_upload(&body).await;
    let called = jogg.call(&CREATE_ASSET_UPLOAD, send).await?;
    Ok(called.answer.data.unwrap_or_default())
}

/// Both URLs must be there before a byte is sent: an upload nobody can refer to is lost.
fn check_ticket(jogg: &Jogg, ticket: UploadTicket) -> Result<(Url, String)> {
    let missing = |name: &str, reason: &str| {
        Error::new(ErrorKind::UnexpectedAnswer, format!("`{name}` in the answer {reason}"))
            .with_operation(&CREATE_ASSET_UPLOAD)
            .with_attempts(1)
            .with_retryable(true)
    };
    let sign_url = ticket.sign_url.ok_or_else(|| missing("sign_url", "is missing"))?;
    let sign_url = file_url(jogg, sign_url.expose()).map_err(|why| missing("sign_url", why))?;
    let asset_url = ticket.asset_url.ok_or_else(|| missing("asset_url", "is missing"))?;
    match Url::parse(&asset_url) {
        Ok(_) => Ok((sign_url, asset_url)),
        Err(_) => Err(missing("asset_url", "is not a URL")),
    }
}

/// A URL files may go to or come from: as safe as the API itself.
pub(crate) fn file_url(jogg: &Jogg, text: &str) -> std::result::Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "is not a URL")?;
    let host = url.host_str().unwrap_or_default();
    let loopback = host == "localhost"
        || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback || jogg.allows_plain_http() => Ok(url),
        "http" => Err("is plain http; allow it with `allow_plain_http(true)`"),
        _ => Err("is neither http nor https"),
    }
}

async fn put(jogg: &Jogg, sign_url: Url, file: Described) -> Result<()> {
    let body = match file.source {
        Source::Bytes(bytes) => Body::from(bytes),
        Source::Path(path) => match tokio::fs::File::open(&path).await {
            Ok(opened) => Body::from(opened),
            Err(error) => {
                let message = format!("`{}` cannot be read: {error}", path.display());
                return Err(Error::new(ErrorKind::File, message).with_io(error));
            }
        },
    };
    let filename = file.filename;
    // The bare HTTP client: the key goes to the API, not to the file host.
    let request = jogg
        .api()
        .http()
        .put(sign_url)
        .header(CONTENT_TYPE, file.content_type)
        .header(CONTENT_LENGTH, file.size)
        .body(body);
    let transfer = async {
        let answer = request.send().await?;
        let status = answer.status();
        Ok::<_, reqwest::Error>((status, answer.bytes().await?))
    };
    let limit = transfer_limit(jogg, file.size);
    match within(transfer, jogg.clock().timeout(limit)).await {
        Some(Ok((status, body))) if status.is_success() => match refusal(&body) {
            None => Ok(()),
            Some(code) => Err(transfer_failed(format!(
                "the storage did not take `{filename}`: error code {code}"
            ))),
        },
        Some(Ok((status, _))) => Err(transfer_failed(format!(
            "the storage did not take `{filename}`: HTTP {}",
            status.as_u16()
        ))),
        Some(Err(error)) => {
            let message = format!("`{filename}` could not be sent to the storage");
            Err(transfer_failed(message).with_http(error))
        }
        None => {
            Err(transfer_failed(format!("`{filename}` was not taken within {} s", limit.as_secs())))
        }
    }
}

/// The storage may answer in the API's form; then its code counts.
fn refusal(body: &[u8]) -> Option<i64> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body.get("code")?.as_i64().filter(|code| *code != 0)
}

/// A second more for every 100 kB.
pub(crate) fn transfer_limit(jogg: &Jogg, size: u64) -> Duration {
    jogg.timeouts().transfer + Duration::from_secs(size / 100_000)
}

pub(crate) fn transfer_failed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Transfer, message).with_attempts(1).with_retryable(true)
}

fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidParameter, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fact_38_each_kind_has_its_types_and_its_limit() {
        for (names, kind, limit) in [
            (
                ["a.jpg", "a.JPEG", "a.png", "a.webp", "a.gif"].as_slice(),
                AssetKind::Image,
                10_000_000,
            ),
            (&["a.mp4", "a.webm", "a.mov"], AssetKind::Video, 100_000_000),
            (&["a.mp3", "a.wav", "a.m4a"], AssetKind::Audio, 20_000_000),
        ] {
            for name in names {
                let (found, content_type) = kind_of(name, None).unwrap();
                assert_eq!((found, found.max_bytes()), (kind, limit), "{name}");
                assert_eq!(AssetKind::of_content_type(&content_type), Some(kind), "{name}");
            }
        }
        for name in ["a.txt", "a", "a.exe", "a.svg", ""] {
            assert!(kind_of(name, None).is_err(), "{name}");
        }
        assert!(kind_of("a.bin", Some("image/png".to_owned())).is_ok());
        assert!(kind_of("a.png", Some("text/plain".to_owned())).is_err());
    }
}
