//! Durations as people write them.

use std::time::Duration;

/// No duration that a person sets is longer: a year. Clocks can't count on from now as far as a number can be written.
pub const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What was expected of a text that is no duration.
pub const EXPECTED: &str = "seconds (180) or a duration (90s, 5m, 3h), at most a year (8760h)";

/// Whole seconds (`180`), or a number with a unit: `500ms`, `90s`, `5m`, `3h`; several in a row: `1h30m`. None where it is
/// something else, or longer than [`LONGEST`].
pub fn parse(text: &str) -> Option<Duration> {
    read(text.trim()).filter(|duration| *duration <= LONGEST)
}

fn read(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let mut rest = text;
    let mut sum = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let millis = match &rest[..unit] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return None,
        };
        sum = sum.checked_add(Duration::from_millis(number.checked_mul(millis)?))?;
        rest = &rest[unit..];
    }
    (!text.is_empty()).then_some(sum)
}

/// As people read them: `0.3s`, `12s`, `4m05s`, `1h02m`.
pub fn show(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1}s", duration.as_secs_f64()),
        10..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<u64>) {
        assert_eq!(parse(text), expect.map(Duration::from_millis), "{text}");
    }

    #[test]
    fn durations_are_read() {
        check("180", Some(180_000));
        check("0", Some(0));
        check("90s", Some(90_000));
        check("1h30m", Some(5_400_000));
        check("250ms", Some(250));
        check("", None);
        check("5", Some(5_000));
        check("m", None);
        check("5x", None);
        check("-5", None);
        check("99999999999999999999h", None);
    }

    #[test]
    fn no_duration_is_longer_than_a_year() {
        check("8760h", Some(LONGEST.as_secs() * 1_000));
        for too_long in ["8761h", "18446744073709551615", "18446744073709551615ms", "8760h1ms", "525601m"] {
            check(too_long, None);
        }
    }

    #[test]
    fn durations_are_shown() {
        for (millis, expect) in [(340, "0.3s"), (12_300, "12s"), (245_000, "4m05s"), (3_725_000, "1h02m")] {
            assert_eq!(show(Duration::from_millis(millis)), expect);
        }
    }
}
