//! Products to make videos and scripts about.
//!
//! ```no_run
//! # async fn demo(jogg: jogg_api_ext::Jogg) -> jogg_api_ext::Result<()> {
//! use jogg_api_ext::products::{CreateProduct, MediaFile};
//!
//! let request = CreateProduct::from_details("Trail bottle")
//!     .description("A steel bottle that keeps tea hot all day")
//!     .media(MediaFile::image("https://example.com/bottle.jpg"));
//! let product = jogg.products().create(request).await?;
//! println!("{:?}", product.product_id);
//! # Ok(()) }
//! ```

use jogg_api::endpoints;
use jogg_api::enums::MediaType;
use jogg_api::types::{CreateProductRequest, ProductMediaInput, UpdateProductRequest};

use crate::call::Call;
use crate::error::Result;
use crate::request::{group, refuse, request};

pub use jogg_api::types::{Product, ProductMedia};

group! {
    /// Products to make videos and scripts about.
    Products, products
}

impl Products {
    /// Creates a product. Calls `create_product`; free, but creating it twice makes two, so that it
    /// is never sent twice.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if the response was lost or
    /// has no `product_id`; see [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn create(&self, request: CreateProduct) -> Call<Product> {
        let checked = request.check();
        let endpoint = endpoints::CreateProduct::new(request.0);
        self.jogg.call_to_read(
            checked,
            endpoint,
            |_, product| match product.product_id {
                Some(_) => Ok(product),
                None => Err("it has no `data.product_id`".to_owned()),
            },
            |product, _| Ok(product),
        )
    }

    /// Updates what is set in the request, and keeps the rest. Calls `update_product`; free. The
    /// API returns nothing.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such product; see
    /// [`ErrorKind`](crate::ErrorKind) for the others.
    pub fn update(&self, request: UpdateProduct) -> Call<()> {
        let checked = request.check_extra();
        let endpoint = endpoints::UpdateProduct::new(request.0);
        self.jogg.call_with(checked, endpoint, |_, _| Ok(()))
    }
}

/// Where a product is described.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// In the request: its name here, more through the other methods.
    Details(String),
    /// On the shop page at this URL, which the API reads.
    Url(String),
}

request! {
    /// A request to create a product.
    pub struct CreateProduct(CreateProductRequest);
    /// Sets what it is, and its selling points.
    description: text,
    /// Sets the audience its videos address.
    target_audience: text,
}

impl CreateProduct {
    /// Creates a request from where the product is described.
    pub fn new(source: Source) -> Self {
        let mut request = CreateProductRequest::new();
        match source {
            Source::Details(name) => request.name = Some(name),
            Source::Url(url) => request.url = Some(url),
        }
        Self(request)
    }

    /// Creates a request for the product on a shop page, which the API reads.
    pub fn from_url(url: impl Into<String>) -> Self {
        Self::new(Source::Url(url.into()))
    }

    /// Creates a request for a product of this name, described through the other methods.
    pub fn from_details(name: impl Into<String>) -> Self {
        Self::new(Source::Details(name.into()))
    }

    /// Adds an image or video.
    pub fn media(mut self, media: MediaFile) -> Self {
        self.0.media.push(media.0);
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
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
    /// A request to update a product.
    pub struct UpdateProduct(UpdateProductRequest);
    /// Sets its new name.
    name: text,
    /// Sets the new description.
    description: text,
    /// Sets the audience its videos address from now on.
    target_audience: text,
}

impl UpdateProduct {
    /// Creates a request that updates nothing yet of this product.
    pub fn new(product_id: impl Into<String>) -> Self {
        Self(UpdateProductRequest::new(product_id))
    }

    /// Adds an image or video to those that this request sets.
    pub fn media(mut self, media: MediaFile) -> Self {
        self.0.media.push(media.0);
        self
    }
}

/// An image or video of a product.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct MediaFile(ProductMediaInput);

impl MediaFile {
    /// Refers to the image at this URL.
    pub fn image(url: impl Into<String>) -> Self {
        Self::of(MediaType::Image, url.into())
    }

    /// Refers to the video at this URL.
    pub fn video(url: impl Into<String>) -> Self {
        Self::of(MediaType::Video, url.into())
    }

    /// Sets the name of the file.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.0.name = Some(name.into());
        self
    }

    /// Sets what it shows.
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
