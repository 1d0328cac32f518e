use serde_json::json;

use super::*;

#[track_caller]
fn check_error(text: &str, expected: &str) {
    assert_eq!(Document::parse("spec.yaml", text).unwrap_err().to_string(), expected);
}

#[test]
fn scalars_follow_the_core_schema() {
    let text = "a: 1\nb: '1'\nc: 1.5\nd: 2.0-Pro\ne: ~\nf: true\ng: 2025-12-17\nh: -\n\
                i: [x, {y: 2}]\nj: 3:2\nk: \"\"\n";
    let document = Document::parse("spec.yaml", text);
    // `h: -` begins a list, which is malformed here.
    assert!(document.is_err());
    let document = Document::parse("spec.yaml", text.replace("h: -\n", "")).unwrap();
    assert_eq!(
        document.value,
        json!({
            "a": 1, "b": "1", "c": 1.5, "d": "2.0-Pro", "e": null, "f": true,
            "g": "2025-12-17", "i": ["x", {"y": 2}], "j": "3:2", "k": "",
        })
    );
}

#[test]
fn json_has_positions_too() {
    let text =
        "\n{\n  \"a\\\\\": {\"b, [\": [1,\n 2, [],\n\t{}, \"é\", {\"c\": null}]},\n\"d\": -1.5}";
    let document = Document::parse("a.json", text).unwrap();
    let list = json!([1, 2, [], {}, "é", {"c": null}]);
    assert_eq!(document.value, json!({"a\\": {"b, [": list}, "d": -1.5}));
    for (pointer, location) in [
        ("", "2:1"),
        ("/a\\", "3:3"),
        ("/a\\/b, [", "3:11"),
        ("/a\\/b, [/1", "4:2"),
        ("/a\\/b, [/1/none", "4:2"),
        ("/a\\/b, [/2", "4:5"),
        ("/a\\/b, [/3", "5:2"),
        ("/a\\/b, [/4", "5:6"),
        ("/a\\/b, [/5", "5:11"),
        ("/a\\/b, [/5/c", "5:12"),
        ("/d", "6:1"),
    ] {
        assert_eq!(document.location(pointer), format!("a.json:{location}"), "{pointer}");
    }
}

#[test]
fn errors_have_a_position() {
    check_error(
        "a: 1\nb:\n  c: 2\n  c: 3\n",
        "spec.yaml:4:3: the key `c` is here for the second time (first on line 3); \
         remove one of the two",
    );
    check_error("", "spec.yaml:1:1: the file is empty");
    check_error("a: !x 1", "spec.yaml:1:4: there is a YAML tag; remove it");
    let deep = "[".repeat(300);
    assert!(Document::parse("deep", &deep).is_err());
    let text = "a: [1, 2\nb: 3\n";
    let error = Document::parse("spec.yaml", text).unwrap_err();
    assert!(error.position.is_some_and(|position| position.line >= 1), "{error}");
}

#[test]
fn maps_are_merged() {
    let text = "a: &a {b: 1, c: 2}\nd: {b: 3, <<: *a}\ne: {<<: [{c: 4}, *a]}\nf: {'<<': 5}\n";
    let value = Document::parse("spec.yaml", text).unwrap().value;
    assert_eq!(value["d"], json!({"b": 3, "c": 2}));
    assert_eq!(value["e"], json!({"b": 1, "c": 4}));
    assert_eq!(value["f"], json!({"<<": 5}));
    let document = Document::parse("spec.yaml", text).unwrap();
    // What is merged is where it is written.
    for (pointer, location) in
        [("/d", "spec.yaml:2:1"), ("/d/b", "spec.yaml:2:5"), ("/d/c", "spec.yaml:1:14")]
    {
        assert_eq!(document.location(pointer), location, "{pointer}");
    }
    check_error("a: {<<: 1}\n", "spec.yaml:1:9: only maps can be merged with `<<`; correct it");
}

#[test]
fn pointers_lead_to_members_and_items() {
    let document = Document::parse("spec.yaml", "a/b: [x, {'~': 1}]\n'0': 2\n").unwrap();
    for (pointer, expected) in [
        ("", Some(json!({"0": 2, "a/b": ["x", {"~": 1}]}))),
        ("/0", Some(json!(2))),
        ("/a~1b/0", Some(json!("x"))),
        ("/a~1b/1/~0", Some(json!(1))),
        ("/a~1b/01", None),
        ("/a~1b/+1", None),
        ("/a~1b/2", None),
        ("0", None),
        ("/", None),
    ] {
        let found = document.value.pointer(pointer).map(Value::to_json);
        assert_eq!(found, expected, "{pointer}");
    }
}

#[test]
fn escapes_of_json_are_read() {
    let text = "{\n \"a\": \"\\ud83d\\ude00 \\\\ud83d \\u00e9\",\n \"b\": 1}";
    let document = Document::parse("a.json", text).unwrap();
    assert_eq!(document.value["a"], json!("\u{1f600} \\ud83d é"));
    assert_eq!(document.location("/b"), "a.json:3:2");
    let alone = Document::parse("a.json", "{\n\"a\": \"\\ud83d\"}").unwrap_err().to_string();
    assert!(alone.starts_with("a.json:2:"), "{alone}");
}

#[test]
fn other_files_are_named() {
    for (bytes, expected) in [
        (&b"\xff\xfea\0"[..], "this is UTF-16; convert it with `iconv -f UTF-16 -t UTF-8`"),
        (b"o\0p\0e\0", "this is UTF-16; convert it with `iconv -f UTF-16 -t UTF-8`"),
        (b"\x1f\x8b\x08", "this is compressed; unpack it with `gunzip`"),
        (b"a: \xff", "this isn't UTF-8 (byte 3); name a spec or a printed surface"),
        (b"\n<!doctype html>", "this is a page of HTML or XML; name the spec itself"),
    ] {
        assert_eq!(decoded(bytes.to_vec()).unwrap_err(), expected);
    }
    assert_eq!(decoded("\u{feff}a".into()).unwrap(), "a");
    let error = Document::read(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap_err();
    assert!(error.to_string().ends_with("this is a folder; name a file in it"), "{error}");
}

#[test]
fn aliases_are_followed_within_limits() {
    let document = Document::parse("spec.yaml", "a: &x {b: 1}\nc: *x\n").unwrap();
    assert_eq!(document.value["c"], json!({"b": 1}));
    check_error(
        "a: &x [*x]\n",
        "spec.yaml:1:8: this alias stands for a value that contains it; write it out",
    );
    let mut tower = "a0: &a0 {}\n".to_owned();
    for level in 1..80 {
        let previous = level - 1;
        let (open, close) = ("[".repeat(190), "]".repeat(190));
        tower.push_str(&format!("a{level}: &a{level} {open}*a{previous}{close}\n"));
    }
    assert!(Document::parse("tower.yaml", &tower).is_err());
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let previous = level - 1;
        let items = vec![format!("*a{previous}"); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    assert!(Document::parse("bomb.yaml", &bomb).is_err());
}
