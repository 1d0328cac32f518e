//! Texts from elsewhere, made fit for messages.

/// A text without the queries of the URLs in it: a signed URL is a key for as long as it lives.
pub fn redact_urls(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = url_start(rest) {
        let end = rest[start..].find(ends_url).map_or(rest.len(), |length| start + length);
        let url = &rest[start..end];
        output.push_str(&rest[..start]);
        match url.find(['?', '#']) {
            Some(query) => {
                output.push_str(&without_userinfo(&url[..query]));
                output.push_str("?[redacted]");
            }
            None => output.push_str(&without_userinfo(url)),
        }
        rest = &rest[end..];
    }
    output.push_str(rest);
    output
}

fn url_start(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    [lower.find("http://"), lower.find("https://")].into_iter().flatten().min()
}

fn ends_url(letter: char) -> bool {
    letter.is_whitespace() || "\"'<>`{}|\\^".contains(letter)
}

fn without_userinfo(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority = rest.find('/').unwrap_or(rest.len());
    match rest[..authority].rfind('@') {
        Some(at) => format!("{scheme}://[redacted]{}", &rest[at..]),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_and_user_names_are_cut() {
        for (text, redacted) in [
            ("plain", "plain"),
            ("see https://a.b/c", "see https://a.b/c"),
            ("get \"HTTPS://a.b/c?sig=1&x=2\" twice", "get \"HTTPS://a.b/c?[redacted]\" twice"),
            ("http://a/?k=1 https://b/#f", "http://a/?[redacted] https://b/?[redacted]"),
            ("http://me:pw@a/b", "http://[redacted]@a/b"),
            ("é https://a?s", "é https://a?[redacted]"),
        ] {
            assert_eq!(redact_urls(text), redacted);
        }
    }
}
