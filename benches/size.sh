#!/bin/sh
# Prints the size of each binary in a folder beside its budget; fails when one is over it, or missing.
#
#     benches/size.sh [DIR]        default: dist
set -eu

dir=${1:-dist}
# In bytes; 3 MB with the crate regex, 2.75 MB with TLS. Without it 1 MB was the aim, but 227 KB of code are the standard library's stack
# traces (gimli, addr2line, miniz_oxide, libunwind), which cannot be left out without building it: see README.md.
budgets="
check_cpu 1250000
check_mem 1250000
check_fs 3000000
check_listener 2750000
check_procs 3000000
check_logscan 3500000
"

if [ ! -d "$dir" ]; then
    echo "no folder $dir: build first"
    exit 1
fi

status=0
printf '%-24s %12s %12s\n' "binary" "bytes" "budget"
row() { # NAME BUDGET
    if [ ! -f "$dir/$1" ]; then
        printf '%-24s %12s %12s  missing\n' "$1" - "$2"
        status=1
        return
    fi
    size=$(wc -c <"$dir/$1")
    if [ "$2" = - ]; then
        verdict=
    elif [ "$size" -le "$2" ]; then
        verdict="$((size * 100 / $2)) %"
    else
        verdict="$((size * 100 / $2)) %, OVER"
        status=1
    fi
    printf '%-24s %12d %12s  %s\n' "$1" "$size" "$2" "$verdict"
}

while read -r name budget; do
    [ -z "$name" ] || row "$name" "$budget"
done <<END
$budgets
END

# What has no budget is shown all the same.
for file in "$dir"/*; do
    name=${file##*/}
    [ -f "$file" ] && [ -x "$file" ] || continue
    case "$budgets" in
    *"
$name "*) ;;
    *) row "$name" - ;;
    esac
done
exit "$status"
