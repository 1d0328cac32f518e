//! Rules about everything outside of schemas.

use super::rule::Verdict::{Break, Loss, Ok, Risk};
use super::rule::{both, each, effect, request, response, table};

table! { API:
    OPERATION_ADDED = both("operation-added", effect(Ok, Ok,
        "No released code calls it."));
    OPERATION_DEPRECATED = both("operation-deprecated", effect(Risk, Ok,
        "It still works, but is announced to be removed."));
    OPERATION_MOVED = both("operation-moved", effect(Break, Ok,
        "A released SDK calls the old address; a regenerated one has the same method."));
    REFERENCE_CHANGED = both("reference-changed", effect(Risk, Risk,
        "What it refers to wasn't read; check what changed there."));
    OPERATION_REINSTATED = both("operation-reinstated", effect(Ok, Ok,
        "It is no longer announced to be removed."));
    OPERATION_REMOVED = both("operation-removed", effect(Break, Break,
        "Calls are rejected, and the method is removed."));

    SERVER_ADDED = both("server-added", effect(Ok, Ok,
        "The SDK still calls the server it knows."));
    SERVER_CHANGED = both("server-changed", effect(Risk, Ok,
        "A released SDK calls the old address, which may be shut down."));
    SERVER_REMOVED = both("server-removed", effect(Risk, Ok,
        "A released SDK may call this server, which may be shut down."));

    SCHEME_ADDED = request("scheme-added", effect(Ok, Ok,
        "It is another way to authenticate, which no released code uses."));
    SCHEME_CHANGED = request("scheme-changed", effect(Risk, Ok,
        "The SDK sets the key or token by hand-written code; see what changed."));
    SCHEME_REMOVED = request("scheme-removed", effect(Risk, Ok,
        "It is harmless unless an operation needs it; those are changes of their own."));
    SECURITY_ADDED = request("security-added", effect(Break, Ok,
        "The operation was open to anyone and now needs a key or token."));
    SECURITY_ALTERNATIVE_ADDED = request("security-alternative-added", effect(Ok, Ok,
        "The way the SDK authenticates still works."));
    SECURITY_ALTERNATIVE_REMOVED = request("security-alternative-removed", effect(Risk, Ok,
        "Another way is left, which isn't necessarily the one the SDK uses."));
    SECURITY_CHANGED = request("security-changed", effect(Break, Ok,
        "No way to authenticate that a released SDK can know is left."));
    SECURITY_LOOSENED = request("security-loosened", effect(Ok, Ok,
        "What was needed to authenticate still suffices."));
    SECURITY_REMOVED = request("security-removed", effect(Ok, Ok,
        "The key is still sent, and ignored."));

    PARAMETER_ADDED = request("parameter-added", effect(Ok, Ok,
        "It is optional; parameter structs are non_exhaustive."));
    FIRST_PARAMETER_ADDED = request("first-parameter-added", effect(Ok, Break,
        "It is optional, but the method takes a query now."));
    REQUIRED_PARAMETER_ADDED = request("required-parameter-added", effect(Break, Break,
        "A released SDK doesn't send it, and `new` takes another argument."));
    PARAMETER_REMOVED = request("parameter-removed", effect(Risk, Break,
        "It may be ignored, which changes the response, or rejected; its field is removed."));
    PARAMETER_BECAME_LIST = request("parameter-became-list", effect(Ok, Break,
        "A list of one value is sent like the value alone; the field becomes a list."));
    PATH_PARAMETER_RENAMED = request("path-parameter-renamed", effect(Ok, Break,
        "Only its position counts on the wire; a field of the request is named after it."));
    PATH_PARAMETERS_SWAPPED = request("path-parameters-swapped", effect(Risk, Break,
        "Values are sent by position, so they may take each other's place."));
    SERIALIZATION_CHANGED = request("serialization-changed", effect(Break, Ok,
        "The value is written in another form than the server reads."));

    BODY_ADDED = request("body-added", effect(Ok, Break,
        "It is optional, but the method takes another argument."));
    REQUIRED_BODY_ADDED = request("required-body-added", effect(Break, Break,
        "A released SDK doesn't send it, and the method takes another argument."));
    BODY_REMOVED = request("body-removed", effect(Risk, Break,
        "Sending it may be ignored or rejected, and the method takes one argument less."));
    BODY_BECAME_OPTIONAL = request("body-became-optional", effect(Ok, Ok,
        "The SDK always sends the body."));
    BODY_BECAME_REQUIRED = request("body-became-required", effect(Risk, Ok,
        "The SDK always sends the body, but an empty one may be rejected."));
    MEDIA_TYPE_ADDED = each("media-type-added",
        effect(Ok, Ok, "The SDK still sends the one it knows."),
        effect(Ok, Ok, "The SDK still accepts the one it knows."));
    MEDIA_TYPE_CHANGED = each("media-type-changed",
        effect(Risk, Ok, "The parameters of the media type differ, such as the character set."),
        effect(Risk, Ok, "Its parameters differ, or JSON has another name, which may be checked."));
    MEDIA_TYPE_NARROWED = each("media-type-narrowed",
        effect(Risk, Risk, "The one that the SDK sends isn't necessarily among those left."),
        effect(Ok, Risk, "It is one of those that were possible; the type may be another."));
    MEDIA_TYPE_REMOVED = each("media-type-removed",
        effect(Break, Break, "The body is sent in a form that is rejected."),
        effect(Break, Break, "The response has a form that the SDK doesn't read."));
    MEDIA_TYPE_WIDENED = each("media-type-widened",
        effect(Ok, Risk, "The one that the SDK sends is still accepted; the type may be another."),
        effect(Risk, Risk, "The response may have a form that the SDK doesn't read."));

    ERROR_MEDIA_TYPE_REMOVED = response("error-media-type-removed", effect(Risk, Ok,
        "Errors are read by the envelope, which another form may not have."));
    STATUS_RANGE_CHANGED = response("status-range-changed", effect(Ok, Ok,
        "One covers the other, and the SDK reads all of a range alike."));

    SUCCESS_STATUS_ADDED = response("success-status-added", effect(Risk, Ok,
        "The SDK reads any 2xx like the response of 200, which this one may differ from."));
    SUCCESS_STATUS_REMOVED = response("success-status-removed", effect(Risk, Break,
        "The SDK reads any 2xx like the response of 200; without it there is no type to read."));
    ERROR_STATUS_ADDED = response("error-status-added", effect(Ok, Ok,
        "Errors are distinguished by the envelope's code, at any status."));
    ERROR_STATUS_REMOVED = response("error-status-removed", effect(Ok, Ok,
        "Errors are distinguished by the envelope's code, at any status."));
    HEADER_ADDED = response("header-added", effect(Ok, Ok,
        "No released code reads it."));
    HEADER_REMOVED = response("header-removed", effect(Loss, Ok,
        "Code that reads it finds nothing; headers have no generated types."));
}
