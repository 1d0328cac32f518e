//! Runs the simulator as a program.

#![forbid(unsafe_code)]

use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use jogg_api_ext::simulator::{AcceleratedClock, Dialect, Simulator};

const HELP: &str = "\
Runs a local server that behaves like the JoggAI API.

Usage: jogg-simulator [--port N] [--speed X] [--live-dialect] [--strict]

  --port N        Listen on this port; 0 chooses a free one (default: 8787)
  --speed X       Run jobs X times as fast as real time (default: 1)
  --live-dialect  Respond as the live API does, not as it is documented
  --strict        Refuse calls with ids in the body that don't exist
  --help          Print this help";

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
    /// Parses the arguments. Returns `None` if they request the help.
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
                    options.port = port.ok_or("--port must be a number from 0 to 65535")?;
                }
                "--speed" => {
                    let speed = arguments.next().and_then(|value| value.parse::<f64>().ok());
                    let speed = speed.filter(|speed| speed.is_finite() && *speed > 0.0);
                    options.speed = speed.ok_or("--speed must be a positive number")?;
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
        "Listening on {base_url}. Accepts any x-api-key except `invalid`. Press Ctrl-C to stop. Try:

curl --request POST \\
  --url {base_url}/v2/photo_avatar/add_motion \\
  --header 'Content-Type: application/json' \\
  --header 'x-api-key: any' \\
  --data '{{\"image_url\": \"https://example.com/photo.jpg\", \"name\": \"Mira\", \
         \"voice_id\": \"en-GB-RowanNeural\", \"model\": \"2.0\"}}'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_parsed() {
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
            ("--port", Err("--port must be")),
            ("--port 65536", Err("--port must be")),
            ("--speed 0", Err("--speed must be")),
            ("--speed inf", Err("--speed must be")),
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
