#!/bin/sh
# The shell scripts are free of what shellcheck finds, can be run, and explain themselves.

set -eu
cd "$(dirname "$0")/../.."

for script in tools/setup.sh tools/quickstart.sh tools/test.sh tools/peers.sh tools/fuzz.sh tools/check_layers.sh .ci/run; do
  [ -x "$script" ] || { printf '%s is not executable\n' "$script"; exit 1; }
done
for script in tools/setup.sh tools/test.sh tools/peers.sh tools/fuzz.sh; do
  "$script" --help | grep -q "$script" || { printf '%s --help does not explain it\n' "$script"; exit 1; }
done
if tools/setup.sh nonsense 2>/dev/null; then
  printf 'tools/setup.sh takes an unknown section\n'
  exit 1
fi

command -v shellcheck >/dev/null || { printf 'skipped: no shellcheck\n'; exit 77; }
shellcheck -x tools/*.sh tests/tools/*.sh .ci/run
