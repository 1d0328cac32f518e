//! Product avatars: the list, images of an avatar with a product, and their motion.

use jogg_api_ext::enums::{
    AspectRatio, AvatarKind, ImageAspectRatio, ImageCount, ImageQuality, ProductAvatarAspectRatio,
    ProductAvatarMotionModel,
};
use jogg_api_ext::product_avatars;
use jogg_api_ext::product_avatars::{GenerateImages, ListAvatars};

use super::case::{Case, bodies, queries, report};

pub(crate) fn cases() -> Vec<Case> {
    [list(), generate(), sources(), add_motion()].into_iter().flatten().collect()
}

fn list() -> Vec<Case> {
    let target = "GET /v2/avatars/product_avatars";
    let list = queries!(LIST_PRODUCT_AVATARS, target, product_avatars.list);
    let of = |ratio| ListAvatars::new().aspect_ratio(ratio);
    vec![
        list.case("minimal", ListAvatars::new(), ""),
        list.case("maximal", of(ProductAvatarAspectRatio::Landscape), "aspect_ratio=landscape"),
        list.case("portrait", of(ProductAvatarAspectRatio::Portrait), "aspect_ratio=portrait"),
    ]
}

const GENERATE: &str = "POST /v2/product_avatar/generation";

fn images(
    source: product_avatars::Source,
    shape: ImageAspectRatio,
    count: ImageCount,
) -> GenerateImages {
    let url = "https://shop.example/cup.png";
    GenerateImages::new(url, source, ImageQuality::High, shape, count)
}

fn in_words() -> product_avatars::Source {
    product_avatars::Source::Description("a potter".to_owned())
}

/// Every shape and number of images.
fn generate() -> Vec<Case> {
    let generate = bodies!(GENERATE_PRODUCT_AVATAR_IMAGES, GENERATE, product_avatars.generate);
    let maximal = images(in_words(), ImageAspectRatio::Square, ImageCount::One)
        .prompt("holds the cup up")
        .webhook_url("https://shop.example/hook");
    let mut cases = vec![generate.case(
        "maximal",
        maximal,
        r#"{"aspect_ratio":"1:1","avatar_source":{"type":"description","value":"a potter"},
        "num_images":1,"product_image_url":"https://shop.example/cup.png",
        "prompt":"holds the cup up","quality":"high","webhook_url":"https://shop.example/hook"}"#,
    )];
    for (shape, word, count, number) in [
        (ImageAspectRatio::Square, "1:1", ImageCount::One, 1),
        (ImageAspectRatio::Landscape, "3:2", ImageCount::Two, 2),
        (ImageAspectRatio::Portrait, "2:3", ImageCount::Three, 3),
        (ImageAspectRatio::Square, "1:1", ImageCount::Four, 4),
    ] {
        let body = format!(
            r#"{{"aspect_ratio":"{word}",
            "avatar_source":{{"type":"description","value":"a potter"}},"num_images":{number},
            "product_image_url":"https://shop.example/cup.png","quality":"high"}}"#
        );
        cases.push(generate.case("minimal", images(in_words(), shape, count), &body));
    }
    let target = "GET /v2/product_avatar/generation/batch%2F1";
    cases.push(report!(GET_PRODUCT_AVATAR_IMAGES, target, product_avatars.images_job("batch/1")));
    cases
}

/// Every way to choose the avatar.
fn sources() -> Vec<Case> {
    let generate = bodies!(GENERATE_PRODUCT_AVATAR_IMAGES, GENERATE, product_avatars.generate);
    let picture = product_avatars::Source::Image("https://shop.example/potter.png".to_owned());
    let avatar = |avatar_type| product_avatars::Source::Avatar { avatar_id: 0, avatar_type };
    let mut cases = Vec::new();
    for (source, json) in [
        (picture, r#"{"type":"image","value":"https://shop.example/potter.png"}"#),
        (avatar(AvatarKind::Public), r#"{"avatar_id":0,"avatar_type":"public","type":"id"}"#),
        (avatar(AvatarKind::Photo), r#"{"avatar_id":0,"avatar_type":"photo","type":"id"}"#),
        (avatar(AvatarKind::Custom), r#"{"avatar_id":0,"avatar_type":"custom","type":"id"}"#),
    ] {
        let body = format!(
            r#"{{"aspect_ratio":"3:2","avatar_source":{json},"num_images":1,
            "product_image_url":"https://shop.example/cup.png","quality":"high"}}"#
        );
        let request = images(source, ImageAspectRatio::Landscape, ImageCount::One);
        cases.push(generate.case("source", request, &body));
    }
    cases
}

fn add_motion() -> Vec<Case> {
    let target = "POST /v2/product_avatar/add_motion";
    let add = bodies!(ADD_PRODUCT_AVATAR_MOTION, target, product_avatars.add_motion);
    let minimal =
        || product_avatars::AddMotion::new("image-3", "Potter", "voice-7", "lifts the cup");
    let mut cases = vec![
        add.case(
            "minimal",
            minimal(),
            r#"{"description":"lifts the cup","generation_id":"image-3","name":"Potter",
            "voice_id":"voice-7"}"#,
        ),
        report!(
            GET_PRODUCT_AVATAR_MOTION,
            "GET /v2/product_avatar?motion_id=m%2B1",
            product_avatars.motion_job("m+1")
        ),
    ];
    for (model, number) in [
        (ProductAvatarMotionModel::Model0, 0),
        (ProductAvatarMotionModel::Model1, 1),
        (ProductAvatarMotionModel::Model2, 2),
    ] {
        let body = format!(
            r#"{{"aspect_ratio":"landscape","description":"lifts the cup",
            "generation_id":"image-3","model":{number},"name":"Potter","voice_id":"voice-7"}}"#
        );
        let request = minimal().model(model).aspect_ratio(AspectRatio::Landscape);
        cases.push(add.case("maximal", request, &body));
    }
    cases
}
