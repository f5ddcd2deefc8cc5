#!/bin/sh
# Installs, from PyPI into the folder that cargo builds in, what judges our stand-in for an Oracle database and our SQL:
# Oracle's own client and a parser of Oracle's dialect. Where that fails, their tests skip themselves by name.
set -eu
cd "$(dirname "$0")/../.."
target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
python=$target/python
mkdir -p "$target"
if [ ! -x "$python/bin/pip" ]; then
    rm -rf "$python"
    python3 -m venv "$python" || {
        rm -rf "$python"
        echo 'tests/real/python.sh: python3 makes no virtual environment; the tests that need one will be skipped'
        exit 0
    }
fi
"$python/bin/pip" install --quiet --disable-pip-version-check --upgrade oracledb sqlglot ||
    echo 'tests/real/python.sh: could not get the newest oracledb and sqlglot; if they are missing, their tests will be skipped'
