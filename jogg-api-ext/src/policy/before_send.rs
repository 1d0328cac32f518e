//! The hook that runs directly before a paid request is sent.

use std::error::Error as StdError;

use super::{Attempt, Observer};
use crate::stream::BoxFuture;

/// A hook that runs directly before each paid request is sent, after all waiting, and may refuse
/// it.
///
/// It is the place for a journal that is written ahead: what it has not recorded was not sent, so
/// that after a crash only the recorded requests without an outcome are in doubt. Set it with
/// [`JoggBuilder::before_send`](crate::JoggBuilder::before_send), and tell calls apart by
/// [`CallOptions::label`](crate::CallOptions::label). The example `journal` is a whole program.
///
/// The hook runs for each attempt, retries included. It holds the request's place in the limits,
/// and its time counts towards the deadline of the call. If the call is dropped while the hook
/// runs, nothing is sent. A panic of the hook reaches the caller of the call; nothing was sent
/// then, either.
///
/// ```
/// use std::sync::Mutex;
///
/// use jogg_api_ext::BoxFuture;
/// use jogg_api_ext::policy::{Attempt, BeforeSend, BeforeSendResult};
///
/// /// Refuses paid requests without a label, and keeps the labels of the others.
/// #[derive(Default)]
/// struct Journal(Mutex<Vec<String>>);
///
/// impl BeforeSend for Journal {
///     fn before_send(&self, attempt: &Attempt) -> BoxFuture<BeforeSendResult> {
///         let outcome = match attempt.label.as_deref() {
///             Some(label) => Ok(self.0.lock().unwrap().push(label.to_owned())),
///             None => Err("a paid request needs a label".into()),
///         };
///         Box::pin(async { outcome })
///     }
/// }
/// ```
pub trait BeforeSend: Send + Sync + 'static {
    /// Returns whether the request may be sent.
    ///
    /// # Errors
    /// The reason why not. The request is not sent then, and the call fails with
    /// [`ErrorKind::Refused`](crate::ErrorKind::Refused), whose source is that reason.
    fn before_send(&self, attempt: &Attempt) -> BoxFuture<BeforeSendResult>;
}

/// What a [`BeforeSend`] hook says: whether the request may be sent, or why not.
pub type BeforeSendResult = Result<(), Box<dyn StdError + Send + Sync>>;

/// A hook of this crate, which runs after that of the application: what it records of an attempt
/// follows from nothing else any more.
pub(crate) trait Journal: BeforeSend + Observer {}
