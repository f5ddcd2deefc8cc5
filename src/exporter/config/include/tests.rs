use super::super::limits::MAX_FILE;
use super::super::load;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// Files below a folder of their own; what loading the first says, or the names of its checks.
fn loaded(files: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    said(folder.path(), files[0].0)
}

fn said(folder: &Path, name: &str) -> String {
    let text = match load(&folder.join(name), "h") {
        Ok(loaded) => {
            let names: Vec<&str> = loaded.config.checks.iter().map(|check| &*check.id.name).collect();
            let files: Vec<String> = loaded.files.iter().map(|file| file.display().to_string()).collect();
            format!("{} of {}", names.join(" "), files.join(" "))
        }
        Err(problems) => problems.to_string(),
    };
    text.replace(&format!("{}/", folder.display()), "")
}

fn check(name: &str) -> String {
    format!("[[check]]\nname = '{name}'\ncommand = ['x']\n")
}

#[test]
fn files_folders_and_patterns_are_included() {
    let main = format!("include = ['one.toml', 'conf.d', 'more/b*.conf', 'empty']\n{}", check("main"));
    let said = loaded(&[
        ("main.toml", &main),
        ("one.toml", "include = ['deep/x.toml']"),
        ("deep/x.toml", &check("deep")),
        ("conf.d/2.toml", &check("two")),
        ("conf.d/1.toml", &check("one")),
        ("conf.d/.hidden.toml", "not read"),
        ("conf.d/README", "not read"),
        ("conf.d/sub.toml/x.toml", "not read"),
        ("more/b1.conf", &check("b")),
        ("more/c1.conf", "not read"),
        ("empty/README", "not read"),
    ]);
    let files = "main.toml one.toml deep/x.toml conf.d/1.toml conf.d/2.toml more/b1.conf";
    assert_eq!(said, format!("b deep main one two of {files}"));
}

#[test]
fn defaults_reach_included_checks_and_stand_only_in_the_main_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.toml"), "include = ['b.toml']\n[defaults]\nretries = 7").unwrap();
    fs::write(folder.path().join("b.toml"), check("b")).unwrap();
    assert_eq!(load(&folder.path().join("a.toml"), "h").unwrap().config.checks[0].retries, 7);
    fs::write(folder.path().join("b.toml"), "listen = '[::1]:1'\n[defaults]\nretries = 7").unwrap();
    let moved = "stands only in the main file: move it there";
    assert_eq!(said(folder.path(), "a.toml"), format!("b.toml:1: 'listen' {moved}\nb.toml:2: 'defaults' {moved}"));
}

#[test]
fn problems_of_all_files_are_told_at_once() {
    let said = loaded(&[
        ("a.toml", "include = ['b.toml', 'c.toml', 'gone', 'x*/y.toml', '']\n[[check]]\nname = 'a'"),
        ("b.toml", "= 1"),
        ("c.toml", "\n[[check]]\nname = 'a'\ncommand = 'x'"),
    ]);
    let starts = [
        "a.toml:1: include: '': names no file",
        "a.toml:1: include: 'x*/y.toml': a pattern may only stand after the last '/'",
        "a.toml:1: include: gone: cannot be read: No such file",
        "a.toml:2: the check has no command",
        "b.toml:1: ",
        "c.toml:4: command: a string",
    ];
    assert_eq!(said.lines().count(), starts.len(), "{said}");
    for (line, start) in said.lines().zip(starts) {
        assert!(line.starts_with(start), "{line}\n{start}");
    }
}

#[test]
fn loops_doubles_and_depth_are_refused() {
    let looped = loaded(&[("a.toml", "include = ['b.toml']"), ("b.toml", "include = ['./a.toml']")]);
    assert_eq!(looped, "b.toml:1: include: ./a.toml: the includes go in a circle: take one of them out");
    let doubled = loaded(&[("a.toml", "include = ['b.toml',\n'*.toml']"), ("b.toml", "")]);
    assert!(doubled.contains("a.toml:2: include: a.toml: the includes go in a circle"), "{doubled}");
    assert!(doubled.contains("a.toml:2: include: b.toml: it is included at a.toml:1 already"), "{doubled}");
    let files: Vec<(String, String)> =
        (0..12).map(|n| (format!("{n}.toml"), format!("include = ['{}.toml']", n + 1))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
    let said = loaded(&files);
    assert!(said.starts_with("8.toml:1: include: 9.toml: includes within includes end after 8"), "{said}");
}

#[test]
fn what_is_no_text_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    assert!(said(folder.path(), "gone.toml").starts_with("gone.toml: cannot be read: No such file"));
    fs::create_dir(path("folder")).unwrap();
    assert_eq!(
        said(folder.path(), "folder"),
        "folder: is no regular file: name one, not a folder or a pipe, as it is read anew at each reload"
    );
    fs::write(path("latin.toml"), b"\n# st\xf6rung").unwrap();
    assert_eq!(said(folder.path(), "latin.toml"), "latin.toml: is not UTF-8 in line 2: save it as UTF-8");
    nix::unistd::mkfifo(&path("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert_eq!(
        said(folder.path(), "pipe"),
        "pipe: is no regular file: name one, not a folder or a pipe, as it is read anew at each reload"
    );
    let most = usize::try_from(MAX_FILE).unwrap();
    fs::write(path("large"), " ".repeat(most)).unwrap();
    assert_eq!(said(folder.path(), "large"), " of large");
    fs::write(path("large"), " ".repeat(most + 1)).unwrap();
    assert!(said(folder.path(), "large").starts_with("large: is larger than 16 MiB"));
    fs::create_dir(path("links")).unwrap();
    symlink("nowhere", path("links/x.toml")).unwrap();
    fs::write(path("links.toml"), "include = ['links']").unwrap();
    assert!(said(folder.path(), "links.toml").starts_with("links.toml:1: include: links/x.toml: cannot be read"));
}
