# make run     the demonstration: a shop with a sandbox platform, nothing to set up
# make test    every test with the race detector, on SQLite, on a real MariaDB and in a real browser
# make check   format, vet, linters, generated code, imports, modules, the settings table
# make         prints this

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GO ?= go
TOOL := $(GO) tool -modfile=tools/go.mod
# msgpack rendering of Gin is never used and weighs 6 MB.
TAGS := nomsgpack

.PHONY: help
help:
	@sed -n 's/^# make/make/p' Makefile
	@echo 'make build   bin/coincart, static'
	@echo 'make generate, make fmt   templ components and formatting'
	@echo 'make e2e     only the browser and process tests; screenshots land in test-output/'
	@echo 'make bench   benchmarks of Go code, and CPU and memory of a running shop'
	@echo 'make bench-backoffice   every list of the back office and exports with 1,000,000 orders on MariaDB'
	@echo 'make load    requests per second of the demonstration (needs wrk)'

.PHONY: run
run:
	$(GO) run -tags $(TAGS) ./cmd/coincart

.PHONY: build
build:
	CGO_ENABLED=0 $(GO) build -trimpath -tags $(TAGS) -ldflags '-s -w' -o bin/coincart ./cmd/coincart

.PHONY: packages
packages:
	@tools/packages.sh mariadb-server chromium fonts-noto-cjk faketime strace gcc libc6-dev

# SQLite is C rendered in Go and keeps its data in memory of its own, outside the heap, where the detector sees nothing. Without the
# detector in it the tests take half the time. Its driver, and libc beneath it, keep it: their locks order what goroutines do.
PLAIN_SQLITE := -gcflags=modernc.org/sqlite/lib=-race=false

# What takes longest comes first, or one processor would wait for it at the end.
LONGEST := ./cmd/coincart ./web ./models/store ./payments ./templates/admin

# What tests need is required here, so that a test that misses it fails instead of skipping. make check vets the code.
REQUIRED := COINCART_REQUIRE_MARIADB=1 COINCART_REQUIRE_CHROMIUM=1 COINCART_REQUIRE_FAKETIME=1 COINCART_REQUIRE_STRACE=1

.PHONY: test
test: packages
	$(REQUIRED) GOFLAGS="$${GOFLAGS:-} $(PLAIN_SQLITE)" \
	  CGO_ENABLED=1 $(GO) test -race -vet=off -timeout 14m $(LONGEST) ./...

.PHONY: e2e
e2e: packages
	$(REQUIRED) \
	  $(GO) test -count=1 -v -run '^TestE2E' ./cmd/coincart

.PHONY: check
check:
	@tools/check.sh

.PHONY: generate
generate:
	$(TOOL) templ generate

.PHONY: fmt
fmt:
	$(TOOL) templ fmt templates
	$(TOOL) golangci-lint fmt

.PHONY: bench
bench:
	$(GO) test -run '^$$' -bench . -benchtime 1s -benchmem ./...

# ORDERS=20000 measures with fewer.
.PHONY: bench-backoffice
bench-backoffice:
	COINCART_REQUIRE_MARIADB=1 COINCART_BENCH_ORDERS=$(or $(ORDERS),1000000) \
	  $(GO) test -run '^$$' -bench '^BenchmarkBackoffice$$' -benchtime 1x -timeout 90m ./cmd/coincart

.PHONY: load
load: build
	@tools/load.sh
