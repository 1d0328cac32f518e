//! Futures can be spawned: they are `Send` and borrow nothing, whatever their arguments were.

use jogg_api_ext::assets::Upload;
use jogg_api_ext::avatars::{ListCustomAvatars, ListPublicAvatars};
use jogg_api_ext::enums::EndpointStatus;
use jogg_api_ext::jobs::{JobResult, WaitOptions, wait_all_with};
use jogg_api_ext::jogg_api::RawRequest;
use jogg_api_ext::musics::ListMusics;
use jogg_api_ext::product_videos::{ListPreviews, RenderPreview};
use jogg_api_ext::products::{CreateProduct, UpdateProduct};
use jogg_api_ext::templates::{ListCustomTemplates, ListTemplates};
use jogg_api_ext::translations::CreateTranslation;
use jogg_api_ext::visual_styles::ListStyles;
use jogg_api_ext::voices::{ListCustomVoices, ListVoices, Voice};
use jogg_api_ext::webhook_endpoints::{CreateEndpoint, UpdateEndpoint};
use jogg_api_ext::{
    CallOptions, Error, Job, JobRecord, Jogg, List, Motion, jogg_api, lip_sync, photo_avatars,
    product_avatars, product_videos, template_videos, wait_all,
};
use jogg_tests::requests;
use serde_json::json;

fn spawnable<T: Send + 'static>(_future: T) {}

fn jogg() -> Jogg {
    Jogg::builder("k").base_url("http://127.0.0.1:9").build().unwrap()
}

/// Arguments that do not live long.
fn short() -> String {
    String::from("a.png")
}

#[test]
fn calls_can_be_spawned() {
    let (jogg, text) = (jogg(), short());
    let id = text.as_str();
    let endpoint = CreateEndpoint::new(id, EndpointStatus::Enabled, []);
    let changed = UpdateEndpoint::new(id, EndpointStatus::Enabled, []);
    spawnable(jogg.account().whoami());
    spawnable(jogg.account().whoami().with_metadata());
    spawnable(jogg.account().remaining_quota());
    spawnable(jogg.products().create(CreateProduct::from_url(id)));
    spawnable(jogg.products().update(UpdateProduct::new(id)));
    spawnable(jogg.templates().custom_template(1));
    spawnable(jogg.translations().target_languages());
    spawnable(jogg.webhook_endpoints().create(endpoint));
    spawnable(jogg.webhook_endpoints().update(id, changed));
    spawnable(jogg.webhook_endpoints().delete(id));
    spawnable(jogg.webhook_endpoints().events());
    spawnable(jogg.avatar_videos().create(requests::avatar_video()));
    spawnable(jogg.lip_sync().create(lip_sync::CreateVideo::new(id, id)));
    spawnable(jogg.photo_avatars().generate(requests::photo()));
    spawnable(jogg.photo_avatars().add_motion(requests::add_motion()));
    spawnable(jogg.product_avatars().generate(requests::product_avatar_images()));
    spawnable(jogg.product_avatars().add_motion(product_avatars::AddMotion::new(id, id, id, id)));
    spawnable(jogg.product_videos().create(requests::product_video()));
    spawnable(jogg.product_videos().create_previews(requests::previews([id])));
    spawnable(jogg.product_videos().render(RenderPreview::new(id)));
    spawnable(jogg.scripts().create(requests::script()));
    spawnable(jogg.template_videos().create(template_videos::CreateVideo::new(1, id)));
    spawnable(jogg.translations().create(CreateTranslation::new(id, id)));
    spawnable(jogg.with_options(CallOptions::new()).account().whoami());
    spawnable(jogg.call(jogg_api::endpoints::Whoami::new()));
    spawnable(jogg.request::<serde_json::Value>(&jogg_api::operations::WHOAMI, RawRequest::new()));
}

#[test]
fn lists_can_be_spawned() {
    fn list<T: serde::Serialize + Send + 'static>(list: List<T>) {
        spawnable(list.clone().page());
        spawnable(list.clone().pages());
        spawnable(list.clone().items());
        let mut items = list.items();
        spawnable(async move { items.next().await });
    }
    let jogg = jogg();
    list(jogg.avatars().public(ListPublicAvatars::new()));
    list(jogg.avatars().custom(ListCustomAvatars::new()));
    list(jogg.musics().list(ListMusics::new()));
    list(jogg.photo_avatars().list(photo_avatars::ListAvatars::new()));
    list(jogg.product_avatars().list(product_avatars::ListAvatars::new()));
    list(jogg.product_videos().list(product_videos::ListVideos::new()));
    list(jogg.product_videos().list_previews(ListPreviews::new()));
    list(jogg.template_videos().list(template_videos::ListVideos::new()));
    list(jogg.templates().list(ListTemplates::new()));
    list(jogg.templates().custom(ListCustomTemplates::new()));
    list(jogg.visual_styles().list(ListStyles::new()));
    list(jogg.voices().list(ListVoices::new()));
    list(jogg.voices().custom(ListCustomVoices::new()));
    list(jogg.webhook_endpoints().list());
}

#[test]
fn jobs_can_be_spawned() {
    fn job<T: JobResult>(job: Job<T>) {
        spawnable(job.report());
        spawnable(job.clone().wait());
        spawnable(job.clone().wait_with(WaitOptions::default()));
        spawnable(job.clone().updates());
        spawnable(job.clone().updates_with(WaitOptions::default()));
        spawnable(wait_all([job.clone()]));
        spawnable(wait_all_with([job.clone()], WaitOptions::default()));
        let mut updates = job.updates();
        spawnable(async move { updates.next().await.is_some() });
    }
    let (jogg, text) = (jogg(), short());
    let id = text.as_str();
    job(jogg.avatar_videos().video_job(id));
    job(jogg.lip_sync().video_job(id));
    job(jogg.photo_avatars().generation_job(id));
    job(jogg.photo_avatars().motion_job(id));
    job(jogg.product_avatars().images_job(id));
    job(jogg.product_avatars().motion_job(id));
    job(jogg.product_videos().video_job(id));
    job(jogg.product_videos().previews_job([id]));
    job(jogg.scripts().script_job(id));
    job(jogg.template_videos().video_job(id));
    job(jogg.translations().translation_job(id));
    let record = json!({"operation": "add_photo_avatar_motion", "id": "m", "started_at": 1});
    job(jogg.resume::<Motion>(serde_json::from_value(record).unwrap()).unwrap());
}

#[test]
fn transfers_can_be_spawned() {
    let (jogg, text) = (jogg(), short());
    let name = text.as_str();
    spawnable(jogg.assets().upload_path(name));
    spawnable(jogg.assets().upload_bytes(name, text.clone()));
    spawnable(jogg.assets().upload(Upload::path(&text)));
    spawnable(jogg.assets().download(name, name));
    spawnable(jogg.assets().download_bytes(name));
    spawnable(jogg.assets().download_stream(name));
    spawnable(jogg.assets().download_into(name, Vec::new()));
    // What it writes to may be borrowed.
    let mut output = Vec::new();
    drop(jogg.assets().download_into(name, &mut output));
}

#[test]
fn clients_and_errors_cross_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Jogg>();
    shared::<Error>();
    shared::<Job<Motion>>();
    shared::<JobRecord>();
    shared::<List<Voice>>();
    shared::<jogg_api::Client>();
    shared::<jogg_api::Error>();
}
