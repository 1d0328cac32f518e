//! Ids inside bodies, for the strict mode.

use jogg_api::Operation;
use jogg_api::operations as op;
use serde_json::{Map, Value};

use super::call::State;
use super::ids::id_text;
use super::refusal::Refusal;
use super::templates::ID_NAMES;

/// What an id in a body refers to.
enum Kind {
    Drawing,
    Photo,
    Preview,
    Product,
    Template,
}

/// Where bodies refer to what was made before, with dots between the parts of a path.
static REFERENCES: [(&Operation, &str, Kind); 7] = [
    (&op::ADD_PHOTO_AVATAR_MOTION, "photo_id", Kind::Photo),
    (&op::ADD_PRODUCT_AVATAR_MOTION, "generation_id", Kind::Drawing),
    (&op::CREATE_AI_SCRIPT, "product_info.data.id", Kind::Product),
    (&op::CREATE_PRODUCT_PREVIEWS, "product_id", Kind::Product),
    (&op::CREATE_VIDEO_FROM_PRODUCT, "product_id", Kind::Product),
    (&op::CREATE_VIDEO_WITH_TEMPLATE, "template_id", Kind::Template),
    (&op::RENDER_PRODUCT_PREVIEW, "preview_id", Kind::Preview),
];

/// Refuses a body that refers to what does not exist.
pub(super) fn check(
    operation: &Operation,
    body: &Map<String, Value>,
    state: &State,
) -> Result<(), Refusal> {
    for (_, path, kind) in REFERENCES.iter().filter(|(known, _, _)| *known == operation) {
        let Some(id) = find(body, path).filter(|id| !id.is_null()) else { continue };
        if is_read(body) && !kind.has(id, state) {
            return Err(Refusal::not_found());
        }
    }
    Ok(())
}

fn find<'a>(body: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut parts = path.split('.');
    let first = body.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// A script may describe its product instead; an id beside that counts for nothing.
fn is_read(body: &Map<String, Value>) -> bool {
    find(body, "product_info.source_type").is_none_or(|source| source == "id")
}

impl Kind {
    fn has(&self, id: &Value, state: &State) -> bool {
        let text = id_text(id);
        match self {
            Self::Drawing => state.jobs.has_part("generation_id", &text),
            Self::Photo => state.jobs.find(&op::GET_PHOTO_GENERATION, &text).is_some(),
            Self::Preview => {
                let list = &op::LIST_PRODUCT_PREVIEWS;
                let given = state.store.item(list, "id", id).is_some();
                given || state.jobs.find(list, &text).is_some()
            }
            Self::Product => state.store.product(id).is_some(),
            Self::Template => [&op::LIST_CUSTOM_TEMPLATES, &op::LIST_TEMPLATES]
                .into_iter()
                .any(|list| ID_NAMES.iter().any(|name| state.store.item(list, name, id).is_some())),
        }
    }
}
