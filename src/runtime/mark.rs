//! A number that a child of this process leaves for it: where it is, should it never come back.
#![expect(unsafe_code, reason = "memory that is shared with a child")]

use std::io;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU32, Ordering};

/// A number in a page that this process and the children it forks share.
#[derive(Debug)]
pub struct Mark {
    place: NonNull<AtomicU32>,
}

impl Mark {
    /// A new one, 0.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new() -> io::Result<Self> {
        let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping, of no file, at an address of the kernel's choice.
        let page = unsafe { libc::mmap(ptr::null_mut(), size_of::<AtomicU32>(), access, kind, -1, 0) };
        if page == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        NonNull::new(page.cast()).map(|place| Self { place }).ok_or_else(io::Error::last_os_error)
    }

    /// Sets it.
    pub fn set(&self, value: u32) {
        self.number().store(value, Ordering::Relaxed);
    }

    /// What was set last, here or in a child.
    #[must_use]
    pub fn get(&self) -> u32 {
        self.number().load(Ordering::Relaxed)
    }

    fn number(&self) -> &AtomicU32 {
        // SAFETY: mapped until drop, aligned to a page, zeroed by the kernel, only ever used as an atomic.
        unsafe { self.place.as_ref() }
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        // SAFETY: mapped in `new` with this size; no reference outlives `self`.
        unsafe { libc::munmap(self.place.as_ptr().cast(), size_of::<AtomicU32>()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_is_seen() -> io::Result<()> {
        let mark = Mark::new()?;
        assert_eq!(mark.get(), 0);
        mark.set(4242);
        assert_eq!(mark.get(), 4242);
        Ok(())
    }
}
