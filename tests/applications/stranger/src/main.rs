//! An application with rustls of its own, as `cargo add rustls` sets it up, and with a reqwest that
//! has no TLS feature. Neither has installed a crypto provider. Its reqwest decodes compressed
//! responses, and ours must not: what it receives is kept as it came.

use std::error::Error;

use jogg_api_ext::{Jogg, RetryPolicy};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // Panics if two providers are compiled in.
    let _ = ClientConfig::builder()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    // Its port is free, and nobody listens there.
    let url = format!("https://{}", TcpListener::bind("127.0.0.1:0").await?.local_addr()?);
    let refused = reqwest::Client::new().get(&url).send().await.unwrap_err();
    assert!(refused.is_connect(), "{refused:?}");
    let builder = Jogg::builder("key").base_url(url).retry_policy(RetryPolicy::never());
    let refused = builder.build()?.account().whoami().await.unwrap_err();
    assert!(refused.to_string().contains("Connection refused"), "{refused}");
    for encoding in ["br", "deflate", "gzip", "zstd"] {
        nothing_is_decoded(encoding).await?;
    }
    println!("ok");
    Ok(())
}

/// What nobody asked for is reported, with the body as it came.
async fn nothing_is_decoded(encoding: &str) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: 7\r\n\r\n");
    let server = async {
        let (mut socket, _) = listener.accept().await?;
        let mut request = vec![0; 4096];
        let length = socket.read(&mut request).await?;
        request.truncate(length);
        socket.write_all(&[head.as_bytes(), b"encoded"].concat()).await?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&request).to_ascii_lowercase())
    };
    let builder = Jogg::builder("key").base_url(url).retry_policy(RetryPolicy::never());
    let jogg = builder.build()?;
    let (request, response) = tokio::join!(server, jogg.account().whoami());
    let (request, error) = (request?, response.unwrap_err());
    assert!(!request.contains("accept-encoding"), "{request}");
    assert!(error.to_string().contains(&format!("the body is encoded ({encoding})")), "{error}");
    assert_eq!(error.body().unwrap(), "encoded");
    Ok(())
}
