#!/bin/sh
# Makes a Python environment with what this program is compared with (tools/peers.txt), in build/peers.
# Quick and silent to run again.
#
#   tools/peers.sh test|bench
#
# It needs a network, and pip's ready-made packages for this machine. Where it fails it says so, with
# exit status 1; the tests that compare are skipped then.

set -eu
cd "$(dirname "$0")/.."

case ${1:-} in
  test | bench) section=$1 ;;
  -h | --help) sed -n '2,8s/^# \{0,1\}//p' tools/peers.sh; exit 0 ;;
  *) sed -n '2,8s/^# \{0,1\}//p' tools/peers.sh >&2; exit 2 ;;
esac

folder=build/peers/$section
packages=$(awk -v section="$section" '{ sub(/#.*/, "") } $1 == section { print $2 }' tools/peers.txt)
if [ "$(cat "$folder/made" 2>/dev/null)" = "$packages" ]; then
  exit 0
fi

# Debian's python3 is the one that set-up installs what it needs for.
python=/usr/bin/python3
[ -x $python ] || python=python3
log=build/peers/$section.log
mkdir -p build/peers
rm -rf "$folder"
# shellcheck disable=SC2086  # a list
set -- $packages
printf 'Installing %s (%s)\n' "$*" "$folder"
# Ready-made packages only: compiling them would ask for more than set-up installs.
if ! { $python -m venv "$folder" &&
  "$folder/bin/pip" install --disable-pip-version-check --retries 1 --timeout 15 --only-binary :all: "$@"; } \
  >"$log" 2>&1 </dev/null; then
  rm -rf "$folder"
  printf 'peers: that failed (%s has all of it): %s\n' "$log" "$(tail -n 1 "$log")" >&2
  printf 'peers: what compares with these is left out; with a network, run tools/peers.sh %s\n' "$section" >&2
  exit 1
fi
printf '%s\n' "$packages" >"$folder/made"
