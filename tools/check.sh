#!/usr/bin/env bash
# Everything about the code that is not a test's matter. Runs all checks, also after one failed, and names those that did.
set -uo pipefail
cd "$(dirname "$0")/.."

tool=(go tool -modfile=tools/go.mod)
failed=()

check() { # name, command...
  local name=$1 started=$SECONDS
  shift
  if "$@"; then
    echo "ok    $name ($((SECONDS - started)) s)"
  else
    echo "FAIL  $name"
    failed+=("$name")
  fi
}

format() {
  local found
  found=$(git ls-files -z -- '*.go' ':!*_templ.go' | xargs -0 gofmt -l) || return 1
  [[ -z $found ]] || { echo "not formatted (make fmt):"; echo "$found"; return 1; }
}

# Generates in a copy, so that the check changes nothing.
generated() {
  local copy status=0
  copy=$(mktemp -d) || return 1
  git ls-files -z --cached --others --exclude-standard -- '*.templ' '*_templ.go' | xargs -0 cp --parents -t "$copy" || status=1
  cp -r "$copy" "$copy.now" && find "$copy" -name '*_templ.go' -delete
  cp go.mod "$copy/" && "${tool[@]}" templ generate -path "$copy" >"$copy.log" 2>&1 || { cat "$copy.log"; status=1; }
  rm -f "$copy/go.mod"
  diff -r "$copy.now" "$copy" || { echo "generated code is not fresh (make generate):"; status=1; }
  rm -rf "$copy" "$copy.now" "$copy.log"
  return $status
}

tidy() { go mod tidy -diff && (cd tools && go mod tidy -diff); }

verify() { go mod verify && (cd tools && go mod verify); }

php_syntax() {
  command -v php >/dev/null || { echo "php is not installed (make packages): PHP files were not checked"; return 0; }
  git ls-files -z -- '*.php' | xargs -0 -n1 php -l >/dev/null
}

check "format" format
check "PHP syntax" php_syntax
check "modules tidy" tidy
check "modules verified" verify
check "templates fresh" generated
check "go vet" go vet ./...
check "imports and settings table" go test -count=1 -run '^(TestImports|TestSettings)' ./cmd/coincart
check "linters" "${tool[@]}" golangci-lint run ./...

if ((${#failed[@]})); then
  echo "failed: ${failed[*]}"
  exit 1
fi
