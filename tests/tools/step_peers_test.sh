#!/bin/sh
# tools/bench/step_peers.py times both programs, small enough to be quick, and its JSON has every row.
#   step_peers_test.sh PROGRAM

set -eu
cd "$(dirname "$0")/../.."
export PYTHONDONTWRITEBYTECODE=1
python=/usr/bin/python3
$python -c 'import torchvision' 2>/dev/null || { printf 'skipped: no torchvision\n'; exit 77; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
$python tools/bench/step_peers.py --program "$1" --python $python --cases r18 --precisions fp32 --runs 1 \
  --steps 1 --threads 1 --size 64x96 --json "$folder/all.json"
$python - "$folder/all.json" <<'PYTHON'
import json, sys
compared, = json.load(open(sys.argv[1]))
rows = compared["rows"]
assert len(rows) == 12, sorted(rows)
for name, row in rows.items():
    assert row["retinanet"] > 0 and row["torchvision"] > 0, (name, row)
    ratio = row["retinanet"] / row["torchvision"]
    assert abs(row["ratio"]["median"] - ratio) < 1e-9 * ratio, (name, row)  # of one turn
(ours, peers), = compared["turns"]
assert [peer["channels_last"] for peer in peers] == [False, True]
for part, is_last in compared["torchvision_channels_last"].items():
    assert rows[part + " total"]["torchvision"] > 0 and isinstance(is_last, bool)
    def total(peer):
        sample, = peer[part]["samples"]
        return sample["total"] - (sample["data"] if part == "step" else 0)
    assert abs(rows[part + " total"]["torchvision"] - min(map(total, peers))) < 1e-9, part  # the quicker
for peer in peers:
    assert ours["parameters"] == peer["parameters"]
    assert ours["input"] == peer["input"] == [64, 96]
for result in (ours, *peers):
    for part in ("step", "inference"):
        sample, = result[part]["samples"]
        phases = sum(value for name, value in sample.items() if name != "total")
        assert abs(sample["total"] - phases) < 1e-6 * phases, sample
    assert list(result["step"]["samples"][0]) == ["data", "forward", "loss", "backward", "optimizer", "total"]
PYTHON
