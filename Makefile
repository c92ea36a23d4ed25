# Every target sets up what it needs in .venv; a fresh machine needs Python 3.11 or newer, and make.
PYTHON ?= python3
PYTEST_FLAGS ?= -n auto --dist worksteal
BIN := .venv/bin
INSTALLED := .venv/.installed
SERVERS := .venv/.services
LIBRARIES := .venv/lanes

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench backends services lanes-libraries

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

backends: $(INSTALLED) ## build a real Jaeger (needs Go, three minutes the first time) and test against it
	JAEGER_BINARY=$$(deploy/jaeger/build) && export JAEGER_BINARY && $(BIN)/python -m pytest -m backend tests/backends

services: $(SERVERS) ## run under real gunicorn, uvicorn, celery, multiprocessing, and lose nothing (four minutes)
	$(BIN)/python -m pytest -m service tests/services

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

$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kumi needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
