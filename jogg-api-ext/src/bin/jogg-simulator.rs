//! The simulator as a program of its own.

#![forbid(unsafe_code)]

use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use jogg_api_ext::simulator::{AcceleratedClock, Dialect, Simulator};

const HELP: &str = "\
A server on this machine that behaves like the JoggAI API.

Usage: jogg-simulator [--port N] [--speed X] [--live-dialect] [--strict]

  --port N        port to listen on, 0 for any that is free (default 8787)
  --speed X       how many times as fast as real time jobs run (default 1)
  --live-dialect  word answers as the live API does, not as documented
  --strict        refuse ids inside bodies that nothing has
  --help          show this text";

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(reason) => return refuse(&reason),
    };
    match options.start().await {
        Ok(simulator) => {
            println!("{}", greeting(simulator.base_url()));
            simulator.stopped().await;
            ExitCode::SUCCESS
        }
        Err(error) => refuse(&format!("cannot listen on port {}: {error}", options.port)),
    }
}

fn refuse(reason: &str) -> ExitCode {
    eprintln!("jogg-simulator: {reason}");
    ExitCode::from(2)
}

#[derive(Debug, PartialEq)]
struct Options {
    port: u16,
    speed: f64,
    dialect: Dialect,
    strict: bool,
}

impl Options {
    /// The options, or `None` if the help is asked for.
    fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Option<Self>, String> {
        let mut options =
            Self { port: 8787, speed: 1.0, dialect: Dialect::Documented, strict: false };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--help" | "-h" => return Ok(None),
                "--live-dialect" => options.dialect = Dialect::Live,
                "--strict" => options.strict = true,
                "--port" => {
                    let port = arguments.next().and_then(|value| value.parse().ok());
                    options.port = port.ok_or("--port takes a number from 0 to 65535")?;
                }
                "--speed" => {
                    let speed = arguments.next().and_then(|value| value.parse::<f64>().ok());
                    let speed = speed.filter(|speed| speed.is_finite() && *speed > 0.0);
                    options.speed = speed.ok_or("--speed takes a positive number")?;
                }
                _ => return Err(format!("unknown argument {argument:?}; try --help")),
            }
        }
        Ok(Some(options))
    }

    async fn start(&self) -> io::Result<Simulator> {
        let clock = Arc::new(AcceleratedClock::new(self.speed));
        let builder = Simulator::builder().port(self.port).clock(clock);
        builder.dialect(self.dialect).strict(self.strict).start().await
    }
}

fn greeting(base_url: &str) -> String {
    format!(
        "Listening on {base_url} with any x-api-key but `invalid`. Ctrl-C stops it. Try:

curl --request POST \\
  --url {base_url}/v2/photo_avatar/add_motion \\
  --header 'Content-Type: application/json' \\
  --header 'x-api-key: any' \\
  --data '{{\"image_url\": \"https://example.com/portrait.jpg\", \"name\": \"Mira\", \
         \"voice_id\": \"en-GB-RowanNeural\", \"model\": \"2.0\"}}'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments() {
        let defaults =
            || Options { port: 8787, speed: 1.0, dialect: Dialect::Documented, strict: false };
        for (arguments, expected) in [
            ("", Ok(Some(defaults()))),
            ("--port 0", Ok(Some(Options { port: 0, ..defaults() }))),
            (
                "--speed 12.5 --live-dialect",
                Ok(Some(Options { speed: 12.5, dialect: Dialect::Live, ..defaults() })),
            ),
            ("--strict", Ok(Some(Options { strict: true, ..defaults() }))),
            ("--port 1 --help", Ok(None)),
            ("--port", Err("--port takes")),
            ("--port 65536", Err("--port takes")),
            ("--speed 0", Err("--speed takes")),
            ("--speed inf", Err("--speed takes")),
            ("--fast", Err("unknown argument \"--fast\"")),
        ] {
            let parsed = Options::parse(arguments.split_whitespace().map(str::to_owned));
            match (parsed, expected) {
                (Ok(parsed), Ok(expected)) => assert_eq!(parsed, expected),
                (Err(reason), Err(part)) => assert!(reason.contains(part), "{reason}"),
                (parsed, _) => panic!("{arguments}: {parsed:?}"),
            }
        }
    }
}
