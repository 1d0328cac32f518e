//! Files without a disk: upload a stream, download to memory, to a stream and into a writer.
//!
//! `cargo run -p jogg-api-ext --features simulator --example files`

mod support;

use std::error::Error;
use std::time::Duration;

use jogg_api_ext::assets::{Download, Upload};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (jogg, simulator) = support::simulated().await?;
    let assets = jogg.assets();

    // What is uploaded need not be a file: any reader or stream whose size is known.
    let talk = vec![7_u8; 600_000];
    let reader = std::io::Cursor::new(talk.clone());
    let talk = assets.upload(Upload::reader("talk.mp4", talk.len() as u64, reader)).await?;
    println!("uploaded {} bytes as {}", talk.size, talk.content_type);

    // Into memory, up to a limit.
    let download = Download::new(&talk.url).max_bytes(1_000_000);
    println!("{} bytes in memory", assets.download_bytes(download).await?.len());

    // Piece by piece. A connection that is cut or silent is resumed, if the host allows.
    let download = Download::new(&talk.url).read_timeout(Duration::from_secs(10)).attempts(3);
    let mut pieces = assets.download_stream(download);
    let mut sum = 0_u64;
    while let Some(piece) = pieces.next().await {
        sum += piece?.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    }
    println!("a sum of {sum}");

    // Into anything that tokio can write to.
    let mut output = Vec::new();
    println!("{} bytes written", assets.download_into(&talk.url, &mut output).await?);

    // A host that has no file says why.
    let missing = Download::new(format!("{}/files/none/a.mp4", simulator.base_url())).attempts(1);
    let error = assets.download_bytes(missing).await.unwrap_err();
    println!("{error}");
    if let Some(host) = error.host_response() {
        println!("HTTP {} with {} bytes", host.status, host.body.len());
    }
    Ok(())
}

// It prints:
//
// uploaded 600000 bytes as video/mp4
// 600000 bytes in memory
// a sum of 4200000
// 600000 bytes written
// the file host doesn't return the file: HTTP 404
// HTTP 404 with 13 bytes
