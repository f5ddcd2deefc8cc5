//! The one moment by which an answer must be out.

use std::time::{Duration, Instant};

/// An absolute instant; every wait is given what remains until then.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    at: Instant,
}

impl Deadline {
    /// This long from now.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        let now = Instant::now();
        // Centuries do not fit; a day is as good.
        let at = now.checked_add(time).unwrap_or_else(|| now + Duration::from_secs(86_400));
        Self { at }
    }

    /// What is left; zero when it is over.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.remaining().is_zero()
    }

    /// The same or earlier: at most this long from now.
    #[must_use]
    pub fn at_most(&self, time: Duration) -> Self {
        Self { at: self.at.min(Self::after(time).at) }
    }

    /// What is left in milliseconds for poll(2), rounded up so that a wait never ends early.
    #[must_use]
    pub fn poll_timeout(&self) -> nix::poll::PollTimeout {
        let millis = self.remaining().as_micros().div_ceil(1000);
        i32::try_from(millis).ok().and_then(|ms| ms.try_into().ok()).unwrap_or(nix::poll::PollTimeout::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_only_comes_nearer() {
        let deadline = Deadline::after(Duration::from_secs(60));
        assert!(!deadline.is_over() && deadline.remaining() <= Duration::from_secs(60));
        assert!(deadline.at_most(Duration::from_secs(5)).remaining() <= Duration::from_secs(5));
        assert!(deadline.at_most(Duration::from_secs(500)).remaining() <= Duration::from_secs(60));
        assert!(Deadline::after(Duration::ZERO).is_over());
        assert!(!Deadline::after(Duration::MAX).is_over());
    }
}
