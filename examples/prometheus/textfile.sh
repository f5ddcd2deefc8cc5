#!/bin/sh
# Writes the metrics of the checks for node_exporter's textfile collector, each in a file of its own. Run it every minute:
#
#     textfile.sh [FOLDER [CHECK...]]
#
# FOLDER is that of --collector.textfile.directory (default /var/lib/prometheus/node-exporter), CHECK one of cpu, fs, mem
# and procs (default all). VITALS_PLUGINS says where the plugins are.
set -u

folder=${1:-/var/lib/prometheus/node-exporter}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- cpu fs mem procs
plugins=${VITALS_PLUGINS:-/usr/lib/vitals/plugins}

failed=0
for check; do
    # The collector reads only *.prom, and a rename is all or nothing: it never sees half a file. The state of the check
    # is one of the metrics: only a code that no plugin gives means that there are none.
    new=$folder/vitals_$check.prom.$$
    code=0
    "$plugins/check_$check" --output prometheus >"$new" || code=$?
    if [ "$code" -le 3 ] && [ -s "$new" ] && mv -f "$new" "$folder/vitals_$check.prom"; then
        continue
    fi
    rm -f "$new"
    echo "$0: check_$check: no metrics (exit code $code)" >&2
    failed=1
done
exit $failed
