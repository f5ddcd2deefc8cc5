//! Rotated logs that have been compressed.

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

/// The names' endings.
pub(super) const ENDINGS: &[(&str, Codec)] =
    &[(".gz", Codec::Gzip), (".bz2", Codec::Bzip2), (".xz", Codec::Xz), (".zst", Codec::Zstd)];
