//! The page about versions says what the bumps are.

use super::*;
use crate::diff::report::{Bump, generated_api};

const PAGE: &str = include_str!("../../../../jogg-api-ext/docs/semver.md");

/// A change in the words of the page, an edit that makes it, or with `true` one that unmakes it,
/// and the bump of both crates.
const CHANGES: [(&str, &[&str], bool, Bump); 15] = [
    (
        "only words: a description, a title, a summary",
        &["set get /v2/events|/summary = \"List the events\""],
        false,
        Bump::None,
    ),
    ("an operation is added", &REMOVED, true, Bump::Patch),
    (
        "an optional field is added to a request",
        &["set #AddPhotoAvatarMotionRequest/properties/mood = {\"type\": \"string\"}"],
        false,
        Bump::Patch,
    ),
    (
        "a field is added to a response",
        &["set #Quota/properties/used_quota = {\"type\": \"number\"}"],
        false,
        Bump::Patch,
    ),
    (
        "a value is added to a set that responses have",
        &["push #WebhookEvent/anyOf/0/enum = \"created_avatar\""],
        false,
        Bump::Patch,
    ),
    (
        "a value is added to a set that requests have",
        &["push #AvatarScene/enum = \"roof\""],
        false,
        Bump::Patch,
    ),
    (
        "a limit is added to a field of a request",
        &["set #CreateAssetUploadRequest/properties/filename/minLength = 3"],
        false,
        Bump::Patch,
    ),
    (
        "the price of an operation changes",
        &["set post /v2/ai_scripts|/x-jogg-credits/amount = 0.5"],
        false,
        Bump::Patch,
    ),
    (
        "what a retry of an operation would do changes",
        &["set post /v2/create_lip_sync_video|/x-jogg-retry = \"read\""],
        false,
        Bump::Patch,
    ),
    (
        "a field of a request is required from now on",
        &["push #AddPhotoAvatarMotionRequest/required = \"photo_id\""],
        false,
        Bump::Minor,
    ),
    (
        "a required field of a request becomes optional",
        &["drop #AddPhotoAvatarMotionRequest/required = \"voice_id\""],
        false,
        Bump::Minor,
    ),
    ("a field is removed", &["remove #User/properties/email"], false, Bump::Minor),
    (
        "the type of a field changes",
        &["set #AddPhotoAvatarMotionRequest/properties/photo_id/type = \"integer\""],
        false,
        Bump::Minor,
    ),
    ("an operation is renamed, or removed", &REMOVED, false, Bump::Minor),
    ("a value is removed from a set", &["drop #AvatarScene/enum = \"news\""], false, Bump::Minor),
];

/// An operation with its components.
const REMOVED: [&str; 3] = [
    "remove delete /v2/endpoint/{endpoint_id}|",
    "remove #DeleteWebhookEndpointResponse",
    "remove #WebhookDeletion",
];

/// Returns the bumps between two specs, with the code that is generated of them.
fn bumps(old: Value, new: Value) -> [(&'static str, Bump); 2] {
    let (old, new) = (source(old), source(new));
    let report = Report::of(&old, &new).unwrap();
    let api = |side| generated_api(side).unwrap().unwrap();
    Report { api: Some(api(&old).changes_to(&api(&new))), ..report }.bumps()
}

#[test]
fn the_page_about_versions_has_each_bump() {
    for (words, edits, is_undone, expected) in CHANGES {
        let mut edited = jogg().clone();
        edits.iter().for_each(|edit| apply(&mut edited, edit));
        let (old, new) =
            if is_undone { (edited, jogg().clone()) } else { (jogg().clone(), edited) };
        let [(_, api), (_, ext)] = bumps(old, new);
        assert_eq!([api, ext], [expected; 2], "{words}");
        let row = format!("| {words} | {} | {} |", api.name(), ext.name());
        assert!(PAGE.lines().any(|line| line == row), "the page lacks this row:\n{row}");
    }
    let rows = PAGE.lines().filter(|line| line.ends_with(" |") && !line.contains('`')).count();
    assert_eq!(rows, CHANGES.len(), "rows of the page that no change is for");
}

/// The low-level types are part of the other's API.
#[test]
fn the_second_crate_requires_one_version_of_the_first() {
    let manifest = std::fs::read_to_string(crate::workspace::root().join("Cargo.toml")).unwrap();
    let version = manifest.split_once("\nversion = \"").unwrap().1.split_once('"').unwrap().0;
    let line = format!("jogg-api = {{ version = \"={version}\", path = \"jogg-api\"");
    assert!(manifest.contains(&line), "Cargo.toml must require `={version}` of jogg-api");
}
