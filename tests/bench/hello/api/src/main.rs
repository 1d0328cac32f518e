//! Says who a key belongs to, with jogg-api.

use std::error::Error;

use jogg_api::Client;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    #[cfg(feature = "ring")]
    let _ = rustls::crypto::ring::default_provider().install_default();
    let greeting = option_env!("JOGG_BENCH_LINE").unwrap_or_default();
    let client = Client::builder(std::env::var("JOGG_API_KEY")?).build()?;
    let user = client.whoami().await?.data.unwrap_or_default();
    println!("{greeting}{}", user.email.ok_or("no address")?);
    Ok(())
}
