//! Uploads: what is taken, and how it gets there.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use jogg_api::operations::CREATE_ASSET_UPLOAD;
use jogg_api::types::CreateAssetUploadRequest;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Body, Url};

use crate::clock::within;
use crate::{Asset, Error, ErrorKind, Jogg, Result};

/// A file to upload.
#[derive(Clone)]
#[must_use]
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
        match content_type.split('/').next()?.trim().to_ascii_lowercase().as_str() {
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

    fn noun(self) -> &'static str {
        match self {
            Self::Audio => "an audio file",
            Self::Image => "an image",
            Self::Video => "a video",
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
    let (sign_url, url) = ticket(&jogg, &described).await?;
    let size = described.size;
    let content_type = described.content_type.to_str().unwrap_or_default().to_owned();
    put(&jogg, sign_url, described).await?;
    Ok(Asset { url, size, content_type })
}

/// A file that may be sent.
struct Described {
    content: Content,
    filename: String,
    content_type: HeaderValue,
    size: u64,
}

enum Content {
    Bytes(Bytes),
    /// Open from the start, so that what is sent is what was measured.
    File(tokio::fs::File, PathBuf),
}

/// Finds out name, type and size, and refuses what the storage would.
async fn describe(file: Upload) -> Result<Described> {
    let Upload { source, filename, content_type } = file;
    let filename = match (&source, filename) {
        (_, Some(filename)) => filename,
        (Source::Path(path), None) => path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .ok_or_else(|| refused(format!("`{}` has no file name", path.display())))?,
        (Source::Bytes(_), None) => return Err(refused("the bytes have no file name")),
    };
    let (content, size) = match source {
        Source::Bytes(bytes) => {
            let size = bytes.len() as u64;
            (Content::Bytes(bytes), size)
        }
        Source::Path(path) => open(path).await?,
    };
    let (kind, content_type) = kind_of(&filename, content_type)?;
    if size == 0 {
        return Err(refused(format!("`{filename}` is empty")));
    }
    if size > kind.max_bytes() {
        let (limit, kind) = (kind.max_bytes(), kind.noun());
        let reason =
            format!("`{filename}` has {size} bytes, but {kind} may have {limit}; make it smaller");
        return Err(refused(reason));
    }
    Ok(Described { content, filename, content_type, size })
}

async fn open(path: PathBuf) -> Result<(Content, u64)> {
    let failed = |error: std::io::Error| {
        let message = format!("`{}` cannot be read: {error}", path.display());
        Error::new(ErrorKind::File, message).with_io(error)
    };
    let file = tokio::fs::File::open(&path).await.map_err(failed)?;
    let metadata = file.metadata().await.map_err(failed)?;
    match metadata.is_file() {
        true => Ok((Content::File(file, path), metadata.len())),
        false => Err(Error::new(ErrorKind::File, format!("`{}` is no file", path.display()))),
    }
}

fn kind_of(filename: &str, content_type: Option<String>) -> Result<(AssetKind, HeaderValue)> {
    if let Some(content_type) = content_type {
        let kind = AssetKind::of_content_type(&content_type);
        return match (kind, HeaderValue::from_str(&content_type)) {
            (Some(kind), Ok(value)) => Ok((kind, value)),
            _ => Err(refused(format!("`{content_type}` is no type of image, video or audio"))),
        };
    }
    let extension = Path::new(filename).extension().and_then(|extension| extension.to_str());
    let kind = extension.and_then(AssetKind::of_extension);
    let guessed = mime_guess::from_path(filename).first_raw();
    match (kind, guessed) {
        (Some(kind), Some(guessed)) => Ok((kind, HeaderValue::from_static(guessed))),
        _ => Err(refused(format!(
            "the type of `{filename}` is not taken: jpg, png, webp, gif, mp4, webm, mov, mp3, wav \
             and m4a are; if its name is misleading, set `content_type`"
        ))),
    }
}

/// Asks for an address. Both URLs must be there before a byte is sent: an upload nobody can refer
/// to is lost.
async fn ticket(jogg: &Jogg, file: &Described) -> Result<(Url, String)> {
    let content_type = file.content_type.to_str().unwrap_or_default();
    let mut body = CreateAssetUploadRequest::new(file.filename.as_str(), content_type);
    body.file_size = i64::try_from(file.size).ok();
    let operation = &CREATE_ASSET_UPLOAD;
    let called = jogg
        .call(operation, |api| {
            let body = body.clone();
            async move { api.create_asset_upload(&body).await }
        })
        .await?;
    let ticket = called.answer.data.clone().unwrap_or_default();
    let sign_url = match &ticket.sign_url {
        Some(sign_url) => file_url(jogg, sign_url.expose()),
        None => Err("is missing"),
    };
    let asset_url = match &ticket.asset_url {
        Some(asset_url) => Url::parse(asset_url).map_err(|_| "is not a URL"),
        None => Err("is missing"),
    };
    match (sign_url, asset_url, ticket.asset_url) {
        (Ok(sign_url), Ok(_), Some(asset_url)) => Ok((sign_url, asset_url)),
        (Err(why), _, _) => Err(called.lacks(operation, format!("its `sign_url` {why}"))),
        (_, Err(why), _) => Err(called.lacks(operation, format!("its `asset_url` {why}"))),
        (_, _, None) => Err(called.lacks(operation, "its `asset_url` is missing")),
    }
}

/// A URL files may go to or come from: as safe as the API itself.
pub(crate) fn file_url(jogg: &Jogg, text: &str) -> std::result::Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "is not a URL")?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if jogg_api::is_loopback(&url) || jogg.allows_plain_http() => Ok(url),
        "http" => Err("is plain http; allow it with `allow_plain_http(true)`"),
        _ => Err("is neither http nor https"),
    }
}

async fn put(jogg: &Jogg, sign_url: Url, file: Described) -> Result<()> {
    let Described { content, filename, content_type, size } = file;
    let body = match content {
        Content::Bytes(bytes) => Body::from(bytes),
        Content::File(opened, path) => match opened.metadata().await {
            Ok(metadata) if metadata.len() == size => Body::from(opened),
            _ => {
                let message = format!("`{}` changed while it was uploaded", path.display());
                return Err(Error::new(ErrorKind::File, message));
            }
        },
    };
    // The bare HTTP client: the key goes to the API, not to the file host.
    let request = jogg
        .api()
        .http()
        .put(sign_url)
        .header(CONTENT_TYPE, content_type)
        .header(CONTENT_LENGTH, size)
        .body(body);
    let limit = transfer_limit(jogg, size);
    // Any 2xx is success; what the storage writes below it differs, and is not read.
    match within(request.send(), jogg.clock().timeout(limit)).await {
        Some(Ok(answer)) if answer.status().is_success() => Ok(()),
        Some(Ok(answer)) => {
            let status = answer.status().as_u16();
            let message = format!("the storage did not take `{filename}`: HTTP {status}");
            Err(transfer_failed(message).with_http_status(status))
        }
        Some(Err(error)) => {
            let message = format!("`{filename}` could not be sent to the storage");
            Err(transfer_failed(message).with_http(error))
        }
        None => {
            let seconds = limit.as_secs();
            Err(transfer_failed(format!("`{filename}` was not taken within {seconds} s")))
        }
    }
}

/// A second more for every 100 kB.
pub(crate) fn transfer_limit(jogg: &Jogg, size: u64) -> Duration {
    jogg.timeouts().transfer.saturating_add(Duration::from_secs(size / 100_000))
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
                let content_type = content_type.to_str().unwrap();
                assert_eq!(AssetKind::of_content_type(content_type), Some(kind), "{name}");
            }
        }
        for name in ["a.txt", "a", "a.exe", "a.svg", ""] {
            assert!(kind_of(name, None).is_err(), "{name}");
        }
        assert!(kind_of("a.bin", Some("image/png".to_owned())).is_ok());
        assert!(kind_of("a.png", Some("text/plain".to_owned())).is_err());
    }
}
