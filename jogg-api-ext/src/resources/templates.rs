//! Templates and their variables.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::templates::ListCustomTemplates;
//!
//! let mut templates = jogg.templates().custom(ListCustomTemplates::new()).items();
//! if let Some(template) = templates.next().await {
//!     let template = jogg.templates().custom_template(template?.id).await?;
//!     for variable in template.variables {
//!         println!("{:?}: {:?}", variable.name, variable.type_);
//!     }
//! }
//! # Ok(()) }
//! ```

use jogg_api::endpoints;
use jogg_api::enums::AspectRatio;
use jogg_api::types::{ListCustomTemplatesQuery, ListTemplatesQuery};

use crate::call::Call;
use crate::lists::{Extent, List};
use crate::request::{group, list_request};

pub use jogg_api::types::{CustomTemplate, Template, TemplateVariable};

group! {
    /// Templates and their variables.
    Templates, templates
}

impl Templates {
    /// Lists the public templates, all at once. Calls `list_templates`; free.
    ///
    /// The API doesn't return the variables of public templates.
    pub fn list(&self, request: ListTemplates) -> List<Template> {
        List::filtered(
            &self.jogg,
            request,
            endpoints::ListTemplates::new,
            |template| template.id.to_string(),
            |data| (data.templates, Extent::default()),
        )
    }

    /// Lists the account's custom templates, all at once, without their variables. Calls
    /// `list_custom_templates`; free.
    pub fn custom(&self, request: ListCustomTemplates) -> List<Template> {
        List::filtered(
            &self.jogg,
            request,
            endpoints::ListCustomTemplates::new,
            |template| template.id.to_string(),
            |data| (data.templates, Extent::default()),
        )
    }

    /// Returns a custom template with the variables that
    /// [`CreateVideo::variable`](crate::template_videos::CreateVideo::variable) fills. Calls
    /// `get_custom_template`; free.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if none has this number; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn custom_template(&self, id: i64) -> Call<CustomTemplate> {
        let endpoint = endpoints::GetCustomTemplate::new(id);
        self.jogg.call_with(Ok(()), endpoint, |template, received| received.needs_data(template))
    }
}

list_request! {
    /// A request for public templates.
    pub struct ListTemplates(ListTemplatesQuery);
    /// Lists only those with this aspect ratio.
    aspect_ratio: AspectRatio,
}

list_request! {
    /// A request for custom templates.
    pub struct ListCustomTemplates(ListCustomTemplatesQuery);
    /// Lists only those with this aspect ratio.
    aspect_ratio: AspectRatio,
}
