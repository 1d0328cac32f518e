//! An application with rustls of its own, as `cargo add rustls` sets it up, and with a reqwest that
//! has no TLS feature. Neither has installed a crypto provider.

use std::error::Error;

use jogg_api_ext::{Jogg, RetryPolicy};
use rustls::{ClientConfig, RootCertStore};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // Panics if two providers are compiled in.
    let _ = ClientConfig::builder()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    // Its port is free, and nobody listens there.
    let url =
        format!("https://{}", tokio::net::TcpListener::bind("127.0.0.1:0").await?.local_addr()?);
    let refused = reqwest::Client::new().get(&url).send().await.unwrap_err();
    assert!(refused.is_connect(), "{refused:?}");
    let builder = Jogg::builder("key").base_url(url).retry_policy(RetryPolicy::never());
    let refused = builder.build()?.account().whoami().await.unwrap_err();
    assert!(refused.to_string().contains("Connection refused"), "{refused}");
    println!("ok");
    Ok(())
}
