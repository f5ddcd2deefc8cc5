//! Rotated logs that have been compressed.

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

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
/// KiB that unpacking may take: `xz -9` needs 65 MiB, and nothing usual more.
const XZ_MEMORY: u32 = 96 * 1024;
/// Bytes of the window of zstd: `zstd -22` has 128 MiB.
const ZSTD_WINDOW: u64 = 128 << 20;

impl Codec {
    /// As a file's name says.
    pub(super) fn of(name: &OsStr) -> Option<Self> {
        let name = name.as_bytes();
        ENDINGS.iter().find(|(ending, _)| name.ends_with(ending.as_bytes())).map(|(_, codec)| *codec)
    }

    /// The content of a file.
    pub(super) fn unpack(self, file: Arc<File>) -> Box<dyn Read> {
        let packed = BufReader::with_capacity(64 * 1024, FromStart { file, offset: 0 });
        match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(packed)),
            Self::Bzip2 => Box::new(MultiBzDecoder::new(packed)),
            Self::Xz => Box::new(XzReader::new_mem_limit(packed, true, XZ_MEMORY)),
            Self::Zstd => Box::new(Frames::new(packed)),
        }
    }
}

/// Reads a file without moving its own place, which others share.
#[derive(Debug)]
struct FromStart {
    file: Arc<File>,
    offset: u64,
}

impl Read for FromStart {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.offset)?;
        self.offset = self.offset.saturating_add(read as u64);
        Ok(read)
    }
}

/// All frames of a zstd file, one behind the other (RFC 8878, 3).
struct Frames<R> {
    packed: R,
    decoder: FrameDecoder,
    within: bool,
}

impl<R: BufRead> Frames<R> {
    fn new(packed: R) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(ZSTD_WINDOW);
        Self { packed, decoder, within: false }
    }

    /// Begins the next frame, or skips it if it holds nothing for us.
    fn begin(&mut self) -> io::Result<()> {
        match self.decoder.init(&mut self.packed) {
            Ok(()) => self.within = true,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                let length = u64::from(length);
                if io::copy(&mut (&mut self.packed).take(length), &mut io::sink())? < length {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            Err(error) => return Err(io::Error::other(error)),
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.within {
                if self.packed.fill_buf()?.is_empty() {
                    return Ok(0);
                }
                self.begin()?;
            } else if self.decoder.can_collect() > 0 || buffer.is_empty() {
                return self.decoder.read(buffer);
            } else if self.decoder.is_finished() {
                self.within = false;
            } else {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.packed, one).map_err(io::Error::other)?;
            }
        }
    }
}
