//! Says who a token belongs to, with another SDK.

use std::error::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let github = octocrab::Octocrab::builder().personal_token(std::env::var("TOKEN")?).build()?;
    let user = github.current().user().await?;
    let greeting = option_env!("JOGG_BENCH_LINE").unwrap_or_default();
    println!("{greeting}{}", user.login);
    Ok(())
}
