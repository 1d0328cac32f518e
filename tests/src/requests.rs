//! One request of each type that has many required fields.

use jogg_api_ext::avatar_videos::Speech;
use jogg_api_ext::avatars::Avatar;
use jogg_api_ext::enums::{
    AspectRatio, AvatarKind, ImageAspectRatio, ImageCount, ImageQuality, Language, MotionModel,
    PhotoAge, PhotoGender, PhotoModel, PhotoStyle, ScreenStyle, ScriptStyle, VideoLength,
};
use jogg_api_ext::photo_avatars::GeneratePhoto;
use jogg_api_ext::product_avatars::GenerateImages;
use jogg_api_ext::product_videos::CreatePreviews;
use jogg_api_ext::scripts::CreateScript;
use jogg_api_ext::{avatar_videos, photo_avatars, product_avatars, product_videos, scripts};

/// Animates a photo.
pub fn add_motion() -> photo_avatars::AddMotion {
    add_motion_to("https://a.example/p.jpg")
}

/// Animates the photo at this address.
pub fn add_motion_to(image_url: impl Into<String>) -> photo_avatars::AddMotion {
    photo_avatars::AddMotion::new(image_url, "n", "v", MotionModel::V2_0)
}

/// Generates a photo.
pub fn photo() -> GeneratePhoto {
    GeneratePhoto::new(
        PhotoAge::Adult,
        PhotoStyle::Professional,
        PhotoGender::Female,
        PhotoModel::Modern,
        AspectRatio::Portrait,
    )
}

/// Generates images of an avatar with a product.
pub fn product_avatar_images() -> GenerateImages {
    GenerateImages::new(
        "https://a.example/mug.png",
        product_avatars::Source::Avatar { avatar_id: 81, avatar_type: AvatarKind::Public },
        ImageQuality::High,
        ImageAspectRatio::Square,
        ImageCount::Four,
    )
}

/// Creates a video of an avatar that speaks.
pub fn avatar_video() -> avatar_videos::CreateVideo {
    avatar_videos::CreateVideo::new(
        Avatar::Public(81),
        Speech::script("en-US-X", "Hello."),
        AspectRatio::Portrait,
        ScreenStyle::WithBackground,
    )
}

/// Creates a video about a product.
pub fn product_video() -> product_videos::CreateVideo {
    product_videos::CreateVideo::new(
        "product_1",
        VideoLength::Seconds30,
        Avatar::Public(81),
        ScriptStyle::Storytime,
        Language::English,
    )
}

/// Creates a preview in each of these visual styles.
pub fn previews<const COUNT: usize>(visual_styles: [&str; COUNT]) -> CreatePreviews {
    CreatePreviews::new(
        "product_1",
        visual_styles,
        VideoLength::Seconds15,
        Avatar::Custom(7),
        ScriptStyle::Data,
        Language::English,
    )
}

/// Creates a script about a product.
pub fn script() -> CreateScript {
    CreateScript::new(
        Language::English,
        VideoLength::Seconds15,
        ScriptStyle::Discovery,
        scripts::Source::Product("product_1".to_owned()),
    )
}
