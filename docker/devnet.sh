#!/bin/sh
# Keeps the devnet of a folder up for as long as this runs, and keeps its state when it is told to stop.
set -eu
folder=${1:?the folder of the devnet}

moneta devnet up --dir "$folder"
node=$(python -c 'import json, sys; print(json.load(open(sys.argv[1]))["pid"])' "$folder/devnet.json")

stop() {
  trap '' TERM INT
  moneta devnet down --dir "$folder"
  exit 0
}
trap stop TERM INT

# `wait` ends at a signal, where `sleep` in front would hold the trap back until it is over.
while kill -0 "$node" 2>/dev/null; do
  sleep 1 &
  wait $! || true
done
echo "the node ended by itself; its last words are in $folder/anvil.log" >&2
exit 1
