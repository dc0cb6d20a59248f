//! Durations as people write them.

use std::time::Duration;

/// No duration that a person sets is longer: a year. Clocks can't count on from now as far as a number can be written.
pub const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What was expected of a text that is no duration.
pub const EXPECTED: &str = "seconds (180) or a duration (90s, 5m, 3h), at most a year (8760h)";

/// Whole seconds (`180`), or numbers with units as Go takes them: `500ms`, `90s`, `1.5m`, `3h`, `1h30m`; and days (`1d`),
/// as Vault does. None where it is something else, or longer than [`LONGEST`].
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
        let (number, behind) = split(rest, is_of_number)?;
        let (unit, behind) = split(behind, |c| !is_of_number(c))?;
        sum = sum.checked_add(part(number, unit)?)?;
        rest = behind;
    }
    (!text.is_empty()).then_some(sum)
}

fn is_of_number(c: char) -> bool {
    c.is_ascii_digit() || c == '.'
}

/// The longest beginning that `belongs`, which must not be empty, and the rest.
fn split(text: &str, belongs: impl Fn(char) -> bool) -> Option<(&str, &str)> {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// `1.5` and `m`
fn part(number: &str, unit: &str) -> Option<Duration> {
    let nanos: u64 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        "d" => 86_400_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    Some(Duration::from_nanos(whole.checked_mul(nanos)?.checked_add(of(fraction, nanos)?)?))
}

/// The part of `nanos` that the digits behind a point are.
fn of(fraction: &str, nanos: u64) -> Option<u64> {
    let mut rest = nanos;
    let mut sum = 0;
    for digit in fraction.chars() {
        rest /= 10;
        sum += rest * u64::from(digit.to_digit(10)?);
    }
    Some(sum)
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
        check("1m30s", Some(90_000));
        check("1.5h", Some(5_400_000));
        check("0.25s", Some(250));
        check(".5m", Some(30_000));
        check("2d", Some(172_800_000));
        check("2000us", Some(2));
        check("3000000ns", Some(3));
        check(".s", None);
        check("1.2.3s", None);
        check("1.5", None);
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
