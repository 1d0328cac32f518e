//! Runs the simulator as a program.

#![forbid(unsafe_code)]

mod faults;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use jogg_api_ext::simulator::{AcceleratedClock, DeliveryFaults, Dialect, Simulator};

use self::faults::Faults;

/// Run a local server that behaves like the JoggAI API
#[derive(Debug, Parser)]
#[command(name = "jogg-simulator", version, after_help = faults::HELP)]
struct Arguments {
    /// Listen on this port; 0 chooses a free one
    #[arg(long, default_value_t = 8787, value_name = "N")]
    port: u16,
    /// Run jobs this many times as fast as real time
    #[arg(long, default_value = "1", value_name = "X", value_parser = positive, allow_negative_numbers = true)]
    speed: f64,
    /// Begin with this many credits
    #[arg(long, default_value = "1000", value_name = "X", value_parser = not_negative, allow_negative_numbers = true)]
    credits: f64,
    /// Admit this many POST requests in any 60 seconds, or `none` for any number
    #[arg(long, default_value = "20", value_name = "N", value_parser = post_limit)]
    post_limit: PostLimit,
    /// Let each job take this many seconds, divided by --speed
    #[arg(long, default_value = "60", value_name = "S", value_parser = seconds, allow_negative_numbers = true)]
    job_duration: Duration,
    /// Let the next job fail, with this message; several times for several jobs
    #[arg(long, value_name = "MESSAGE")]
    fail_job: Vec<String>,
    /// Reply with the faults in this JSON file before the usual responses
    #[arg(long, value_name = "FILE")]
    fault: Option<PathBuf>,
    /// Lose this share of the webhooks, from 0 to 1. Only receivers on this machine get any
    #[arg(long, default_value = "0", value_name = "P", value_parser = share, allow_negative_numbers = true)]
    lose_deliveries: f64,
    /// Deliver this share of the webhooks once more after they were confirmed
    #[arg(long, default_value = "0", value_name = "P", value_parser = share, allow_negative_numbers = true)]
    duplicate_deliveries: f64,
    /// Hold this share of the webhooks back, so that later ones overtake them
    #[arg(long, default_value = "0", value_name = "P", value_parser = share, allow_negative_numbers = true)]
    reorder_deliveries: f64,
    /// Respond and deliver as the live API does, not as documented
    #[arg(long)]
    live_dialect: bool,
    /// Refuse calls with ids in the body that don't exist
    #[arg(long)]
    strict: bool,
}

/// `None` admits any number.
type PostLimit = Option<usize>;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Also the help and the version, which succeed if they can be printed.
        Err(message) => return exit_code(&message, message.print()),
    };
    let faults = match arguments.fault.as_deref().map(Faults::read).transpose() {
        Ok(faults) => faults.unwrap_or_default(),
        Err(reason) => return refuse(&reason),
    };
    let simulator = match arguments.start().await {
        Ok(simulator) => simulator,
        Err(error) => return refuse(&format!("port {}: {error}", arguments.port)),
    };
    faults.queue(&simulator);
    arguments.fail_job.iter().for_each(|message| simulator.fail_next_job(message));
    // Without a reader nobody knows the port, so it is no use to go on.
    let greeting = greeting(simulator.base_url());
    if let Err(error) = io::stdout().write_all(greeting.as_bytes()) {
        complain(&format!("standard output: {error}"));
        return ExitCode::FAILURE;
    }
    simulator.stopped().await;
    ExitCode::SUCCESS
}

/// The exit code of what the parser of the arguments prints.
fn exit_code(message: &clap::Error, printed: io::Result<()>) -> ExitCode {
    match (printed, message.exit_code()) {
        (Ok(()), code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        (Err(error), 0) => {
            complain(&format!("standard output: {error}"));
            ExitCode::FAILURE
        }
        (Err(_), _) => ExitCode::from(2),
    }
}

fn refuse(reason: &str) -> ExitCode {
    complain(reason);
    ExitCode::from(2)
}

/// Prints an error. That it can't be printed changes nothing.
fn complain(reason: &str) {
    let _ = writeln!(io::stderr(), "jogg-simulator: {reason}");
}

impl Arguments {
    async fn start(&self) -> io::Result<Simulator> {
        let dialect = if self.live_dialect { Dialect::Live } else { Dialect::Documented };
        let faults = DeliveryFaults::new()
            .lost(self.lose_deliveries)
            .duplicated(self.duplicate_deliveries)
            .reordered(self.reorder_deliveries);
        let builder = Simulator::builder()
            .port(self.port)
            .clock(Arc::new(AcceleratedClock::new(self.speed)))
            .dialect(dialect)
            .job_duration(self.job_duration)
            .delivery_faults(faults)
            .credits(self.credits)
            .post_limit(self.post_limit)
            .strict(self.strict);
        builder.start().await
    }
}

fn positive(text: &str) -> Result<f64, &'static str> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
    number.ok_or("must be a positive number")
}

fn not_negative(text: &str) -> Result<f64, &'static str> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    number.ok_or("must be 0 or a positive number")
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let duration = not_negative(text).ok().map(Duration::try_from_secs_f64);
    duration.and_then(Result::ok).ok_or("must be 0 or a positive number of seconds")
}

fn share(text: &str) -> Result<f64, &'static str> {
    let number = text.parse::<f64>().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or("must be a number from 0 to 1")
}

fn post_limit(text: &str) -> Result<PostLimit, &'static str> {
    match text {
        "none" => Ok(None),
        text => text.parse().map(Some).map_err(|_| "must be a number or `none`"),
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
         \"voice_id\": \"en-GB-RowanNeural\", \"model\": \"2.0\"}}'\n"
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parsed(arguments: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(["jogg-simulator"].into_iter().chain(arguments.split(' ')))
    }

    #[test]
    fn arguments_are_parsed() {
        let arguments = parsed(
            "--port 0 --speed 12.5 --credits 0.5 --post-limit 3 --live-dialect --strict \
             --job-duration 1.5 --fail-job one --fail-job two \
             --fault a.json --lose-deliveries 0.1 --duplicate-deliveries 1 --reorder-deliveries 0",
        );
        let arguments = arguments.unwrap();
        assert_eq!((arguments.port, arguments.speed, arguments.credits), (0, 12.5, 0.5));
        assert_eq!(arguments.post_limit, Some(3));
        assert_eq!(arguments.fault.as_deref(), Some(Path::new("a.json")));
        assert!(arguments.live_dialect && arguments.strict);
        assert_eq!(arguments.job_duration, Duration::from_millis(1500));
        assert_eq!(arguments.fail_job, ["one", "two"]);
        let shares = |arguments: &Arguments| {
            let Arguments { lose_deliveries, duplicate_deliveries, reorder_deliveries, .. } =
                *arguments;
            [lose_deliveries, duplicate_deliveries, reorder_deliveries]
        };
        assert_eq!(shares(&arguments), [0.1, 1.0, 0.0]);
        let defaults = Arguments::try_parse_from(["jogg-simulator"]).unwrap();
        assert_eq!((defaults.port, defaults.speed, defaults.credits), (8787, 1.0, 1000.0));
        assert_eq!(shares(&defaults), [0.0; 3]);
        assert_eq!((defaults.post_limit, defaults.fault), (Some(20), None));
        assert!(!defaults.live_dialect && !defaults.strict);
        assert_eq!(defaults.job_duration, Duration::from_secs(60));
        assert_eq!(parsed("--post-limit none").unwrap().post_limit, None);
    }

    #[test]
    fn wrong_arguments_are_named() {
        for (arguments, part) in [
            ("--port", "--port <N>"),
            ("--port 65536", "--port <N>"),
            ("--speed 0", "must be a positive number"),
            ("--speed inf", "must be a positive number"),
            ("--credits -1", "must be 0 or a positive number"),
            ("--credits nan", "must be 0 or a positive number"),
            ("--lose-deliveries -0.1", "must be a number from 0 to 1"),
            ("--duplicate-deliveries 1.1", "must be a number from 0 to 1"),
            ("--reorder-deliveries nan", "must be a number from 0 to 1"),
            ("--job-duration -1", "must be 0 or a positive number of seconds"),
            ("--job-duration 1e300", "must be 0 or a positive number of seconds"),
            ("--post-limit many", "must be a number or `none`"),
            ("--fast", "--fast"),
            ("extra", "extra"),
        ] {
            let error = parsed(arguments).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{arguments}");
            assert!(error.to_string().contains(part), "{arguments}: {error}");
        }
    }
}
