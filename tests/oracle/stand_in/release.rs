//! What releases of the server differ in, on the wire.

use super::database::Oracle;

/// A release of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    pub name: &'static str,
    pub oracle: Oracle,
    /// Of the transport, as the answer to CONNECT says it.
    pub transport: u16,
    /// Of the messages: their fields have become more over time.
    pub fields: u8,
    /// What the answer to CONNECT offers: a short log-in, marked ends of answers.
    pub offers: u32,
    /// As a listener and a log-in tell it.
    pub number: u32,
}

/// The end of an answer is marked.
pub const MARKED_ENDS: u32 = 0x0200_0000;
const SHORT_LOGIN: u32 = 0x1000_0000;

const fn release(name: &'static str, oracle: Oracle, transport: u16, fields: u8, offers: u32, number: u32) -> Release {
    Release { name, oracle, transport, fields, offers, number }
}

impl Release {
    /// Those that the stand-in can be. Oracle's own thin client speaks to 12.1 and later; 11.2 is there to be refused.
    pub const ALL: &'static [Self] = &[
        release("11.2", (11, 2), 314, 6, 0, 186_647_552),
        release("12.1", (12, 1), 315, 7, 0, 202_375_680),
        release("12.2", (12, 2), 315, 8, 0, 203_424_000),
        release("18", (18, 0), 318, 11, 0, 302_252_032),
        release("19", (19, 0), 318, 12, 0, 318_963_712),
        release("21", (21, 0), 318, 16, 0, 352_518_144),
        release("23", (23, 0), 319, 24, MARKED_ENDS | SHORT_LOGIN, 386_138_112),
    ];

    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|release| release.name == name)
    }
}
