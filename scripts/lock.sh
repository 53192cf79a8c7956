#!/bin/sh
# Rewrites both lock files from pyproject.toml: all pins with hashes, for every Python and system, without a host.
# Needs uv on the PATH (pip install uv). What stands in them stays; the dev lock has the very pins of the first.
set -eu
cd "$(dirname "$0")/.."
compile() {
  uv pip compile --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate --quiet \
    --generate-hashes "$@" </dev/null
}
pins=$(mktemp)
trap 'rm -f "$pins"' EXIT
compile --extra setup pyproject.toml -o requirements.lock
sed -n 's/^\([a-z0-9].*==.*\) \\$/\1/p' requirements.lock >"$pins"
compile --extra setup --extra dev pyproject.toml --constraint "$pins" -o requirements-dev.lock
