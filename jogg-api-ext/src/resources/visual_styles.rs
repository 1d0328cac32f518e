//! Visual styles for product videos.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::visual_styles::ListStyles;
//!
//! let mut styles = jogg.visual_styles().list(ListStyles::new()).items();
//! while let Some(style) = styles.next().await {
//!     println!("{}", style?.name);
//! }
//! # Ok(()) }
//! ```

use jogg_api::endpoints;
use jogg_api::enums::AspectRatio;
use jogg_api::types::ListVisualStylesQuery;

use crate::lists::{Extent, List};
use crate::request::{group, list_request};

pub use jogg_api::types::VisualStyle;

group! {
    /// Visual styles for product videos.
    VisualStyles, visual_styles
}

impl VisualStyles {
    /// Lists the visual styles, all at once. Calls `list_visual_styles`; free.
    ///
    /// Requests refer to a style by its `name`, not by its `id`.
    pub fn list(&self, request: ListStyles) -> List<VisualStyle> {
        List::filtered(
            &self.jogg,
            request,
            endpoints::ListVisualStyles::new,
            |style| style.name.clone(),
            |data| (data.visual_styles, Extent::default()),
        )
    }
}

list_request! {
    /// A request for visual styles.
    pub struct ListStyles(ListVisualStylesQuery);
    /// Lists only those for this aspect ratio.
    aspect_ratio: AspectRatio,
}
