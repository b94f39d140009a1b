#!/bin/sh
# The scripts of tools/bench that measure refuse to measure nothing, before they look for programs and files.

set -eu
cd "$(dirname "$0")/../.."
export PYTHONDONTWRITEBYTECODE=1
command -v python3 >/dev/null || { printf 'skipped: no python3\n'; exit 77; }

said=$(mktemp)
trap 'rm -f "$said"' EXIT
refuses() {  # SCRIPT OPTION ARGUMENT...
  script=$1 option=$2
  shift 2
  for value in 0 -1 1.5 x; do
    status=0
    python3 "tools/bench/$script" "$@" "$option=$value" >/dev/null 2>"$said" || status=$?
    if [ $status -ne 2 ] || ! grep -q "argument $option: found '$value', expected a number from 1 on" "$said"; then
      printf '%s %s=%s ended with %s:\n' "$script" "$option" "$value" "$status"
      cat "$said"
      exit 1
    fi
  done
}
refuses step_peers.py --runs
refuses eval_peers.py --runs
refuses start_time.py --runs
refuses data_peers.py --runs IMAGES ANNOTATIONS
