#!/usr/bin/env bash
# Requests per second of the demonstration on this machine, page by page, and the memory of the process: bin/coincart must be built
# (make load does), wrk must be installed (apt-get install wrk). SECONDS_PER_PAGE=10 unless set.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk" >&2; exit 1; }

folder=$(mktemp -d)
cleanup() {
  [[ -z ${pid-} ]] || { kill "$pid" 2>/dev/null && wait "$pid" || true; }
  rm -rf "$folder"
}
trap cleanup EXIT

COINCART_DATA_DIR=$folder/data COINCART_LOG_LEVEL=warn \
  bin/coincart --addr 127.0.0.1:0 --sandbox-addr 127.0.0.1:0 >"$folder/out" 2>"$folder/log" &
pid=$!
for _ in {1..100}; do
  shop=$(sed -n 's/^ *Shop *\(http[^ ]*\)$/\1/p' "$folder/out")
  [[ -n $shop ]] && break
  kill -0 "$pid" || { cat "$folder/log" >&2; exit 1; }
  sleep 0.1
done

memory() { awk '/^VmRSS/ {printf "%.1f MB", $2 / 1024}' "/proc/$pid/status"; }

sleep 1
echo "idle memory        $(memory)"
for page in / /products/stoneware-mug /categories/kitchen /cart; do
  wrk -t2 -c16 -d"${SECONDS_PER_PAGE:-10}s" --latency "$shop$page" >"$folder/wrk"
  printf '%-26s %9s requests/s   50%% %-8s 99%% %-8s %s\n' "$page" \
    "$(awk '/^Requests\/sec/ {print $2}' "$folder/wrk")" \
    "$(awk '$1 == "50%" {print $2}' "$folder/wrk")" "$(awk '$1 == "99%" {print $2}' "$folder/wrk")" \
    "$(grep 'Non-2xx\|Socket errors' "$folder/wrk" | tr -s ' ' || true)"
done
echo "memory afterwards  $(memory)"
