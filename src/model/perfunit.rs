//! What a foreign unit of measurement means in base units, as Prometheus wants them.
//!
//! The units and factors are those of Icinga 2 since 2.12: `KB` is 1000 bytes and `KiB` 1024. Older Icinga took 1024
//! for both, and some plugins still write MB for MiB: a factor can only follow what is written. Three differences:
//!
//! - Percent become a ratio, watt-hours joules and ampere-seconds coulombs, the base units of Prometheus.
//! - Where the case of a letter tells units apart, it counts: `m` is minutes and `M` nothing, since those who write
//!   `M`, `G`, `T`, `K` alone mean some mega, giga, tera or kilo; `Pa` is no peta-ampere.
//! - `µ` is read like `u`, and `°C`, `°F` like `C`, `F`.
//!
//! What is not known stays as it was written.

/// A unit in terms of its base unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Base<'a> {
    /// The base unit for a label, such as `seconds`; a unit that is not known, as it was written; empty for none.
    pub name: &'a str,
    /// Whether the value only rises (`c`).
    pub counter: bool,
    /// A value times this and over `over` is in the base unit: both are whole, so that 7 % is the number nearest to
    /// 0.07.
    times: f64,
    over: f64,
}

impl Base<'_> {
    /// A value, limit or bound in the base unit. Infinite where that is beyond a float.
    #[must_use]
    pub fn apply(&self, value: f64) -> f64 {
        value * self.times / self.over
    }
}

/// Powers of 1000 above one.
const LARGE: [(char, i32); 8] = [('k', 1), ('m', 2), ('g', 3), ('t', 4), ('p', 5), ('e', 6), ('z', 7), ('y', 8)];

/// Units that take no prefix: name, times, over.
const PLAIN: [(&str, &str, f64, f64); 30] = [
    ("", "", 1.0, 1.0),
    ("%", "ratio", 1.0, 100.0),
    ("m", "seconds", 60.0, 1.0),
    ("h", "seconds", 3600.0, 1.0),
    ("d", "seconds", 86400.0, 1.0),
    ("packets", "packets", 1.0, 1.0),
    ("lm", "lumens", 1.0, 1.0),
    ("dBm", "dbm", 1.0, 1.0),
    ("C", "celsius", 1.0, 1.0),
    ("°C", "celsius", 1.0, 1.0),
    ("F", "fahrenheit", 1.0, 1.0),
    ("°F", "fahrenheit", 1.0, 1.0),
    ("ng", "grams", 1.0, 1e9),
    ("ug", "grams", 1.0, 1e6),
    ("µg", "grams", 1.0, 1e6),
    ("mg", "grams", 1.0, 1e3),
    ("g", "grams", 1.0, 1.0),
    ("kg", "grams", 1e3, 1.0),
    ("t", "grams", 1e6, 1.0),
    ("ml", "liters", 1.0, 1e3),
    ("mL", "liters", 1.0, 1e3),
    ("l", "liters", 1.0, 1.0),
    ("L", "liters", 1.0, 1.0),
    ("hl", "liters", 100.0, 1.0),
    ("hL", "liters", 100.0, 1.0),
    ("ns", "seconds", 1.0, 1e9),
    ("us", "seconds", 1.0, 1e6),
    ("µs", "seconds", 1.0, 1e6),
    ("ms", "seconds", 1.0, 1e3),
    ("s", "seconds", 1.0, 1.0),
];

/// Units with the prefixes of the SI, longest first.
const WITH_PREFIX: [(&str, &str, f64); 10] = [
    ("Ah", "coulombs", 3600.0),
    ("Am", "coulombs", 60.0),
    ("As", "coulombs", 1.0),
    ("Wh", "joules", 3600.0),
    ("Wm", "joules", 60.0),
    ("Ws", "joules", 1.0),
    ("A", "amperes", 1.0),
    ("V", "volts", 1.0),
    ("W", "watts", 1.0),
    ("O", "ohms", 1.0),
];

/// The base unit of a unit of performance data.
#[must_use]
pub fn base(uom: &str) -> Base<'_> {
    let of = |name, times, over| Base { name, counter: false, times, over };
    if uom == "c" {
        return Base { counter: true, ..of("", 1.0, 1.0) };
    }
    // Seconds have never been written in a case that means anything.
    let known = |(unit, name, _, _): &&(&str, &str, f64, f64)| {
        *unit == uom || (*name == "seconds" && unit.ends_with('s') && unit.eq_ignore_ascii_case(uom))
    };
    if let Some((_, name, times, over)) = PLAIN.iter().find(known) {
        return of(name, *times, *over);
    }
    for (unit, name) in [("B", "bytes"), ("b", "bits")] {
        if let Some(factor) = uom.strip_suffix(unit).and_then(data_prefix) {
            return of(name, factor, 1.0);
        }
    }
    for (unit, name, factor) in WITH_PREFIX {
        if let Some((times, over)) = uom.strip_suffix(unit).and_then(si_prefix) {
            return of(name, factor * times, over);
        }
    }
    of(uom, 1.0, 1.0)
}

/// The power of a prefix of bytes or bits, in any case: decimal, or binary with its `i`. There is no milli.
fn data_prefix(prefix: &str) -> Option<f64> {
    let (letter, kilo) = prefix.strip_suffix('i').map_or((prefix, 1e3), |letter| (letter, 1024_f64));
    if prefix.is_empty() { Some(1.0) } else { large(letter, |c| c.to_ascii_lowercase()).map(|power| kilo.powi(power)) }
}

/// The factor of a prefix of the SI, above and below the line. `K` is taken for `k`.
fn si_prefix(prefix: &str) -> Option<(f64, f64)> {
    match prefix {
        "" => Some((1.0, 1.0)),
        "n" => Some((1.0, 1e9)),
        "u" | "µ" => Some((1.0, 1e6)),
        "m" => Some((1.0, 1e3)),
        "k" => Some((1e3, 1.0)),
        // The large ones are capitals: `p` would be pico.
        _ => large(prefix, |c| if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { ' ' })
            .map(|power| (1e3_f64.powi(power), 1.0)),
    }
}

fn large(prefix: &str, fold: impl Fn(char) -> char) -> Option<i32> {
    let mut letters = prefix.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else { return None };
    LARGE.iter().find(|(known, _)| *known == fold(letter)).map(|(_, power)| *power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_that_are_known() {
        for (uom, name, value) in [
            ("ms", "seconds", 0.005),
            ("US", "seconds", 0.000_005),
            ("µs", "seconds", 0.000_005),
            ("m", "seconds", 300.0),
            ("B", "bytes", 5.0),
            ("KB", "bytes", 5000.0),
            ("kB", "bytes", 5000.0),
            ("MiB", "bytes", 5_242_880.0),
            ("mB", "bytes", 5e6),
            ("Gb", "bits", 5e9),
            ("%", "ratio", 0.05),
            ("mA", "amperes", 0.005),
            ("MA", "amperes", 5e6),
            ("kWh", "joules", 18e6),
            ("mAh", "coulombs", 18.0),
            ("°C", "celsius", 5.0),
            ("dBm", "dbm", 5.0),
            ("kg", "grams", 5000.0),
            ("", "", 5.0),
        ] {
            assert_eq!((base(uom).name, base(uom).apply(5.0), base(uom).counter), (name, value, false), "{uom}");
        }
        assert_eq!((base("c").name, base("c").counter), ("", true));
        assert!((base("%").apply(7.0) - 0.07).abs() < f64::MIN_POSITIVE);
    }

    #[test]
    fn what_is_not_known_stays_as_it_is() {
        for uom in ["foo", "M", "G", "K", "k", "H", "Pa", "hPa", "B/s", "KIB/s", "iB", "xB", "ppm", "\u{fffd}C", "cs"] {
            assert_eq!((base(uom).name, base(uom).apply(5.0)), (uom, 5.0), "{uom}");
        }
    }
}
