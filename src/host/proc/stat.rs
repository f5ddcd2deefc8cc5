//! `/proc/PID/stat`: what the kernel counts of a process. Rule: proc_pid_stat(5).

use super::numbers::{signed, whole};

/// `PF_KTHREAD` of the flags: a kernel thread (include/linux/sched.h of the kernel).
const KERNEL_THREAD: u64 = 0x0020_0000;

/// The numbers of one process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stat {
    /// The letter of its state: R, S, D, Z, T, t, I, X.
    pub state: u8,
    /// Its parent.
    pub ppid: u32,
    /// Its process group.
    pub group: u32,
    /// Its session.
    pub session: u32,
    /// The device of its terminal; 0 without one.
    pub tty: u32,
    /// Whether it is a thread of the kernel.
    pub kernel: bool,
    /// CPU time in user and system mode, in clock ticks.
    pub ticks: u64,
    /// From -20, most favoured, to 19.
    pub nice: i8,
    /// How many threads it has.
    pub threads: u64,
    /// Clock ticks from boot to its start: with the PID, its identity.
    pub start: u64,
    /// Virtual memory in bytes.
    pub vsz: u64,
    /// Resident memory in pages. The kernel keeps it cheaply: it may be behind by some pages a thread.
    pub rss: u64,
}

/// The name in parentheses and the numbers behind it.
///
/// The name may hold anything, `)`, spaces and newlines too; behind its end there are none, so the last `)` is it.
#[must_use]
pub fn parse(text: &[u8]) -> Option<(&[u8], Stat)> {
    let open = text.iter().position(|byte| *byte == b'(')?;
    let close = last(text, b')').filter(|close| *close > open)?;
    let name = text.get(open + 1..close)?;
    let rest = text.get(close + 1..)?.trim_ascii();
    // Numbered as in the manual: the state is field 3.
    let mut fields = rest.split(|byte| *byte == b' ');
    let mut at = 3;
    let mut field = |number: usize| {
        let found = fields.nth(number - at);
        at = number + 1;
        found
    };
    let state = match field(3)? {
        [letter] => *letter,
        _ => return None,
    };
    let ppid = whole(field(4)?)?;
    let group = id(field(5)?)?;
    let session = id(field(6)?)?;
    let tty = u32::try_from(signed(field(7)?)? & 0xffff_ffff).ok()?;
    let kernel = whole::<u64>(field(9)?)? & KERNEL_THREAD != 0;
    let (user, system): (u64, u64) = (whole(field(14)?)?, whole(field(15)?)?);
    let nice = i8::try_from(signed(field(19)?)?).ok()?;
    let threads = whole(field(20)?)?;
    let start = whole(field(22)?)?;
    let vsz = whole(field(23)?)?;
    // Negative for a moment on some kernels, as the counters of the threads are folded late.
    let rss = u64::try_from(signed(field(24)?)?).unwrap_or(0);
    let ticks = user.saturating_add(system);
    Some((name, Stat { state, ppid, group, session, tty, kernel, ticks, nice, threads, start, vsz, rss }))
}

/// Where a byte stands last. There are thousands of such texts in a run, and `rposition` looks at single bytes, where
/// `contains` looks at words.
fn last(text: &[u8], wanted: u8) -> Option<usize> {
    let mut start = text.len();
    text.rchunks(64).find_map(|chunk| {
        start -= chunk.len();
        let at = chunk.contains(&wanted).then(|| chunk.iter().rposition(|byte| *byte == wanted))??;
        Some(start + at)
    })
}

/// A process group or session: -1 where it lies outside the PID namespace, which is nobody.
fn id(text: &[u8]) -> Option<u32> {
    Some(u32::try_from(signed(text)?).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TAIL: &str = "S 1 4242 4242 34816 4242 4194560 100 200 0 1 250 50 7 8 20 5 3 0 8000 12345678 321 \
        18446744073709551615 1 1 0 0 0 0 0 4096 1256 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0";

    fn expected() -> Stat {
        Stat {
            state: b'S',
            ppid: 1,
            group: 4242,
            session: 4242,
            tty: 34816,
            kernel: false,
            ticks: 300,
            nice: 5,
            threads: 3,
            start: 8000,
            vsz: 12_345_678,
            rss: 321,
        }
    }

    #[test]
    fn names_may_hold_anything() {
        for name in ["a", "", ")", ") S 1 (", "two words", "a\nb", "((sd-pam))", "x) R 0 0 0"] {
            let text = format!("4242 ({name}) {TAIL}\n");
            assert_eq!(parse(text.as_bytes()), Some((name.as_bytes(), expected())), "{name:?}");
        }
    }

    #[test]
    fn kernel_threads_and_strange_groups() {
        let text = "2 (kthreadd) S 0 -1 -1 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 3 0 0 18446744073709551615";
        let (_, stat) = parse(text.as_bytes()).unwrap_or_default();
        assert!(stat.kernel && stat.group == 0 && stat.rss == 0);
    }

    #[test]
    fn what_is_cut_is_no_process() {
        for text in ["", "1", "1 (a", "1 a) S", "1 (a) S", "1 (a) SS 1", "1 (a) S x 1 1", "1 )a( S 1"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = parse(&bytes);
        }

        #[test]
        fn last_is_rposition(bytes in prop::collection::vec(b'(' ..=b'*', 0..200)) {
            prop_assert_eq!(last(&bytes, b')'), bytes.iter().rposition(|byte| *byte == b')'));
        }

        #[test]
        fn any_name_reads_back(name in prop::collection::vec(any::<u8>(), 0..64), cut in 0usize..300) {
            let mut text = b"4242 (".to_vec();
            text.extend(&name);
            text.extend(format!(") {TAIL}").into_bytes());
            prop_assert_eq!(parse(&text), Some((&*name, expected())));
            text.truncate(cut);
            let _ = parse(&text);
        }
    }
}
