# Everything a person types. `make demo` and `make test` start from nothing but Python 3.11+ and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PORT ?= 5000
export SANDBOX_PORT ?= 5001
# Compiled modules are kept whatever the environment says: else each process compiles all of them anew.
unexport PYTHONDONTWRITEBYTECODE
# Extra words for pytest: make test ARGS="tests/unit -k colors"
ARGS ?=

CATALOGS := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/messages.po))

.PHONY: help demo demo-reset dev check unit run setup migrate rotate-keys backup test test-postgres reliability lint lint-python lint-js lint-css lint-templates types imports bandit audit texts lock bench

help:  ## show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

demo: setup  ## the app and a stand-in portal, ready to try
	@$(BIN)/python scripts/demo.py

dev: setup  ## like demo, and what is changed is there with the next page: code, templates, styles, scripts
	@RELOAD=1 $(BIN)/python scripts/demo.py

demo-reset:  ## forget everything the demo has stored
	@rm -rf instance/demo
	@echo "The demo starts from its seed again."

run: setup migrate  ## the app alone, settings from the environment
	@$(BIN)/gunicorn -c gunicorn.conf.py 'app:create_app()'

setup: $(VENV)/.runtime static/vendor/.stamp static/min/.stamp notices.json $(CATALOGS)

migrate: $(VENV)/.runtime
	@$(BIN)/alembic -q upgrade head

rotate-keys: $(VENV)/.runtime  ## encrypt what is stored with the first of TOKEN_KEYS, while the app runs
	@$(BIN)/python scripts/rotate_keys.py

backup: $(VENV)/.runtime  ## copy the SQLite store to BACKUP=file, while the app runs
	@$(BIN)/python scripts/backup.py

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Stagecraft needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@echo "Making a virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements.txt $(VENV)/.created
	@echo "Installing the app's packages …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "Installing the packages for tests …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt -r requirements-dev.txt
	@touch $@

static/vendor/.stamp: package-lock.json scripts/assets.py $(VENV)/.runtime
	@$(BIN)/python scripts/assets.py

static/min/.stamp: $(shell find static/js static/css -type f) scripts/bundle.mjs static/vendor/.stamp
	@$(BIN)/python scripts/assets.py --small

notices.json: scripts/notices.py $(VENV)/.runtime static/vendor/.stamp
	@$(BIN)/python scripts/notices.py

node_modules/.dev-stamp: package-lock.json scripts/assets.py $(VENV)/.dev
	@$(BIN)/python scripts/assets.py --dev

%.mo: %.po $(VENV)/.runtime
	@$(BIN)/pybabel -q compile -i $< -o $@

# Two at a time, each one's lines together (not all makes can do the latter).
CHECK := $(MAKE) --no-print-directory -j2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

check: $(VENV)/.dev setup  ## while you work: lint, types, import rules and unit tests, in a minute
	+@$(CHECK) unit lint types imports

unit: $(VENV)/.dev setup
	@$(BIN)/pytest -n 2 tests/unit $(ARGS)

test: $(VENV)/.dev setup node_modules/.dev-stamp lint types imports bandit audit  ## everything that can be checked
	@sh scripts/chromium.sh
	@sh scripts/postgres.sh
	@$(BIN)/pytest $(ARGS)
	@$(if $(ARGS),:,$(BIN)/python scripts/on_postgres.py)

reliability: $(VENV)/.dev setup  ## try every failure against every action and write docs/reliability.md
	@WRITE_RELIABILITY=1 $(BIN)/pytest -n 0 tests/functional/failures/test_matrix.py

test-postgres: $(VENV)/.dev setup  ## the functional tests with PostgreSQL as the store
	@$(BIN)/pytest --store postgresql tests/functional $(ARGS)

lint: lint-python lint-js lint-css lint-templates

lint-python: $(VENV)/.dev
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet . && echo "ruff: clean"

lint-js: node_modules/.dev-stamp
	@$(BIN)/python scripts/node.py eslint . && echo "eslint: clean"
	@$(BIN)/python scripts/node.py tsc --project jsconfig.json && echo "tsc: clean"
	@$(BIN)/python scripts/node.py prettier --check --log-level warn . && echo "prettier: clean"

lint-css: node_modules/.dev-stamp
	@$(BIN)/python scripts/node.py stylelint "static/css/*.css" "sandbox/static/*.css" && echo "stylelint: clean"

lint-templates: $(VENV)/.dev
	@$(BIN)/djlint templates web/components/templates sandbox/templates --lint --quiet && echo "djlint: clean"

types: $(VENV)/.dev
	@$(BIN)/mypy

imports: $(VENV)/.dev
	@$(BIN)/lint-imports --no-cache

bandit: $(VENV)/.dev
	@$(BIN)/bandit -q -c pyproject.toml -r app.py config.py b24 boards store web && echo "bandit: clean"

audit: $(VENV)/.dev
	@$(BIN)/python scripts/audit.py

texts: $(VENV)/.dev  ## collect the visible texts into the catalogs, one for each folder of locale/
	@$(BIN)/pybabel -q extract -F babel.cfg -k _l -k lazy_pgettext:1c,2 --no-location --sort-output --no-wrap --omit-header -o locale/messages.pot .
	@for lang in $(notdir $(wildcard locale/*)); do \
	  test -f locale/$$lang/LC_MESSAGES/messages.po || \
	    $(BIN)/pybabel -q init --no-wrap -i locale/messages.pot -d locale -l $$lang; \
	  $(BIN)/pybabel -q update -N --no-wrap --ignore-obsolete --ignore-pot-creation-date -i locale/messages.pot -d locale -l $$lang; \
	done
	@rm locale/messages.pot

bench: $(VENV)/.dev setup  ## measure speed and memory, write docs/benchmarks.md
	@$(BIN)/python benchmarks/run.py

pictures: $(VENV)/.dev setup  ## take the pictures of the README from the running thing
	@PYTHONPATH=. $(BIN)/python scripts/pictures.py

lock:  ## make the pinned requirements anew from the .in files (needs pip-tools)
	@for name in requirements requirements-dev; do pip-compile -q --strip-extras --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --no-header -o $$name.txt $$name.in; done
