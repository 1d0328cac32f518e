//! Products to make videos and scripts about.

use jogg_api::enums::MediaType;
use jogg_api::operations::{CREATE_PRODUCT, UPDATE_PRODUCT};
use jogg_api::types::{CreateProductRequest, Product, ProductMediaInput, UpdateProductRequest};

use super::resource;
use crate::call::send;
use crate::request::{refuse, request};
use crate::{Call, Result};

resource! {
    /// Products to make videos and scripts about. From
    /// [`Jogg::products`](crate::Jogg::products).
    Products
}

impl Products {
    /// Registers a product. Calls `create_product`; free, but registering it twice makes two, so
    /// that it is never sent twice.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the answer was lost or
    /// has no `product_id`; see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateProduct) -> Call<Product> {
        let (body, checked) = (request.0.clone(), request.check());
        self.jogg.make(&CREATE_PRODUCT, checked, send!(create_product(body)), |_, called| {
            match called.answer.data.clone() {
                Some(product) if product.product_id.is_some() => Ok(product),
                _ => Err(called.lacks(&CREATE_PRODUCT, "it has no `data.product_id`")),
            }
        })
    }

    /// Changes what is set in the request, and leaves the rest. Calls `update_product`; free. The
    /// API answers with nothing.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such product; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn update(&self, request: UpdateProduct) -> Call<()> {
        let (body, checked) = (request.0.clone(), request.check_extra());
        self.jogg.make(&UPDATE_PRODUCT, checked, send!(update_product(body)), |_, _| Ok(()))
    }
}

/// Where a product is described.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProductSource {
    /// In the request: its name here, more by the other methods.
    Details(String),
    /// On the shop page at this URL, which the API reads.
    Url(String),
}

request! {
    /// A product to register.
    pub struct CreateProduct(CreateProductRequest);
    /// What it is, and what speaks for it.
    description: text,
    /// Whom its videos should win over.
    target_audience: text,
}

impl CreateProduct {
    /// A product that is described there.
    pub fn new(source: ProductSource) -> Self {
        let mut request = CreateProductRequest::new();
        match source {
            ProductSource::Details(name) => request.name = Some(name),
            ProductSource::Url(url) => request.url = Some(url),
        }
        Self(request)
    }

    /// A product on a shop page, which the API reads.
    pub fn from_url(url: impl Into<String>) -> Self {
        Self::new(ProductSource::Url(url.into()))
    }

    /// A product of this name, described by the other methods.
    pub fn from_details(name: impl Into<String>) -> Self {
        Self::new(ProductSource::Details(name.into()))
    }

    /// One more picture or clip.
    pub fn media(mut self, media: ProductFile) -> Self {
        self.0.media.push(media.0);
        self
    }

    fn check(&self) -> Result<()> {
        self.check_extra()?;
        match (&self.0.url, &self.0.name) {
            (None, None) => {
                refuse("`url` or `name` is needed: the page of the product or its name")
            }
            _ => Ok(()),
        }
    }
}

request! {
    /// Changes to a product.
    pub struct UpdateProduct(UpdateProductRequest);
    /// Its new name.
    name: text,
    /// The new text about it.
    description: text,
    /// Whom its videos should win over from now on.
    target_audience: text,
}

impl UpdateProduct {
    /// No changes yet, to this product.
    pub fn new(product_id: impl Into<String>) -> Self {
        Self(UpdateProductRequest::new(product_id))
    }

    /// One more picture or clip of the new ones.
    pub fn media(mut self, media: ProductFile) -> Self {
        self.0.media.push(media.0);
        self
    }
}

/// A picture or clip of a product.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct ProductFile(ProductMediaInput);

impl ProductFile {
    /// The picture at this URL.
    pub fn image(url: impl Into<String>) -> Self {
        Self::of(MediaType::Image, url.into())
    }

    /// The clip at this URL.
    pub fn video(url: impl Into<String>) -> Self {
        Self::of(MediaType::Video, url.into())
    }

    /// The name of the file.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.0.name = Some(name.into());
        self
    }

    /// What it shows.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.0.description = Some(description.into());
        self
    }

    fn of(kind: MediaType, url: String) -> Self {
        let mut media = ProductMediaInput::new();
        media.type_ = Some(kind);
        media.url = Some(url);
        Self(media)
    }
}
