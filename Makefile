# Everything a developer runs. `make` alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -Eeuo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

TOOLS := bin/tools
UI := web/ui
UI_SOURCES := $(shell find $(UI) -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
NODE_OK := node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## build the pages if they changed and start the demo: gateway, sandbox and sample data
	@if command -v npm >/dev/null && $(NODE_OK); then $(MAKE) --no-print-directory ui; \
	else echo "Node 20.19 or newer is not installed, so the pages are not built; the rest works."; fi
	go run ./cmd/parley demo $(ARGS)

.PHONY: ui
ui: $(UI)/dist/index.html ## build the pages if their sources changed

$(UI)/dist/index.html: $(UI)/node_modules/.package-lock.json $(UI_SOURCES)
	npm --prefix $(UI) run build

# npm writes this file at the end of an install.
%/node_modules/.package-lock.json: %/package-lock.json %/package.json
	npm --prefix $* ci --no-audit --no-fund
	@touch $@

.PHONY: build
build: ## build bin/parley, with the pages that are there
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/parley ./cmd/parley

.PHONY: test
test: ## install what is missing and run everything, as CI does
	@scripts/test.sh

.PHONY: check
check: lint ## the quick part: format, vet, staticcheck, layers and short tests
	go test -short ./...

.PHONY: lint
lint: $(TOOLS)/.built
	@unformatted=$$(git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 $(TOOLS)/gofumpt -l); \
	if [ -n "$$unformatted" ]; then \
		echo "gofumpt would change:" >&2; echo "$$unformatted" >&2; \
		echo "Run: make format" >&2; exit 1; \
	fi
	go vet ./...
	$(TOOLS)/staticcheck ./...

.PHONY: format
format: $(TOOLS)/.built ## format all Go code
	git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 $(TOOLS)/gofumpt -w

# The checkers have a module of their own, so that theirs do not become ours.
$(TOOLS)/.built: tools/go.mod tools/go.sum
	go -C tools build -o ../$(TOOLS)/ tool
	@touch $@

.PHONY: generate
generate: ## write generated files anew: reference of the settings, API description, its types
	go generate ./...
	@if [ -d $(UI)/node_modules ]; then npm --prefix $(UI) run generate; \
	else echo "$(UI)/node_modules is missing, so its generated types are left alone; run: make ui"; fi

.PHONY: e2e
e2e: build e2e/node_modules/.package-lock.json ## browser tests on the built program
	PARLEY_BIN=$(CURDIR)/bin/parley npm --prefix e2e test

.PHONY: bench
bench: ## measure this machine; ARGS are passed on
	go run ./cmd/parley bench $(ARGS)
