#!/bin/sh
# tools/setup.sh installs what is missing and nothing else. The package manager here is a stand-in.

set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=/dev/null
(. /etc/os-release && [ "${ID:-}" = debian ]) || { printf 'skipped: not Debian\n'; exit 77; }

fakes=$(mktemp -d)
trap 'rm -rf "$fakes"' EXIT
# Says of each package what its name stands for: installed, for two architectures, removed but for
# its settings, or never there and only mentioned by another package; nothing of one unheard of.
cat >"$fakes/dpkg-query" <<'FAKE'
#!/bin/sh
for package in "$@"; do :; done
case $package in
  g++) printf 'installed ' ;;
  cmake) printf 'not-installed installed ' ;;
  ninja-build) printf 'config-files ' ;;
  zlib1g-dev) printf 'not-installed ' ;;
  libfmt-dev) exit 1 ;;
  *) printf 'installed installed ' ;;
esac
FAKE
cat >"$fakes/apt-get" <<FAKE
#!/bin/sh
printf '%s\n' "\$*" >>"$fakes/calls"
FAKE
# shellcheck disable=SC2016  # expands in the stand-in
printf '#!/bin/sh\n[ "$1" != -n ] || shift\nexec "$@"\n' >"$fakes/sudo"
chmod +x "$fakes"/*

PATH="$fakes:$PATH" tools/setup.sh build >"$fakes/said"
installed=$(sed -n 's/.* install .*--no-install-recommends //p' "$fakes/calls")
[ "$installed" = 'ninja-build libfmt-dev zlib1g-dev' ] || {
  printf 'expected ninja-build libfmt-dev zlib1g-dev to be installed, found: %s\n' "$installed"
  exit 1
}
