//! `/proc/PID/cgroup`: to which unit and container a process belongs. Rule: cgroups(7), systemd's CGROUP_DELEGATION.

/// Endings of the units that hold processes (systemd.unit(5)).
const UNITS: [&[u8]; 6] = [b".service", b".scope", b".slice", b".socket", b".mount", b".swap"];
/// What container managers put into the path.
const MANAGERS: [&[u8]; 9] =
    [b"docker", b"libpod", b"crio", b"cri-containerd", b"containerd", b"kubepods", b"lxc", b"machine.slice", b"garden"];
/// The digits that managers show of an ID, which is longer in a path.
const SHORTEST_ID: usize = 12;

/// The paths of the hierarchies, in the kernel's order; those of processes in the root are `/`.
pub fn paths(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    // HIERARCHY:CONTROLLERS:PATH, and a path may hold colons.
    text.split(|byte| *byte == b'\n').filter_map(|line| line.splitn(3, |byte| *byte == b':').nth(2))
}

/// The systemd units that a process is part of, outermost first: slices, the system's unit, the user manager's.
pub fn units(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    paths(text)
        .flat_map(|path| path.split(|byte| *byte == b'/'))
        .filter(|part| UNITS.iter().any(|ending| part.len() > ending.len() && part.ends_with(ending)))
}

/// The container of a process, as its manager calls it: the ID in the path (Docker, Podman, Kubernetes), else the name
/// (LXC, systemd-nspawn). A daemon such as docker.service is none.
#[must_use]
pub fn container(text: &[u8]) -> Option<&[u8]> {
    paths(text).find_map(|path| {
        let mut parts = path.split(|byte| *byte == b'/').skip_while(|part| !is_managed(part));
        let manager = parts.next()?;
        let mut inner = parts.clone();
        if let Some(id) = std::iter::once(manager).chain(parts).map(bare).filter(|name| is_id(name)).last() {
            return Some(id);
        }
        if let Some(name) = manager.strip_prefix(b"lxc.payload.") {
            return Some(name);
        }
        match manager {
            b"lxc" | b"docker" | b"machine.slice" => inner.next().map(bare),
            _ => None,
        }
    })
}

fn is_managed(part: &[u8]) -> bool {
    MANAGERS.iter().any(|name| part.starts_with(name) && part.get(name.len()).is_none_or(|next| b".-:_".contains(next)))
}

fn is_id(name: &[u8]) -> bool {
    name.len() >= SHORTEST_ID && name.iter().all(u8::is_ascii_hexdigit)
}

/// `docker-0123456789ab.scope` is container `0123456789ab`.
fn bare(name: &[u8]) -> &[u8] {
    let name = name.strip_suffix(b".scope").or_else(|| name.strip_suffix(b".service")).unwrap_or(name);
    let prefixed = |manager: &&[u8]| name.strip_prefix(*manager)?.strip_prefix(b"-");
    MANAGERS.iter().find_map(prefixed).or_else(|| name.strip_prefix(b"machine-")).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: impl Iterator<Item = impl AsRef<[u8]>>) -> Vec<String> {
        found.map(|name| String::from_utf8_lossy(name.as_ref()).into_owned()).collect()
    }

    #[test]
    fn units_of_both_versions() {
        assert_eq!(names(units(b"0::/system.slice/ssh.service\n")), ["system.slice", "ssh.service"]);
        let v1 = b"9:name=systemd:/system.slice/cron.service\n8:pids:/\n0::/";
        assert_eq!(names(units(v1)), ["system.slice", "cron.service"]);
        let user = b"0::/user.slice/user-1000.slice/user@1000.service/app.slice/a:b.service";
        assert_eq!(names(units(user)).last().map(String::as_str), Some("a:b.service"));
        assert_eq!(names(units(b"0::/\n")), Vec::<String>::new());
    }

    #[test]
    fn containers_of_many_managers() {
        let of =
            |path: &str| container(format!("0::{path}\n").as_bytes()).map(|c| String::from_utf8_lossy(c).into_owned());
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(of("/docker/0123456789ab"), some("0123456789ab"));
        assert_eq!(of("/docker/0123456789ab/system.slice/cron.service"), some("0123456789ab"));
        assert_eq!(of("/system.slice/docker-0123456789ab.scope"), some("0123456789ab"));
        assert_eq!(of("/machine.slice/libpod-77aa77aa77aa.scope/container"), some("77aa77aa77aa"));
        let pod = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice";
        assert_eq!(of(&format!("{pod}/cri-containerd-9f9f9f9f9f9f.scope")), some("9f9f9f9f9f9f"));
        assert_eq!(of("/lxc.payload.web/init.scope"), some("web"));
        assert_eq!(of("/lxc/web/init.scope"), some("web"));
        assert_eq!(of("/machine.slice/machine-web.scope"), some("web"));
        assert_eq!(of("/system.slice/docker.service"), None);
        assert_eq!(of("/system.slice/ssh.service"), None);
        assert_eq!(of("/"), None);
    }
}
