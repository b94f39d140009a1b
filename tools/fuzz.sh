#!/bin/sh
# Installs what is missing, builds the fuzz targets with clang, and runs each from the kept corpus.
#
#   tools/fuzz.sh [SECONDS [TARGET]...]     each of the targets, or of those named, so long; default: 600
#   tools/fuzz.sh --keep [TARGET]...        instead: adds what earlier runs found to the kept corpus, minimised
#
# A target gives a parser (torch_file, pickle, safetensors, coco_file, coco_results, voc, yolo, csv, config, checkpoint)
# bytes of all kinds under the address and undefined-behaviour sanitizers. Anything but a result or an rn::Error, other
# records of a COCO file from its fast reader than from its general one, a config or a CSV file that is another once it
# was written and read again, more than 512 MB for an input of 64 KB, or 10 s for one, is a finding: its input is left
# in build/fuzz/findings, and the exit status is 1. New inputs that reach further gather in build/fuzz/found, the kept
# ones are in tests/fuzz/corpus.

set -eu
cd "$(dirname "$0")/.."
# shellcheck source=tools/common.sh
. tools/common.sh

build=build/fuzz
targets='torch_file pickle safetensors coco_file coco_results voc yolo csv config checkpoint'
seconds=600
keep=false
usage() { sed -n '2,12s/^# \{0,1\}//p' tools/fuzz.sh; }
case ${1:-} in
  '') ;;
  --keep) keep=true ;;
  -h | --help) usage; exit 0 ;;
  *[!0-9]* | 0*) usage >&2; exit 2 ;;
  *) seconds=$1 ;;
esac
[ $# -eq 0 ] || shift
for target in "$@"; do
  case " $targets " in
    *" $target "*) ;;
    *) printf '%s: no target; expected some of: %s\n' "$target" "$targets" >&2; exit 2 ;;
  esac
done
[ $# -eq 0 ] || targets=$*

jobs=$(build_jobs)
tools/setup.sh build fuzz
run_logged $build/configure.log cmake --preset fuzz -DCMAKE_UNITY_BUILD=ON
echo "Building with $jobs jobs ($build)"
run_logged $build/build.log cmake --build --preset fuzz --parallel "$jobs"

# A process with LibTorch takes 350 MB before its first input, and what was freed is held back for a while
# (the quarantine), so that uses of it are seen. LibTorch works on one thread.
export OMP_NUM_THREADS=1
export ASAN_OPTIONS=quarantine_size_mb=64:"${ASAN_OPTIONS:-}"
# The config's target writes its files into a folder, which is best in memory.
temporary=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$temporary"' EXIT
export TMPDIR="$temporary"
limits='-max_len=65536 -timeout=10 -malloc_limit_mb=512 -rss_limit_mb=1024'

dictionary() {
  case $1 in
    safetensors) echo tests/fuzz/safetensors.dict ;;
    coco_*) echo tests/fuzz/coco.dict ;;
    voc | yolo | csv) echo tests/fuzz/annotations.dict ;;
    config) echo tests/fuzz/config.dict ;;
    checkpoint) echo tests/fuzz/checkpoint.dict ;;
    *) echo tests/fuzz/pickle.dict ;;
  esac
}

# fuzz TARGET: says what it did; fails on a finding.
fuzz() {
  found=$build/found/$1
  log=$build/$1.log
  mkdir -p "$found" $build/findings
  status=0
  # shellcheck disable=SC2086  # a list
  "$build/tests/fuzz/fuzz_$1" $limits -max_total_time="$seconds" -print_final_stats=1 \
    -dict="$(dictionary "$1")" -artifact_prefix="$build/findings/$1-" \
    "$found" "tests/fuzz/corpus/$1" >"$log" 2>&1 </dev/null || status=$?
  awk -v target="$1" '
    match($0, /cov: [0-9]+ ft: [0-9]+/) { reached = substr($0, RSTART, RLENGTH) }
    /^stat::number_of_executed_units/ { runs = $2 }
    /^stat::peak_rss_mb/ { memory = $2 }
    END { printf "%s: %d inputs, %s, at most %d MB\n", target, runs, reached, memory }' "$log"
  [ $status -eq 0 ] && return
  grep -E 'ERROR|SUMMARY|runtime error|terminate called|what\(\)|Test unit written' "$log" >&2 || tail -n 30 "$log" >&2
  printf '%s: a finding; %s has all of it\n' "$1" "$log" >&2
  return 1
}

# keep TARGET: of both corpora the smallest inputs that reach all that any of them reaches; how often
# they pass there (the counters) would take nine times the bytes.
keep() {
  kept=tests/fuzz/corpus/$1
  merged=$build/merged/$1
  rm -rf "$merged"
  mkdir -p "$merged" "$build/found/$1" "$kept"
  # shellcheck disable=SC2086  # a list
  run_logged "$build/merge.log" "$build/tests/fuzz/fuzz_$1" $limits -max_len=5000 -use_counters=0 -merge=1 \
    "$merged" "$kept" "$build/found/$1"
  rm -f "$kept"/*
  cp "$merged"/* "$kept"/
  printf '%s: %d inputs kept\n' "$1" "$(find "$kept" -type f | wc -l)"
}

failed=0
for target in $targets; do
  if $keep; then
    keep "$target"
  else
    echo "$target: $seconds s ($build/$target.log)"
    fuzz "$target" || failed=1
  fi
done
exit $failed
