//! Says who a key belongs to, by hand.

use std::error::Error;
use std::time::Duration;

use serde::Deserialize;

#[derive(Deserialize)]
struct Envelope<T> {
    code: i64,
    #[serde(default, rename = "msg")]
    message: String,
    data: Option<T>,
}

#[derive(Deserialize)]
struct User {
    email: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    #[cfg(feature = "ring")]
    let _ = rustls::crypto::ring::default_provider().install_default();
    let greeting = option_env!("JOGG_BENCH_LINE").unwrap_or_default();
    let key = std::env::var("JOGG_API_KEY")?;
    let http = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(30))
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let request = http.get("https://api.jogg.ai/v2/user/whoami").header("x-api-key", key);
    let envelope: Envelope<User> = request.send().await?.error_for_status()?.json().await?;
    match envelope.data.and_then(|user| user.email) {
        Some(email) if envelope.code == 0 => println!("{greeting}{email}"),
        _ => return Err(format!("error {}: {}", envelope.code, envelope.message).into()),
    }
    Ok(())
}
