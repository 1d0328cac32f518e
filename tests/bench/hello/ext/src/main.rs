//! Says who a key belongs to, with jogg-api-ext.

use std::error::Error;

use jogg_api_ext::Jogg;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    #[cfg(feature = "ring")]
    let _ = rustls::crypto::ring::default_provider().install_default();
    let greeting = option_env!("JOGG_BENCH_LINE").unwrap_or_default();
    let user = Jogg::from_env()?.account().whoami().await?;
    println!("{greeting}{}", user.email.ok_or("no address")?);
    Ok(())
}
