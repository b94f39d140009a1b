#!/bin/sh
# Fails on an #include in src that goes against the layers.
#
#   tools/check_layers.sh [SRC]      the folder of the layers; default: src of this checkout
#
# The arrows: core <- coco <- {convert, data, eval}; core <- boxes <- {data, model, loss};
# {data, model} <- infer; {data, model, loss} <- train; core <- report; {eval, report} <- evalreport <- runreport;
# {report, loss} <- lab; {eval, report, evalreport} <- front; {infer, train, report} <- bench; all of them <- config <- cli.
# OpenCV stays in data and infer, logging in train and cli; cli/program.cpp, where every library's
# exceptions end, knows OpenCV's exception.

set -eu
src=${1:-$(dirname "$0")/../src}

# shellcheck disable=SC2016  # an awk program
find "$src" -name '*.h' -o -name '*.cpp' | sort | xargs awk -v src="$src" '
  function allow(layer, others) { allowed[layer] = " " layer " " others " " }
  BEGIN {
    allow("core", "")
    allow("coco", "core")
    allow("convert", "core coco")
    allow("boxes", "core")
    allow("data", "core coco boxes")
    allow("model", "core boxes")
    allow("loss", "core boxes")
    allow("infer", "core coco boxes data model")
    allow("eval", "core coco")
    allow("train", "core coco boxes data model loss")
    allow("report", "core")
    allow("evalreport", "core coco eval report")
    allow("runreport", "core coco eval report evalreport")
    allow("lab", "core loss report")
    allow("bench", "core coco boxes data model loss infer train report")
    allow("front", "core coco eval report evalreport")
    below = "core coco convert boxes data model loss infer eval train report evalreport runreport lab bench"
    allow("config", below)
    allow("cli", below " config front")
    only["opencv2"] = " data infer "
    only["spdlog"] = " train cli "
    only["CLI"] = " front cli "
  }
  FNR == 1 {
    path = substr(FILENAME, length(src) + 2)
    layer = path
    sub(/\/.*/, "", layer)
    if (!(layer in allowed)) complain("lies in no known layer")
  }
  function complain(text) {
    printf "src/%s:%d: %s\n", path, FNR, text
    faults++
  }
  /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
    name = $0
    sub(/^[^<"]*[<"]/, "", name)
    sub(/[>"].*/, "", name)
    quoted = $0 ~ /"/
    top = name
    if (!sub(/\/.*/, "", top)) {
      if (quoted) complain("\"" name "\" does not name its layer: write \"layer/file.h\"")
      next
    }
    if (path == "cli/program.cpp" && name == "opencv2/core.hpp") next
    if (top in allowed) {
      if (index(allowed[layer], " " top " ") == 0)
        complain("\"" name "\" goes against the layers: " layer " may include" allowed[layer])
    } else if (top in only && index(only[top], " " layer " ") == 0) {
      complain("<" name "> may be included in" only[top] "only")
    }
  }
  END { exit faults > 0 }'
