//! Rules about schemas.

use super::rule::Verdict::{Break, Loss, Ok, Risk};
use super::rule::{each, effect, request, response, table};

table! { SCHEMA:
    PROPERTY_ADDED = each("property-added",
        effect(Ok, Ok, "It is optional; request structs are non_exhaustive."),
        effect(Ok, Ok, "It is in the raw JSON; once regenerated it is an optional field."));
    REQUIRED_PROPERTY_ADDED = each("required-property-added",
        effect(Break, Break, "A released SDK doesn't send it, and `new` takes another argument."),
        effect(Ok, Ok, "It is in the raw JSON; once regenerated it is an optional field."));
    RESULT_ADDED = response("result-added",
        effect(Ok, Break, "It is in the raw JSON; the method's response gets another type."));
    PROPERTY_REMOVED = each("property-removed",
        effect(Risk, Break, "Sending it may be ignored or rejected, and the field is removed."),
        effect(Loss, Break, "It decodes as absent, and the field is removed."));
    BECAME_OPTIONAL = each("became-optional",
        effect(Ok, Break, "It can still be sent; the field becomes an Option and leaves `new`."),
        effect(Risk, Ok, "It may be missing now; its field is already an Option."));
    BECAME_REQUIRED = each("became-required",
        effect(Break, Break, "Requests without it are rejected, and `new` takes another argument."),
        effect(Ok, Ok, "It is always there now; its field stays an Option."));

    TYPE_ADDED = each("type-added",
        effect(Break, Break, "Any value was accepted; now it has one type, and so has the field."),
        effect(Ok, Break, "Any value was possible, so this type is too; the field gets a type."));
    TYPE_CHANGED = each("type-changed",
        effect(Break, Break, "A released SDK sends the wrong type; the field has another type."),
        effect(Loss, Break, "Values that don't read as the old type are skipped."));
    TYPE_NARROWED = each("type-narrowed",
        effect(Break, Break, "Some values are rejected now; the field has another type."),
        effect(Ok, Break, "All values still fit; the field has another type."));
    TYPE_REMOVED = each("type-removed",
        effect(Ok, Break, "All values are still accepted; the field becomes arbitrary JSON."),
        effect(Loss, Break, "Values that don't have the old type are skipped."));
    TYPE_WIDENED = each("type-widened",
        effect(Ok, Break, "All values are still accepted; the field has another type."),
        effect(Loss, Break, "Values that don't fit the old type are skipped."));
    FORMAT_ADDED = each("format-added",
        effect(Risk, Ok, "Values without this format may be rejected; formats have no types."),
        effect(Ok, Ok, "Formats have no types."));
    FORMAT_CHANGED = each("format-changed",
        effect(Risk, Ok, "Values of the old format may be rejected; formats have no types."),
        effect(Risk, Ok, "Values still decode, but may have another meaning."));
    FORMAT_REMOVED = each("format-removed",
        effect(Ok, Ok, "Values of the format are still accepted; formats have no types."),
        effect(Risk, Ok, "Values still decode, but may have another format."));

    ENUM_ADDED = each("enum-added",
        effect(Break, Break, "Other values are rejected, and the field's type becomes an enum."),
        effect(Ok, Break, "All values still decode; the field's type becomes an enum."));
    ENUM_REMOVED = each("enum-removed",
        effect(Ok, Break, "The old values are still accepted; the field is no longer an enum."),
        effect(Ok, Break, "Unknown values are kept; the field is no longer an enum."));
    ENUM_VALUE_ADDED = each("enum-value-added",
        effect(Ok, Ok, "No released code sends it; enums are non_exhaustive."),
        effect(Ok, Ok, "Unknown values are kept; enums are non_exhaustive."));
    ENUM_OPENED = each("enum-opened",
        effect(Ok, Risk, "Other values are accepted too; the enum gets an `Unknown` variant."),
        effect(Ok, Ok, "Unknown values were kept before; received enums are always open."));
    ENUM_CLOSED = each("enum-closed",
        effect(Risk, Break, "Other values may be rejected; the enum loses its `Unknown` variant."),
        effect(Ok, Ok, "Unknown values are still kept; received enums are always open."));
    ENUM_VALUE_REMOVED = each("enum-value-removed",
        effect(Break, Break, "Sending it is rejected, and the variant is removed."),
        effect(Ok, Break, "It is no longer received, but the variant is removed."));

    DEFAULT_ADDED = each("default-added",
        effect(Ok, Ok, "It documents what happens without a value; the SDK sends no defaults."),
        effect(Ok, Ok, "The SDK fills in no defaults."));
    DEFAULT_CHANGED = each("default-changed",
        effect(Risk, Ok, "Requests without it mean something else; the SDK sends no defaults."),
        effect(Ok, Ok, "The SDK fills in no defaults."));
    DEFAULT_REMOVED = each("default-removed",
        effect(Risk, Ok, "Requests without it may mean something else; the SDK sends no defaults."),
        effect(Ok, Ok, "The SDK fills in no defaults."));
    BOUND_LOOSENED = each("bound-loosened",
        effect(Ok, Ok, "All values are still accepted; bounds have no types."),
        effect(Ok, Ok, "The SDK checks no bounds."));
    BOUND_TIGHTENED = each("bound-tightened",
        effect(Break, Ok, "Values between the two bounds are rejected; bounds have no types."),
        effect(Ok, Ok, "The SDK checks no bounds."));
    PATTERN_ADDED = each("pattern-added",
        effect(Break, Risk, "Other texts are rejected; the generator may make a checked type."),
        effect(Ok, Risk, "Texts still decode; the generator may make a checked type."));
    PATTERN_CHANGED = each("pattern-changed",
        effect(Risk, Risk, "Which texts are rejected depends on the two patterns."),
        effect(Ok, Risk, "The SDK reads any text; the generator may make a checked type."));
    PATTERN_REMOVED = each("pattern-removed",
        effect(Ok, Risk, "All texts are still accepted; a checked type may be removed."),
        effect(Ok, Risk, "The SDK reads any text; a checked type may be removed."));
    CONSTRAINT_ADDED = each("constraint-added",
        effect(Break, Ok, "Some values are rejected now; constraints have no types."),
        effect(Ok, Ok, "The SDK checks no constraints."));
    CONSTRAINT_CHANGED = each("constraint-changed",
        effect(Risk, Ok, "Some values may be rejected now; constraints have no types."),
        effect(Ok, Ok, "The SDK checks no constraints."));
    CONSTRAINT_REMOVED = each("constraint-removed",
        effect(Ok, Ok, "All values are still accepted; constraints have no types."),
        effect(Ok, Ok, "The SDK checks no constraints."));

    NULLABLE_ADDED = each("nullable-added",
        effect(Ok, Ok, "Values are still accepted; its field is already an Option."),
        effect(Risk, Ok, "It may be missing now; its field is already an Option."));
    NULLABLE_REMOVED = each("nullable-removed",
        effect(Risk, Ok, "Null is rejected now; its field stays an Option."),
        effect(Ok, Ok, "It is never null now; its field stays an Option."));
    REQUIRED_NULLABLE_ADDED = request("required-nullable-added",
        effect(Ok, Break, "Values are still accepted; the required field becomes an Option."));
    REQUIRED_NULLABLE_REMOVED = request("required-nullable-removed",
        effect(Risk, Break, "Null is rejected now; the required field is no longer an Option."));
    READ_ONLY_ADDED = each("read-only-added",
        effect(Risk, Ok, "Sending it may be ignored or rejected."),
        effect(Ok, Ok, "It is received as before."));
    READ_ONLY_REMOVED = each("read-only-removed",
        effect(Ok, Ok, "It can be sent now."),
        effect(Ok, Ok, "It is received as before."));
    WRITE_ONLY_ADDED = each("write-only-added",
        effect(Ok, Ok, "It is sent as before."),
        effect(Loss, Ok, "It is no longer received, and decodes as absent."));
    WRITE_ONLY_REMOVED = each("write-only-removed",
        effect(Ok, Ok, "It is sent as before."),
        effect(Ok, Ok, "It may be received now, and its field exists."));
    DEPRECATED = each("deprecated",
        effect(Risk, Ok, "It still works, but is announced to be removed."),
        effect(Risk, Ok, "It is still received, but is announced to be removed."));
    REINSTATED = each("reinstated",
        effect(Ok, Ok, "It is no longer announced to be removed."),
        effect(Ok, Ok, "It is no longer announced to be removed."));

    ADDITIONAL_PROPERTIES_ALLOWED = each("additional-properties-allowed",
        effect(Ok, Ok, "All requests are still accepted."),
        effect(Ok, Ok, "Unknown fields stay in the raw JSON."));
    ADDITIONAL_PROPERTIES_FORBIDDEN = each("additional-properties-forbidden",
        effect(Break, Ok, "Fields that the spec doesn't list, such as `extra`, are rejected."),
        effect(Ok, Ok, "No code relies on unknown fields."));

    ALTERNATIVES_ADDED = each("alternatives-added",
        effect(Break, Break, "Some values fit none of them; the field has another type."),
        effect(Ok, Break, "All values still decode; the field has another type."));
    ALTERNATIVES_CHANGED = each("alternatives-changed",
        effect(Risk, Risk, "Exactly one must fit instead of at least one, or the other way round."),
        effect(Ok, Risk, "The SDK takes whichever fits."));
    ALTERNATIVES_REMOVED = each("alternatives-removed",
        effect(Ok, Break, "All values are still accepted; the field has another type."),
        effect(Risk, Break, "Values may fit no known alternative; the field has another type."));
    ALTERNATIVE_ADDED = each("alternative-added",
        effect(Ok, Risk, "No released code sends it; a type with one form may get a second one."),
        effect(Loss, Risk, "Values that fit no known alternative are skipped."));
    ALTERNATIVE_REMOVED = each("alternative-removed",
        effect(Break, Break, "Sending it is rejected, and the type loses it."),
        effect(Ok, Break, "It is no longer received, but the type loses it."));
    NOT_CHANGED = each("not-changed",
        effect(Risk, Ok, "Other values are excluded, so some may be rejected now."),
        effect(Ok, Ok, "The SDK excludes nothing."));
    DISCRIMINATOR_CHANGED = each("discriminator-changed",
        effect(Break, Break, "Another property says which form a value has."),
        effect(Loss, Break, "Another property says which form a value has."));
    MAPPING_ADDED = each("mapping-added",
        effect(Ok, Risk, "Another value stands for this form."),
        effect(Loss, Risk, "Objects with this value are skipped."));
    MAPPING_REMOVED = each("mapping-removed",
        effect(Break, Risk, "Sending this value is rejected."),
        effect(Ok, Risk, "Objects with this value are no longer received."));
    KEYWORD_CHANGED = each("keyword-changed",
        effect(Risk, Risk, "This table doesn't know the keyword; check what it means."),
        effect(Risk, Risk, "This table doesn't know the keyword; check what it means."));
}
