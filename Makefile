# make run     run the demo: a shop with a sandbox exchange, without any settings
# make test    run all tests with the race detector, on SQLite, a real MariaDB and in a real browser
# make test-md5   run the tests of payments with md5 signing
# make check   check format, linters, generated code, imports, modules and the settings table
# make         print this list

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
	@echo 'make build   build bin/coincart, statically linked'
	@echo 'make generate, make fmt   generate the templ components; format the code'
	@echo 'make e2e     run only the browser and process tests; screenshots are written to test-output/'
	@echo 'make stories   tell 500 random stories of a shop on each database; STORIES=2000 SEED=7 tells others'
	@echo 'make faults  pay 100 checkouts while processes of the shop are killed (minutes); FAULTS=500 pays more'
	@echo 'make bench   run the Go benchmarks, with CPU and memory of a running shop'
	@echo 'make bench-backoffice   measure all lists and exports of the back office with 1,000,000 orders on MariaDB'
	@echo 'make api-lint   check docs/openapi.json with a linter for OpenAPI (needs npm)'
	@echo 'make test-medusa   test the payment provider for Medusa with the real Medusa and PostgreSQL (installs 0.7 GB from npm)'
	@echo 'make conform-woocommerce   run all scenarios of merchants against the WooCommerce adapter, and write its CONFORMANCE.md'
	@echo 'make outdated   list libraries and tools that have a newer version'
	@echo 'make structure   print packages with their files, lines and largest types'
	@echo 'make load    measure requests per second of the demo (needs wrk)'

# The settings say which rules of the linter do not fit, and why.
.PHONY: api-lint
api-lint:
	REDOCLY_TELEMETRY=off npx --yes @redocly/cli@2.77.0 lint docs/openapi.json --config tools/redocly.yaml

.PHONY: run
run:
	$(GO) run -tags $(TAGS) ./cmd/coincart

.PHONY: build
build:
	CGO_ENABLED=0 $(GO) build -trimpath -tags $(TAGS) -ldflags '-s -w' -o bin/coincart ./cmd/coincart

.PHONY: packages
packages:
	@tools/packages.sh mariadb-server chromium fonts-noto-cjk faketime strace gcc libc6-dev curl php-cli python3 nodejs

# SQLite is C rendered in Go and keeps its data in memory of its own, outside the heap, where the detector sees nothing. Without the
# detector in it the tests take half the time. Its driver, and libc beneath it, keep it: their locks order what goroutines do.
PLAIN_SQLITE := -gcflags=modernc.org/sqlite/lib=-race=false

# A hash of a password, a page that is parsed, and the arithmetic of big numbers (RSA, exact amounts) are work of one goroutine over memory of its
# own: the detector makes them two to three times as slow and can find nothing.
PLAIN_WORK := -gcflags=golang.org/x/crypto/argon2=-race=false -gcflags=golang.org/x/net/html=-race=false \
  -gcflags=math/big=-race=false -gcflags=crypto/internal/fips140/bigmod=-race=false

# The pointers of that C are none of Go's: to check them finds nothing, and costs a tenth.
PLAIN_POINTERS := '-gcflags=all=-d=checkptr=0'

# What takes longest comes first, or one processor would wait for it at the end.
LONGEST := ./cmd/coincart ./web ./models/store ./payments ./templates/admin

# Tests wait for browsers, databases and processes a good part of their time: one more package than processors keeps these busy.
PACKAGES_AT_ONCE := $$(( $$(nproc) + 1 ))

# What tests need is required here, so that a test that misses it fails instead of skipping. make check vets the code.
REQUIRED := COINCART_REQUIRE_MARIADB=1 COINCART_REQUIRE_CHROMIUM=1 COINCART_REQUIRE_FAKETIME=1 COINCART_REQUIRE_STRACE=1

.PHONY: test
test: packages
	$(REQUIRED) GOGC=400 GOFLAGS="$${GOFLAGS:-} $(PLAIN_POINTERS) $(PLAIN_SQLITE) $(PLAIN_WORK)" \
	  CGO_ENABLED=1 $(GO) test -race -vet=off -p $(PACKAGES_AT_ONCE) -timeout 20m $(LONGEST) ./...

# Every test of payments once more at an exchange with md5 signing; make test has a choice of them.
.PHONY: test-md5
test-md5: packages
	COINCART_REQUIRE_MARIADB=1 COINCART_TEST_SIGNING=md5 $(GO) test -vet=off -timeout 20m ./payments

# Medusa is kept in the user's cache. What npm resolved is not kept: package.json has exact versions.
MEDUSA := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/coincart/medusa

.PHONY: test-medusa
test-medusa:
	@tools/packages.sh postgresql
	@node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' && npm --version >/dev/null || { echo 'Medusa needs Node 20 or later, and npm.'; exit 1; }
	mkdir -p $(MEDUSA)
	cmp -s docs/adapters/medusa/package.json $(MEDUSA)/package.json || { \
	  cp docs/adapters/medusa/package.json $(MEDUSA)/new.json && mv $(MEDUSA)/new.json $(MEDUSA)/package.json && \
	  npm install --prefix $(MEDUSA) --no-audit --no-fund --no-package-lock || { rm $(MEDUSA)/package.json; exit 1; }; }
	COINCART_TEST_MEDUSA=$(MEDUSA) $(GO) test -tags $(TAGS) -count=1 -v -timeout 30m -run '^TestMedusa' ./cmd/coincart
	sed '1s/.*/# Medusa 2.21.2 with the payment provider of this folder/' $(MEDUSA)/CONFORMANCE.md >docs/adapters/medusa/CONFORMANCE.md

.PHONY: e2e
e2e: packages
	$(REQUIRED) \
	  $(GO) test -count=1 -v -run '^TestE2E' ./cmd/coincart

# Fails if a scenario fails. make test has a choice of them.
.PHONY: conform-woocommerce
conform-woocommerce: packages
	COINCART_CONFORM_WOOCOMMERCE=$(CURDIR)/docs/adapters/woocommerce/CONFORMANCE.md \
	  $(GO) test -tags $(TAGS) -count=1 -timeout 15m -run '^TestE2E_ConformWooCommerce$$' ./cmd/coincart

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

# Longer than make test, which tells a few. SEED=7 tells the same stories again.
.PHONY: stories
stories:
	COINCART_REQUIRE_MARIADB=1 COINCART_STORIES=$(or $(STORIES),500) \
	  $(GO) test -tags $(TAGS) -count=1 -v -timeout 0 -run '^TestStories$$' ./payments $(if $(SEED),-rapid.seed=$(SEED))

# Longer than make test, which pays a few.
.PHONY: faults
faults: packages
	COINCART_REQUIRE_MARIADB=1 COINCART_FAULTS=$(or $(FAULTS),100) \
	  $(GO) test -tags $(TAGS) -count=1 -v -timeout 0 -run '^TestFaults$$' ./cmd/coincart

.PHONY: bench
bench:
	$(GO) test -run '^$$' -bench . -benchtime 1s -benchmem ./...

# ORDERS=20000 measures with fewer orders.
.PHONY: bench-backoffice
bench-backoffice:
	COINCART_REQUIRE_MARIADB=1 COINCART_BENCH_ORDERS=$(or $(ORDERS),1000000) \
	  $(GO) test -run '^$$' -bench '^BenchmarkBackoffice$$' -benchtime 1x -timeout 90m ./cmd/coincart

.PHONY: outdated
outdated:
	@tools/outdated.sh

# CHECKOUT=folder measures another checkout.
.PHONY: structure
structure:
	@COINCART_STRUCTURE=$(or $(CHECKOUT),.) $(GO) test -tags $(TAGS) -count=1 -run '^TestStructure_Table$$' ./cmd/coincart -v | grep -v '^=\|^---\|^PASS\|^ok'

.PHONY: load
load: build
	@tools/load.sh
