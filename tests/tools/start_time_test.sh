#!/bin/sh
# tools/bench/start_time.py finds in what `retinanet train` says how far its start has come.
#   start_time_test.sh PROGRAM

set -eu
cd "$(dirname "$0")/../.."
export PYTHONDONTWRITEBYTECODE=1
command -v python3 >/dev/null || { printf 'skipped: no python3\n'; exit 77; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
start_time() { python3 tools/bench/start_time.py --config tools/bench/r18.json --images 5 --runs 2 --program "$1"; }

start_time "$1" | tee "$folder/said"
python3 - "$folder/said" <<'PYTHON'
import re, sys
heading, *rows = open(sys.argv[1]).read().splitlines()
assert heading.startswith("2 starts after 1, 5 pictures twice"), heading
rows = [re.fullmatch(r"(.*?) +([\d.]+) \(([\d.]+) to ([\d.]+)\)", row).groups() for row in rows]
stages = ["LibTorch loaded", "training set loaded", "validation set loaded", "first step begins", "the same, processor"]
assert [name for name, *_ in rows] == stages, rows
for name, *seconds in rows:
    median, least, most = map(float, seconds)
    assert 0 < most and least <= median <= most, (name, seconds)
medians = [float(median) for _, median, *_ in rows[:4]]
assert medians == sorted(medians), medians
PYTHON

# Programs that say something else are told, by the mark that is missing.
fails_with() {
  printf '#!/bin/sh\n{ %s; } >&2\n' "$2" >"$folder/other"
  chmod +x "$folder/other"
  if start_time "$folder/other" >/dev/null 2>"$folder/said" || ! grep -q "$1" "$folder/said"; then
    printf 'expected an error with "%s", found:\n' "$1"
    cat "$folder/said"
    exit 1
  fi
}
fails_with "said nothing with 'data.val '" 'echo "retinanet | LibTorch 2"; echo "data.train x"; echo "run 3 steps in y"; exec sleep 9'
fails_with 'order of what the program says' \
  'echo "data.train x"; echo "retinanet | LibTorch 2"; echo "data.val x"; echo "run 3 steps in y"; exec sleep 9'
fails_with 'ended before its first step' 'echo "retinanet | LibTorch 2"; echo "data.train x"; echo "data.val x"'
