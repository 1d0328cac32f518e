//! One transfer with the SDK: prints how many seconds it took, and how many bytes of memory more
//! the process had at its peak than before.
//!
//! `files download BASE_URL SIZE PATH`, or `files upload BASE_URL PATH`.

use std::time::Instant;

use jogg_api_ext::Jogg;
use jogg_api_ext::assets::Upload;
use jogg_bench::{API_KEY, install_tls};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    install_tls();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let base_url = arguments.get(1).ok_or("the second argument must be the server's address")?;
    let jogg = Jogg::builder(API_KEY).base_url(base_url).build()?;
    let idle = memory("VmRSS")?;
    let start = Instant::now();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["download", _, size, path] => {
            let received = jogg.assets().download(format!("{base_url}/{size}"), path).await?;
            assert_eq!(received.to_string(), size);
        }
        ["upload", _, path] => {
            jogg.assets().upload(Upload::path(path).max_bytes(u64::MAX)).await?;
        }
        _ => return Err("expected `download BASE_URL SIZE PATH` or `upload BASE_URL PATH`".into()),
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{seconds} {}", memory("VmHWM")?.saturating_sub(idle));
    Ok(())
}

/// A line of what Linux says of the memory of this process, in bytes.
fn memory(name: &str) -> Result<u64, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string("/proc/self/status")
        .map_err(|error| format!("memory is only known on Linux: {error}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    Ok(kilobytes.ok_or_else(|| format!("/proc/self/status has no {name}"))? * 1024)
}
