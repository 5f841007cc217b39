#!/usr/bin/env bash
# Lists the libraries and tools that this program names itself and that have a newer version, with the command that takes each forward.
# Nothing is changed. It ends with 1 where there is something to do.
set -uo pipefail
cd "$(dirname "$0")/.."

format='{{if and .Update (not .Indirect) (not .Main)}}{{.Path}} {{.Version}} {{.Update.Version}}{{end}}'
found=0
list() { # folder
  local path from to
  while read -r path from to; do
    [[ -n $path ]] || continue
    found=1
    printf '%-50s %s → %s\n    (cd %s && go get %s@%s)\n' "$path" "$from" "$to" "$1" "$path" "$to"
  done < <(cd "$1" && go list -m -u -e -f "$format" all 2>/dev/null)
}

list .
# The tools are requirements of their own module that go.mod calls indirect.
while read -r tool; do
  module=$(cd tools && go list -f '{{with .Module}}{{.Path}}{{end}}' "$tool")
  read -r from to < <(cd tools && go list -m -u -e -f '{{.Version}} {{with .Update}}{{.Version}}{{end}}' "$module" 2>/dev/null)
  [[ -n ${to:-} ]] || continue
  found=1
  printf '%-50s %s → %s\n    (cd tools && go get %s@%s)\n' "$module" "$from" "$to" "$module" "$to"
done < <(cd tools && go list tool)

((found)) || echo 'all libraries are at their newest version'
if ((found)); then
  echo 'afterwards: go mod tidy (in both folders), make generate, make test check'
fi
exit $found
