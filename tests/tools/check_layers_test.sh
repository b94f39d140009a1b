#!/bin/sh
# tools/check_layers.sh tells each kind of fault with file and line, and passes what is right.

set -eu
check=$(dirname "$0")/../../tools/check_layers.sh
src=$(mktemp -d)
trap 'rm -rf "$src"' EXIT
mkdir "$src/core" "$src/eval" "$src/train"

expect() {  # expect STATUS TEXT: of the last run
  if [ "$status" -ne "$1" ] || ! printf '%s\n' "$output" | grep -qF -- "$2"; then
    printf 'expected exit %s and "%s", got exit %s and:\n%s\n' "$1" "$2" "$status" "$output"
    exit 1
  fi
}
run() {
  status=0
  output=$(sh "$check" "$src" 2>&1) || status=1
}

printf '#include <vector>\n' >"$src/core/a.h"
printf '#include <spdlog/spdlog.h>\n#include "core/a.h"\n' >"$src/train/a.cpp"
run
expect 0 ""

printf '#include <vector>\n#include "train/a.h"\n' >"$src/core/b.h"
run
expect 1 'src/core/b.h:2: "train/a.h" goes against the layers'
rm "$src/core/b.h"

printf '  #  include <opencv2/core.hpp>\n' >"$src/eval/b.cpp"
run
expect 1 'src/eval/b.cpp:1: <opencv2/core.hpp> may be included in data infer only'

printf '#include "a.h"\n' >"$src/eval/b.cpp"
run
expect 1 '"a.h" does not name its layer'
rm "$src/eval/b.cpp"

mkdir "$src/extra"
printf '\n' >"$src/extra/a.cpp"
run
expect 1 'lies in no known layer'
