//! What a verifier accepts and refuses.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jogg_api_ext::enums::WebhookEvent;
use jogg_api_ext::webhooks::{Rejection, SampleEvent, Verifier, sign};
use jogg_api_ext::{ErrorKind, Secret};

const SECRET: &str = "whsec_5b07d2";

fn sample() -> Vec<u8> {
    SampleEvent::new(WebhookEvent::GeneratedMotionSuccess).body()
}

fn verifier() -> Verifier {
    Verifier::new([SECRET]).unwrap()
}

/// Numbers that are the same in each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) as usize
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }
}

/// RFC 4231, test cases 1, 2 and 4: those whose key is text.
#[test]
fn fact_40_a_signature_is_the_hmac_of_the_body_in_lower_case_hex() {
    let cases: [(&str, &[u8], &str); 3] = [
        (
            "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b",
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            "Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\
             \x17\x18\x19",
            &[0xcd; 50],
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        ),
    ];
    for (secret, body, signature) in cases {
        assert_eq!(sign(&Secret::from(secret), body), signature, "{secret}");
    }
}

/// Runs what is installed, and says what is not; in CI, both are.
#[test]
fn fact_40_signatures_agree_with_those_of_python_and_openssl() {
    const LENGTHS: [usize; 7] = [0, 1, 63, 64, 65, 1000, 70_000];
    let mut random = Random(17);
    let (mut compared, mut absent) = (0, BTreeSet::new());
    for length in LENGTHS {
        let body = random.bytes(length);
        let secret: String =
            random.bytes(1 + length % 100).iter().map(|b| format!("{b:02x}")).collect();
        let python = "import hashlib, hmac, sys; print(hmac.new(sys.argv[1].encode(), \
                      sys.stdin.buffer.read(), hashlib.sha256).hexdigest())";
        for arguments in [
            vec!["python3", "-c", python, &secret],
            vec!["openssl", "dgst", "-sha256", "-hmac", &secret],
        ] {
            let Some(output) = piped(&arguments, &body) else {
                absent.insert(arguments[0].to_owned());
                continue;
            };
            let signature = sign(&Secret::from(secret.as_str()), &body);
            assert_eq!(output.trim().rsplit(' ').next(), Some(signature.as_str()), "{length}");
            compared += 1;
        }
    }
    println!("{compared} signatures compared; not installed: {absent:?}");
    assert_eq!(compared, LENGTHS.len() * (2 - absent.len()));
    assert!(absent.is_empty() || std::env::var_os("CI").is_none(), "{absent:?}");
}

/// What a program writes about its input; `None` if it isn't installed.
fn piped(command: &[&str], input: &[u8]) -> Option<String> {
    let mut program = Command::new(command[0]);
    let program = program.args(&command[1..]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = match program.spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => panic!("{command:?}: {error}"),
    };
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_hundred_thousand_forgeries_are_refused() {
    let (body, verifier) = (sample(), verifier());
    let signature = sign(&Secret::from(SECRET), &body);
    verifier.verify(&body, &signature).unwrap();
    let mut random = Random(4);
    for number in 0..100_000 {
        let (mut body, mut signature) = (body.clone(), signature.clone().into_bytes());
        match number % 4 {
            0 => {
                let place = random.next() % body.len();
                body[place] ^= 1 << (random.next() % 8);
            }
            1 => {
                let place = random.next() % signature.len();
                let digit = b"0123456789abcdef"[random.next() % 16];
                signature[place] = if signature[place] == digit { b'x' } else { digit };
            }
            2 => signature.truncate(random.next() % signature.len()),
            _ => {
                let other = Secret::from(format!("{SECRET}{}", random.next()));
                signature = sign(&other, &body).into_bytes();
            }
        }
        let signature = String::from_utf8(signature).unwrap();
        assert_eq!(verifier.verify(&body, &signature), Err(Rejection::Signature), "{number}");
    }
}

#[test]
fn a_signature_may_be_written_in_upper_case_and_with_blanks_around_it() {
    let body = sample();
    let signature = sign(&Secret::from(SECRET), &body);
    let upper = signature.to_uppercase();
    for accepted in [&upper, &format!(" {signature}\t"), &format!("{upper}\r\n")] {
        assert!(verifier().verify(&body, accepted).is_ok(), "{accepted:?}");
    }
    for refused in [
        "",
        " ",
        &signature[1..],
        &signature[2..],
        &format!("{signature}00"),
        &format!("sha256={signature}"),
        &format!("0x{signature}"),
        &signature.replace(|digit: char| digit.is_ascii_digit(), "é"),
    ] {
        assert_eq!(verifier().verify(&body, refused), Err(Rejection::Signature), "{refused:?}");
    }
}

/// The same JSON in other bytes is another body.
#[test]
fn only_the_body_as_received_has_its_signature() {
    let body = sample();
    let signature = sign(&Secret::from(SECRET), &body);
    let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let pretty = serde_json::to_vec_pretty(&json).unwrap();
    let spaced = [&body[..], b"\n"].concat();
    let marked = [b"\xef\xbb\xbf", &body[..]].concat();
    for other in [pretty, spaced, marked] {
        assert_eq!(verifier().verify(&other, &signature), Err(Rejection::Signature));
        // It is an event all the same, if it is signed.
        let signature = sign(&Secret::from(SECRET), &other);
        assert_eq!(verifier().verify(&other, &signature).unwrap().raw, json);
    }
}

#[test]
fn any_of_several_secrets_is_accepted_and_none_that_is_empty() {
    let body = sample();
    let rotating = Verifier::new(["whsec_old", SECRET]).unwrap();
    for (secret, accepted) in [("whsec_old", true), (SECRET, true), ("whsec_older", false)] {
        let verified = rotating.verify(&body, &sign(&Secret::from(secret), &body));
        assert_eq!(verified.is_ok(), accepted, "{secret}");
    }
    for secrets in [&[][..], &[""], &[SECRET, ""], &[" "], &["whsec_1\n"]] {
        let error = Verifier::new(secrets.iter().copied()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{secrets:?}");
        assert!(error.to_string().contains("secret"), "{error}");
    }
    // What an empty secret would have signed.
    assert!(verifier().verify(&body, &sign(&Secret::from(""), &body)).is_err());
}

#[test]
fn a_body_that_is_too_long_is_not_even_hashed() {
    let body = sample();
    let signature = sign(&Secret::from(SECRET), &body);
    for (limit, result) in [(body.len(), None), (body.len() - 1, Some(body.len() - 1))] {
        let verified = verifier().max_body_bytes(limit).verify(&body, &signature);
        let expected = result.map(|limit| Rejection::TooLarge { limit });
        assert_eq!(verified.err(), expected);
    }
}

#[test]
fn age_is_no_reason_to_refuse_unless_it_is_wanted() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    let limit = Duration::from_secs(600);
    for (timestamp, is_new) in
        [(now, true), (now - 500, true), (now + 500, true), (now - 700, false), (-1, false)]
            .into_iter()
            // Other parts of the API have milliseconds.
            .chain([((now - 500) * 1000, true), ((now - 700) * 1000, false)])
    {
        let sample = SampleEvent::new(WebhookEvent::GeneratedMotionSuccess).timestamp(timestamp);
        let signature = sign(&Secret::from(SECRET), &sample.body());
        assert!(verifier().verify(&sample.body(), &signature).is_ok());
        let limited = verifier().max_age(limit).verify(&sample.body(), &signature);
        assert_eq!(limited.err(), (!is_new).then_some(Rejection::TooOld { limit }), "{timestamp}");
    }
    let body = br#"{"event": "generated_motion_success"}"#;
    let signature = sign(&Secret::from(SECRET), body);
    assert!(verifier().max_age(limit).verify(body, &signature).is_err());
    assert!(verifier().verify(body, &signature).is_ok());
}

#[test]
fn a_signed_body_that_is_no_event_is_refused_without_a_panic() {
    for body in ["", "{", "[]", "7", "{}", r#"{"event": 7.5}"#, r#"{"event": " "}"#, "\u{0}"] {
        let signature = sign(&Secret::from(SECRET), body.as_bytes());
        let refused = verifier().verify(body.as_bytes(), &signature);
        assert_eq!(refused, Err(Rejection::NotAnEvent), "{body}");
    }
}
