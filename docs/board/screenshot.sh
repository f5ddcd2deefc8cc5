#!/bin/sh
# Takes docs/board.png: the board of hospital.toml in a headless Chromium.
set -eu
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'kill "$exporter" 2>/dev/null || :; rm -rf "$scratch"' EXIT
STATE_DIRECTORY=$scratch dist/vitals_exporter --config docs/board/hospital.toml 2>"$scratch/log" &
exporter=$!
tries=0
while ! address=$(sed -n 's|^vitals_exporter: \(http://[^ ]*\).*|\1|p' "$scratch/log" | grep .) ||
    ! curl -fs "$address-/ready" >/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { cat "$scratch/log" >&2; exit 1; }
    sleep 0.1
done
chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$scratch/profile" \
    --window-size=1120,740 --screenshot=docs/board.png "$address" >/dev/null 2>&1
