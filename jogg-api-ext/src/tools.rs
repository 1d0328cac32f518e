//! Tool calling: language models that call the API.
//!
//! A [`Tool`] has what a model needs to know of a request: name, description with the price, and
//! the JSON schema of the arguments. [`arguments`] reads what the model calls it with, and refuses
//! a field that the request doesn't have: a misspelt one costs nothing.
//!
//! ```
//! use jogg_api_ext::avatar_videos::CreateVideo;
//! use jogg_api_ext::tools::{self, Tool};
//! use serde_json::json;
//!
//! let tool = Tool::of::<CreateVideo>();
//! assert_eq!(tool.name, "create_video_from_avatar");
//! assert!(tool.is_paid && tool.description.contains("1 credit per started 120 s"));
//! // What most models take, under names that differ.
//! let definition = json!({
//!     "name": tool.name, "description": tool.description, "input_schema": tool.input_schema,
//! });
//!
//! let error = tools::arguments::<CreateVideo>(json!({"aspect_ration": "square"})).unwrap_err();
//! assert!(error.to_string().contains("`aspect_ration` is not a field"), "{error}");
//! ```
//!
//! What to do in the loop that calls the model:
//!
//! - **Before a paid call**, let a person confirm it: [`Tool::is_paid`], and `estimate` of the
//!   request for what it costs. A model repeats itself; the API charges each time.
//! - **An error is a result**: return its text to the model, which can correct a mistake. After
//!   [`ErrorKind::OutcomeUnknown`], say so and don't let the model retry, as it may have been paid
//!   for.
//! - **A job** outlives the turn: return its [`JobRecord`], and read that with [`arguments`] where
//!   the model asks for the result.
//! - **Where the API calls back** is a field of many requests, `webhook_url` or `callback_url`. A
//!   model may set it like any other: refuse arguments with it unless that is meant.
//!
//! The example
//! [`tool_calling`](https://docs.rs/crate/jogg-api-ext/latest/source/examples/tool_calling.rs) is
//! such a loop.
//!
//! The schemas are made by the crate schemars, for the trait `JsonSchema` of its version 1, which
//! the request types and [`JobRecord`] implement. They forbid fields that aren't known. Reading a
//! request with serde instead takes such fields, and sends them, like `extra` does.

use jogg_api::{Operation, RetryClass, one_line};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::job_record::JobRecord;

/// What a language model needs to know to call something.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Tool {
    /// The name; of a request, the id of its operation.
    pub name: String,
    /// What it does, and what it costs if that is published.
    pub description: String,
    /// The JSON schema of the arguments, an object.
    pub input_schema: Value,
    /// Whether a call costs credits or creates something, and must not happen twice.
    pub is_paid: bool,
}

impl Tool {
    /// Returns the tool that sends this request.
    pub fn of<R: ToolRequest>() -> Self {
        let operation = R::OPERATION;
        let price = operation.credits.map(|credits| format!(". Costs {credits}"));
        let description = format!("{}{}.", operation.summary, price.unwrap_or_default());
        let is_paid = operation.retry == RetryClass::AtMostOnce;
        Self { is_paid, ..Self::new::<R>(operation.id, description) }
    }

    /// Returns a tool of yours with such arguments, such as one that waits for the job of a
    /// [`JobRecord`].
    pub fn new<A: ToolArguments>(name: impl Into<String>, description: impl Into<String>) -> Self {
        let (name, description) = (name.into(), description.into());
        Self { name, description, input_schema: A::schema(), is_paid: false }
    }
}

/// Reads the arguments of a tool call. Sends nothing.
///
/// # Errors
/// [`ErrorKind::InvalidParameter`] if they aren't an object, if a field is missing or has another
/// type, or if there is a field that isn't known, in an inner object too. The message names it, and
/// those that are known, so that a model can correct itself.
pub fn arguments<A: ToolArguments>(arguments: Value) -> Result<A> {
    let refuse = |reason: String| {
        let error = Error::new(ErrorKind::InvalidParameter, reason);
        match A::operation() {
            Some(operation) => error.with_operation(operation),
            None => error,
        }
    };
    if !arguments.is_object() {
        return Err(refuse("the arguments must be a JSON object".to_owned()));
    }
    let schema = A::schema();
    let unknown = Unknown { root: &schema };
    if let Some(reason) = unknown.within(&schema, &arguments, "") {
        return Err(refuse(reason));
    }
    serde_json::from_value(arguments)
        .map_err(|error| refuse(format!("invalid arguments: {}", one_line(&error.to_string()))))
}

/// Arguments of a tool call: requests, and the [`JobRecord`].
///
/// Implemented by the types of this crate.
pub trait ToolArguments: DeserializeOwned + Sealed {
    /// Returns the JSON schema, an object.
    fn schema() -> Value;

    /// Returns the operation that takes them, if one does.
    #[doc(hidden)]
    fn operation() -> Option<&'static Operation> {
        None
    }
}

/// A request of one operation.
///
/// Implemented by the request types of this crate.
pub trait ToolRequest: ToolArguments {
    /// The operation that takes the request.
    const OPERATION: &'static Operation;
}

/// Keeps [`ToolArguments`] to this crate.
pub trait Sealed {}

impl Sealed for JobRecord {}

impl ToolArguments for JobRecord {
    fn schema() -> Value {
        schema::<Self>()
    }
}

/// The schema of a type, as language models read it: without the version of the language.
pub(crate) fn schema<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = None);
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// Adds the price of the operation to the description in the schema of its request.
pub(crate) fn priced(schema: &mut schemars::Schema, operation: &Operation) {
    let Some(credits) = operation.credits else { return };
    let about = schema.get("description").and_then(Value::as_str).unwrap_or_default().trim();
    let described = format!("{about}\n\nCosts {credits}.");
    schema.insert("description".to_owned(), described.trim().into());
}

/// Searches for fields that a schema doesn't have and forbids.
struct Unknown<'s> {
    /// The whole schema, in which references lead.
    root: &'s Value,
}

impl<'s> Unknown<'s> {
    /// Says which field isn't known, if one isn't.
    fn within(&self, schema: &'s Value, value: &Value, path: &str) -> Option<String> {
        let schema = self.target(schema);
        if let Some(choices) = schema.get("anyOf").and_then(Value::as_array) {
            let is_null = |choice: &&Value| choice.get("type").is_some_and(|name| name == "null");
            let choices = choices.iter().filter(|choice| !is_null(choice));
            // One that takes the value is enough.
            let reasons: Option<Vec<_>> =
                choices.map(|choice| self.within(choice, value, path)).collect();
            return reasons?.into_iter().next();
        }
        match value {
            Value::Object(fields) => fields.iter().find_map(|(name, value)| {
                let known = schema.get("properties").and_then(Value::as_object);
                match known.and_then(|known| known.get(name)) {
                    Some(property) => self.within(property, value, &joined(path, name)),
                    None if schema.get("additionalProperties") == Some(&Value::Bool(false)) => {
                        let known: Vec<_> = known.into_iter().flatten().collect();
                        let known: Vec<_> =
                            known.iter().map(|(name, _)| format!("`{name}`")).collect();
                        Some(format!(
                            "`{}` is not a field; those known here are {}",
                            one_line(&joined(path, name)),
                            known.join(", ")
                        ))
                    }
                    None => None,
                }
            }),
            Value::Array(items) => {
                let of_items = schema.get("items")?;
                let mut items = items.iter().enumerate();
                items.find_map(|(index, item)| {
                    self.within(of_items, item, &format!("{path}[{index}]"))
                })
            }
            _ => None,
        }
    }

    /// What a reference leads to. A schema that refers to itself has other values within.
    fn target(&self, schema: &'s Value) -> &'s Value {
        let pointer = schema.get("$ref").and_then(Value::as_str);
        let pointer = pointer.and_then(|target| target.strip_prefix('#'));
        pointer.and_then(|pointer| self.root.pointer(pointer)).unwrap_or(schema)
    }
}

fn joined(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn unknown_fields_are_found_in_objects_lists_and_optional_objects() {
        let inner = json!({
            "type": "object", "additionalProperties": false,
            "properties": {"size": {"type": "integer"}},
        });
        let schema = json!({
            "type": "object", "additionalProperties": false,
            "properties": {
                "one": {"$ref": "#/$defs/Inner", "description": "One."},
                "maybe": {"anyOf": [{"$ref": "#/$defs/Inner"}, {"type": "null"}]},
                "many": {"type": "array", "items": {"$ref": "#/$defs/Inner"}},
                "open": {"type": "object"},
            },
            "$defs": {"Inner": inner},
        });
        for (value, unknown) in [
            (json!({"one": {"size": 1}, "maybe": null, "many": [], "open": {"a": 1}}), None),
            (json!({"on": 1}), Some("on")),
            (json!({"one": {"siz": 1}}), Some("one.siz")),
            (json!({"maybe": {"siz": 1}}), Some("maybe.siz")),
            (json!({"many": [{"size": 1}, {"siz": 1}]}), Some("many[1].siz")),
            (json!([]), None),
        ] {
            let found = Unknown { root: &schema }.within(&schema, &value, "");
            let found = found.map(|reason| reason.split('`').nth(1).unwrap_or_default().to_owned());
            assert_eq!(found.as_deref(), unknown, "{value}");
        }
    }
}
