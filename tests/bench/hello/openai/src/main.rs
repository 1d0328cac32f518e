//! Counts the models of an account, with another SDK.

use std::error::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let models = async_openai::Client::new().models().list().await?;
    let greeting = option_env!("JOGG_BENCH_LINE").unwrap_or_default();
    println!("{greeting}{}", models.data.len());
    Ok(())
}
