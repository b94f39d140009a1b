#!/bin/sh
# Installs the Debian packages of tools/packages.txt. Quick and silent to run again.
#
#   tools/setup.sh [--print] [SECTION]...    sections: build (the default), test, bench, fuzz, run

set -eu

list=$(dirname "$0")/packages.txt
print_only=false
sections=

fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 2
}

usage() {
  cat <<TEXT
tools/setup.sh [--print] [SECTION]...

Installs the Debian packages that are missing, as root or with sudo.

  build     what compiling the program needs (the default)
  test      what building and running the tests needs besides
  bench     what building the benchmarks needs besides
  fuzz      what building and running the fuzz targets needs besides build
  run       what a program built elsewhere needs to run
  --print   only print the names of the packages
TEXT
}

for argument in "$@"; do
  case $argument in
    build | test | bench | fuzz | run) sections="$sections $argument" ;;
    --print) print_only=true ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; fail "unknown argument '$argument'" ;;
  esac
done
sections=${sections:- build}

# The release that decides about names: 12, 13, or empty where Debian gives no number (testing).
os_value() {
  [ -r /etc/os-release ] || return 0
  # shellcheck source=/dev/null
  (. /etc/os-release && eval "printf '%s' \"\${$1:-}\"")
}
release=
[ "$(os_value ID)" != debian ] || release=$(os_value VERSION_ID)

packages=$(awk -v sections="$sections " -v release="$release" '
  { sub(/#.*/, "") }
  NF && index(sections, " " $1 " ") && (NF == 2 || $3 == release) { print $2 }' "$list")

if "$print_only"; then
  printf '%s\n' "$packages"
  exit 0
fi

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  fail "this is $(os_value PRETTY_NAME), which has no apt-get. Set-up knows Debian 12 and 13.
Elsewhere, either build the container (docker build -t retinanet .), or install by hand what
CMakeLists.txt looks for: a C++20 compiler (g++ 12 or newer), CMake 3.25, Ninja, LibTorch 1.13 or
newer, OpenCV 4, nlohmann-json 3.11, simdjson, CLI11, spdlog, fmt, protobuf and ISA-L; for the tests
GoogleTest."
fi
case "$release $sections" in
  12\ * | 13\ *) ;;
  *\ run*) fail "the run-time packages are known for Debian 12 and 13 only, and this is $(os_value PRETTY_NAME)" ;;
  *) printf 'setup: %s is not Debian 12 or 13; trying the same names of packages\n' "$(os_value PRETTY_NAME)" >&2 ;;
esac

missing=
for package in $packages; do
  # shellcheck disable=SC2016  # dpkg-query replaces the ${...}, not the shell
  case " $(dpkg-query -W -f='${db:Status-Status} ' "$package" 2>/dev/null || true)" in
    *' installed '*) ;;  # a package that another one only mentions is "not-installed"
    *) missing="$missing $package" ;;
  esac
done
if [ -z "$missing" ]; then
  exit 0
fi

if [ "$(id -u)" -eq 0 ]; then
  as_root=
elif ! command -v sudo >/dev/null; then
  fail "installing packages needs root, and there is no sudo. As root, run: apt-get install$missing"
elif [ -t 0 ] || sudo -n true 2>/dev/null; then
  as_root=sudo
else
  fail "sudo wants a password, and there is no terminal to ask on. Run: sudo apt-get install$missing"
fi

apt() {
  # No input: apt must not swallow, or wait for, what is meant for a later command.
  # shellcheck disable=SC2086  # empty when root
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

install_missing() {
  # shellcheck disable=SC2086  # a list
  { apt update && apt install --yes --no-install-recommends $missing; } 2>&1
}

# On a terminal, one line that tells what apt is at; elsewhere nothing.
show_progress() {
  if [ -t 1 ]; then
    awk '/^(Get:|Unpacking|Setting up|Processing)/ {
           printf "\r\033[K  %s", substr($0, 1, 76); fflush() }
         END { printf "\r\033[K" }'
  else
    cat >/dev/null
  fi
}

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
try_install() {
  rm -f "$temporary/done"
  { install_missing && : >"$temporary/done"; } | tee "$temporary/log" | show_progress
  [ -e "$temporary/done" ]
}

# shellcheck disable=SC2086  # a list
printf 'Installing %s Debian packages and what they need (a few minutes):\n ' "$(echo $missing | wc -w)"
printf '%s\n' "$missing"
if ! try_install; then
  printf 'That failed; trying once more.\n'
  if ! try_install; then
    tail -n 30 "$temporary/log" >&2
    fail "apt-get failed; its last lines are above. If a package can't be found, see whether this
machine's apt sources name Debian's 'main' and whether the network is up, then run this again."
  fi
fi
