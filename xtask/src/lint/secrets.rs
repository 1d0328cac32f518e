//! Secrets: what must never be printed is marked, so that its type redacts itself.

use serde_json::Value;

use super::{Findings, walk};
use crate::document::{Document, pointer_token};
use crate::spec;

/// Names of properties that hold secrets, alone or at the end of a longer name.
const NAMES: [&str; 5] = ["secret", "sign_url", "token", "password", "api_key"];

/// Every property of every component.
pub(super) fn secrets(document: &Document, findings: &mut Findings) {
    walk::objects(document, &mut |pointer, members| {
        for (name, node) in spec::members(members.get("properties")) {
            let pointer = format!("{pointer}/properties/{}", pointer_token(name));
            let marked = node.get("x-jogg-secret") == Some(&Value::Bool(true));
            let named = NAMES.iter().any(|secret| name.to_ascii_lowercase().ends_with(secret));
            if named && !marked {
                findings.add(
                    &pointer,
                    format!("`{name}` sounds like a secret; add `x-jogg-secret: true`"),
                );
            }
            let plain = spec::text(node, "type") == "string" && node.get("enum").is_none();
            if (named || marked) && !plain {
                findings.add(
                    &pointer,
                    format!("the secret `{name}` is no plain string; make it `type: string`"),
                );
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::sample::check;

    #[test]
    fn secrets_are_marked() {
        check(
            &[("          x-jogg-secret: true\n", "")],
            &[("sign_url:", "`sign_url` sounds like a secret; add `x-jogg-secret: true`")],
        );
        for name in ["secret", "thumb_sign_url", "access_token", "password", "api_key"] {
            let (line, message) = (format!("{name}:"), format!("`{name}` sounds like a secret"));
            check(&[("upload_name: #", &format!("{name}: #"))], &[(&line, &message)]);
        }
        check(&[("upload_name: #", "secret_name: #")], &[]);
    }

    #[test]
    fn secrets_are_strings() {
        check(
            &[("type: string # of the secret", "type: integer")],
            &[("sign_url:", "the secret `sign_url` is no plain string")],
        );
        check(
            &[("type: string # name of a thing", "type: boolean\n          x-jogg-secret: true")],
            &[("name:", "the secret `name` is no plain string")],
        );
    }
}
