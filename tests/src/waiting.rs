//! Waiting for other tasks, without sleeping.

use std::time::Duration;

/// The output of a future that ends soon: a guard against a test that would never end.
///
/// # Panics
/// If it takes a minute.
pub async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("it hangs")
}

/// Lets other tasks run until a condition holds.
///
/// # Panics
/// If it takes a minute.
pub async fn until(mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    soon(waiting).await;
}
