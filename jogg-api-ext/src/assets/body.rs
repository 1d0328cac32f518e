//! The body of one response, piece by piece.

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;

use super::page::{self, Beginning};
use super::patience::Patience;
use super::responses;
use super::transfer::{Transfer, transient};
use crate::error::Result;

/// A body that is being read.
pub(crate) struct Body {
    /// `None` after its end.
    response: Option<Response>,
    patience: Patience,
    /// How much of it isn't needed.
    skip: u64,
    /// Whether its first bytes must show what it is.
    is_beginning: bool,
}

impl Body {
    pub(crate) fn new(
        response: Response,
        patience: Patience,
        skip: u64,
        is_beginning: bool,
    ) -> Self {
        Self { response: Some(response), patience, skip, is_beginning }
    }

    /// Returns whether a body that ended has less than what was to be skipped.
    pub(crate) fn is_short(&self) -> bool {
        self.skip > 0
    }

    /// Returns the next piece, which isn't empty; `None` after the last.
    pub(crate) async fn next(&mut self, transfer: &Transfer) -> Result<Option<Bytes>> {
        if std::mem::take(&mut self.is_beginning) {
            return self.beginning(transfer).await;
        }
        loop {
            let Some(mut chunk) = self.chunk(transfer).await? else { return Ok(None) };
            if self.skip >= chunk.len() as u64 {
                self.skip -= chunk.len() as u64;
                continue;
            }
            return Ok(Some(chunk.split_off(std::mem::take(&mut self.skip) as usize)));
        }
    }

    /// Returns the first bytes, as many as it takes to see that they are not those of a page.
    async fn beginning(&mut self, transfer: &Transfer) -> Result<Option<Bytes>> {
        let Some(first) = self.chunk(transfer).await? else { return Ok(None) };
        let mut bytes = BytesMut::from(first);
        let is_image = |response: &Response| {
            let content_type = response.headers().get(CONTENT_TYPE);
            content_type.is_some_and(|kind| kind.as_bytes().starts_with(b"image/svg"))
        };
        if self.response.as_ref().is_some_and(is_image) {
            return Ok(Some(bytes.freeze()));
        }
        loop {
            match page::of_first_bytes(&bytes) {
                Beginning::Media => return Ok(Some(bytes.freeze())),
                Beginning::Page(format) => {
                    let Some(response) = self.response.take() else {
                        return Ok(Some(bytes.freeze()));
                    };
                    return Err(responses::page(transfer, response, bytes.freeze(), format).await);
                }
                Beginning::Undecided => match self.chunk(transfer).await? {
                    Some(more) => bytes.extend_from_slice(&more),
                    None => return Ok(Some(bytes.freeze())),
                },
            }
        }
    }

    async fn chunk(&mut self, transfer: &Transfer) -> Result<Option<Bytes>> {
        let Some(response) = &mut self.response else { return Ok(None) };
        loop {
            let chunk = self.patience.wait(transfer, response.chunk()).await?;
            let chunk = chunk.map_err(|error| {
                transient("the connection to the file host failed").with_http(error)
            })?;
            match chunk {
                Some(chunk) if chunk.is_empty() => {}
                Some(chunk) => return Ok(Some(chunk)),
                None => {
                    self.response = None;
                    return Ok(None);
                }
            }
        }
    }
}
