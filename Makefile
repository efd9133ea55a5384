# The ways into hotloop: build, test, demonstrate, measure, install. `make` alone lists them; the lines after ## are that list.
#
# The bindings of this repository use the library from build/lib, where `make build` puts a copy under its SONAME, which is the name that
# the loader asks for: cargo's own folders hold it as libhotloop.so only, and `cargo test` refreshes another copy than `cargo build`.

SONAME := libhotloop.so.0
STAGED := build/lib/$(SONAME)

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
DESTDIR ?=
INSTALL_ENV = PREFIX='$(PREFIX)' LIBDIR='$(LIBDIR)' INCLUDEDIR='$(INCLUDEDIR)' DATADIR='$(DATADIR)' DESTDIR='$(DESTDIR)' SONAME='$(SONAME)'

# Where rustup puts cargo: a shell opened before the installation does not know it yet.
export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help build demo test bench install uninstall clean distclean stage

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

build: ## install what building needs, build the library, put it into build/lib
	@scripts/bootstrap build
	cargo build --release
	@$(MAKE) --no-print-directory stage

stage:
	@target=$$(cargo metadata --no-deps --format-version 1 | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p') && \
	install -D -m 755 "$$target/release/libhotloop.so" $(STAGED) && ln -sfn $(SONAME) build/lib/libhotloop.so
	@echo "built $(STAGED)"

demo: ## compute and draw exciton spectra of real data in every language found
	@scripts/bootstrap demo
	@$(MAKE) --no-print-directory build
	examples/demo/run

test: ## install what the tests need, build, run every language's tests
	@scripts/bootstrap
	@$(MAKE) --no-print-directory build
	tests/run

bench: ## time the kernels, then hotloop beside what one would use instead
	@scripts/bootstrap
	@$(MAKE) --no-print-directory build
	cargo bench
	benches/peers/run

$(STAGED):
	@$(MAKE) --no-print-directory build

install: $(STAGED) ## install library, headers, pkg-config, CMake and Fortran files: PREFIX=/usr/local DESTDIR=
	@$(INSTALL_ENV) scripts/install install

uninstall: ## remove what install put there (same PREFIX and DESTDIR)
	@$(INSTALL_ENV) scripts/install uninstall

clean: ## remove what was built and measured; the toolchains in build/venv, build/julia, build/wheels and build/peers stay
	cargo clean
	@if [ -d build ]; then find build -mindepth 1 -maxdepth 1 ! -name venv ! -name 'julia*' ! -name wheels ! -name peers -exec rm -rf {} +; fi
	@rm -rf build/peers/results build/peers/overhead

distclean: clean ## remove these toolchains as well
	rm -rf build
