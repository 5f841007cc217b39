#!/usr/bin/env bash
# Installs those of the named Debian packages that are missing. Changes nothing when all are there; says what to do where it
# cannot install.
set -euo pipefail

missing=()
for package in "$@"; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [[ $status == 'install ok installed' ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

if ! command -v apt-get >/dev/null; then
  echo "Missing: ${missing[*]} (names of Debian packages). This system has no apt-get: install their counterparts by hand," >&2
  echo "then run the tests themselves: go test -race ./...   (what needs a missing program is skipped and says so)" >&2
  exit 1
fi
if ((EUID != 0)); then
  echo "Missing: ${missing[*]}. Install them with:  sudo apt-get install ${missing[*]}" >&2
  exit 1
fi

echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# A package that starts a service would start it on the machine's own ports; the tests start their own.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
log=$(mktemp)
if ! { apt-get update -q && apt-get install -q -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
  cat "$log" >&2
  exit 1
fi
rm -f "$log"
