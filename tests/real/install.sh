#!/bin/sh
# Installs the servers that `cargo test --test real` starts. Debian only, root only; elsewhere it says
# so and succeeds, because those tests then skip themselves by name.
set -eu

packages="
    nagios4-core monitoring-plugins-basic
    icinga2-bin
    xymon xymon-client
    nsca nsca-client
    prometheus prometheus-node-exporter
    fuse3 python3-fusepy
    faketime strace
    logrotate rsyslog monitoring-plugins-check-logfiles
    libmonitoring-plugin-perl
    python3-jsonschema python3-venv
    man-db groff
    bash zsh fish
    e2fsprogs mount util-linux
    chromium chromium-driver
    systemd systemd-journal-remote
"

# Node.js from elsewhere brings an npm of its own.
command -v npm >/dev/null || packages="$packages npm"

missing=
for package in $packages; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || state=absent
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "tests/real/install.sh: not installed:$missing (needs root and apt-get); their tests will be skipped"
    exit 0
fi

# The tests start each server themselves, on a free port: none may start on installation. A policy that
# the machine already has is put back, whatever happens.
policy=/usr/sbin/policy-rc.d
kept=$policy.before-vitals-tests
if [ -e "$kept" ] || [ -L "$kept" ]; then
    : # an earlier run was killed: this is the machine's own policy, and what stands at its place is ours
elif [ -e "$policy" ] || [ -L "$policy" ]; then
    mv "$policy" "$kept"
fi
restore() {
    rm -f "$policy"
    if [ -e "$kept" ] || [ -L "$kept" ]; then mv "$kept" "$policy"; fi
}
trap restore EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"

export DEBIAN_FRONTEND=noninteractive
# Without a network, what is missing is skipped by name; where nothing may be skipped, the tests themselves fail.
# shellcheck disable=SC2086 # a list of words is meant
apt-get -q update && apt-get -q install -y --no-install-recommends $missing ||
    echo "tests/real/install.sh: could not install:$missing; their tests will be skipped"
