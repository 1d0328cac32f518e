//! Ids inside bodies, which the strict mode checks.

use jogg_api::Operation;
use jogg_api::operations as op;
use serde_json::{Map, Value};

use super::call::Call;
use super::conditions::find;
use super::state::State;
use super::state::ids::{TEMPLATE_ID_NAMES, id_text};
use super::wire::refusal::Refusal;

/// What an id in a body refers to.
enum Kind {
    Image,
    Photo,
    Preview,
    Product,
    Template,
}

/// The fields that refer to something created before, with dots between the parts of a path.
static REFERENCES: [(&Operation, &str, Kind); 7] = [
    (&op::ADD_PHOTO_AVATAR_MOTION, "photo_id", Kind::Photo),
    (&op::ADD_PRODUCT_AVATAR_MOTION, "generation_id", Kind::Image),
    (&op::CREATE_AI_SCRIPT, "product_info.data.id", Kind::Product),
    (&op::CREATE_PRODUCT_PREVIEWS, "product_id", Kind::Product),
    (&op::CREATE_VIDEO_FROM_PRODUCT, "product_id", Kind::Product),
    (&op::CREATE_VIDEO_WITH_TEMPLATE, "template_id", Kind::Template),
    (&op::RENDER_PRODUCT_PREVIEW, "preview_id", Kind::Preview),
];

/// Refuses a call whose body refers to something that doesn't exist.
pub(super) fn check(call: &Call<'_>, state: &State) -> Result<(), Refusal> {
    for (_, path, kind) in REFERENCES.iter().filter(|(known, _, _)| *known == call.operation) {
        let Some(id) = find(&call.body, path) else { continue };
        if uses_id(&call.body) && !kind.exists(id, state) {
            return Err(Refusal::not_found());
        }
    }
    Ok(())
}

/// A script may describe its product instead. An id beside the description is ignored.
fn uses_id(body: &Map<String, Value>) -> bool {
    find(body, "product_info.source_type").is_none_or(|source| source == "id")
}

impl Kind {
    fn exists(&self, id: &Value, state: &State) -> bool {
        let text = id_text(id);
        match self {
            Self::Image => state.jobs.has_part("generation_id", &text),
            Self::Photo => state.jobs.find(&op::GET_PHOTO_GENERATION, &text).is_some(),
            Self::Preview => {
                let list = &op::LIST_PRODUCT_PREVIEWS;
                let given = state.store.item(list, "id", id).is_some();
                given || state.jobs.find(list, &text).is_some()
            }
            Self::Product => state.store.product(id).is_some(),
            Self::Template => {
                [&op::LIST_CUSTOM_TEMPLATES, &op::LIST_TEMPLATES].into_iter().any(|list| {
                    TEMPLATE_ID_NAMES.iter().any(|name| state.store.item(list, name, id).is_some())
                })
            }
        }
    }
}
