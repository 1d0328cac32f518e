//! What language models get of the requests, and what is read of their calls.

use jogg_api::RetryClass;
use jogg_api::jobs::JOBS;
use jogg_api_ext::avatar_videos::CreateVideo;
use jogg_api_ext::tools::{self, Tool};
use jogg_api_ext::{ErrorKind, Job, JobRecord, Jogg, Video};
use jogg_tests::{KEY, secrets, spec};
use serde_json::{Value, json};

use crate::wire::case::Builder;
use crate::wire::table::cases;

/// Every request that is made with a builder.
fn requests() -> impl Iterator<Item = (&'static jogg_api::Operation, Builder)> {
    cases().into_iter().filter_map(|case| Some((case.operation, case.builder?)))
}

#[test]
fn a_tool_says_what_its_request_costs_and_whether_it_is_paid() {
    let mut priced = 0;
    for (operation, builder) in requests() {
        let Tool { name, description, input_schema, is_paid, .. } = (builder.tool)();
        assert_eq!(name, operation.id);
        assert!(description.starts_with(operation.summary), "{description}");
        assert_eq!(is_paid, operation.retry == RetryClass::AtMostOnce, "{name}");
        let about = input_schema["description"].as_str().unwrap();
        let price = operation.credits.map(|credits| format!("Costs {credits}."));
        for text in [&description, about] {
            assert_eq!(text.contains("Costs "), price.is_some(), "{name}: {text}");
            assert!(price.as_ref().is_none_or(|price| text.ends_with(price)), "{name}: {text}");
        }
        assert_eq!(input_schema["type"], "object", "{name}");
        assert_eq!(input_schema.get("$schema"), None, "{name}");
        priced += usize::from(price.is_some());
    }
    assert!(priced > 10);
}

#[test]
fn each_kind_of_price_is_said_in_words() {
    use jogg_api::operations as op;
    for (operation, words) in [
        (&op::CREATE_AI_SCRIPT, "0.2 credits"),
        (&op::CREATE_VIDEO_FROM_AVATAR, "1 credit per started 120 s of the result"),
        (&op::CREATE_LIP_SYNC_VIDEO, "0.008 credits per second of the result"),
        (
            &op::CREATE_PRODUCT_PREVIEWS,
            "0.5 credits per started 120 s of the result, for each of `visual_styles`",
        ),
        (
            &op::ADD_PHOTO_AVATAR_MOTION,
            "credits by `model`: 2 for 1.0, 2 for 2.0, 3 for 2.0-Pro, 2 for 3.0",
        ),
    ] {
        let shown = operation.credits.unwrap().to_string();
        assert_eq!(shown, format!("{words}, by the prices of 2026-03"));
    }
}

/// The numbers of an enum mean nothing to who sees only them.
#[test]
fn schemas_say_what_numbers_mean() {
    let schema = Tool::of::<CreateVideo>().input_schema;
    let about = schema["$defs"]["ScreenStyle"]["description"].as_str().unwrap();
    assert!(about.ends_with("1 = WithBackground, 2 = GreenScreen, 3 = Transparent."), "{about}");
    let mut numbers = 0;
    for (operation, builder) in requests() {
        let schema = (builder.tool)().input_schema;
        for (name, set) in schema["$defs"].as_object().into_iter().flatten() {
            let about = set["description"].as_str().unwrap_or_default();
            assert!(!about.is_empty(), "{}: {name}", operation.id);
            for number in set["enum"].as_array().into_iter().flatten().filter(|it| it.is_number()) {
                assert!(about.contains(&format!("{number} = ")), "{}: {name}", operation.id);
                numbers += 1;
            }
        }
    }
    assert!(numbers > 5);
}

/// A copy of a value for each object in it, in which that object has one more field; with the path
/// of the field.
fn misspelt(value: &Value) -> Vec<(String, Value)> {
    let mut copies = Vec::new();
    if let Value::Object(fields) = value {
        let mut more = fields.clone();
        more.insert("mispelt".to_owned(), json!(1));
        copies.push(("mispelt".to_owned(), Value::Object(more)));
        for (name, inner) in fields {
            copies.extend(misspelt(inner).into_iter().map(|(path, inner)| {
                let mut copy = fields.clone();
                copy.insert(name.clone(), inner);
                let path = if path.starts_with('[') { path } else { format!(".{path}") };
                (format!("{name}{path}"), Value::Object(copy))
            }));
        }
    }
    for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
        copies.extend(misspelt(inner).into_iter().map(|(path, inner)| {
            let mut copy = value.clone();
            copy[index] = inner;
            (format!("[{index}].{path}"), copy)
        }));
    }
    copies
}

#[test]
fn every_request_is_read_from_a_tool_call_and_no_misspelt_field_of_it() {
    let (mut read, mut refused) = (0, 0);
    for (operation, builder) in requests() {
        let is_extra = |name: &String| {
            let spec = spec::body(operation).or_else(|| spec::query(operation)).unwrap();
            spec::resolved(&spec)["properties"].get(name).is_none()
        };
        if builder.json.as_object().unwrap().keys().any(is_extra) {
            continue;
        }
        assert_eq!((builder.arguments)(builder.json.clone()).unwrap(), builder.json);
        read += 1;
        for (path, arguments) in misspelt(&builder.json) {
            let error = (builder.arguments)(arguments).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidParameter);
            assert_eq!(error.operation(), Some(operation.id));
            let text = error.to_string();
            assert!(text.contains(&format!("`{path}` is not a field; those known")), "{text}");
            refused += 1;
        }
    }
    assert!(read > 40 && refused > read + 20, "{read} {refused}");
}

#[test]
fn other_mistakes_of_a_tool_call_are_named_too() {
    let whole = json!({
        "aspect_ratio": "square", "screen_style": 1,
        "avatar": {"avatar_id": 81, "avatar_type": 0},
        "voice": {"type": "script", "voice_id": "v", "script": "s"},
    });
    drop(tools::arguments::<CreateVideo>(whole.clone()).unwrap());
    for (name, value, reason) in [
        ("voice", None, "missing field `voice`"),
        ("screen_style", Some(json!(4)), "`4` is not a valid ScreenStyle; expected one of `1`"),
        ("caption", Some(json!("yes")), "invalid type: string"),
    ] {
        let mut arguments = whole.clone();
        match value {
            Some(value) => arguments[name] = value,
            None => drop(arguments.as_object_mut().unwrap().remove(name)),
        }
        let error = tools::arguments::<CreateVideo>(arguments).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("create_video_from_avatar: invalid arguments: "), "{text}");
        assert!(text.contains(reason), "{text}");
    }
    for arguments in [json!("{}"), json!(null), json!([1])] {
        let error = tools::arguments::<CreateVideo>(arguments).unwrap_err();
        assert!(error.to_string().contains("must be a JSON object"), "{error}");
    }
    let planted = json!({secrets::signed_url(): 1});
    secrets::assert_hidden(
        &tools::arguments::<CreateVideo>(planted).unwrap_err().to_string(),
        "the error of a tool call",
    );
}

#[test]
fn a_job_is_passed_on_by_its_record() {
    let schema = Tool::new::<JobRecord>("wait_for_job", "Waits for a job.").input_schema;
    let properties = schema["properties"].as_object().unwrap();
    let jogg = Jogg::builder(KEY).build().unwrap();
    let job: Job<Video> = jogg.avatar_videos().video_job("v1");
    let mut stored = serde_json::to_value(&job).unwrap();
    stored["raw"] = json!({"video_id": "v1"});
    for name in stored.as_object().unwrap().keys() {
        assert!(properties.contains_key(name), "{name}");
    }
    assert_eq!(properties.len(), stored.as_object().unwrap().len());
    let operations = properties["operation"]["enum"].as_array().unwrap();
    assert_eq!(operations.len(), JOBS.len());
    let record = tools::arguments::<JobRecord>(stored).unwrap();
    assert_eq!(jogg.resume::<Video>(record).unwrap().id(), "v1");
    let error = tools::arguments::<JobRecord>(json!({"operation": "o", "job_id": "1"}));
    assert!(error.unwrap_err().to_string().starts_with("`job_id` is not a field"));
}
