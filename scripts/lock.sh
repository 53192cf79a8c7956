#!/bin/sh
# Rewrites both lock files from pyproject.toml: all pins with hashes, for every Python and system, without a host.
# Needs uv on the PATH (pip install uv). The dev lock is constrained to the pins of the first.
set -eu
cd "$(dirname "$0")/.."
compile() { uv pip compile --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate --quiet "$@"; }
pins=$(mktemp)
trap 'rm -f "$pins"' EXIT
compile --extra setup pyproject.toml -o "$pins" </dev/null
compile --generate-hashes --extra setup pyproject.toml -o requirements.lock
compile --generate-hashes --extra setup --extra dev pyproject.toml --constraint "$pins" -o requirements-dev.lock
