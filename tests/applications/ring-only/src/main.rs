//! An application whose rustls has ring and nothing else, and which installs it.

use std::error::Error;

use jogg_api_ext::{ErrorKind, Jogg, RetryPolicy};
use rustls::{ClientConfig, RootCertStore};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // Its port is free, and nobody listens there.
    let url =
        format!("https://{}", tokio::net::TcpListener::bind("127.0.0.1:0").await?.local_addr()?);
    let builder = || Jogg::builder("key").retry_policy(RetryPolicy::never());
    for url in [&url, "http://127.0.0.1:9"] {
        let error = builder().base_url(url).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let line = "rustls::crypto::ring::default_provider().install_default().unwrap()";
        assert!(error.to_string().contains(line), "{error}");
    }
    // The line that the error shows.
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let _ = ClientConfig::builder()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let refused = reqwest::Client::new().get(&url).send().await.unwrap_err();
    assert!(refused.is_connect(), "{refused:?}");
    let refused = builder().base_url(url).build()?.account().whoami().await.unwrap_err();
    assert!(refused.to_string().contains("Connection refused"), "{refused}");
    println!("ok");
    Ok(())
}
