//! Numbers as written, digit by digit.

use std::borrow::Cow;

/// 2^49: from here on, a float without a fraction may differ from the integer that was sent. The
/// limit is below 2^53 because `serde_json` reads floats quickly rather than exactly:
/// 9007199254740991.0 becomes ...990.
pub(crate) const INEXACT: f64 = 562_949_953_421_312.0;

/// The most digits that the zeros of an exponent are written out to.
const MAX_DIGITS: usize = 64;

/// Returns a number of JSON as JSON that a `Value` holds without changing it: unchanged, as an
/// integer, or as a string with every digit.
pub(crate) fn exact(number: &str) -> Cow<'_, str> {
    let Ok(float) = number.parse::<f64>() else { return number.into() };
    if float.abs() < INEXACT || is_integer(number) {
        return number.into();
    }
    match whole(number) {
        Some(digits) if is_integer(&digits) => digits.into(),
        Some(digits) => format!("\"{digits}\"").into(),
        None => format!("\"{number}\"").into(),
    }
}

/// Returns the digits of a number without a fraction: `1500` of `1500.0` and `1.5e3`. `None` if it
/// has a fraction, isn't a number, or would be very long.
pub(crate) fn whole(number: &str) -> Option<String> {
    let (sign, rest) = match number.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", number),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (rest, 0),
    };
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = format!("{integer}{fraction}");
    if integer.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let zeros = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    match usize::try_from(zeros) {
        Ok(zeros) if zeros.saturating_add(digits.len()) <= MAX_DIGITS || zeros == 0 => {
            digits.push_str(&"0".repeat(zeros));
        }
        Ok(_) => return None,
        Err(_) => {
            let cut = usize::try_from(zeros.unsigned_abs()).ok()?;
            let kept = digits.len().saturating_sub(cut);
            if digits[kept..].bytes().any(|digit| digit != b'0') {
                return None;
            }
            digits.truncate(kept);
        }
    }
    match digits.trim_start_matches('0') {
        "" => Some("0".to_owned()),
        digits => Some(format!("{sign}{digits}")),
    }
}

fn is_integer(number: &str) -> bool {
    number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_a_fraction_keeps_its_digits() {
        for (number, digits) in [
            ("0", Some("0")),
            ("-0.0", Some("0")),
            ("1500.0", Some("1500")),
            ("1.5e3", Some("1500")),
            ("1.5E+3", Some("1500")),
            ("15000e-1", Some("1500")),
            ("-1500.00", Some("-1500")),
            ("12345678901234567890123", Some("12345678901234567890123")),
            ("1.2345678901234567890123e22", Some("12345678901234567890123")),
            ("0.0e-999999999999", Some("0")),
            ("1.5", None),
            ("15e-1", None),
            ("1e-400", None),
            ("1e999", None),
            ("1e99999999999999999999", None),
            ("", None),
            ("-", None),
            (".5", None),
            ("1.2.3", None),
            ("0x10", None),
        ] {
            assert_eq!(whole(number).as_deref(), digits, "{number}");
        }
    }

    #[test]
    fn what_a_value_cannot_hold_becomes_a_text() {
        for (number, shown) in [
            ("1500.0", "1500.0"),
            ("0.1", "0.1"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", "\"18446744073709551616\""),
            ("12345678901234567890123", "\"12345678901234567890123\""),
            ("562949953421311.0", "562949953421311.0"),
            ("9007199254740993.0", "9007199254740993"),
            ("562949953421312.5", "\"562949953421312.5\""),
            ("1e999", "\"1e999\""),
            ("-1e400", "\"-1e400\""),
            ("1.2.3", "1.2.3"),
        ] {
            assert_eq!(exact(number), shown);
        }
    }
}
