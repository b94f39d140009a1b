#!/bin/sh
# The run section of tools/packages.txt holds the package of every library that the programs are linked
# to, so that the container, which installs only these, can start it.
#   run_packages_test.sh PROGRAM...

set -eu
cd "$(dirname "$0")/../.."

skip() {
  printf 'skipped: %s\n' "$*"
  exit 77
}
for tool in readelf dpkg-query; do
  command -v $tool >/dev/null || skip "no $tool"
done
# shellcheck source=/dev/null
release=$(. /etc/os-release && printf '%s' "${ID:-} ${VERSION_ID:-}")
case $release in
  'debian 12' | 'debian 13') ;;
  *) skip "the names are known for Debian 12 and 13, not for $release" ;;
esac

listed=$(tools/setup.sh --print run)
missing=0
for program in "$@"; do
  for library in $(readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    path=$(ldd "$program" | awk -v name="$library" '$1 == name { print $3 }')
    case $path in
      '') continue ;;  # the loader itself
      /lib/* | /usr/lib/*) ;;
      *) skip "$library is not Debian's but $path" ;;
    esac
    # On a merged /usr, dpkg may know the file by its name without /usr.
    package=$(dpkg-query -S "$(readlink -f "$path")" "$path" "${path#/usr}" 2>/dev/null |
      sed -n '1s/:.*//p')
    case $package in
      libc6 | libgcc-s1) continue ;;  # essential, or below libstdc++6
    esac
    if ! printf '%s\n' "$listed" | grep -qx "$package"; then
      printf '%s needs %s of package %s: add it to the run section\n' "$program" "$library" "$package"
      missing=1
    fi
  done
done
exit $missing
