//! Rules about schemas.

use super::Verdict::{Break, Loss, Ok, Risk};
use super::{each, effect, table};

table! { SCHEMA:
    PROPERTY_ADDED = each("property-added",
        effect(Ok, Ok, "It need not be sent; request structs are non_exhaustive."),
        effect(Ok, Ok, "Until regenerated it is in the raw JSON; then it is an optional field."));
    REQUIRED_PROPERTY_ADDED = each("required-property-added",
        effect(Break, Break, "A released SDK does not send it, and `new` takes another argument."),
        effect(Ok, Ok, "Until regenerated it is in the raw JSON; then it is an optional field."));
    PROPERTY_REMOVED = each("property-removed",
        effect(Risk, Break, "It may be ignored or refused, and the field is gone."),
        effect(Loss, Break, "It decodes as absent, and the field is gone."));
    BECAME_OPTIONAL = each("became-optional",
        effect(Ok, Break, "It may still be sent; the field becomes an Option and leaves `new`."),
        effect(Risk, Ok, "What was promised may be missing; its field was an Option already."));
    BECAME_REQUIRED = each("became-required",
        effect(Break, Break, "Requests without it are refused, and `new` takes another argument."),
        effect(Ok, Ok, "What may be there now always is; its field stays an Option."));

    TYPE_ADDED = each("type-added",
        effect(Break, Break, "Anything went; now it has one type, and so has the field."),
        effect(Ok, Break, "Anything could come, so this can; the field gets a type."));
    TYPE_CHANGED = each("type-changed",
        effect(Break, Break, "What is sent has the wrong type, and so has the field."),
        effect(Loss, Break, "What comes is left out unless it reads as the old type."));
    TYPE_NARROWED = each("type-narrowed",
        effect(Break, Break, "Some of what is sent is refused, and the field has another type."),
        effect(Ok, Break, "What comes still fits; the field has another type."));
    TYPE_REMOVED = each("type-removed",
        effect(Ok, Break, "What is sent still goes; the field becomes arbitrary JSON."),
        effect(Loss, Break, "What comes is left out unless it has the old type."));
    TYPE_WIDENED = each("type-widened",
        effect(Ok, Break, "What is sent still goes; the field has another type."),
        effect(Loss, Break, "What comes is left out unless it fits the old type."));
    RECURSION_CHANGED = each("recursion-changed",
        effect(Risk, Break, "Where it repeated itself it now ends, or the other way round."),
        effect(Risk, Break, "Where it repeated itself it now ends, or the other way round."));
    FORMAT_ADDED = each("format-added",
        effect(Risk, Ok, "Values without this format may be refused; formats have no types."),
        effect(Ok, Ok, "Formats have no types of their own."));
    FORMAT_CHANGED = each("format-changed",
        effect(Risk, Ok, "Values of the old format may be refused; formats have no types."),
        effect(Risk, Ok, "It still decodes, but may mean something else."));
    FORMAT_REMOVED = each("format-removed",
        effect(Ok, Ok, "Values with the format still go; formats have no types."),
        effect(Risk, Ok, "It still decodes, but may no longer have the form one relied on."));

    ENUM_ADDED = each("enum-added",
        effect(Break, Break, "Other values are refused, and the field's type becomes an enum."),
        effect(Ok, Break, "What comes still decodes; the field's type becomes an enum."));
    ENUM_REMOVED = each("enum-removed",
        effect(Ok, Break, "The old values still go; the field is no longer an enum."),
        effect(Ok, Break, "Unknown values are kept; the field is no longer an enum."));
    ENUM_VALUE_ADDED = each("enum-value-added",
        effect(Ok, Ok, "Nobody sends it yet; enums are non_exhaustive."),
        effect(Ok, Ok, "Unknown values are kept; enums are non_exhaustive."));
    ENUM_VALUE_REMOVED = each("enum-value-removed",
        effect(Break, Break, "Whoever sends it is refused, and the variant is gone."),
        effect(Ok, Break, "It just does not come any more, but the variant is gone."));

    DEFAULT_ADDED = each("default-added",
        effect(Ok, Ok, "What happens without it is written down; defaults are not sent."),
        effect(Ok, Ok, "The SDK puts nothing in the place of what is missing."));
    DEFAULT_CHANGED = each("default-changed",
        effect(Risk, Ok, "Whoever leaves it out gets something else; defaults are not sent."),
        effect(Ok, Ok, "The SDK puts nothing in the place of what is missing."));
    DEFAULT_REMOVED = each("default-removed",
        effect(Risk, Ok, "Whoever leaves it out may get something else; defaults are not sent."),
        effect(Ok, Ok, "The SDK puts nothing in the place of what is missing."));
    BOUND_LOOSENED = each("bound-loosened",
        effect(Ok, Ok, "What was accepted still is; bounds have no types."),
        effect(Ok, Ok, "The SDK checks no bounds."));
    BOUND_TIGHTENED = each("bound-tightened",
        effect(Break, Ok, "Values between the two bounds are now refused; bounds have no types."),
        effect(Ok, Ok, "The SDK checks no bounds."));
    PATTERN_ADDED = each("pattern-added",
        effect(Break, Risk, "Other texts are refused; the generator may make a checked type."),
        effect(Ok, Risk, "What came still can; the generator may make a checked type."));
    PATTERN_CHANGED = each("pattern-changed",
        effect(Risk, Risk, "Which texts are now refused only the two patterns can tell."),
        effect(Ok, Risk, "The SDK reads any text; the generator may make a checked type."));
    PATTERN_REMOVED = each("pattern-removed",
        effect(Ok, Risk, "What was accepted still is; a checked type may go."),
        effect(Ok, Risk, "The SDK reads any text; a checked type may go."));
    CONSTRAINT_ADDED = each("constraint-added",
        effect(Break, Ok, "Some values are now refused; constraints have no types."),
        effect(Ok, Ok, "The SDK checks no constraints."));
    CONSTRAINT_CHANGED = each("constraint-changed",
        effect(Risk, Ok, "Some values may now be refused; constraints have no types."),
        effect(Ok, Ok, "The SDK checks no constraints."));
    CONSTRAINT_REMOVED = each("constraint-removed",
        effect(Ok, Ok, "What was accepted still is; constraints have no types."),
        effect(Ok, Ok, "The SDK checks no constraints."));

    NULLABLE_ADDED = each("nullable-added",
        effect(Ok, Risk, "A value still goes; a required field becomes an Option."),
        effect(Risk, Ok, "What was promised may be missing; its field was an Option already."));
    NULLABLE_REMOVED = each("nullable-removed",
        effect(Risk, Risk, "A null is now refused; a required field is no longer an Option."),
        effect(Ok, Ok, "It always comes, if its field does; that stays an Option."));
    READ_ONLY_ADDED = each("read-only-added",
        effect(Risk, Ok, "What is sent may be ignored or refused."),
        effect(Ok, Ok, "It comes as before."));
    READ_ONLY_REMOVED = each("read-only-removed",
        effect(Ok, Ok, "It may now be sent."),
        effect(Ok, Ok, "It comes as before."));
    WRITE_ONLY_ADDED = each("write-only-added",
        effect(Ok, Ok, "It is sent as before."),
        effect(Loss, Ok, "It no longer comes, and decodes as absent."));
    WRITE_ONLY_REMOVED = each("write-only-removed",
        effect(Ok, Ok, "It is sent as before."),
        effect(Ok, Ok, "It may now come, and its field is there."));
    DEPRECATED = each("deprecated",
        effect(Risk, Ok, "It works today, but is announced to go."),
        effect(Risk, Ok, "It comes today, but is announced to go."));
    REINSTATED = each("reinstated",
        effect(Ok, Ok, "It is no longer announced to go."),
        effect(Ok, Ok, "It is no longer announced to go."));

    ADDITIONAL_PROPERTIES_ALLOWED = each("additional-properties-allowed",
        effect(Ok, Ok, "What was accepted still is."),
        effect(Ok, Ok, "Unknown fields stay in the raw JSON."));
    ADDITIONAL_PROPERTIES_FORBIDDEN = each("additional-properties-forbidden",
        effect(Break, Ok, "Fields the spec does not list, such as `extra`, are refused."),
        effect(Ok, Ok, "Unknown fields were never relied on."));

    ALTERNATIVES_ADDED = each("alternatives-added",
        effect(Break, Break, "Some of what is sent fits none of them; the type is another."),
        effect(Ok, Break, "What comes was allowed before; the type is another."));
    ALTERNATIVES_CHANGED = each("alternatives-changed",
        effect(Risk, Risk, "Exactly one of them must fit instead of any, or the other way."),
        effect(Ok, Risk, "What fits is taken, whichever it is."));
    ALTERNATIVES_REMOVED = each("alternatives-removed",
        effect(Ok, Break, "What was accepted still is; the type is another."),
        effect(Risk, Break, "What comes may fit none of those known; the type is another."));
    ALTERNATIVE_ADDED = each("alternative-added",
        effect(Ok, Risk, "Nobody sends it yet; a type that had one form may now have two."),
        effect(Loss, Risk, "What fits none of those known is left out."));
    ALTERNATIVE_REMOVED = each("alternative-removed",
        effect(Break, Break, "Whoever sends it is refused, and it is gone from the type."),
        effect(Ok, Break, "It just does not come any more, but is gone from the type."));
    NOT_CHANGED = each("not-changed",
        effect(Risk, Ok, "What is excluded differs, so some values may now be refused."),
        effect(Ok, Ok, "The SDK excludes nothing."));
    DISCRIMINATOR_CHANGED = each("discriminator-changed",
        effect(Break, Break, "The form of what is sent is told by something else."),
        effect(Loss, Break, "The form of what comes is told by something else."));
    MAPPING_ADDED = each("mapping-added",
        effect(Ok, Risk, "Another value stands for this form."),
        effect(Loss, Risk, "What comes with this value is left out."));
    MAPPING_REMOVED = each("mapping-removed",
        effect(Break, Risk, "Whoever sends this value is refused."),
        effect(Ok, Risk, "What comes with this value was read before."));
    KEYWORD_CHANGED = each("keyword-changed",
        effect(Risk, Risk, "A keyword this table does not know; look at it."),
        effect(Risk, Risk, "A keyword this table does not know; look at it."));
}
