//! Futures can be spawned: they are `Send` and borrow nothing.

use jogg_api_ext::{
    AddMotion, CallOptions, Jogg, ListPhotoAvatars, Motion, MotionModel, Upload, WaitOptions,
};
use serde_json::json;

fn spawnable<T: Send + 'static>(_future: T) {}

#[test]
fn every_public_future_is_send_and_static() {
    let jogg = Jogg::builder("k").base_url("http://127.0.0.1:9").build().unwrap();
    // Arguments that do not live long.
    let name = String::from("a.png");
    spawnable(jogg.account().whoami());
    spawnable(jogg.account().remaining_quota());
    spawnable(jogg.assets().upload_path(name.as_str()));
    spawnable(jogg.assets().upload_bytes(name.as_str(), name.clone()));
    spawnable(jogg.assets().upload(Upload::path(&name)));
    spawnable(jogg.assets().download(name.as_str(), name.as_str()));
    spawnable(jogg.photo_avatars().list(ListPhotoAvatars::new()).page());
    spawnable(jogg.photo_avatars().motion(name.as_str()).status());
    spawnable(jogg.with_options(CallOptions::new()).account().whoami());
    let request = AddMotion::new("u", "n", "v", MotionModel::V2_0);
    spawnable(jogg.photo_avatars().add_motion(request));
    let record = serde_json::from_value(
        json!({"operation": "add_photo_avatar_motion", "id": "m", "started_at": 1}),
    );
    let job = jogg.resume::<Motion>(record.unwrap()).unwrap();
    spawnable(job.status());
    spawnable(job.clone().wait());
    spawnable(job.wait_with(WaitOptions::default()));
}

#[test]
fn clients_and_errors_cross_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Jogg>();
    shared::<jogg_api_ext::Error>();
    shared::<jogg_api_ext::Job<Motion>>();
    shared::<jogg_api::Client>();
    shared::<jogg_api::Error>();
}
