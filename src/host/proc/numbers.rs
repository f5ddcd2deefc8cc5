//! Numbers in the kernel's texts, without a detour over `str`.

/// The number that the whole text is; `None` for anything else, and for one that does not fit.
#[must_use]
pub fn whole<N: TryFrom<u64>>(text: &[u8]) -> Option<N> {
    let mut number: u64 = 0;
    if text.is_empty() {
        return None;
    }
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    N::try_from(number).ok()
}

/// As [`whole`], with a sign.
#[must_use]
pub fn signed(text: &[u8]) -> Option<i64> {
    match text.strip_prefix(b"-") {
        Some(digits) => whole::<i64>(digits).map(|number| -number),
        None => whole(text),
    }
}

/// The number that stands `skip` words behind a label.
#[must_use]
pub fn after<N: TryFrom<u64>>(text: &[u8], label: &[u8], skip: usize) -> Option<N> {
    let at = text.windows(label.len()).position(|window| window == label)? + label.len();
    let line = text.get(at..)?.split(|byte| *byte == b'\n').next()?;
    whole(line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).nth(skip)?)
}

/// A number in decimal, in a buffer of the caller's.
pub(super) fn written(mut number: u32, digits: &mut [u8; 10]) -> &[u8] {
    let mut used = 0;
    for place in digits.iter_mut().rev() {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
        used += 1;
        if number == 0 {
            break;
        }
    }
    digits.get(10 - used..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_whole_numbers_that_fit() {
        assert_eq!(whole::<u32>(b"4294967295"), Some(u32::MAX));
        for text in ["", "4294967296", "99999999999999999999", "12x", "-1", " 1", "self"] {
            assert_eq!(whole::<u32>(text.as_bytes()), None, "{text}");
        }
        assert_eq!(signed(b"-19"), Some(-19));
        assert_eq!(signed(b"--1"), None);
    }

    #[test]
    fn labels_of_status_and_limits() {
        let status = b"Name:\tx\nUid:\t1000\t33\t1000\t1000\nGid:\t0";
        assert_eq!(after(status, b"\nUid:", 1), Some(33_u32));
        assert_eq!(after::<u32>(status, b"\nGid:", 1), None);
        assert_eq!(after::<u64>(b"Max open files            unlimited            4096", b"Max open files", 0), None);
    }

    proptest! {
        #[test]
        fn written_and_read_are_inverse(number: u32) {
            prop_assert_eq!(whole(written(number, &mut [0; 10])), Some(number));
        }
    }
}
