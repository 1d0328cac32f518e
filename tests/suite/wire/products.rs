//! Products, scripts about them, and the videos and previews made of them.

use jogg_api_ext::avatars::Avatar;
use jogg_api_ext::enums::{AspectRatio, Language, ScriptStyle, SortOrder, VideoLength};
use jogg_api_ext::product_videos::{CreatePreviews, ListPreviews, RenderPreview};
use jogg_api_ext::products::{CreateProduct, MediaFile, UpdateProduct};
use jogg_api_ext::scripts::CreateScript;
use jogg_api_ext::{product_videos, products, scripts};

use super::case::{Case, bodies, queries, report};
use super::videos::STATES;

pub(crate) fn cases() -> Vec<Case> {
    [products(), changed_products(), scripts(), videos(), previews(), lists()]
        .into_iter()
        .flatten()
        .collect()
}

fn products() -> Vec<Case> {
    let create = bodies!(CREATE_PRODUCT, "POST /v2/product", products.create);
    let url = "https://shop.example/cup";
    let maximal = CreateProduct::from_details("Cup")
        .description("keeps tea hot")
        .target_audience("tea drinkers")
        .media(picture())
        .media(clip());
    vec![
        create.case("on a page", CreateProduct::from_url(url), &format!(r#"{{"url":"{url}"}}"#)),
        create.case(
            "on a page, by its source",
            CreateProduct::new(products::Source::Url(url.to_owned())),
            r#"{"url":"https://shop.example/cup"}"#,
        ),
        create.case("described", CreateProduct::from_details("Cup"), r#"{"name":"Cup"}"#),
        create.case(
            "described, by its source",
            CreateProduct::new(products::Source::Details("Cup".to_owned())),
            r#"{"name":"Cup"}"#,
        ),
        create.case("maximal", maximal, &details(r#""name":"Cup","#)),
    ]
}

fn changed_products() -> Vec<Case> {
    let update = bodies!(UPDATE_PRODUCT, "PUT /v2/product", products.update);
    let maximal = UpdateProduct::new("product-5")
        .name("Cup")
        .description("keeps tea hot")
        .target_audience("tea drinkers")
        .media(picture())
        .media(clip());
    vec![
        update.case("minimal", UpdateProduct::new("p"), r#"{"product_id":"p"}"#),
        update.case("maximal", maximal, &details(r#""name":"Cup","product_id":"product-5","#)),
    ]
}

fn picture() -> MediaFile {
    let url = "https://shop.example/cup.png";
    MediaFile::image(url).name("cup.png").description("from the left")
}

fn clip() -> MediaFile {
    MediaFile::video("https://shop.example/cup.mp4")
}

/// The body with all that can be said of a product; its names come in their place of the alphabet.
fn details(names: &str) -> String {
    format!(
        r#"{{"description":"keeps tea hot","media":[
        {{"description":"from the left","name":"cup.png","type":1,
        "url":"https://shop.example/cup.png"}},
        {{"type":2,"url":"https://shop.example/cup.mp4"}}],
        {names}"target_audience":"tea drinkers"}}"#
    )
}

fn scripts() -> Vec<Case> {
    let create = bodies!(CREATE_AI_SCRIPT, "POST /v2/ai_scripts", scripts.create);
    let about =
        |language, length, style, source| CreateScript::new(language, length, style, source);
    let cup = || scripts::Source::Details { name: "Cup".to_owned(), description: "hot".to_owned() };
    vec![
        create.case(
            "minimal, about a registered product",
            about(
                Language::English,
                VideoLength::Seconds15,
                ScriptStyle::DontWorry,
                scripts::Source::Product("product-5".to_owned()),
            ),
            r#"{"language":"english","product_info":{"data":{"id":"product-5"},"source_type":"id"},
            "script_style":"Don't Worry","video_length_seconds":"15"}"#,
        ),
        create.case(
            "maximal, about a described product",
            about(
                Language::TraditionalChinese,
                VideoLength::Seconds60,
                ScriptStyle::Top3Reasons,
                cup(),
            )
            .target_audience("tea drinkers"),
            r#"{"language":"traditional-chinese","product_info":
            {"data":{"description":"hot","name":"Cup"},"source_type":"details"},
            "script_style":"Top 3 reasons","target_audience":"tea drinkers",
            "video_length_seconds":"60"}"#,
        ),
        create.case(
            "in words the spec does not have",
            about(
                Language::from("klingon"),
                VideoLength::Seconds30,
                ScriptStyle::from("Haiku"),
                cup(),
            ),
            r#"{"language":"klingon","product_info":
            {"data":{"description":"hot","name":"Cup"},"source_type":"details"},
            "script_style":"Haiku","video_length_seconds":"30"}"#,
        ),
        report!(GET_AI_SCRIPT, "GET /v2/ai_scripts/results/task%2F1", scripts.script_job("task/1")),
    ]
}

fn videos() -> Vec<Case> {
    let target = "POST /v2/create_video_from_product";
    let create = bodies!(CREATE_VIDEO_FROM_PRODUCT, target, product_videos.create);
    let target = "POST /v2/create_video_from_product/render_single_preview";
    let render = bodies!(RENDER_PRODUCT_PREVIEW, target, product_videos.render);
    let of = |length, avatar| {
        product_videos::CreateVideo::new("cup", length, avatar, ScriptStyle::Data, Language::French)
    };
    let maximal = of(VideoLength::Seconds60, Avatar::Custom(12))
        .visual_style("Calm slides")
        .override_script("Hot tea, all day.")
        .webhook_url("https://shop.example/hook")
        .aspect_ratio(AspectRatio::Square)
        .caption(true)
        .name("Tea time")
        .voice_id("voice-7")
        .music_id(0);
    vec![
        create.case(
            "minimal",
            of(VideoLength::Seconds15, Avatar::Public(0)),
            r#"{"audio":{},"avatar":{"id":0,"type":0},"product_id":"cup",
            "script":{"language":"french","style":"Data"},"video_spec":{"length":"15"},
            "voice":{}}"#,
        ),
        create.case(
            "maximal",
            maximal,
            r#"{"audio":{"music_id":0},"avatar":{"id":12,"type":1},
            "override_script":"Hot tea, all day.","product_id":"cup",
            "script":{"language":"french","style":"Data"},
            "video_spec":{"aspect_ratio":"square","caption":true,"length":"60","name":"Tea time"},
            "visual_style":"Calm slides","voice":{"id":"voice-7"},
            "webhook_url":"https://shop.example/hook"}"#,
        ),
        render.case("minimal", RenderPreview::new("pre-1"), r#"{"preview_id":"pre-1"}"#),
        report!(
            GET_PRODUCT_VIDEO,
            "GET /v2/product_video/video%2F1",
            product_videos.video_job("video/1")
        ),
    ]
}

fn previews() -> Vec<Case> {
    let target = "POST /v2/create_video_from_product/preview_list";
    let create = bodies!(CREATE_PRODUCT_PREVIEWS, target, product_videos.create_previews);
    let of = |styles: &[&str], avatar| {
        let (length, style) = (VideoLength::Seconds30, ScriptStyle::Discovery);
        let visual_styles = styles.iter().copied();
        CreatePreviews::new("cup", visual_styles, length, avatar, style, Language::Tamil)
    };
    let maximal = of(&["Calm slides", "Bold"], Avatar::Custom(12))
        .override_script("Hot tea, all day.")
        .webhook_url("https://shop.example/hook")
        .aspect_ratio(AspectRatio::Portrait)
        .caption(false)
        .name("Tea time")
        .voice_id("voice-7")
        .music_id(41);
    vec![
        create.case(
            "minimal",
            of(&["Bold"], Avatar::Public(3)),
            r#"{"audio":{},"avatar":{"id":3,"type":0},"product_id":"cup",
            "script":{"language":"tamil","style":"Discovery"},"video_spec":{"length":"30"},
            "visual_styles":["Bold"],"voice":{}}"#,
        ),
        create.case(
            "maximal",
            maximal,
            r#"{"audio":{"music_id":41},"avatar":{"id":12,"type":1},
            "override_script":"Hot tea, all day.","product_id":"cup",
            "script":{"language":"tamil","style":"Discovery"},
            "video_spec":{"aspect_ratio":"portrait","caption":false,"length":"30",
            "name":"Tea time"},
            "visual_styles":["Calm slides","Bold"],"voice":{"id":"voice-7"},
            "webhook_url":"https://shop.example/hook"}"#,
        ),
    ]
}

fn lists() -> Vec<Case> {
    let videos = queries!(LIST_PRODUCT_VIDEOS, "GET /v2/product_videos", product_videos.list);
    let previews =
        queries!(LIST_PRODUCT_PREVIEWS, "GET /v2/product_previews", product_videos.list_previews);
    let mut cases = vec![
        videos.case("minimal", product_videos::ListVideos::new(), ""),
        previews.case("minimal", ListPreviews::new(), ""),
    ];
    for (status, number) in STATES {
        let query = product_videos::ListVideos::new()
            .status(status)
            .sort_by("video_duration")
            .sort_order(SortOrder::Asc)
            .page(4)
            .page_size(100);
        let expected = "page=4&page_size=100&sort_by=video_duration&sort_order=asc";
        cases.push(videos.case("maximal", query, &format!("{expected}&{number}")));
        let query = ListPreviews::new()
            .status(status)
            .sort_by("title")
            .sort_order(SortOrder::Desc)
            .page(4)
            .page_size(100);
        let expected = "page=4&page_size=100&sort_by=title&sort_order=desc";
        cases.push(previews.case("maximal", query, &format!("{expected}&{number}")));
    }
    cases
}
