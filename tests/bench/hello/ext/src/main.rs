//! Says who a key belongs to, with jogg-api-ext.

use std::error::Error;

use jogg_api_ext::Jogg;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let user = Jogg::from_env()?.account().whoami().await?;
    println!("{}", user.email.ok_or("no address")?);
    Ok(())
}
