#!/bin/sh
# tools/bench/eval_peers.py times an evaluation, also where there is none of its peers.
#   eval_peers_test.sh PROGRAM

set -eu
cd "$(dirname "$0")/../.."
export PYTHONDONTWRITEBYTECODE=1
command -v python3 >/dev/null || { printf 'skipped: no python3\n'; exit 77; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tools/bench/make_val_like.py "$folder" --images 20 >/dev/null
tools/bench/eval_peers.py --program "$1" --annotations "$folder/annotations.json" \
  --detections "$folder/detections.json" --runs 2 --peers | tee "$folder/said"
python3 - "$folder/said" <<'PYTHON'
import sys
_, names, _, row = open(sys.argv[1]).read().splitlines()
row = dict(zip((name.strip() for name in names.split("|")[2:]), (cell.strip() for cell in row.split("|")[2:])))
assert row["ratio"] == "1.0, 1.0" and row["numbers"] == "equal to the last bit", row
assert float(row["memory"]) > 0 and int(row["threads"]) > 0, row
PYTHON
