//! VSNNUM: a version packed into one number.

use std::fmt;

/// A version of a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version(u32);

impl Version {
    /// The version in a VSNNUM; `None` for 0, which stands for "not told".
    #[must_use]
    pub fn new(vsnnum: u32) -> Option<Self> {
        (vsnnum != 0).then_some(Self(vsnnum))
    }
}

/// Five numbers: `11.2.0.4.0`, `19.3.0.0.0`. Release 18 has changed how they are packed.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = |shift: u32, mask: u32| (self.0 >> shift) & mask;
        let major = bits(24, 0xff);
        let rest = if major < 18 {
            [bits(20, 15), bits(12, 255), bits(8, 15), bits(0, 255)]
        } else {
            [bits(16, 255), bits(12, 15), bits(4, 255), bits(0, 15)]
        };
        write!(f, "{major}")?;
        rest.iter().try_for_each(|part| write!(f, ".{part}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers() {
        for (number, said) in [
            (186_647_552, "11.2.0.4.0"),
            (202_375_680, "12.1.0.2.0"),
            (318_767_104, "19.0.0.0.0"),
            (352_321_536, "21.0.0.0.0"),
            ((19 << 24) | (3 << 16) | (1 << 12) | (2 << 4) | 5, "19.3.1.2.5"),
        ] {
            assert_eq!(Version::new(number).map(|version| version.to_string()).as_deref(), Some(said));
        }
        assert_eq!(Version::new(0), None);
    }
}
