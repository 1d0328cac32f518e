//! What the values of some fields of a body demand of others.

use jogg_api::Operation;
use jogg_api::operations as op;
use serde_json::{Map, Value};

use self::Demand::{Text, Url, Value as Present};
use super::wire::fields::check_url;

/// A field that decides which others are needed, with dots between the parts of a path.
struct Choice {
    operation: &'static Operation,
    field: &'static str,
    value: &'static str,
    needs: &'static [(&'static str, Demand)],
}

/// What a needed field must hold.
#[derive(Clone, Copy)]
enum Demand {
    /// A text that isn't empty.
    Text,
    /// An `http` or `https` URL.
    Url,
    /// Any value of its type.
    Value,
}

/// The choices that the spec describes in words.
static CHOICES: [Choice; 7] = [
    Choice {
        operation: &op::CREATE_VIDEO_FROM_AVATAR,
        field: "voice.type",
        value: "script",
        needs: &[("voice.script", Text)],
    },
    Choice {
        operation: &op::CREATE_VIDEO_FROM_AVATAR,
        field: "voice.type",
        value: "audio",
        needs: &[("voice.audio_url", Url)],
    },
    Choice {
        operation: &op::GENERATE_PRODUCT_AVATAR_IMAGES,
        field: "avatar_source.type",
        value: "id",
        needs: &[("avatar_source.avatar_id", Present), ("avatar_source.avatar_type", Present)],
    },
    Choice {
        operation: &op::GENERATE_PRODUCT_AVATAR_IMAGES,
        field: "avatar_source.type",
        value: "image",
        needs: &[("avatar_source.value", Url)],
    },
    Choice {
        operation: &op::GENERATE_PRODUCT_AVATAR_IMAGES,
        field: "avatar_source.type",
        value: "description",
        needs: &[("avatar_source.value", Text)],
    },
    Choice {
        operation: &op::CREATE_AI_SCRIPT,
        field: "product_info.source_type",
        value: "id",
        needs: &[("product_info.data.id", Text)],
    },
    Choice {
        operation: &op::CREATE_AI_SCRIPT,
        field: "product_info.source_type",
        value: "details",
        needs: &[("product_info.data.name", Text)],
    },
];

/// Rules of other kinds.
static RULES: [(&Operation, Rule); 3] = [
    (&op::CREATE_PRODUCT, product_has_a_source),
    (&op::CREATE_VIDEO_FROM_AVATAR, transparency_has_no_captions),
    (&op::CREATE_VIDEO_WITH_TEMPLATE, variables_have_values),
];

type Body = Map<String, Value>;
type Rule = fn(&Body) -> Result<(), String>;

/// Checks the fields of a body against each other. The types of all of them are right.
///
/// # Errors
/// The field, such as `voice.script`, and what is wrong with it.
pub(super) fn check(operation: &Operation, body: &Body) -> Result<(), String> {
    let chosen = |choice: &&Choice| {
        choice.operation == operation
            && find(body, choice.field).is_some_and(|value| value == choice.value)
    };
    for choice in CHOICES.iter().filter(chosen) {
        for (needed, demand) in choice.needs {
            demand.check(find(body, needed)).map_err(|reason| {
                format!("{needed}: {reason}, as `{}` is `{}`", choice.field, choice.value)
            })?;
        }
    }
    let mut rules = RULES.iter().filter(|(known, _)| *known == operation);
    rules.try_for_each(|(_, rule)| rule(body))
}

/// The field of a body at a path.
pub(super) fn find<'a>(body: &'a Body, path: &str) -> Option<&'a Value> {
    let mut parts = path.split('.');
    let first = body.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

impl Demand {
    fn check(self, value: Option<&Value>) -> Result<(), String> {
        let missing = || Err("the field is missing".to_owned());
        match (self, value.and_then(Value::as_str)) {
            (Self::Value, _) => value.map_or_else(missing, |_| Ok(())),
            (_, None | Some("")) => missing(),
            (Self::Text, Some(_)) => Ok(()),
            (Self::Url, Some(url)) => check_url(url),
        }
    }
}

fn product_has_a_source(body: &Body) -> Result<(), String> {
    let source = ["url", "name"].map(|name| Text.check(body.get(name)));
    if source.iter().any(Result::is_ok) {
        return Ok(());
    }
    Err("name: a product needs a `name` if it has no `url`".to_owned())
}

fn transparency_has_no_captions(body: &Body) -> Result<(), String> {
    let is_transparent = body.get("screen_style").is_some_and(|style| style == 3);
    if is_transparent && body.get("caption").is_none_or(|caption| caption != false) {
        return Err("caption: must be false, as `screen_style` is 3".to_owned());
    }
    Ok(())
}

fn variables_have_values(body: &Body) -> Result<(), String> {
    let variables = body.get("variables").and_then(Value::as_array).into_iter().flatten();
    for (place, variable) in variables.enumerate() {
        let properties = &variable["properties"];
        let kind = variable["type"].as_str().unwrap_or_default();
        let checked = match kind {
            "image" | "video" => media(properties),
            "text" | "script" => {
                Present.check(properties.get("content")).map_err(|it| ("content", it))
            }
            _ => Ok(()),
        };
        checked.map_err(|(name, reason)| {
            format!("variables[{place}].properties.{name}: {reason}, as its `type` is `{kind}`")
        })?;
    }
    Ok(())
}

/// An image or a video is a URL, also as `content`, or else an asset.
fn media(properties: &Value) -> Result<(), (&'static str, String)> {
    let given = |name: &str| properties.get(name);
    match (given("url"), given("content"), given("asset_id")) {
        (None, Some(content), _) => Url.check(Some(content)).map_err(|it| ("content", it)),
        (None, None, Some(_)) => Ok(()),
        (url, ..) => Url.check(url).map_err(|it| ("url", it)),
    }
}
