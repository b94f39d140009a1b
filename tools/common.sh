# shellcheck shell=sh
# What tools/quickstart.sh and tools/test.sh share. Sourced, not run.

# Compiler processes to run at once: one a core, but each may take 1.5 GB of memory.
build_jobs() {
  awk -v cores="$(nproc)" '
    /^MemAvailable:/ { memory = int($2 / 1500000) }
    END { jobs = memory < cores ? memory : cores; print jobs < 1 ? 1 : jobs }' /proc/meminfo
}

# run_logged FILE COMMAND...: quiet when all is well; shows the end of the output when not.
run_logged() {
  log=$1
  shift
  mkdir -p "$(dirname "$log")"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 60 "$log" >&2
    printf '%s failed; its output is in %s\n' "$1" "$log" >&2
    return 1
  fi
}
