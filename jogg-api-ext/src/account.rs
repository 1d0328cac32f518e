//! The account behind the key.

use jogg_api::operations::{GET_REMAINING_QUOTA, WHOAMI};
use jogg_api::types::User;

use crate::{Jogg, Result};

/// The account behind the API key. From [`Jogg::account`].
#[derive(Clone, Debug)]
pub struct Account {
    jogg: Jogg,
}

impl Account {
    pub(crate) fn new(jogg: Jogg) -> Self {
        Self { jogg }
    }

    /// Who the key belongs to. Calls `whoami`; free.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidApiKey`](crate::ErrorKind::InvalidApiKey) if the key is not known; see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn whoami(&self) -> impl Future<Output = Result<User>> + Send + use<> {
        let jogg = self.jogg.clone();
        async move {
            let called = jogg.call(&WHOAMI, |api| async move { api.whoami().await }).await?;
            Ok(called.answer.data.unwrap_or_default())
        }
    }

    /// Credits left, with fractions. Calls `get_remaining_quota`; free.
    ///
    /// Show it, but do not decide by it: the API has been seen to answer 0 while videos were
    /// still made.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedAnswer`](crate::ErrorKind::UnexpectedAnswer) if the answer has no
    /// number; see [`ErrorKind`](crate::ErrorKind) for the
    /// others.
    pub fn remaining_quota(&self) -> impl Future<Output = Result<f64>> + Send + use<> {
        let jogg = self.jogg.clone();
        async move {
            let operation = &GET_REMAINING_QUOTA;
            let called =
                jogg.call(operation, |api| async move { api.get_remaining_quota().await }).await?;
            let quota = called.answer.data.as_ref().and_then(|quota| quota.remaining_quota);
            quota.ok_or_else(|| called.lacks(operation, "it has no `remaining_quota`"))
        }
    }
}
