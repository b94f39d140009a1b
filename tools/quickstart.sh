#!/bin/sh
# From a fresh clone to a trained detector and its detections on pictures, in a few minutes.
#
#   tools/quickstart.sh [--fresh]     --fresh: forget the model of an earlier run and train again
#
# To run it again is safe: what is built stays built, a training that was stopped goes on.

set -eu
cd "$(dirname "$0")/.."
# shellcheck source=tools/common.sh
. tools/common.sh

program=build/release/retinanet
folder=quickstart
data=$folder/data
run=$folder/run
pictures=$folder/pictures
config=configs/quickstart.json

case ${1:-} in
  '') ;;
  --fresh) rm -rf "$run" "$pictures" ;;
  *) sed -n '2,6s/^# \{0,1\}//p' tools/quickstart.sh >&2; exit 2 ;;
esac

start=$(date +%s)
step() {
  printf '\n== %s  (%s since the start)\n' "$1" "$(($(date +%s) - start)) s"
}

step '1 of 6: Debian packages'
tools/setup.sh build
echo 'All there.'

step '2 of 6: build the program (2 minutes on 2 cores when new)'
run_logged build/release/configure.log cmake --preset release
cmake --build --preset release --target retinanet --parallel "$(build_jobs)" </dev/null

step '3 of 6: draw a data set: scenes of shapes, with COCO annotations'
if [ -e "$data/annotations/val.json" ]; then
  echo "Already in $data."
else
  "$program" data synth --out "$data"
fi

step '4 of 6: train a small detector from random weights (about 5 minutes on 2 cores)'
if [ -e "$run/last.ckpt" ]; then
  echo "Going on from $run/last.ckpt. (tools/quickstart.sh --fresh trains from the start.)"
  "$program" train "$config" --out "$run" --resume
else
  rm -rf "$run"
  "$program" train "$config" --out "$run"
fi

step '5 of 6: score it on pictures that it was not trained on'
"$program" eval --model "$run/best.safetensors" \
  --images "$data/val" --annotations "$data/annotations/val.json"

step '6 of 6: draw its detections'
"$program" predict --model "$run/best.safetensors" "$data/val" --out "$pictures"

cat <<TEXT

Done in $(($(date +%s) - start)) s. Look at
  $pictures/            the held-out pictures with what the detector found
  $run/                 the model (best.safetensors), its log and its numbers

Next, your own pictures. With COCO annotations at hand, copy $config,
put your folders and files into data.train and data.val, and
  $program data check my.json                 names every problem in the data first
  $program train my.json --out runs/my        Ctrl-C stops it safely, --resume goes on
  $program predict --model runs/my/best.safetensors my-pictures/ --out found
configs/README.md tells which settings matter and what scores to expect.
TEXT
