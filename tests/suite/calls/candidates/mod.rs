//! What `Jogg::candidates` finds of paid requests that were executed, or not, while their response
//! was lost: each operation whose result shows somewhere, and what the tests share.

mod found;
mod gaps;
mod lists;
mod none;

use jogg_api::Operation;
use jogg_api::operations as op;
use jogg_api_ext::enums::{EndpointStatus, PlaybackType, WebhookEvent};
use jogg_api_ext::lip_sync::FIND_LIP_SYNC_VIDEO;
use jogg_api_ext::outcome_unknown::{Candidates, Certainty};
use jogg_api_ext::product_videos::RenderPreview;
use jogg_api_ext::simulator::Reply;
use jogg_api_ext::webhook_endpoints::CreateEndpoint;
use jogg_api_ext::{
    BoxFuture, Error, ErrorKind, Jogg, Result, lip_sync, product_avatars, template_videos,
};
use jogg_tests::{Stage, requests};

/// A paid operation whose result shows somewhere.
struct Case {
    operation: &'static Operation,
    /// Where it shows.
    list: &'static Operation,
    call: fn(Jogg) -> BoxFuture<Result<()>>,
    /// How many items it makes.
    makes: usize,
    /// What one execution proves, if nothing else was executed.
    certainty: Certainty,
}

impl Case {
    /// Calls the operation, and returns its error.
    async fn lose(&self, stage: &Stage, reply: Reply) -> Error {
        stage.simulator.reply_next(self.operation, reply);
        let error = (self.call)(stage.jogg.clone()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error:?}");
        error
    }
}

/// Sends one request of each.
static CASES: [Case; 9] = [
    Case {
        operation: &op::ADD_PHOTO_AVATAR_MOTION,
        list: &op::LIST_PHOTO_AVATARS,
        call: |jogg| {
            let call = jogg.photo_avatars().add_motion(requests::add_motion());
            Box::pin(async move { call.await.map(drop) })
        },
        makes: 1,
        certainty: Certainty::Unsettled,
    },
    Case {
        operation: &op::ADD_PRODUCT_AVATAR_MOTION,
        list: &op::LIST_PRODUCT_AVATARS,
        call: |jogg| {
            let request = product_avatars::AddMotion::new("image_1", "Mira 1", "v", "Waves");
            let call = jogg.product_avatars().add_motion(request);
            Box::pin(async move { call.await.map(drop) })
        },
        makes: 1,
        certainty: Certainty::Unsettled,
    },
    Case {
        operation: &op::CREATE_LIP_SYNC_VIDEO,
        list: &FIND_LIP_SYNC_VIDEO,
        call: |jogg| {
            let request = lip_sync::CreateVideo::new("https://a.example/v", "https://a.example/a");
            let call = jogg.lip_sync().create(request.playback_type(PlaybackType::NormalReverse));
            Box::pin(async move { call.await.map(drop) })
        },
        makes: 1,
        certainty: Certainty::Settled,
    },
    Case {
        operation: &op::CREATE_PRODUCT_PREVIEWS,
        list: &op::LIST_PRODUCT_PREVIEWS,
        call: |jogg| {
            let request = requests::previews(["Calm", "Loud"]).name("Mug 1");
            let call = jogg.product_videos().create_previews(request);
            Box::pin(async move { call.await.map(drop) })
        },
        makes: 2,
        certainty: Certainty::Settled,
    },
    Case {
        operation: &op::CREATE_VIDEO_FROM_PRODUCT,
        list: &op::LIST_PRODUCT_VIDEOS,
        call: |jogg| {
            let call = jogg.product_videos().create(requests::product_video().name("Mug 2"));
            Box::pin(async move { call.await.map(drop) })
        },
        makes: 1,
        certainty: Certainty::Settled,
    },
    // The same without a name.
    Case {
        operation: &op::CREATE_VIDEO_FROM_PRODUCT,
        list: &op::LIST_PRODUCT_VIDEOS,
        call: |jogg| {
            let call = jogg.product_videos().create(requests::product_video());
            Box::pin(async move { call.await.map(drop) })
        },
        makes: 1,
        certainty: Certainty::Unsettled,
    },
    Case {
        operation: &op::CREATE_VIDEO_WITH_TEMPLATE,
        list: &op::LIST_TEMPLATE_VIDEOS,
        call: |jogg| {
            let request = template_videos::CreateVideo::new(512, "english").video_name("Sale 1");
            let call = jogg.template_videos().create(request);
            Box::pin(async move { call.await.map(drop) })
        },
        makes: 1,
        certainty: Certainty::Settled,
    },
    Case {
        operation: &op::CREATE_WEBHOOK_ENDPOINT,
        list: &op::LIST_WEBHOOK_ENDPOINTS,
        call: |jogg| {
            let events = [WebhookEvent::GeneratedMotionSuccess];
            let url = "https://a.example/hook";
            let request = CreateEndpoint::new(url, EndpointStatus::Enabled, events);
            let call = jogg.webhook_endpoints().create(request);
            Box::pin(async move { call.await.map(drop) })
        },
        makes: 1,
        certainty: Certainty::Settled,
    },
    Case {
        operation: &op::RENDER_PRODUCT_PREVIEW,
        list: &op::LIST_PRODUCT_VIDEOS,
        call: |jogg| {
            let call = jogg.product_videos().render(RenderPreview::new("preview_1"));
            Box::pin(async move { call.await.map(drop) })
        },
        makes: 1,
        certainty: Certainty::Unsettled,
    },
];

/// A stage without retries, whose lists are empty.
async fn stage() -> Stage {
    let stage = Stage::without_retries().await;
    for list in CASES.iter().map(|case| case.list).filter(|list| **list != FIND_LIP_SYNC_VIDEO) {
        stage.simulator.set_items(list, Vec::new()).unwrap();
    }
    stage
}

async fn candidates(stage: &Stage, error: &Error) -> Candidates {
    stage.jogg.candidates(error).await.unwrap()
}

fn shown(case: &Case, found: &Candidates) -> String {
    format!("{}: {found:?}", case.operation.id)
}
