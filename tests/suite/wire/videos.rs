//! Avatar videos, template videos, lip sync and translations.

use jogg_api_ext::avatar_videos::Speech;
use jogg_api_ext::avatars::Avatar;
use jogg_api_ext::enums::{AspectRatio, PlaybackType, ScreenStyle, SortOrder, StatusFilter};
use jogg_api_ext::template_videos::TemplateValue;
use jogg_api_ext::templates::{ListCustomTemplates, ListTemplates};
use jogg_api_ext::translations::CreateTranslation;
use jogg_api_ext::{avatar_videos, lip_sync, template_videos};

use super::case::{Case, bodies, call, queries, report};

pub(crate) fn cases() -> Vec<Case> {
    [avatar_videos(), template_videos(), template_variables(), templates(), lip_sync()]
        .into_iter()
        .flatten()
        .chain(translations())
        .collect()
}

/// The states to filter videos by.
pub(super) const STATES: [(StatusFilter, &str); 3] = [
    (StatusFilter::Processing, "status=3"),
    (StatusFilter::Success, "status=4"),
    (StatusFilter::Failed, "status=5"),
];

fn avatar_videos() -> Vec<Case> {
    let target = "POST /v2/create_video_from_avatar";
    let create = bodies!(CREATE_VIDEO_FROM_AVATAR, target, avatar_videos.create);
    let spoken = || Speech::script("voice-7", "Hello,\n\"you\"!");
    let recorded = || Speech::audio("voice-7", "https://shop.example/hello.mp3");
    let of = avatar_videos::CreateVideo::new;
    let maximal =
        of(Avatar::Custom(12), recorded(), AspectRatio::Landscape, ScreenStyle::GreenScreen)
            .caption(true)
            .video_name("Größe")
            .webhook_url("https://shop.example/hook?a=b");
    let clear = || of(Avatar::Public(0), spoken(), AspectRatio::Square, ScreenStyle::Transparent);
    vec![
        create.case(
            "minimal",
            of(Avatar::Public(81), spoken(), AspectRatio::Portrait, ScreenStyle::WithBackground),
            r#"{"aspect_ratio":"portrait","avatar":{"avatar_id":81,"avatar_type":0},
            "screen_style":1,
            "voice":{"script":"Hello,\n\"you\"!","type":"script","voice_id":"voice-7"}}"#,
        ),
        create.case(
            "maximal",
            maximal,
            r#"{"aspect_ratio":"landscape","avatar":{"avatar_id":12,"avatar_type":1},
            "caption":true,"screen_style":2,"video_name":"Größe",
            "voice":{"audio_url":"https://shop.example/hello.mp3","type":"audio",
            "voice_id":"voice-7"},"webhook_url":"https://shop.example/hook?a=b"}"#,
        ),
        create.case(
            "transparent",
            clear(),
            r#"{"aspect_ratio":"square","avatar":{"avatar_id":0,"avatar_type":0},
            "caption":false,"screen_style":3,
            "voice":{"script":"Hello,\n\"you\"!","type":"script","voice_id":"voice-7"}}"#,
        ),
        report!(
            GET_AVATAR_VIDEO,
            "GET /v2/avatar_video/video%2F1",
            avatar_videos.video_job("video/1")
        ),
    ]
}

const TEMPLATE: &str = "POST /v2/create_video_with_template";

fn template_videos() -> Vec<Case> {
    let create = bodies!(CREATE_VIDEO_WITH_TEMPLATE, TEMPLATE, template_videos.create);
    let maximal = |avatar| {
        template_videos::CreateVideo::new(512, "english")
            .variable("headline", TemplateValue::Text("Tea!".to_owned()))
            .avatar(avatar)
            .video_name("Tea time")
            .voice_id("voice-7")
            .captions_enabled(true)
            .background_music_id(0)
            .disable_random_trans(true)
            .disable_random_moving(false)
            .disable_trans(false)
            .disable_moving(true)
            .webhook_url("https://shop.example/hook")
    };
    let body = |avatar: &str| {
        format!(
            r#"{{{avatar},"background_music_id":0,"captions_enabled":true,"disable_moving":true,
            "disable_random_moving":false,"disable_random_trans":true,"disable_trans":false,
            "template_id":512,"variables":[
            {{"name":"headline","properties":{{"content":"Tea!"}},"type":"text"}}],
            "video_name":"Tea time","voice_id":"voice-7","voice_language":"english",
            "webhook_url":"https://shop.example/hook"}}"#
        )
    };
    vec![
        create.case(
            "minimal",
            template_videos::CreateVideo::new(0, "english"),
            r#"{"template_id":0,"variables":[],"voice_language":"english"}"#,
        ),
        create.case(
            "maximal",
            maximal(Avatar::Public(0)),
            &body(r#""avatar_id":0,"avatar_type":0"#),
        ),
        create.case(
            "maximal, with a custom avatar",
            maximal(Avatar::Custom(9)),
            &body(r#""avatar_id":9,"avatar_type":1"#),
        ),
        report!(
            GET_TEMPLATE_VIDEO,
            "GET /v2/template_video/video%2F1",
            template_videos.video_job("video/1")
        ),
    ]
}

/// Every kind of value.
fn template_variables() -> Vec<Case> {
    let create = bodies!(CREATE_VIDEO_WITH_TEMPLATE, TEMPLATE, template_videos.create);
    let of = || template_videos::CreateVideo::new(512, "english");
    let by_asset = |value: fn(i64) -> TemplateValue| of().variable("v", value(33));
    let text = |value: fn(String) -> TemplateValue, words: &str| {
        of().variable("v", value(words.to_owned()))
    };
    let (picture, clip) = ("https://shop.example/cup.png", "https://shop.example/cup.mp4");
    let mut cases = Vec::new();
    for (request, properties, kind) in [
        (text(TemplateValue::Text, "Tea!"), r#"{"content":"Tea!"}"#, "text"),
        (text(TemplateValue::Script, "Tea!"), r#"{"content":"Tea!"}"#, "script"),
        (text(TemplateValue::Image, picture), r#"{"url":"https://shop.example/cup.png"}"#, "image"),
        (text(TemplateValue::Video, clip), r#"{"url":"https://shop.example/cup.mp4"}"#, "video"),
        (by_asset(TemplateValue::ImageAsset), r#"{"asset_id":33}"#, "image"),
        (by_asset(TemplateValue::VideoAsset), r#"{"asset_id":33}"#, "video"),
    ] {
        let body = format!(
            r#"{{"template_id":512,"variables":[
            {{"name":"v","properties":{properties},"type":"{kind}"}}],
            "voice_language":"english"}}"#
        );
        cases.push(create.case(kind, request, &body));
    }
    cases
}

fn templates() -> Vec<Case> {
    let stock = queries!(LIST_TEMPLATES, "GET /v2/templates", templates.list);
    let custom = queries!(LIST_CUSTOM_TEMPLATES, "GET /v2/templates/custom", templates.custom);
    let videos = queries!(LIST_TEMPLATE_VIDEOS, "GET /v2/template_videos", template_videos.list);
    let mut cases = vec![
        stock.case("minimal", ListTemplates::new(), ""),
        stock.case(
            "maximal",
            ListTemplates::new().aspect_ratio(AspectRatio::Portrait),
            "aspect_ratio=portrait",
        ),
        custom.case("minimal", ListCustomTemplates::new(), ""),
        custom.case(
            "maximal",
            ListCustomTemplates::new().aspect_ratio(AspectRatio::Square),
            "aspect_ratio=square",
        ),
        call!(GET_CUSTOM_TEMPLATE, "GET /v2/template/custom/512", templates.custom_template(512)),
        videos.case("minimal", template_videos::ListVideos::new(), ""),
    ];
    for (status, number) in STATES {
        let query = template_videos::ListVideos::new()
            .status(status)
            .sort_by("created_at")
            .sort_order(SortOrder::Asc)
            .page(2)
            .page_size(5);
        let expected = "page=2&page_size=5&sort_by=created_at&sort_order=asc";
        cases.push(videos.case("maximal", query, &format!("{expected}&{number}")));
    }
    cases
}

fn lip_sync() -> Vec<Case> {
    let create = bodies!(CREATE_LIP_SYNC_VIDEO, "POST /v2/create_lip_sync_video", lip_sync.create);
    let minimal = || {
        lip_sync::CreateVideo::new("https://shop.example/talk.mp4", "https://shop.example/talk.wav")
    };
    let mut cases = vec![
        create.case(
            "minimal",
            minimal(),
            r#"{"audio_url":"https://shop.example/talk.wav",
            "video_url":"https://shop.example/talk.mp4"}"#,
        ),
        report!(
            GET_LIP_SYNC_VIDEO,
            "GET /v2/lip_sync_video/task%2F1",
            lip_sync.video_job("task/1")
        ),
    ];
    for (playback, word) in [
        (PlaybackType::Normal, "normal"),
        (PlaybackType::NormalReverse, "normal_reverse"),
        (PlaybackType::NormalReverseByAudio, "normal_reverse_by_audio"),
    ] {
        let body = format!(
            r#"{{"audio_url":"https://shop.example/talk.wav","playback_type":"{word}",
            "video_url":"https://shop.example/talk.mp4"}}"#
        );
        cases.push(create.case("maximal", minimal().playback_type(playback), &body));
    }
    cases
}

fn translations() -> Vec<Case> {
    let target = "POST /v2/video_translate/";
    let create = bodies!(CREATE_VIDEO_TRANSLATION, target, translations.create);
    let minimal = || CreateTranslation::new("https://shop.example/talk.mp4", "spanish");
    let maximal = minimal()
        .title("Hora del té")
        .translate_audio_only(false)
        .output_voice("voice-7")
        .add_subtitles(true)
        .enable_dynamic_duration(true)
        .callback_url("https://shop.example/hook");
    let languages = "GET /v2/video_translate/target_languages";
    vec![
        create.case(
            "minimal",
            minimal(),
            r#"{"output_language":"spanish","video_url":"https://shop.example/talk.mp4"}"#,
        ),
        create.case(
            "maximal",
            maximal,
            r#"{"add_subtitles":true,"callback_url":"https://shop.example/hook",
            "enable_dynamic_duration":true,"output_language":"spanish","output_voice":"voice-7",
            "title":"Hora del té","translate_audio_only":false,
            "video_url":"https://shop.example/talk.mp4"}"#,
        ),
        report!(
            GET_VIDEO_TRANSLATION,
            "GET /v2/video_translate/video%2F1",
            translations.translation_job("video/1")
        ),
        call!(LIST_TARGET_LANGUAGES, languages, translations.target_languages),
    ]
}
