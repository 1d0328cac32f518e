//! Rules about everything outside of schemas.

use super::Verdict::{Break, Loss, Ok, Risk};
use super::{each, effect, request, response, table, whole};

table! { API:
    OPERATION_ADDED = whole("operation-added", effect(Ok, Ok,
        "Nobody calls it yet."));
    OPERATION_DEPRECATED = whole("operation-deprecated", effect(Risk, Ok,
        "It works today, but is announced to go."));
    OPERATION_MOVED = whole("operation-moved", effect(Break, Ok,
        "A released SDK calls the old path; a regenerated one has the same method."));
    OPERATION_REINSTATED = whole("operation-reinstated", effect(Ok, Ok,
        "It is no longer announced to go."));
    OPERATION_REMOVED = whole("operation-removed", effect(Break, Break,
        "Calls are refused, and the method is gone."));

    SERVER_ADDED = whole("server-added", effect(Ok, Ok,
        "The SDK goes on calling the server it knows."));
    SERVER_CHANGED = whole("server-changed", effect(Risk, Ok,
        "A released SDK calls the old address, which may have been shut down."));
    SERVER_REMOVED = whole("server-removed", effect(Risk, Ok,
        "A released SDK may be calling this one, and it may have been shut down."));

    SCHEME_ADDED = request("scheme-added", effect(Ok, Ok,
        "Another way to be let in, which nobody uses yet."));
    SCHEME_CHANGED = request("scheme-changed", effect(Risk, Ok,
        "Where the key or token comes from is set by hand in the SDK; see what changed."));
    SCHEME_REMOVED = request("scheme-removed", effect(Risk, Ok,
        "Harmless where no operation asks for it; those that did are findings of their own."));
    SECURITY_ADDED = request("security-added", effect(Break, Ok,
        "What was open to anyone now needs a key or token."));
    SECURITY_ALTERNATIVE_ADDED = request("security-alternative-added", effect(Ok, Ok,
        "The way the SDK goes in is still there."));
    SECURITY_ALTERNATIVE_REMOVED = request("security-alternative-removed", effect(Risk, Ok,
        "Another way is left, which need not be the one the SDK uses."));
    SECURITY_CHANGED = request("security-changed", effect(Break, Ok,
        "None of the ways in that a released SDK can know is left."));
    SECURITY_REMOVED = request("security-removed", effect(Ok, Ok,
        "The key is still sent, and no longer looked at."));

    PARAMETER_ADDED = request("parameter-added", effect(Ok, Ok,
        "It need not be sent; parameter structs are non_exhaustive."));
    REQUIRED_PARAMETER_ADDED = request("required-parameter-added", effect(Break, Break,
        "A released SDK does not send it, and `new` takes another argument."));
    PARAMETER_REMOVED = request("parameter-removed", effect(Risk, Break,
        "It may be ignored, which is another answer, or refused; its field is gone."));
    PATH_PARAMETER_RENAMED = request("path-parameter-renamed", effect(Ok, Ok,
        "Only its position counts, on the wire as in the argument list."));
    SERIALIZATION_CHANGED = request("serialization-changed", effect(Break, Ok,
        "The value is written another way than the server now reads it."));

    BODY_ADDED = request("body-added", effect(Ok, Break,
        "It need not be sent, but the method takes another argument."));
    REQUIRED_BODY_ADDED = request("required-body-added", effect(Break, Break,
        "A released SDK does not send it, and the method takes another argument."));
    BODY_REMOVED = request("body-removed", effect(Risk, Break,
        "It may be ignored or refused, and the method has one argument less."));
    BODY_BECAME_OPTIONAL = request("body-became-optional", effect(Ok, Ok,
        "The SDK always sends the body."));
    BODY_BECAME_REQUIRED = request("body-became-required", effect(Risk, Ok,
        "The SDK always sends the body, but an empty one may no longer do."));
    MEDIA_TYPE_ADDED = each("media-type-added",
        effect(Ok, Ok, "The SDK goes on sending what it knows."),
        effect(Ok, Ok, "The SDK goes on asking for what it knows."));
    MEDIA_TYPE_CHANGED = each("media-type-changed",
        effect(Risk, Ok, "The parameters of the media type differ, such as the character set."),
        effect(Risk, Ok, "The parameters of the media type differ, such as the character set."));
    MEDIA_TYPE_REMOVED = each("media-type-removed",
        effect(Break, Break, "The body is sent in a form that is now refused."),
        effect(Break, Break, "The answer comes in a form that the SDK does not read."));

    SUCCESS_STATUS_ADDED = response("success-status-added", effect(Risk, Ok,
        "Any 2xx is read as the answer that 200 has, which this one may not be."));
    SUCCESS_STATUS_REMOVED = response("success-status-removed", effect(Risk, Break,
        "Any 2xx is read as the answer that 200 has; without it there is no type for that."));
    ERROR_STATUS_ADDED = response("error-status-added", effect(Ok, Ok,
        "Refusals are told apart by the envelope's code, at any status."));
    ERROR_STATUS_REMOVED = response("error-status-removed", effect(Ok, Ok,
        "Refusals are told apart by the envelope's code, at any status."));
    HEADER_ADDED = response("header-added", effect(Ok, Ok,
        "Nobody looks for it yet."));
    HEADER_REMOVED = response("header-removed", effect(Loss, Ok,
        "Whoever looks for it no longer finds it; headers have no generated types."));
}
