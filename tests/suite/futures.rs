//! Futures can be spawned: they are `Send` and borrow nothing, whatever their arguments were.

use jogg_api_ext::*;
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
    let request = AddMotion::new("u", "n", "v", MotionModel::V2_0);
    let changed = UpdateWebhookEndpoint::new(id, EndpointStatus::Enabled, []);
    spawnable(jogg.account().whoami());
    spawnable(jogg.account().whoami().with_metadata());
    spawnable(jogg.account().remaining_quota());
    spawnable(jogg.products().create(CreateProduct::from_url(id)));
    spawnable(jogg.products().update(UpdateProduct::new(id)));
    spawnable(jogg.templates().custom_template(1));
    spawnable(jogg.translations().target_languages());
    spawnable(jogg.webhook_endpoints().create(read()));
    spawnable(jogg.webhook_endpoints().update(id, changed));
    spawnable(jogg.webhook_endpoints().delete(id));
    spawnable(jogg.webhook_endpoints().events());
    spawnable(jogg.avatar_videos().create(read()));
    spawnable(jogg.lip_sync().create(CreateLipSyncVideo::new(id, id)));
    spawnable(jogg.photo_avatars().generate(read()));
    spawnable(jogg.photo_avatars().add_motion(request));
    spawnable(jogg.product_avatars().generate(read()));
    spawnable(jogg.product_avatars().add_motion(AddProductAvatarMotion::new(id, id, id, id)));
    spawnable(jogg.product_videos().create(read()));
    spawnable(jogg.product_videos().create_previews(read()));
    spawnable(jogg.product_videos().render(RenderProductPreview::new(id)));
    spawnable(jogg.scripts().create(read()));
    spawnable(jogg.template_videos().create(CreateTemplateVideo::new(1, id)));
    spawnable(jogg.translations().create(CreateTranslation::new(id, id)));
    spawnable(jogg.with_options(CallOptions::new()).account().whoami());
    spawnable(jogg.call(&jogg_api::operations::WHOAMI, |api| async move { api.whoami().await }));
    spawnable(jogg.send::<serde_json::Value>(&jogg_api::operations::WHOAMI, Arguments::new()));
}

/// A request from the examples of the spec.
fn read<R: serde::de::DeserializeOwned + Named>() -> R {
    let operation = jogg_api::codec::Codec::of(R::OPERATION).unwrap().operation;
    serde_json::from_value(jogg_tests::sample::arguments(operation).body).unwrap()
}

/// Which operation takes a request with many required fields.
trait Named {
    const OPERATION: &'static str;
}

macro_rules! named {
    ($($request:ident: $operation:literal,)*) => {
        $(impl Named for $request {
            const OPERATION: &'static str = $operation;
        })*
    };
}

named! {
    CreateAvatarVideo: "create_video_from_avatar",
    CreateProductPreviews: "create_product_previews",
    CreateProductVideo: "create_video_from_product",
    CreateScript: "create_ai_script",
    CreateWebhookEndpoint: "create_webhook_endpoint",
    GeneratePhoto: "generate_photo",
    GenerateProductAvatarImages: "generate_product_avatar_images",
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
    list(jogg.photo_avatars().list(ListPhotoAvatars::new()));
    list(jogg.product_avatars().list(ListProductAvatars::new()));
    list(jogg.product_videos().list(ListProductVideos::new()));
    list(jogg.product_videos().list_previews(ListProductPreviews::new()));
    list(jogg.template_videos().list(ListTemplateVideos::new()));
    list(jogg.templates().list(ListTemplates::new()));
    list(jogg.templates().custom(ListCustomTemplates::new()));
    list(jogg.visual_styles().list(ListVisualStyles::new()));
    list(jogg.voices().list(ListVoices::new()));
    list(jogg.voices().custom(ListCustomVoices::new()));
    list(jogg.webhook_endpoints().list());
}

#[test]
fn jobs_can_be_spawned() {
    fn job<T: JobResult>(job: Job<T>) {
        spawnable(job.status());
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
    job(jogg.avatar_videos().video(id));
    job(jogg.lip_sync().video(id));
    job(jogg.photo_avatars().generation(id));
    job(jogg.photo_avatars().motion(id));
    job(jogg.product_avatars().images(id));
    job(jogg.product_avatars().motion(id));
    job(jogg.product_videos().video(id));
    job(jogg.product_videos().previews([id]));
    job(jogg.scripts().script(id));
    job(jogg.template_videos().video(id));
    job(jogg.translations().translation(id));
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
