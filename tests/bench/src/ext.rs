//! The same calls with jogg-api-ext, under its default policy.

use std::sync::Arc;
use std::time::Duration;

use jogg_api_ext::clock::{Clock, Sleep, SystemClock};
use jogg_api_ext::enums::MotionModel;
use jogg_api_ext::photo_avatars::AddMotion;
use jogg_api_ext::policy::SlidingWindow;
use jogg_api_ext::voices::ListVoices;
use jogg_api_ext::{Jogg, JoggBuilder};

use crate::{API_KEY, Case, MOTION_ID, Outcome, Side, USER_AGENT};

/// The SDK with its defaults, but for the clock.
#[derive(Debug)]
pub struct Ext(Jogg);

/// A clock on which time passes a million times as fast, so that the default limit of 20 POST
/// requests in 60 s never makes a request wait. Timeouts take real time. The multiplication costs
/// about 0.2 % of a call.
#[derive(Debug)]
struct FastClock(SystemClock);

impl Clock for FastClock {
    fn now(&self) -> Duration {
        self.0.now() * 1_000_000
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        panic!("nothing here waits, least of all for {duration:?}")
    }

    fn timeout(&self, duration: Duration) -> Sleep {
        self.0.timeout(duration)
    }
}

impl Ext {
    fn build(base_url: String, change: fn(JoggBuilder, Arc<dyn Clock>) -> JoggBuilder) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(FastClock(SystemClock::new()));
        let builder = Jogg::builder(API_KEY).base_url(base_url).user_agent(USER_AGENT);
        let jogg = change(builder.clock(Arc::clone(&clock)), clock).build();
        Self(jogg.expect("settings of this benchmark"))
    }
}

impl Side for Ext {
    fn new(base_url: String) -> Self {
        Self::build(base_url, |builder, _| builder)
    }

    fn unlimited(base_url: String) -> Self {
        // The usual limiter, with a limit that is never reached.
        Self::build(base_url, |builder, clock| {
            let limiter = SlidingWindow::with_clock(1000, Duration::from_secs(60), clock);
            builder.rate_limiter(Arc::new(limiter))
        })
    }

    async fn call(&self, case: Case) -> Outcome {
        let Self(jogg) = self;
        match case {
            Case::Get => {
                let user = jogg.account().whoami().await.expect("a user");
                Outcome::Text(user.email.expect("an address"))
            }
            Case::Error => {
                let error = jogg.account().whoami().await.expect_err("an error");
                Outcome::Code(error.code().expect("a code"))
            }
            Case::List => {
                let list = jogg.voices().list(ListVoices::new().page_size(100));
                Outcome::Length(list.page().await.expect("a page").items.len())
            }
            Case::Post => {
                let request = AddMotion::new(
                    "https://example.com/photos/anna.png",
                    "Anna",
                    "en-US-ChristopherNeural",
                    MotionModel::V2_0,
                );
                let request = request.description("Presents the news");
                let job = jogg.photo_avatars().add_motion(request).await.expect("a job");
                Outcome::Text(job.id().to_owned())
            }
            Case::Poll | Case::PollDone => {
                let job = jogg.photo_avatars().motion_job(MOTION_ID);
                match job.report().await.expect("a report").result {
                    Some(motion) => Outcome::Text(motion.preview_url),
                    None => Outcome::Processing,
                }
            }
        }
    }
}
