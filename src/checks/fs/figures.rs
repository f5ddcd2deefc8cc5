//! The arithmetic of df, for one file system or several as one.

use crate::host::space::Space;
use crate::model::unit::round_to;

/// The sizes of a file system or of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Figures {
    /// Bytes in all.
    pub size: u64,
    /// Bytes in use.
    pub used: u64,
    /// Bytes that can still be written; below zero when what is kept for root is in use.
    pub available: i64,
    /// Files that there can be; 0 where there is no such limit.
    pub files: u64,
    /// Files that can still be made.
    pub files_free: u64,
}

impl Figures {
    /// Of one file system; with `root_reserved`, what is kept for root can be used as well.
    pub(super) fn of(space: &Space, root_reserved: bool) -> Self {
        let free = i64::try_from(space.free).unwrap_or(i64::MAX);
        Self {
            size: space.size,
            used: space.used(),
            available: if root_reserved { free } else { space.available },
            files: space.files,
            files_free: space.files_free,
        }
    }

    /// Takes another one in.
    pub(super) fn add(&mut self, other: &Self) {
        self.size = self.size.saturating_add(other.size);
        self.used = self.used.saturating_add(other.used);
        self.available = self.available.saturating_add(other.available);
        self.files = self.files.saturating_add(other.files);
        self.files_free = self.files_free.saturating_add(other.files_free);
    }

    /// The bytes that users can fill: what they have used and what they can still write.
    #[expect(clippy::cast_precision_loss, reason = "a share needs no last digits")]
    pub(super) fn usable(&self) -> f64 {
        self.used as f64 + self.available as f64
    }

    /// The used share, as df has it in its column Use%: used / (used + available). Above 1 when users are over.
    #[expect(clippy::cast_precision_loss, reason = "a share needs no last digits")]
    pub(super) fn used_ratio(&self) -> Option<f64> {
        let usable = self.usable();
        (usable > 0.0).then(|| self.used as f64 / usable)
    }

    /// The share that is left, below zero when users are over.
    #[expect(clippy::cast_precision_loss, reason = "a share needs no last digits")]
    pub(super) fn free_ratio(&self) -> Option<f64> {
        // Not one less the used share: that is not exact, and a limit of 10 % should hold at 10 %.
        let usable = self.usable();
        (usable > 0.0).then(|| self.available as f64 / usable)
    }

    /// Bytes that users can still write, at least none.
    pub(super) fn free(&self) -> u64 {
        u64::try_from(self.available).unwrap_or(0)
    }

    /// The used share of the files, as df has it in IUse%; `None` where there is no limit.
    #[expect(clippy::cast_precision_loss, reason = "a share needs no last digits")]
    pub(super) fn files_ratio(&self) -> Option<f64> {
        let used = self.files.saturating_sub(self.files_free);
        (self.files > 0).then(|| used as f64 / self.files as f64)
    }
}

/// Checkmk's magic factor: 90 % of 20 TB is not 90 % of 20 GB.
///
/// `scale = (size / reference) ^ (factor - 1)`; the free share that a limit leaves is multiplied by it (Checkmk,
/// `doc/helpers/df_magic_number.py`). As with Checkmk's "minimum levels", small file systems keep a sensible limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Magic {
    scale: f64,
}

/// No limit of the free share is raised above this.
const MOST_FREE: f64 = 0.5;

impl Magic {
    /// For a file system of this size.
    #[expect(clippy::cast_precision_loss, reason = "a scale needs no last digits")]
    pub(super) fn new(factor: f64, reference: f64, size: u64) -> Self {
        Self { scale: (size as f64 / reference).powf(factor - 1.0) }
    }

    /// A limit of the free share.
    pub(super) fn free(self, limit: f64) -> f64 {
        // Ends at nothing or everything are not meant as limits.
        if limit <= 0.0 || limit >= 1.0 {
            return limit;
        }
        // A hundredth of a percent is fine enough for a limit, and can be read.
        hundredth((limit * self.scale).min(limit.max(MOST_FREE)))
    }

    /// A limit of the used share.
    pub(super) fn used(self, limit: f64) -> f64 {
        if limit <= 0.0 || limit >= 1.0 { limit } else { hundredth(1.0 - self.free(1.0 - limit)) }
    }
}

/// Rounded in percent, so that it is the number that the percentage reads back to.
fn hundredth(share: f64) -> f64 {
    round_to(share * 100.0, 2) / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn shares_are_those_of_df() {
        // 100 blocks, 30 free, 25 for users: df shows 70 / 95 = 73.7 %.
        let space = Space::from_blocks(4096, [100, 30, 25, 1000, 100]);
        let users = Figures::of(&space, false);
        assert_eq!(users.used_ratio(), Some(70.0 / 95.0));
        assert_eq!(Figures::of(&space, true).used_ratio(), Some(0.7));
        assert_eq!(users.files_ratio(), Some(0.9));
        // Root has gone into its own reserve: nothing is left, and it is more than full.
        let over = Figures::of(&Space::from_blocks(1, [100, 5, 5u64.wrapping_neg(), 0, 0]), false);
        assert!(over.used_ratio().is_some_and(|ratio| ratio > 1.05));
        assert_eq!((over.free(), over.files_ratio()), (0, None));
        assert_eq!(Figures::default().used_ratio(), None);
    }

    #[test]
    fn a_group_is_the_sum() {
        let mut sum = Figures::of(&Space::from_blocks(1, [100, 50, 50, 10, 5]), false);
        sum.add(&Figures::of(&Space::from_blocks(1, [300, 50, 50, 0, 0]), false));
        assert_eq!((sum.used_ratio(), sum.files_ratio(), sum.size), (Some(0.75), Some(0.5), 400));
    }

    /// The table of the Checkmk manual's helper for a reference of 20 GB and a factor of 0.8.
    #[test]
    fn limits_move_with_the_size() {
        let at =
            |size: u64, limit: f64| (Magic::new(0.8, 20.0 * 1.073_741_824e9, size * GIB).used(limit) * 100.0).round();
        assert_eq!([5, 20, 50, 100, 300, 800].map(|size| at(size, 0.9)), [87.0, 90.0, 92.0, 93.0, 94.0, 95.0]);
        assert_eq!([5, 20, 50, 100, 300, 800].map(|size| at(size, 0.8)), [74.0, 80.0, 83.0, 86.0, 88.0, 90.0]);
        // A tiny one is not red from the start, nor is a limit below the half made higher.
        assert_eq!(Magic::new(0.5, 20.0 * 1.073_741_824e9, 1 << 20).used(0.9), 0.5);
        assert_eq!(Magic::new(0.5, 20.0 * 1.073_741_824e9, 1 << 20).used(0.3), 0.3);
        let same = Magic::new(1.0, 20.0 * 1.073_741_824e9, 7 * GIB);
        assert_eq!((same.used(0.0), same.used(1.0), same.free(0.0)), (0.0, 1.0, 0.0));
        assert!((same.used(0.9) - 0.9).abs() < 1e-12);
    }
}
