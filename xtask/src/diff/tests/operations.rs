//! Operations: their counterparts, security, headers and bodies.

use super::*;

#[track_caller]
fn check(old: &str, new: &str, expected: &[&str]) {
    let [from, to] = [old, new].map(|text| parsed(&format!("# jogg surface 1\n{text}")));
    assert_eq!(changes(&from, &to), expected, "{old}\n→\n{new}");
}

/// Returns an operation with these properties in its response.
fn operation(title: &str, properties: &[&str]) -> String {
    let mut lines = vec![
        format!("{title} declared"),
        format!("{title} response 200 declared"),
        format!("{title} response 200 a/b $ type object"),
    ];
    for name in properties {
        lines.push(format!("{title} response 200 a/b $.{name} type string"));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

const FEW: [&str; 3] = ["a", "b", "c"];
const MANY: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

#[test]
fn an_operation_that_moved_is_recognised() {
    check(
        &operation("GET /v2/a/b", &FEW),
        &operation("GET /open/v2/a/b", &FEW),
        &[
            "GET /open/v2/a/b | operation | both operation-moved | /v2/a/b → /open/v2/a/b | break ok",
        ],
    );
    // Other changes are reported too.
    check(
        &operation("GET /open/v2/a", &MANY),
        &operation("GET /v2/a", &MANY[..9]),
        &[
            "GET /v2/a | operation | both operation-moved | /open/v2/a → /v2/a | break ok",
            "GET /v2/a | response 200 a/b $.j | response property-removed | removed string \
             | loss break",
        ],
    );
    check(
        &operation("GET /v2/item", &MANY),
        &operation("GET /v2/items", &MANY),
        &["GET /v2/items | operation | both operation-moved | /v2/item → /v2/items | break ok"],
    );
    // Of two candidates, the more similar one is taken.
    check(
        &operation("GET /v2/a", &MANY),
        &(operation("GET /x/v2/a", &MANY[..9]) + &operation("GET /y/v2/a", &MANY)),
        &[
            "GET /x/v2/a | operation | both operation-added | added 1 response, 9 properties | ok ok",
            "GET /y/v2/a | operation | both operation-moved | /v2/a → /y/v2/a | break ok",
        ],
    );
}

#[test]
fn a_different_operation_is_not_a_move() {
    let added_and_removed = |old: &str, new: &str, properties: [usize; 2]| {
        let [from, to] = [old, new].map(|text| text.split(" declared").next().unwrap().to_owned());
        let [removed, added] = properties.map(|count| format!("1 response, {count} properties"));
        let mut lines = [
            format!(
                "{from} | operation | both operation-removed | removed {removed} | break break"
            ),
            format!("{to} | operation | both operation-added | added {added} | ok ok"),
        ];
        lines.sort_by_key(|line| line.split_whitespace().nth(1).unwrap().to_owned());
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        check(old, new, &lines);
    };
    // Another method, another content, or too little content.
    added_and_removed(&operation("GET /a", &FEW), &operation("PUT /x/a", &FEW), [3, 3]);
    added_and_removed(&operation("GET /a", &FEW), &operation("GET /x/a", &["x", "y"]), [3, 2]);
    added_and_removed(&operation("GET /a/item", &FEW), &operation("GET /a/other", &FEW), [3, 3]);
    added_and_removed(&operation("GET /a", &MANY), &operation("GET /b/c", &MANY), [10, 10]);
}

/// Returns operations under a beginning of their paths.
fn operations(start: &str, names: &[&str], properties: &[&str]) -> String {
    let operations = names.iter().map(|name| operation(&format!("GET {start}/{name}"), properties));
    operations.collect()
}

#[track_caller]
fn check_moves(old: &str, new: &str, count: usize) {
    let [from, to] = [old, new].map(|text| parsed(&format!("# jogg surface 1\n{text}")));
    let lines = changes(&from, &to);
    let moves = lines.iter().filter(|line| line.contains("operation-moved")).count();
    assert_eq!(moves, count, "{lines:#?}");
}

#[test]
fn a_change_of_paths_holds_for_several_operations() {
    let names: Vec<String> = (0..1_000).map(|index| format!("things{index}/{{}}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for (old, new) in [("/open/v2", "/v2"), ("/api/v1", "/v2"), ("", "/v1")] {
        check_moves(&operations(old, &names, &FEW), &operations(new, &names, &FEW), 1_000);
    }
    // Two show it, and the third has changed altogether.
    check_moves(
        &(operations("/open/v2", &["a", "b"], &FEW) + &operation("GET /open/v2/c", &["x", "y"])),
        &(operations("/v2", &["a", "b"], &FEW) + &operation("GET /v2/c", &MANY)),
        3,
    );
    // What happens to have the same end isn't moved.
    check_moves(&operation("GET /v2/admin/users", &MANY), &operation("GET /users", &FEW), 0);
    check_moves(
        &(operation("GET /v2/admin/users", &MANY) + &operation("GET /v2/admin/groups", &MANY)),
        &(operation("GET /users", &["x"]) + &operation("GET /groups", &["y"])),
        0,
    );
    check_moves("GET /v2/admin/users declared\n", "GET /users declared\n", 0);
}

#[test]
fn what_has_moved_is_no_example_of_another_move() {
    let old =
        operations("/a", &["p", "q", "s", "t"], &FEW) + &operations("/b", &["p", "q", "r"], &FEW);
    let new = operations("/c", &["p", "q", "s", "t", "r"], &FEW);
    let moved = |name| {
        format!(
            "GET /c/{name} | operation | both operation-moved | /a/{name} → /c/{name} | break ok"
        )
    };
    let content = "1 response, 3 properties";
    let removed = |name| {
        format!(
            "GET /b/{name} | operation | both operation-removed | removed {content} | break break"
        )
    };
    let added = format!("GET /c/r | operation | both operation-added | added {content} | ok ok");
    let mut expected: Vec<String> = ["p", "q", "r"].map(removed).into();
    expected.extend(["p", "q"].map(moved));
    expected.push(added);
    expected.extend(["s", "t"].map(moved));
    check(&old, &new, &expected.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn moves_are_not_searched_among_too_many_operations() {
    let of = |start: char, count: u8| -> String {
        (0..count).map(|index| operation(&format!("GET /{start}{index}"), &MANY)).collect()
    };
    check_moves(&of('x', 100), &of('y', 100), 100);
    check_moves(&of('x', 101), &of('y', 101), 0);
}

#[test]
fn path_parameters_are_matched_by_position() {
    check(
        "GET /a/{} declared\nGET /a/{} path 0 $ type string\nGET /a/{} path 0 name id\n",
        "GET /a/{} declared\nGET /a/{} path 0 $ type string\nGET /a/{} path 0 name key\n",
        &["GET /a/{} | path 0 | request path-parameter-renamed | id → key | ok break"],
    );
    // Without a declaration its value could be anything.
    check(
        "GET /a/{} declared\nGET /a/{} path 0 name id\n",
        "GET /a/{} declared\nGET /a/{} path 0 $ type string\nGET /a/{} path 0 name id\n\
         GET /a/{} path 0 required\n",
        &["GET /a/{} | path 0 | request type-added | added string, required \
           | break break"],
    );
}

#[track_caller]
fn check_security(old: &[&str], new: &[&str], expected: &str) {
    let [from, to] = [old, new].map(|ways| {
        let lines = ways.iter().map(|way| format!("GET /a security {way}\n"));
        format!("GET /a declared\n{}", lines.collect::<String>())
    });
    check(&from, &to, &[&format!("GET /a | security | request {expected}")]);
}

#[test]
fn ways_to_authenticate_are_judged_together() {
    let (key, token) = (r#"["apiKey header k"]"#, r#"["http bearer"]"#);
    check_security(&[key], &[token], &format!("security-changed | {key} → {token} | break ok"));
    check_security(&["[]"], &[key], &format!("security-added | [] → {key} | break ok"));
    check_security(&[key], &["[]"], &format!("security-removed | {key} → [] | ok ok"));
    let removed = format!("security-alternative-removed | removed {token} | risk ok");
    check_security(&[key, token], &[key], &removed);
    let added = format!("security-alternative-added | added {token} | ok ok");
    check_security(&[key], &[key, token], &added);
}

#[test]
fn a_scheme_is_matched_by_its_kind() {
    check(
        "api scheme \"oauth2\" {\"a\":1}\napi scheme \"apiKey header k\"\nGET /a declared\n",
        "api scheme \"oauth2\" {\"a\":2}\nGET /a declared\n",
        &[
            "api | scheme | request scheme-changed | \"oauth2\" {\"a\":1} → \"oauth2\" {\"a\":2} \
             | risk ok",
            "api | scheme | request scheme-removed | removed \"apiKey header k\" | risk ok",
        ],
    );
}

#[test]
fn headers_and_bodies_of_responses_are_compared() {
    let response = "GET /a declared\nGET /a response 200 declared\n";
    check(
        &format!(
            "{response}GET /a response 200 a/b $ type string\nGET /a response 200 header h $ any\n\
             GET /a response 200 header h required\nGET /a response 200 header x $ any\n"
        ),
        &format!("{response}GET /a response 200 c/d $ any\nGET /a response 200 header h $ any\n"),
        &[
            "GET /a | response 200 a/b | response media-type-removed | removed string \
             | break break",
            "GET /a | response 200 c/d | response media-type-added | added any | ok ok",
            "GET /a | response 200 header h | response became-optional | removed required \
             | risk ok",
            "GET /a | response 200 header x | response header-removed | removed any | loss ok",
        ],
    );
    check(
        "GET /a declared\nGET /a query q $ type string\n",
        "GET /a declared\nGET /a query q a/b $ type string\n",
        &["GET /a | query q | request serialization-changed | string → a/b | break ok"],
    );
    let encoded = "GET /a declared\nGET /a request declared\nGET /a request a/b $ any\n";
    check(
        encoded,
        &format!("{encoded}GET /a request a/b encoding {{\"x\":{{\"style\":\"form\"}}}}\n"),
        &["GET /a | request a/b | request serialization-changed | the default → encoding \
           {\"x\":{\"style\":\"form\"}} | break ok"],
    );
}
