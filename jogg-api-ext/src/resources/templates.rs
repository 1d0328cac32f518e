//! Templates and their variables.

use jogg_api::enums::AspectRatio;
use jogg_api::operations::{GET_CUSTOM_TEMPLATE, LIST_CUSTOM_TEMPLATES, LIST_TEMPLATES};
use jogg_api::types::{CustomTemplate, ListCustomTemplatesQuery, ListTemplatesQuery, Template};

use super::resource;
use crate::call::send;
use crate::page::Extent;
use crate::request::list_request;
use crate::{Call, List};

resource! {
    /// Templates and their variables. From [`Jogg::templates`](crate::Jogg::templates).
    Templates
}

impl Templates {
    /// The stock templates, all at once. Calls `list_templates`; free.
    ///
    /// The variables of stock templates are told nowhere in the API.
    pub fn list(&self, request: ListTemplates) -> List<Template> {
        let jogg = self.jogg.clone();
        List::whole(
            |template: &Template| template.id.map(|id| id.to_string()),
            move || {
                let (query, checked) = (request.0.clone(), request.check_filters());
                jogg.page(&LIST_TEMPLATES, checked, send!(list_templates(query)), |data| {
                    (data.templates, Extent::default())
                })
            },
        )
    }

    /// The account's own templates, all at once, without their variables. Calls
    /// `list_custom_templates`; free.
    pub fn custom(&self, request: ListCustomTemplates) -> List<Template> {
        let jogg = self.jogg.clone();
        List::whole(
            |template: &Template| template.id.map(|id| id.to_string()),
            move || {
                let (query, checked) = (request.0.clone(), request.check_filters());
                let send = send!(list_custom_templates(query));
                jogg.page(&LIST_CUSTOM_TEMPLATES, checked, send, |data| {
                    (data.templates, Extent::default())
                })
            },
        )
    }

    /// An own template with the variables that
    /// [`CreateTemplateVideo::variable`](crate::CreateTemplateVideo::variable) fills. Calls
    /// `get_custom_template`; free.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is none of this number; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn custom_template(&self, id: i64) -> Call<CustomTemplate> {
        let send = move |api: jogg_api::Client| async move { api.get_custom_template(id).await };
        self.jogg.value(&GET_CUSTOM_TEMPLATE, Ok(()), send)
    }
}

list_request! {
    /// Which stock templates to list.
    pub struct ListTemplates(ListTemplatesQuery);
    /// Those with this frame shape.
    aspect_ratio: AspectRatio,
}

list_request! {
    /// Which own templates to list.
    pub struct ListCustomTemplates(ListCustomTemplatesQuery);
    /// Those with this frame shape.
    aspect_ratio: AspectRatio,
}
