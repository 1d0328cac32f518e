//! Checks secrets: what must never be printed is marked, so that its type redacts it.

use super::findings::LintFindings;
use super::visit;
use crate::document::{Document, Value, pointer_token};
use crate::spec;

/// Names of properties with secrets, also as the end of longer names.
const NAMES: [&str; 5] = ["secret", "sign_url", "token", "password", "api_key"];

/// Checks every property of every component.
pub(super) fn secrets(document: &Document, findings: &mut LintFindings) {
    visit::objects(document, &mut |pointer, members| {
        for (name, node) in spec::members(members.get("properties")) {
            let pointer = format!("{pointer}/properties/{}", pointer_token(name));
            let marked = node.get("x-jogg-secret") == Some(&Value::Bool(true));
            let named = NAMES.iter().any(|secret| name.to_ascii_lowercase().ends_with(secret));
            if named && !marked {
                findings.add(
                    &pointer,
                    format!("`{name}` seems to be a secret; add `x-jogg-secret: true`"),
                );
            }
            let plain = spec::text(node, "type") == "string" && node.get("enum").is_none();
            if (named || marked) && !plain {
                findings.add(
                    &pointer,
                    format!("the secret `{name}` isn't a plain string; make it `type: string`"),
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
            &[("sign_url:", "`sign_url` seems to be a secret; add `x-jogg-secret: true`")],
        );
        for name in ["secret", "thumb_sign_url", "access_token", "password", "api_key"] {
            let (line, message) = (format!("{name}:"), format!("`{name}` seems to be a secret"));
            check(&[("upload_name: #", &format!("{name}: #"))], &[(&line, &message)]);
        }
        check(&[("upload_name: #", "secret_name: #")], &[]);
    }

    #[test]
    fn secrets_are_strings() {
        check(
            &[("type: string # of the secret", "type: integer")],
            &[("sign_url:", "the secret `sign_url` isn't a plain string")],
        );
        check(
            &[("type: string # name of a thing", "type: boolean\n          x-jogg-secret: true")],
            &[("name:", "the secret `name` isn't a plain string")],
        );
    }
}
