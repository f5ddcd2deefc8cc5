//! An HTTP client that takes no time of its own: one request, one answer, in memory that is kept.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// Whoever takes longer is not measured but broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection on loopback that is kept open.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream: BufReader::with_capacity(64 * 1024, stream), body: Vec::new() })
    }

    /// The body of a page, which must be answered with 200.
    pub(crate) fn get(&mut self, path: &str) -> Result<&[u8]> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.stream.get_mut().write_all(request.as_bytes())?;
        let status = self.line()?;
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line()?.to_ascii_lowercase();
            match line.split_once(": ") {
                Some(("content-length", value)) => length = value.parse().context("Content-Length")?,
                Some(("transfer-encoding", "chunked")) => chunked = true,
                Some(_) => {}
                None => break,
            }
        }
        self.body.clear();
        if chunked {
            self.chunks()?;
        } else {
            self.take(length)?;
        }
        if !status.starts_with("HTTP/1.1 200 ") {
            bail!("{path}: {status}");
        }
        Ok(&self.body)
    }

    fn chunks(&mut self) -> Result<()> {
        loop {
            let length = usize::from_str_radix(&self.line()?, 16).context("the length of a chunk")?;
            self.take(length)?;
            self.line()?;
            if length == 0 {
                return Ok(());
            }
        }
    }

    fn take(&mut self, length: usize) -> Result<()> {
        let start = self.body.len();
        self.body.resize(start + length, 0);
        Ok(self.stream.read_exact(&mut self.body[start..])?)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            bail!("the connection was closed");
        }
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}
