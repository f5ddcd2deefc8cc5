//! The parts that times are made of, read from the beginning of some bytes.

use super::Clock;

/// What is left to read. A part that is not there leaves it as it was, or the whole form is given up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'l>(pub(super) &'l [u8]);

impl<'l> Cursor<'l> {
    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// Goes over one byte if it is this one.
    #[inline]
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        match self.0 {
            [first, rest @ ..] if *first == byte => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    #[inline]
    pub(super) fn eat_text(&mut self, text: &[u8]) -> bool {
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Goes over a byte that must be there.
    #[inline]
    pub(super) fn expect(&mut self, byte: u8) -> Option<()> {
        self.eat(byte).then_some(())
    }

    /// Goes over spaces and tabs, of which there must be one.
    #[inline]
    pub(super) fn spaces(&mut self) -> Option<()> {
        let count = self.0.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.0 = self.0.get(count..)?;
        (count > 0).then_some(())
    }

    /// A word or number ends here.
    #[inline]
    pub(super) fn ends(&self) -> Option<()> {
        self.peek().is_none_or(|byte| !byte.is_ascii_alphanumeric()).then_some(())
    }

    /// How many digits follow.
    #[inline]
    pub(super) fn run(&self) -> usize {
        self.0.iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// A number of `least` to `most` digits, not more of them than there are.
    #[inline]
    pub(super) fn number(&mut self, least: usize, most: usize) -> Option<u64> {
        let mut value = 0_u64;
        let mut count = 0;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit).filter(|_| count < most) {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            self.0 = self.0.get(1..).unwrap_or_default();
            count += 1;
        }
        (count >= least).then_some(value)
    }

    /// Two digits.
    #[inline]
    pub(super) fn two(&mut self) -> Option<u8> {
        let [tens, ones, rest @ ..] = self.0 else { return None };
        let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
        self.0 = rest;
        (tens < 10 && ones < 10).then_some(tens.wrapping_mul(10).wrapping_add(ones))
    }

    /// One or two digits.
    #[inline]
    pub(super) fn one_or_two(&mut self) -> Option<u8> {
        u8::try_from(self.number(1, 2)?).ok()
    }

    #[inline]
    pub(super) fn year4(&mut self) -> Option<i16> {
        i16::try_from(self.number(4, 4)?).ok()
    }

    /// A year of four or two digits, and no digit behind it.
    pub(super) fn year(&mut self) -> Option<i16> {
        match self.run() {
            4 => self.year4(),
            2 => self.two().map(century),
            _ => None,
        }
    }

    /// The name of a month: 1 to 12. A long one begins with its short one.
    pub(super) fn month(&mut self) -> Option<u8> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (word, rest) = self.0.split_at_checked(count)?;
        let lower: [u8; 3] = word.first_chunk::<3>()?.map(|byte| byte.to_ascii_lowercase());
        let month = match &lower {
            b"jan" => 1,
            b"feb" => 2,
            b"mar" | b"mrz" => 3,
            b"apr" => 4,
            b"may" | b"mai" => 5,
            b"jun" => 6,
            b"jul" => 7,
            b"aug" => 8,
            b"sep" => 9,
            b"oct" | b"okt" => 10,
            b"nov" => 11,
            b"dec" | b"dez" => 12,
            _ => return None,
        };
        let long = super::format::MONTHS.get(usize::from(month) - 1).map(|name| name.as_bytes());
        if count > 3 && !long.is_some_and(|long| long.eq_ignore_ascii_case(word)) && !word.eq_ignore_ascii_case(b"sept")
        {
            return None;
        }
        self.0 = rest;
        Some(month)
    }

    /// The short name of a day of the week.
    pub(super) fn weekday(&mut self) -> Option<()> {
        let (word, rest) = self.0.split_first_chunk::<3>()?;
        matches!(word, b"Mon" | b"Tue" | b"Wed" | b"Thu" | b"Fri" | b"Sat" | b"Sun").then_some(())?;
        self.0 = rest;
        self.ends()
    }

    /// `22:00:07`, `22:00`, with a fraction and with AM or PM.
    pub(super) fn clock(&mut self) -> Option<Clock> {
        let mut clock = Clock { hour: self.one_or_two()?, coarse: true, ..Clock::default() };
        self.expect(b':')?;
        clock.minute = self.two()?;
        if self.eat(b':') {
            clock.second = self.two()?;
            clock.coarse = false;
            clock.nanos = self.fraction();
        }
        if let Some(pm) = self.half() {
            clock.hour = twelve(clock.hour, pm)?;
        }
        self.peek().is_none_or(|byte| !byte.is_ascii_digit()).then_some(clock)
    }

    /// `220007` or `2200`.
    pub(super) fn compact_clock(&mut self) -> Option<Clock> {
        let mut clock = Clock { hour: self.two()?, minute: self.two()?, coarse: true, ..Clock::default() };
        if self.run() == 2 {
            clock.second = self.two()?;
            clock.coarse = false;
            clock.nanos = self.fraction();
        }
        self.peek().is_none_or(|byte| !byte.is_ascii_digit()).then_some(clock)
    }

    /// Nanoseconds of a fraction behind `.` or `,`, or of three digits behind `:`; 0 where there is none.
    fn fraction(&mut self) -> u32 {
        let Some((mark, behind)) = self.0.split_first() else { return 0 };
        let mut rest = Cursor(behind);
        let count = rest.run();
        let meant = match mark {
            b'.' | b',' => count > 0,
            b':' => count == 3,
            _ => false,
        };
        if !meant {
            return 0;
        }
        let nanos = rest.nanos(count);
        self.0 = rest.0;
        nanos
    }

    /// So many digits as the fraction of a second.
    pub(super) fn nanos(&mut self, count: usize) -> u32 {
        let (digits, rest) = self.0.split_at_checked(count).unwrap_or((self.0, &[]));
        self.0 = rest;
        let digits = digits.iter().copied().chain(std::iter::repeat(b'0')).take(9);
        digits.fold(0, |value, digit| value * 10 + u32::from(digit.wrapping_sub(b'0') % 10))
    }

    /// AM or PM, with the space that Java puts before it since version 20 (U+202F), too.
    pub(super) fn half(&mut self) -> Option<bool> {
        let mut rest = *self;
        let _ = rest.eat_text("\u{202f}".as_bytes()) || rest.eat(b' ');
        let (word, behind) = rest.0.split_first_chunk::<2>()?;
        let pm = match word {
            b"AM" | b"am" => false,
            b"PM" | b"pm" => true,
            _ => return None,
        };
        Cursor(behind).ends()?;
        self.0 = behind;
        Some(pm)
    }

    /// The offset from UTC in seconds, if one is named that means one place.
    pub(super) fn zone(&mut self) -> Option<i32> {
        let mut rest = *self;
        let apart = rest.eat(b' ');
        let offset = match rest.peek()? {
            sign @ (b'+' | b'-') => rest.offset(sign, apart)?,
            b'Z' | b'z' if !apart => {
                rest.0 = rest.0.get(1..)?;
                0
            }
            _ => rest.named_zone()?,
        };
        rest.ends()?;
        *self = rest;
        Some(offset)
    }

    /// `+01`, `+0100`, `+01:00`; apart from the time two digits alone are something else.
    fn offset(&mut self, sign: u8, apart: bool) -> Option<i32> {
        self.0 = self.0.get(1..)?;
        let hours = self.two()?;
        let with_colon = self.0.first() == Some(&b':') && Cursor(self.0.get(1..)?).run() == 2;
        let minutes = if with_colon {
            self.0 = self.0.get(1..)?;
            self.two()?
        } else if self.run() == 2 {
            self.two()?
        } else if apart {
            return None;
        } else {
            0
        };
        if hours > 14 || !matches!(minutes, 0 | 15 | 30 | 45) {
            return None;
        }
        let seconds = i32::from(hours) * 3600 + i32::from(minutes) * 60;
        Some(if sign == b'-' { -seconds } else { seconds })
    }

    /// A name of which there is one meaning. CST, IST, BST, EST and others have several: those are local time.
    pub(super) fn named_zone(&mut self) -> Option<i32> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (word, rest) = self.0.split_at_checked(count)?;
        let hours = match word {
            b"UTC" | b"GMT" | b"UT" | b"WET" => 0,
            b"CET" | b"MEZ" | b"WEST" => 1,
            b"CEST" | b"MESZ" | b"EET" => 2,
            b"EEST" => 3,
            _ => return None,
        };
        self.0 = rest;
        Some(hours * 3600)
    }
}

/// The year that two digits mean.
pub(super) fn century(two: u8) -> i16 {
    i16::from(two) + if two < 69 { 2000 } else { 1900 }
}

/// The hour of the day of one that goes from 1 to 12.
pub(super) fn twelve(hour: u8, pm: bool) -> Option<u8> {
    (1..=12).contains(&hour).then_some(hour % 12 + if pm { 12 } else { 0 })
}
