# Set-up on a fresh machine with a Rust toolchain: `make run`, `make test`.

SHELL    := /bin/sh
CARGO    ?= cargo
PREFIX   ?= /usr/local
DESTDIR  ?=
DIST     := dist
HOST     := $(shell rustc -vV | sed -n 's/^host: //p')
ARCH     := $(firstword $(subst -, ,$(HOST)))
MUSL     := $(ARCH)-unknown-linux-musl
# Where cargo builds, whatever the environment and its configuration say.
BUILT     = $(shell $(CARGO) metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
# Every plugin is a file of src/bin: there is no second list.
PLUGINS  := $(patsubst src/bin/%.rs,%,$(wildcard src/bin/check_*.rs))
# Those that ask Oracle link the host's C library: its client library is loaded at run time, which a static program cannot.
# Their profile unwinds: a driver that panics is an answer, not the end.
ORACLE   := $(filter check_oralock check_tablespace,$(PLUGINS))
STATIC   := $(filter-out $(ORACLE),$(PLUGINS))
# What links the host's C library: resolver, dlopen. The exporter is to be found in a PATH.
DAEMONS  := vitals_exporter

FOLDERS  := bin lib/vitals/plugins share/man/man1 share/man/man7 share/man/man8 share/vitals/logscan share/bash-completion/completions \
	share/zsh/site-functions share/fish/vendor_completions.d

.PHONY: help build run test soak check bless bench screenshot size install uninstall fuzz clean

help:
	@echo 'make build    the static plugins and the exporter, into $(DIST)/'
	@echo 'make run      build, and run the exporter on this machine: it prints its address'
	@echo 'make test     everything: unit, golden, contract and documentation tests, and real servers'
	@echo 'make soak     the long campaigns, and the fuzz targets'
	@echo 'make check    formatting, lints, licences'
	@echo 'make bless    write golden output, man pages and packaging anew'
	@echo 'make bench    beside the peers, as ratios;  make size: against the budget'
	@echo 'make screenshot  docs/board.png, in a headless Chromium'
	@echo 'make install  what is built, into $$DESTDIR$$PREFIX ($(PREFIX));  make uninstall'
	@echo 'make fuzz     every fuzz target for a minute;  make clean'

# The static target is added where rustup can; elsewhere the host's target serves, and that is said.
build:
	@target=$(MUSL); \
	if [ ! -d "$$(rustc --print sysroot)/lib/rustlib/$(MUSL)" ] && ! rustup target add $(MUSL) >/dev/null 2>&1; then \
		target=$(HOST); \
		echo 'note: no static target $(MUSL) here (rustup cannot add it): built for $(HOST)' >&2; \
	fi; \
	$(CARGO) build --locked --no-default-features --profile plugin --target $$target $(addprefix --bin ,$(STATIC)) && \
	{ [ -z '$(ORACLE)' ] || $(CARGO) build --locked --no-default-features --features oracle --release --target $(HOST) $(addprefix --bin ,$(ORACLE)); } && \
	$(CARGO) build --locked --no-default-features --features exporter --release --target $(HOST) $(addprefix --bin ,$(DAEMONS)) && \
	mkdir -p $(DIST) && \
	for plugin in $(STATIC); do cp -f "$(BUILT)/$$target/plugin/$$plugin" $(DIST)/$$plugin || exit 1; done && \
	for daemon in $(ORACLE) $(DAEMONS); do cp -f "$(BUILT)/$(HOST)/release/$$daemon" $(DIST)/$$daemon || exit 1; done

run: build
	@exec $(DIST)/vitals_exporter

test: build
	@tests/run

soak: build
	@VITALS_SOAK=1 tests/run
	@$(MAKE) fuzz

check:
	$(CARGO) fmt --check
	find src/checks -name '*.rs' -exec rustfmt --check --edition 2024 {} +
	$(CARGO) clippy --locked --all-targets -- -D warnings
	@! $(CARGO) tree --locked --no-default-features --features oracle --edges normal --invert tokio 2>/dev/null | grep . || \
		{ echo 'a plugin would link an async runtime' >&2; exit 1; }
	$(CARGO) deny --version >/dev/null 2>&1 || $(CARGO) install --locked cargo-deny
	$(CARGO) deny check licenses bans sources

bless: build
	VITALS_BIN_DIR=$(DIST) TRYCMD=overwrite $(CARGO) test --locked --test golden
	VITALS_BLESS=1 $(CARGO) test --locked --test docs

bench: build
	@benches/install.sh
	VITALS_BIN_DIR=$(DIST) $(CARGO) bench --locked --profile dev --bench plugins
	VITALS_BIN_DIR=$(DIST) $(CARGO) bench --locked --profile dev --bench logscan
	VITALS_BIN_DIR=$(DIST) $(CARGO) bench --locked --profile dev --bench exporter

screenshot: build
	@docs/board/screenshot.sh

size: build
	@benches/size.sh $(DIST)

# Installs what `make build` has built: no compiler is needed, nor run as root.
install:
	@for plugin in $(PLUGINS) $(DAEMONS); do \
		test -x $(DIST)/$$plugin || { echo "$(DIST)/$$plugin is missing: run 'make build' first, as yourself" >&2; exit 1; }; \
	done
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,$(FOLDERS))
	install -m 755 $(addprefix $(DIST)/,$(PLUGINS)) $(DESTDIR)$(PREFIX)/lib/vitals/plugins
	install -m 755 $(addprefix $(DIST)/,$(DAEMONS)) $(DESTDIR)$(PREFIX)/bin
	install -m 644 man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 man/*.8 $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 644 man/*.7 $(DESTDIR)$(PREFIX)/share/man/man7
	install -m 644 packaging/json/*.json $(DESTDIR)$(PREFIX)/share/vitals
	install -m 644 packaging/logscan/*.toml $(DESTDIR)$(PREFIX)/share/vitals/logscan
	for file in nagios/vitals.cfg icinga2/vitals.conf systemd/vitals_exporter.service; do \
		sed 's|/usr/lib/vitals/plugins|$(PREFIX)/lib/vitals/plugins|; s|/usr/local/bin|$(PREFIX)/bin|' packaging/$$file \
			>$(DESTDIR)$(PREFIX)/share/vitals/$${file##*/} || exit 1; \
	done
	for p in $(PLUGINS) $(DAEMONS); do \
		install -m 644 packaging/completions/$$p.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$p && \
		install -m 644 packaging/completions/_$$p $(DESTDIR)$(PREFIX)/share/zsh/site-functions && \
		install -m 644 packaging/completions/$$p.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d || exit 1; \
	done

uninstall:
	rm -f $(patsubst man/%.1,$(DESTDIR)$(PREFIX)/share/man/man1/%.1,$(wildcard man/*.1)) \
		$(patsubst man/%.7,$(DESTDIR)$(PREFIX)/share/man/man7/%.7,$(wildcard man/*.7)) \
		$(patsubst man/%.8,$(DESTDIR)$(PREFIX)/share/man/man8/%.8,$(wildcard man/*.8)) \
		$(addprefix $(DESTDIR)$(PREFIX)/bin/,$(DAEMONS))
	for p in $(PLUGINS) $(DAEMONS); do \
		rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$p \
			$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_$$p \
			$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$$p.fish; \
	done
	rm -rf $(DESTDIR)$(PREFIX)/lib/vitals $(DESTDIR)$(PREFIX)/share/vitals

# Each target for a minute; needs a nightly toolchain and cargo-fuzz.
fuzz:
	@fuzz/run 60

clean:
	$(CARGO) clean
	rm -rf $(DIST)
