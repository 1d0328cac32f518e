//! A receiver as a router of axum.

use axum::Router;
use axum::extract::Request;
use axum::routing::post;

use super::receiver::Receiver;
use crate::error::{Error, ErrorKind, Result};

impl Receiver {
    /// Returns a router that receives deliveries at this path, such as `/hooks/jogg`, to be served
    /// alone or merged into another router.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the path doesn't begin with a slash, or has anything in it
    /// but letters, digits and `/-_.~`.
    pub fn into_router(self, path: &str) -> Result<Router> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
        if !path.starts_with('/') || !path.bytes().all(is_plain) {
            let message = "the path of the webhooks must begin with a slash, and have only letters, \
                           digits and `/-_.~` in it";
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        let receive = move |request: Request| {
            let receiver = self.clone();
            async move { receiver.receive(request).await }
        };
        Ok(Router::new().route(path, post(receive)))
    }
}
