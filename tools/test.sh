#!/bin/sh
# Installs what is missing, builds the program and its tests, and runs the tests through ctest.
#
#   tools/test.sh [--torture | --sanitize] [ARGUMENTS OF CTEST]...
#
# --torture runs the long form of tests/torture alone (about an hour; see its README), and trains ResNet-101 beside
# torchvision's.
# --sanitize builds the tests twice more: in build/asan with the address, leak and undefined-behaviour sanitizers, under
# which it runs the fast tests, and in build/tsan with the thread sanitizer, under which it runs those of the loader, the
# background writer of checkpoints, runs that go back and the metric log. A finding fails its test, and the exit status is not 0.
# Examples of ctest's arguments: -R Matcher (only these names), -L fast (only this label).

set -eu
cd "$(dirname "$0")/.."
# shellcheck source=tools/common.sh
. tools/common.sh

# sanitize [ARGUMENTS OF CTEST]...
sanitize() {
  # Several tests run at once, and the thread sanitizer doesn't know what OpenMP's threads wait for.
  OMP_NUM_THREADS=1
  export OMP_NUM_THREADS
  failed=0
  instrument asan all
  # The container has the program without sanitizers, and not their libraries.
  ctest --preset asan -L fast -E '^Tools.ContainerHasEveryLibrary$' --parallel "$(nproc)" "$@" </dev/null || failed=1
  instrument tsan data_tests report_tests train_tests
  ctest --preset tsan -R '^(DataLoaderTest|CheckpointWriterTest|TrainerSaving|TrainerRecovery|MetricLog|AppendFile)\.' \
    --parallel "$(nproc)" "$@" </dev/null || failed=1
  return $failed
}

# instrument PRESET TARGETS...
instrument() {
  preset=$1
  shift
  run_logged "build/$preset/configure.log" cmake --preset "$preset" -DCMAKE_UNITY_BUILD=ON
  echo "Building with $jobs jobs (build/$preset)"
  run_logged "build/$preset/build.log" cmake --build --preset "$preset" --parallel "$jobs" --target "$@"
}

build=build/test
mode='test'
case ${1:-} in
  --torture)
    shift
    set -- -R '^(DamagedCheckpoint|KilledRun|MemoryGrowth)\.|^All/Train\..*resnet101' --verbose "$@"
    RN_TORTURE=1
    export RN_TORTURE
    ;;
  --sanitize)
    shift
    mode=sanitize
    ;;
  -h | --help) sed -n '2,12s/^# \{0,1\}//p' tools/test.sh; exit 0 ;;
esac

jobs=$(build_jobs)
tools/setup.sh build test
tools/peers.sh test || true  # it said why; its tests are skipped
if [ $mode = sanitize ]; then
  sanitize "$@"
  exit
fi
# Layers are compiled in one piece as for a release: half the time, and it shows clashes of names.
run_logged $build/configure.log cmake --preset dev -B $build -DCMAKE_UNITY_BUILD=ON
echo "Building with $jobs jobs ($build)"
run_logged $build/build.log cmake --build $build --parallel "$jobs"

# Several tests run at once, so each gets one thread; those about threads set their own number.
OMP_NUM_THREADS=1 ctest --test-dir $build --parallel "$(nproc)" --no-tests=error \
  --output-on-failure "$@" </dev/null
