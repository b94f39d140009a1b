#!/bin/sh
# The scripts of tools/bench refuse, before they look for programs and run anything, what they can't measure, read or
# write; and they explain themselves wherever there is a Python.

set -eu
cd "$(dirname "$0")/../.."
export PYTHONDONTWRITEBYTECODE=1
command -v python3 >/dev/null || { printf 'skipped: no python3\n'; exit 77; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
said=$folder/said
ends_with() {  # STATUS TEXT SCRIPT ARGUMENT...
  expected=$1 text=$2 script=$3
  shift 3
  status=0
  python3 "tools/bench/$script" "$@" >"$said" 2>&1 || status=$?
  if [ $status -ne "$expected" ] || ! grep -qF -e "$text" "$said" || grep -q Traceback "$said"; then
    printf '%s %s ended with %s, expected %s and "%s":\n' "$script" "$*" "$status" "$expected" "$text"
    cat "$said"
    exit 1
  fi
}
refuses_to_measure_nothing() {  # SCRIPT OPTION ARGUMENT...
  script=$1 option=$2
  shift 2
  for value in 0 -1 1.5 x; do
    ends_with 2 "argument $option: found '$value', expected a number from 1 on" "$script" "$@" "$option=$value"
  done
}
touch "$folder/file"
refuses_to_measure_nothing step_peers.py --runs
refuses_to_measure_nothing eval_peers.py --runs
refuses_to_measure_nothing start_time.py --runs
refuses_to_measure_nothing data_peers.py --runs "$folder" "$folder/file"
refuses_to_measure_nothing make_val_like.py --images "$folder"
refuses_to_measure_nothing make_val_like.py --detections "$folder"

nowhere=$folder/none/all.json
ends_with 2 "argument --json: $nowhere can't be written: No such file" step_peers.py --json "$nowhere"
ends_with 2 "argument --json: $folder can't be written: Is a directory" step_peers.py --json "$folder"
ends_with 2 "argument --json: $nowhere can't" data_peers.py "$folder" "$folder/file" --json "$nowhere"
ends_with 2 "argument --json: $nowhere can't" peer_torchvision.py --json "$nowhere"
ends_with 2 "argument --json: $nowhere can't" peer_torchvision_data.py "$folder" "$folder/file" --json "$nowhere"
ends_with 2 "argument file: $nowhere can't" make_train_like.py "$nowhere"
ends_with 1 "can't be written: Not a directory" make_val_like.py "$folder/file/set"
ends_with 2 "argument images: found 'abc', expected a number from 1 on" make_train_like.py "$folder/x.json" abc
ends_with 2 "argument images: found '581930', expected a number from 1 to 581929" \
  make_train_like.py "$folder/x.json" 581930
ends_with 2 'the following arguments are required: file' make_train_like.py
ends_with 2 "argument images: there is no folder $folder/none" data_peers.py "$folder/none" "$folder/file"
ends_with 2 "argument annotations: there is no file $folder/none" data_peers.py "$folder" "$folder/none"
ends_with 2 "argument --annotations: there is no file $folder/none" eval_peers.py --annotations "$folder/none"
ends_with 2 "argument --config: there is no file $folder/none" start_time.py --config "$folder/none"
ends_with 1 'there is no program' step_peers.py --program "$folder/file"  # which can't be run
ends_with 1 'ended well, but wrote nothing to its --json' \
  step_peers.py --program /bin/true --python /bin/true --json "$folder/all.json"
[ ! -e "$folder/x.json" ] || { printf 'a file that was refused is there\n'; exit 1; }
[ ! -e "$folder/all.json" ] || { printf 'a file is left of a comparison that failed\n'; exit 1; }

# torchvision may be missing: a Python without any packages (-S) explains and refuses all the same.
for script in tools/bench/*.py; do
  [ "$script" = tools/bench/peers.py ] || python3 -S "$script" -h | grep -q "$script" ||
    { printf '%s -h does not explain it\n' "$script"; exit 1; }
done
[ ! -e ./-h ] || { printf 'a script took -h for a file\n'; exit 1; }
if python3 -S tools/bench/peer_torchvision.py >/dev/null 2>"$said" || ! grep -q 'has no torchvision' "$said"; then
  cat "$said"
  exit 1
fi

# A small file like train2017's: its objects fit its images.
python3 tools/bench/make_train_like.py "$folder/train.json" 100
python3 - "$folder/train.json" <<'PYTHON'
import json, sys
sys.path.insert(0, "tools/bench")
from peers import number, ranged
truth = json.load(open(sys.argv[1]))
assert len(truth["images"]) == 100 and len(truth["annotations"]) == 727, len(truth["annotations"])
assert [number(value, 1, 3) for value in (4450.26, 13.5, 0.3, 0.0312, 0)] == ["4450.3", "13.5", "0.300", "0.0312", "0"]
assert [number(value, 2, 2) for value in (3.1, 0.442, 0.0089)] == ["3.10", "0.44", "0.0089"]
assert ranged(0.44, [0.44], "{:.2f}".format) == "0.44"
assert ranged(0.44, [0.47, 0.44, 0.41], "{:.2f}".format, "-") == "0.44 (0.41-0.47)"
PYTHON
