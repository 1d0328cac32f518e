//! Permission to send a request.

use tokio::sync::SemaphorePermit;

use crate::policy::Permit;
use crate::policy::observer::guard;

/// What a request has waited for, given back when it has ended, or will never be sent.
#[derive(Default)]
pub(super) struct Turn<'j> {
    pub(super) permit: Option<Permit>,
    pub(super) concurrency: Option<SemaphorePermit<'j>>,
    pub(super) is_sent: bool,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        drop(self.concurrency.take());
        let (permit, is_sent) = (self.permit.take(), self.is_sent);
        // The limiter may be the application's.
        guard("a permit of the rate limiter", move || match permit {
            Some(permit) if !is_sent => permit.give_back(),
            permit => drop(permit),
        });
    }
}
