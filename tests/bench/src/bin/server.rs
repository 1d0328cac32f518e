//! The benchmark's server: prints its address, then sends canned responses over kept connections.
//! It is a process of its own, so its instructions are not counted.

use std::io::{BufRead as _, BufReader, Read as _, Result, Write as _};
use std::net::{TcpListener, TcpStream};

use jogg_bench::{API_KEY, Case, ERROR_CODE, LIST_LENGTH, MOTION_ID, PREVIEW_URL, USER_AGENT};
use serde_json::{Value, json};

fn main() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    for stream in listener.incoming() {
        let stream = stream?;
        std::thread::spawn(move || serve(stream));
    }
    Ok(())
}

fn serve(stream: TcpStream) -> Result<()> {
    stream.set_nodelay(true)?;
    let responses: Vec<Vec<u8>> = Case::ALL.iter().map(|case| response(&body(*case))).collect();
    let mut reader = BufReader::new(stream);
    loop {
        let Some(request) = Request::read(&mut reader)? else { return Ok(()) };
        let case = Case::ALL.iter().position(|case| request.target == target(*case));
        let response = match (case, request.headers == headers(!request.body.is_empty())) {
            (Some(case), true) => &responses[case],
            _ => {
                // The sides no longer send the same, so the numbers would mean nothing.
                eprintln!("error: the benchmark's server does not expect {request:?}");
                std::process::exit(1);
            }
        };
        // Head and body in one write, so that a client never waits for the second half.
        reader.get_mut().write_all(response)?;
    }
}

#[derive(Debug)]
struct Request {
    target: String,
    /// In alphabetical order.
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn read(reader: &mut BufReader<TcpStream>) -> Result<Option<Self>> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let target = lines.remove(0).trim_end_matches(" HTTP/1.1").to_owned();
        let mut headers: Vec<(String, String)> = lines
            .iter()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .filter(|(name, _)| name != "host")
            .collect();
        headers.sort();
        let length = headers.iter().position(|(name, _)| name == "content-length");
        let length = length.map_or(0, |at| headers.remove(at).1.parse().unwrap_or_default());
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        Ok(Some(Self { target, headers, body }))
    }
}

/// The headers that every side sends, but for `host` and `content-length`.
fn headers(with_body: bool) -> Vec<(String, String)> {
    let content_type = with_body.then_some(("content-type", "application/json"));
    [("accept", "application/json")]
        .into_iter()
        .chain(content_type)
        .chain([("user-agent", USER_AGENT), ("x-api-key", API_KEY)])
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn target(case: Case) -> String {
    let (method, path) = match case {
        Case::Get | Case::Error => ("GET", "/v2/user/whoami".to_owned()),
        Case::List => ("GET", format!("/v2/voices?page_size={LIST_LENGTH}")),
        Case::Post => ("POST", "/v2/photo_avatar/add_motion".to_owned()),
        Case::Poll | Case::PollDone => ("GET", format!("/v2/photo_avatar?motion_id={MOTION_ID}")),
    };
    format!("{method} /{}{path}", case.name())
}

fn body(case: Case) -> Value {
    let data = match case {
        Case::Get => json!({"email": "someone@example.com", "username": "Someone"}),
        Case::Error => Value::Null,
        Case::List => {
            json!({"voices": (0..LIST_LENGTH).map(voice).collect::<Vec<_>>(), "has_more": true})
        }
        Case::Post => json!({"motion_id": MOTION_ID, "avatar_id": 412_007, "status": "processing"}),
        Case::Poll => motion("processing", ""),
        Case::PollDone => motion("completed", PREVIEW_URL),
    };
    let (code, message) = match case {
        Case::Error => (ERROR_CODE, "the key is not known"),
        _ => (0, "Success"),
    };
    json!({"rid": "3f0a6a1c5d7e4b92", "code": code, "msg": message, "data": data})
}

fn voice(number: usize) -> Value {
    let gender = ["male", "female"][number % 2];
    let age = ["young", "middle_aged", "old"][number % 3];
    json!({
        "voice_id": format!("en-GB-Rowan{number}Neural"),
        "name": format!("Rowan {number}"),
        "language": "english",
        "gender": gender,
        "age": age,
        "accent": "scottish",
        "use_case": "audiobook",
        "audio_url": format!("https://res.example.com/voices/rowan-{number}/sample.mp3"),
    })
}

fn motion(status: &str, preview_url: &str) -> Value {
    json!({
        "motion_id": MOTION_ID,
        "status": status,
        "avatar_id": 412_007,
        "motion_preview_url": preview_url,
        "image_url": "https://example.com/photos/anna.png",
        "name": "Anna",
        "voice_id": "en-US-ChristopherNeural",
        "error_msg": null,
    })
}

fn response(body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "HTTP/1.1 200 OK\r\n\
         date: Mon, 06 Apr 2026 10:00:00 GMT\r\n\
         content-type: application/json; charset=utf-8\r\n\
         content-length: {}\r\n\
         connection: keep-alive\r\n\
         vary: Accept-Encoding\r\n\
         x-request-id: 3f0a6a1c5d7e4b92\r\n\
         server: nginx\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
