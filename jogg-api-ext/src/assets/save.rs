//! Where a download goes: to a path, into memory, to a reader of pieces, or into a writer.

use std::path::PathBuf;

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use jogg_api::one_line;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::download::Download;
use super::incoming::{Incoming, Keeping, Piece};
use super::partial::Partial;
use crate::client::Jogg;
use crate::clock::within;
use crate::error::{Error, ErrorKind, Result};
use crate::stream::BoxStream;

/// How large a file may be that is kept in memory.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

pub(crate) async fn to_path(jogg: Jogg, download: Download, path: PathBuf) -> Result<u64> {
    jogg.connected()?;
    let sync = download.sync;
    let mut incoming = Incoming::new(jogg, download, Keeping::Rewinds)?;
    // Before the request: what can't be written needn't be downloaded.
    let mut partial = Partial::create(&path).await?;
    while let Some(piece) = incoming.next().await? {
        let written = match piece {
            Piece::Bytes(bytes) => partial.write(bytes).await,
            Piece::StartOver => partial.rewind().await,
        };
        written.map_err(|error| error.with_attempts(incoming.attempts()))?;
    }
    let finished = partial.finish(sync).await;
    finished.map_err(|error| error.with_attempts(incoming.attempts()))?;
    Ok(incoming.received())
}

pub(crate) async fn to_bytes(jogg: Jogg, download: Download) -> Result<Bytes> {
    let most = download.max_bytes.unwrap_or(MAX_BYTES);
    let mut incoming = Incoming::new(jogg, download.max_bytes(most), Keeping::Rewinds)?;
    let mut output = BytesMut::new();
    while let Some(piece) = incoming.next().await? {
        match piece {
            Piece::Bytes(bytes) if output.is_empty() => {
                // The announced length may be a lie: what is beyond is reserved as it comes.
                let total = incoming.total().unwrap_or_default().min(most).min(MAX_BYTES);
                output.reserve(usize::try_from(total).unwrap_or_default().max(bytes.len()));
                output.extend_from_slice(&bytes);
            }
            Piece::Bytes(bytes) => output.extend_from_slice(&bytes),
            Piece::StartOver => output.clear(),
        }
    }
    Ok(output.freeze())
}

pub(crate) fn to_stream(jogg: Jogg, download: Download) -> BoxStream<Result<Bytes>> {
    // `None` after an error, the last item.
    let state = Some(Incoming::new(jogg, download, Keeping::Consumes));
    BoxStream::new(stream::unfold(state, async |state| {
        let mut incoming = match state? {
            Ok(incoming) => incoming,
            Err(error) => return Some((Err(error), None)),
        };
        match next(&mut incoming).await {
            Ok(Some(bytes)) => Some((Ok(bytes), Some(Ok(incoming)))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    }))
}

pub(crate) async fn to_writer(
    jogg: Jogg,
    download: Download,
    mut writer: impl AsyncWrite + Unpin,
) -> Result<u64> {
    let mut incoming = Incoming::new(jogg, download, Keeping::Consumes)?;
    while let Some(bytes) = next(&mut incoming).await? {
        written(&mut incoming, writer.write_all(&bytes)).await?;
    }
    written(&mut incoming, writer.flush()).await?;
    Ok(incoming.received())
}

/// Waits for a writer, until the deadline of the download.
async fn written(
    incoming: &mut Incoming,
    writing: impl Future<Output = std::io::Result<()>>,
) -> Result<()> {
    let outcome = match incoming.deadline() {
        Some(deadline) => within(writing, deadline).await,
        None => Some(writing.await),
    };
    let error = match outcome {
        Some(Ok(())) => return Ok(()),
        Some(Err(error)) => {
            let message = format!("the writer failed: {}", one_line(&error.to_string()));
            Error::new(ErrorKind::Io, message).with_io(error)
        }
        None => Error::new(ErrorKind::Io, "the writer was not ready before the deadline"),
    };
    Err(error.with_attempts(incoming.attempts()))
}

/// The next bytes for who can't go back. Such a download never starts over.
async fn next(incoming: &mut Incoming) -> Result<Option<Bytes>> {
    loop {
        match incoming.next().await? {
            Some(Piece::Bytes(bytes)) => return Ok(Some(bytes)),
            Some(Piece::StartOver) => {}
            None => return Ok(None),
        }
    }
}
