#!/bin/sh
# tools/packages.txt is well formed and the only list: the script and the Dockerfile install from it,
# and the packages that CMake's messages name are in it.

set -eu
cd "$(dirname "$0")/../.."

fail() {
  printf '%s\n' "$*"
  exit 1
}

awk '{ sub(/#.*/, "") }
     NF && ($1 !~ /^(build|test|bench|fuzz|run)$/ || NF > 3 || NF < 2 || (NF == 3 && $3 !~ /^[0-9]+$/)) {
       printf "tools/packages.txt:%d: expected \"section package [release]\"\n", FNR; bad = 1 }
     { if (NF && seen[$1 " " $2 " " $3]++) { printf "tools/packages.txt:%d: twice\n", FNR; bad = 1 } }
     END { exit bad }' tools/packages.txt

grep -q 'packages\.txt' tools/setup.sh || fail 'tools/setup.sh does not read tools/packages.txt'
[ "$(grep -c '^RUN .*tools/setup.sh \(build\|run\)' Dockerfile)" -eq 2 ] ||
  fail 'each of the two stages of the Dockerfile installs through tools/setup.sh'
if grep -nE '(apt|apt-get) +(-[^ ]+ +)*install' Dockerfile; then
  fail 'the Dockerfile names packages of its own'
fi

known=$(tools/setup.sh --print build test bench)
named=$(sed -n 's/^rn_find([A-Za-z0-9_-]* \([a-z0-9-]*\).*/\1/p' \
  tools/cmake/Dependencies.cmake tests/CMakeLists.txt tools/bench/CMakeLists.txt)
[ -n "$named" ] || fail 'found no rn_find in the CMake files'
for package in $named; do
  printf '%s\n' "$known" | grep -qx "$package" || fail "CMake names $package, tools/packages.txt doesn't"
done

# The same things are run on both releases, under their own names.
count() { awk -v release="$1" '$1 == "run" && $3 == release' tools/packages.txt | wc -l; }
[ "$(count 12)" -eq "$(count 13)" ] || fail 'the run sections of Debian 12 and 13 differ in length'
