# Every target sets up what it needs in .venv; a fresh machine needs Python 3.11 or newer, and make.
PYTHON ?= python3
PYTEST_FLAGS ?= -n auto --dist worksteal
BIN := .venv/bin
INSTALLED := .venv/.installed
SERVERS := .venv/.services
OTEL_VERSIONS := 1.28.2 1.31.1 1.35.0 1.40.0 newest
LIBRARIES := .venv/lanes
ENGINES := .venv/engines

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench backends services lanes lanes-libraries engines

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## run three real schemas with every operation profiled, and read the profile back
	$(BIN)/kumi demo

test: $(INSTALLED) ## run the tests (those against real servers: make services, make backends)
	$(BIN)/python -m pytest $(PYTEST_FLAGS)

lint: $(INSTALLED) ## check style, types, and that imports point down the house
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(INSTALLED) ## measure the cost of profiling beside the OpenTelemetry SDK (two minutes)
	$(BIN)/python -m benchmarks

backends: $(SERVERS) ## test against a real Jaeger, collector and Prometheus (Go, five minutes the first time)
	JAEGER_BINARY=$$(deploy/jaeger/build) && COLLECTOR_BINARY=$$(deploy/collector/build || true) \
	&& TOOLS=$$(deploy/prometheus/unpack || true) && export JAEGER_BINARY COLLECTOR_BINARY PATH="$$PATH$${TOOLS:+:$$TOOLS}" \
	&& $(BIN)/python -m pytest -m backend tests/backends

services: $(SERVERS) ## run under real gunicorn, uvicorn, celery, multiprocessing, and lose nothing (five minutes)
	$(BIN)/python -m pytest -m service tests/services

lanes: $(OTEL_VERSIONS:%=lanes-%) ## send through the exporters of five versions of OpenTelemetry (two minutes; -j2: one)

lanes-%: .venv/otel-%/.installed
	@echo "OpenTelemetry $*"
	.venv/otel-$*/bin/python -m pytest -q -p no:cacheprovider tests/otel/test_otel_stock_*.py

.PRECIOUS: .venv/otel-%/.installed
.venv/otel-%/.installed: $(INSTALLED)
	$(BIN)/python -m venv --without-pip $(@D)
	$(BIN)/python -m pip --python $(@D)/bin/python install --quiet --disable-pip-version-check --no-compile --editable '.[versions]' \
		$(foreach part,api sdk exporter-otlp,opentelemetry-$(part)$(patsubst %,==%,$(filter-out newest,$*)))
	@touch $@

$(SERVERS): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[services]'
	@touch $@

lanes-libraries: $(LIBRARIES)/.installed ## run with sentry, logfire, ddtrace, langfuse as they are installed (two minutes)
	$(LIBRARIES)/bin/python -m pytest -m lanes -n 2 tests/lanes/test_lanes_libraries.py

# In an environment of their own, since some come with a pytest plugin or code that each start of
# Python runs; what ours has, it sees.
$(LIBRARIES)/.installed: $(INSTALLED)
	$(BIN)/python -m venv $(LIBRARIES)
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >$$(echo $(LIBRARIES)/lib/python*/site-packages)/beside.pth
	$(LIBRARIES)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[lanes]'
	@touch $@

engines: $(ENGINES)/.installed ## read one profile by Spark, ClickHouse and all other ways (needs Java; minutes)
	COLLECTOR_BINARY=$$(deploy/collector/build || true) && export COLLECTOR_BINARY \
	&& $(ENGINES)/bin/python -m pytest -m engines tests/backends/test_backends_warehouses.py

# In an environment of their own, since they are 1.4 GB; what ours has, it sees.
$(ENGINES)/.installed: $(INSTALLED)
	$(BIN)/python -m venv $(ENGINES)
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >$$(echo $(ENGINES)/lib/python*/site-packages)/beside.pth
	$(ENGINES)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[engines]'
	@touch $@

$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kumi needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
