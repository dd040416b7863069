# Everything that is done with this repository; `make` alone lists it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Where the build's own tools are installed, unless the wanted version is on the PATH already.
LAUREL_TOOLS ?= $(HOME)/.cache/laurel

# Where `make run` listens.
LISTEN ?= 127.0.0.1:8080
SHOP ?= 127.0.0.1:8081

# How often `make torture` kills a server; the other kinds of rounds come in proportion.
ROUNDS ?= 500
# The seed that a failed run printed, to send the same requests again.
SEED ?=
# How long `make fuzz` tries each target.
SECONDS ?= 600
# Without a sanitizer, see tests/fuzz/Cargo.toml.
FUZZ = cargo +nightly fuzz $(1) --fuzz-dir tests/fuzz --sanitizer none

TRUNK := 0.21.14
CARGO_DENY := 0.20.2
CARGO_LLVM_COV := 0.9.1
CARGO_FUZZ := 0.13.2
# Its command line works with exactly its own version of the crate.
WASM_BINDGEN := $(shell sed -n '/^name = "wasm-bindgen"$$/{n;s/.*"\(.*\)"/\1/p;}' Cargo.lock)

# Ours come first: an older wasm-opt on the machine is not to be picked up by mistake.
export PATH := $(CURDIR)/tests/node_modules/.bin:$(LAUREL_TOOLS)/bin:$(PATH):$(HOME)/.cargo/bin

NPM := $(shell command -v npm)
NODE_MODULES := tests/node_modules/.package-lock.json
OUTSIDE := tests/outside/node_modules/.package-lock.json
SITE := target/site/pkg/app_bg.wasm.br
AS_ROOT := $(if $(filter-out 0,$(shell id -u)),sudo -n)

##@ Use

run: $(SITE) ## Build what is missing and start the demo: a shop, its panel, a mailbox
	cargo run -p server -- demo --listen $(LISTEN) --shop $(SHOP)

dist: $(SITE) ## Make target/dist/laurel, one binary that holds everything
	cargo build --release -p server --features embed
	mkdir -p target/dist
	cp $${CARGO_TARGET_DIR:-target}/release/laurel target/dist/

site: $(SITE) ## Build what browsers download, compressed, into target/site

clean: ## Remove everything that was built or installed in this folder
	cargo clean
	rm -rf target tests/node_modules tests/outside/node_modules tests/fuzz/target

##@ Prove

test: $(SITE) test-needs ## Run all tests, on both databases and in a real browser
	cargo test --workspace

property: test-needs ## Carry out COMMANDS=100000 on the ledger and on a model of it, from SEED=1 on
	PROPERTY_COMMANDS=$(or $(COMMANDS),100000) PROPERTY_SEED=$(SEED) \
	    cargo test -p tests --test it model:: -- --nocapture --test-threads 2

torture: $(SITE) test-needs ## Kill servers and cut the power ROUNDS=500 times; print what was lost
	TORTURE_ROUNDS=$(ROUNDS) TORTURE_SEED=$(SEED) cargo test -p tests --test torture

fuzz: rust ## Feed random input to what reads strangers' bytes for SECONDS=600 each
	$(call cargo-tool,cargo-fuzz,$(CARGO_FUZZ),cargo fuzz,1)
	rustup toolchain list | grep -q ^nightly || rustup toolchain install nightly --profile minimal
	cp Cargo.lock tests/fuzz/
	$(call FUZZ,build)
	@$(MAKE) --no-print-directory -j 2 $(patsubst tests/fuzz/targets/%.rs,fuzz-%,$(wildcard tests/fuzz/targets/*.rs))

bench: $(SITE) test-needs ## Measure; print a table and write target/bench.json (ONLY="reads sqlite")
	$(call system-package,vmtouch,command -v vmtouch,vmtouch)
	# Ten thousand streams are as many open files.
	ulimit -n 65536 2> /dev/null || ulimit -n "$$(ulimit -H -n)"; cargo bench -p tests -- $(ONLY)

coverage: $(SITE) test-needs ## Show what the tests reach in the rules and in the store
	$(call cargo-tool,cargo-llvm-cov,$(CARGO_LLVM_COV),cargo llvm-cov,1)
	rustup component add llvm-tools
	cargo llvm-cov --workspace --summary-only | awk 'NR < 3 || /(domain|store)\/|^TOTAL/'

lint: rust ## Check format, lints, documentation and the length of files
	cargo metadata --locked --format-version 1 > /dev/null
	cargo fmt --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy -p app --target wasm32-unknown-unknown --features hydrate -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
	@find app server style public tests -name node_modules -prune -o -name '*.rs' -print -o -name '*.js' -print -o -name '*.css' -print | xargs wc -l | \
	    awk '$$1 > 500 && $$2 != "total" { print $$2 ": " $$1 " lines; split it at 500"; bad = 1 } END { exit bad }'

deny: rust ## Check the licences, sources and known vulnerabilities of all dependencies
	$(call cargo-tool,cargo-deny,$(CARGO_DENY),cargo-deny,2,--no-default-features)
	cargo deny check --hide-inclusion-graph bans licenses sources
	@if cargo deny fetch db > target/advisories.log 2>&1; then \
	    cargo deny check --disable-fetch advisories; \
	else \
	    echo "Not checked: known vulnerabilities. Their list cannot be reached from here (target/advisories.log)."; \
	fi

ci: lint deny test ## All that must hold before a change lands

##@ What the others need

$(SITE): Cargo.toml Cargo.lock Trunk.toml $(shell find app style -type f) | site-needs
	# Trunk 0.21 takes NO_COLOR=1 for a mistake. No shopper needs to know the builder's folders.
	env -u NO_COLOR RUSTFLAGS="--remap-path-prefix=$(HOME)=~ --remap-path-prefix=$(CURDIR)=." trunk build --release
	cargo run -p server -- precompress target/site
	touch -c $@

rust: # The toolchain and its parts that rust-toolchain.toml names.
	@command -v rustup > /dev/null || { echo "Please install rustup first." >&2; exit 1; }
	@rustup target list --installed | grep -q wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
	@cargo fmt --version > /dev/null 2>&1 && cargo clippy --version > /dev/null 2>&1 || rustup component add rustfmt clippy
	@mkdir -p target

fuzz-%: # One target. What fails shows the end of its log: how, and how to try that again.
	@mkdir -p tests/fuzz/corpus/$*
	@$(call FUZZ,run) $* tests/fuzz/corpus/$* tests/fuzz/seeds/$* -- -max_total_time=$(SECONDS) -print_final_stats=1 \
	    -dict=tests/fuzz/dictionaries/$*.dict > target/fuzz-$*.log 2>&1 || { tail -n 40 target/fuzz-$*.log; exit 1; }
	@awk '/number_of_executed_units/ { tries = $$2 } /average_exec_per_sec/ { rate = $$2 } \
	    END { printf "%-12s %10d tries, %6d a second\n", "$*", tries, rate }' target/fuzz-$*.log

# Without npm, Trunk fetches wasm-opt itself.
site-needs: rust $(if $(NPM),$(NODE_MODULES))
	$(call cargo-tool,wasm-bindgen-cli,$(WASM_BINDGEN),wasm-bindgen,4)
	$(call cargo-tool,trunk,$(TRUNK),trunk,4,--no-default-features --features rustls)

test-needs: test-system $(NODE_MODULES) $(OUTSIDE)

test-system:
	$(call system-package,npm,command -v npm,nodejs npm)
	$(call system-package,Chromium and ChromeDriver,command -v chromedriver,chromium chromium-driver)
	$(call system-package,the PostgreSQL server (15 or newer),\
	    [ -n "$${TEST_POSTGRES_URL:-}" ] || command -v initdb || ls /usr/lib/postgresql/*/bin/initdb,postgresql)

$(NODE_MODULES): tests/package.json tests/package-lock.json | $(if $(NPM),,test-system)
	@echo "Installing wasm-opt and what the test pages use into tests/node_modules with npm."
	cd tests && npm ci --no-audit --no-fund --loglevel=error
	touch $@

$(OUTSIDE): tests/outside/package.json tests/outside/package-lock.json | test-system
	@echo "Installing the outside services that the tests start for real into tests/outside/node_modules: about 3 minutes, once."
	cd tests/outside && npm ci --no-audit --no-fund --loglevel=error
	touch $@

# $(call cargo-tool,package,version,program,minutes,more arguments): quick to build, not quick to run.
define cargo-tool
@$(3) --version 2> /dev/null | grep -qwF '$(2)' || { \
    echo "Installing $(1) $(2) into $(LAUREL_TOOLS): about $(4) minutes, once."; \
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0 \
    cargo install $(1) --version $(2) --locked --root '$(LAUREL_TOOLS)' $(5); }
endef

# $(call system-package,what it is,command that finds it,Debian packages)
define system-package
@{ $(2); } > /dev/null 2>&1 || { \
    { command -v apt-get && $(AS_ROOT) true; } > /dev/null 2>&1 || \
        { echo "The tests need $(1). Please install it and try again." >&2; exit 1; }; \
    echo "Installing $(3) with apt-get: the tests need $(1)."; \
    $(AS_ROOT) apt-get update -qq; \
    $(AS_ROOT) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(3); }
endef

help:
	@awk 'BEGIN { FS = ":.*## " } /^##@ (Use|Prove)/ { print "\n" substr($$0, 5) } \
	    /^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run dist site clean test property torture fuzz bench coverage lint deny ci rust site-needs test-needs test-system help
