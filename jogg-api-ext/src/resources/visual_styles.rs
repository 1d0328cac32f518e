//! Looks for product videos.

use jogg_api::enums::AspectRatio;
use jogg_api::operations::LIST_VISUAL_STYLES;
use jogg_api::types::{ListVisualStylesQuery, VisualStyle};

use super::resource;
use crate::List;
use crate::call::send;
use crate::page::Extent;
use crate::request::list_request;

resource! {
    /// Looks for product videos. From [`Jogg::visual_styles`](crate::Jogg::visual_styles).
    VisualStyles
}

impl VisualStyles {
    /// The looks, all at once. Calls `list_visual_styles`; free.
    ///
    /// Requests refer to a look by its `name`, not by its `id`.
    pub fn list(&self, request: ListVisualStyles) -> List<VisualStyle> {
        let jogg = self.jogg.clone();
        List::whole(
            |style: &VisualStyle| style.id.map(|id| id.to_string()),
            move || {
                let (query, checked) = (request.0.clone(), request.check_filters());
                jogg.page(&LIST_VISUAL_STYLES, checked, send!(list_visual_styles(query)), |data| {
                    (data.visual_styles, Extent::default())
                })
            },
        )
    }
}

list_request! {
    /// Which looks to list.
    pub struct ListVisualStyles(ListVisualStylesQuery);
    /// Those for this frame shape.
    aspect_ratio: AspectRatio,
}
