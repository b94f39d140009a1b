#!/bin/sh
# Installs what is missing, builds the program and its tests, and runs the tests through ctest.
#
#   tools/test.sh [--torture] [ARGUMENTS OF CTEST]...
#
# --torture runs the long form of tests/torture alone (about an hour; see its README).
# Examples of ctest's arguments: -R Matcher (only these names), -L fast (only this label).

set -eu
cd "$(dirname "$0")/.."
# shellcheck source=tools/common.sh
. tools/common.sh

build=build/test
case ${1:-} in
  --torture)
    shift
    set -- -R '^(DamagedCheckpoint|KilledRun)\.' --verbose "$@"
    RN_TORTURE=1
    export RN_TORTURE
    ;;
  -h | --help) sed -n '2,7s/^# \{0,1\}//p' tools/test.sh; exit 0 ;;
esac

jobs=$(build_jobs)
tools/setup.sh build test
tools/peers.sh test || true  # it said why; its tests are skipped
# Layers are compiled in one piece as for a release: half the time, and it shows clashes of names.
run_logged $build/configure.log cmake --preset dev -B $build -DCMAKE_UNITY_BUILD=ON
echo "Building with $jobs jobs ($build)"
run_logged $build/build.log cmake --build $build --parallel "$jobs"

# Several tests run at once, so each gets one thread; those about threads set their own number.
OMP_NUM_THREADS=1 ctest --test-dir $build --parallel "$(nproc)" --no-tests=error \
  --output-on-failure "$@" </dev/null
