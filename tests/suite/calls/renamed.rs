//! Lists and accounts whose data is elsewhere than it was: that is an error, and not nothing.

use jogg_api::Operation;
use jogg_api::operations as op;
use jogg_api_ext::avatars::{ListCustomAvatars, ListPublicAvatars};
use jogg_api_ext::musics::ListMusics;
use jogg_api_ext::templates::{ListCustomTemplates, ListTemplates};
use jogg_api_ext::visual_styles::ListStyles;
use jogg_api_ext::voices::{ListCustomVoices, ListVoices};
use jogg_api_ext::{BoxFuture, ErrorKind, Jogg, Result};
use jogg_api_ext::{photo_avatars, product_avatars, product_videos, template_videos};
use jogg_tests::Stage;
use serde_json::{Value, json};

/// Returns how many items a list has.
type Count = fn(Jogg) -> BoxFuture<Result<usize>>;

/// Makes the `data` of a response with the list of this name.
type Data = fn(&str) -> Value;

macro_rules! count {
    ($jogg:ident => $list:expr) => {
        |$jogg: Jogg| {
            let items = $list.items().try_collect();
            Box::pin(async move { Ok(items.await?.len()) })
        }
    };
}

/// Every list that comes item by item.
static LISTS: [(&Operation, Count); 14] = [
    (&op::LIST_CUSTOM_AVATARS, count!(jogg => jogg.avatars().custom(ListCustomAvatars::new()))),
    (
        &op::LIST_CUSTOM_TEMPLATES,
        count!(jogg => jogg.templates().custom(ListCustomTemplates::new())),
    ),
    (&op::LIST_CUSTOM_VOICES, count!(jogg => jogg.voices().custom(ListCustomVoices::new()))),
    (&op::LIST_MUSICS, count!(jogg => jogg.musics().list(ListMusics::new()))),
    (
        &op::LIST_PHOTO_AVATARS,
        count!(jogg => jogg.photo_avatars().list(photo_avatars::ListAvatars::new())),
    ),
    (
        &op::LIST_PRODUCT_AVATARS,
        count!(jogg => jogg.product_avatars().list(product_avatars::ListAvatars::new())),
    ),
    (
        &op::LIST_PRODUCT_PREVIEWS,
        count!(jogg => jogg.product_videos().list_previews(product_videos::ListPreviews::new())),
    ),
    (
        &op::LIST_PRODUCT_VIDEOS,
        count!(jogg => jogg.product_videos().list(product_videos::ListVideos::new())),
    ),
    (&op::LIST_PUBLIC_AVATARS, count!(jogg => jogg.avatars().public(ListPublicAvatars::new()))),
    (&op::LIST_TEMPLATES, count!(jogg => jogg.templates().list(ListTemplates::new()))),
    (
        &op::LIST_TEMPLATE_VIDEOS,
        count!(jogg => jogg.template_videos().list(template_videos::ListVideos::new())),
    ),
    (&op::LIST_VISUAL_STYLES, count!(jogg => jogg.visual_styles().list(ListStyles::new()))),
    (&op::LIST_VOICES, count!(jogg => jogg.voices().list(ListVoices::new()))),
    (&op::LIST_WEBHOOK_ENDPOINTS, count!(jogg => jogg.webhook_endpoints().list())),
];

/// What of each list comes of this response.
async fn all(data: impl Fn(&str) -> Value) -> Vec<(&'static Operation, Result<usize>)> {
    let stage = Stage::without_retries().await;
    let mut outcomes = Vec::new();
    for (operation, count) in &LISTS {
        stage.respond(operation, data(operation.list.unwrap()));
        outcomes.push((*operation, count(stage.jogg.clone()).await));
    }
    outcomes
}

#[tokio::test]
async fn a_list_that_has_another_name_or_form_is_an_error_that_says_so() {
    let cases: [(Data, &str); 4] = [
        (|_| json!({"renamed": [{}]}), "but `renamed`"),
        (|_| json!({"renamed": {"items": ["a"]}}), "but `renamed`"),
        (|list| json!({list: {"items": []}}), "is an object, not a list"),
        (|list| json!({list: "planted"}), "is a string, not a list"),
    ];
    for (data, says) in cases {
        for (operation, outcome) in all(data).await {
            let error = outcome.unwrap_err();
            let text = error.to_string();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{text}");
            let list = format!("`{}`", operation.list.unwrap());
            assert!(text.contains(&list) && text.contains(says), "{text}");
            assert!(text.starts_with(operation.id) && !text.contains("planted"), "{text}");
            assert!(!error.body().unwrap().is_empty());
        }
    }
}

#[tokio::test]
async fn fact_18_a_list_that_is_null_or_omitted_is_empty_unless_it_has_a_total() {
    let cases: [Data; 7] = [
        |list| json!({list: null}),
        |list| json!({list: []}),
        |_| json!({}),
        |_| json!(null),
        |_| json!(""),
        |_| json!([]),
        |list| json!({list: null, "total": 0, "pagination": {"total_items": 0}}),
    ];
    for data in cases {
        for (operation, outcome) in all(data).await {
            assert_eq!(outcome.unwrap(), 0, "{}", operation.id);
        }
    }
    let with_totals =
        |_: &str| json!({"total": 5, "has_more": true, "pagination": {"total_items": 5}});
    let with_total = [
        op::LIST_CUSTOM_VOICES.id,
        op::LIST_MUSICS.id,
        op::LIST_PRODUCT_PREVIEWS.id,
        op::LIST_PRODUCT_VIDEOS.id,
        op::LIST_TEMPLATE_VIDEOS.id,
        op::LIST_VOICES.id,
    ];
    for (operation, outcome) in all(with_totals).await {
        let error = outcome.err().map(|error| error.to_string());
        assert_eq!(error.is_some(), with_total.contains(&operation.id), "{error:?}");
        let says = "although it says that there are items";
        assert!(error.is_none_or(|error| error.contains(says)), "{}", operation.id);
    }
}

#[tokio::test]
async fn a_page_after_the_last_may_be_omitted_and_one_before_it_may_not() {
    for (total, is_error) in [(2, false), (3, true)] {
        let stage = Stage::without_retries().await;
        let videos = [json!({"id": "a"}), json!({"id": "b"})];
        // A total that a page doesn't have is of no use to the page after it.
        stage.respond(&op::LIST_PRODUCT_VIDEOS, json!({"videos": videos}));
        stage.respond(&op::LIST_PRODUCT_VIDEOS, json!({"videos": null, "total": total}));
        let request = product_videos::ListVideos::new().page_size(2);
        let mut items = stage.jogg.product_videos().list(request).items();
        for _ in 0..2 {
            items.next().await.unwrap().unwrap();
        }
        assert_eq!(items.next().await.is_some_and(|item| item.is_err()), is_error, "{total}");
    }
    // More is announced, on the first page of which there is nothing.
    let stage = Stage::without_retries().await;
    stage.respond(&op::LIST_VOICES, json!({"voices": null, "has_more": true}));
    let error = stage.jogg.voices().list(ListVoices::new()).page().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
}

#[tokio::test]
async fn what_is_never_empty_must_be_there() {
    let stage = Stage::without_retries().await;
    for data in [json!(null), json!({}), json!({"renamed": ["a"]}), json!({"events": null})] {
        stage.respond(&op::LIST_WEBHOOK_EVENTS, data.clone());
        let error = stage.jogg.webhook_endpoints().events().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{data}");
        stage.respond(&op::LIST_TARGET_LANGUAGES, data.clone());
        let error = stage.jogg.translations().target_languages().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{data}");
    }
    for data in [json!(null), json!({}), json!(""), json!([])] {
        stage.respond(&op::WHOAMI, data.clone());
        let error = stage.jogg.account().whoami().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{data}");
        assert!(error.to_string().contains("it has no `data`"), "{error}");
    }
    for data in [json!(null), json!({}), json!("")] {
        stage.respond(&op::GET_CUSTOM_TEMPLATE, data.clone());
        let error = stage.jogg.templates().custom_template(1).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{data}");
    }
    // The key is known all the same, and the metadata has what came.
    stage.respond(&op::WHOAMI, json!({"mail": "a@b.c"}));
    assert_eq!(stage.jogg.account().whoami().await.unwrap().email, None);
}

#[tokio::test]
async fn previews_whose_list_is_elsewhere_are_not_unknown() {
    for data in [
        json!(null),
        json!({"items": [{"id": "p1"}]}),
        json!({"previews": null}),
        json!({"previews": [], "total": 5}),
    ] {
        let stage = Stage::new().await;
        for _ in 0..100 {
            stage.respond(&op::LIST_PRODUCT_PREVIEWS, data.clone());
        }
        let error = stage.jogg.product_videos().previews_job(["p1"]).wait().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WaitTimeout, "{data}: {error}");
        assert!(error.to_string().contains("no poll of"), "{error}");
    }
}
