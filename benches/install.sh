#!/bin/sh
# Installs what the benchmark compares with, where that can be done: Debian and its kin, as root.
# Elsewhere it says what is missing and succeeds; the benchmark then names what it left out.
set -eu

plugins=/usr/lib/nagios/plugins
packages=
for plugin in check_disk check_load check_procs check_swap; do
    [ -x "$plugins/$plugin" ] || packages="monitoring-plugins-basic"
done
command -v valgrind >/dev/null || packages="$packages valgrind"
for exporter in prometheus-node-exporter prometheus-blackbox-exporter; do
    command -v "$exporter" >/dev/null || packages="$packages $exporter"
done
command -v ps >/dev/null || packages="$packages procps"
command -v rg >/dev/null || packages="$packages ripgrep"
command -v mtail >/dev/null || packages="$packages mtail"
[ -x "$plugins/check_logfiles" ] || packages="$packages monitoring-plugins-check-logfiles"

if [ -z "$packages" ]; then
    exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "benches/install.sh: missing: $packages (installed by apt-get, as root)"
    exit 0
fi

# No service may start because a benchmark wants a program of its package.
guard=/usr/sbin/policy-rc.d
if [ ! -e "$guard" ]; then
    trap 'rm -f "$guard"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$guard"
    chmod 755 "$guard"
fi

export DEBIAN_FRONTEND=noninteractive
# The lists may be older than the archive: asked for again only when they do not serve.
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $packages >/dev/null 2>&1 || {
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends $packages >/dev/null
}
