# `make help` lists what there is. Needs Python 3.11 or newer, git and make; everything else goes into .venv.

PYTHON ?= python3
PORT ?= 8000
DIALER_HOME ?= .dialer
# Each test process starts a PostgreSQL and a Redis of its own.
TEST_PROCESSES ?= 2

PY := .venv/bin/python
CHECKSUM := $(shell cat requirements.txt requirements-dev.txt 2>/dev/null | cksum | cut -d' ' -f1)
RUNTIME := .venv/.runtime-$(CHECKSUM)
TOOLS := .venv/.tools-$(CHECKSUM)
# What the console's pages are made of, and what checks them besides.
CONSOLE_SUM := $(shell cat api/console/package-lock.json api/console/packages.py 2>/dev/null | cksum | cut -d' ' -f1)
CONSOLE := api/console/vendor/.fetched-$(CONSOLE_SUM)
CONSOLE_TOOLS := api/console/node_modules/.fetched-$(CONSOLE_SUM)
PIP := $(PY) -m pip install -qq --disable-pip-version-check --no-input
SOURCES := api demo dialer migrations/env.py scheduler twin workers celeryconfig.py gunicorn.conf.py wsgi.py
PRETTIER := $(PY) api/console/packages.py node node_modules/prettier/bin/prettier.cjs
EXAMPLES ?= 100
FAST := $(wildcard tests/domain tests/architecture tests/simulator tests/test_settings.py)
# The stack ends with make, also when make itself is killed.
RUN := PORT=$(PORT) DIALER_HOME="$(DIALER_HOME)" DIALER_STOP_WITH_PARENT=1 exec $(PY)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup setup-tools console serve demo bench bench-pacing test test-fast check lint types console-types screenshots imports security fuzz faults format lock migrate clean

help:  ## this list
	@grep -E '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*  ## /  \1\t/' | expand -t 14

setup: $(RUNTIME)  ## build .venv with what the product needs

setup-tools: $(TOOLS)

console: $(RUNTIME)  ## fetch what the console's pages are made of
	@$(MAKE) --no-print-directory $(CONSOLE)

demo: $(RUNTIME) pages  ## a whole campaign with simulated people and agents; DIAL_MODE, DEMO_SEED, PORT and DIALER_HOME may be set
	@echo "== demo"
	@$(RUN) -m demo

serve: $(RUNTIME) pages  ## everything on this machine with a simulated carrier, until Ctrl-C
	@echo "== serve"
	@$(RUN) -m dialer serve

bench: $(RUNTIME)  ## the benchmarks
	@echo "== bench"
	@exec $(PY) -m bench

bench-pacing: $(RUNTIME)  ## the engine against its rivals: the whole table and the picture; an hour or two
	@echo "== bench-pacing"
	@$(PY) -m bench.pacing --json docs/pictures/pacing.json
	@$(PY) -m bench.pacing draw docs/pictures/pacing.json docs/pictures/pacing.svg

check: lint types imports security test  ## all that must pass before a commit: what .ci/run runs

lint: $(TOOLS) $(CONSOLE_TOOLS)  ## ruff, and formatting of Python and of the console
	@echo "== lint"
	@$(PY) -m ruff check .
	@echo "== format"
	@$(PY) -m ruff format --check .
	@$(PRETTIER) --log-level warn --check app styles types

types: $(TOOLS) console-types  ## mypy, and TypeScript's check of the console
	@echo "== types"
	@$(PY) -m mypy

console-types: $(RUNTIME) $(CONSOLE_TOOLS)  ## the console's modules against the shapes of the API
	@echo "== console types"
	@$(PY) -m api.console.shapes
	@$(PY) api/console/packages.py node node_modules/typescript/bin/tsc -p .

screenshots: $(TOOLS) $(CONSOLE_TOOLS)  ## every page of the console, at two widths, into screenshots/
	@echo "== screenshots"
	@$(PY) -m tests.console.screenshots

imports: $(TOOLS)  ## who may import whom
	@echo "== imports"
	@.venv/bin/lint-imports

security: $(TOOLS)  ## what bandit finds in the sources, and published vulnerabilities of what is installed
	@echo "== security"
	@$(PY) -m bandit -q -c pyproject.toml -r $(SOURCES)
	@$(PY) -m tests.advisories requirements.txt

fuzz: $(TOOLS)  ## requests made up from the OpenAPI documents; EXAMPLES for each operation, SEED to repeat a run
	@echo "== fuzz"
	@$(PY) -m tests.openapi --examples $(EXAMPLES) $(if $(SEED),--seed $(SEED))

faults: $(TOOLS)  ## a real campaign while everything breaks, about 25 minutes; SEED, ONLY and TIMES to repeat a part
	@echo "== faults"
	@DIALER_HOME="$(DIALER_HOME)" $(PY) -m faults $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY)) $(if $(TIMES),--times $(TIMES))

test: $(TOOLS) $(CONSOLE_TOOLS)  ## every test, on a real PostgreSQL and Redis
	@echo "== test"
	@$(PY) -m pytest -n $(TEST_PROCESSES)

test-fast: $(TOOLS)  ## the tests that need no service
	@echo "== test-fast"
	@$(PY) -m pytest $(FAST)

format: $(TOOLS) $(CONSOLE_TOOLS)  ## let ruff and prettier repair what they can
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .
	@$(PRETTIER) --log-level warn --write app styles types

migrate: $(RUNTIME)  ## bring the database of DATABASE_URL, or of a running `make serve`, to the newest schema
	@DIALER_HOME="$(DIALER_HOME)" $(PY) -m dialer db upgrade

lock: $(TOOLS)  ## compile requirements*.in into pinned and hashed requirements*.txt
	@echo "== lock"
	@$(PIP) uv
	@for name in requirements requirements-dev; do \
		$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			--output-file $$name.txt $$name.in || exit 1; \
	done

clean:  ## remove .venv, the embedded data and every cache
	rm -rf .venv .dialer .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): | .venv/bin/python
	@echo "== setup: installing requirements.txt"
	@$(PIP) -r requirements.txt
	@rm -f .venv/.runtime-* && touch $@

$(TOOLS): $(RUNTIME)
	@echo "== setup: installing requirements-dev.txt"
	@$(PIP) -r requirements-dev.txt
	@rm -f .venv/.tools-* && touch $@

# The API, the demo and its agents need no pages: without a registry they say what is missing and everything else runs.
.PHONY: pages
pages: $(RUNTIME)
	@$(MAKE) --no-print-directory $(CONSOLE) || echo "The console's parts could not be fetched; its pages will say so. Try \`make console\`."

$(CONSOLE): | $(RUNTIME)
	@echo "== setup: fetching the console's parts"
	@$(PY) api/console/packages.py fetch
	@touch $@

$(CONSOLE_TOOLS): | $(RUNTIME)
	@echo "== setup: fetching the console's parts and tools"
	@$(PY) api/console/packages.py fetch --with-tools
	@touch $@ $(CONSOLE)

.venv/bin/python:
	@echo "== setup: building .venv with $$($(PYTHON) --version 2>&1)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@if $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		$(PYTHON) -m venv --clear .venv; \
	elif $(PYTHON) -m pip --version >/dev/null 2>&1 && $(PYTHON) -c 'import venv' 2>/dev/null; then \
		$(PYTHON) -m venv --clear --without-pip .venv && $(PYTHON) -m pip --python .venv/bin/python install -qq pip; \
	else \
		echo "$(PYTHON) comes without venv: install the package python3-venv (Debian, Ubuntu) and try again"; exit 1; \
	fi
