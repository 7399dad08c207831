# Curlew. `make help` says what there is.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

TARGET := $(or $(CARGO_TARGET_DIR),target)
BINARY := $(TARGET)/release/curlew
WEB := web/app/dist/index.html
PACKAGES := web/node_modules/.stamp
WEB_SOURCES := $(shell find web \( -name node_modules -o -name "dist*" -o -name test -o -name tests -o -name e2e -o -name demo \) -prune -o -type f -print)

# Says how long a step of `make test` took: $(call step,name,command)
step = @began=$$(date +%s); echo "== $(1)"; $(2); echo "== $(1): $$(( $$(date +%s) - began )) s"
# Names a program that is missing: $(call need,program,what to do)
need = @command -v $(1) >/dev/null || { echo "$(1) is missing: $(2)" >&2; exit 1; }

.PHONY: help
help: ## Says what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

.PHONY: run
run: build ## Builds what changed and starts Curlew; ARGS="--set server.listen=127.0.0.1:9000"
	@exec $(BINARY) serve $(ARGS)

.PHONY: build
build: rust $(WEB) ## Builds target/release/curlew with the web client inside
	@cargo build --release --locked

.PHONY: rust node
rust:
	$(call need,cargo,install Rust 1.94.1 or newer from https://rustup.rs)
	$(call need,cc,apt-get install build-essential)
node:
	$(call need,npm,install Node 20.19 or newer from https://nodejs.org or your distribution)
	@printf '%s\n' v20.19.0 "$$(node --version)" | sort -VC || { echo "Node 20.19 or newer is needed, found $$(node --version)" >&2; exit 1; }

$(PACKAGES): web/package-lock.json | node
	npm --prefix web ci --no-audit --no-fund
	@touch $@

$(WEB): $(PACKAGES) $(WEB_SOURCES) | node
	npm --prefix web run build
# Cargo does not see that a folder appears; the file that takes it in is made new.
	@touch $@ src/gateway/pages.rs

.PHONY: servers
servers: $(PACKAGES) ## Installs what the tests need besides Rust and Node, or names it
	@.ci/servers

.PHONY: test
test: rust servers ## Everything that continuous integration checks
	$(call step,format,cargo fmt --check)
	$(call step,web: types,npm --prefix web run check)
	$(call step,web: tests,npm --prefix web test)
	$(call step,web: build,$(MAKE) --no-print-directory $(WEB))
	$(call step,lints,cargo clippy --quiet --locked --all-targets -- -D warnings)
	$(call step,dependencies,if command -v cargo-deny >/dev/null; then cargo deny --log-level error check licenses bans sources; \
	  else echo "skipped: cargo-deny is not installed (cargo install cargo-deny)"; fi)
	$(call step,documentation,RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" cargo doc --quiet --locked --no-deps --document-private-items)
	$(call step,tests,cargo test --quiet --locked)
	$(call step,browsers,$(MAKE) --no-print-directory browsers)

.PHONY: browsers
browsers: rust servers $(WEB) ## People in real browsers against a real server
	@cargo build --quiet --locked
	@.ci/browsers $(abspath $(TARGET))/debug/curlew

.PHONY: fmt
fmt: ## Formats the code
	cargo fmt

.PHONY: docs
docs: ## Makes everything anew that is derived from the Rust types
	@CURLEW_BLESS=1 cargo test --quiet --test it -- say_what says_what

.PHONY: bench
bench: build ## Measures a running server; ARGS="--help" says what can be measured
	@$(BINARY) bench $(ARGS)

.PHONY: soak
soak: rust servers ## Kills servers under load at full size and checks every promise
	@CURLEW_FAULTS=full cargo test --locked --test it -- faults:: --test-threads=1 --nocapture

.PHONY: clean-web
clean-web: ## Removes the web packages and the built web client
	rm -rf web/node_modules web/*/node_modules web/app/dist
