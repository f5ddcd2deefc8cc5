//! Parsers of option values that several checks take.

use crate::model::unit::Unit;

/// How long a measurement within one run may take, in seconds.
const SAMPLE: std::ops::RangeInclusive<f64> = 0.1..=60.0;
/// A year, in seconds: whoever writes more has made a slip.
const LONGEST: f64 = 31_536_000.0;

/// A time in seconds, from zero to a year.
///
/// # Errors
/// What is no time, or outside of that.
pub fn time(text: &str) -> Result<f64, String> {
    let seconds = Unit::Seconds.parse(text)?;
    if (0.0..=LONGEST).contains(&seconds) { Ok(seconds) } else { Err("a time is between 0 and a year".to_owned()) }
}

/// How long to measure, in seconds.
///
/// # Errors
/// What is no time, or too short or too long for one run.
pub fn sample_time(text: &str) -> Result<f64, String> {
    let seconds = Unit::Seconds.parse(text)?;
    if SAMPLE.contains(&seconds) { Ok(seconds) } else { Err("a sample takes 100ms to 1min".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_their_bounds() {
        assert_eq!((time("0"), time("15m"), time("1d")), (Ok(0.0), Ok(900.0), Ok(86_400.0)));
        assert!(time("-1").is_err() && time("53w").is_err() && time("x").is_err());
        assert_eq!((sample_time("100ms"), sample_time("1min")), (Ok(0.1), Ok(60.0)));
        assert!(sample_time("99ms").is_err() && sample_time("61").is_err());
    }
}
