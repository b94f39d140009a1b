#!/bin/sh
# tools/bench/data_peers.py times data_bench and torchvision's transforms on a few small pictures; both load the same.
#   data_peers_test.sh PROGRAM DATA_BENCH

set -eu
cd "$(dirname "$0")/../.."
export PYTHONDONTWRITEBYTECODE=1
python=/usr/bin/python3
$python -c 'import torchvision' 2>/dev/null || { printf 'skipped: no torchvision\n'; exit 77; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" data synth --out "$folder/data" --train-images 3 --val-images 1 --width 128 --height 64 >/dev/null 2>&1
program=$2
images=$folder/data/train
annotations=$folder/data/annotations/train.json
peers() {  # PYTHON HEIGHT
  $python tools/bench/data_peers.py "$images" "$annotations" --program "$program" --python "$1" --only 128 "$2" \
    --runs 1 --epochs 2 --json "$folder/turns.json"
}

peers $python 64 | tee "$folder/said"
grep -q ' times as fast$' "$folder/said"
$python - "$folder/turns.json" <<'PYTHON'
import json, sys
(ours, peer), = json.load(open(sys.argv[1]))
assert list(ours["parts_processor_ms"]) == ["read", "decode", "flip", "resize, normalise, pad"]
assert list(peer["parts_processor_ms"]) == ["decode", "flip", "to float", "resize, normalise, pad"]
assert len(ours["wall_ms"]) == 2, ours
assert ours["threads"] == peer["threads"] == 1 and isinstance(ours["instructions"], list)
for result in (ours, peer):
    assert result["pictures"] == 3, result
    for samples in (result["processor_ms"], *result["parts_processor_ms"].values()):
        assert len(samples) == 2 and all(value > 0 for value in samples), result
assert abs(ours["sum_of_a_picture"] - peer["sum_of_a_picture"]) <= 1e-3 * abs(peer["sum_of_a_picture"])
PYTHON

# A Python whose torchvision comes to half the sum, as if it had loaded something else.
cat >"$folder/python" <<'PYTHON'
#!/usr/bin/python3
import json, pathlib, sys
if sys.argv[1] != "-c":
    (_, peer), = json.loads((pathlib.Path(__file__).parent / "turns.json").read_text())
    peer["sum_of_a_picture"] /= 2
    pathlib.Path(sys.argv[-1]).write_text(json.dumps(peer))
PYTHON
chmod +x "$folder/python"
fails_with() {  # TEXT HEIGHT
  if peers "$folder/python" "$2" >/dev/null 2>"$folder/said" || ! grep -q "$1" "$folder/said"; then
    printf 'expected an error with "%s", found:\n' "$1"
    cat "$folder/said"
    exit 1
  fi
}
fails_with 'the pictures differ' 64
fails_with 'no picture of 128x63' 63
