//! The macros that groups and request builders are made with. Builders are newtypes over the
//! generated requests, so that a field that vanishes from the spec is a compile error here.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind, Result};

/// A group of operations: its type, and the method of [`Jogg`](crate::Jogg) that returns it.
macro_rules! group {
    ($(#[$meta:meta])* $name:ident, $method:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name {
            jogg: crate::client::Jogg,
        }

        /// The group of this module.
        impl crate::client::Jogg {
            $(#[$meta])*
            pub fn $method(&self) -> $name {
                $name { jogg: self.clone() }
            }
        }
    };
}
pub(crate) use group;

/// A builder over a generated request: a newtype that reads and writes the API's own form, with a
/// method for each optional field of a plain type. `text` takes anything that converts to a
/// `String`; any other kind is the type itself.
macro_rules! request {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $name:ident($body:ident);
        $($(#[$doc:meta])* $field:ident: $kind:tt,)*
    ) => {
        $(#[$meta])*
        ///
        /// It serializes and deserializes in the API's own form. With the feature `schemars`,
        /// `tools::arguments` reads the arguments of a tool call into it.
        #[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
        #[must_use]
        #[serde(transparent)]
        $visibility struct $name($body);

        /// The schema of the request itself: a derived one would be a reference to it, and tool
        /// definitions must be objects.
        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut schema = <$body as schemars::JsonSchema>::json_schema(generator);
                let operation = <Self as crate::tools::ToolRequest>::OPERATION;
                crate::tools::priced(&mut schema, operation);
                schema
            }
        }

        #[cfg(feature = "schemars")]
        impl crate::tools::Sealed for $name {}

        #[cfg(feature = "schemars")]
        impl crate::tools::ToolArguments for $name {
            fn schema() -> serde_json::Value {
                crate::tools::schema::<Self>()
            }

            fn operation() -> Option<&'static jogg_api::Operation> {
                Some(<Self as crate::tools::ToolRequest>::OPERATION)
            }
        }

        #[cfg(feature = "schemars")]
        impl crate::tools::ToolRequest for $name {
            const OPERATION: &'static jogg_api::Operation = $body::OPERATIONS[0];
        }

        impl $name {
            $(crate::request::setter! { $(#[$doc])* $field: $kind })*

            /// Sets a field this crate doesn't know yet.
            pub fn extra(
                mut self,
                name: impl Into<String>,
                value: impl Into<serde_json::Value>,
            ) -> Self {
                self.0.extra.insert(name.into(), value.into());
                self
            }

            pub(crate) fn check_extra(&self) -> crate::error::Result<()> {
                crate::request::check_extra($body::FIELDS, &self.0.extra)
            }
        }
    };
}
pub(crate) use request;

/// The method for one optional field.
macro_rules! setter {
    ($(#[$doc:meta])* $field:ident: text) => {
        $(#[$doc])*
        pub fn $field(mut self, $field: impl Into<String>) -> Self {
            self.0.$field = Some($field.into());
            self
        }
    };
    ($(#[$doc:meta])* $field:ident: $kind:ty) => {
        $(#[$doc])*
        pub fn $field(mut self, $field: $kind) -> Self {
            self.0.$field = Some($field.into());
            self
        }
    };
}
pub(crate) use setter;

/// The filters of a list that comes all at once.
macro_rules! list_request {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $name:ident($query:ident);
        $($(#[$doc:meta])* $field:ident: $kind:tt,)*
    ) => {
        crate::request::request! {
            $(#[$meta])*
            #[derive(Default)]
            $visibility struct $name($query);
            $($(#[$doc])* $field: $kind,)*
        }

        impl $name {
            /// Creates a request for everything.
            pub fn new() -> Self {
                Self::default()
            }
        }

        impl crate::request::Filters for $name {
            type Query = $query;

            fn query(&self) -> $query {
                self.0.clone()
            }

            fn check_filters(&self) -> crate::error::Result<()> {
                self.check_extra()?;
                crate::request::check_plain(&self.0.extra)
            }
        }
    };
}
pub(crate) use list_request;

/// The request of a list.
pub(crate) trait Filters: Send + Sync + 'static {
    type Query;

    /// Returns the query parameters that are set.
    fn query(&self) -> Self::Query;

    /// Checks what the type doesn't.
    fn check_filters(&self) -> Result<()>;
}

/// The filters of a list that comes in pages.
macro_rules! paged_request {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $name:ident($query:ident);
        $($(#[$doc:meta])* $field:ident: $kind:tt,)*
    ) => {
        crate::request::list_request! {
            $(#[$meta])*
            $visibility struct $name($query);
            $($(#[$doc])* $field: $kind,)*
            /// Sets which page to begin with, counted from 1. Default: the first.
            page: u32,
            /// Sets how many items a page has, 1 to 100. Default: 10.
            page_size: u32,
        }

        impl crate::request::Paged for $name {
            type Query = $query;

            fn paging(&self) -> (Option<i64>, Option<i64>) {
                (self.0.page, self.0.page_size)
            }

            fn check(&self) -> crate::error::Result<()> {
                crate::request::Filters::check_filters(self)?;
                crate::request::check_paging(self.paging())
            }

            fn on_page(&self, page: Option<i64>) -> $query {
                let mut query = self.0.clone();
                query.page = page;
                query
            }
        }
    };
}
pub(crate) use paged_request;

/// A request for a list that comes in pages.
pub(crate) trait Paged: Send + Sync + 'static {
    type Query;

    /// Returns the requested page and page size.
    fn paging(&self) -> (Option<i64>, Option<i64>);

    fn check(&self) -> Result<()>;

    /// Returns the query for one of the pages.
    fn on_page(&self, page: Option<i64>) -> Self::Query;
}

/// Refuses an extra field that the request already has: it would be sent twice.
pub(crate) fn check_extra(fields: &[&str], extra: &Map<String, Value>) -> Result<()> {
    match extra.keys().find(|name| fields.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            refuse(format!("`{name}` is a field of the request; set it by its own method"))
        }
    }
}

/// Refuses lists, objects and null, which a query can't hold.
pub(crate) fn check_plain(extra: &Map<String, Value>) -> Result<()> {
    let is_plain = |value: &Value| !(value.is_null() || value.is_array() || value.is_object());
    match extra.iter().find(|(_, value)| !is_plain(value)) {
        None => Ok(()),
        Some((name, _)) => refuse(format!("`{name}` must be a string, a number or a boolean")),
    }
}

/// Refuses pages that the API doesn't have. It has been seen to take the nearest possible instead.
pub(crate) fn check_paging((page, page_size): (Option<i64>, Option<i64>)) -> Result<()> {
    match (page, page_size) {
        (Some(page), _) if page < 1 => refuse(format!("`page` is {page}; it must be 1 or more")),
        (_, Some(size)) if !(1..=100).contains(&size) => {
            refuse(format!("`page_size` is {size}; it must be 1 to 100"))
        }
        _ => Ok(()),
    }
}

/// Refuses a request before it is sent.
pub(crate) fn refuse<T>(reason: impl Into<Cow<'static, str>>) -> Result<T> {
    Err(Error::new(ErrorKind::InvalidParameter, reason))
}

/// Refuses a request without a field that a choice made elsewhere in it needs.
pub(crate) fn needed<T>(field: &str, value: Option<&T>, because: &str) -> Result<()> {
    match value {
        Some(_) => Ok(()),
        None => refuse(format!("`{field}` is missing: {because} needs it")),
    }
}
