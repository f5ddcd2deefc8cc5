//! The allocator of the static plugins: memory is handed out in a row and given back all at once, at the end.
//!
//! A plugin lives for a fraction of a millisecond, and musl's careful allocator takes a third of its instructions.
//! Small requests are served from a fixed region; large ones, and all that comes when the region is used up, go to
//! the system, so that a check which does run long or read much stays bounded by what it holds.
#![expect(unsafe_code, reason = "an allocator deals in raw memory")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of the region. It lies in .bss: a page costs nothing until it is touched.
const REGION: usize = 512 * 1024;
/// Requests above this go to the system, which can take them back. What every run needs, such as clap's list of options,
/// stays below it: the system would take a handful of calls to hand it out.
const LARGE: usize = 32 * 1024;

/// An allocator for processes that end soon.
#[repr(align(64))]
pub struct Arena {
    region: UnsafeCell<[u8; REGION]>,
    used: AtomicUsize,
}

// SAFETY: bytes of the region are handed out once, by an atomic step; nobody else reads or writes them.
unsafe impl Sync for Arena {}

impl Arena {
    /// An empty arena, for a `#[global_allocator]`.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "made once, in a static")]
    pub const fn new() -> Self {
        Self { region: UnsafeCell::new([0; REGION]), used: AtomicUsize::new(0) }
    }

    fn base(&self) -> usize {
        self.region.get().addr()
    }

    /// The offset in the region, for what lies there.
    fn offset(&self, pointer: *mut u8) -> Option<usize> {
        pointer.addr().checked_sub(self.base()).filter(|offset| *offset < REGION)
    }

    /// The place of a new block, if there is room.
    fn take(&self, layout: Layout) -> Option<*mut u8> {
        let mut used = self.used.load(Ordering::Relaxed);
        loop {
            let start = (self.base() + used).next_multiple_of(layout.align()) - self.base();
            let end = start.checked_add(layout.size()).filter(|end| *end <= REGION)?;
            match self.used.compare_exchange_weak(used, end, Ordering::Relaxed, Ordering::Relaxed) {
                // SAFETY: start lies inside the region.
                Ok(_) => return Some(unsafe { self.region.get().cast::<u8>().add(start) }),
                Err(now) => used = now,
            }
        }
    }

    /// Moves the end of the last block; false when it is not the last.
    fn resize_last(&self, offset: usize, old: usize, new: usize) -> bool {
        let fits = offset.checked_add(new).is_some_and(|end| end <= REGION);
        fits && self.used.compare_exchange(offset + old, offset + new, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

// SAFETY: blocks do not overlap, are aligned as asked, and stay until they are given back.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() <= LARGE
            && let Some(place) = self.take(layout)
        {
            return place;
        }
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() <= LARGE
            && let Some(place) = self.take(layout)
        {
            // A block that was given back and taken again is not zero any more.
            // SAFETY: the block is ours and of this size.
            unsafe { place.write_bytes(0, layout.size()) };
            return place;
        }
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        match self.offset(pointer) {
            Some(offset) => {
                self.resize_last(offset, layout.size(), 0);
            }
            // SAFETY: it came from the system.
            None => unsafe { System.dealloc(pointer, layout) },
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Some(offset) = self.offset(pointer) else {
            // SAFETY: it came from the system.
            return unsafe { System.realloc(pointer, layout, size) };
        };
        if size <= layout.size() || self.resize_last(offset, layout.size(), size) {
            return pointer;
        }
        // SAFETY: the caller promises a size that is valid with this alignment; the blocks do not overlap.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                pointer.copy_to_nonoverlapping(new, layout.size());
            }
            new
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).unwrap_or_else(|_| Layout::new::<u8>())
    }

    #[test]
    fn blocks_are_aligned_apart_and_keep_their_bytes() {
        static ARENA: Arena = Arena::new();
        let blocks: Vec<(*mut u8, usize)> = (1..200)
            .map(|i| {
                let (size, align) = (i * 7 % 300 + 1, 1 << (i % 8));
                // SAFETY: the layout is valid, the block is written within its size.
                unsafe {
                    let block = ARENA.alloc(layout(size, align));
                    assert_eq!(block.addr() % align, 0);
                    block.write_bytes(u8::try_from(i % 251).unwrap_or(0), size);
                    (block, size)
                }
            })
            .collect();
        for (i, (block, size)) in blocks.iter().enumerate() {
            let wanted = u8::try_from((i + 1) % 251).unwrap_or(0);
            // SAFETY: written above, and not given back.
            assert!((0..*size).all(|at| unsafe { block.add(at).read() } == wanted));
        }
    }

    #[test]
    fn the_last_block_grows_in_place_and_is_taken_back() {
        static ARENA: Arena = Arena::new();
        let small = layout(16, 8);
        // SAFETY: valid layouts, sizes as they were asked for.
        unsafe {
            let first = ARENA.alloc(small);
            assert_eq!(ARENA.realloc(first, small, 64), first);
            let second = ARENA.alloc(small);
            first.write_bytes(7, 64);
            let moved = ARENA.realloc(first, layout(64, 8), 128);
            assert!(moved != first && moved.add(63).read() == 7);
            ARENA.dealloc(second, small);
            let used = ARENA.used.load(Ordering::Relaxed);
            ARENA.dealloc(moved, layout(128, 8));
            assert!(ARENA.used.load(Ordering::Relaxed) < used);
            // Dirty from before, and yet zero.
            assert_eq!(ARENA.alloc_zeroed(layout(128, 8)).add(63).read(), 0);
        }
    }

    #[test]
    fn large_blocks_and_a_full_region_go_to_the_system() {
        static ARENA: Arena = Arena::new();
        // SAFETY: valid layouts, sizes as they were asked for.
        unsafe {
            let large = layout(LARGE + 1, 8);
            let block = ARENA.alloc(large);
            assert!(!block.is_null() && ARENA.offset(block).is_none());
            ARENA.dealloc(block, large);
            let medium = layout(LARGE, 8);
            let blocks: Vec<*mut u8> = (0..REGION / LARGE + 2).map(|_| ARENA.alloc(medium)).collect();
            let outside: Vec<&*mut u8> = blocks.iter().filter(|b| ARENA.offset(**b).is_none()).collect();
            assert_eq!((outside.len(), blocks.iter().any(|b| b.is_null())), (2, false));
            let grown = ARENA.realloc(blocks[REGION / LARGE + 1], medium, 3 * LARGE);
            ARENA.dealloc(grown, layout(3 * LARGE, 8));
        }
    }
}
