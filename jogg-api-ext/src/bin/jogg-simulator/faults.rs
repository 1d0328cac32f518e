//! The file of faults: replies that the simulator sends before the usual ones.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use jogg_api::operations::OPERATIONS;
use jogg_api_ext::simulator::{Reply, ReplyTarget, Simulator};
use serde::Deserialize;
use serde_json::Value;

/// What `--help` says about the file.
pub(crate) const HELP: &str = r#"Faults:
  FILE is a JSON list. Each fault is for the next requests of an operation that
  no fault before it is for, whether or not they are valid:

  [
    {"operation": "create_ai_script", "fault": "reset"},
    {"operation": "whoami", "fault": "reply", "times": 2, "status": 502,
     "content_type": "text/html", "body": "<h1>Bad gateway</h1>"},
    {"operation": "list_voices", "fault": "reply", "status": 429,
     "headers": {"retry-after": "5"}, "body": {"code": 429, "msg": "slow down"}},
    {"operation": "generate_photo", "fault": "error", "code": 18020},
    {"operation": "get_avatar_video", "fault": "delay", "seconds": 5}
  ]

  operation  An operation id, such as `whoami`, or `upload` or `download`
  fault      error  Refuse with the error `code`, such as 18020: too few credits
             lost   Execute the request, and reset the connection
             reply  Send status, headers and body
             cut    Announce the whole body, and close after `at_bytes` of it
             drip   Send the body `chunk_bytes` at a time, each after `seconds`
             reset  Reset the connection instead of a response
             never  Keep the connection open without a response
             delay  Send the usual response after `seconds`
  code       Of error
  times      For how many requests (default: 1)
  status, content_type, headers, body
             Of reply, cut and drip (default: 200, JSON, none, empty). A body is
             a text, sent unchanged, or any other JSON
  seconds    Of delay and drip, and before any other fault: real time, divided
             by --speed

Exit codes: 1 if standard output can't be written to, 2 for wrong arguments or
faults, and if the port can't be opened."#;

/// More would be a typing error, and fill the memory.
const MAX_TIMES: usize = 10_000;

/// The replies of a file, in order.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<(ReplyTarget, Reply, usize)>);

impl Faults {
    /// Reads a file.
    ///
    /// # Errors
    /// The file, the place in it, and what is wrong there.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let wrong = |reason: String| format!("{}: {reason}", path.display());
        let text = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        Self::parse(&text).map_err(wrong)
    }

    fn parse(text: &[u8]) -> Result<Self, String> {
        let faults: Vec<Value> = serde_json::from_slice(text)
            .map_err(|error| format!("the file must be a JSON list of faults: {error}"))?;
        let faults = faults.into_iter().enumerate().map(|(number, fault)| {
            let fault = serde_json::from_value(fault).map_err(|error| error.to_string());
            let reply = fault.and_then(|fault: Fault| fault.reply());
            reply.map_err(|reason| format!("fault {}: {reason}", number + 1))
        });
        faults.collect::<Result<_, _>>().map(Self)
    }

    /// Queues the replies.
    pub(crate) fn queue(self, simulator: &Simulator) {
        for (target, reply, times) in self.0 {
            (0..times).for_each(|_| simulator.reply_next(target, reply.clone()));
        }
    }
}

/// A fault as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    operation: String,
    fault: Kind,
    times: Option<usize>,
    status: Option<u16>,
    content_type: Option<String>,
    headers: Option<BTreeMap<String, String>>,
    body: Option<Value>,
    code: Option<i64>,
    at_bytes: Option<usize>,
    chunk_bytes: Option<usize>,
    seconds: Option<f64>,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Error,
    Lost,
    Reply,
    Cut,
    Drip,
    Reset,
    Never,
    Delay,
}

impl Fault {
    fn reply(self) -> Result<(ReplyTarget, Reply, usize), String> {
        let has_body = matches!(self.fault, Kind::Reply | Kind::Cut | Kind::Drip);
        for (name, is_set, belongs) in [
            ("status", self.status.is_some(), has_body),
            ("content_type", self.content_type.is_some(), has_body),
            ("headers", self.headers.is_some(), has_body),
            ("body", self.body.is_some(), has_body),
            ("code", self.code.is_some(), self.fault == Kind::Error),
            ("at_bytes", self.at_bytes.is_some(), self.fault == Kind::Cut),
            ("chunk_bytes", self.chunk_bytes.is_some(), self.fault == Kind::Drip),
        ] {
            if is_set && !belongs {
                return Err(format!("`{name}` does not belong to this kind of fault"));
            }
        }
        let times = self.times.unwrap_or(1);
        if !(1..=MAX_TIMES).contains(&times) {
            return Err(format!("`times` must be 1 to {MAX_TIMES}"));
        }
        let status = self.status.unwrap_or(200);
        if !(200..=599).contains(&status) {
            return Err(format!("`status` must be 200 to 599, not {status}"));
        }
        let target = target(&self.operation)?;
        let reply = self.with_body(status)?;
        Ok((target, self.with_headers(reply)?, times))
    }

    /// The reply of this kind, with its body and its delay.
    fn with_body(&self, status: u16) -> Result<Reply, String> {
        let needs = |name: &str, kind: &str| format!("`{name}` is missing: `{kind}` needs it");
        let pause = self.seconds.map(|seconds| {
            let pause = Duration::try_from_secs_f64(seconds);
            pause.map_err(|_| "`seconds` must be 0 or a positive number".to_owned())
        });
        let pause = pause.transpose()?;
        let body = self.body.as_ref().map_or_else(String::new, |body| {
            body.as_str().map_or_else(|| body.to_string(), str::to_owned)
        });
        let reply = match self.fault {
            Kind::Error => match self.code.ok_or_else(|| needs("code", "error"))? {
                0 => return Err("`code` must be that of an error: 0 means success".to_owned()),
                code => Reply::error(code),
            },
            Kind::Lost => Reply::lost(),
            Kind::Reply => Reply::body(status, "application/json", body),
            Kind::Cut => {
                let at_bytes = self.at_bytes.ok_or_else(|| needs("at_bytes", "cut"))?;
                Reply::cut(status, body, at_bytes)
            }
            Kind::Drip => {
                let chunk = self.chunk_bytes.ok_or_else(|| needs("chunk_bytes", "drip"))?;
                let pause = pause.ok_or_else(|| needs("seconds", "drip"))?;
                return Ok(Reply::drip(status, body, chunk, pause));
            }
            Kind::Reset => Reply::reset(),
            Kind::Never => Reply::never(),
            Kind::Delay => {
                pause.ok_or_else(|| needs("seconds", "delay"))?;
                Reply::pass_through()
            }
        };
        Ok(reply.delay(pause.unwrap_or_default()))
    }

    /// Adds the headers. `Reply::header` drops those that HTTP can't have or the server sets.
    fn with_headers(&self, mut reply: Reply) -> Result<Reply, String> {
        let headers = self.headers.iter().flatten();
        let headers = headers.map(|(name, value)| (name.as_str(), value.as_str()));
        let content_type = self.content_type.as_deref().map(|value| ("content-type", value));
        for (name, value) in headers.chain(content_type) {
            let known = http::HeaderName::from_bytes(name.as_bytes()).is_ok();
            if !known || http::HeaderValue::from_str(value).is_err() {
                return Err(format!("`{name}` is no header, or its value can't be sent"));
            }
            if ["content-length", "transfer-encoding"]
                .iter()
                .any(|it| name.eq_ignore_ascii_case(it))
            {
                return Err(format!("`{name}` is set by the server; use `cut` for a wrong length"));
            }
            reply = reply.header(name, value);
        }
        Ok(reply)
    }
}

fn target(name: &str) -> Result<ReplyTarget, String> {
    match name {
        "download" => return Ok(ReplyTarget::Download),
        "upload" => return Ok(ReplyTarget::Upload),
        _ => {}
    }
    let operation = OPERATIONS.iter().find(|operation| operation.id == name);
    operation.map(|operation| ReplyTarget::Operation(operation)).ok_or_else(|| {
        let known: Vec<_> = OPERATIONS.iter().map(|operation| operation.id).collect();
        let known = known.join(", ");
        format!("`{name}` is no operation; it is `upload`, `download`, or one of {known}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example in the help, which is read.
    fn example() -> &'static str {
        let start = HELP.find('[').unwrap();
        &HELP[start..=HELP.rfind("\n  ]").unwrap() + 3]
    }

    #[test]
    fn the_example_in_the_help_is_valid() {
        let faults = Faults::parse(example().as_bytes()).unwrap().0;
        let targets: Vec<_> = faults
            .iter()
            .map(|(target, _, times)| match target {
                ReplyTarget::Operation(operation) => (operation.id, *times),
                target => panic!("{target:?}"),
            })
            .collect();
        let (last, others) = targets.split_last().unwrap();
        assert_eq!(*last, ("get_avatar_video", 1));
        let expected =
            [("create_ai_script", 1), ("whoami", 2), ("list_voices", 1), ("generate_photo", 1)];
        assert_eq!(others, expected);
    }

    #[test]
    fn every_kind_can_be_written() {
        for kind in [
            r#""error", "code": 18020"#,
            r#""lost""#,
            r#""reply""#,
            r#""cut", "at_bytes": 3, "body": {"a": 1}"#,
            r#""drip", "chunk_bytes": 2, "seconds": 0.1, "body": "text""#,
            r#""reset""#,
            r#""never", "seconds": 1"#,
            r#""delay", "seconds": 1"#,
        ] {
            for target in ["upload", "download", "whoami"] {
                let text = format!(r#"[{{"operation": "{target}", "fault": {kind}}}]"#);
                assert_eq!(Faults::parse(text.as_bytes()).map(|faults| faults.0.len()), Ok(1));
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (fault, reason) in [
            (r#"{"fault": "reset"}"#, "missing field `operation`"),
            (r#"{"operation": "whoami"}"#, "missing field `fault`"),
            (r#"{"operation": "who", "fault": "reset"}"#, "`who` is no operation; it is `upload`"),
            (r#"{"operation": "whoami", "fault": "explode"}"#, "unknown variant `explode`"),
            (r#"{"operation": "whoami", "fault": "reset", "time": 1}"#, "unknown field `time`"),
            (r#"{"operation": "whoami", "fault": "reset", "times": 0}"#, "`times` must be 1 to"),
            (r#"{"operation": "whoami", "fault": "reset", "status": 500}"#, "`status` does not"),
            (r#"{"operation": "whoami", "fault": "reply", "status": 99}"#, "`status` must be 200"),
            (r#"{"operation": "whoami", "fault": "reply", "at_bytes": 9}"#, "`at_bytes` does not"),
            (r#"{"operation": "whoami", "fault": "error"}"#, "`code` is missing"),
            (r#"{"operation": "whoami", "fault": "error", "code": 0}"#, "0 means success"),
            (r#"{"operation": "whoami", "fault": "lost", "code": 1}"#, "`code` does not belong"),
            (r#"{"operation": "whoami", "fault": "cut"}"#, "`at_bytes` is missing"),
            (r#"{"operation": "whoami", "fault": "drip", "chunk_bytes": 1}"#, "`seconds` is miss"),
            (r#"{"operation": "whoami", "fault": "delay"}"#, "`seconds` is missing"),
            (r#"{"operation": "whoami", "fault": "delay", "seconds": -1}"#, "`seconds` must be"),
            (r#"{"operation": "whoami", "fault": "reply", "headers": {"a b": ""}}"#, "`a b` is no"),
            (
                r#"{"operation": "whoami", "fault": "reply", "headers": {"Content-Length": "5"}}"#,
                "`Content-Length` is set by the server",
            ),
            ("7", "invalid type"),
        ] {
            let text = format!(r#"[{{"operation": "upload", "fault": "reset"}}, {fault}]"#);
            let error = Faults::parse(text.as_bytes()).unwrap_err();
            assert!(error.starts_with("fault 2: ") && error.contains(reason), "{fault}: {error}");
        }
        let error = Faults::parse(b"{}").unwrap_err();
        assert!(error.contains("must be a JSON list of faults"), "{error}");
    }
}
