//! What the generated code makes of edits of the spec: the version bump is never too low.

use super::super::render;
use super::mutations::edits;
use super::*;
use crate::diff::report::{Bump, generated_api};
use crate::public_api::PublicApi;

/// Returns the API of the code that the spec itself generates.
fn current_api() -> &'static PublicApi {
    static API: OnceLock<PublicApi> = OnceLock::new();
    API.get_or_init(|| generated_api(&source(jogg().clone())).unwrap().unwrap())
}

/// Compares the spec with an edited one.
fn report(edits: &[&str]) -> (Report, Source) {
    let mut spec = jogg().clone();
    edits.iter().for_each(|edit| apply(&mut spec, edit));
    // Without documents the prose is skipped, which would take most of the time.
    let new = source(spec);
    let old = Source { document: None, ..source(jogg().clone()) };
    (Report::of(&old, &new).unwrap(), new)
}

/// Adds what changes in the generated code. `None` if no code can be generated.
fn with_code((report, new): (Report, Source)) -> Option<Report> {
    let api = generated_api(&new).ok()??;
    Some(Report { api: Some(current_api().changes_to(&api)), ..report })
}

/// Compares the bump of edits that only the generated code shows, and the lines about it.
#[track_caller]
fn check(edits: &[&str], bump: Bump, expected: &[&str]) {
    let report = with_code(report(edits)).unwrap();
    assert_eq!(report.bumps().map(|(_, bump)| bump), [bump; 2], "{edits:?}");
    let lines: Vec<String> = report.api.iter().flatten().map(ToString::to_string).collect();
    for part in expected {
        assert!(lines.iter().any(|line| line.contains(part)), "`{part}` is not in\n{lines:#?}");
    }
}

#[test]
fn what_only_code_shows_has_a_bump() {
    check(
        &["set get /v2/user/whoami|/operationId = \"who_am_i\""],
        Bump::Minor,
        &["break: Client::whoami removed", "break: operations::WHOAMI removed"],
    );
    check(
        &["set #User/properties/email/x-jogg-secret = true"],
        Bump::Minor,
        &["break: types::User.email was `Option<String>`, is `Option<crate::Secret>`"],
    );
    check(
        &["set post /v2/create_lip_sync_video|/x-jogg-retry = \"read\""],
        Bump::Patch,
        &["behavior: operations::CREATE_LIP_SYNC_VIDEO retry was `RetryClass::AtMostOnce`"],
    );
    check(
        &["remove post /v2/create_lip_sync_video|/x-jogg-job"],
        Bump::Patch,
        &["behavior: jobs::JOBS row"],
    );
    check(&["set get /v2/events|/summary = \"List the events\""], Bump::None, &[]);
}

#[test]
fn a_report_counts_what_changes_in_the_code() {
    let edit = "set #User/properties/nick = {\"type\": \"string\"}";
    let text = render::text(&with_code(report(&[edit])).unwrap());
    for expected in
        ["  1 addition: types::User.nick", "generated code: 0 break, 1 behavior, 1 addition"]
    {
        assert!(text.lines().any(|line| line == expected), "`{expected}` is not in\n{text}");
    }
}

/// Every edit of the table after which code can still be generated.
#[test]
fn rules_never_promise_that_code_compiles_which_does_not() {
    // It generates code for each, so that several threads do.
    let all = edits();
    let parts = std::thread::scope(|scope| {
        let parts = all.chunks(all.len().div_ceil(4));
        let threads: Vec<_> = parts.map(|part| scope.spawn(|| broken_promises(part))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let compared: usize = parts.iter().map(|(compared, _)| compared).sum();
    let wrong: String = parts.into_iter().map(|(_, wrong)| wrong).collect();
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(compared >= 40, "code is generated from only {compared} edited specs");
}

/// Returns how many edits were compared by their code, and those whose code breaks without notice.
fn broken_promises(edits: &[Vec<&str>]) -> (usize, String) {
    let (mut compared, mut wrong) = (0, String::new());
    for edits in edits {
        let (report, new) = report(edits);
        // The others have the highest bump already.
        if report.count(Verdict::Break).1 > 0 {
            continue;
        }
        let Some(report) = with_code((report, new)) else { continue };
        compared += 1;
        let api = report.api.as_deref().unwrap_or_default();
        if Bump::of(api) == Bump::Minor {
            let breaks = api.iter().map(|change| format!("  {change}\n")).collect::<String>();
            wrong.push_str(&format!("{edits:?}\n{breaks}"));
        }
    }
    (compared, wrong)
}
