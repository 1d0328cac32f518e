//! What a careful person writes by hand: reqwest, serde derives, the envelope, typed results.

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::{RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{API_KEY, CONNECT_TIMEOUT, Case, Outcome, Side, TIMEOUT, USER_AGENT};

/// The client.
#[derive(Debug)]
pub struct Baseline {
    http: reqwest::Client,
    /// Without a pool, for what must not be executed twice, as in the SDK.
    unpooled: reqwest::Client,
    base_url: String,
}

/// Why a call failed.
#[derive(Debug)]
#[allow(dead_code, reason = "nothing is shown here of what a program would show")]
enum Error {
    Http(reqwest::Error),
    Status(StatusCode),
    Json(serde_json::Error),
    Api { code: i64, message: String },
    NoData,
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error)
    }
}

#[derive(Deserialize)]
struct Envelope<T> {
    code: i64,
    #[serde(default, rename = "msg")]
    message: String,
    data: Option<T>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "all that the SDK reads is read here")]
struct User {
    email: Option<String>,
    username: Option<String>,
}

#[derive(Deserialize)]
struct VoiceList {
    #[serde(default)]
    voices: Vec<Voice>,
    #[allow(dead_code, reason = "all that the SDK reads is read here")]
    has_more: Option<bool>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "all that the SDK reads is read here")]
struct Voice {
    voice_id: String,
    name: Option<String>,
    language: Option<String>,
    gender: Option<Gender>,
    age: Option<Age>,
    accent: Option<String>,
    use_case: Option<String>,
    audio_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Gender {
    Male,
    Female,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Age {
    Young,
    MiddleAged,
    Old,
    #[serde(other)]
    Other,
}

#[derive(Serialize)]
struct AddMotion<'a> {
    image_url: &'a str,
    name: &'a str,
    voice_id: &'a str,
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    photo_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    welcome_msg: Option<&'a str>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "all that the SDK reads is read here")]
struct MotionSubmission {
    motion_id: String,
    avatar_id: Option<i64>,
    status: Option<Status>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "all that the SDK reads is read here")]
struct MotionReport {
    motion_id: String,
    status: Status,
    avatar_id: Option<i64>,
    motion_preview_url: Option<String>,
    image_url: Option<String>,
    name: Option<String>,
    voice_id: Option<String>,
    error_msg: Option<String>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Status {
    Pending,
    Processing,
    Completed,
    Failed,
    #[serde(other)]
    Other,
}

impl Baseline {
    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Error> {
        let response = request.send().await?;
        let status = response.status();
        let body = response.bytes().await?;
        let envelope: Envelope<T> = match serde_json::from_slice(&body) {
            Ok(envelope) => envelope,
            Err(_) if !status.is_success() => return Err(Error::Status(status)),
            Err(error) => return Err(Error::Json(error)),
        };
        if envelope.code != 0 {
            return Err(Error::Api { code: envelope.code, message: envelope.message });
        }
        if !status.is_success() {
            return Err(Error::Status(status));
        }
        envelope.data.ok_or(Error::NoData)
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.base_url))
    }

    async fn whoami(&self) -> Result<User, Error> {
        self.send(self.get("/v2/user/whoami")).await
    }

    async fn list_voices(&self, page_size: u32) -> Result<VoiceList, Error> {
        self.send(self.get("/v2/voices").query(&[("page_size", page_size)])).await
    }

    async fn add_motion(&self, body: &AddMotion<'_>) -> Result<MotionSubmission, Error> {
        let url = format!("{}/v2/photo_avatar/add_motion", self.base_url);
        self.send(self.unpooled.post(url).json(body)).await
    }

    async fn get_motion(&self, motion_id: &str) -> Result<MotionReport, Error> {
        self.send(self.get("/v2/photo_avatar").query(&[("motion_id", motion_id)])).await
    }
}

impl Side for Baseline {
    fn new(base_url: String) -> Self {
        let mut key = HeaderValue::from_static(API_KEY);
        key.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert("x-api-key", key);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let builder = || {
            reqwest::Client::builder()
                .user_agent(USER_AGENT)
                .default_headers(headers.clone())
                .connect_timeout(CONNECT_TIMEOUT)
                .timeout(TIMEOUT)
                // The key must not follow a redirect, nor a paid request be replayed.
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .no_proxy()
        };
        let http = builder().build().expect("settings of this benchmark");
        let unpooled = builder().pool_max_idle_per_host(0).build();
        Self { http, unpooled: unpooled.expect("settings of this benchmark"), base_url }
    }

    async fn call(&self, case: Case) -> Outcome {
        match case {
            Case::Get => {
                let user = self.whoami().await.expect("a user");
                Outcome::Text(user.email.expect("an address"))
            }
            Case::Error => match self.whoami().await {
                Err(Error::Api { code, .. }) => Outcome::Code(code),
                _ => panic!("no error code"),
            },
            Case::List => {
                let list = self.list_voices(100).await.expect("a page");
                Outcome::Length(list.voices.len())
            }
            Case::Post => {
                let body = AddMotion {
                    image_url: "https://example.com/photos/anna.png",
                    name: "Anna",
                    voice_id: "en-US-ChristopherNeural",
                    model: "2.0",
                    photo_id: None,
                    description: Some("Presents the news"),
                    welcome_msg: None,
                };
                Outcome::Text(self.add_motion(&body).await.expect("a job").motion_id)
            }
            Case::Poll | Case::PollDone => {
                let report = self.get_motion(crate::MOTION_ID).await.expect("a report");
                match report.status {
                    Status::Completed => Outcome::Text(report.motion_preview_url.expect("a URL")),
                    _ => Outcome::Processing,
                }
            }
        }
    }
}
