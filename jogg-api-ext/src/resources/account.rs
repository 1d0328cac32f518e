//! The account behind the key.

use jogg_api::operations::{GET_REMAINING_QUOTA, WHOAMI};
use jogg_api::types::User;

use super::resource;
use crate::Call;
use crate::call::send;

resource! {
    /// The account behind the API key. From [`Jogg::account`](crate::Jogg::account).
    Account
}

impl Account {
    /// Who the key belongs to. Calls `whoami`; free.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidApiKey`](crate::ErrorKind::InvalidApiKey) if the key is not known; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn whoami(&self) -> Call<User> {
        self.jogg.value(&WHOAMI, Ok(()), send!(whoami()))
    }

    /// Credits left, with fractions. Calls `get_remaining_quota`; free.
    ///
    /// Show it, but do not decide by it: the API has been seen to answer 0 while videos were
    /// still made.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedAnswer`](crate::ErrorKind::UnexpectedAnswer) if the answer has no
    /// number; see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn remaining_quota(&self) -> Call<f64> {
        let operation = &GET_REMAINING_QUOTA;
        self.jogg.make(operation, Ok(()), send!(get_remaining_quota()), |_, called| {
            let quota = called.answer.data.as_ref().and_then(|quota| quota.remaining_quota);
            quota.ok_or_else(|| called.lacks(operation, "it has no `remaining_quota`"))
        })
    }
}
