//! The command line of `check_fs`.

use super::pattern::{Group, Pattern};
use crate::model::glob::Glob;
use crate::model::status::Status;
use crate::model::unit::Unit;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Options of `check_fs`.
#[derive(clap::Args, Debug)]
pub struct Fs {
    /// The same as --path
    #[arg(value_name = "PATH", value_parser = OsStringValueParser::new().try_map(absolute))]
    pub(super) path: Vec<PathBuf>,

    /// Judge the file system that holds this path, or is on this device
    ///
    /// Without a path and without --include all file systems are judged that hold data.
    #[arg(short = 'p', long = "path", value_name = "PATH", value_parser = OsStringValueParser::new().try_map(absolute))]
    pub(super) more_paths: Vec<PathBuf>,

    /// Judge only what fits: [mount:|device:|type:]GLOB, or ~REGEX
    ///
    /// May be given more than once: one fit is enough. What is left out by default comes in by its type or by a
    /// pattern without wildcards: --include '*' --include type:squashfs.
    #[arg(long, value_name = "PATTERN")]
    pub(super) include: Vec<Pattern>,

    /// Leave out what fits; patterns as for --include
    ///
    /// A PATH that is given is judged all the same.
    #[arg(long, value_name = "PATTERN")]
    pub(super) exclude: Vec<Pattern>,

    /// Judge the file systems whose mount points fit as one: data=/data*
    ///
    /// Their sizes are added. A group that is given again takes in more. A file system is in the first group that fits.
    #[arg(long, value_name = "NAME=GLOB")]
    pub(super) group: Vec<Group>,

    /// Be critical when nothing is mounted on exactly this path
    #[arg(long, value_name = "PATH", value_parser = OsStringValueParser::new().try_map(absolute))]
    pub(super) expect: Vec<PathBuf>,

    /// Be critical when a mount point that fits is mounted read-only
    ///
    /// A file system that has gone read-only by itself after an error is critical without this option.
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    pub(super) writable: Vec<Glob>,

    /// Count the space that is kept for root as space that can be used
    #[arg(long)]
    pub(super) root_reserved: bool,

    /// Scale the limits of used and free by size: 1 not at all, 0.8 a good deal
    ///
    /// Checkmk's magic factor: a limit of L percent used becomes 100 - (100 - L) * (size / SIZE) ^ (FACTOR - 1), so
    /// that large file systems may be fuller and small ones less full. No limit is moved across 50 %.
    #[arg(long, value_name = "FACTOR", value_parser = factor)]
    pub(super) magic: Option<f64>,

    /// The size for which the limits of --magic are meant [default: 20GiB]
    #[arg(long, value_name = "SIZE", value_parser = size, requires = "magic")]
    pub(super) magic_size: Option<f64>,

    /// State of a file system that does not answer or answers with an error [default: critical]
    #[arg(long, value_name = "STATE")]
    pub(super) hung: Option<Status>,

    /// How long a network or FUSE file system may take to answer [default: 5]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(super) hung_after: Option<Duration>,
}

impl Fs {
    /// The paths of both forms.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.path.iter().chain(&self.more_paths).map(PathBuf::as_path)
    }

    /// The state of a file system that hangs.
    pub(super) fn hung(&self) -> Status {
        self.hung.unwrap_or(Status::Critical)
    }

    /// How long one may take to answer. A busy server may well need a second or two: that is no reason to wake anybody.
    pub(super) fn patience(&self) -> Duration {
        self.hung_after.unwrap_or(Duration::from_secs(5))
    }

    /// The size for which limits are meant; Checkmk's own is 20 GB.
    pub(super) fn reference_size(&self) -> f64 {
        self.magic_size.unwrap_or(20.0 * f64::from(1 << 30))
    }
}

/// An absolute path without needless slashes.
fn absolute(path: OsString) -> Result<PathBuf, String> {
    let path = PathBuf::from(path);
    if path.is_absolute() { Ok(path.components().collect()) } else { Err("a path begins with /".to_owned()) }
}

#[expect(clippy::unnecessary_wraps, reason = "the form of a value parser")]
fn glob(text: &str) -> Result<Glob, String> {
    Ok(Glob::new(text))
}

fn factor(text: &str) -> Result<f64, String> {
    let factor = Unit::None.parse(text)?;
    if factor > 0.0 && factor <= 1.0 { Ok(factor) } else { Err("a factor is above 0 and at most 1".to_owned()) }
}

fn size(text: &str) -> Result<f64, String> {
    let size = Unit::Bytes.parse(text)?;
    if size >= 1.0 { Ok(size) } else { Err("a size is at least one byte".to_owned()) }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = Unit::Seconds.parse(text)?;
    if (0.01..=86_400.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("a time is between 10 milliseconds and a day".to_owned())
    }
}
