//! The same calls with jogg-api.

use jogg_api::endpoints::{AddPhotoAvatarMotion, GetPhotoAvatarMotion, ListVoices, Whoami};
use jogg_api::enums::{MotionModel, RawStatus};
use jogg_api::types::{AddPhotoAvatarMotionRequest, GetPhotoAvatarMotionQuery, ListVoicesQuery};
use jogg_api::{Client, Endpoint, Error, Response};

use crate::{API_KEY, CONNECT_TIMEOUT, Case, MOTION_ID, Outcome, Side, TIMEOUT, USER_AGENT};

/// The low-level client with a timeout, which it has no timer for itself.
#[derive(Debug)]
pub struct Api(Client);

impl Api {
    /// One call with a timeout, as a program makes it.
    async fn send<E: Endpoint>(&self, endpoint: E) -> Result<Response<E::Response>, Error> {
        let Self(client) = self;
        let limit = Box::pin(tokio::time::sleep(TIMEOUT));
        client.decode(client.exchange(&endpoint.prepare()?, Some(limit)).await?)
    }
}

impl Side for Api {
    fn new(base_url: String) -> Self {
        let client = Client::builder(API_KEY)
            .base_url(base_url)
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .expect("settings of this benchmark");
        Self(client)
    }

    async fn call(&self, case: Case) -> Outcome {
        match case {
            Case::Get => {
                let user =
                    self.send(Whoami::new()).await.expect("a response").data.expect("a user");
                Outcome::Text(user.email.expect("an address"))
            }
            Case::Error => {
                let error = self.send(Whoami::new()).await.expect_err("an error");
                Outcome::Code(error.code().expect("a code"))
            }
            Case::List => {
                let mut query = ListVoicesQuery::new();
                query.page_size = Some(100);
                let page = self.send(ListVoices::new(query)).await.expect("a response");
                Outcome::Length(page.data.expect("a page").voices.len())
            }
            Case::Post => {
                let mut body = AddPhotoAvatarMotionRequest::new(
                    "https://example.com/photos/anna.png",
                    "Anna",
                    "en-US-ChristopherNeural",
                    MotionModel::V2_0,
                );
                body.description = Some("Presents the news".to_owned());
                let started = self.send(AddPhotoAvatarMotion::new(body)).await.expect("a response");
                Outcome::Text(started.data.and_then(|job| job.motion_id).expect("an id"))
            }
            Case::Poll | Case::PollDone => {
                let query = GetPhotoAvatarMotionQuery::new(MOTION_ID);
                let report = self.send(GetPhotoAvatarMotion::new(query)).await.expect("a response");
                let report = report.data.expect("a report");
                match report.status {
                    Some(RawStatus::Completed) => {
                        Outcome::Text(report.motion_preview_url.expect("a URL"))
                    }
                    _ => Outcome::Processing,
                }
            }
        }
    }
}
