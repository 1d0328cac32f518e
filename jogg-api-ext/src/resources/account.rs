//! The account behind the API key.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! let user = jogg.account().whoami().await?;
//! let credits = jogg.account().remaining_quota().await?;
//! println!("{:?} has {credits} credits left", user.username);
//! # Ok(()) }
//! ```

use jogg_api::endpoints::{GetRemainingQuota, Whoami};

use crate::call::Call;
use crate::request::group;

pub use jogg_api::types::User;

group! {
    /// The account behind the API key.
    Account, account
}

impl Account {
    /// Returns who the key belongs to. Calls `whoami`; free.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidApiKey`](crate::ErrorKind::InvalidApiKey) if the key isn't known;
    /// [`ErrorKind::InvalidResponse`](crate::ErrorKind::InvalidResponse) if the response has
    /// no `data`; see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn whoami(&self) -> Call<User> {
        self.jogg.call_with(Ok(()), Whoami::new(), |user, received| received.needs_data(user))
    }

    /// Returns the credits left, with fractions. Calls `get_remaining_quota`; free.
    ///
    /// Show it, but don't decide by it: the API has been seen to return 0 while videos were still
    /// made.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`](crate::ErrorKind::InvalidResponse) if the response has no
    /// number; see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn remaining_quota(&self) -> Call<f64> {
        self.jogg.call_to_read(
            Ok(()),
            GetRemainingQuota::new(),
            |_, data| data.remaining_quota.ok_or("it has no `data.remaining_quota`".to_owned()),
            |quota, _| Ok(quota),
        )
    }
}
