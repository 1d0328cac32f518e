//! The account: who the key belongs to, and the credits left.
//!
//! `cargo run -p jogg-api-ext --features simulator --example account`

mod support;

use std::error::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, _simulator) = support::simulated().await?;

    let user = jogg.account().whoami().await?;
    println!("{} <{}>", user.username.unwrap_or_default(), user.email.unwrap_or_default());

    // A hint: what a job costs may show later.
    println!("{} credits left", jogg.account().remaining_quota().await?);
    Ok(())
}

// It prints:
//
// Kim <kim@example.com>
// 1000 credits left
