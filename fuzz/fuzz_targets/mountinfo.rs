//! The mount table of a kernel, or of a fixture: every line is read or counted; mounts that hold each other in a
//! circle, or nothing, end the search all the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitals::host::mount_tree::Tree;
use vitals::host::mounts::parse;

fuzz_target!(|bytes: &[u8]| {
    let table = parse(bytes);
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    assert_eq!(table.mounts.len() + table.unread, lines);
    let tree = Tree::new(&table);
    assert!(tree.visible().all(|index| index < table.mounts.len()));
    for mount in &table.mounts {
        assert!(mount.point.starts_with(b"/"));
        assert!(tree.at(&mount.point).is_none_or(|index| table.mounts[index].point == mount.point));
        assert!(tree.holder(&mount.point).is_none_or(|index| index < table.mounts.len()));
    }
});
