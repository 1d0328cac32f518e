//! Where the content of an upload comes from, and how often it can be read.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::content::{BytesContent, Content, FileContent};
use super::transfer::shown;
use crate::error::{Error, ErrorKind, Result};

/// Where the content comes from.
#[derive(Clone)]
pub(crate) enum Source {
    Path(PathBuf),
    Bytes(Bytes),
    /// A reader or a stream, and its size.
    Once(Once, u64),
}

/// Content that can be read once. Clones share it, and one of them gets it.
#[derive(Clone)]
pub(crate) struct Once(Arc<Mutex<Option<Box<dyn Content>>>>);

impl Once {
    pub(crate) fn new(content: impl Content + 'static) -> Self {
        Self(Arc::new(Mutex::new(Some(Box::new(content)))))
    }

    /// Takes the content, unless that was done before.
    pub(crate) fn take(&self) -> Option<Box<dyn Content>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Returns whether the content is still whole.
    fn is_there(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

/// Content that is about to be sent.
pub(crate) enum Opened {
    Ready(Box<dyn Content>),
    /// Taken when the first byte is: an attempt that gets no connection doesn't use it up.
    Once(Once),
}

impl Source {
    /// Opens and measures the content, from its beginning. Nothing of it is read.
    pub(crate) async fn open(&self) -> Result<(Opened, u64)> {
        let path = match self {
            Self::Bytes(bytes) => {
                let content = Box::new(BytesContent(bytes.clone()));
                return Ok((Opened::Ready(content), bytes.len() as u64));
            }
            Self::Once(once, _) if !once.is_there() => {
                let message = "the reader was used up before, and can't be read once more; create \
                               another upload";
                return Err(Error::new(ErrorKind::InvalidParameter, message));
            }
            Self::Once(once, size) => return Ok((Opened::Once(once.clone()), *size)),
            Self::Path(path) => path.clone(),
        };
        let given = path.clone();
        let opened = tokio::task::spawn_blocking(move || {
            // Checked before it is opened: opening a pipe waits for a writer.
            if !std::fs::metadata(&path)?.is_file() {
                return Ok(None);
            }
            let file = std::fs::File::open(path)?;
            let size = file.metadata()?.len();
            Ok(Some((file, size)))
        });
        match opened.await.unwrap_or_else(|error| Err(std::io::Error::other(error))) {
            Ok(Some((file, size))) => {
                Ok((Opened::Ready(Box::new(FileContent::Unread(file))), size))
            }
            Ok(None) => {
                let message = format!("`{}` is not a regular file", shown(&given));
                Err(Error::new(ErrorKind::Io, message))
            }
            Err(error) => Err(unreadable(&given, error)),
        }
    }

    /// Returns whether another attempt could send it.
    pub(crate) fn can_be_read(&self) -> bool {
        match self {
            Self::Once(once, _) => once.is_there(),
            _ => true,
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.fmt(f),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Once(_, size) => write!(f, "{size} bytes of a reader"),
        }
    }
}

pub(crate) fn unreadable(path: &Path, error: std::io::Error) -> Error {
    let message = format!("`{}` can't be read: {error}", shown(path));
    Error::new(ErrorKind::Io, message).with_io(error)
}
